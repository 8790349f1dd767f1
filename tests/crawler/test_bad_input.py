"""Bad input of every kind through the real command line, as a user meets it."""

import contextlib
import json
import re
import resource
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from genre.db import models as m
from tests.command_line import CommandLine
from tests.crawler.crawls import NO_SEARCH, rows, song, song_bytes, wavs
from tests.servers import Reply, Request, Route, json_reply, redirect, serve
from tests.services.archive import ArchiveItem, FakeArchive, file
from tests.services.deezer import DeezerPlaylist, FakeDeezer, track
from tests.services.fakes import FORBIDDEN, GONE, LATER, WEB_PAGE, routes
from tests.services.jamendo import CLIENT_ID, FakeJamendo, JamendoPlaylist, JamendoTrack
from tests.services.listenbrainz import (
    FakeListenBrainz,
    JspfPlaylist,
    mbid,
    recording,
)
from tests.services.spotify import FakeSpotify, refused
from tests.services.spotify import song as spotify_song

LIST = ("crawl", "--playlists", "list.txt")
# What a terminal would obey: controls, and what reverses or hides text.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]")
SENTENCE = re.compile(r"(Line \d+: )?[Ee]xpected .+, found.+(;|:) .+\.")


def commands(folder: Path, **settings: object) -> CommandLine:
    """Return the command line for a corpus in ``folder``; it waits for nobody."""
    own = {"corpus": folder / "corpus", "search": NO_SEARCH, "max_wait_s": 0, "jobs": 2}
    return CommandLine(folder, {**own, **settings})


def wrong(done: Mapping[str, Any]) -> dict[str, tuple[str | None, str]]:
    """Return class and sentence of what went wrong, by a song's or playlist's name."""
    return {
        item["label"]: (item.get("error_class"), item["message"])
        for item in done["items"]
        if item["status"] in {"failed", "refused"}
    }


def failures(command: CommandLine) -> dict[str, str]:
    """Return the classes in the ledger by name."""
    found = command.json("status", "--failures")["status"]["failures"]
    return {one["name"]: one["error_class"] for one in found}


# --- services ------------------------------------------------------------------------

SPOTIFY_ID = "0123456789012345678901"
ADDRESSES = {
    "deezer": "https://www.deezer.com/playlist/1",
    "jamendo": "https://www.jamendo.com/playlist/7",
    "archive": "https://archive.org/details/show",
    "listenbrainz": f"https://listenbrainz.org/playlist/{mbid(7)}",
    "spotify": f"https://open.spotify.com/playlist/{SPOTIFY_ID}",
}
QUOTA = refused(429, "Too many requests", reason="QUOTA_EXCEEDED")
FAULTS: dict[str, tuple[Route, str, str]] = {  # the fault, its class, what is said
    "deezer": (WEB_PAGE, "temporary", "found a web page"),
    "jamendo": (FORBIDDEN, "environment", "found HTTP 403"),
    "archive": (GONE, "permanent", "found HTTP 404"),
    "listenbrainz": (LATER, "stop", "run this again after 20"),
    "spotify": (QUOTA, "stop", "quota of your developer account is used up"),
    "/reset.csv": (Reply(reset=True), "temporary", "found a broken connection"),
    "/file.csv": (redirect("file:///etc/passwd"), "permanent", "to a file: address"),
    "/inside.csv": (
        redirect("http://localhost:9/"),
        "permanent",
        "private or loopback",
    ),
    "/busy.csv": (Reply(status=503), "temporary", "found HTTP 503"),
    "/rest.csv": (Reply(status=429), "stop", "is left alone until 20"),
}


class World:
    """A playlist of one song at every service and at addresses, with their faults."""

    def __init__(self) -> None:
        item = ArchiveItem([file("3.mp3", title="Three", artist="Ann", length="2")])
        jamendo = JamendoPlaylist("J", [JamendoTrack("8", "Two", "Ann")])
        listenbrainz = JspfPlaylist("L", [recording(1, "Four")])
        self.named = {
            "deezer": FakeDeezer({"1": DeezerPlaylist("D", [track(1, "One")])}),
            "jamendo": FakeJamendo(playlists={"7": jamendo}),
            "archive": FakeArchive({"show": item}),
            "listenbrainz": FakeListenBrainz({mbid(7): listenbrainz}),
        }
        self.spotify = FakeSpotify({SPOTIFY_ID: [spotify_song(5)]})
        self.files: dict[str, Route] = {}

    def fail(self) -> None:
        """Let everything have its fault, as often as it is asked."""
        for name, (fault, _, _) in FAULTS.items():
            if name in self.named:
                self.named[name].fail(fault, times=99)
        self.spotify.faults[f"/v1/playlists/{SPOTIFY_ID}"].extend([QUOTA] * 9)
        self.files |= {path: f for path, (f, _, _) in FAULTS.items() if path[0] == "/"}

    def recover(self) -> None:
        """Let everything answer as it should."""
        for service in self.named.values():
            service.forgive()
        self.spotify.faults.clear()
        for number, path in enumerate(self.files):
            self.files[path] = f"title,artist\nSong {number},Ann\n".encode()


@contextlib.contextmanager
def world(folder: Path) -> Iterator[tuple[World, CommandLine, dict[str, str]]]:
    """Serve it; give the command line, and the list's sources by name."""
    it = World()
    it.fail()
    with (
        it.spotify.running(),
        serve(routes(*it.named.values())) as services,
        contextlib.ExitStack() as stack,
    ):
        sources = dict(ADDRESSES)
        for path in it.files:  # one server each: what rests is a server
            sources[path] = stack.enter_context(serve(it.files)).url(path)
        own = {f"{name}_url": one.url(services) for name, one in it.named.items()}
        login = it.spotify.options(folder)
        it.spotify.log_in(it.spotify.settings(folder))
        (folder / "good.csv").write_text("title,artist\nGood,Song\n")
        lines = [*sources.values(), "good.csv"]
        (folder / "list.txt").write_text("".join(f"{line} House\n" for line in lines))
        yield it, commands(folder, jamendo_client_id=CLIENT_ID, **own, **login), sources


def test_services_that_fail(tmp_path: Path) -> None:
    """Each fault has its class and sentence; others go on; later the rest is done."""
    with world(tmp_path) as (it, command, sources):
        first = command.json(*LIST, "--metadata-only")
        ledger = failures(command)
        it.recover()
        again = command.json(*LIST, "--metadata-only", "--retry", "stop")

    found = wrong(first)
    expected = {sources[name]: fault[1] for name, fault in FAULTS.items()}
    assert {source: said[0] for source, said in found.items()} == expected
    for name, (_, error_class, words) in FAULTS.items():
        assert words in found[sources[name]][1]
        assert ledger.get(sources[name], "stop") == error_class
    assert all(SENTENCE.fullmatch(sentence) for _, sentence in found.values())
    assert not re.search(f"SECRET|{CLIENT_ID}", json.dumps(first))
    assert (first["exit_code"], again["exit_code"]) == (3, 0)
    assert first["counts"]["done"] == 1
    assert again["counts"] == {"done": len(FAULTS), "kept": 1}


# --- lists ---------------------------------------------------------------------------

NO_PLAYLISTS = (
    *("https://www.deezer.com/track/1", "https://open.spotify.com/artist/x", "CON"),
    *("https://youtu.be/aaaaaaaaaaa", "https://listenbrainz.org/user/a/", "a.mp3"),
    *("https://www.jamendo.com/track/1", "https://archive.org/search?query=a"),
    *("https://www.youtube.com/playlist?list=WL", "https://tidal.com/playlist/1"),
    *("../../../../etc/passwd", "file:///etc/passwd", "away/", "away.csv", "-rf"),
    *("\x1b[31m.csv", "http://[half", "songs.html.csv", "list.txt"),
)


def test_lines_that_are_no_playlist(tmp_path: Path) -> None:
    """Each is told in one sentence with its line; the one that is right is read."""
    (tmp_path / "songs.html.csv").write_bytes(WEB_PAGE.body)
    (tmp_path / "good.csv").write_text("title,artist\nGood,Song\n")
    lines = [f"{source}  House\n" for source in (*NO_PLAYLISTS, "good.csv")]
    (tmp_path / "list.txt").write_text("".join(lines))
    done = commands(tmp_path).json(*LIST, "--metadata-only")

    bad = [item for item in done["items"] if item["status"] == "failed"]
    numbers = [int(item["message"].split()[1].rstrip(":")) for item in bad]
    assert sorted(numbers) == list(range(1, len(NO_PLAYLISTS) + 1))
    assert {item["error_class"] for item in bad} == {"environment"}
    assert all(len(item["message"]) < 400 for item in bad)
    assert not CONTROL.search("".join(item["message"] for item in bad))
    assert (done["exit_code"], done["counts"]["done"]) == (3, 1)


def test_a_playlist_given_as_a_list(tmp_path: Path) -> None:
    """One sentence says how to give it, instead of one for each of its rows."""
    (tmp_path / "list.txt").write_text("title,artist\nOne,Ann\nTwo,Ann\n")
    done = commands(tmp_path).run(*LIST)

    assert done.returncode == 2
    assert re.fullmatch(
        "Error: Expected a list .+ genre crawl list.txt.\n", done.stderr
    )
    assert not (tmp_path / "corpus").exists()


def test_a_search_for_playlists_that_fails(tmp_path: Path) -> None:
    """A list that the user has edited is not replaced by an empty one."""
    (tmp_path / "list.txt").write_text("mine.csv House\n")
    with serve({"/search/playlist": Reply(status=503)}) as server:
        command = commands(tmp_path, deezer_url=server.url())
        words = ("--service", "deezer", "--out", "list.txt", "--force")
        done = command.run("discover", "house", *words)

    assert (done.returncode, done.stdout) == (
        3,
        "No playlist was found, so no list is written.\n",
    )
    assert (tmp_path / "list.txt").read_text() == "mine.csv House\n"


def test_one_playlist_in_many_spellings(tmp_path: Path) -> None:
    """It is one playlist that has the genres of all lines."""
    sources = [
        *("https://www.deezer.com/playlist/1", "http://deezer.com/en/playlist/1/?a=b"),
        *("deezer:playlist:1", "songs.csv", "./songs.csv", tmp_path / "songs.csv"),
    ]
    lines = [f"{source}  Genre {n}\n" for n, source in enumerate(sources)]
    (tmp_path / "list.txt").write_text("".join(lines))
    (tmp_path / "songs.csv").write_text("title,artist\nOne,Ann\n")
    deezer = FakeDeezer({"1": DeezerPlaylist("D", [track(1, "One")])})
    with serve(routes(deezer)) as server:
        command = commands(tmp_path, deezer_url=deezer.url(server))
        done = command.run(*LIST, "--metadata-only")

    assert done.returncode == 0
    held = {row["id"] for row in rows(tmp_path, m.Playlist)}
    links = [row["playlist_id"] for row in rows(tmp_path, m.PlaylistGenre)]
    assert len(held) == 2
    assert sorted(links) == sorted([*held] * 3)


# --- names and songs -----------------------------------------------------------------

TITLES = (
    *("Ω" * 400, "שלום \u202ednuos\u202c مرحبا", "😀🎵", "\x1b]0;x\x07\x1b[2J\x9b31m"),
    *("../../etc/passwd", "CON", "NUL.wav", "trailing...", "[/foo]", "'; DROP TABLE x"),
)


def test_hostile_names(tmp_path: Path) -> None:
    """Whatever a song, a playlist and a genre are called: it is shown, and harmless."""
    titles = [{"title": t, "creator": f"Ann {n}"} for n, t in enumerate(TITLES)]
    tracks = [*titles, *titles, {"creator": "No Title"}]
    playlist = {"title": "\x1b[31m../../up", "track": tracks}
    (tmp_path / "p.jspf").write_text(json.dumps({"playlist": playlist}))
    (tmp_path / "list.txt").write_text("p.jspf  \x1b[31m../../Genre\n")
    found = {"id": "../../x\x1b[2J", "url": "a.wav", "uploader": "\x1b[31m"}

    def answer(request: Request) -> Reply:
        """Find whatever is searched, under its own name."""
        number = int(request.query["q"][0].split()[1])
        title = f"Ann {number} - {TITLES[number]}"
        return json_reply([{**found, "title": title, "duration": 2}])

    with serve({"/s": answer, "/a.wav": song_bytes(tmp_path)}) as server:
        command = commands(tmp_path, search=server.url("/s"))
        shown = [command.run(*words) for words in (LIST, ("status",), ("matches",))]

    assert [done.returncode for done in shown] == [0, 0, 0]
    assert not any(CONTROL.search(done.stdout + done.stderr) for done in shown)
    assert "row" in shown[0].stderr
    assert len(rows(tmp_path, m.Track)) == len(wavs(tmp_path)) == len(TITLES)
    assert {path.name for path in tmp_path.iterdir()} == {
        *("corpus", "list.txt", "p.jspf", ".source-440.0-2.0.wav"),
    }


SOUNDS: dict[
    str, tuple[Route, str, str]
] = {  # title: its address's answer, class, what is said
    "page": (WEB_PAGE, "permanent", "in the download, found an HTML page"),
    "hls": (
        b"#EXTM3U\n#EXTINF:1\nfile:///etc/passwd\n",
        "permanent",
        "an HLS playlist",
    ),
    "empty": (b"", "permanent", "zero bytes"),
    "cut": (Reply(b"RIFF" * 99, truncate_at=9), "temporary", "cut off"),
    "login": (Reply(status=401), "environment", "HTTP 401"),
    "local": (redirect("file:///etc/passwd"), "permanent", "a redirect to a file:"),
    "slow": (Reply(b"RIFF" * 99, drip_s=0.2), "temporary", "unfinished after 1 s"),
}
SEARCHED = {  # title: results' title and length, class, what is said
    "Nothing": ("", 2, None, "no search result at all"),
    "Covered": ("Ann - Covered (Karaoke Cover)", 2, None, "karaoke is not wanted"),
    "Played": ("Ann - Played (Live at Wembley)", 2, None, "live is not wanted"),
    "Claimed": ("Ann - Claimed", 180, "permanent", "Expected a recording of 180 s"),
}


def _found(request: Request) -> Reply:
    title = request.query["q"][0].split()[-1]
    shown, length, _, _ = SEARCHED[title]
    one = {"id": "1", "url": "good.wav", "title": shown, "duration": length}
    return json_reply([{**one, "uploader": "Ann"}] if shown else [])


def _expected() -> dict[str, tuple[str | None, str]]:
    """Return class and words by the song's name."""
    placed = {f"Ann - {name}": said for name, (_, *said) in SOUNDS.items()}
    searched = {f"Ann - {name}": said for name, (_, _, *said) in SEARCHED.items()}
    return {name: (said[0], str(said[1])) for name, said in (placed | searched).items()}


def test_songs_that_cannot_be_had(tmp_path: Path) -> None:
    """Each has its class and sentence; the one that is there is fetched."""
    sounds = {f"/{name}": answer for name, (answer, _, _) in SOUNDS.items()}
    lengths = "".join(f"{name},Ann,{s[1]}\n" for name, s in SEARCHED.items())
    (tmp_path / "s.csv").write_text(f"title,artist,duration\n{lengths}")
    with serve({**sounds, "/good.wav": song_bytes(tmp_path), "/s": _found}) as server:
        names = [*SOUNDS, "good.wav"]
        lines = [f"#EXTINF:2,Ann - {n}\n{server.url('/' + n)}\n" for n in names]
        (tmp_path / "m.m3u").write_text("".join(lines))
        (tmp_path / "list.txt").write_text("m.m3u House\ns.csv House\n")
        command = commands(tmp_path, search=server.url("/s"), download_deadline_s=1)
        done = command.json(*LIST)

    expected = _expected()
    found = wrong(done)
    assert {name: said[0] for name, said in found.items()} == {
        name: error_class for name, (error_class, _) in expected.items()
    }
    assert all(words in found[name][1] for name, (_, words) in expected.items())
    assert (done["exit_code"], len(wavs(tmp_path))) == (3, 1)


# --- the machine ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "stop", "code"),
    [
        ("https://www.deezer.com/playlist/1", signal.SIGINT, 130),
        ("searched.csv", signal.SIGTERM, 143),
        ("placed.m3u", signal.SIGINT, 130),
    ],
)
def test_interrupted(
    tmp_path: Path, source: str, stop: signal.Signals, code: int
) -> None:
    """In each phase it ends at once, with one sentence, and nobody is blamed."""
    slow = Reply(b"[" + b" " * 9_999, drip_s=0.1)
    with serve(dict.fromkeys(("/playlist/1", "/s", "/a.wav"), slow)) as server:
        (tmp_path / "searched.csv").write_text("title,artist\nOne,Ann\n")
        (tmp_path / "placed.m3u").write_text(
            f"#EXTINF:2,A - B\n{server.url('/a.wav')}\n"
        )
        urls = {"search": server.url("/s"), "deezer_url": server.url()}
        command = commands(tmp_path, **urls)
        process = command.start("crawl", source)
        while not server.requests and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(stop)
        _, err = process.communicate(timeout=30)

    assert process.returncode == code
    assert err.endswith("run the same command again to go on.\n")
    assert "Traceback" not in err
    assert failures(command) == {}


def test_files_may_not_grow(tmp_path: Path) -> None:
    """A limit like ``ulimit -f`` stops the run; without it the rest is done."""
    for seconds in (1, 80):
        song(tmp_path / "music" / f"{seconds}.wav", freq=100.0 + seconds, s=seconds)
    (tmp_path / "list.txt").write_text("music House\n")
    command = commands(tmp_path)
    process = command.start(*LIST)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
    _, err = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "nothing was marked as failed" in err
    assert "Traceback" not in err
    assert failures(command) == {}
    assert command.run(*LIST).returncode == 0
    assert len(wavs(tmp_path)) == 2
