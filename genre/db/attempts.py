"""The ledger: what was tried, how it ended, and who asked us to stay away.

Every stage writes here with ``record``. Nothing is ever changed or deleted: the
last row about a subject says how it stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.files import utc_now
from genre.records import (
    LONGEST_REST_DAYS,
    ErrorClass,
    Outcome,
    Stage,
    Status,
    SubjectKind,
)
from genre.text import clean_text


@dataclass(frozen=True, slots=True)
class Standing:
    """How the last attempt at a subject ended, and how often it failed in a row."""

    outcome: Status
    error_class: ErrorClass | None
    message: str
    n_temporary: int = 0  # temporary failures since the last other outcome


@dataclass(frozen=True, slots=True)
class Block:
    """A service that asked us to stay away."""

    service: str
    until: str  # UTC ISO text
    reason: str


def record_outcome(
    session: Session, kind: SubjectKind, outcome: Outcome, *, provider: str = ""
) -> None:
    """Write down what happened to an item, as the user is told it."""
    record(
        session,
        kind=kind,
        subject=outcome.subject,
        stage=outcome.stage,
        provider=provider,
        outcome=outcome.status,
        error_class=outcome.error_class,
        message=outcome.message,
    )


def record(
    session: Session,
    *,
    kind: SubjectKind,
    subject: str,
    stage: Stage,
    provider: str = "",
    outcome: Status,
    error_class: ErrorClass | None = None,
    message: str = "",
    retry_at: str | None = None,
) -> None:
    """Write one attempt into the ledger."""
    session.add(
        m.Attempt(
            subject_kind=kind,
            subject=clean_text(subject),
            stage=stage,
            provider=provider,
            at=utc_now(),
            outcome=outcome,
            error_class=error_class,
            message=clean_text(message),
            retry_at=retry_at,
        )
    )
    session.flush()


def standings(
    session: Session, subjects: Iterable[str], *, kind: SubjectKind, stage: Stage
) -> dict[str, Standing]:
    """Return how each of a page of subjects stands; one never tried is left out."""
    rows = session.scalars(
        select(m.Attempt)
        .where(
            m.Attempt.subject_kind == kind,
            m.Attempt.stage == stage,
            m.Attempt.subject.in_(list(subjects)),
        )
        .order_by(m.Attempt.id)
    )
    found: dict[str, Standing] = {}
    for row in rows:
        found[row.subject] = _after(found.get(row.subject), row)
    return found


def reopen(
    session: Session, track_ids: Iterable[str], *, stage: Stage, message: str
) -> None:
    """Let songs that had failed be tried again, and say why."""
    found = standings(session, track_ids, kind=SubjectKind.TRACK, stage=stage)
    for track_id, standing in sorted(found.items()):
        if standing.outcome in {Status.FAILED, Status.REFUSED}:
            record(
                session,
                kind=SubjectKind.TRACK,
                subject=track_id,
                stage=stage,
                outcome=Status.NOTE,
                message=message,
            )


def is_blocked(session: Session, block: Block) -> bool:
    """Tell whether it is known that a service wants to be left alone for as long."""
    known = blocked_services(session, utc_now()).get(block.service)
    return known is not None and known.until >= block.until


def block_service(session: Session, block: Block) -> None:
    """Remember that a service wants to be left alone, and until when.

    The first to be told writes it into the ledger; who is told the same adds nothing.
    """
    if is_blocked(session, block):
        return
    reason = clean_text(block.reason)
    session.merge(
        m.Service(name=block.service, blocked_until=block.until, reason=reason)
    )
    record(
        session,
        kind=SubjectKind.SERVICE,
        subject=block.service,
        stage=Stage.CRAWL,
        outcome=Status.FAILED,
        error_class=ErrorClass.STOP,
        message=reason,
        retry_at=block.until,
    )


def forget_blocks(session: Session) -> None:
    """Let all services be asked again, whatever they asked for; the ledger remembers."""
    session.execute(update(m.Service).values(blocked_until=None))


def blocked_services(session: Session, now: str) -> dict[str, Block]:
    """Return the services that still want to be left alone at ``now``, by name.

    A rest of many days was never asked for: a clock was wrong when it was written.
    """
    until = m.Service.blocked_until
    latest = utc_now(days=LONGEST_REST_DAYS + 1)  # asked for just now
    rows = session.scalars(select(m.Service).where(until > now, until <= latest))
    return {
        row.name: Block(row.name, row.blocked_until or "", row.reason) for row in rows
    }


def _after(before: Standing | None, row: m.Attempt) -> Standing:
    """Return the standing that follows from one more attempt."""
    error_class = ErrorClass(row.error_class) if row.error_class else None
    temporary = error_class is ErrorClass.TEMPORARY
    n_before = before.n_temporary if before else 0
    return Standing(
        outcome=Status(row.outcome),
        error_class=error_class,
        message=row.message,
        n_temporary=n_before + 1 if temporary else 0,
    )
