"""Crawls whose songs come from Jamendo and the Internet Archive, without a search."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from genre.db import models as m
from genre.records import ErrorClass, Outcome, Status
from tests.crawler.crawls import by_status, rows, run, song_bytes, songs
from tests.servers import redirect, serve
from tests.services.archive import ArchiveItem, FakeArchive, file
from tests.services.deezer import DeezerPlaylist, FakeDeezer, track
from tests.services.fakes import LATER, routes
from tests.services.jamendo import (
    CLIENT_ID,
    FakeJamendo,
    JamendoPlaylist,
    JamendoTrack,
)

LINES = {
    "https://www.jamendo.com/playlist/7": "Techno",
    "https://archive.org/details/show": "House",
}


@contextmanager
def world(folder: Path) -> Iterator[tuple[FakeJamendo, FakeArchive, dict[str, Any]]]:
    """Serve one song at each service; yield them and the settings that lead there."""
    one = JamendoTrack("9", "Groove", duration=2, audio=song_bytes(folder, freq=300))
    jamendo = FakeJamendo(playlists={"7": JamendoPlaylist("Fresh", [one])})
    item = ArchiveItem([file("a b.mp3", title="Palermo", length="2.0")])
    item.audio = {"a b.mp3": song_bytes(folder, freq=500)}
    archive = FakeArchive({"show": item})
    write_list(folder, LINES)
    with serve(routes(jamendo, archive)) as server:
        yield (
            jamendo,
            archive,
            {
                "jamendo_url": jamendo.url(server),
                "jamendo_client_id": CLIENT_ID,
                "archive_url": archive.url(server),
            },
        )


def write_list(folder: Path, lines: dict[str, str]) -> None:
    """Write the list file."""
    text = "".join(f"{source}  {genre}\n" for source, genre in lines.items())
    (folder / "list.txt").write_text(text)


def failed(outcomes: list[Outcome]) -> list[Outcome]:
    """Return the songs that failed."""
    return [outcome for outcome in songs(outcomes) if outcome.status is Status.FAILED]


def test_allowed_downloads_need_no_search(tmp_path: Path) -> None:
    """Both songs are there; the catalog says which service gave them."""
    with world(tmp_path) as (jamendo, archive, urls):
        assert by_status(run(tmp_path, **urls)) == {Status.DONE: 2}
        assert by_status(run(tmp_path, **urls)) == {Status.KEPT: 2}
    found = {(row["provider"], row["provider_id"]) for row in rows(tmp_path, m.Audio)}
    assert found == {("jamendo", "9"), ("archive", "show/a b.mp3")}
    assert jamendo.paths.count("/download/track/9/mp32/") == 1
    assert archive.paths.count("/28/items/show/a%20b.mp3") == 1


def test_client_id_is_stored_nowhere(tmp_path: Path) -> None:
    """Neither the catalog nor an outcome holds it."""
    with world(tmp_path) as (_, _, urls):
        outcomes = run(tmp_path, **urls)
    assert CLIENT_ID not in repr(outcomes)
    for path in (tmp_path / "corpus").rglob("*"):
        if path.is_file():
            assert CLIENT_ID.encode() not in path.read_bytes(), path


def test_one_service_rests_the_other_goes_on(tmp_path: Path) -> None:
    """Jamendo asks for a day at a download; the Archive's song still comes."""
    with world(tmp_path) as (jamendo, _, urls):
        jamendo.fail(LATER, on="/download")
        outcomes = run(tmp_path, **urls)
    assert by_status(outcomes) == {Status.DONE: 1, Status.FAILED: 1}
    [stopped] = failed(outcomes)
    assert stopped.error_class is ErrorClass.STOP
    assert [row["name"] for row in rows(tmp_path, m.Service)] == ["jamendo"]


def test_downloads_do_not_lead_to_files(tmp_path: Path) -> None:
    """A redirect out of the web is refused for good."""
    with world(tmp_path) as (_, archive, urls):
        archive.fail(redirect("file:///etc/passwd"), on="/28/items", times=9)
        outcomes = run(tmp_path, **urls)
    [refused] = failed(outcomes)
    assert refused.error_class is ErrorClass.PERMANENT
    assert "to lead to an http or https address" in refused.message


def test_three_services_agree_on_a_song(tmp_path: Path) -> None:
    """Deezer's row and Jamendo's of equal names and length are one track."""
    with world(tmp_path) as (_, _, urls):
        same = track(5, "Groove", "Some Artist", duration=2)
        deezer = FakeDeezer({"3": DeezerPlaylist("Mine", [same])})
        write_list(tmp_path, {**LINES, "deezer:playlist:3": "Tech House"})
        with serve(routes(deezer)) as server:
            outcomes = run(tmp_path, deezer_url=deezer.url(server), **urls)
    assert by_status(outcomes) == {Status.DONE: 2}
    known = {(row["source"], row["source_id"]) for row in rows(tmp_path, m.TrackRef)}
    assert known == {("jamendo", "9"), ("archive", "show/a b.mp3"), ("deezer", "5")}
