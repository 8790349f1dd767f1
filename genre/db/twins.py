"""Songs whose recordings hold exactly the same samples: rows of ``duplicates``.

They are one song under two names, or one of them is a wrong match. Of many equal songs
the first by id is paired with each other one: n songs make n - 1 rows.
"""

from collections.abc import Iterable

from sqlalchemy import Select, delete, func, insert, literal, select
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.db.tracks import to_track
from genre.records import AudioStatus, Track

METHOD = "pcm"  # equal samples, not only similar ones


def note(session: Session, track_id: str, sound: str) -> tuple[Track | None, int]:
    """Pair a song with those of equal sound; return the first of them, and how many.

    Both recordings are in the catalog already.
    """
    others = _with(sound).where(m.Audio.track_id != track_id)
    n = session.scalar(select(func.count()).select_from(others.subquery())) or 0
    if not n:
        return None, 0
    first = session.scalars(others.order_by(m.Audio.track_id).limit(1)).one()
    if track_id < first:
        renew(session, [sound])
    else:
        _pair(session, first, track_id)
    return to_track(session.get_one(m.Track, first)), n


def forget(session: Session, track_ids: Iterable[str]) -> list[str]:
    """Take songs out of their pairs; return the sounds that were paired.

    Who takes their recordings away, or moves them, then renews these sounds.
    """
    ids = list(track_ids)
    row, audio = m.Duplicate, m.Audio
    theirs = (row.method == METHOD) & (row.track_id.in_(ids) | row.other_id.in_(ids))
    if session.scalars(select(row).where(theirs).limit(1)).first() is None:
        return []
    session.execute(delete(row).where(theirs))
    query = select(audio.pcm_sha256).where(
        audio.track_id.in_(ids), audio.status == AudioStatus.PRESENT
    )
    return sorted(set(session.scalars(query)))


def renew(session: Session, sounds: Iterable[str]) -> None:
    """Pair anew the songs that have each of these sounds now."""
    row = m.Duplicate
    for sound in sounds:
        equal = _with(sound)
        session.execute(
            delete(row).where(
                row.method == METHOD, row.track_id.in_(equal), row.other_id.in_(equal)
            )
        )
        first = session.scalar(equal.order_by(m.Audio.track_id).limit(1)) or ""
        others = equal.where(m.Audio.track_id != first).add_columns(
            literal(first), literal(METHOD), literal(1.0)
        )
        columns = ["other_id", "track_id", "method", "score"]
        session.execute(insert(row).from_select(columns, others))
    session.expire_all()


def _with(sound: str) -> Select[str]:
    """Select the ids of the songs that have a sound now."""
    audio = m.Audio
    return select(audio.track_id).where(
        audio.pcm_sha256 == sound, audio.status == AudioStatus.PRESENT
    )


def _pair(session: Session, first: str, other: str) -> None:
    session.merge(m.Duplicate(track_id=first, other_id=other, method=METHOD, score=1.0))
    session.flush()
