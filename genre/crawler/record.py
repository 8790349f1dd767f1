"""Phase 1 of a crawl: what the playlists say goes into the catalog.

One transaction per playlist, in the list's order. Reading the same playlists again
changes nothing, so a run that was killed ends like one that was not.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from genre.crawler.identity import Song, same_by_text, song_of
from genre.crawler.playlists import by_source
from genre.crawler.services import Services
from genre.crawler.sources import Kit, read_source, service_of_source
from genre.db import (
    Catalog,
    Session,
    attempts,
    genres,
    local_files,
    playlists,
    tracks,
)
from genre.db.attempts import Block
from genre.errors import FetchError, ItemError, ServiceStopError, UsageError
from genre.files import sha256_file
from genre.records import (
    ErrorClass,
    ListEntry,
    Outcome,
    PlaylistData,
    PlaylistItem,
    Stage,
    Status,
    SubjectKind,
    Track,
    TrackRef,
    Unchanged,
)

_Merges = list[str]  # the ids that became aliases
_NEW_PLACE = "A playlist names a new place for its audio."


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of one playlist."""

    id: str
    changed: bool


class LocalHashes:
    """Hashes local files, but reads none again that has not changed."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._new: dict[Path, tuple[local_files.Stamp, str]] = {}

    def __call__(self, path: Path) -> str:
        """Return the sha256 of a file's bytes; of one that is gone, the last known."""
        try:
            stamp = local_files.stamp(path)
        except FileNotFoundError:
            with self._catalog.read() as session:
                gone = local_files.last_hash(session, path)
            if gone is None:
                raise
            return gone
        with self._catalog.read() as session:
            known = local_files.known_hash(session, path, stamp)
        if known is None:
            known = sha256_file(path)
            self._new[path] = stamp, known
        return known

    def store(self, session: Session) -> None:
        """Remember what was read since the last call."""
        for path, (stamp, sha256) in self._new.items():
            local_files.store(session, path, stamp, sha256)
        self._new.clear()


def record_all(
    catalog: Catalog,
    entries: Iterable[ListEntry],
    kit: Kit,
    services: Services,
) -> Iterator[Outcome]:
    """Read and record playlists in order; one that fails does not stop the others."""
    hashes = LocalHashes(catalog)
    kit = replace(kit, digest=hashes)
    genres_of: dict[str, tuple[str, ...]] = {}  # playlist id: genres, over all lines
    for entry in by_source(entries):
        try:
            found = _read(entry, kit, services)
        except ItemError as error:
            yield _failed(catalog, entry, error)
            continue
        for data in found:
            key = playlists.playlist_id(data.source, data.source_id)
            about = genres_of[key] = genres_of.get(key, ()) + entry.genres
            with catalog.write() as session:
                if isinstance(data, Unchanged):
                    genres.set_playlist_genres(session, key, about)
                else:
                    recorded = record_playlist(session, data, about=about)
                    hashes.store(session)
            if isinstance(data, Unchanged):
                yield _unchanged(key, data)
            else:
                yield from _outcomes(entry, data, recorded)


def _read(
    entry: ListEntry, kit: Kit, services: Services
) -> tuple[PlaylistData | Unchanged, ...]:
    """Read a source, unless its service wants to be left alone."""
    if service := service_of_source(entry.source):
        services.check(service.name)
    try:
        return read_source(entry, kit)
    except ServiceStopError as error:
        raise services.stop(error) from error


def record_playlist(
    session: Session, data: PlaylistData, *, about: Iterable[str]
) -> Recorded:
    """Record a playlist, its genres and its songs."""
    key = playlists.save_playlist(session, data)
    genres.set_playlist_genres(session, key, about)
    merges: _Merges = []
    rows = list(_record_songs(session, data.items, merges))
    if merges:  # a later row may have merged the song of an earlier one into another
        rows = [(position, _present_id(session, old)) for position, old in rows]
    changed = playlists.save_rows(session, key, rows)
    lost = (*data.unreadable, *data.problems)
    attempts.record(
        session,
        kind=SubjectKind.PLAYLIST,
        subject=key,
        stage=Stage.CRAWL,
        provider=data.source,
        outcome=Status.FAILED if lost else Status.DONE,
        error_class=_class_of_lost(data),
        message=f"Rows that could not be used: {len(lost)}; {lost[0]}" if lost else "",
    )
    return Recorded(key, changed)


def _class_of_lost(data: PlaylistData) -> ErrorClass | None:
    """Return what lost rows mean for the next crawl; None when there are none."""
    if data.unreadable:
        return ErrorClass.ENVIRONMENT
    return ErrorClass.PERMANENT if data.problems else None


# --- songs -----------------------------------------------------------------------


def _record_songs(
    session: Session, items: Iterable[PlaylistItem], merges: _Merges
) -> Iterator[tuple[int, str]]:
    """Record the songs of a playlist; yield position and track id of each row.

    Most rows of most crawls say nothing new: these are told in bulk.
    """
    songs = [(item, song_of(item)) for item in items]
    known = tracks.by_refs(session, {song.reference for _, song in songs})
    for item, song in songs:
        track, ref = known.get(song.reference, (None, None))
        if track and ref and _says_nothing_new(song, item, track, ref):
            yield item.position, track.id
        else:
            yield item.position, _record_song(session, item, song, merges)


def _says_nothing_new(
    song: Song, item: PlaylistItem, track: Track, ref: TrackRef
) -> bool:
    place = item.url or item.path
    same_place = place in {"", ref.url} and ref.trusted >= item.trusted
    named = bool(track.artists) or not song.match_key
    return same_place and named and not tracks.news(track, song.track)


def _record_song(
    session: Session, item: PlaylistItem, song: Song, merges: _Merges
) -> str:
    """Record the song of a playlist row; return its track id."""
    known = _resolve(session, song, merges)
    if known is None:
        tracks.add(session, song.track, match_key=song.match_key, artists=song.artists)
    else:
        tracks.fill_in(session, known, song.track)
        tracks.name(session, known, song.track, key=song.match_key, roles=song.artists)
    track_id = known.id if known else song.track.id
    place = item.url or item.path
    ref = TrackRef(track_id, *song.reference, url=place, trusted=item.trusted)
    if tracks.add_ref(session, ref) and known and place:
        _reopen(session, track_id)
    return track_id


def _resolve(session: Session, song: Song, merges: _Merges) -> Track | None:
    """Find the song in the catalog: by reference, by ISRC, by text.

    A reference and an ISRC that lead to two songs show that these are one.
    """
    by_ref = tracks.by_ref(session, *song.reference)
    by_isrc = tracks.by_isrc(session, song.track.isrc)
    if by_ref and by_isrc and by_ref.id != by_isrc.id and not by_ref.isrc:
        return _merge(session, by_ref, by_isrc, merges)
    if by_ref or by_isrc:
        return by_ref or by_isrc
    same = tracks.by_match_key(session, song.match_key)
    return next((known for known in same if same_by_text(known, song.track)), None)


def _merge(session: Session, a: Track, b: Track, merges: _Merges) -> Track | None:
    into, old = tracks.older_first(session, a.id, b.id)
    tracks.merge(session, old, into)
    merges.append(old)
    return tracks.get(session, into)


def _present_id(session: Session, track_id: str) -> str:
    track = tracks.get(session, track_id)
    return track.id if track else track_id


def _reopen(session: Session, track_id: str) -> None:
    """Let a song that had failed be tried again: there is a new place for it."""
    standing = attempts.standings(
        session, [track_id], kind=SubjectKind.TRACK, stage=Stage.CRAWL
    ).get(track_id)
    if standing and standing.outcome in {Status.FAILED, Status.REFUSED}:
        attempts.record(
            session,
            kind=SubjectKind.TRACK,
            subject=track_id,
            stage=Stage.CRAWL,
            outcome=Status.NOTE,
            message=_NEW_PLACE,
        )


# --- what the user sees ------------------------------------------------------------


def _failed(catalog: Catalog, entry: ListEntry, error: ItemError) -> Outcome:
    wrong = error.error_class is ErrorClass.ENVIRONMENT
    if entry.line == 0 and wrong and not isinstance(error, FetchError):
        raise UsageError(str(error)) from error  # the command line itself is wrong
    with catalog.write() as session:
        if isinstance(error, ServiceStopError) and error.retry_at:
            block = Block(error.service, error.retry_at, str(error))
            attempts.block_service(session, block)
        attempts.record(
            session,
            kind=SubjectKind.PLAYLIST,
            subject=entry.source,
            stage=Stage.CRAWL,
            outcome=Status.FAILED,
            error_class=error.error_class,
            message=str(error),
        )
    where = f"Line {entry.line}: " if entry.line else ""
    return Outcome(
        Stage.CRAWL,
        entry.source,
        Status.FAILED,
        label=entry.source,
        message=f"{where}{error}",
        error_class=error.error_class,
        data={"kind": "playlist"},
    )


def _unchanged(key: str, data: Unchanged) -> Outcome:
    about = {"kind": "playlist"}
    return Outcome(
        Stage.CRAWL, key, Status.KEPT, data.title, "as it was read last", data=about
    )


def _outcomes(
    entry: ListEntry, data: PlaylistData, recorded: Recorded
) -> Iterator[Outcome]:
    """Yield the playlist itself, then its rows that were lost, then the notes."""
    status = Status.DONE if recorded.changed else Status.KEPT
    about = Outcome(
        Stage.CRAWL, recorded.id, status, label=data.title, data={"kind": "playlist"}
    )
    n = len(data.items)
    yield replace(about, message=f"{n} song{'s' * (n != 1)}")
    lost = [(problem, ErrorClass.ENVIRONMENT) for problem in data.unreadable]
    lost += [(problem, ErrorClass.PERMANENT) for problem in data.problems]
    for problem, error_class in lost:
        yield replace(
            about,
            status=Status.FAILED,
            message=problem,
            error_class=error_class,
            data={"kind": "row"},
        )
    notes = list(data.notes)
    if not entry.genres:
        notes.append(
            f"No genre is named for {entry.source}; `genre label` looks its title up in"
            " the taxonomy."
        )
    for note in notes:
        yield replace(about, status=Status.NOTE, message=note)
