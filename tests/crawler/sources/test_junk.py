"""Services whose answers hold junk: every reading ends in clean records or a sentence."""

import dataclasses
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from genre.crawler.discovery.finders import FINDERS
from genre.crawler.search import make_search
from genre.crawler.sources import Kit, service_of_source, spotify
from genre.errors import ItemError
from genre.http import HttpClient
from tests.clocks import FakeClock
from tests.crawler.sources.kits import make_kit, read_all
from tests.servers import Reply, Request, json_reply, serve
from tests.services.archive import ArchiveItem, FakeArchive, file
from tests.services.deezer import DeezerAlbum, DeezerPlaylist, FakeDeezer, track
from tests.services.fakes import FakeService, routes
from tests.services.jamendo import (
    CLIENT_ID,
    FakeJamendo,
    JamendoPlaylist,
    JamendoTrack,
)
from tests.services.listenbrainz import (
    FakeListenBrainz,
    JspfPlaylist,
    mbid,
    recording,
)
from tests.services.spotify import FakeSpotify, song


class FakeSearch(FakeService):
    """A search endpoint that finds the same three songs for any words."""

    prefix = "/search"

    def answer(self, path: str, request: Request) -> Reply:
        """Answer with addresses of two servers."""
        more = {"channel": "The Band", "duration": 200, "live_status": "not_live"}
        urls = ["https://h/a.mp3", "b.mp3", "https://youtu.be/dQw4w9WgXcQ"]
        rows = [{"id": url, "url": url, "title": "Song", **more} for url in urls]
        return json_reply(rows)


SOURCES = [
    "deezer:playlist:7",
    "deezer:album:3",
    f"https://listenbrainz.org/playlist/{mbid(7)}",
    "https://www.jamendo.com/playlist/7",
    "https://www.jamendo.com/album/50",
    "jamendo:tag/techno",
    "https://archive.org/details/show",
    "https://archive.org/details/label",
]
N_SEEDS = 25


def services(clock: FakeClock) -> list[FakeService]:
    """Return one service of each kind, with a few songs each."""
    songs = [track(n, f"Song {n}") for n in range(3)]
    album = DeezerAlbum("Album", songs[:1], genres=("Electro",))
    two = [JamendoTrack("1", "A", genres=("techno",)), JamendoTrack("2", "B")]
    files = [
        file("a.flac", "Flac", title="A"),
        file("a.mp3", of="a.flac"),
        file("b.mp3"),
    ]
    about: dict[str, Any] = {"title": "Techno", "more": {"subject": ["x; y"]}}
    show = ArchiveItem(files, collections=("label",), **about)
    rows = [recording(1, "A"), recording(2, "B")]
    return [
        FakeDeezer(
            {"7": DeezerPlaylist("Techno", songs)}, albums={"3": album}, clock=clock
        ),
        FakeListenBrainz({mbid(7): JspfPlaylist("Techno", rows)}, clock=clock),
        FakeJamendo(playlists={"7": JamendoPlaylist("Techno", [*two])}, clock=clock),
        FakeArchive({"show": show}, collections=["label"]),
    ]


def leaves(value: Any) -> Iterator[Any]:
    """Yield every value of a record."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for one in value:
            yield from leaves(one)
    else:
        yield value


def check(found: Any) -> None:
    """Check that every text of a record can be stored and shown."""
    for text in (leaf for leaf in leaves(found) if isinstance(leaf, str)):
        assert text.encode().decode().isprintable()
        assert len(text) <= 2_000


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[tuple[Kit, list[FakeService]]]:
    """Return a kit whose services are fakes that may hold junk, and these."""
    clock = FakeClock()
    fakes = [*services(clock), FakeSearch()]
    with serve(routes(*fakes)) as server:
        deezer, listenbrainz, jamendo, archive, search = (f.url(server) for f in fakes)
        own: dict[str, Any] = {
            "deezer_url": deezer,
            "listenbrainz_url": listenbrainz,
            "jamendo_url": jamendo,
            "archive_url": archive,
            "search": f"http:{search}",
            "jamendo_client_id": CLIENT_ID,
        }
        settings = make_kit(tmp_path, **own).settings
        client = HttpClient(settings, clock=clock, sleep=clock.sleep)
        yield make_kit(tmp_path, kit={"client": client}, **own), fakes


def with_junk(fakes: list[FakeService], ask: Callable[[], Sequence[Any]]) -> list[Any]:
    """Ask again and again, with other junk each time; return what was found."""
    found: list[Any] = []
    for seed in range(N_SEEDS):
        for fake in fakes:
            fake.garble = random.Random(seed)
        try:
            found += map(dataclasses.asdict, ask())
        except ItemError as error:
            found.append({"message": str(error)})
    return found


@pytest.mark.parametrize("source", SOURCES)
def test_junk_in_answers(kit: tuple[Kit, list[FakeService]], source: str) -> None:
    """What is read can be stored and shown; what cannot be read is one sentence."""
    check(with_junk(kit[1], lambda: read_all(source, kit[0])))


def test_junk_from_the_search(kit: tuple[Kit, list[FakeService]]) -> None:
    """What the endpoint of the settings finds is clean, and names an address."""
    own, fakes = kit
    search = make_search(own.settings, client=own.client, player=own.player)

    found = with_junk(fakes, lambda: search.search("Song"))

    check(found)
    addresses = [one["url"] for one in found if "url" in one]
    assert addresses
    assert all(url.startswith("http") for url in addresses)


@pytest.mark.parametrize("service", ["deezer", "listenbrainz", "jamendo", "archive"])
def test_junk_from_the_finders(
    kit: tuple[Kit, list[FakeService]], service: str
) -> None:
    """Every playlist that is offered can be read by a crawl."""
    found = with_junk(kit[1], lambda: FINDERS[service]("techno", kit[0], 9))

    check(found)
    offered = [one["address"] for one in found if "address" in one]
    readers = {reader and reader.name for reader in map(service_of_source, offered)}
    assert readers == {service}


def test_junk_from_spotify(tmp_path: Path) -> None:
    """Spotify's answers are trusted no more than others'."""
    clock = FakeClock()
    with FakeSpotify({"mine": [song(n) for n in range(60)]}).running() as fake:
        settings = fake.settings(tmp_path)
        client = HttpClient(settings, clock=clock, sleep=clock.sleep)
        kit = make_kit(tmp_path, kit={"client": client, "settings": settings})
        found: list[Any] = []
        for seed in range(N_SEEDS):
            fake.log_in(settings)
            fake.garble = random.Random(seed)
            try:
                found.append(dataclasses.asdict(spotify.read("mine", kit)))
            except ItemError as error:
                found.append({"message": str(error)})

    check(found)
