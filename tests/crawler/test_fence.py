"""Where yt-dlp may not go: private networks, other programs."""

import contextlib
import importlib
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from genre.config import Settings
from genre.crawler.fence import fence
from genre.crawler.player import Player
from genre.errors import FetchError
from genre.records import ErrorClass
from tests.crawler.loopback_site import EXTRACTOR, SITE
from tests.servers import Server, json_reply, redirect, serve

CLASS = EXTRACTOR.partition("@")[0]


@pytest.fixture
def files() -> Iterator[Server]:
    """Serve what nobody from outside may reach."""
    with serve({"/secret.mp3": b"secret"}) as server:
        yield server


def fetch(folder: Path, page: dict[str, Any], routes: dict[str, Any]) -> Path:
    """Fetch from a site that may be asked though it is here, and nothing else may."""
    with serve({"/site/x1": json_reply(page), **routes}) as site:
        settings = Settings(corpus=folder)
        player = Player(settings, extra_extractors=[f"{CLASS}@{site.url('')}"])
        try:
            return player.fetch(site.url("/site/x1"), folder, site=SITE).path
        finally:
            player.close()


def test_media_in_a_private_network(tmp_path: Path, files: Server) -> None:
    """A site's page that names a private address is refused for good, unasked."""
    with pytest.raises(FetchError, match="into the open internet") as caught:
        fetch(tmp_path, {"url": files.url("/secret.mp3")}, {})

    assert caught.value.error_class is ErrorClass.PERMANENT
    assert files.paths == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_redirect_into_a_private_network(
    tmp_path: Path, files: Server, host: str
) -> None:
    """So is an innocent address that leads on to one, by number or by name."""
    elsewhere = redirect(files.url("/secret.mp3", host=host))

    with pytest.raises(FetchError, match="into the open internet"):
        fetch(tmp_path, {"path": "/m.mp3"}, {"/m.mp3": elsewhere})

    assert files.paths == []


def test_the_sites_own_server(tmp_path: Path) -> None:
    """The server that the extractor's own site is on stays open."""
    path = fetch(tmp_path, {"path": "/m.mp3"}, {"/m.mp3": b"sound"})

    assert path.read_bytes() == b"sound"


def ask_with_urllib(url: str) -> bytes:
    """Ask as one of yt-dlp's libraries does."""
    with urllib.request.urlopen(url) as answer:
        return bytes(answer.read())


def ask_with_requests(url: str) -> bytes:
    """Ask as the other does."""
    return requests.get(url, timeout=5).content


@pytest.mark.parametrize("ask", [ask_with_urllib, ask_with_requests])
def test_every_library(ask: Callable[[str], bytes], files: Server) -> None:
    """Whichever library asks is stopped while the fence is up, and only then."""
    with (
        fence().raised([]) as bounds,
        pytest.raises((urllib.error.URLError, requests.ConnectionError)),
    ):
        ask(files.url("/secret.mp3"))

    assert (bounds.refused, files.paths) == ("127.0.0.1", [])
    assert ask(files.url("/secret.mp3")) == b"secret"


@pytest.mark.parametrize(
    ("opened", "reached"),
    [
        (["http://127.0.0.1:{port}"], True),
        (["http://127.0.0.1"], True),
        (["http://127.0.0.1:1"], False),
        (["http://127.0.0.2:{port}"], False),
        ([], False),
    ],
)
def test_what_is_opened(files: Server, opened: list[str], reached: bool) -> None:
    """An address opens its own server, one without a port all of its host."""
    bases = [base.format(port=files.port) for base in opened]
    with fence().raised(bases) as bounds, contextlib.suppress(OSError):
        ask_with_requests(files.url("/secret.mp3"))

    assert bool(files.paths) is reached
    assert bool(bounds.refused) is not reached


def runs(program: str) -> bool:
    """Tell whether a program starts while the fence is up."""
    with fence().raised([]), contextlib.suppress(PermissionError, FileNotFoundError):
        return subprocess.run([program, "-v"], check=False).returncode == 0
    return False


def test_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No program starts, not even ffmpeg, but the runtimes where yt-dlp finds them."""
    folders = [tmp_path / "path", tmp_path / "elsewhere"]
    for folder in folders:
        folder.mkdir()
        for name in ("node", "node.sh", "ffmpeg"):
            (folder / name).write_text("#!/bin/sh\nexit 0\n")
            (folder / name).chmod(0o700)
    monkeypatch.setenv("PATH", str(folders[0]), prepend=":")
    own, strange = folders

    assert runs("node")
    assert runs(str(own / "node"))
    for program in ("ffmpeg", str(own / "node.sh"), str(strange / "node")):
        assert not runs(program)
    assert not runs(str(tmp_path / "deno"))
    assert not runs(sys.executable)


def test_library_that_python_cannot_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What connects without Python's knowing is not loaded, so yt-dlp does without."""
    (tmp_path / "curl_cffi").mkdir()
    (tmp_path / "curl_cffi" / "__init__.py").write_text("")
    (tmp_path / "curl_cffi" / "requests.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)

    fence()

    for name in ("curl_cffi", "curl_cffi.requests"):
        with pytest.raises(ImportError, match="curl_cffi"):
            importlib.import_module(name)
