"""What a playlist that is not in the catalog shares with it, for ``genre discover``."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from genre.db import models as m

_BATCH = 400  # values in one query; SQLite takes 999 at least
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Known:
    """Ids of songs in the catalog, by what identifies them."""

    by_ref: dict[tuple[str, str], str]
    by_isrc: dict[str, str]
    by_match_key: dict[str, str]


def known_songs(
    session: Session,
    *,
    references: Iterable[tuple[str, str]],
    isrcs: Iterable[str],
    match_keys: Iterable[str],
) -> Known:
    """Look many songs up at once."""
    ref, track = m.TrackRef, m.Track
    by_ref = {}
    for pairs in _batches(references):
        query = select(ref.source, ref.source_id, ref.track_id)
        query = query.where(tuple_(ref.source, ref.source_id).in_(pairs))
        for source, source_id, track_id in session.execute(query):
            by_ref[source, source_id] = track_id
    return Known(
        by_ref,
        by_isrc=_by(session, track.isrc, isrcs),
        by_match_key=_by(session, track.match_key, match_keys),
    )


def tracks_of_genres(session: Session, genre_ids: Sequence[str]) -> set[str]:
    """Return the songs that stand in a playlist of one of these genres now."""
    row, about = m.PlaylistTrack, m.PlaylistGenre
    query = (
        select(row.track_id)
        .join(about, about.playlist_id == row.playlist_id)
        .where(row.removed_at.is_(None), about.genre_id.in_(genre_ids))
    )
    return set(session.scalars(query))


def listed_playlists(session: Session) -> set[tuple[str, str]]:
    """Return source and source id of every playlist in the catalog."""
    rows = session.execute(select(m.Playlist.source, m.Playlist.source_id))
    return {(source, source_id) for source, source_id in rows}


def _by(
    session: Session, column: InstrumentedAttribute[Any], values: Iterable[str]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for batch in _batches(filter(None, values)):
        query = select(column, m.Track.id).where(column.in_(batch))
        found.update(dict(session.execute(query).all()))
    return found


def _batches(values: Iterable[Value]) -> Iterator[list[Value]]:
    listed = list(dict.fromkeys(values))
    for start in range(0, len(listed), _BATCH):
        yield listed[start : start + _BATCH]
