"""Two songs become one: what goes over, and which of two things stays."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from genre.config import Settings
from genre.db import (
    Session,
    audio_files,
    features,
    matches,
    merging,
    open_catalog,
    tracks,
)
from genre.db import models as m
from genre.db.song_batch import SongBatch
from genre.records import (
    ArtistRole,
    AudioFile,
    AudioInfo,
    AudioStatus,
    Candidate,
    Decision,
    FeatureRef,
    Shard,
    Track,
    TrackRef,
)

ISRC = "GBAYE6800011"
YES, NO = Decision.ACCEPTED, Decision.REJECTED


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Open a writing transaction on an empty catalog."""
    with open_catalog(Settings(corpus=tmp_path)) as catalog, catalog.write() as opened:
        yield opened


def add(session: Session, key: str, title: str = "Song", **fields: object) -> Track:
    """Add a song by one artist."""
    track = Track(key, title, "", "A", **fields)  # type: ignore[arg-type]
    roles = [(f"artist {key}", ArtistRole.MAIN)]
    batch = SongBatch(session, [])
    batch.add(track, match_key=f"a|{title}", roles=roles)
    batch.write()
    return track


def add_ref(session: Session, ref: TrackRef) -> None:
    """Give a song a name elsewhere."""
    session.add(m.TrackRef(**asdict(ref)))
    session.flush()


def wav(key: str, sound: str) -> AudioFile:
    """Return the description of a WAV."""
    info = AudioInfo(sound, 16_000, 16_000, "mp3")
    return AudioFile(key, f"audio/{key}.wav", "url", "x", info)


def test_merge_moves_everything(session: Session) -> None:
    """References, artists, places and duplicates follow; the old id is an alias."""
    add(session, "a"), add(session, "b", isrc=ISRC), add(session, "c")
    add_ref(session, TrackRef("b", "url", "http://h/"))
    session.add(m.Duplicate(track_id="b", other_id="a", method="x", score=1.0))
    session.add(m.Duplicate(track_id="b", other_id="c", method="x", score=1.0))
    session.flush()

    merging.merge(session, "b", "a")

    found = tracks.get(session, "b")
    assert found is not None
    assert (found.id, found.isrc) == ("a", ISRC)
    assert found == tracks.by_ref(session, "url", "http://h/")
    roles = session.query(m.TrackArtist.artist_key).filter_by(track_id="a").all()
    assert sorted(key for (key,) in roles) == ["artist a", "artist b"]
    [double] = session.query(m.Duplicate).all()
    assert (double.track_id, double.other_id) == ("a", "c")


def test_merge_keeps_the_only_names(session: Session) -> None:
    """A song known by an address alone gets the names of the one that it absorbs."""
    nameless = SongBatch(session, [])
    nameless.add(Track("a", "x", "", ""), match_key="", roles=[])
    nameless.write()
    add(session, "b", "Song")

    merging.merge(session, "b", "a")

    [row] = session.query(m.Track).all()
    assert (row.id, row.title, row.artists) == ("a", "Song", "A")
    assert row.match_key == "a|Song"


def test_merge_follows_earlier_aliases(session: Session) -> None:
    """An id that was merged twice still leads to the song."""
    for key in "abc":
        add(session, key)

    merging.merge(session, "c", "b")
    merging.merge(session, "b", "a")

    assert {"a"} == {track.id for key in "abc" if (track := tracks.get(session, key))}
    assert tracks.aliases(session) == {"b": "a", "c": "a"}


def test_merge_keeps_the_only_recording(session: Session) -> None:
    """A recording of the absorbed song is taken over when the other has none."""
    add(session, "a"), add(session, "b")
    audio_files.put(session, wav("b", "sound"))

    merging.merge(session, "b", "a")

    [holding] = audio_files.page(session, after="", size=9)
    assert holding.audio is not None
    assert holding.audio.path == "audio/b.wav"


def test_merge_keeps_features(session: Session) -> None:
    """The frames of a recording that is taken over need not be made again."""
    add(session, "a"), add(session, "b")
    audio_files.put(session, wav("b", "sound"))
    shard = Shard("s", "key", "segments/s", "sha", 100, "float16")
    features.add_shard(session, shard, [FeatureRef("b", "key", "sound", "s", 0, 100)])

    merging.merge(session, "b", "a")
    audio_files.move(session, "a", "audio/a.wav")

    [task] = features.current_tasks(session, "key")
    assert (task.audio.track_id, task.audio.path) == ("a", "audio/a.wav")
    assert features.missing_tasks(session, "key") == []


def test_merge_keeps_one_of_two_recordings(session: Session) -> None:
    """Of two recordings the absorbed song's is marked as removed."""
    add(session, "a"), add(session, "b")
    audio_files.put(session, wav("a", "one"))
    audio_files.put(session, wav("b", "two"))

    merging.merge(session, "b", "a")

    assert [
        (row.pcm_sha256, row.status)
        for row in session.query(m.Audio).order_by(m.Audio.pcm_sha256)
    ] == [("one", AudioStatus.PRESENT), ("two", AudioStatus.REMOVED)]


def found(key: str, decision: Decision = Decision.UNCERTAIN) -> Candidate:
    """Return a search result."""
    return Candidate("youtube", key, "", "Song", decision=decision)


def heard(session: Session, track_id: str, key: str, sound: str) -> None:
    """Give a song the recording that a search result stands for."""
    audio = wav(track_id, sound)
    audio_files.put(session, replace(audio, provider="youtube", provider_id=key))


def kept(session: Session) -> list[tuple[str, str]]:
    """Return the recordings of all songs, by sound, and what became of each."""
    rows = session.query(m.Audio).order_by(m.Audio.pcm_sha256)
    return [(row.pcm_sha256, row.status) for row in rows]


@pytest.mark.parametrize(
    ("of_old", "of_into", "stays"),
    [
        (None, None, "into"),
        (YES, None, "old"),
        (None, YES, "into"),
        (YES, YES, "into"),
        (None, NO, "old"),
        (NO, None, "into"),
        (NO, NO, None),
    ],
)
def test_recording_that_a_person_chose(
    session: Session,
    of_old: Decision | None,
    of_into: Decision | None,
    stays: str | None,
) -> None:
    """It stays, whichever song it was of; one that a person rejected goes."""
    for key, decision in (("into", of_into), ("old", of_old)):
        add(session, key)
        heard(session, key, f"video of {key}", key)
        matches.store(session, key, [found(f"video of {key}", YES)])
        if decision:
            matches.decide(session, key, found(f"video of {key}"), decision)

    merging.merge(session, "old", "into")

    assert [sound for sound, status in kept(session) if status == "present"] == (
        [stays] if stays else []
    )


@pytest.mark.parametrize("decided", ["old", "into"])
def test_rejected_for_the_other_song(session: Session, decided: str) -> None:
    """A person's word on a result stays, and the recording it is about goes."""
    other = {"old": "into", "into": "old"}[decided]
    add(session, "into"), add(session, "old")
    for key in ("old", "into"):
        matches.store(session, key, [found("v", YES)])
    matches.decide(session, decided, found("v"), NO)
    heard(session, other, "v", "sound")

    merging.merge(session, "old", "into")

    [one] = matches.of_track(session, "into")
    assert (one.decision, one.by_person) == (NO, True)
    assert kept(session) == [("sound", AudioStatus.REMOVED)]


@pytest.mark.parametrize("gone", ["old", "into"])
def test_one_sound_that_one_song_had_lost(session: Session, gone: str) -> None:
    """The recording that is there stays, whatever became of its like."""
    add(session, "into"), add(session, "old")
    for key in ("old", "into"):
        audio_files.put(session, wav(key, "sound"))
    audio_files.mark_removed(session, gone)

    merging.merge(session, "old", "into")

    assert kept(session) == [("sound", AudioStatus.PRESENT)]
    [row] = session.query(m.Audio)
    assert row.path != f"audio/{gone}.wav"
