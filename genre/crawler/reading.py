"""Reads playlists ahead in a few threads, in the list's order; knows no catalog.

A service answers slowly and a budget rules how often it may be asked: while one
playlist is written down, the next ones are under way. When a service asks us to stay
away, its other playlists are not asked for.
"""

import contextlib
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from genre.crawler.services import Services
from genre.crawler.songs import Heard, hear
from genre.crawler.sources import Kit, read_source, service_of_source
from genre.errors import ItemError
from genre.http import HttpClient
from genre.records import ListEntry, PlaylistData, PlaylistItem, Unchanged
from genre.urls import without_login
from genre.workers import in_order

_THREADS = 4
_AHEAD = 4  # playlists that are read, or being read, before their turn


@dataclass(frozen=True, slots=True)
class Read:
    """One playlist as it was read, and the songs of its rows."""

    data: PlaylistData | Unchanged
    heard: tuple[Heard, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one line of the list: its playlists, or why there are none."""

    entry: ListEntry
    found: tuple[Read, ...] = ()
    error: ItemError | None = None


def read_ahead(
    entries: Iterable[ListEntry], kit: Kit, services: Services
) -> Generator[Reading, None, None]:
    """Yield what each line's source holds now, in the list's order."""
    with _threads(kit) as pool:
        read = partial(_read, kit=kit, services=services)
        yield from in_order(pool, read, entries, ahead=_AHEAD)


def _read(entry: ListEntry, kit: Kit, services: Services) -> Reading:
    service = service_of_source(entry.source)
    try:
        with services.asking(service.name if service else ""):
            found = read_source(entry, kit)
    except ItemError as error:
        return Reading(entry, error=error)
    return Reading(entry, tuple(_hear(data, kit.client) for data in found))


def _hear(data: PlaylistData | Unchanged, client: HttpClient) -> Read:
    """Return what was read, without the logins in its addresses: the client has them."""
    if isinstance(data, Unchanged):
        return Read(data)
    items = tuple(
        replace(item, url=_public(item, client)) if "@" in item.url else item
        for item in data.items
    )
    return Read(replace(data, items=items), hear(items))


def _public(item: PlaylistItem, client: HttpClient) -> str:
    return client.learn_login(item.url) if item.trusted else without_login(item.url)


@contextlib.contextmanager
def _threads(kit: Kit) -> Iterator[ThreadPoolExecutor]:
    """Run threads; when we leave early, what they ask is broken off."""
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="read")
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        kit.client.close()
        kit.player.close()
        raise
    finally:
        pool.shutdown()
