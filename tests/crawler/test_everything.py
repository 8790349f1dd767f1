"""One list with every kind of playlist: counted right, merged right, done once."""

from collections import Counter
from pathlib import Path

import pytest

from genre.db import dump, open_catalog
from genre.db import models as m
from genre.records import Outcome, Status
from tests.crawler import everything_files as files
from tests.crawler.crawls import by_status, rows
from tests.crawler.everything import (
    LINES,
    LONG_TAIL,
    PLACED,
    SEARCHED,
    World,
    everything,
)
from tests.crawler.loopback_youtube import video, video_id

ALL_LINES = {**files.LINES, **LINES}
COUNTS = {title: n for line in ALL_LINES.values() for title, n in line.items()}
DEEZER, YOUTUBE, *_ = LINES  # Ann's song by ISRC, and by video and names
BY_TEXT, BY_VIDEO = "soundiiz.csv  Trance", "watch.txt  Trance"


def playlists(outcomes: list[Outcome]) -> list[Outcome]:
    """Return the outcomes of playlists, without notes and rows."""
    about = [o for o in outcomes if o.data.get("kind") == "playlist"]
    return [outcome for outcome in about if outcome.status is not Status.NOTE]


def digest(world: World) -> str:
    """Return the hash of all that the catalog holds, but for times and attempts."""
    with (
        open_catalog(world.settings, readonly=True) as catalog,
        catalog.read() as session,
    ):
        return dump.digest(session)


def song_named(folder: Path, title: str) -> str:
    """Return the id of the only song of this title."""
    [found] = [row["id"] for row in rows(folder, m.Track) if row["title"] == title]
    return str(found)


def test_counts_and_merges(tmp_path: Path) -> None:
    """Every playlist is whole, though services throttle; one song is one track."""
    with everything(tmp_path) as world:
        world.services.be_difficult()
        outcomes = world.crawl(metadata_only=True)
        pages = Counter(world.services.deezer.paths)["/playlist/908/tracks"]

    aurora = song_named(tmp_path, "Aurora")
    refs = {r["source"] for r in rows(tmp_path, m.TrackRef) if r["track_id"] == aurora}
    held_by = {
        row["playlist_id"]
        for row in rows(tmp_path, m.PlaylistTrack)
        if row["track_id"] == aurora
    }
    assert {o.label: o.data["n_songs"] for o in playlists(outcomes)} == COUNTS
    assert {o.status for o in outcomes} == {Status.DONE, Status.NOTE}
    assert len(rows(tmp_path, m.Track)) == 1 + len(SEARCHED + PLACED) + LONG_TAIL
    assert len(held_by) == len(COUNTS) - 1
    assert refs == {
        *("spotify", "deezer", "youtube", "musicbrainz", "jamendo", "archive"),
        *("tidal", "file", "text"),
    }
    assert pages == 3  # one of them said that the quota is used up


@pytest.mark.parametrize("turn", range(4))
def test_isrc_text_and_reference(tmp_path: Path, turn: int) -> None:
    """By ISRC, by names and by video it is one track, whichever comes first."""
    lines = [DEEZER, BY_TEXT, YOUTUBE, BY_VIDEO]
    with everything(tmp_path) as world:
        (tmp_path / "watch.txt").write_text(f"https://youtu.be/{video_id('Aurora')}\n")
        text = "\n".join(lines[turn:] + lines[:turn])
        (tmp_path / "list.txt").write_text(text)
        world.crawl(metadata_only=True)

    aurora = song_named(tmp_path, "Aurora")
    refs = [r["source"] for r in rows(tmp_path, m.TrackRef) if r["track_id"] == aurora]
    assert sorted(refs) == ["deezer", "text", "youtube"]
    assert len(rows(tmp_path, m.Track)) == 4 + LONG_TAIL


def test_the_same_list_again(tmp_path: Path) -> None:
    """All is already there: not a byte of the catalog changes."""
    catalog = tmp_path / "corpus" / "genre.db"
    with everything(tmp_path) as world:
        world.crawl(metadata_only=True)
        before = catalog.read_bytes()
        outcomes = world.crawl(metadata_only=True)

    assert len(playlists(outcomes)) == len(COUNTS)
    assert {o.status for o in playlists(outcomes)} == {Status.KEPT}
    assert catalog.read_bytes() == before


def test_audio_from_everywhere(tmp_path: Path) -> None:
    """Files, addresses, services and the search give each song; nothing comes twice."""
    with everything(tmp_path) as world:
        first = world.crawl()
        n_asked, found = world.services.n_sounds(), digest(world)
        again = world.crawl()

        assert (world.services.n_sounds(), digest(world)) == (n_asked, found)
    n_songs = 1 + len(SEARCHED + PLACED)
    providers = Counter(row["provider"] for row in rows(tmp_path, m.Audio))
    assert by_status(first) == {Status.DONE: n_songs, Status.REFUSED: LONG_TAIL}
    assert by_status(again) == {Status.KEPT: n_songs, Status.REFUSED: LONG_TAIL}
    assert {o.status for o in playlists(again)} == {Status.KEPT}
    assert providers == {
        "archive": 2,
        "file": 3,
        "http": len(SEARCHED) - 1,
        "jamendo": 1,
        "url": 2,
        "youtube": 3,
    }


def test_a_video_that_was_found_for_a_song(tmp_path: Path) -> None:
    """A playlist that names it means that song, whatever its uploader calls it."""
    with everything(tmp_path) as world:
        (tmp_path / "list.txt").write_text(f"lines.txt  Disco\n{YOUTUBE}\n")
        world.crawl()
        n_asked = world.services.n_sounds()
        listed = world.services.youtube.playlists["PL1"]
        listed.rows.append(video("Larch", title="night drive 7", channel="A Fan"))
        outcomes = world.crawl()

        assert world.services.n_sounds() == n_asked
    [tube] = [o for o in playlists(outcomes) if o.label == "Tube"]
    held_by = {
        row["playlist_id"]
        for row in rows(tmp_path, m.PlaylistTrack)
        if row["track_id"] == song_named(tmp_path, "Larch")
    }
    assert tube.message == "103 songs (1 added, 0 removed)"
    assert tube.subject in held_by
    assert len(held_by) == 2  # lines.txt named it first
