"""Songs that are asked and changed in memory, as if in the catalog already."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from genre.config import Settings
from genre.db import Session, open_catalog, tracks
from genre.db import models as m
from genre.db.song_batch import Names, SongBatch
from genre.records import ArtistRole, Track, TrackRef

ISRC, OTHER = "GBAYE6800011", "GBAYE6800012"
URL = ("url", "http://h/")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Open a writing transaction on an empty catalog."""
    with open_catalog(Settings(corpus=tmp_path)) as catalog, catalog.write() as opened:
        yield opened


def batch_of(session: Session) -> SongBatch:
    """Return a batch that knows what is asked for here."""
    return SongBatch(session, [Names(URL, ISRC, "a|song")])


def add(
    batch: SongBatch, key: str, *, match_key: str = "a|song", **facts: str
) -> Track:
    """Add a song by one artist."""
    track = Track(key, "Song", "", "A", **facts)  # type: ignore[arg-type]
    batch.add(track, match_key=match_key, roles=[("a", ArtistRole.MAIN)])
    return track


@pytest.mark.parametrize("written", [False, True])
def test_found_by_reference_isrc_and_text(session: Session, written: bool) -> None:
    """A song is found by each of its names, the oldest first, written or not."""
    batch = batch_of(session)
    one, two = add(batch, "z", isrc=ISRC), add(batch, "a")
    batch.add_ref(TrackRef("z", *URL))
    if written:
        batch.write()
        batch = batch_of(session)

    assert batch.by_ref(URL) == batch.by_isrc(ISRC) == one
    assert batch.by_match_key("a|song") == [one, two]


def test_nothing_is_found_by_nothing(session: Session) -> None:
    """An empty ISRC or text key is no identity."""
    batch = batch_of(session)
    add(batch, "a", match_key="")

    assert batch.by_isrc("") is None
    assert batch.by_match_key("") == []
    assert batch.by_ref(("url", "")) is batch.by_audio(("url", "")) is None


@pytest.mark.parametrize("written", [False, True])
def test_songs_of_other_isrcs_are_left_out(session: Session, written: bool) -> None:
    """Of thousands of equal names only those that an ISRC leaves open are looked at."""
    batch = batch_of(session)
    found = {
        key: add(batch, key, isrc=isrc)
        for key, isrc in (("a", OTHER), ("b", ""), ("c", ISRC), ("d", ""))
    }
    batch.fill_in(found["d"], Track("", "x", "", "y", isrc=OTHER))
    if written:
        batch.write()
        batch = batch_of(session)

    fit = [track.id for track in batch.by_match_key("a|song", ISRC)]
    assert (fit, len(batch.by_match_key("a|song"))) == (["b", "c"], 4)


def test_fill_in_replaces_nothing(session: Session) -> None:
    """Only what was unknown is taken from a later row; an ISRC is found from then on."""
    batch = batch_of(session)
    known = add(batch, "a", album="Album")

    batch.fill_in(known, Track("", "x", "", "y", album="Other", year=1999, isrc=ISRC))

    found = batch.by_isrc(ISRC)
    assert found is not None
    assert (found.title, found.album, found.year) == ("Song", "Album", 1999)


def test_reference_keeps_its_trust(session: Session) -> None:
    """A later, untrusted mention does not take trust away; the place is updated."""
    batch = batch_of(session)
    add(batch, "a")

    new = [
        batch.add_ref(TrackRef("a", *URL, url=url, trusted=trusted))
        for url, trusted in (("/old", True), ("/new", False), ("", False))
    ]
    batch.write()

    [ref] = tracks.refs(session, [URL])
    assert (new, ref.url, ref.trusted) == ([True, False, False], "/new", True)


def test_names_for_a_nameless_song(session: Session) -> None:
    """They are taken once, with the artists, also of a song that is written already."""
    batch = batch_of(session)
    known = add(batch, "a", match_key="")
    batch.write()
    row = Track("", "Real Name", "", "B")
    roles = [("a", ArtistRole.MAIN), ("b", ArtistRole.MAIN)]

    batch.name(known, row, key="b|real name", roles=roles)
    batch.name(known, Track("", "Other", "", "C"), key="c|other", roles=[])
    batch.write()

    assert session.query(m.Track).one().title == "Real Name"
    assert [r.artist_key for r in session.query(m.TrackArtist)] == ["a", "b"]


def test_merge(session: Session) -> None:
    """The older song stays, knows what both knew, and is found by every name."""
    batch = batch_of(session)
    old, new = add(batch, "z", match_key=""), add(batch, "a", isrc=ISRC)
    batch.add_ref(TrackRef("a", *URL))

    kept = batch.merge(new, old)

    assert (kept.id, kept.isrc, batch.merged) == ("z", ISRC, {"a": "z"})
    assert batch.by_ref(URL) == batch.by_isrc(ISRC) == kept
    assert tracks.aliases(session) == {"a": "z"}
