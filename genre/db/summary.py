"""Counts over the whole catalog, for ``genre status``."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.db.attempts import blocked_services
from genre.files import utc_now
from genre.records import AudioStatus, Decision, Status


@dataclass(frozen=True, slots=True)
class Failure:
    """The last attempt at something, when it did not succeed."""

    subject_kind: str
    subject: str
    name: str
    stage: str
    error_class: str
    message: str
    at: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What the catalog holds."""

    playlists: int
    genres: int
    tracks: int
    with_audio: int
    audio_hours: float
    labelled: int
    label_set: str
    splits: dict[str, int]
    with_features: dict[str, int]  # by feature key
    uncertain: int
    runs: tuple[str, ...]
    blocked: dict[str, str]  # service -> until, while it asks us to stay away


def counts(session: Session) -> Counts:
    """Return the numbers that ``genre status`` shows."""
    present = m.Audio.status == AudioStatus.PRESENT
    n_audio, seconds = session.execute(
        select(func.count(), func.coalesce(func.sum(m.Audio.duration_s), 0.0)).where(
            present
        )
    ).one()
    label_set = session.scalar(select(m.LabelSet.id).where(m.LabelSet.is_current)) or ""
    split_set = session.scalar(select(m.SplitSet.id).where(m.SplitSet.is_current)) or ""
    return Counts(
        playlists=_count(session, m.Playlist),
        genres=_count(session, m.Genre),
        tracks=_count(session, m.Track),
        with_audio=n_audio,
        audio_hours=seconds / 3600,
        labelled=_distinct_labelled(session, label_set),
        label_set=label_set,
        splits=_grouped(session, m.SplitRow.split, m.SplitRow.split_set == split_set),
        with_features=_fresh_features(session),
        uncertain=_uncertain(session),
        runs=tuple(
            session.scalars(select(m.Run.id).order_by(m.Run.started_at, m.Run.id))
        ),
        blocked={
            name: block.until
            for name, block in sorted(blocked_services(session, utc_now()).items())
        },
    )


def failures(session: Session) -> Iterator[Failure]:
    """Yield everything that failed at its last attempt, the newest first."""
    last = (
        select(func.max(m.Attempt.id))
        .group_by(m.Attempt.subject_kind, m.Attempt.subject, m.Attempt.stage)
        .scalar_subquery()
    )
    rows = session.execute(
        select(m.Attempt, m.Track)
        .join(m.Track, m.Track.id == m.Attempt.subject, isouter=True)
        .where(m.Attempt.id.in_(last), m.Attempt.outcome == Status.FAILED)
        .order_by(m.Attempt.id.desc())
        .execution_options(yield_per=1_000)
    )
    for attempt, track in rows:
        yield Failure(
            subject_kind=attempt.subject_kind,
            subject=attempt.subject,
            name=f"{track.artists} - {track.title}" if track else attempt.subject,
            stage=attempt.stage,
            error_class=attempt.error_class or "",
            message=attempt.message,
            at=attempt.at,
        )


def _count(session: Session, table: type[m.Base]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def _distinct_labelled(session: Session, label_set: str) -> int:
    tracks = select(func.count(m.Label.track_id.distinct()))
    return session.scalar(tracks.where(m.Label.label_set == label_set)) or 0


def _grouped(session: Session, column: object, where: object) -> dict[str, int]:
    query = select(column, func.count()).where(where).group_by(column).order_by(column)  # type: ignore[call-overload]
    return {key: n for key, n in session.execute(query)}  # noqa: C416 - rows are no pairs to mypy


def _fresh_features(session: Session) -> dict[str, int]:
    """Count tracks per feature key whose features belong to the present audio."""
    rows = session.execute(
        select(m.Feature.feature_key, func.count())
        .join(m.Audio, m.Audio.track_id == m.Feature.track_id)
        .where(
            m.Audio.status == AudioStatus.PRESENT,
            m.Audio.pcm_sha256 == m.Feature.pcm_sha256,
        )
        .group_by(m.Feature.feature_key)
        .order_by(m.Feature.feature_key)
    )
    return {key: n for key, n in rows}  # noqa: C416 - rows are no pairs to mypy


def _uncertain(session: Session) -> int:
    """Count tracks without audio that a person could decide."""
    has_audio = select(m.Audio.track_id).where(m.Audio.status == AudioStatus.PRESENT)
    query = select(func.count(m.Candidate.track_id.distinct())).where(
        m.Candidate.decision == Decision.UNCERTAIN,
        m.Candidate.track_id.not_in(has_audio),
    )
    return session.scalar(query) or 0
