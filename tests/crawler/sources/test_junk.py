"""Services whose answers hold junk: every reading ends in clean records or a sentence."""

import dataclasses
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from genre.errors import ItemError
from genre.http import HttpClient
from tests.clocks import FakeClock
from tests.crawler.sources.kits import make_kit, read_all
from tests.servers import serve
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
    show = ArchiveItem(files, collections=("label",), more={"subject": ["x; y"]})
    rows = [recording(1, "A"), recording(2, "B")]
    return [
        FakeDeezer(
            {"7": DeezerPlaylist("House", songs)}, albums={"3": album}, clock=clock
        ),
        FakeListenBrainz({mbid(7): JspfPlaylist("Jams", rows)}, clock=clock),
        FakeJamendo(playlists={"7": JamendoPlaylist("Fresh", [*two])}, clock=clock),
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


@pytest.mark.parametrize("source", SOURCES)
def test_junk_in_answers(tmp_path: Path, source: str) -> None:
    """What is read can be stored and shown; what cannot be read is one sentence."""
    clock = FakeClock()
    fakes = services(clock)
    with serve(routes(*fakes)) as server:
        deezer, listenbrainz, jamendo, archive = (fake.url(server) for fake in fakes)
        own: dict[str, Any] = {
            "deezer_url": deezer,
            "listenbrainz_url": listenbrainz,
            "jamendo_url": jamendo,
            "archive_url": archive,
            "jamendo_client_id": CLIENT_ID,
        }
        settings = make_kit(tmp_path, **own).settings
        client = HttpClient(settings, clock=clock, sleep=clock.sleep)
        kit = make_kit(tmp_path, kit={"client": client}, **own)
        for seed in range(N_SEEDS):
            for fake in fakes:
                fake.garble = random.Random(seed)
            try:
                found = [dataclasses.asdict(data) for data in read_all(source, kit)]
            except ItemError as error:
                found = [{"message": str(error)}]
            for text in (leaf for leaf in leaves(found) if isinstance(leaf, str)):
                assert text.encode().decode().isprintable()
                assert len(text) <= 2_000
