"""Playlists as they were read last; ``snapshots`` knows which songs stand in them."""

import hashlib

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.records import PlaylistData, WholeFile

_STATED = ("url", "title", "owner", "checksum", "truncated")  # columns as they are read


def playlist_id(source: str, source_id: str) -> str:
    """Return the id of a playlist: 16 hex characters of what identifies it."""
    return hashlib.sha256(f"{source}:{source_id}".encode()).hexdigest()[:16]


def is_known(session: Session, key: str) -> bool:
    """Tell whether a playlist was ever read."""
    return session.get(m.Playlist, key) is not None


def is_as_read(session: Session, data: PlaylistData) -> bool:
    """Tell whether a playlist, but for its songs, is as it was when it was read last."""
    row = session.get(m.Playlist, playlist_id(data.source, data.source_id))
    if row is None or row.n_items != len(data.items):
        return False
    return all(getattr(row, name) == getattr(data, name) for name in _STATED)


def last_checksum(session: Session, source: str, source_id: str) -> str:
    """Return the checksum of a playlist as it was read last, "" when it never was."""
    row = session.get(m.Playlist, playlist_id(source, source_id))
    return row.checksum if row else ""


def save(session: Session, data: PlaylistData, *, now: str) -> str:
    """Record what was read of a playlist now; return its id."""
    key = playlist_id(data.source, data.source_id)
    session.merge(
        m.Playlist(
            id=key,
            source=data.source,
            source_id=data.source_id,
            snapshot_at=now,
            n_items=len(data.items),
            **{name: getattr(data, name) for name in _STATED},
        )
    )
    session.flush()
    return key


def others_of(
    session: Session, source: str, file: WholeFile
) -> list[tuple[str, str, str]]:
    """Return the playlists that a file held and holds no more: id, source id, title.

    One that is known to be empty is left out.
    """
    p, row = m.Playlist, m.PlaylistTrack
    is_of_file = or_(
        p.source_id == file.source_id,
        p.source_id.startswith(f"{file.source_id}#", autoescape=True),
    )
    holds = exists().where(row.playlist_id == p.id, row.removed_at.is_(None))
    query = (
        select(p.id, p.source_id, p.title)
        .where(p.source == source, is_of_file, or_(p.n_items > 0, holds))
        .order_by(p.id)
    )
    return [
        (key, source_id, title)
        for key, source_id, title in session.execute(query)
        if source_id not in file.playlists
        and source_id.startswith(file.source_id)  # SQLite's LIKE ignores case
    ]


def empty(session: Session, key: str, *, now: str) -> None:
    """Record that a playlist holds nothing any more."""
    values = {"n_items": 0, "checksum": "", "snapshot_at": now}
    session.execute(update(m.Playlist).where(m.Playlist.id == key).values(values))


def read_anew(session: Session, track_id: str) -> None:
    """Let the playlists a song stands in be read again, changed or not."""
    row = m.PlaylistTrack
    holding = select(row.playlist_id).where(row.track_id == track_id)
    session.execute(
        update(m.Playlist).where(m.Playlist.id.in_(holding)).values(checksum="")
    )
