"""The songs that a batch of playlist rows may mean: read at once, written at once.

``crawler.songs`` asks and changes them row by row, as if each change were in the catalog
already: a batch ends as the same rows one by one would. A merge, which touches every
table, is made in the catalog itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from genre.db import merging, tracks
from genre.db import models as m
from genre.db.batches import batches
from genre.db.tracks import Reference
from genre.records import ArtistRole, AudioStatus, Track, TrackRef

_TRACK = m.Base.metadata.tables[m.Track.__tablename__]
_REF = m.Base.metadata.tables[m.TrackRef.__tablename__]
_ROLE = m.Base.metadata.tables[m.TrackArtist.__tablename__]

Roles = Iterable[tuple[str, ArtistRole]]


@dataclass(frozen=True, slots=True)
class Names:
    """The names under which a row's song may be known."""

    reference: Reference
    isrc: str
    match_key: str
    track_id: str = ""  # that the song gets if it is new


@dataclass(slots=True)
class _Kept:
    """A song as the batch knows it."""

    track: Track
    match_key: str
    seq: int
    is_new: bool = False
    is_changed: bool = False


class SongBatch:
    """The songs that some names may mean; nothing is in the catalog before ``write``."""

    def __init__(self, session: Session, names: Sequence[Names]) -> None:
        self._session = session
        self._songs: dict[str, _Kept] = {}
        self._by_isrc: dict[str, set[str]] = {}
        self._by_key: dict[str, set[str]] = {}
        self._by_key_isrc: dict[tuple[str, str], set[str]] = {}
        self._by_audio: dict[Reference, str] = {}
        self._matched: set[Reference] = set()  # known references that a match led to
        self._own: dict[Reference, str] = {}  # songs that have their id of a reference
        self._refs: dict[Reference, TrackRef] = {}
        self._new_refs: set[Reference] = set()
        self._changed_refs: set[Reference] = set()
        self._roles: dict[tuple[str, str, ArtistRole], None] = {}
        self._last_seq = self._max_seq()
        self.merged: dict[str, str] = {}  # the ids that became aliases, and of what
        self._load(names)

    def by_ref(self, reference: Reference) -> Track | None:
        """Return the song that is known by a reference; a match names none.

        A song that has its id of the reference is known by it, come what may: a second
        one would have the same id.
        """
        ref = None if reference in self._matched else self._refs.get(reference)
        track_id = ref.track_id if ref else self._own.get(reference)
        return self._songs[track_id].track if track_id else None

    def by_audio(self, reference: Reference) -> Track | None:
        """Return the oldest song that a match with this reference was accepted for."""
        track_id = self._by_audio.get(reference)
        if reference in self._matched:
            track_id = self._refs[reference].track_id
        return self._songs[track_id].track if track_id else None

    def by_isrc(self, isrc: str) -> Track | None:
        """Return the oldest song with an ISRC."""
        found = self._oldest_first(self._by_isrc.get(isrc, ()) if isrc else ())
        return found[0] if found else None

    def by_match_key(self, match_key: str, isrc: str = "") -> list[Track]:
        """Return the songs with a text key, the oldest first; of no other ISRC."""
        if not match_key:
            return []
        if not isrc:
            return self._oldest_first(self._by_key.get(match_key, ()))
        fit = (self._by_key_isrc.get((match_key, code), set()) for code in ("", isrc))
        return self._oldest_first(set[str]().union(*fit))

    def is_named(self, known: Track) -> bool:
        """Tell whether artist and title of a song are known."""
        return bool(self._songs[known.id].match_key)

    def add(self, track: Track, *, match_key: str, roles: Roles) -> None:
        """Add a song."""
        self._last_seq += 1
        self._keep(_Kept(track, match_key, self._last_seq, is_new=True))
        self._roles.update({(track.id, key, role): None for key, role in roles})

    def fill_in(self, known: Track, row: Track) -> None:
        """Take from ``row`` what is not known yet of a song; nothing is replaced."""
        if missing := known.news_in(row):
            self._change(known.id, replace(self._songs[known.id].track, **missing))

    def name(self, known: Track, row: Track, *, key: str, roles: Roles) -> None:
        """Give a song that names no artist the names of a row that does."""
        kept = self._songs[known.id]
        if key and not kept.match_key:
            named = replace(
                kept.track, title=row.title, version=row.version, artists=row.artists
            )
            self._change(known.id, named, match_key=key)
            self._roles.update({(known.id, name, role): None for name, role in roles})

    def add_ref(self, ref: TrackRef) -> bool:
        """Record a reference; return whether it is new.

        Its place is the one named last; trust is never lost.
        """
        key = (ref.source, ref.source_id)
        known = self._refs.get(key)
        if known is None:
            self._new_refs.add(key)
            if self._by_audio.get(key) == ref.track_id:
                self._matched.add(key)
            self._refs[key] = ref
            return True
        trusted = known.trusted or ref.trusted
        stays = replace(ref, url=ref.url or known.url, trusted=trusted)
        if stays != known:
            self._refs[key] = stays
            self._changed_refs.add(key)
        if stays.track_id != known.track_id:
            self._matched.discard(key)
        return False

    def merge(self, one: Track, other: Track) -> Track:
        """Let the older of two songs take over everything of the other; return it."""
        into, old = sorted((one.id, other.id), key=lambda key: self._songs[key].seq)
        self.write()
        self._session.expire_all()
        merging.merge(self._session, old, into)
        self._session.expire_all()
        self.merged[old] = into
        self._last_seq = self._max_seq()
        self._forget(old)
        self._forget(into)
        self._load_songs(m.Track.id, [into])
        self._repoint(old, into)
        return self._songs[into].track

    def write(self) -> None:
        """Write everything that is new or has changed."""
        self._write_songs()
        self._write_roles()
        self._write_refs()

    # --- reading -------------------------------------------------------------------

    def _load(self, names: Sequence[Names]) -> None:
        references = {name.reference for name in names}
        for ref in tracks.refs(self._session, references):
            self._refs[ref.source, ref.source_id] = ref
        self._matched = tracks.matched_refs(self._session, self._refs)
        self._load_songs(m.Track.id, {ref.track_id for ref in self._refs.values()})
        self._load_own(names)
        self._load_songs(m.Track.isrc, {name.isrc for name in names} - {""})
        self._load_songs(m.Track.match_key, {name.match_key for name in names} - {""})
        self._load_audio(references - self._refs.keys())

    def _load_songs(
        self, column: InstrumentedAttribute[str], values: Iterable[str]
    ) -> None:
        for part in batches(sorted(values)):
            for row in self._session.execute(select(_TRACK).where(column.in_(part))):
                if row.id not in self._songs:
                    self._keep(_Kept(tracks.to_track(row), row.match_key, row.seq))

    def _load_own(self, names: Sequence[Names]) -> None:
        """Load the songs whose ids, or ids before a merge, come from the references."""
        ids = {name.reference: name.track_id for name in names if name.track_id}
        now = tracks.at_present(self._session, ids.values())
        self._load_songs(m.Track.id, set(now.values()))
        self._own = {ref: now[key] for ref, key in ids.items() if key in now}
        self._matched -= {
            key
            for key in self._matched
            if self._refs[key].track_id == self._own.get(key)
        }

    def _load_audio(self, references: Iterable[Reference]) -> None:
        a = m.Audio
        found: dict[Reference, list[str]] = {}
        columns = select(a.provider, a.provider_id, a.track_id)
        for where in tracks.among(a.provider, a.provider_id, references):
            query = columns.where(where, a.status == AudioStatus.PRESENT)
            for provider, provider_id, track_id in self._session.execute(query):
                found.setdefault((provider, provider_id), []).append(track_id)
        self._load_songs(m.Track.id, {key for keys in found.values() for key in keys})
        for reference, keys in found.items():
            self._by_audio[reference] = self._oldest_first(keys)[0].id

    def _max_seq(self) -> int:
        return self._session.scalar(select(func.max(m.Track.seq))) or 0

    # --- what is known ---------------------------------------------------------------

    def _keep(self, kept: _Kept) -> None:
        self._songs[kept.track.id] = kept
        self._by_isrc.setdefault(kept.track.isrc, set()).add(kept.track.id)
        self._by_key.setdefault(kept.match_key, set()).add(kept.track.id)
        both = (kept.match_key, kept.track.isrc)
        self._by_key_isrc.setdefault(both, set()).add(kept.track.id)

    def _change(self, key: str, track: Track, *, match_key: str = "") -> None:
        kept = self._songs[key]
        self._unlist(kept)
        kept.track, kept.is_changed = track, True
        kept.match_key = match_key or kept.match_key
        self._keep(kept)

    def _forget(self, key: str) -> None:
        self._unlist(self._songs.pop(key))

    def _unlist(self, kept: _Kept) -> None:
        key = kept.track.id
        self._by_isrc[kept.track.isrc].discard(key)
        self._by_key[kept.match_key].discard(key)
        self._by_key_isrc[kept.match_key, kept.track.isrc].discard(key)

    def _oldest_first(self, keys: Iterable[str]) -> list[Track]:
        found = sorted((self._songs[key] for key in keys), key=lambda kept: kept.seq)
        return [kept.track for kept in found]

    def _repoint(self, old: str, into: str) -> None:
        for key, ref in self._refs.items():
            if ref.track_id == old:
                self._refs[key] = replace(ref, track_id=into)
        for known in (self._by_audio, self._own):
            known.update({key: into for key, found in known.items() if found == old})

    # --- writing -----------------------------------------------------------------------

    def _write_songs(self) -> None:
        new = [kept for kept in self._songs.values() if kept.is_new]
        changed = [k for k in self._songs.values() if k.is_changed and not k.is_new]
        self._insert(_TRACK, [_values(k) for k in sorted(new, key=lambda k: k.seq)])
        self._update(_TRACK, ("id",), [_values(kept) for kept in changed])
        for kept in (*new, *changed):
            kept.is_new = kept.is_changed = False

    def _write_roles(self) -> None:
        """Write who made which song; a song that has just got its names may know some."""
        known: set[tuple[str, str, str]] = set()
        for part in batches(sorted({track_id for track_id, _, _ in self._roles})):
            query = select(_ROLE).where(_ROLE.c.track_id.in_(part))
            known.update(tuple(row) for row in self._session.execute(query))
        columns = ("track_id", "artist_key", "role")
        new = [role for role in self._roles if role not in known]
        self._insert(_ROLE, [dict(zip(columns, role, strict=True)) for role in new])
        self._roles.clear()

    def _write_refs(self) -> None:
        changed = self._changed_refs - self._new_refs
        self._insert(_REF, [asdict(self._refs[key]) for key in sorted(self._new_refs)])
        self._update(
            _REF, ("source", "source_id"), [asdict(self._refs[key]) for key in changed]
        )
        self._new_refs.clear()
        self._changed_refs.clear()

    def _insert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._session.connection().execute(insert(table), rows)

    def _update(
        self, table: Table, keys: Sequence[str], rows: list[dict[str, Any]]
    ) -> None:
        """Set all columns of rows, which their keys name."""
        if not rows:
            return
        where = [table.c[key] == bindparam(f"key_{key}") for key in keys]
        named = [{f"key_{k}": row[k] for k in keys} | row for row in rows]
        values: dict[str, Any] = {c: bindparam(c) for c in rows[0] if c not in keys}
        query = update(table).where(*where).values(values)
        self._session.connection().execute(query, named)


def _values(kept: _Kept) -> dict[str, Any]:
    return asdict(kept.track) | {"match_key": kept.match_key, "seq": kept.seq}
