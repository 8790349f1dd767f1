"""Songs in the catalog: how they are found, completed and merged."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from genre.config import Settings
from genre.db import Session, audio_files, features, open_catalog, tracks
from genre.db import models as m
from genre.records import (
    ArtistRole,
    AudioFile,
    AudioInfo,
    AudioStatus,
    FeatureRef,
    Shard,
    Track,
    TrackRef,
)

ISRC = "GBAYE6800011"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Open a writing transaction on an empty catalog."""
    with open_catalog(Settings(corpus=tmp_path)) as catalog, catalog.write() as opened:
        yield opened


def add(session: Session, key: str, title: str = "Song", **fields: object) -> Track:
    """Add a song by one artist."""
    track = Track(key, title, "", "A", **fields)  # type: ignore[arg-type]
    roles = [(f"artist {key}", ArtistRole.MAIN)]
    tracks.add(session, track, match_key=f"a|{title}", artists=roles)
    return track


def wav(key: str, sound: str) -> AudioFile:
    """Return the description of a WAV."""
    info = AudioInfo(sound, 16_000, 16_000, "mp3")
    return AudioFile(key, f"audio/{key}.wav", "url", "x", info)


def test_found_by_reference_isrc_and_text(session: Session) -> None:
    """A song is found by each of its identities; of several the oldest comes first."""
    one, two = add(session, "z", isrc=ISRC), add(session, "a")
    tracks.add_ref(session, TrackRef("z", "url", "http://h/"))

    assert one == tracks.by_ref(session, "url", "http://h/")
    assert one == tracks.by_isrc(session, ISRC)
    assert [one, two] == tracks.by_match_key(session, "a|Song")
    assert tracks.older_first(session, "a", "z") == ("z", "a")


def test_nothing_is_found_by_nothing(session: Session) -> None:
    """An empty ISRC or text key is no identity."""
    tracks.add(session, Track("a", "", "", ""), match_key="", artists=[])

    assert tracks.by_isrc(session, "") is None
    assert tracks.by_match_key(session, "") == []
    assert tracks.by_ref(session, "url", "") is None


def test_many_references_at_once(session: Session) -> None:
    """More references than a query takes are asked in parts."""
    add(session, "a")
    for i in range(900):
        session.add(m.TrackRef(source="url", source_id=str(i), track_id="a"))
    session.flush()

    found = tracks.by_refs(session, [("url", str(i)) for i in range(950)])

    assert len(found) == 900


def test_fill_in_replaces_nothing(session: Session) -> None:
    """Only what was unknown is taken from a later row."""
    known = add(session, "a", duration_s=200.0)
    row = Track(
        "b", "x", "", "y", album="Album", duration_s=300.0, isrc=ISRC, year=1999
    )

    tracks.fill_in(session, known, row)

    session.expire_all()
    found = tracks.get(session, "a")
    assert found is not None
    assert (
        found.album,
        found.duration_s,
        found.isrc,
        found.year,
    ) == ("Album", 200.0, ISRC, 1999)


def test_reference_keeps_its_trust(session: Session) -> None:
    """A later, untrusted mention does not take trust away; the place is updated."""
    add(session, "a")

    new = [
        tracks.add_ref(session, TrackRef("a", "file", "hash", url, trusted))
        for url, trusted in (("/old", True), ("/new", False), ("", False))
    ]

    ref = session.get_one(m.TrackRef, ("file", "hash"))
    assert (new, ref.url, ref.trusted) == ([True, False, False], "/new", True)


def test_merge_moves_everything(session: Session) -> None:
    """References, artists, places and duplicates follow; the old id is an alias."""
    add(session, "a"), add(session, "b", isrc=ISRC), add(session, "c")
    tracks.add_ref(session, TrackRef("b", "url", "http://h/"))
    session.add(m.Duplicate(track_id="b", other_id="a", method="x", score=1.0))
    session.add(m.Duplicate(track_id="b", other_id="c", method="x", score=1.0))
    session.flush()

    tracks.merge(session, "b", "a")

    found = tracks.get(session, "b")
    assert found is not None
    assert (found.id, found.isrc) == ("a", ISRC)
    assert found == tracks.by_ref(session, "url", "http://h/")
    roles = session.query(m.TrackArtist.artist_key).filter_by(track_id="a").all()
    assert sorted(key for (key,) in roles) == ["artist a", "artist b"]
    [double] = session.query(m.Duplicate).all()
    assert (double.track_id, double.other_id) == ("a", "c")


def test_merge_follows_earlier_aliases(session: Session) -> None:
    """An id that was merged twice still leads to the song."""
    for key in "abc":
        add(session, key)

    tracks.merge(session, "c", "b")
    tracks.merge(session, "b", "a")

    assert {"a"} == {track.id for key in "abc" if (track := tracks.get(session, key))}
    assert tracks.aliases(session) == {"b": "a", "c": "a"}


def test_merge_keeps_the_only_recording(session: Session) -> None:
    """A recording of the absorbed song is taken over when the other has none."""
    add(session, "a"), add(session, "b")
    audio_files.put(session, wav("b", "sound"))

    tracks.merge(session, "b", "a")

    [holding] = audio_files.page(session, after="", size=9)
    assert holding.audio is not None
    assert holding.audio.path == "audio/b.wav"


def test_merge_keeps_features(session: Session) -> None:
    """The frames of a recording that is taken over need not be made again."""
    add(session, "a"), add(session, "b")
    audio_files.put(session, wav("b", "sound"))
    shard = Shard("s", "key", "segments/s", "sha", 100, "float16")
    features.add_shard(session, shard, [FeatureRef("b", "key", "sound", "s", 0, 100)])

    tracks.merge(session, "b", "a")
    audio_files.move(session, "a", "audio/a.wav")

    [task] = features.current_tasks(session, "key")
    assert (task.audio.track_id, task.audio.path) == ("a", "audio/a.wav")
    assert features.missing_tasks(session, "key") == []


def test_merge_keeps_one_of_two_recordings(session: Session) -> None:
    """Of two recordings the absorbed song's is marked as removed."""
    add(session, "a"), add(session, "b")
    audio_files.put(session, wav("a", "one"))
    audio_files.put(session, wav("b", "two"))

    tracks.merge(session, "b", "a")

    assert [
        (row.pcm_sha256, row.status)
        for row in session.query(m.Audio).order_by(m.Audio.pcm_sha256)
    ] == [("one", AudioStatus.PRESENT), ("two", AudioStatus.REMOVED)]
