"""What a playlist holds after it was read again; what came into it and what left it.

A song that only moved keeps its row: it came neither in nor out. A song that vanished
keeps its row with the date, and has it back when it returns. ``playlist_changes`` is the
diary: every song that came or went since the playlist was read first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.records import Change, PlaylistEvent, Track


@dataclass(frozen=True, slots=True)
class Row:
    """A song's place in a playlist as it was read now."""

    position: int
    track_id: str
    added_at: str = ""  # UTC ISO text, as the source states it


@dataclass(frozen=True, slots=True)
class Place:
    """A song's place in a playlist as the catalog keeps it."""

    position: int
    track_id: str
    added_at: str | None
    first_seen: str
    removed_at: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A playlist before and after a reading."""

    before: frozenset[Place]
    after: frozenset[Place]
    added: tuple[Place, ...]
    removed: tuple[Place, ...]

    @property
    def is_news(self) -> bool:
        """Tell whether the reading says anything that was not known."""
        return self.before != self.after


_At = TypeVar("_At", Row, Place)


def take(
    session: Session, key: str, rows: Iterable[Row], *, now: str, complete: bool
) -> Snapshot:
    """Compare what was read of a playlist with what is kept of it; write nothing."""
    t = m.PlaylistTrack
    columns = (t.position, t.track_id, t.added_at, t.first_seen, t.removed_at)
    known = session.execute(select(*columns).where(t.playlist_id == key))
    return compare([Place(*row) for row in known], rows, now=now, complete=complete)


def compare(
    known: Iterable[Place], rows: Iterable[Row], *, now: str, complete: bool
) -> Snapshot:
    """Return what a playlist holds after a reading.

    What an incomplete reading does not show may still be there: it removes nothing.
    """
    before = frozenset(known)
    places, read = _by_track(before), _by_track(rows)
    after: list[Place] = []
    added: list[Place] = []
    removed: list[Place] = []
    for track_id in {**places, **read}:
        old, listed = places.get(track_id, []), read.get(track_id, [])
        home = _pair(old, listed)
        here = {
            row.position: _placed(row, home.get(row.position), now) for row in listed
        }
        gone = set(old) - set(home.values())
        lost = {place for place in gone if complete and place.removed_at is None}
        after += here.values()
        after += [replace(place, removed_at=now) for place in lost]
        # where the song stands again at a place that it left once, one row is enough
        after += [p for p in gone - lost if p.position not in here]
        added += [p for at, p in here.items() if at not in home or home[at].removed_at]
        removed += lost
    return Snapshot(before, frozenset(after), tuple(added), tuple(removed))


def save(
    session: Session, key: str, snapshot: Snapshot, *, now: str, first: bool
) -> None:
    """Keep a playlist as a snapshot says; what the first reading finds is no event."""
    _delete(session, key, snapshot.before - snapshot.after)
    new = sorted(snapshot.after - snapshot.before, key=_order)
    _insert(session, m.PlaylistTrack, [_values(key, place) for place in new])
    if not first:
        gone = {("removed", p.position, p.track_id) for p in snapshot.removed}
        come = {("added", p.position, p.track_id) for p in snapshot.added}
        _write_diary(session, key, now, gone | come)


def readings(session: Session, *, since: str = "") -> list[tuple[str, str]]:
    """Return when which playlist (by id) had changed, the newest first."""
    change, playlist = m.PlaylistChange, m.Playlist
    query = (
        select(change.at, playlist.id)
        .join(playlist, playlist.id == change.playlist_id)
        .where(change.at >= since)
        .distinct()
        .order_by(change.at.desc(), playlist.title, playlist.id)
    )
    return [(at, key) for at, key in session.execute(query)]


def events(session: Session, key: str, *, at: str) -> list[PlaylistEvent]:
    """Return the songs that one reading of a playlist showed to have come and gone."""
    change, playlist, track = m.PlaylistChange, m.Playlist, m.Track
    query = (
        select(change, playlist.title, track.artists, track.title, track.version)
        .join(playlist, playlist.id == change.playlist_id)
        .join(track, track.id == change.track_id)
        .where(change.playlist_id == key, change.at == at)
        .order_by(change.position, change.change.desc(), change.track_id)
    )
    return [
        PlaylistEvent(
            at=row.at,
            change=Change(row.change),
            playlist_id=row.playlist_id,
            playlist=title,
            position=row.position,
            track_id=row.track_id,
            track=Track(row.track_id, name, version, artists).name,
        )
        for row, title, artists, name, version in session.execute(query)
    ]


# --- one song's places -------------------------------------------------------------


def _pair(places: Sequence[Place], rows: Sequence[Row]) -> dict[int, Place]:
    """Return for each row of a song, by position, the place that is now there.

    Places it holds come before those it left; one that stays before one that moves.
    """
    pairs: dict[int, Place] = {}
    for left in (False, True):
        pool = {p.position: p for p in places if bool(p.removed_at) is left}
        waiting = [row.position for row in rows if row.position not in pairs]
        pairs.update({at: pool.pop(at) for at in waiting if at in pool})
        moved = [at for at in waiting if at not in pairs]
        pairs.update(zip(moved, (pool[at] for at in sorted(pool)), strict=False))
    return pairs


def _placed(row: Row, before: Place | None, now: str) -> Place:
    """Return a row as it is kept; a source's first word on its date stays."""
    stated = row.added_at or None
    if before is None:
        return Place(row.position, row.track_id, stated, now)
    if before.removed_at:
        return Place(
            row.position, row.track_id, stated or before.added_at, before.first_seen
        )
    added_at = before.added_at or stated
    return replace(before, position=row.position, added_at=added_at)


def _by_track(rows: Iterable[_At]) -> dict[str, list[_At]]:
    found: dict[str, list[_At]] = {}
    for row in sorted(rows, key=_order):
        found.setdefault(row.track_id, []).append(row)
    return found


def _order(row: Row | Place) -> tuple[int, str]:
    return row.position, row.track_id


# --- rows --------------------------------------------------------------------------


def _values(key: str, place: Place) -> dict[str, Any]:
    return {
        "playlist_id": key,
        "position": place.position,
        "track_id": place.track_id,
        "added_at": place.added_at,
        "first_seen": place.first_seen,
        "removed_at": place.removed_at,
    }


def _delete(session: Session, key: str, places: Iterable[Place]) -> None:
    table = m.Base.metadata.tables[m.PlaylistTrack.__tablename__]
    query = delete(table).where(
        table.c.playlist_id == key,
        table.c.position == bindparam("at"),
        table.c.track_id == bindparam("track"),
    )
    old = [{"at": p.position, "track": p.track_id} for p in places]
    if old:
        session.connection().execute(query, old)


def _insert(
    session: Session, table: type[m.Base], rows: Sequence[dict[str, Any]]
) -> None:
    if rows:
        session.execute(insert(table), rows)


def _write_diary(
    session: Session, key: str, now: str, found: set[tuple[str, int, str]]
) -> None:
    """Write down what came and went; twice within a second counts once."""
    t = m.PlaylistChange
    known = session.execute(
        select(t.change, t.position, t.track_id).where(
            t.playlist_id == key, t.at == now
        )
    )
    new = sorted(found - {(change, at, track) for change, at, track in known})
    names = ("change", "position", "track_id")
    same = {"playlist_id": key, "at": now}
    _insert(session, t, [{**same, **dict(zip(names, row, strict=True))} for row in new])
