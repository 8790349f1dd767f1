"""What sources other than playlists say of a song's genre, as they word it.

A statement's id is a hash of who said what about which reference, not about which song:
so it stays one statement when songs merge. It belongs to the playlist that it was first
read in, and goes when that playlist's row no longer states it. The words are looked up
in the taxonomy later; until then a row names no genre.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.db.batches import batches
from genre.files import utc_now
from genre.records import Polarity, Said


@dataclass(frozen=True, slots=True)
class Stated:
    """What a playlist's row says of its song's genre; often nothing."""

    track_id: str
    ref: str  # the song as the row knows it
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class News:
    """What a reading of a playlist changes about statements."""

    new: dict[str, tuple[str, Said]]  # by id: the song and the statement
    moved: dict[str, str]  # ids whose reference means another song now
    retracted: tuple[str, ...]  # ids

    def __bool__(self) -> bool:
        """Tell whether anything changes."""
        return bool(self.new or self.moved or self.retracted)


def statement_id(said: Said) -> str:
    """Return the id of a statement: 16 hex characters of what was said."""
    parts = (said.source, said.level, said.raw, said.ref, said.who)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def news(session: Session, rows: Sequence[Stated], *, playlist: str | None) -> News:
    """Compare what all rows of a playlist state with what is known; write nothing."""
    wanted = {
        statement_id(said): (row.track_id, said) for row in rows for said in row.said
    }
    known = _songs_of(session, wanted)
    refs = {row.ref for row in rows}
    own = _own(session, {row.track_id for row in rows}, playlist)
    return News(
        new={key: one for key, one in wanted.items() if key not in known},
        moved={key: wanted[key][0] for key in known if known[key] != wanted[key][0]},
        retracted=tuple(k for k, ref in own if ref in refs and k not in wanted),
    )


def store(session: Session, found: News, *, playlist: str | None) -> None:
    """Write down what ``news`` found."""
    row = m.Evidence
    for gone in batches(found.retracted):
        session.execute(delete(row).where(row.id.in_(gone)))
    for key, track_id in found.moved.items():
        session.execute(update(row).where(row.id == key).values(track_id=track_id))
    now = utc_now()
    new = [
        {
            "id": key,
            "track_id": track_id,
            "genre_id": None,
            "raw": one.raw,
            "source": one.source,
            "level": one.level,
            "playlist_id": playlist,
            "who": one.who,
            "weight": 1.0,
            "polarity": Polarity.FOR,
            "ref": one.ref,
            "retrieved_at": now,
        }
        for key, (track_id, one) in found.new.items()
    ]
    if new:
        session.execute(insert(row), new)


def forget(session: Session, track_id: str, *, ref: str) -> None:
    """Take from a song what was said under a reference that is not its own after all.

    Read again, it is kept about the song that has the reference then.
    """
    row = m.Evidence
    session.execute(delete(row).where(row.track_id == track_id, row.ref == ref))


def _songs_of(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Return the songs of the statements that are known, by id."""
    row, found = m.Evidence, {}
    for part in batches(sorted(ids)):
        query = select(row.id, row.track_id).where(row.id.in_(part))
        found.update(dict(session.execute(query).all()))
    return found


def _own(
    session: Session, track_ids: Iterable[str], playlist: str | None
) -> Iterator[Row[str, str]]:
    """Yield id and reference of a playlist's statements about songs."""
    row = m.Evidence
    for part in batches(sorted(track_ids)):
        query = select(row.id, row.ref).where(
            row.track_id.in_(part), row.playlist_id == playlist
        )
        yield from session.execute(query)
