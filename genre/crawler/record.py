"""What one playlist says goes into the catalog: the playlist, its genres, its songs.

Nothing is written where nothing is new. ``recorder`` decides when to ask and when to
write.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from genre.crawler.recounting import Recorded, is_complete, ledger_name, lost_rows
from genre.crawler.songs import (
    Found,
    Heard,
    other_licence,
    record_song,
    says_nothing_new,
    tags_of,
)
from genre.db import (
    Session,
    attempts,
    evidence,
    genres,
    playlists,
    readings,
    snapshots,
    tracks,
)
from genre.db.batches import batches
from genre.db.evidence import Stated
from genre.db.snapshots import Row
from genre.db.song_batch import Names, SongBatch
from genre.files import utc_now
from genre.records import ListEntry, PlaylistData, Stage, Unchanged

_AT_ONCE = 1_000  # rows whose songs are looked up at once
_NEW_PLACE = "A playlist names a new place for its audio."


# --- is there anything new? ----------------------------------------------------------


def is_settled(
    session: Session,
    entry: ListEntry,
    data: PlaylistData | Unchanged,
    heard: Sequence[Heard],
) -> bool:
    """Tell whether the catalog knows all that a reading says."""
    key = playlists.playlist_id(data.source, data.source_id)
    if not genres.have(session, key, entry.genres):
        return False
    if readings.is_unread(session, ledger_name(entry.source)):
        return False
    if isinstance(data, Unchanged):
        return True
    return (
        playlists.is_as_read(session, data)
        and _stands(session, data, key)
        and _songs_are_known(session, data, key, heard)
    )


def _stands(session: Session, data: PlaylistData, key: str) -> bool:
    """Tell whether the ledger says of a playlist what it would say now."""
    last = readings.standing(session, key)
    return last is not None and (last.error_class, last.message) == lost_rows(data)


def _songs_are_known(
    session: Session, data: PlaylistData, key: str, heard: Sequence[Heard]
) -> bool:
    rows: list[Row] = []
    for part in batches(heard, _AT_ONCE):
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


def record_playlist(
    session: Session,
    entry: ListEntry,
    data: PlaylistData | Unchanged,
    heard: Sequence[Heard],
) -> Recorded:
    """Write down a playlist, the genres that its line names, and its songs."""
    key = playlists.playlist_id(data.source, data.source_id)
    if isinstance(data, Unchanged):
        genres.link_playlist(session, key, entry.genres)
        _note_that_it_was_read(session, entry)
        return Recorded(key)
    now, first = utc_now(), not playlists.is_known(session, key)
    playlists.save(session, data, now=now)
    genres.link_playlist(session, key, entry.genres)
    songs = record_songs(session, heard, said_by=data.source, playlist=key)
    rows = [_row(h, song.track_id) for h, song in zip(heard, songs, strict=True)]
    found = snapshots.take(session, key, rows, now=now, complete=is_complete(data))
    snapshots.save(session, key, found, now=now, first=first)
    error_class, text = lost_rows(data)
    readings.note(
        session, key, provider=data.source, error_class=error_class, text=text
    )
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
    for part in batches(heard, at_once):
        known = _known(session, part)
        fresh = [h.song for h in part if h.item.position not in known]
        names = [
            Names(s.reference, s.track.isrc, s.match_key, s.track.id) for s in fresh
        ]
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
    name = ledger_name(entry.source)
    if readings.is_unread(session, name):
        readings.note(session, name)


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
