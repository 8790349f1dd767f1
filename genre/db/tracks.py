"""Songs, the names they have elsewhere, and what happens when two are one.

A song is found by a reference, its ISRC or its text key; ``seq`` numbers songs in
the order they came, so that "the older" has a meaning that no clock changes.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.records import ArtistRole, AudioStatus, Track, TrackRef

_TRACK_ID = m.Base.metadata.tables[m.Track.__tablename__].c.id
_BATCH = 400  # pairs in one query; SQLite takes 999 values at least
Roles = Iterable[tuple[str, ArtistRole]]


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


def by_refs(
    session: Session, references: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[Track, TrackRef]]:
    """Return songs and references for many references at once; unknown ones lack."""
    ref = m.TrackRef
    found = {}
    wanted = list(references)
    for start in range(0, len(wanted), _BATCH):
        pairs = tuple_(ref.source, ref.source_id).in_(wanted[start : start + _BATCH])
        query = select(ref, m.Track).join(m.Track, m.Track.id == ref.track_id)
        for row, track in session.execute(query.where(pairs)):
            found[row.source, row.source_id] = to_track(track), to_ref(row)
    return found


def by_isrc(session: Session, isrc: str) -> Track | None:
    """Return the oldest song with an ISRC."""
    query = select(m.Track).where(m.Track.isrc == isrc).order_by(m.Track.seq)
    row = session.scalar(query.limit(1)) if isrc else None
    return to_track(row) if row else None


def by_match_key(session: Session, match_key: str) -> list[Track]:
    """Return the songs with a text key, the oldest first."""
    if not match_key:
        return []
    query = select(m.Track).where(m.Track.match_key == match_key).order_by(m.Track.seq)
    return [to_track(row) for row in session.scalars(query)]


def add(session: Session, track: Track, *, match_key: str, artists: Roles) -> None:
    """Add a song."""
    next_seq = select(func.coalesce(func.max(m.Track.seq), 0) + 1).scalar_subquery()
    session.execute(
        insert(m.Track).values(
            id=track.id,
            title=track.title,
            version=track.version,
            artists=track.artists,
            album=track.album,
            duration_s=track.duration_s,
            isrc=track.isrc,
            year=track.year,
            match_key=match_key,
            seq=next_seq,
            licence=track.licence,
            redistributable=track.redistributable,
        )
    )
    roles = [
        {"track_id": track.id, "artist_key": key, "role": role} for key, role in artists
    ]
    if roles:
        session.execute(insert(m.TrackArtist), roles)


def news(known: Track, row: Track) -> dict[str, Any]:
    """Return what ``row`` says of a song that was not known yet, by column."""
    return {
        name: getattr(row, name)
        for name in ("album", "duration_s", "isrc", "year")
        if not getattr(known, name) and getattr(row, name)
    }


def fill_in(session: Session, known: Track, row: Track) -> None:
    """Take from ``row`` what is not known yet of a song; nothing is replaced."""
    missing = news(known, row)
    if missing:
        session.execute(update(m.Track).where(m.Track.id == known.id).values(missing))


def name(session: Session, known: Track, row: Track, *, key: str, roles: Roles) -> None:
    """Give a song that names no artist the names of a row that does."""
    stored = session.get_one(m.Track, known.id)
    if key and not stored.match_key:
        stored.title, stored.version = row.title, row.version
        stored.artists, stored.match_key = row.artists, key
        session.flush()
        _add_roles(session, known.id, roles)


def add_ref(session: Session, ref: TrackRef) -> bool:
    """Record a reference; return whether it is new.

    Its place is the one named last; trust is never lost.
    """
    known = session.get(m.TrackRef, (ref.source, ref.source_id))
    is_new = known is None
    if known is None:
        known = m.TrackRef(source=ref.source, source_id=ref.source_id, trusted=False)
        session.add(known)
    known.track_id = ref.track_id
    known.url = ref.url or known.url or ""
    known.trusted = known.trusted or ref.trusted
    session.flush()
    return is_new


def drop_ref(session: Session, track_id: str, source: str, source_id: str) -> bool:
    """Take a reference from a song; return whether the song had it."""
    row = session.get(m.TrackRef, (source, source_id))
    if row is None or row.track_id != track_id:
        return False
    session.delete(row)
    session.flush()
    return True


def older_first(session: Session, a: str, b: str) -> tuple[str, str]:
    """Return two track ids in the order in which the songs came."""
    query = select(m.Track.id).where(m.Track.id.in_([a, b])).order_by(m.Track.seq)
    first, second = session.scalars(query).all()
    return first, second


def merge(session: Session, old: str, into: str) -> None:
    """Let ``into`` take over everything of ``old``, which becomes its alias.

    Where both have a row that there may be only one of, that of ``into`` stays; a
    second recording is marked as removed. Files stay where they are.
    """
    _keep_one_recording(session, old, into)
    for table in m.Base.metadata.sorted_tables:
        columns = [c.name for c in table.columns if c.references(_TRACK_ID)]
        for column in columns:
            _repoint(session, table, column, (old, into), columns)
    row = session.get_one(m.Track, old)
    _fill_after_merge(session, to_track(row), into)
    session.delete(row)
    session.flush()
    session.add(m.TrackAlias(old_id=old, track_id=into))
    session.flush()


def aliases(session: Session) -> dict[str, str]:
    """Return the ids that merges did away with, and the song each of them is now."""
    alias = m.TrackAlias
    rows = session.scalars(select(alias).order_by(alias.old_id))
    return {row.old_id: row.track_id for row in rows}


def to_track(row: m.Track) -> Track:
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


def to_ref(row: m.TrackRef) -> TrackRef:
    """Return the record of a row."""
    return TrackRef(row.track_id, row.source, row.source_id, row.url, row.trusted)


def _add_roles(session: Session, track_id: str, roles: Roles) -> None:
    for artist_key, role in roles:
        session.merge(
            m.TrackArtist(track_id=track_id, artist_key=artist_key, role=role)
        )
    session.flush()


def _fill_after_merge(session: Session, old: Track, into: str) -> None:
    kept = get(session, into)
    assert kept is not None
    fill_in(session, kept, old)


def _keep_one_recording(session: Session, old: str, into: str) -> None:
    """Mark the recording of ``old`` as removed if ``into`` has one."""
    present = {
        row.track_id: row
        for row in session.scalars(
            select(m.Audio).where(
                m.Audio.track_id.in_([old, into]),
                m.Audio.status == AudioStatus.PRESENT,
            )
        )
    }
    if len(present) == 2:
        present[old].status = AudioStatus.REMOVED
        session.flush()


def _repoint(
    session: Session,
    table: Table,
    column: str,
    ids: tuple[str, str],
    columns: list[str],
) -> None:
    """Let rows of one track id name another, unless that makes them doubles."""
    old, into = ids
    keys = [key.name for key in table.primary_key.columns]
    rows = session.execute(select(table).where(table.c[column] == old)).mappings().all()
    for row in rows:
        new = {**row, column: into}
        session.execute(table.delete().where(*(table.c[k] == row[k] for k in keys)))
        pair = len({new[name] for name in columns}) < len(columns)
        same = select(table).where(*(table.c[k] == new[k] for k in keys))
        if not pair and session.execute(same).first() is None:
            session.execute(table.insert().values(new))
