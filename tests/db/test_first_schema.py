"""A catalog of the first release comes forward with every row."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from genre.config import Settings
from genre.db import migrate, open_catalog
from genre.db import models as m
from genre.db.connect import catalog_path
from tests.crawler.crawls import rows, run, write_lists

AT = "2026-01-02T03:04:05Z"
FIRST = {  # one row of each table that the crawl and the labels fill
    "playlists": ("p", "csv", "x", "", "Mix", "me", "sum", AT, 2, 0),
    "genres": ("techno", "Techno", None),
    "playlist_genres": ("p", "techno"),
    "tracks": ("t", "One", "", "A", "", 200.0, "", None, "a|one|", 1, "", 0),
    "track_aliases": ("old", "t"),
    "track_artists": ("t", "a", "main"),
    "track_refs": ("url", "http://h/a", "t", "http://h/a", 1),
    "playlist_tracks": ("p", 0, "t", None, AT, None),
    "local_files": ("/a.wav", 9, "1", "sum"),
    "candidates": ("t", "youtube", "v", "u", "One", "", 200.0, 0.9, "", "accepted",
                   "matcher", AT),
    "audio": ("t", "pcm", "audio/t.wav", "youtube", "v", 16_000, 9, 200.0, "opus",
              "present"),
    "services": ("deezer", AT, "busy"),
    "label_sets": ("l", "votes", "rule", "{}", AT, 1),
    "labels": ("l", "t", "techno", 1.0, 1),
}  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a catalog that the first release made and filled."""
    found = catalog_path(Settings(corpus=tmp_path / "corpus"))
    migrate.bring_up_to_date(found, corpus=found.parent, target="0001")
    with closing(sqlite3.connect(found)) as connection, connection:
        for table, values in FIRST.items():
            marks = ", ".join("?" * len(values))
            connection.execute(f'INSERT INTO "{table}" VALUES ({marks})', values)
    return found


def content(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of the first release's tables, in its columns."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: [
                row[: len(values)]
                for row in connection.execute(f'SELECT * FROM "{table}"')
            ]
            for table, values in FIRST.items()
        }


def test_every_row_comes_forward(path: Path) -> None:
    """The upgrade keeps all rows as they are, adds what is new, keeps a backup."""
    before = content(path)

    open_catalog(Settings(corpus=path.parent)).close()

    assert content(path) == before == {k: [v] for k, v in FIRST.items()}
    assert migrate.read_version(path) == migrate.HEAD
    [backup] = path.parent.glob("genre.db-0001-*.bak")
    assert (migrate.read_version(backup), content(backup)) == ("0001", before)


def test_new_columns_and_tables(path: Path) -> None:
    """Links of the first release were named by a list; its diary is empty."""
    folder = path.parent.parent
    open_catalog(Settings(corpus=path.parent)).close()

    assert [row["from_title"] for row in rows(folder, m.PlaylistGenre)] == [False]
    assert rows(folder, m.PlaylistChange) == []


def test_crawl_of_an_old_catalog(path: Path) -> None:
    """The first crawl after the upgrade knows the songs of before it."""
    folder = path.parent.parent
    write_lists(folder, {"p.csv Dub": "title,artist,url\nOne,A,http://h/a\n"})

    run(folder, request={"metadata_only": True})

    assert [row["id"] for row in rows(folder, m.Track)] == ["t"]
