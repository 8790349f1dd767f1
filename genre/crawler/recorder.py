"""Phase 1 of a crawl: what the playlists say goes into the catalog.

One transaction per playlist, in the list's order, and none for a playlist that says
nothing new: reading the same playlists again leaves the catalog's file as it is. So a
run that was killed ends like one that was not.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from genre.crawler.naming import may_name
from genre.crawler.playlists import by_source
from genre.crawler.reading import Read, read_ahead
from genre.crawler.record import is_settled, record_playlist
from genre.crawler.recounting import Recorded, ledger_name, recount, unread, vanished
from genre.crawler.services import Services
from genre.crawler.songs import Heard, at_known_places
from genre.crawler.sources import Kit
from genre.db import (
    Catalog,
    Session,
    attempts,
    genres,
    playlists,
    readings,
    snapshots,
    tracks,
)
from genre.db.attempts import Block
from genre.db.local_files import LocalHashes
from genre.errors import FetchError, ItemError, ServiceStopError, UsageError
from genre.files import utc_now
from genre.records import (
    ErrorClass,
    Event,
    ListEntry,
    Outcome,
    Plan,
    PlaylistData,
    Stage,
    WholeFile,
)
from genre.text import clean_text

_Name = tuple[str, str]  # a playlist's source and source id


def record_all(
    catalog: Catalog,
    entries: Iterable[ListEntry],
    kit: Kit,
    services: Services,
    *,
    list_file: Path | None = None,
    is_whole: bool = True,
) -> Iterator[Event]:
    """Read and record playlists in order; one that fails does not stop the others.

    The entries are those of ``list_file``, or all of its lines if it ``is_whole``. The
    plan grows when a file turns out to hold several playlists.
    """
    recorder = Recorder(catalog, list_file, is_whole=is_whole)
    kit = replace(kit, digest=recorder.hashes, last_checksum=recorder.last_checksum)
    lines = by_source(entries)
    total = len(lines)
    yield Plan(Stage.CRAWL, total, unit="playlists")
    with closing(read_ahead(lines, kit, services)) as found:
        for reading in found:
            if reading.error:
                yield recorder.failed(reading.entry, reading.error)
            if (n_more := len(reading.found) - 1) > 0:
                total += n_more
                yield Plan(Stage.CRAWL, total, unit="playlists")
            for read in reading.found:
                recorded = recorder.record(reading.entry, read)
                yield from recount(reading.entry, read.data, recorded)
            yield from recorder.vanished(reading.entry, reading.found)
    recorder.finish(lines)


class Recorder:
    """Writes readings down; remembers what concerns the list as a whole."""

    def __init__(
        self, catalog: Catalog, list_file: Path | None = None, *, is_whole: bool = True
    ) -> None:
        self._catalog = catalog
        self._list_file = clean_text(list_file.absolute()) if list_file else ""
        self._is_whole = is_whole
        self._genres_of: dict[_Name, tuple[str, ...]] = {}  # over all lines
        self._unread: list[ListEntry] = []
        self.hashes = LocalHashes(catalog)

    def last_checksum(self, source: str, source_id: str) -> str:
        """Return the checksum of a playlist as the catalog knows it, or ""."""
        with self._catalog.read() as session:
            return playlists.last_checksum(session, source, source_id)

    def record(self, entry: ListEntry, read: Read) -> Recorded:
        """Record a playlist, its genres and its songs; write only what is new."""
        name = (read.data.source, read.data.source_id)
        recorded = self._record(entry, read)
        if entry.genres or entry.line:
            self._genres_of[name] = self._genres_of.get(name, ()) + entry.genres
            return recorded
        # crawled alone, and nobody said what it is about: its genres stay
        with self._catalog.read() as session:
            kept = genres.are_named(session, recorded.id)
        return replace(recorded, keeps_genres=kept)

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
        self._unread.append(entry)
        if isinstance(error, ServiceStopError):
            return self._stopped(entry, error)
        with self._catalog.write() as session:
            readings.note(
                session,
                ledger_name(entry.source),
                provider=self._list_file,
                error_class=error.error_class,
                text=str(error),
            )
        where = f"Line {entry.line}: " if entry.line else ""
        return unread(entry, error.error_class, f"{where}{error}")

    def vanished(self, entry: ListEntry, found: Iterable[Read]) -> Iterator[Outcome]:
        """Record that a file of several holds a playlist no more; say which."""
        for read in found:
            data = read.data
            if not isinstance(data, PlaylistData) or data.file is None:
                continue
            for key, title in self._gone_from(data.source, data.file):
                yield vanished(entry, key, title, self._empty(key))

    def finish(self, lines: Iterable[ListEntry] = ()) -> None:
        """Take away the genres, and settle the failures, that the list names no more."""
        with self._catalog.read() as session:
            wrong = [
                (playlists.playlist_id(*name), names)
                for name, names in self._genres_of.items()
                if self._is_all_known(name)
            ]
            wrong = [one for one in wrong if not genres.are_set(session, *one)]
            settled = self._no_longer_named(session, lines)
        if wrong or settled or self.hashes.is_news:
            with self._catalog.write() as session:
                self.hashes.store(session)
                for key, names in wrong:
                    genres.set_playlist_genres(session, key, names)
                for subject in settled:
                    readings.note(session, subject, provider=self._list_file)

    # --- one playlist ------------------------------------------------------------------

    def _record(self, entry: ListEntry, read: Read) -> Recorded:
        data = read.data
        heard = self._at_known_places(read.heard)
        with self._catalog.read() as session:
            settled = is_settled(session, entry, data, heard)
        kept = Recorded(playlists.playlist_id(data.source, data.source_id))
        if settled and not self.hashes.is_news:
            return kept
        with self._catalog.write() as session:
            self.hashes.store(session)
            return kept if settled else record_playlist(session, entry, data, heard)

    def _at_known_places(self, heard: Sequence[Heard]) -> Sequence[Heard]:
        local = {h.reference for h in heard if h.item.path}
        if not local:
            return heard
        with self._catalog.read() as session:
            known = {
                (r.source, r.source_id): r.url for r in tracks.refs(session, local)
            }
        return at_known_places(heard, known, self.hashes.holds)

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

    # --- files of several playlists ------------------------------------------------------

    def _gone_from(self, source: str, file: WholeFile) -> list[tuple[str, str]]:
        """Return id and title of the playlists that a file held and holds no more."""
        with self._catalog.read() as session:
            others = playlists.others_of(session, source, file)
        return [
            (key, title)
            for key, source_id, title in others
            if source_id == file.source_id or not _is_file(source_id)
        ]

    def _empty(self, key: str) -> int:
        """Record that all songs of a playlist left it; return how many."""
        now = utc_now()
        with self._catalog.write() as session:
            found = snapshots.take(session, key, [], now=now, complete=True)
            snapshots.save(session, key, found, now=now, first=False)
            playlists.empty(session, key, now=now)
        return len(found.removed)

    # --- the list as a whole -------------------------------------------------------------

    def _is_all_known(self, name: _Name) -> bool:
        """Tell whether every line was read that may name a playlist."""
        return self._is_whole and not any(
            may_name(entry.source, name) for entry in self._unread
        )

    def _no_longer_named(
        self, session: Session, lines: Iterable[ListEntry]
    ) -> list[str]:
        """Return the sources that could not be read and that nobody asks for any more.

        They were named by this list, by one that is gone, or on a command line.
        """
        if not (self._list_file and self._is_whole):
            return []
        named = {ledger_name(entry.source) for entry in lines}
        return [
            subject
            for subject, list_file in readings.unread(session).items()
            if subject not in named
            and (list_file in {"", self._list_file} or not _is_file(list_file))
        ]


def _is_file(path: str) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 - Path.is_file fails on some names
