"""Counts over the whole catalog, and what failed, for ``genre status``.

How far the songs have come is counted in ``funnel.py``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from genre.db import models as m
from genre.db.attempts import Block, blocked_services
from genre.db.tracks import to_track
from genre.files import utc_now
from genre.records import AudioStatus, ErrorClass, Status, SubjectKind


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
class FailureClass:
    """All that failed in one way, or found no good match, with the newest of them."""

    outcome: Status  # failed or refused
    error_class: ErrorClass | None  # None when refused
    n: int
    example: Failure


@dataclass(frozen=True, slots=True)
class Counts:
    """What the catalog holds."""

    playlists: int
    genres: int
    tracks: int
    with_audio: int
    audio_hours: float
    label_set: str
    splits: dict[str, int]
    runs: tuple[str, ...]


def counts(session: Session) -> Counts:
    """Return the numbers that ``genre status`` shows beside the funnel."""
    n_audio, seconds = session.execute(
        select(func.count(), func.coalesce(func.sum(m.Audio.duration_s), 0.0)).where(
            m.Audio.status == AudioStatus.PRESENT
        )
    ).one()
    label_set = session.scalar(select(m.LabelSet.id).where(m.LabelSet.is_current)) or ""
    return Counts(
        playlists=_count(session, m.Playlist),
        genres=_count(session, m.Genre),
        tracks=_count(session, m.Track),
        with_audio=n_audio,
        audio_hours=seconds / 3600,
        label_set=label_set,
        splits=_splits(session),
        runs=tuple(
            session.scalars(select(m.Run.id).order_by(m.Run.started_at, m.Run.id))
        ),
    )


def blocks(session: Session) -> list[Block]:
    """Return the services that ask us to stay away now, by name."""
    return [block for _, block in sorted(blocked_services(session, utc_now()).items())]


def failure_classes(session: Session) -> list[FailureClass]:
    """Return what stands open, by class, the most frequent first."""
    row = m.Attempt
    found = session.execute(
        select(row.outcome, row.error_class, func.count(), func.max(row.id))
        .where(_stands_open())
        .group_by(row.outcome, row.error_class)
    )
    return [
        FailureClass(
            Status(outcome),
            ErrorClass(error_class) if error_class else None,
            n,
            _failure_of(session, newest),
        )
        for outcome, error_class, n, newest in sorted(found, key=lambda row: -row[2])
    ]


def failures(session: Session) -> Iterator[Failure]:
    """Yield everything that failed at its last attempt, the newest first."""
    row = m.Attempt
    rows = session.execute(
        select(row, m.Track)
        .join(m.Track, m.Track.id == row.subject, isouter=True)
        .where(_stands_open(), row.outcome == Status.FAILED)
        .order_by(row.id.desc())
        .execution_options(yield_per=1_000)
    )
    for attempt, track in rows:
        yield _to_failure(attempt, track)


def _stands_open() -> ColumnElement[bool]:
    """Tell the last attempts at songs and playlists where they did not succeed.

    A song that turned out to be another one is no song any more; which services ask
    us to stay away is told by ``blocks``.
    """
    row, later = m.Attempt, aliased(m.Attempt)
    superseded = exists().where(
        later.subject_kind == row.subject_kind,
        later.subject == row.subject,
        later.stage == row.stage,
        later.id > row.id,
    )
    merged = exists().where(m.TrackAlias.old_id == row.subject)
    about_service = row.subject_kind == SubjectKind.SERVICE
    return and_(m.UNSETTLED, ~about_service, ~superseded, ~merged)


def _failure_of(session: Session, attempt_id: int) -> Failure:
    attempt = session.get_one(m.Attempt, attempt_id)
    return _to_failure(attempt, session.get(m.Track, attempt.subject))


def _to_failure(attempt: m.Attempt, track: m.Track | None) -> Failure:
    return Failure(
        subject_kind=attempt.subject_kind,
        subject=attempt.subject,
        name=to_track(track).name if track else attempt.subject,
        stage=attempt.stage,
        error_class=attempt.error_class or "",
        message=attempt.message,
        at=attempt.at,
    )


def _count(session: Session, table: type[m.Base]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def _splits(session: Session) -> dict[str, int]:
    current = select(m.SplitSet.id).where(m.SplitSet.is_current).scalar_subquery()
    part = m.SplitRow.split
    query = select(part, func.count()).where(m.SplitRow.split_set == current)
    return dict(session.execute(query.group_by(part).order_by(part)).tuples().all())
