"""What a search found for a song, with the matcher's or a person's decision."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, exists, func, select, update
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.db.tracks import to_track
from genre.files import utc_now
from genre.records import AudioStatus, Candidate, Decision, Track

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


def tracks_with(
    session: Session, *, uncertain: bool, after: str = "", size: int = 100
) -> list[Track]:
    """Return songs that have candidates, by id; ``uncertain``: only those left open.

    A song is open while a playlist lists it, it has no audio, and nobody accepted a
    candidate of it.
    """
    of_song = select(m.Candidate.track_id).where(m.Candidate.track_id == m.Track.id)
    query = select(m.Track).where(m.Track.id > after, of_song.exists())
    if uncertain:
        query = query.where(_is_open())
    rows = session.scalars(query.order_by(m.Track.id).limit(size))
    return [to_track(row) for row in rows]


def count_uncertain(session: Session) -> int:
    """Return how many songs wait for a person's decision."""
    query = select(func.count()).select_from(m.Track).where(_is_open())
    return session.scalar(query) or 0


def decide(
    session: Session, track_id: str, candidate: Candidate, decision: Decision
) -> None:
    """Write down a person's decision; of a song's candidates they accept one.

    The one they accepted before is left open again. What the matcher said of others
    stays its word: it counts once more when the person takes theirs back.
    """
    now = utc_now()
    row = m.Candidate
    if decision is Decision.ACCEPTED:
        session.execute(
            update(row)
            .where(
                row.track_id == track_id,
                row.decision == Decision.ACCEPTED,
                row.decided_by != MATCHER,
            )
            .values(decision=Decision.UNCERTAIN, decided_by=MATCHER, decided_at=now)
        )
    decided = _to_row(track_id, replace(candidate, decision=decision), now)
    decided.decided_by = PERSON
    session.merge(decided)
    session.flush()


def _is_open() -> ColumnElement[bool]:
    row, audio, place = m.Candidate, m.Audio, m.PlaylistTrack
    own = row.track_id == m.Track.id
    is_listed = exists().where(place.track_id == m.Track.id, place.removed_at.is_(None))
    has_audio = exists().where(
        audio.track_id == m.Track.id, audio.status == AudioStatus.PRESENT
    )
    return and_(
        exists().where(own, row.decision == Decision.UNCERTAIN),
        ~exists().where(own, row.decision == Decision.ACCEPTED),
        ~has_audio,
        is_listed,
    )


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
