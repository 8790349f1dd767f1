"""What sources other than playlists say of a song's genre, as they word it.

A statement's id is a hash of who said what about which reference, not about which song:
so it stays one statement when songs merge. The words are looked up in the taxonomy
later; until then a row names no genre.
"""

import hashlib
from collections.abc import Iterable, Iterator

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.files import utc_now
from genre.records import Polarity, Said

_BATCH = 900  # values in one query; SQLite takes 999 at least


def statement_id(said: Said) -> str:
    """Return the id of a statement: 16 hex characters of what was said."""
    parts = (said.source, said.level, said.raw, said.ref, said.who)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def is_known(session: Session, said: Iterable[Said]) -> bool:
    """Tell whether all of these statements are in the catalog."""
    wanted = {statement_id(one) for one in said}
    return wanted <= set(_known(session, wanted))


def store(session: Session, said: Iterable[tuple[str, Said]]) -> None:
    """Keep statements about songs (by track id); those known stay as they are."""
    rows = {statement_id(one): (track_id, one) for track_id, one in said}
    known, now = set(_known(session, rows)), utc_now()
    new = [
        {
            "id": key,
            "track_id": track_id,
            "genre_id": None,
            "raw": one.raw,
            "source": one.source,
            "level": one.level,
            "playlist_id": None,
            "who": one.who,
            "weight": 1.0,
            "polarity": Polarity.FOR,
            "ref": one.ref,
            "retrieved_at": now,
        }
        for key, (track_id, one) in rows.items()
        if key not in known
    ]
    if new:
        session.execute(insert(m.Evidence), new)


def _known(session: Session, ids: Iterable[str]) -> Iterator[str]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), _BATCH):
        part = m.Evidence.id.in_(wanted[start : start + _BATCH])
        yield from session.scalars(select(m.Evidence.id).where(part))
