"""A service that has enough in the middle of a crawl: it rests, all else goes on."""

import re
import shutil
import sys
import time
from pathlib import Path

import pytest

from genre.files import sha256_file
from tests.command_line import CommandLine
from tests.crawler.breaker import CRAWL, Place, let_the_hour_pass, place
from tests.crawler.crawls import song_bytes
from tests.crawler.loopback_youtube import YouTube, video_id
from tests.servers import Reply, Request, json_reply

TIME = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def waiting(said: str) -> list[str]:
    """Return the lines that say what waits."""
    return [line.strip() for line in said.splitlines() if " waiting: " in line]


def state(here: Place) -> tuple[str, dict[str, str]]:
    """Return the catalog's digest and the hash of every WAV."""
    found = here.command.json("status", "--digest")
    audio = here.command.folder / "corpus" / "audio"
    hashes = {path.name: sha256_file(path) for path in audio.rglob("*.wav")}
    return found["status"]["digest"], hashes


@pytest.mark.parametrize("n", [60])  # the module ``breaker`` tells it with any number
def test_in_the_middle_of_many_songs(tmp_path: Path, n: int) -> None:
    """One sentence names the service and the time; after it, each song came once."""
    with place(tmp_path, n=n, n_open=n // 2) as here:
        stopped = here.command.run(*CRAWL)
        status = here.command.run("status").stdout
        early = here.command.run(*CRAWL)
        n_refused = here.busy.n_refused
        here.let_the_hour_pass()
        done = here.command.run(*CRAWL)

    [sentence] = waiting(stopped.stderr)
    assert (stopped.returncode, early.returncode, done.returncode) == (3, 3, 0)
    assert sentence.startswith(f"{n - n // 2} waiting: Expected ")
    assert here.service in sentence
    assert re.search(f"run this again after {TIME}", sentence)
    assert re.search(f"{here.service} +is left alone until {TIME}", status)
    assert n_refused <= 2  # as many as were under way
    assert sorted(here.busy.sent.values()) == [1] * n
    assert here.n_wavs() == n + 3
    assert waiting(done.stderr) == []


def test_nobody_is_blamed(tmp_path: Path) -> None:
    """No song failed; those of another server all come."""
    with place(tmp_path, n=4, n_open=0, n_other=5) as here:
        found = here.command.json(*CRAWL)
        status = here.command.json("status", "--failures")

    waits = [item for item in found["items"] if item.get("error_class") == "stop"]
    assert found["exit_code"] == 3
    assert found["counts"] == {"done": 2 + 5, "waiting": 4}
    assert {item["data"]["service"] for item in waits} == {here.service}
    assert status["status"]["failures"] == []
    assert here.n_wavs() == 5


def test_asking_again_at_once(tmp_path: Path) -> None:
    """``--retry stop`` asks although the time has not come, and all is well."""
    with place(tmp_path, n=6, n_open=2) as here:
        here.command.run(*CRAWL)
        here.busy.n_left = sys.maxsize
        done = here.command.run(*CRAWL, "--retry", "stop")
        status = here.command.run("status").stdout

    assert done.returncode == 0
    assert sorted(here.busy.sent.values()) == [1] * 6
    assert "is left alone" not in status


def test_only_the_audio(tmp_path: Path) -> None:
    """``--audio-only`` goes on without the list and without its playlists."""
    with place(tmp_path, n=6, n_open=2) as here:
        here.command.run(*CRAWL)
        for name in ("list.txt", "busy.m3u", "other.m3u"):
            (tmp_path / name).unlink()
        here.let_the_hour_pass()
        done = here.command.run("crawl", "--audio-only")

    assert done.returncode == 0
    assert sorted(here.busy.sent.values()) == [1] * 6


def test_a_few_at_a_time(tmp_path: Path) -> None:
    """``--limit`` counts the songs that are tried; those that wait come next time."""
    with place(tmp_path, n=8, n_open=5, n_other=0) as here:
        few = [here.command.run(*CRAWL, "--limit", 4) for _ in range(2)]
        here.let_the_hour_pass()
        done = here.command.run(*CRAWL, "--limit", 4)

    assert [run.returncode for run in few] == [0, 3]
    assert waiting(few[1].stderr)[0].startswith("3 waiting: ")
    assert done.returncode == 0
    assert sorted(here.busy.sent.values()) == [1] * 8


def killed_at(here: Place, n_sent: int) -> None:
    """Crawl until the busy server has sent so many songs; then kill -9."""
    process = here.command.start(*CRAWL)
    while len(here.busy.sent) < n_sent and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.communicate()


@pytest.mark.parametrize(("before", "after"), [(2, 9)])
def test_killed_before_and_after_it_trips(
    tmp_path: Path, before: int, after: int
) -> None:
    """A kill changes nothing: the same end as that of a quiet crawl."""
    with place(tmp_path, n=12, n_open=sys.maxsize) as here:
        here.command.run(*CRAWL)
        quiet = state(here)
        shutil.rmtree(tmp_path / "corpus")
        here.busy.sent.clear()

        here.busy.n_left = 6
        killed_at(here, before)
        assert here.command.run(*CRAWL).returncode == 3
        here.let_the_hour_pass()
        killed_at(here, after)
        assert here.command.run(*CRAWL).returncode == 0
        assert state(here) == quiet


class Suspicious(YouTube):
    """Plays so many videos, then wants to know whether we are a bot."""

    n_left = 5

    def _watch(self, request: Request) -> Reply:
        if not self.n_left:
            return json_reply({"error": "Sign in to confirm you're not a bot"})
        self.n_left -= 1
        return super()._watch(request)


def test_bot_check(tmp_path: Path) -> None:
    """YouTube names no time, so it is an hour; after it, each video is played once."""
    names = [video_id(f"song{i}") for i in range(8)]
    sounds = {n: song_bytes(tmp_path, freq=300.0 + 9 * i) for i, n in enumerate(names)}
    (tmp_path / "list.txt").write_text("tube.m3u Techno\n")
    (tmp_path / "tube.m3u").write_text(
        "".join(f"https://youtu.be/{name}\n" for name in names)
    )
    youtube = Suspicious(audio=sounds)
    settings = {"corpus": "corpus", "youtube_per_hour": 0}
    with youtube.serve() as server:
        program = "tests.crawler.with_youtube"
        crawl = ["list.txt", *youtube.extractors(server)]
        place = CommandLine(tmp_path, settings)
        stopped = place.run(*crawl, module=program)
        youtube.n_left = sys.maxsize
        let_the_hour_pass(tmp_path)
        done = place.run(*crawl, module=program)
        played = server.paths.count("/videoplayback")

    [sentence] = waiting(stopped.stderr)
    assert (stopped.returncode, done.returncode) == (3, 0)
    assert re.search(f"3 waiting: .*youtube.* {TIME}", sentence)
    assert played == 8
