"""Logging in to Spotify as a user does it: a command, a browser, a page that answers."""

import contextlib
import json
import os
import re
import socket
import stat
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from genre.crawler.spotify_token import TokenFile
from tests.servers import Reply
from tests.services.spotify import FakeSpotify

# A browser of its own: opens the address it is started with.
BROWSER = (
    f"{sys.executable} -c"
    " 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).read()' %s"
)


@pytest.fixture
def fake() -> Iterator[FakeSpotify]:
    """Serve a Spotify that has one empty playlist."""
    with FakeSpotify({"mine": []}).running() as running:
        yield running


def environment(fake: FakeSpotify, folder: Path, **more: str) -> dict[str, str]:
    """Return an environment whose settings lead to ``fake``."""
    own = {f"GENRE_{k.upper()}": v for k, v in fake.options(folder).items()}
    return {**plain_environment(), **own, "PYTHONUNBUFFERED": "1", **more}


def plain_environment() -> dict[str, str]:
    """Return ours without settings."""
    return {k: v for k, v in os.environ.items() if not k.startswith("GENRE_")}


class Login:
    """A running ``genre login spotify``, with what it has said so far."""

    def __init__(self, *args: str, env: dict[str, str], cwd: Path) -> None:
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "genre", "login", "spotify", *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=env,
            cwd=cwd,
        )

    def address(self) -> str:
        """Return the address it tells the user to open; it says two lines by then."""
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        found = re.search(r"http://\S+", line)
        assert found, line
        self.said = line + self.process.stderr.readline()
        return found[0]

    def end(self) -> tuple[int, str]:
        """Wait for its end; return the exit code and all it wrote."""
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out + self.said + err


@pytest.fixture
def login(fake: FakeSpotify, tmp_path: Path) -> Iterator[Any]:
    """Start logins that end with the test."""
    started: list[Login] = []

    def start(*args: str, **env: str) -> Login:
        own = environment(fake, tmp_path, **env)
        started.append(Login(*args, env=own, cwd=tmp_path))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.communicate()


def open_page(address: str) -> str:
    """Play the browser: follow all redirects and return the page that is shown."""
    with urllib.request.urlopen(address, timeout=20) as page:
        shown: str = page.read().decode()
        return shown


def callback_of(address: str) -> tuple[str, str]:
    """Return where an address would have the browser sent back to, and its state."""
    query = parse_qs(urlsplit(address).query)
    return query["redirect_uri"][0], query["state"][0]


def test_a_login_from_beginning_to_end(
    fake: FakeSpotify, login: Any, tmp_path: Path
) -> None:
    """The page is opened by hand; the token is kept, and not shown to anybody."""
    running = login("--no-browser", "-v")
    page = open_page(running.address())
    code, said = running.end()

    file = TokenFile(fake.settings(tmp_path))
    stored = file.read()
    assert code == 0, said
    assert "Your answer has arrived" in page
    assert "Spotify: logged in since 20" in said
    assert stored is not None
    assert stored.refresh_token == fake.refresh
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert "SECRET" not in said + page
    assert sorted(p.name for p in tmp_path.iterdir()) == ["credentials"]


def test_what_is_asked_for(login: Any) -> None:
    """The login asks for private and collaborative playlists, with PKCE, no secret."""
    query = parse_qs(urlsplit(login("--no-browser").address()).query)

    assert query["scope"] == ["playlist-read-collaborative playlist-read-private"]
    assert query["code_challenge_method"] == ["S256"]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/callback", query["redirect_uri"][0])
    assert "client_secret" not in query


def test_the_users_browser_is_opened(login: Any) -> None:
    """Without --no-browser the page opens by itself; --json says how it ended."""
    code, said = login("--json", BROWSER=BROWSER).end()

    found, _ = json.JSONDecoder().raw_decode(said)
    assert code == 0
    assert found["login"]["is_ready"] is True
    assert "SECRET" not in said


def test_another_program_that_does_not_stop_talking(login: Any) -> None:
    """Who connects and never ends a sentence does not hold the login open."""
    running = login("--no-browser")
    address = running.address()
    port = urlsplit(callback_of(address)[0]).port
    talker = socket.create_connection(("127.0.0.1", port or 0))
    done = threading.Event()

    def talk() -> None:
        with talker, contextlib.suppress(ConnectionError):
            while not done.wait(0.1):
                talker.sendall(b"G")

    threading.Thread(target=talk, daemon=True).start()
    try:
        page = open_page(address)
        code, said = running.end()
    finally:
        done.set()

    assert (code, "Your answer has arrived" in page) == (0, True), said


def test_logging_out(fake: FakeSpotify, tmp_path: Path) -> None:
    """``genre logout spotify`` deletes the token, and says when there is none."""
    fake.log_in(fake.settings(tmp_path))

    said = [
        subprocess.run(
            [sys.executable, "-m", "genre", "logout", "spotify"],
            env=environment(fake, tmp_path),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for _ in range(2)
    ]

    assert said == [
        "Spotify: the login is deleted from this machine",
        "Spotify: no login here",
    ]


def test_the_user_denies(fake: FakeSpotify, login: Any) -> None:
    """The command says so, and the page does too."""
    fake.denies = True
    running = login("--no-browser")

    page = open_page(running.address())
    code, said = running.end()

    assert (code, "access was denied there" in said) == (1, True)
    assert "The login was not completed" in page


def test_an_answer_to_another_login(login: Any) -> None:
    """An answer with a foreign state is turned away; the right one still counts."""
    running = login("--no-browser")
    address = running.address()
    callback, _ = callback_of(address)

    strange = open_page(f"{callback}?code=stolen&state=guessed")
    with pytest.raises(urllib.error.HTTPError):
        open_page(callback.replace("/callback", "/favicon.ico"))
    open_page(address)

    assert "not the login that was begun" in strange
    assert running.end()[0] == 0


@pytest.mark.parametrize(
    ("opened", "found"),
    [("", "found none"), ("?code=x&state=guessed", "only answers to another login")],
)
def test_nobody_answers(login: Any, opened: str, found: str) -> None:
    """The command gives up after --wait seconds, even with an idle connection open."""
    running = login("--no-browser", "--wait", "1")
    callback, _ = callback_of(running.address())
    idle = socket.create_connection(("127.0.0.1", urlsplit(callback).port))
    if opened:
        open_page(callback + opened)

    with idle:
        code, said = running.end()

    assert (code, found in said) == (1, True)
    assert "Waiting up to 1 s for it; Ctrl-C stops." in said


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Reply(b'{"error": "invalid_grant"}', 400), "refuses (invalid_grant)"),
        (Reply(b'{"error": "invalid_client"}', 400), "Expected a client id that"),
        (Reply(b"<html>"), "Expected a token from Spotify"),
        (Reply(status=502), "found HTTP 502"),
    ],
)
def test_spotify_does_not_finish(
    fake: FakeSpotify, login: Any, tmp_path: Path, reply: Reply, sentence: str
) -> None:
    """What went wrong after the browser's answer is said; no token is kept."""
    fake.faults["/api/token"].append(reply)
    running = login("--no-browser")

    open_page(running.address())
    code, said = running.end()

    assert code == 1
    assert sentence in said
    assert "Traceback" not in said
    assert TokenFile(fake.settings(tmp_path)).read() is None


def test_a_port_in_use(login: Any) -> None:
    """The command names the port and the way out."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        code, said = login("--no-browser", "--port", str(port)).end()

    assert code == 2
    assert f"found port {port} in use; name another with --port" in said


def test_a_port_that_was_named(login: Any) -> None:
    """The browser is sent back to the port that the user registered."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    callback, _ = callback_of(login("--no-browser", "--port", str(port)).address())

    assert callback == f"http://127.0.0.1:{port}/callback"


@pytest.mark.parametrize(
    ("args", "code", "sentence"),
    [
        (["login", "spotify"], 1, "Expected the client id of your app at Spotify"),
        (
            ["login", "deezer"],
            2,
            "a service that has a login (spotify), found 'deezer'",
        ),
        (["logout", "tidal"], 2, "a service that has a login (spotify), found 'tidal'"),
        (["login"], 2, "Missing argument"),
    ],
)
def test_a_users_mistake_is_one_sentence(
    tmp_path: Path, args: list[str], code: int, sentence: str
) -> None:
    """Nothing is opened and nobody is asked."""
    done = subprocess.run(
        [sys.executable, "-m", "genre", *args],
        env={**plain_environment(), "GENRE_CREDENTIALS": str(tmp_path / "none")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == code
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_the_waiting(login: Any) -> None:
    """A login that nobody wants any more ends at once."""
    running = login("--no-browser")
    running.address()
    threading.Timer(0.1, running.process.send_signal, [2]).start()

    assert running.end()[0] == 130


def test_help_does_not_load_spotipy() -> None:
    """The command line knows of Spotify without loading its library."""
    code = (
        "import sys\nfrom genre.cli import app\n"
        "try:\n    app(['login', '--help'])\nexcept SystemExit:\n    pass\n"
        "print({'spotipy', 'requests'} & set(sys.modules), file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stderr.strip() == "set()"
