"""Playlist rows into the catalog: looked up a thousand at a time, beside one by one."""

import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks import Table
from genre.config import Settings
from genre.crawler.reading import Read
from genre.crawler.record import record_songs
from genre.crawler.recorder import Recorder
from genre.crawler.songs import hear
from genre.db import Catalog, dump, open_catalog
from genre.records import ListEntry, PlaylistData, PlaylistItem

N_LISTS, N_ROWS = 50, 200
_ENTRY = ListEntry("a list", ("Techno",), 1)
_NOTE = f"""\
{N_LISTS * N_ROWS:,} rows of as many songs in {N_LISTS} playlists, each with a reference, an
ISRC, an album and a length; processor time of one process, once. The first two rows record
songs alone; both ways must end with the same catalog (its canonical dump is compared). The
others take whole playlists: "new" also keeps who stands where, "known" says nothing new
and writes nothing, "one more" is one playlist of all rows that got a song at its top."""


def run() -> Table:
    """Measure new songs both ways, then whole playlists."""
    rows, digests = [], []
    for at_once in (1, 1_000):
        with _catalog() as catalog:
            rows.append(_row(f"songs, {at_once:,} at once", _songs(catalog, at_once)))
            with catalog.read() as session:
                digests.append(dump.digest(session))
    assert digests[0] == digests[1]
    long = _playlist("long", range(10**6, 10**6 + N_LISTS * N_ROWS))
    more = [replace(long.items[0], source_id="x", isrc=""), *long.items]
    items = tuple(replace(item, position=at) for at, item in enumerate(more))
    with _catalog() as catalog:
        rows.append(_row("playlists, new", _playlists(catalog, _lists())))
        rows.append(_row("playlists, known", _playlists(catalog, _lists())))
        _playlists(catalog, [long])
        longer = replace(long, items=items, checksum="longer")
        rows.append(_row("playlists, one more", _playlists(catalog, [longer])))
    return Table("Recording playlists", tuple(rows), _NOTE)


def _row(name: str, seconds: float) -> Mapping[str, str]:
    per_second = N_LISTS * N_ROWS / seconds
    return {"rows": name, "seconds": f"{seconds:.2f}", "rows/s": f"{per_second:,.0f}"}


def _songs(catalog: Catalog, at_once: int) -> float:
    start = time.process_time()
    for data in _lists():
        with catalog.write() as session:
            record_songs(session, hear(data.items), said_by="deezer", at_once=at_once)
    return time.process_time() - start


def _playlists(catalog: Catalog, lists: Iterable[PlaylistData]) -> float:
    start = time.process_time()
    recorder = Recorder(catalog)
    for data in lists:
        recorder.record(_ENTRY, Read(data, hear(data.items)))
    recorder.finish()
    return time.process_time() - start


def _lists() -> list[PlaylistData]:
    """Return playlists without a song in common."""
    starts = range(0, N_LISTS * N_ROWS, N_ROWS)
    return [_playlist(str(start), range(start, start + N_ROWS)) for start in starts]


def _playlist(name: str, numbers: range) -> PlaylistData:
    items = tuple(_item(at, number) for at, number in enumerate(numbers))
    return PlaylistData("deezer", name, "", name, "", name, items)


def _item(position: int, number: int) -> PlaylistItem:
    return PlaylistItem(
        position=position,
        title=f"Song {number}" + (" (feat. A Guest) [Some Remix]" * (number % 5 == 0)),
        artists=(f"Artist {number % 3_000}",),
        source="deezer",
        source_id=str(number),
        album=f"Album {number // 10}",
        duration_s=120.0 + number % 360,
        isrc=f"GBAYE{number:07}",
        added_at="2026-01-01T00:00:00Z",
    )


@contextmanager
def _catalog() -> Iterator[Catalog]:
    """Open a fresh catalog."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_catalog(Settings(corpus=Path(folder))) as catalog,
    ):
        yield catalog
