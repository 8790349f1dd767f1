"""``genre features``: what is missing is built, once, to the same bytes however it ran."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from genre.config import Settings
from genre.db import attempts, models, open_catalog
from genre.errors import BusyError, DiskFullError, NotReadyError, UsageError
from genre.features.mel import MelConfig, wav_to_mel
from genre.features.pipeline import build_features
from genre.files import stage_lock
from genre.records import (
    ErrorClass,
    Event,
    Outcome,
    Plan,
    Stage,
    Status,
    SubjectKind,
)
from genre.wav import read_wav
from tests.features.corpora import (
    add_audio,
    digest,
    load,
    make_corpus,
    outcomes,
    songs,
    statuses,
    store_files,
    track_id,
)


def test_every_song_gets_its_frames(tmp_path: Path) -> None:
    """The store holds each song's log-mel frames within float16's error."""
    sounds = songs(3)
    settings = make_corpus(tmp_path, sounds)

    events: list[Event] = list(build_features(settings))

    assert events[0] == Plan(Stage.FEATURES, 3)
    first = events[1]
    assert isinstance(first, Outcome)
    assert (first.subject, first.status) == (track_id(0), Status.DONE)
    assert first.label == f"Band - Song {track_id(0)}"
    assert first.data == {"n_frames": 16, "n_segments": 1}
    resident = load(settings)
    assert resident.track_ids == tuple(sounds)
    for each in sounds:
        y = read_wav(tmp_path / f"audio/00/{each}.wav")
        np.testing.assert_allclose(
            resident.song(each), wav_to_mel(y, MelConfig()), atol=0.032
        )


def test_a_second_run_keeps_everything(tmp_path: Path) -> None:
    """Nothing is made twice; the songs are reported as kept."""
    settings = make_corpus(tmp_path, songs(3))
    outcomes(settings)
    before = store_files(tmp_path)

    events = outcomes(settings)

    assert statuses(events) == {Status.KEPT: 3}
    assert store_files(tmp_path) == before


def test_only_new_songs_are_added(tmp_path: Path) -> None:
    """Songs that come later fill a shard of their own; old shards stay as they are."""
    settings = make_corpus(tmp_path, songs(2))
    outcomes(settings)
    before = store_files(tmp_path)

    make_corpus(tmp_path, dict(list(songs(5).items())[2:]))
    events = outcomes(settings)

    assert statuses(events) == {Status.KEPT: 2, Status.DONE: 3}
    after = store_files(tmp_path)
    assert len(after) == 2
    assert before.items() <= after.items()


@pytest.mark.parametrize(
    "change",
    [{"hop_length": 256}, {"n_fft": 4096}, {"n_mels": 64}, {"store_dtype": "uint8"}],
    ids=lambda change: next(iter(change)),
)
def test_another_setting_makes_a_store_beside_the_old(
    tmp_path: Path, change: dict[str, object]
) -> None:
    """Both stores can be read afterwards, each in its own dtype and shape."""
    settings = make_corpus(tmp_path, songs(2))
    outcomes(settings)
    before = store_files(tmp_path)
    other = dataclasses.replace(settings, **change)  # type: ignore[arg-type]

    assert statuses(outcomes(other)) == {Status.DONE: 2}

    assert before.items() <= store_files(tmp_path).items()
    config = MelConfig.from_settings(other)
    assert load(other).config == config
    assert load(other).frames.shape[1] == config.n_mels
    assert statuses(outcomes(settings)) == {Status.KEPT: 2}


def test_replaced_audio_is_built_again(tmp_path: Path) -> None:
    """Frames of audio that was replaced are stale: the song's row moves to a new shard."""
    settings = make_corpus(tmp_path, songs(2))
    outcomes(settings)
    louder = songs(2)[track_id(0)] * np.float32(1.5)
    with open_catalog(settings) as catalog, catalog.write() as session:
        add_audio(session, tmp_path, track_id(0), louder)

    events = outcomes(settings)

    assert [(e.subject, e.status) for e in events] == [
        (track_id(1), Status.KEPT), (track_id(0), Status.DONE),
    ]  # fmt: skip
    y = read_wav(tmp_path / f"audio/00/{track_id(0)}.wav")
    np.testing.assert_allclose(
        load(settings).song(track_id(0)), wav_to_mel(y, MelConfig()), atol=0.032
    )


def _delete(path: Path) -> None:
    """Lose the whole file."""
    path.unlink()


def _cut_short(path: Path) -> None:
    """Lose its last bytes."""
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize("lose", [_delete, _cut_short])
def test_a_lost_shard_is_built_again(tmp_path: Path, lose: object) -> None:
    """A shard that is gone or cut short is noticed, told and written as it was."""
    settings = make_corpus(tmp_path, songs(3))
    outcomes(settings)
    before, rows = store_files(tmp_path), digest(settings)
    path = next(iter(before))
    assert callable(lose)
    lose(tmp_path / "segments" / path)

    events = outcomes(settings)

    assert statuses(events) == {Status.NOTE: 1, Status.DONE: 3}
    assert f"segments/{path} was missing or cut short" in events[0].message
    assert store_files(tmp_path) == before
    assert digest(settings) == rows


def _missing(path: Path) -> None:
    """Remove the WAV."""
    path.unlink()


def _other_samples(path: Path) -> None:
    """Change one sample, not the length."""
    data = bytearray(path.read_bytes())
    data[1_000] ^= 1
    path.write_bytes(data)


def _truncated(path: Path) -> None:
    """Cut the last samples off, not the header."""
    path.write_bytes(path.read_bytes()[:-10])


def _folder(path: Path) -> None:
    """Put a folder where the WAV was."""
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_missing, "found nothing; run `genre crawl` again"),
        (_other_samples, "found other samples; delete it and run `genre crawl` again"),
        (_truncated, "damaged file; delete it and run `genre crawl` again"),
        (_folder, "found an error (Is a directory)"),
    ],
)
def test_a_wav_that_changed_fails_alone(
    tmp_path: Path, damage: object, message: str
) -> None:
    """The song fails with a sentence, in the ledger too; the others are built."""
    settings = make_corpus(tmp_path, songs(3))
    assert callable(damage)
    damage(tmp_path / f"audio/00/{track_id(1)}.wav")

    events = outcomes(settings)

    assert statuses(events) == {Status.DONE: 2, Status.FAILED: 1}
    failed = events[1]
    assert failed.subject == track_id(1)
    assert failed.error_class is ErrorClass.ENVIRONMENT
    assert message in failed.message
    with open_catalog(settings) as catalog, catalog.read() as session:
        ledger = attempts.standings(
            session,
            [track_id(0), track_id(1)],
            kind=SubjectKind.TRACK,
            stage=Stage.FEATURES,
        )
    assert ledger[track_id(0)].outcome is Status.DONE
    assert ledger[track_id(1)].outcome is Status.FAILED
    assert message in ledger[track_id(1)].message


def test_a_song_that_was_repaired_is_built(tmp_path: Path) -> None:
    """After the WAV is back the same command builds what failed, and only that."""
    settings = make_corpus(tmp_path, songs(3))
    wav, aside = tmp_path / f"audio/00/{track_id(1)}.wav", tmp_path / "aside.wav"
    shutil.move(wav, aside)
    outcomes(settings)
    shutil.move(aside, wav)

    assert statuses(outcomes(settings)) == {Status.KEPT: 2, Status.DONE: 1}
    assert load(settings).track_ids == tuple(songs(3))


def test_a_run_where_all_fail_writes_no_shard(tmp_path: Path) -> None:
    """No song succeeded: the failures are recorded, the store stays empty."""
    settings = make_corpus(tmp_path, songs(2))
    shutil.rmtree(tmp_path / "audio")

    assert statuses(outcomes(settings)) == {Status.FAILED: 2}
    assert store_files(tmp_path) == {}


def test_without_a_catalog_the_first_command_is_named(tmp_path: Path) -> None:
    """An empty folder is not turned into a corpus."""
    with pytest.raises(NotReadyError, match="run `genre crawl` first"):
        outcomes(Settings(corpus=tmp_path / "none"))

    assert not (tmp_path / "none").exists()


def test_without_audio_the_first_command_is_named(tmp_path: Path) -> None:
    """A catalog whose tracks have no audio has nothing to build."""
    settings = make_corpus(tmp_path, songs(1))
    with open_catalog(settings) as catalog, catalog.write() as session:
        session.query(models.Audio).delete()

    with pytest.raises(NotReadyError, match="found none; run `genre crawl` first"):
        outcomes(settings)


def test_a_second_caller_is_told(tmp_path: Path) -> None:
    """While one run holds the stage, another is refused and writes nothing."""
    settings = make_corpus(tmp_path, songs(1))

    with (
        stage_lock(tmp_path, Stage.FEATURES),
        pytest.raises(BusyError, match="already running"),
    ):
        outcomes(settings)


def test_settings_without_sense_are_refused_first(tmp_path: Path) -> None:
    """A filterbank with empty bands is named before anything is touched."""
    settings = make_corpus(tmp_path, songs(1), n_fft=64, hop_length=64)

    with pytest.raises(UsageError, match="choose fewer --n-mels"):
        outcomes(settings)


def test_too_little_room_blames_no_song(tmp_path: Path) -> None:
    """Below ``min_free_bytes`` the run stops; the ledger and the store stay empty."""
    settings = make_corpus(tmp_path, songs(2), min_free_bytes=1 << 60)

    with pytest.raises(DiskFullError, match="nothing was marked as failed"):
        outcomes(settings)

    assert store_files(tmp_path) == {}
    with open_catalog(settings) as catalog, catalog.read() as session:
        assert session.query(models.Attempt).count() == 0


def test_outcomes_are_fit_for_json(tmp_path: Path) -> None:
    """What ``--json`` prints of an outcome is plain data."""
    settings = make_corpus(tmp_path, songs(1))

    data = [dict(outcome.data) for outcome in outcomes(settings)]

    assert json.loads(json.dumps(data)) == [{"n_frames": 16, "n_segments": 1}]
