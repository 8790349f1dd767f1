"""Playlists are read ahead, in order; a service that wants to rest is left alone."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from genre.crawler.reading import Reading, read_ahead
from genre.crawler.services import Services
from genre.db import models as m
from genre.records import ErrorClass, ListEntry, Outcome, Status
from tests.crawler.crawls import rows, run
from tests.crawler.sources.kits import make_kit
from tests.servers import Request, Server, serve
from tests.services.deezer import DeezerPlaylist, FakeDeezer, track
from tests.services.fakes import LATER, routes

N = 6


def deezer_of(n: int = N) -> FakeDeezer:
    """Return a Deezer with playlists 0..n-1 of one song each."""
    return FakeDeezer(
        {str(k): DeezerPlaylist(f"List {k}", [track(k, f"Song {k}")]) for k in range(n)}
    )


@pytest.fixture
def deezer() -> FakeDeezer:
    """Return a Deezer that is not running yet."""
    return deezer_of()


@pytest.fixture
def server(deezer: FakeDeezer) -> Iterator[Server]:
    """Run it."""
    with serve(routes(deezer)) as running:
        yield running


def addresses(n: int = N) -> list[str]:
    """Return the addresses of the playlists."""
    return [f"https://www.deezer.com/playlist/{k}" for k in range(n)]


def write_list(folder: Path, *more: str) -> None:
    """Write a list file of the playlists and more lines."""
    lines = [f"{address} Techno\n" for address in addresses()]
    (folder / "list.txt").write_text("".join([*lines, *more]))


def crawl(
    folder: Path, deezer: FakeDeezer, server: Server, **request: Any
) -> list[Outcome]:
    """Crawl the list, without any audio."""
    asked = {"metadata_only": True, **request}
    return run(folder, request=asked, deezer_url=deezer.url(server))


def read(folder: Path, deezer: FakeDeezer, server: Server) -> Iterator[Reading]:
    """Read the playlists ahead."""
    entries = [ListEntry(address, (), 1) for address in addresses()]
    kit = make_kit(folder, deezer_url=deezer.url(server))
    return read_ahead(entries, kit, Services())


def test_order_of_the_list(tmp_path: Path, deezer: FakeDeezer, server: Server) -> None:
    """However long each takes, playlists come in the list's order."""
    released = threading.Event()

    def last_of_all(request: Request) -> bytes:
        released.wait(30)
        return b"{}"

    deezer.fail(last_of_all, on="/playlist/0")
    readings = read(tmp_path, deezer, server)
    released.set()

    assert [reading.entry.source for reading in readings] == addresses()


def test_leaving_early(tmp_path: Path, deezer: FakeDeezer, server: Server) -> None:
    """Who stops taking readings waits for none of those that are under way."""
    readings = read(tmp_path, deezer, server)
    next(readings)

    readings.close()  # type: ignore[attr-defined]

    assert not [t for t in threading.enumerate() if t.name.startswith("read")]


def test_service_that_rests(tmp_path: Path, deezer: FakeDeezer, server: Server) -> None:
    """Its playlists wait until it says, blamed for nothing; the others are read."""
    (tmp_path / "p.csv").write_text("title,artist\nOne,A\n")
    write_list(tmp_path, "p.csv House\n")
    deezer.fail(LATER, times=N)

    outcomes = crawl(tmp_path, deezer, server)

    waiting = [o for o in outcomes if o.error_class is ErrorClass.STOP]
    assert len(waiting) == N
    assert all(outcome.unfinished for outcome in waiting)
    assert all(outcome.data["retry_at"] in outcome.message for outcome in waiting)
    [service] = rows(tmp_path, m.Service)
    assert {o.data["service"] for o in waiting} == {"deezer"} == {service["name"]}
    assert service["blocked_until"] in {o.data["retry_at"] for o in waiting}
    assert [p["title"] for p in rows(tmp_path, m.Playlist)] == ["p"]
    assert {a["subject"] for a in rows(tmp_path, m.Attempt)} >= {"deezer"}
    assert not [a for a in rows(tmp_path, m.Attempt) if "playlist/" in a["subject"]]


def test_rest_is_remembered(tmp_path: Path, deezer: FakeDeezer, server: Server) -> None:
    """The next run asks for nothing until the time has come, and writes nothing."""
    write_list(tmp_path)
    deezer.fail(LATER, times=N)
    crawl(tmp_path, deezer, server)
    n_asked, attempts = len(deezer.requests), rows(tmp_path, m.Attempt)

    outcomes = crawl(tmp_path, deezer, server)

    assert [o.error_class for o in outcomes] == [ErrorClass.STOP] * N
    assert len(deezer.requests) == n_asked
    assert rows(tmp_path, m.Attempt) == attempts


def test_retry_stop(tmp_path: Path, deezer: FakeDeezer, server: Server) -> None:
    """``--retry stop`` asks again at once."""
    write_list(tmp_path)
    deezer.fail(LATER, times=1)
    crawl(tmp_path, deezer, server)

    outcomes = crawl(tmp_path, deezer, server, retry=frozenset({ErrorClass.STOP}))

    assert {o.status for o in outcomes} <= {Status.DONE, Status.KEPT}
    assert len(rows(tmp_path, m.Playlist)) == N


def test_unchanged_playlists(
    tmp_path: Path, deezer: FakeDeezer, server: Server
) -> None:
    """A playlist whose checksum is known costs one request; another is read whole."""
    write_list(tmp_path)
    crawl(tmp_path, deezer, server)
    deezer.requests.clear()
    deezer.playlists["3"].songs.insert(0, track(99, "New"))

    outcomes = crawl(tmp_path, deezer, server)

    assert sum(o.status is Status.KEPT for o in outcomes) == N - 1
    assert [o.message for o in outcomes if o.status is Status.DONE] == [
        "2 songs (1 added, 0 removed)"
    ]
    assert sorted(p for p in deezer.paths if "tracks" in p) == ["/playlist/3/tracks"]


def test_playlist_that_is_cut_off(
    tmp_path: Path, deezer: FakeDeezer, server: Server
) -> None:
    """What a reading that is not whole does not show is removed by a whole one only."""
    shown = deezer.playlists["0"]
    shown.songs.append(track(50, "Second"))
    write_list(tmp_path)
    told = []
    for songs, claimed in (
        (shown.songs, None),
        ([track(51, "Third")], 300),
        ([track(51, "Third")], None),
    ):
        shown.songs, shown.nb_tracks = songs, claimed
        found = {o.label: o.message for o in reversed(crawl(tmp_path, deezer, server))}
        told.append(found["List 0"])

    assert told == [
        "2 songs",
        "1 song (1 added, 0 removed)",
        "1 song (0 added, 2 removed)",
    ]
