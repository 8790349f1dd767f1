"""``genre features``: log-mel frames for every song that lacks them.

Songs are taken in the order of their ids; every ``SHARD_SONGS`` that succeed
fill a shard. First the shard is on disk, then one transaction records it, its
songs and the failures met on the way. A run that was killed leaves at most a
file that no row names; the next run finds the same songs missing, groups them
alike and writes that file again, byte for byte.
"""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from genre.config import Settings
from genre.db import Catalog, attempts, open_catalog
from genre.db import features as store
from genre.db.connect import catalog_path
from genre.errors import ItemError, MediaError, NotReadyError, StoreError
from genre.features.mel import MelConfig, mel_filters, wav_to_mel
from genre.features.scale import SCALES
from genre.features.segments import n_segments
from genre.features.shard import SongFrames, read_header, write_shard
from genre.files import require_room, stage_lock, sweep_temporary
from genre.records import (
    AudioFile,
    ErrorClass,
    Event,
    FeatureTask,
    Outcome,
    Plan,
    Shard,
    Stage,
    Status,
    SubjectKind,
)
from genre.wav import read_pcm, to_float
from genre.workers import in_order

SHARD_SONGS = 32  # about 60 MB of four-minute songs: what is held until it is written

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Finished:
    """A song whose frames were made, or the reason why not."""

    task: FeatureTask
    result: SongFrames | ItemError


def build_features(settings: Settings) -> Iterator[Event]:
    """Make the frames of every song whose present audio has none yet.

    Raises
    ------
    NotReadyError
        No song has audio.
    UsageError
        The settings give no sensible filterbank.
    """
    config = MelConfig.from_settings(settings)
    mel_filters(config)  # refuses bad settings before anything is touched
    if not catalog_path(settings).is_file():
        raise _nothing_to_do()
    corpus, key = settings.corpus, config.key
    with stage_lock(corpus, Stage.FEATURES), open_catalog(settings) as catalog:
        sweep_temporary(corpus / "segments")
        yield from _forget_lost(catalog, corpus, key)
        with catalog.read() as session:
            current = store.current_tasks(session, key)
            missing = store.missing_tasks(session, key)
        if not current and not missing:
            raise _nothing_to_do()
        yield Plan(Stage.FEATURES, len(current) + len(missing))
        for task in current:
            yield Outcome(
                Stage.FEATURES, task.audio.track_id, Status.KEPT, label=task.label
            )
        yield from _build(catalog, settings, config, tasks=missing)


def _nothing_to_do() -> NotReadyError:
    return NotReadyError(
        "Expected songs with audio in the catalog, found none; run `genre crawl` first."
    )


def _forget_lost(catalog: Catalog, corpus: Path, feature_key: str) -> Iterator[Outcome]:
    """Drop shards that are gone or cut short from the catalog, so they are rebuilt."""
    with catalog.read() as session:
        shards = store.shards_of(session, feature_key)
    lost = [shard for shard in shards if not _is_whole(corpus, shard)]
    if not lost:
        return
    with catalog.write() as session:
        store.forget_shards(session, [shard.id for shard in lost])
    for shard in lost:
        message = f"{shard.path} was missing or cut short; its songs are built again."
        yield Outcome(Stage.FEATURES, shard.id, Status.NOTE, message=message)


def _is_whole(corpus: Path, shard: Shard) -> bool:
    """Tell whether the file is there, as long as it says and about the same songs."""
    try:
        return read_header(corpus / shard.path).id == shard.id
    except StoreError:
        return False


def _build(
    catalog: Catalog, settings: Settings, config: MelConfig, *, tasks: list[FeatureTask]
) -> Iterator[Outcome]:
    """Make, write and record the frames of ``tasks``, a shard at a time."""
    batch: list[_Finished] = []
    n_good = 0
    for finished in _finish_all(tasks, settings, config):
        batch.append(finished)
        n_good += isinstance(finished.result, SongFrames)
        if n_good == SHARD_SONGS:
            _commit(catalog, settings, config, batch=batch)
            yield from (_to_outcome(each, config) for each in batch)
            batch, n_good = [], 0
    if batch:
        _commit(catalog, settings, config, batch=batch)
        yield from (_to_outcome(each, config) for each in batch)


def _finish_all(
    tasks: list[FeatureTask], settings: Settings, config: MelConfig
) -> Iterator[_Finished]:
    """Yield every task's result in order; numpy and scipy let threads run at once."""

    def finish(task: FeatureTask) -> _Finished:
        try:
            return _Finished(task, _song_frames(task.audio, settings.corpus, config))
        except ItemError as error:
            return _Finished(task, error)

    pool = ThreadPoolExecutor(settings.n_jobs)
    try:
        # Two songs per thread are begun or done but not written down yet.
        yield from in_order(pool, finish, tasks, ahead=2 * settings.n_jobs - 1)
    finally:
        pool.shutdown(cancel_futures=True)


def _song_frames(audio: AudioFile, corpus: Path, config: MelConfig) -> SongFrames:
    """Return a song's frames in the store's numbers.

    Raises
    ------
    ItemError
        The WAV is missing or is not the one that was crawled.
    """
    y = _read_checked(audio, corpus)
    frames = SCALES[config.store_dtype].to_store(wav_to_mel(y, config))
    return SongFrames(audio.track_id, audio.info.pcm_sha256, frames)


def _read_checked(audio: AudioFile, corpus: Path) -> NDArray[np.float32]:
    """Return the samples, if they are the ones whose hash the catalog holds."""
    try:
        samples = read_pcm(corpus / audio.path)
    except MediaError as error:
        raise _fixable(str(error)) from error
    except OSError as error:
        raise _fixable(
            f"Expected to read {audio.path}, found an error ({error.strerror}); correct"
            " that, then run `genre features` again."
        ) from error
    if hashlib.sha256(samples.data).hexdigest() != audio.info.pcm_sha256:
        raise _fixable(
            f"Expected the audio that was crawled in {audio.path}, found other samples;"
            " delete it and run `genre crawl` again."
        )
    return to_float(samples)


def _fixable(message: str) -> ItemError:
    return ItemError(message, error_class=ErrorClass.ENVIRONMENT)


def _commit(
    catalog: Catalog, settings: Settings, config: MelConfig, *, batch: list[_Finished]
) -> None:
    """Put the good songs on disk, then record them and the failures at once."""
    songs = [f.result for f in batch if isinstance(f.result, SongFrames)]
    written = None
    if songs:
        require_room(settings.corpus, settings.min_free_bytes)
        written = write_shard(settings.corpus, config, songs=songs)
    with catalog.write() as session:
        if written:
            store.add_shard(session, *written)
        for finished in batch:
            outcome = _to_outcome(finished, config)
            attempts.record_outcome(session, SubjectKind.TRACK, outcome)


def _to_outcome(finished: _Finished, config: MelConfig) -> Outcome:
    track_id, label = finished.task.audio.track_id, finished.task.label
    result = finished.result
    if isinstance(result, ItemError):
        return Outcome(
            Stage.FEATURES,
            track_id,
            Status.FAILED,
            label=label,
            message=str(result),
            error_class=result.error_class,
        )
    n_frames = len(result.frames)
    data = {"n_frames": n_frames, "n_segments": n_segments(n_frames, config)}
    return Outcome(Stage.FEATURES, track_id, Status.DONE, label=label, data=data)
