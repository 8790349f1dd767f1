"""Which song a row means: looked up many at once, as if one after the other."""

import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from genre.config import Settings
from genre.crawler.record import record_songs
from genre.crawler.songs import Heard, at_known_places, hear, other_licence, tags_of
from genre.db import Session, audio_files, dump, matches, open_catalog, tracks
from genre.db import models as m
from genre.records import (
    AudioFile,
    AudioInfo,
    Candidate,
    Decision,
    EvidenceLevel,
    PlaylistItem,
    Tag,
    Track,
)

ISRC, OTHER_ISRC = "GBAYE6800011", "GBAYE6800012"
CC = "https://creativecommons.org/licenses/by/4.0/"


def item(source: str = "text", source_id: str = "", **stated: object) -> PlaylistItem:
    """Return a row of a song by one artist."""
    fields = {"title": "One", "artists": ("A",), "duration_s": 200.0, **stated}
    return PlaylistItem(0, source=source, source_id=source_id, **fields)  # type: ignore[arg-type]


def any_items(chance: random.Random, n: int) -> list[PlaylistItem]:
    """Return rows of few songs that are named in many ways."""
    known_as: list[dict[str, str]] = [{"source": "text", "source_id": ""}]
    for k in "012345":
        known_as.append({"source": "deezer", "source_id": k})
        known_as.append({"source": "url", "source_id": f"h/{k}", "url": f"h/{k}"})
        known_as.append({"source": "url", "source_id": f"h/{k}", "url": f"u@h/{k}"})
    choices: dict[str, list[Any]] = {
        "title": ["One", "Two", "Two (Live)", "", "Three"],
        "artists": [("A",), ("A", "B"), ()],
        "duration_s": [None, 200.0, 202.0, 300.0],
        "isrc": ["", "", "", ISRC, OTHER_ISRC],
        "album": ["", "Album"],
        "licence": ["", CC],
        "tags": [(), (Tag("techno"),), (Tag("dub"),)],
    }
    rows: list[dict[str, Any]] = [
        {name: chance.choice(values) for name, values in choices.items()}
        | chance.choice(known_as)
        for _ in range(n)
    ]
    return [PlaylistItem(position=at, **row) for at, row in enumerate(rows)]


def recorded(folder: Path, lists: Iterable[list[PlaylistItem]], at_once: int) -> object:
    """Record playlists in a fresh catalog; return each row's song and the dump."""
    with open_catalog(Settings(corpus=folder)) as catalog:
        ids = []
        for items in lists:
            with catalog.write() as session:
                found = record_songs(
                    session, hear(items), said_by="csv", at_once=at_once
                )
                ids.append([song.track_id for song in found])
        with catalog.read() as session:
            return ids, list(dump.canonical_dump(session))


@pytest.mark.parametrize("seed", range(6))
def test_many_at_once_are_as_one_by_one(tmp_path: Path, seed: int) -> None:
    """Songs, names, aliases and statements do not depend on how many are looked up."""
    chance = random.Random(seed)
    lists = [any_items(chance, 40) for _ in range(4)]

    one_by_one = recorded(tmp_path / "1", lists, 1)

    assert recorded(tmp_path / "7", lists, 7) == one_by_one
    assert recorded(tmp_path / "1000", lists, 1_000) == one_by_one
    assert any('"track_aliases"' in line for line in one_by_one[1])  # type: ignore[index]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Open a writing transaction on an empty catalog."""
    with open_catalog(Settings(corpus=tmp_path)) as catalog, catalog.write() as opened:
        yield opened


def record(session: Session, *items: PlaylistItem) -> list[str]:
    """Record rows; return the track id of each."""
    found = record_songs(session, hear(items), said_by="csv")
    return [song.track_id for song in found]


def heard_as(session: Session, track_id: str, provider: str, provider_id: str) -> None:
    """Give a song a recording that was fetched from somewhere."""
    info = AudioInfo("sound", 16_000, 16_000, "opus")
    audio_files.put(session, AudioFile(track_id, "a.wav", provider, provider_id, info))


def video(**stated: object) -> PlaylistItem:
    """Return a row that names a video, under names of its own."""
    names = {"title": "ONE official", "artists": ("A channel",)}
    return item("youtube", "v", **{**names, **stated})


def test_row_that_names_a_songs_recording(session: Session) -> None:
    """A video that was accepted for a song is that song, whatever it is called."""
    [song] = record(session, item("deezer", "1", isrc=ISRC))
    heard_as(session, song, "youtube", "v")

    assert record(session, video()) == [song]


def test_recording_that_is_gone_names_no_song(session: Session) -> None:
    """Only the present recording counts: another may have been wrong."""
    [song] = record(session, item("deezer", "1"))
    heard_as(session, song, "youtube", "v")
    audio_files.mark_removed(session, song)

    assert record(session, video()) != [song]


def test_two_isrcs_are_two_recordings(session: Session) -> None:
    """A row with another ISRC is not the song that a matcher took it for."""
    [song] = record(session, item("deezer", "1", isrc=ISRC))
    heard_as(session, song, "youtube", "v")

    assert record(session, video(isrc=OTHER_ISRC)) != [song]


def test_known_songs_are_not_joined_by_a_match(session: Session) -> None:
    """That two songs have one recording may be a matcher's mistake: they stay two."""
    deezer, own = record(session, item("deezer", "1", isrc=ISRC), video())
    heard_as(session, deezer, "youtube", "v")

    assert record(session, video()) == [own]


def accepted_for(session: Session, track_id: str) -> None:
    """Give a song a recording that a search had found."""
    heard_as(session, track_id, "youtube", "v")
    found = Candidate("youtube", "v", "", "One", decision=Decision.ACCEPTED)
    matches.store(session, track_id, [found])


@pytest.mark.parametrize("times", [1, 2, 3])
def test_matched_row_adds_nothing_to_the_song(session: Session, times: int) -> None:
    """However often it is read: if the match is wrong, nothing of it may stay."""
    [song] = record(session, item("deezer", "1", duration_s=None))
    accepted_for(session, song)
    row = video(album="Wrong", year=1999, duration_s=9.0)

    assert [record(session, row, row) for _ in range(times)][-1] == [song, song]
    [track] = session.query(m.Track)
    assert (track.album, track.year, track.duration_s, track.isrc) == (
        "", None, None, "",
    )  # fmt: skip
    assert track.title == "One"


def test_match_joins_no_songs_by_code(session: Session) -> None:
    """A row's ISRC says more than a match: the row is that song, and both stay."""
    song, other = record(session, item("deezer", "1"), item("deezer", "2", title="X"))
    accepted_for(session, song)
    assert record(session, video()) == [song]
    record(session, item("deezer", "2", title="X", isrc=ISRC))

    assert record(session, video(isrc=ISRC, album="Y")) == [other]
    assert record(session, video(isrc=ISRC)) == [other]


def test_undone_match_gives_the_row_a_song_of_its_own(session: Session) -> None:
    """Read again, it brings its facts and its tags along."""
    [song] = record(session, item("deezer", "1", duration_s=None))
    accepted_for(session, song)
    row = video(duration_s=9.0, tags=(Tag("polka"),))
    record(session, row)
    audio_files.mark_removed(session, song)
    tracks.drop_ref(session, song, "youtube", "v")

    [own] = record(session, row)

    assert own != song
    assert session.get_one(m.Track, own).duration_s == 9.0
    assert [(e.track_id, e.raw) for e in session.query(m.Evidence)] == [(own, "polka")]


def test_licence_and_leave_to_share(session: Session) -> None:
    """A licence is kept in one spelling, with what it allows; none allows nothing."""
    record(session, item(licence="http://creativecommons.org/licenses/by/4.0"))
    record(session, item(title="Two"))

    rows = session.query(m.Track).order_by(m.Track.title)
    assert [(r.title, r.licence, r.redistributable) for r in rows] == [
        ("One", CC, True),
        ("Two", "", False),
    ]


def test_licence_stays(session: Session) -> None:
    """The licence known first stays, one that is stated later fills a gap only."""
    reserved = "https://example.org/all-rights-reserved"
    for licence in ("", reserved, CC):
        [found] = record_songs(session, hear([item(licence=licence)]), said_by="csv")

    row = session.query(m.Track).one()
    assert (row.licence, row.redistributable) == (reserved, False)
    assert found.other_licence == f"A - One ({reserved}, not {CC})"


@pytest.mark.parametrize(
    ("known", "row", "differs"),
    [("", CC, False), (CC, "", False), (CC, CC, False), (CC, "https://x.y/", True)],
)
def test_other_licence(known: str, row: str, differs: bool) -> None:
    """Only two stated licences can differ."""
    songs = [Track("t", "One", "", "A", licence=licence) for licence in (known, row)]

    assert bool(other_licence(*songs)) is differs


def test_tags_are_evidence(session: Session) -> None:
    """A source's genre words are kept as it writes them, once, and follow a merge."""
    tags = (Tag("Drum\x07 & Bass"), Tag("dnb", EvidenceLevel.ALBUM), Tag(" "))
    record(session, item("url", "h/a", title="x", artists=()))
    record(session, item("deezer", "1", isrc=ISRC, tags=tags))
    [song] = record(session, item("url", "h/a", isrc=ISRC))
    record(session, item("deezer", "1", isrc=ISRC, tags=tags))

    rows = session.query(m.Evidence).order_by(m.Evidence.raw)
    assert [(r.raw, r.level, r.source, r.ref, r.who) for r in rows] == [
        ("Drum & Bass", "track", "deezer", "deezer:1", "csv"),
        ("dnb", "album", "deezer", "deezer:1", "csv"),
    ]
    assert {row.track_id for row in rows} == {song}
    assert {row.genre_id for row in rows} == {None}


def test_tags_of_a_row_without_reference() -> None:
    """They are the playlist's own word."""
    [tag] = tags_of(Heard(item(tags=(Tag("techno"),))), "csv")

    assert (tag.source, tag.ref) == ("csv", "text:a|one||200")


def test_copies_of_a_file() -> None:
    """A song's file stays where it is known, as long as it holds the song."""
    rows = hear(
        [item("file", "hash", path="/copy"), item("file", "other", path="/new")]
    )
    known = {("file", "hash"): "/old", ("file", "other"): "/lost"}

    found = at_known_places(rows, known, lambda path, _: path == Path("/old"))

    assert [row.item.path for row in found] == ["/old", "/new"]


def test_two_places_of_one_reference() -> None:
    """Within a playlist the place named last is the place of all its rows."""
    rows = hear([item("file", "hash", path=path) for path in ("/a", "/b")])

    assert [row.item.path for row in rows] == ["/b", "/b"]
