"""Tokens, logins, keys and cookies: said nowhere, kept nowhere, told to nobody else."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from genre.crawler.spotify_token import TokenFile
from tests.secret_world import ALL_BUT_KEY, SECRET, World, secret_world
from tests.servers import Reply, json_reply
from tests.services.fakes import WEB_PAGE
from tests.services.spotify import refused, song

CRAWL = "crawl --playlists list.txt -v"
LOOKING = (
    "plan --playlists list.txt -v",
    "discover techno --service deezer --service jamendo -v --json",
    "status --failures -v",
    "status --failures --json",
    "doctor -v --json",
    "matches -v",
    "matches --json",
    "changes --json",
)
# where the catalog keeps addresses, with their queries
ADDRESSES = {
    ("playlists", "source_id"),
    ("playlists", "url"),
    ("track_refs", "source_id"),
    ("track_refs", "url"),
    ("candidates", "url"),
    ("audio", "provider_id"),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Run every command that knows a secret, while everything goes wrong."""
    with secret_world(tmp_path_factory.mktemp("world")) as opened:
        opened.log_in()
        _crawl_among_faults(opened)
        opened.genre(*LOOKING)
        for command in ("label -v", "export out -v --json"):
            opened.genre(command)
        opened.spotify.access = opened.spotify.refresh = "revoked"
        opened.genre(f"{CRAWL} --retry stop")
        yield opened


def _crawl_among_faults(world: World) -> None:
    spotify = world.spotify.faults
    strange = {"items": [song(5)], "total": 2, "next": f"{world.home.stranger}/next"}
    world.spotify.access = "expired"
    spotify["/v1/playlists/other/items"].append(json_reply(strange))
    world.jamendo.fail(Reply(status=500), on="/tracks")
    world.genre(CRAWL)
    world.deezer.fail(Reply(status=429, headers={"Retry-After": "3600"}))
    spotify["/v1/playlists/other"].append(refused(403, "Not yours"))
    spotify["/v1/playlists/mine"].append(
        refused(429, "Too many", reason="QUOTA_EXCEEDED")
    )
    world.jamendo.fail(WEB_PAGE, times=5)
    world.genre(f"{CRAWL} --json --retry permanent")


def leaks(text: str) -> list[str]:
    """Return the lines that hold a secret."""
    return [line for line in text.splitlines() if SECRET.search(line)]


def texts(catalog: Path) -> Iterator[tuple[str, str, str]]:
    """Yield table, column and text of everything in a catalog."""
    with contextlib.closing(sqlite3.connect(catalog)) as connection:
        connection.row_factory = sqlite3.Row
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        for (table,) in tables.fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                yield from ((table, name, str(row[name])) for name in row.keys())  # noqa: SIM118


def test_the_world_is_as_bad_as_it_should_be(world: World) -> None:
    """Every kind of failure was met, and some songs came all the same."""
    wanted = ["HTTP 401", "HTTP 403", "HTTP 429", "HTTP 500", "broken connection"]
    wanted += ["web page", "must not see your login", "is left alone until"]
    wanted += ["genre login spotify", "logged in since"]
    assert [text for text in wanted if text not in world.said] == []
    assert {run.returncode for run in world.runs} == {0, 3}
    assert len(list(world.command.folder.glob("corpus/audio/*/*.wav"))) == 4


def test_nothing_is_said(world: World) -> None:
    """Neither a message, nor a log, nor JSON holds a secret."""
    assert leaks(world.said) == []


def test_nothing_is_kept(world: World) -> None:
    """The corpus and the export hold none; of an address the catalog keeps the query."""
    folder = world.command.folder
    files = [*(folder / "corpus").rglob("*"), *(folder / "out").rglob("*")]
    found = {
        path.name
        for path in files
        if path.is_file() and ALL_BUT_KEY.search(path.read_bytes().decode("latin-1"))
    }
    exported = {
        path.name
        for path in (folder / "out").rglob("*")
        if path.is_file() and SECRET.search(path.read_bytes().decode("latin-1"))
    }
    columns = {
        (table, name)
        for table, name, text in texts(folder / "corpus" / "genre.db")
        if SECRET.search(text)
    }
    assert (found, exported, columns - ADDRESSES) == (set(), set(), set())


def test_strangers_learn_nothing(world: World) -> None:
    """No login, cookie or key follows a redirect or a next page to another server."""
    told = world.stranger.requests

    assert {request.path for request in told} == {"/stranger/sound.wav"}
    assert leaks("\n".join(repr(request) for request in told)) == []
    assert {"authorization", "cookie", "referer"} & {
        n for r in told for n in r.headers
    } == set()


def test_each_server_gets_only_what_is_its_own(world: World) -> None:
    """The login goes to its server, the token to Spotify, and no cookie to anybody."""
    services = (world.jamendo, world.deezer, world.home)
    asked = [(s.prefix, request) for s in services for request in s.requests]

    logins = {prefix for prefix, r in asked if "authorization" in r.headers}
    spotify = world.spotify.server.requests
    assert logins == {"/home"}
    assert {r.headers.get("cookie") for _, r in asked} == {None}
    assert {r.headers.get("cookie") for r in spotify} == {None}


def test_every_logger_at_its_loudest(tmp_path: Path) -> None:
    """A program that logs everything shows no secret, be it ours, spotipy's or urllib3's."""
    with secret_world(tmp_path) as world:
        world.spotify.log_in(world.spotify.settings(tmp_path))
        world.spotify.access = "expired"
        done = world.command.run("list.txt", module="tests.loud_crawl")
        known = TokenFile(world.spotify.settings(tmp_path)).read()

    assert known is not None  # it was renewed meanwhile
    assert known.access_token == world.spotify.access
    assert "DEBUG:" in done.stderr
    assert leaks(done.stdout + done.stderr) == []
