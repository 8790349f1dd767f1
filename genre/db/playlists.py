"""Playlists as they were read last, and which songs stand where in them.

Nothing is deleted: a row that vanished from its playlist stays, with the time
when that was seen.
"""

import hashlib
from collections.abc import Iterable

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.files import utc_now
from genre.records import PlaylistData


def playlist_id(source: str, source_id: str) -> str:
    """Return the id of a playlist: 16 hex characters of what identifies it."""
    return hashlib.sha256(f"{source}:{source_id}".encode()).hexdigest()[:16]


def save_playlist(session: Session, data: PlaylistData) -> str:
    """Record what was read of a playlist now; return its id."""
    key = playlist_id(data.source, data.source_id)
    session.merge(
        m.Playlist(
            id=key,
            source=data.source,
            source_id=data.source_id,
            url=data.url,
            title=data.title,
            owner=data.owner,
            checksum=data.checksum,
            snapshot_at=utc_now(),
            n_items=len(data.items),
            truncated=data.truncated,
        )
    )
    session.flush()
    return key


def save_rows(session: Session, key: str, rows: Iterable[tuple[int, str]]) -> bool:
    """Record which song (by track id) stands where in a playlist now.

    Return whether that is any different from before.
    """
    now, wanted = utc_now(), set(rows)
    known = _known_rows(session, key)
    new = [
        {"playlist_id": key, "position": position, "track_id": track, "first_seen": now}
        for position, track in sorted(wanted - set(known))
    ]
    if new:
        session.execute(insert(m.PlaylistTrack), new)
    changed = {row for row, at in known.items() if (row in wanted) != (at is None)}
    for row in changed:
        _set_removed(session, key, row, at=None if row in wanted else now)
    return bool(new or changed)


def read_anew(session: Session, track_id: str) -> None:
    """Let the playlists a song stands in be read again, changed or not."""
    row = m.PlaylistTrack
    holding = select(row.playlist_id).where(row.track_id == track_id)
    session.execute(
        update(m.Playlist).where(m.Playlist.id.in_(holding)).values(checksum="")
    )


def _known_rows(session: Session, key: str) -> dict[tuple[int, str], str | None]:
    row = m.PlaylistTrack
    found = session.execute(
        select(row.position, row.track_id, row.removed_at).where(row.playlist_id == key)
    )
    return {(position, track): removed for position, track, removed in found}


def _set_removed(
    session: Session, key: str, row: tuple[int, str], *, at: str | None
) -> None:
    table = m.PlaylistTrack
    session.execute(
        update(table)
        .where(
            table.playlist_id == key,
            table.position == row[0],
            table.track_id == row[1],
        )
        .values(removed_at=at)
    )
