"""Services that keep every secret there is, and one that should learn none of them.

    with secret_world(tmp_path) as world:
        world.genre("crawl --playlists list.txt -v")
        assert SECRET.search(world.said) is None

A server of the user's own wants a login and a key for its playlist, its sounds and its
search; it answers in every way that goes wrong, and sets cookies. ``stranger`` is where
its redirects, and Spotify's next page, lead.
"""

import base64
import contextlib
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.command_line import CommandLine
from tests.crawler.crawls import song_bytes
from tests.servers import Reply, Request, json_reply, redirect, serve
from tests.services.deezer import DeezerPlaylist, FakeDeezer, track
from tests.services.fakes import FORBIDDEN, WEB_PAGE, FakeService, routes
from tests.services.jamendo import CLIENT_ID as JAMENDO_ID
from tests.services.jamendo import FakeJamendo, JamendoPlaylist, JamendoTrack
from tests.services.spotify import CLIENT_ID as SPOTIFY_ID
from tests.services.spotify import FakeSpotify, song

LOGIN = "SECRETuser:SECRETpass"
AUTHORIZATION = f"Basic {base64.b64encode(LOGIN.encode()).decode()}"
KEY = "key=SECRETkey"
_REST = f"{SPOTIFY_ID}|{JAMENDO_ID}|{AUTHORIZATION.split()[1]}"
SECRET = re.compile(f"SECRET|{_REST}", re.IGNORECASE)
# An address is what a song goes by: the catalog has to keep its query, not its login.
ALL_BUT_KEY = re.compile(f"SECRET(?!key)|{_REST}", re.IGNORECASE)
# what goes wrong at the user's own server, by the name of a sound
WRONG = {
    "denied": Reply(status=401, headers={"WWW-Authenticate": 'Basic realm="SECRET"'}),
    "forbidden": FORBIDDEN,
    "gone": Reply(status=404),
    "reset": Reply(reset=True),
    "page": WEB_PAGE,
    "broken": Reply(status=500),
}


class Home(FakeService):
    """The user's own server; without login and key it says nothing."""

    prefix = "/home"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self.stranger = ""  # an address

    def answer(self, path: str, request: Request) -> bytes | Reply:
        """Answer whoever knows both, and set a cookie."""
        if request.headers.get("authorization") != AUTHORIZATION:
            return Reply(status=401)
        reply = self._reply(path, request)
        return replace(
            reply, headers={**reply.headers, "Set-Cookie": "id=SECRETcookie"}
        )

    def _reply(self, path: str, request: Request) -> Reply:
        stem = Path(path).stem
        if path == "/list.m3u":
            host = f"http://{LOGIN}@{request.headers['host']}{self.prefix}"
            names = ["good", *WRONG, "away"]
            urls = [f"{host}/sound/{name}.wav?{KEY}&n={name}" for name in names]
            return Reply("\n".join(urls).encode())
        if path == "/search":
            url = f"sound/found.wav?{KEY}"
            found = {"id": "1", "url": url, "title": "Ann - Song", "duration": 2}
            return json_reply([found])
        if stem == "away":
            return redirect(f"{self.stranger}/sound.wav")
        return WRONG.get(stem) or Reply(song_bytes(self._folder, freq=300 + len(stem)))


class Stranger(FakeService):
    """A server that nobody trusts with anything."""

    prefix = "/stranger"

    def answer(self, path: str, request: Request) -> bytes | Reply:
        """Say that there is nothing, and set a cookie."""
        return Reply(status=404, headers={"Set-Cookie": "id=SECRETcookie"})


@dataclass
class World:
    """All services, and a command line whose settings lead to them."""

    command: CommandLine
    home: Home
    stranger: Stranger
    spotify: FakeSpotify
    jamendo: FakeJamendo
    deezer: FakeDeezer
    runs: list[subprocess.CompletedProcess[str]] = field(default_factory=list)

    def genre(self, *commands: str) -> None:
        """Run commands side by side, and keep what they say."""
        with ThreadPoolExecutor(4) as pool:
            self.runs += pool.map(lambda one: self.command.run(*one.split()), commands)

    def log_in(self) -> None:
        """Log in to Spotify as a user does; the address to open names the client."""
        process = self.command.start("login", "spotify", "--no-browser", "-v")
        assert process.stderr is not None
        address = process.stderr.readline().split()[-1]
        with urllib.request.urlopen(address, timeout=20) as page:
            shown = page.read().decode()
        out, err = process.communicate(timeout=60)
        self.runs.append(subprocess.CompletedProcess([], 0, out + shown, err))

    @property
    def said(self) -> str:
        """All that the commands have written."""
        return "".join(run.stdout + run.stderr for run in self.runs)


@contextlib.contextmanager
def secret_world(folder: Path) -> Iterator[World]:
    """Serve it all, and write a list of playlists from everywhere."""
    home, stranger = Home(folder), Stranger()
    jamendo, deezer = (
        _jamendo(folder),
        FakeDeezer({"1": DeezerPlaylist("Techno", _TWO)}),
    )
    spotify = FakeSpotify({"mine": [song(1)], "other": [song(2)]})
    with (
        serve(routes(home)) as own,
        serve(routes(jamendo, deezer)) as others,
        serve(routes(stranger)) as strange,
        spotify.running(),
    ):
        home.stranger = strange.url(stranger.prefix)
        place = own.url("/home").replace("http://", f"http://{LOGIN}@")
        _write_lists(folder, place)
        settings: dict[str, Any] = {
            **spotify.options(folder),
            "corpus": "corpus",
            "max_wait_s": 1,
            "jamendo_client_id": JAMENDO_ID,
            "search": f"http:{place}/search?{KEY}",
            "jamendo_url": jamendo.url(others),
            "deezer_url": deezer.url(others),
        }
        command = CommandLine(folder, settings)
        yield World(command, home, stranger, spotify, jamendo, deezer)


_TWO = [track(1, "One", "A", duration=2), track(2, "Two", "B", duration=2)]


def _write_lists(folder: Path, place: str) -> None:
    lines = [
        f"{place}/list.m3u?{KEY}  Techno",
        f"{place}/gone.m3u?{KEY}  Techno",
        f"{place}/list.xyz?{KEY}  Techno",
        "names.csv  House",
        "mine.m3u  House",
        "https://www.jamendo.com/playlist/7  House",
        "https://www.deezer.com/playlist/1  Techno",
        "https://open.spotify.com/playlist/mine  Techno",
        "https://open.spotify.com/playlist/other  Techno",
    ]
    (folder / "list.txt").write_text("\n".join(lines))
    (folder / "names.csv").write_text("title,artist,duration\nSong,Ann,2\n")
    (folder / "mine.m3u").write_text(f"{place}/sound/own.wav?{KEY}\n")


def _jamendo(folder: Path) -> FakeJamendo:
    audio = song_bytes(folder, freq=500)
    songs = [
        JamendoTrack("8", "Groove", "Band", duration=2, audio=audio),
        JamendoTrack("9", "Gone", "Band", duration=2),
    ]
    return FakeJamendo(playlists={"7": JamendoPlaylist("Techno", [*songs])})
