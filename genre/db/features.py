"""Which songs have frames in the segment store, where, and which lack them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from genre.db import models
from genre.records import (
    AudioFile,
    AudioInfo,
    AudioStatus,
    FeatureRef,
    FeatureTask,
    Shard,
    Track,
)

_PRESENT = models.Audio.status == AudioStatus.PRESENT


def current_features(session: Session, feature_key: str) -> list[FeatureRef]:
    """Return the frames of every song whose present audio they were made from."""
    feature = models.Feature
    query = (
        select(feature)
        .join(models.Audio, _made_from_present_audio(feature_key))
        .order_by(feature.track_id)
    )
    return [_to_ref(row) for row in session.scalars(query)]


def shards_of(session: Session, feature_key: str) -> list[Shard]:
    """Return the shards of a store that are said to be on disk, by id."""
    shard = models.Shard
    query = (
        select(shard)
        .where(shard.feature_key == feature_key, shard.state == "present")
        .order_by(shard.id)
    )
    return [_to_shard(row) for row in session.scalars(query)]


def current_tasks(session: Session, feature_key: str) -> list[FeatureTask]:
    """Return the songs whose frames are up to date, by track id."""
    return _tasks(session, feature_key, models.Feature.track_id.is_not(None))


def missing_tasks(session: Session, feature_key: str) -> list[FeatureTask]:
    """Return the songs with audio that lack up-to-date frames, by track id."""
    return _tasks(session, feature_key, models.Feature.track_id.is_(None))


def add_shard(session: Session, shard: Shard, refs: Sequence[FeatureRef]) -> None:
    """Record a shard that is on disk, and that its songs' frames are there now."""
    session.merge(
        models.Shard(
            id=shard.id,
            feature_key=shard.feature_key,
            path=shard.path,
            sha256=shard.sha256,
            n_frames=shard.n_frames,
            dtype=shard.dtype,
            state="present",
        )
    )
    session.flush()  # features refer to it
    for ref in refs:
        session.merge(
            models.Feature(
                track_id=ref.track_id,
                feature_key=ref.feature_key,
                pcm_sha256=ref.pcm_sha256,
                shard_id=ref.shard_id,
                offset=ref.offset,
                n_frames=ref.n_frames,
            )
        )


def forget_shards(session: Session, shard_ids: Iterable[str]) -> None:
    """Delete shards that are lost, with the places they held, so they are rebuilt."""
    for shard_id in shard_ids:
        feature, shard = models.Feature, models.Shard
        session.execute(delete(feature).where(feature.shard_id == shard_id))
        session.execute(delete(shard).where(shard.id == shard_id))


def _made_from_present_audio(feature_key: str) -> ColumnElement[bool]:
    return and_(
        models.Audio.track_id == models.Feature.track_id,
        models.Audio.pcm_sha256 == models.Feature.pcm_sha256,
        models.Feature.feature_key == feature_key,
        _PRESENT,
    )


def _tasks(
    session: Session, feature_key: str, which: ColumnElement[bool]
) -> list[FeatureTask]:
    audio, track = models.Audio, models.Track
    query = (
        select(audio, track)
        .join(track, track.id == audio.track_id)
        .outerjoin(models.Feature, _made_from_present_audio(feature_key))
        .where(_PRESENT, which)
        .order_by(audio.track_id)
    )
    return [_to_task(audio, track) for audio, track in session.execute(query)]


def _to_task(audio: models.Audio, track: models.Track) -> FeatureTask:
    info = AudioInfo(
        pcm_sha256=audio.pcm_sha256,
        sample_rate=audio.sample_rate,
        n_samples=audio.n_samples,
        source_codec=audio.source_codec,
    )
    name = Track(track.id, track.title, track.version, track.artists).name
    return FeatureTask(
        AudioFile(track.id, audio.path, audio.provider, audio.provider_id, info), name
    )


def _to_ref(row: models.Feature) -> FeatureRef:
    return FeatureRef(
        track_id=row.track_id,
        feature_key=row.feature_key,
        pcm_sha256=row.pcm_sha256,
        shard_id=row.shard_id,
        offset=row.offset,
        n_frames=row.n_frames,
    )


def _to_shard(row: models.Shard) -> Shard:
    return Shard(
        id=row.id,
        feature_key=row.feature_key,
        path=row.path,
        sha256=row.sha256,
        n_frames=row.n_frames,
        dtype=row.dtype,
    )
