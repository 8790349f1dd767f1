"""Songs and the names they have elsewhere.

A song is found by a reference, its ISRC or its text key; ``seq`` numbers songs in
the order they came, so that "the older" has a meaning that no clock changes. What
happens when two are one is in ``merging``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from genre.db import models as m
from genre.db.batches import batches
from genre.records import Decision, Track, TrackRef

_TRACK = m.Base.metadata.tables[m.Track.__tablename__]
_REF = m.Base.metadata.tables[m.TrackRef.__tablename__]
_CANDIDATE = m.Base.metadata.tables[m.Candidate.__tablename__]
Reference = tuple[str, str]  # source, source id
Named = ColumnElement[str] | InstrumentedAttribute[str]


@dataclass(frozen=True, slots=True)
class Known:
    """A song, the reference that it was found by, and its text key."""

    track: Track
    ref: TrackRef
    match_key: str
    by_match: bool = False  # a search had led to that reference, no playlist alone


def get(session: Session, track_id: str) -> Track | None:
    """Return a song by its id, or by one it had before a merge."""
    row = session.get(m.Track, track_id)
    if row is None:
        alias = session.get(m.TrackAlias, track_id)
        row = session.get(m.Track, alias.track_id) if alias else None
    return to_track(row) if row else None


def by_ref(session: Session, source: str, source_id: str) -> Track | None:
    """Return the song that is known by a reference."""
    ref = session.get(m.TrackRef, (source, source_id))
    return get(session, ref.track_id) if ref else None


def refs(session: Session, references: Iterable[Reference]) -> Iterator[TrackRef]:
    """Yield the references, of those given, that are known."""
    for where in among(_REF.c.source, _REF.c.source_id, references):
        for row in session.execute(select(_REF).where(where)):
            yield to_ref(row)


def by_refs(
    session: Session, references: Iterable[Reference]
) -> dict[Reference, Known]:
    """Return what is known by many references at once; unknown ones lack."""
    wanted, found = set(references), {}
    matched = matched_refs(session, wanted)
    both = select(*_REF.c, *_TRACK.c).select_from(_REF.join(_TRACK))
    for where in among(_REF.c.source, _REF.c.source_id, wanted):
        for row in session.execute(both.where(where)):
            key = (row.source, row.source_id)
            known = Known(to_track(row), to_ref(row), row.match_key, key in matched)
            found[key] = known
    return found


def matched_refs(session: Session, references: Iterable[Reference]) -> set[Reference]:
    """Return the references that are their song's accepted candidate.

    That such a reference means the song is the matcher's word, or a person's.
    """
    of_song = and_(
        _CANDIDATE.c.track_id == _REF.c.track_id,
        _CANDIDATE.c.provider == _REF.c.source,
        _CANDIDATE.c.provider_id == _REF.c.source_id,
        _CANDIDATE.c.decision == Decision.ACCEPTED,
    )
    names = (_REF.c.source, _REF.c.source_id)
    query = select(*names).select_from(_REF.join(_CANDIDATE, of_song))
    return {
        (source, source_id)
        for where in among(*names, references)
        for source, source_id in session.execute(query.where(where))
    }


def among(
    source: Named, source_id: Named, references: Iterable[Reference]
) -> Iterator[ColumnElement[bool]]:
    """Yield conditions that together mean any of the references, an index away."""
    by_source: dict[str, list[str]] = {}
    for name, key in sorted(references):
        by_source.setdefault(name, []).append(key)
    for name, keys in by_source.items():
        for part in batches(keys):
            yield (source == name) & source_id.in_(part)


def put_ref(session: Session, ref: TrackRef) -> None:
    """Give a song a reference, or tell where what it stands for is now."""
    session.merge(
        m.TrackRef(
            track_id=ref.track_id,
            source=ref.source,
            source_id=ref.source_id,
            url=ref.url,
            trusted=ref.trusted,
        )
    )
    session.flush()


def drop_ref(session: Session, track_id: str, source: str, source_id: str) -> bool:
    """Take a reference from a song; return whether the song had it."""
    row = session.get(m.TrackRef, (source, source_id))
    if row is None or row.track_id != track_id:
        return False
    session.delete(row)
    session.flush()
    return True


def aliases(session: Session) -> dict[str, str]:
    """Return the ids that merges did away with, and the song each of them is now.

    An id that a song has is not one of them.
    """
    alias = m.TrackAlias
    is_gone = alias.old_id.not_in(select(m.Track.id))
    rows = session.scalars(select(alias).where(is_gone).order_by(alias.old_id))
    return {row.old_id: row.track_id for row in rows}


def at_present(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Return the songs that have ids, or had them before a merge; others lack."""
    found: dict[str, str] = {}
    alias = m.TrackAlias
    for part in batches(sorted(set(ids))):
        for row in session.scalars(select(alias).where(alias.old_id.in_(part))):
            found[row.old_id] = row.track_id
        live = select(m.Track.id).where(m.Track.id.in_(part))
        found |= {key: key for key in session.scalars(live)}
    return found


def to_track(row: m.Track | Row[Any]) -> Track:
    """Return the record of a row."""
    return Track(
        id=row.id,
        title=row.title,
        version=row.version,
        artists=row.artists,
        album=row.album,
        duration_s=row.duration_s,
        isrc=row.isrc,
        year=row.year,
        licence=row.licence,
        redistributable=row.redistributable,
    )


def to_ref(row: m.TrackRef | Row[Any]) -> TrackRef:
    """Return the record of a row."""
    return TrackRef(row.track_id, row.source, row.source_id, row.url, row.trusted)
