"""What a search found for a song, with the matcher's or a person's decision."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.files import utc_now
from genre.records import Candidate, Decision

MATCHER = "matcher"  # who decides when no person did
PERSON = "person"


def store(session: Session, track_id: str, found: Iterable[Candidate]) -> None:
    """Store search results; what a person has decided stays as it is."""
    now = utc_now()
    for candidate in found:
        key = (track_id, candidate.provider, candidate.provider_id)
        known = session.get(m.Candidate, key)
        if known is None or known.decided_by == MATCHER:
            session.merge(_to_row(track_id, candidate, now))
    session.flush()


def of_track(session: Session, track_id: str) -> list[Candidate]:
    """Return the stored candidates of a song, the best first."""
    query = (
        select(m.Candidate)
        .where(m.Candidate.track_id == track_id)
        .order_by(
            m.Candidate.score.desc(), m.Candidate.provider, m.Candidate.provider_id
        )
    )
    return [_to_candidate(row) for row in session.scalars(query)]


def _to_row(track_id: str, candidate: Candidate, now: str) -> m.Candidate:
    return m.Candidate(
        track_id=track_id,
        provider=candidate.provider,
        provider_id=candidate.provider_id,
        url=candidate.url,
        title=candidate.title,
        uploader=candidate.uploader,
        duration_s=candidate.duration_s,
        score=candidate.score,
        reason=candidate.reason,
        decision=candidate.decision,
        decided_by=MATCHER,
        decided_at=now,
    )


def _to_candidate(row: m.Candidate) -> Candidate:
    return Candidate(
        provider=row.provider,
        provider_id=row.provider_id,
        url=row.url,
        title=row.title,
        uploader=row.uploader,
        duration_s=row.duration_s,
        score=row.score,
        reason=row.reason,
        decision=Decision(row.decision),
        by_person=row.decided_by != MATCHER,
    )
