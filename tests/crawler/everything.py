"""A list with a line for every kind of file and every service, and the services.

    with everything(tmp_path) as world:
        outcomes = world.crawl(metadata_only=True)

Every playlist but one holds Ann's "Aurora", as its kind states a song, and a song of
its own: "Alder" by Band Alder, and so on. Each song is 2 s of a tone no other has.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from genre.config import Settings
from genre.crawler.pipeline import CrawlRequest, crawl
from genre.records import Outcome
from tests.crawler import everything_files as files
from tests.crawler.crawls import settings, song_bytes
from tests.crawler.everything_files import tone
from tests.crawler.loopback_youtube import Listed, YouTube, video, video_id
from tests.servers import Reply, Request, Server, json_reply, serve
from tests.services.archive import ArchiveItem, FakeArchive, file
from tests.services.deezer import DeezerPlaylist, FakeDeezer, error, track
from tests.services.fakes import BUSY, FakeService, routes
from tests.services.jamendo import CLIENT_ID as JAMENDO_ID
from tests.services.jamendo import FakeJamendo, JamendoPlaylist, JamendoTrack
from tests.services.listenbrainz import (
    FakeListenBrainz,
    JspfPlaylist,
    mbid,
    recording,
)
from tests.services.spotify import FakeSpotify, row

LONG_TAIL = 110  # songs beyond a page of Deezer's; no search finds them
REPEATS = 51  # of two songs: beyond a page of YouTube's and of Spotify's
# line of the list -> what its playlist is called, and how many rows it has
LINES: Mapping[str, dict[str, int]] = {
    "https://www.deezer.com/playlist/908  Techno": {"Big": 2 + LONG_TAIL},
    "https://www.youtube.com/playlist?list=PL1  House": {"Tube": 2 * REPEATS},
    "https://music.youtube.com/playlist?list=OLAK5uy_1  House": {"Album - Night": 2},
    f"https://listenbrainz.org/playlist/{mbid(7)}  Trance": {"Jams": 2},
    "https://www.jamendo.com/playlist/7  Ambient": {"Fresh": 2},
    "https://archive.org/details/show  Dub": {"Show": 2},
    "https://archive.org/details/label  Dub": {"Label": 2},
    "https://open.spotify.com/playlist/mine  Pop": {"Playlist mine": 2 * REPEATS},
}
SEARCHED = (
    *("Alder", "Birch", "Cedar", "Elm", "Fir", "Hazel", "Iris", "Juniper", "Kapok"),
    *("Larch", "Oak", "Quince", "Rowan", "Umbra", "Zinnia"),
)
PLACED = (
    "Linden",
    "Maple",
    "Nutmeg",
    "Pine",
    "Sumac",
    "Teak",
    "Viola",
    "Walnut",
    "Yew",
)
_WAIT = Reply(status=429, headers={"Retry-After": "1"})


class Library(FakeService):
    """A search endpoint, and sounds; Band Larch's song it knows at YouTube."""

    prefix = "/library"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def answer(self, path: str, request: Request) -> bytes | Reply:
        """Answer a search, or a sound."""
        if path == "/search":
            return json_reply(list(_results(request.query["q"][0])))
        return song_bytes(self._folder, freq=tone(Path(path).stem))


def _results(query: str) -> Iterator[dict[str, Any]]:
    for word in SEARCHED:
        if word in query:
            at_youtube = f"https://www.youtube.com/watch?v={video_id(word)}"
            url = at_youtube if word == "Larch" else f"sound/{word}.wav"
            yield {"id": f"{word} live", "url": "x", "title": f"{query} (live)"}
            yield {"id": word, "url": url, "title": f"Band {word} - {word}",
                   "uploader": f"Band {word}", "duration": 2}  # fmt: skip


@dataclass(frozen=True)
class Services:
    """What all playlists and sounds come from; ``server`` serves the first ones."""

    deezer: FakeDeezer
    jamendo: FakeJamendo
    archive: FakeArchive
    listenbrainz: FakeListenBrainz
    library: Library
    spotify: FakeSpotify
    youtube: YouTube
    servers: list[Server] = field(default_factory=list)

    def be_difficult(self) -> None:
        """Throttle and fail once each: the quota, a wait, a bad moment, a reset."""
        self.deezer.fail(error(4, "Quota limit exceeded"), on="/tracks")
        self.listenbrainz.fail(_WAIT)
        self.archive.fail(BUSY, on="/metadata")
        self.jamendo.fail(Reply(reset=True))
        self.spotify.faults["/v1/playlists/mine/items"].append(_WAIT)

    def n_sounds(self) -> int:
        """Return how often audio was searched or asked for."""
        words = ("/library/", "/download/", "/28/items/", "/videoplayback", "/watch")
        paths = [path for server in self.servers for path in server.paths]
        return sum(any(word in path for word in words) for path in paths)


@dataclass(frozen=True)
class World:
    """The folder with the list, and settings that lead to the services."""

    folder: Path
    settings: Settings
    services: Services
    extractors: list[str]

    def crawl(self, **request: Any) -> list[Outcome]:
        """Crawl the list."""
        asked = {"list_file": self.folder / "list.txt", "columns": files.COLUMNS}
        wish = CrawlRequest(**{**asked, **request})
        events = crawl(self.settings, wish, extractors=self.extractors)
        return [event for event in events if isinstance(event, Outcome)]


@contextlib.contextmanager
def everything(folder: Path) -> Iterator[World]:
    """Write the files, run the services, log in to Spotify."""
    services = _services(folder)
    named = (services.deezer, services.jamendo, services.archive, services.listenbrainz)
    with (
        services.youtube.serve() as tube,
        services.spotify.running() as spotify,
        serve(routes(*named, services.library)) as server,
    ):
        services.servers.extend([tube, server])
        names = ("deezer_url", "jamendo_url", "archive_url", "listenbrainz_url")
        urls = {name: one.url(server) for name, one in zip(names, named, strict=True)}
        chosen = settings(
            folder,
            search=f"http:{services.library.url(server)}search",
            max_wait_s=10.0,
            jamendo_client_id=JAMENDO_ID,
            **urls,
            **spotify.options(folder),
        )
        spotify.log_in(chosen)
        files.write_files(folder, f"{services.library.url(server)}sound")
        lines = "".join(f"{line}\n" for line in [*files.LINES, *LINES])
        (folder / "list.txt").write_text(lines)
        yield World(folder, chosen, services, services.youtube.extractors(tube))


def _services(folder: Path) -> Services:
    return Services(
        deezer=_deezer(),
        jamendo=_jamendo(folder),
        archive=_archive(folder),
        listenbrainz=_listenbrainz(),
        library=Library(folder),
        spotify=FakeSpotify({"mine": [*_spotify_rows(), row(None)]}),
        youtube=_youtube(folder),
    )


def _deezer() -> FakeDeezer:
    named = [
        track(1, "Aurora", "Ann", duration=2, isrc=files.ISRC),
        track(2, "Rowan", "Band Rowan", duration=2),
    ]
    tail = [track(100 + n, f"Tail {n}", "Long") for n in range(LONG_TAIL)]
    return FakeDeezer({"908": DeezerPlaylist("Big", [*named, *tail])})


def _jamendo(folder: Path) -> FakeJamendo:
    songs = [
        JamendoTrack("8", "Aurora", "Ann", duration=2, audio=b"never asked for"),
        JamendoTrack("9", "Viola", "Band Viola", duration=2, audio=_sound(folder, "Viola")),
    ]  # fmt: skip
    return FakeJamendo(playlists={"7": JamendoPlaylist("Fresh", [*songs])})


def _archive(folder: Path) -> FakeArchive:
    def item(*words: str, title: str, label: str = "") -> ArchiveItem:
        named = [
            (word, "Ann" if word == "Aurora" else f"Band {word}") for word in words
        ]
        return ArchiveItem(
            [file(f"{w}.mp3", title=w, artist=who, length="2.0") for w, who in named],
            title=title,
            collections=(label,) if label else (),
            audio={f"{word}.mp3": _sound(folder, word) for word in words},
        )

    items = {
        "show": item("Aurora", "Walnut", title="Show"),
        "single": item("Aurora", title="Single", label="label"),
        "yew": item("Yew", title="Yew", label="label"),
    }
    return FakeArchive(items, collections=["label"])


def _listenbrainz() -> FakeListenBrainz:
    rows = [
        recording(1, "Aurora", "Ann", duration=2000),
        recording(2, "Umbra", "Band Umbra", duration=2000),
    ]
    return FakeListenBrainz({mbid(7): JspfPlaylist("Jams", rows)})


def _spotify_rows() -> list[dict[str, Any]]:
    def item(number: str, title: str, artist: str) -> dict[str, Any]:
        named = {"name": title, "artists": [{"name": artist}], "album": {"name": ""}}
        return {"type": "track", "id": number, "duration_ms": 2000, **named}

    aurora = item(files.SPOTIFY_ID, "Aurora", "Ann")
    return [row(aurora), row(item("Z" * 22, "Zinnia", "Band Zinnia"))] * REPEATS


def _youtube(folder: Path) -> YouTube:
    words = ("Aurora", "Sumac", "Teak", "Larch")
    rows = [
        video("Aurora", title="Ann - Aurora (Official Video)"),
        video("Sumac", title="Band Sumac - Sumac"),
    ]
    night = [
        video("Aurora", title="Aurora", channel="Ann - Topic"),
        video("Teak", title="Teak", channel="Band Teak - Topic"),
    ]
    return YouTube(
        playlists={
            "PL1": Listed("Tube", rows * REPEATS),
            "OLAK5uy_1": Listed("Album - Night", night),
        },
        audio={video_id(word): _sound(folder, word) for word in words},
    )


def _sound(folder: Path, word: str) -> bytes:
    return song_bytes(folder, freq=tone(word))
