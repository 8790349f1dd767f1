"""Two songs become one: everything of the one goes over to the other.

A person's word outlives the merge, whichever of the two songs it was about. Files stay
where they are; the crawl lets them follow.
"""

from collections.abc import Sequence

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.db import twins
from genre.db.matches import PERSON
from genre.db.tracks import Reference, to_track
from genre.records import AudioStatus, Decision

_TRACK = m.Base.metadata.tables[m.Track.__tablename__]


def merge(session: Session, old: str, into: str) -> None:
    """Let ``into`` take over everything of ``old``, which becomes its alias.

    Where both have a row that there may be only one of, that of ``into`` stays, unless a
    person's word stands against it; a second recording is marked as removed.
    """
    sounds = twins.forget(session, [old, into])
    _keep_one_recording(session, old, into)
    _keep_one_word(session, old, into)
    for table in m.Base.metadata.sorted_tables:
        columns = [c.name for c in table.columns if c.references(_TRACK.c.id)]
        for column in columns:
            _repoint(session, table, column, (old, into), columns)
    row = session.get_one(m.Track, old)
    _fill_after_merge(session, row, into)
    session.delete(row)
    session.flush()
    session.merge(m.TrackAlias(old_id=old, track_id=into))
    session.flush()
    twins.renew(session, sounds)


def _fill_after_merge(session: Session, old: m.Track, into: str) -> None:
    """Take from the old song what is not known of the other; names only together."""
    kept = session.get_one(m.Track, into)
    missing = to_track(kept).news_in(to_track(old))
    if old.match_key and not kept.match_key:
        names = ("title", "version", "artists", "match_key")
        missing |= {name: getattr(old, name) for name in names}
    if missing:
        session.execute(update(m.Track).where(m.Track.id == into).values(missing))


def _keep_one_recording(session: Session, old: str, into: str) -> None:
    """Mark all present recordings but one as removed.

    One that a person rejected for either song goes; then one that a person accepted
    comes before that of ``into``.
    """
    words = _words_of_persons(session, old, into)
    a = m.Audio
    rows = session.scalars(select(a).where(a.track_id.in_([old, into]))).all()
    present = [row for row in rows if row.status == AudioStatus.PRESENT]
    present.sort(key=lambda row: (_rank(row, words), row.track_id != into))
    wrong = [r for r in present if words.get(_origin(r)) == Decision.REJECTED]
    right = [row for row in present if row not in wrong]
    for row in (*wrong, *right[1:]):
        row.status = AudioStatus.REMOVED
    if right:  # the other song may have had the same sound
        _drop_twin(session, right[0], rows)
    session.flush()


def _rank(row: m.Audio, words: dict[Reference, str]) -> int:
    return 0 if words.get(_origin(row)) == Decision.ACCEPTED else 1


def _origin(row: m.Audio) -> Reference:
    return row.provider, row.provider_id


def _drop_twin(session: Session, kept: m.Audio, rows: Sequence[m.Audio]) -> None:
    """Delete another row of the same samples: there can be one, and this one stays."""
    for row in rows:
        if row is not kept and row.pcm_sha256 == kept.pcm_sha256:
            session.delete(row)


def _words_of_persons(session: Session, old: str, into: str) -> dict[Reference, str]:
    """Return what persons decided about candidates of two songs; the last word counts."""
    c = m.Candidate
    query = (
        select(c.provider, c.provider_id, c.decision)
        .where(c.track_id.in_([old, into]), c.decided_by == PERSON)
        .order_by(c.decided_at, c.decision)
    )
    return {(name, key): word for name, key, word in session.execute(query)}


def _keep_one_word(session: Session, old: str, into: str) -> None:
    """Of a candidate that both songs have keep the row that a person decided (last)."""
    c = m.Candidate
    rows = session.scalars(select(c).where(c.track_id.in_([old, into])))
    pairs: dict[Reference, list[m.Candidate]] = {}
    for row in rows:
        pairs.setdefault((row.provider, row.provider_id), []).append(row)
    for pair in pairs.values():
        pair.sort(key=lambda row: _weight(row, into))
        for row in pair[:-1]:
            session.delete(row)
    session.flush()


def _weight(row: m.Candidate, into: str) -> tuple[bool, str, str, bool]:
    is_person = row.decided_by == PERSON
    decided = (row.decided_at, row.decision) if is_person else ("", "")
    return is_person, *decided, row.track_id == into


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
