"""What a search found for a song, with the matcher's or a person's decision."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Select, exists, func, select, update
from sqlalchemy.orm import Session, aliased

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


def chosen(session: Session, ids: Iterable[str]) -> dict[str, set[tuple[str, str]]]:
    """Return the recordings that a person chose, by song: provider and id."""
    row = m.Candidate
    query = select(row).where(
        row.track_id.in_(ids),
        row.decision == Decision.ACCEPTED,
        row.decided_by != MATCHER,
    )
    found: dict[str, set[tuple[str, str]]] = {}
    for one in session.scalars(query):
        found.setdefault(one.track_id, set()).add((one.provider, one.provider_id))
    return found


def tracks_with(
    session: Session, *, uncertain: bool, after: str = "", size: int = 100
) -> list[Track]:
    """Return songs that have candidates, by id; ``uncertain``: only those left open.

    A song is open while a playlist lists it, it has no audio, and nobody accepted a
    candidate of it.
    """
    row = m.Candidate
    ids = _songs_with(uncertain=uncertain).where(row.track_id > after)
    page = ids.order_by(row.track_id).limit(size)
    query = select(m.Track).where(m.Track.id.in_(page)).order_by(m.Track.id)
    return [to_track(row) for row in session.scalars(query)]


def count_with(session: Session, *, uncertain: bool) -> int:
    """Return how many songs ``tracks_with`` goes through."""
    songs = _songs_with(uncertain=uncertain).subquery()
    return session.scalar(select(func.count()).select_from(songs)) or 0


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


def _songs_with(*, uncertain: bool) -> Select[str]:
    """Return a query for the ids of songs that have candidates, each once."""
    row = m.Candidate
    query = select(row.track_id).distinct()
    if not uncertain:
        return query
    accepted, audio, place = aliased(row), m.Audio, m.PlaylistTrack
    return query.where(
        row.decision == Decision.UNCERTAIN,
        ~exists().where(
            accepted.track_id == row.track_id, accepted.decision == Decision.ACCEPTED
        ),
        ~exists().where(
            audio.track_id == row.track_id, audio.status == AudioStatus.PRESENT
        ),
        exists().where(place.track_id == row.track_id, place.removed_at.is_(None)),
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
