"""Phase 1 of a crawl: what the playlists say goes into the catalog.

One transaction per playlist, in the list's order, and none for a playlist that says
nothing new: reading the same playlists again leaves the catalog's file as it is. So a
run that was killed ends like one that was not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace

from genre.crawler.playlists import by_source
from genre.crawler.reading import Read, read_ahead
from genre.crawler.recounting import (
    Recorded,
    is_complete,
    ledger_name,
    lost_rows,
    recount,
    unread,
)
from genre.crawler.services import Services
from genre.crawler.songs import (
    Found,
    Heard,
    at_known_places,
    other_licence,
    record_song,
    says_nothing_new,
    tags_of,
)
from genre.crawler.sources import Kit
from genre.db import (
    Catalog,
    Session,
    attempts,
    evidence,
    genres,
    playlists,
    snapshots,
    tracks,
)
from genre.db.attempts import Block, Standing
from genre.db.evidence import Stated
from genre.db.local_files import LocalHashes
from genre.db.snapshots import Row
from genre.db.song_batch import Names, SongBatch
from genre.errors import FetchError, ItemError, ServiceStopError, UsageError
from genre.files import utc_now
from genre.records import (
    ErrorClass,
    ListEntry,
    Outcome,
    PlaylistData,
    Stage,
    Status,
    SubjectKind,
    Unchanged,
)

_AT_ONCE = 1_000  # rows whose songs are looked up at once
_NEW_PLACE = "A playlist names a new place for its audio."


def record_all(
    catalog: Catalog, entries: Iterable[ListEntry], kit: Kit, services: Services
) -> Iterator[Outcome]:
    """Read and record playlists in order; one that fails does not stop the others."""
    recorder = Recorder(catalog)
    kit = replace(kit, digest=recorder.hashes, last_checksum=recorder.last_checksum)
    with closing(read_ahead(by_source(entries), kit, services)) as readings:
        for reading in readings:
            if reading.error:
                yield recorder.failed(reading.entry, reading.error)
            for read in reading.found:
                recorded = recorder.record(reading.entry, read)
                yield from recount(reading.entry, read.data, recorded)
    recorder.finish()


class Recorder:
    """Writes readings down; remembers what concerns the list as a whole."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._genres_of: dict[str, tuple[str, ...]] = {}  # by playlist, over all lines
        self.hashes = LocalHashes(catalog)

    def last_checksum(self, source: str, source_id: str) -> str:
        """Return the checksum of a playlist as the catalog knows it, or ""."""
        with self._catalog.read() as session:
            return playlists.last_checksum(session, source, source_id)

    def record(self, entry: ListEntry, read: Read) -> Recorded:
        """Record a playlist, its genres and its songs; write only what is new."""
        data = read.data
        key = playlists.playlist_id(data.source, data.source_id)
        self._genres_of[key] = self._genres_of.get(key, ()) + entry.genres
        heard = self._at_known_places(read.heard)
        with self._catalog.read() as session:
            settled = _is_settled(session, entry, data, heard)
        if settled and not self.hashes.is_news:
            return Recorded(key)
        with self._catalog.write() as session:
            self.hashes.store(session)
            return Recorded(key) if settled else _record(session, entry, data, heard)

    def failed(self, entry: ListEntry, error: ItemError) -> Outcome:
        """Record that a playlist could not be read.

        Raises
        ------
        UsageError
            The command line itself is wrong.
        """
        wrong = error.error_class is ErrorClass.ENVIRONMENT
        if entry.line == 0 and wrong and not isinstance(error, FetchError):
            raise UsageError(str(error)) from error
        if isinstance(error, ServiceStopError):
            return self._stopped(entry, error)
        with self._catalog.write() as session:
            name = ledger_name(entry.source)
            _note(session, name, error_class=error.error_class, text=str(error))
        where = f"Line {entry.line}: " if entry.line else ""
        return unread(entry, error.error_class, f"{where}{error}")

    def finish(self) -> None:
        """Take from playlists the genres that the list names for them no more."""
        with self._catalog.read() as session:
            wrong = {
                key: names
                for key, names in self._genres_of.items()
                if not genres.are_set(session, key, names)
            }
        if wrong or self.hashes.is_news:
            with self._catalog.write() as session:
                self.hashes.store(session)
                for key, names in wrong.items():
                    genres.set_playlist_genres(session, key, names)

    def _stopped(self, entry: ListEntry, error: ServiceStopError) -> Outcome:
        """Record that a service rests; its playlists are not to blame."""
        block = Block(error.service, error.retry_at or utc_now(), str(error))
        with self._catalog.read() as session:
            known = attempts.is_blocked(session, block)
        if not known:
            with self._catalog.write() as session:
                attempts.block_service(session, block)
        rests = {"service": block.service, "retry_at": block.until}
        return unread(entry, ErrorClass.STOP, str(error), **rests)

    def _at_known_places(self, heard: Sequence[Heard]) -> Sequence[Heard]:
        local = {h.reference for h in heard if h.item.path}
        if not local:
            return heard
        with self._catalog.read() as session:
            known = {
                (r.source, r.source_id): r.url for r in tracks.refs(session, local)
            }
        return at_known_places(heard, known, self.hashes.holds)


# --- is there anything new? ----------------------------------------------------------


def _is_settled(
    session: Session,
    entry: ListEntry,
    data: PlaylistData | Unchanged,
    heard: Sequence[Heard],
) -> bool:
    """Tell whether the catalog knows all that a reading says."""
    key = playlists.playlist_id(data.source, data.source_id)
    if not genres.have(session, key, entry.genres):
        return False
    if isinstance(data, Unchanged):
        return True
    return (
        playlists.is_as_read(session, data)
        and _stands(session, entry, data, key)
        and _songs_are_known(session, data, key, heard)
    )


def _stands(session: Session, entry: ListEntry, data: PlaylistData, key: str) -> bool:
    """Tell whether the ledger says of a playlist what it would say now."""
    last = _standing(session, key)
    same = last is not None and (last.error_class, last.message) == lost_rows(data)
    return same and not _was_unread(session, entry)


def _songs_are_known(
    session: Session, data: PlaylistData, key: str, heard: Sequence[Heard]
) -> bool:
    rows: list[Row] = []
    for part in _parts(heard, _AT_ONCE):
        known = _known(session, part)
        if len(known) < len(part):
            return False
        rows += (_row(h, known[h.item.position].track_id) for h in part)
    stated = _stated(heard, (row.track_id for row in rows), data.source)
    if evidence.news(session, stated, playlist=key):
        return False
    found = snapshots.take(session, key, rows, now="", complete=is_complete(data))
    return not found.is_news


def _known(session: Session, part: Sequence[Heard]) -> dict[int, Found]:
    """Return the songs of the rows that say nothing new of theirs, by position."""
    by_ref = tracks.by_refs(session, {h.reference for h in part})
    return {
        h.item.position: Found(
            known.track.id, other_licence=other_licence(known.track, h.facts)
        )
        for h in part
        if (known := by_ref.get(h.reference)) and says_nothing_new(h, known)
    }


# --- writing -------------------------------------------------------------------------


def _record(
    session: Session,
    entry: ListEntry,
    data: PlaylistData | Unchanged,
    heard: Sequence[Heard],
) -> Recorded:
    key = playlists.playlist_id(data.source, data.source_id)
    if isinstance(data, Unchanged):
        genres.link_playlist(session, key, entry.genres)
        return Recorded(key)
    now, first = utc_now(), not playlists.is_known(session, key)
    playlists.save(session, data, now=now)
    genres.link_playlist(session, key, entry.genres)
    songs = record_songs(session, heard, said_by=data.source, playlist=key)
    rows = [_row(h, song.track_id) for h, song in zip(heard, songs, strict=True)]
    found = snapshots.take(session, key, rows, now=now, complete=is_complete(data))
    snapshots.save(session, key, found, now=now, first=first)
    error_class, text = lost_rows(data)
    _note(session, key, provider=data.source, error_class=error_class, text=text)
    _note_that_it_was_read(session, entry)
    return Recorded(
        key,
        is_news=first or found.is_news,
        n_added=0 if first else len(found.added),
        n_removed=len(found.removed),
        other_licences=tuple(s.other_licence for s in songs if s.other_licence),
    )


def record_songs(
    session: Session,
    heard: Sequence[Heard],
    *,
    said_by: str = "",
    playlist: str | None = None,
    at_once: int = _AT_ONCE,
) -> list[Found]:
    """Record the songs of a playlist's rows; return each row's.

    However many are looked up ``at_once``, what comes of it is the same.
    """
    songs: list[Found] = []
    merged: dict[str, str] = {}
    for part in _parts(heard, at_once):
        known = _known(session, part)
        fresh = [h.song for h in part if h.item.position not in known]
        names = [Names(s.reference, s.track.isrc, s.match_key) for s in fresh]
        batch = SongBatch(session, names)
        found = [known.get(h.item.position) or record_song(batch, h) for h in part]
        batch.write()
        merged |= batch.merged  # a later row may join the songs of earlier ones
        found = [_at_present(song, merged) for song in found]
        moved = {song.track_id for song in found if song.has_new_place}
        attempts.reopen(session, moved, stage=Stage.CRAWL, message=_NEW_PLACE)
        songs += found
    songs = [_at_present(song, merged) for song in songs]
    stated = _stated(heard, (song.track_id for song in songs), said_by)
    news = evidence.news(session, stated, playlist=playlist)
    evidence.store(session, news, playlist=playlist)
    return songs


def _at_present(song: Found, merged: Mapping[str, str]) -> Found:
    track_id = song.track_id
    while track_id in merged:
        track_id = merged[track_id]
    return song if track_id == song.track_id else replace(song, track_id=track_id)


def _note_that_it_was_read(session: Session, entry: ListEntry) -> None:
    """Settle an earlier failure to read the line's source."""
    if _was_unread(session, entry):
        _note(session, ledger_name(entry.source))


def _was_unread(session: Session, entry: ListEntry) -> bool:
    last = _standing(session, ledger_name(entry.source))
    return last is not None and last.outcome is Status.FAILED


def _standing(session: Session, subject: str) -> Standing | None:
    """Return how the ledger says that it went with a playlist."""
    return attempts.standings(
        session, [subject], kind=SubjectKind.PLAYLIST, stage=Stage.CRAWL
    ).get(subject)


def _note(
    session: Session,
    subject: str,
    *,
    provider: str = "",
    error_class: ErrorClass | None = None,
    text: str = "",
) -> None:
    """Write into the ledger how it went with a playlist."""
    attempts.record(
        session,
        kind=SubjectKind.PLAYLIST,
        subject=subject,
        stage=Stage.CRAWL,
        provider=provider,
        outcome=Status.FAILED if text else Status.DONE,
        error_class=error_class,
        message=text,
    )


def _row(heard: Heard, track_id: str) -> Row:
    return Row(heard.item.position, track_id, heard.item.added_at)


def _stated(
    heard: Sequence[Heard], track_ids: Iterable[str], said_by: str
) -> list[Stated]:
    """Return what the rows of a playlist say of their songs' genres."""
    return [
        Stated(track_id, ":".join(h.reference), tuple(tags_of(h, said_by)))
        for h, track_id in zip(heard, track_ids, strict=True)
    ]


def _parts(heard: Sequence[Heard], at_once: int) -> Iterator[Sequence[Heard]]:
    for start in range(0, len(heard), at_once):
        yield heard[start : start + at_once]
