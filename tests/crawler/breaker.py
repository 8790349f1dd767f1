"""A server that has enough in the middle of a crawl, and the figures of the whole story.

    python -m tests.crawler.breaker 1000

crawls so many songs through the command line until the server asks for an hour's rest,
moves that hour into the past, crawls again, and says what the server saw.
"""

import contextlib
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.command_line import CommandLine
from tests.crawler.crawls import NO_SEARCH
from tests.servers import Reply, Request, Server, serve
from tests.services.fakes import FakeService, routes
from tests.synth import pure_tone, write_wave

HOUR = Reply(status=429, headers={"Retry-After": "3600"})
CRAWL = ("crawl", "--playlists", "list.txt", "--jobs", 2)


class Turnstile(FakeService):
    """Sends the songs ``/song/N.wav`` until so many were sent; then wants a rest."""

    prefix = "/song"

    def __init__(self, folder: Path, *, n_open: int) -> None:
        super().__init__()
        self._folder = folder
        self.n_left = n_open
        self.sent: Counter[str] = Counter()  # by path
        self.n_refused = 0

    def answer(self, path: str, request: Request) -> bytes | Reply:
        """Send a song of a second and a half, or ask for an hour's rest."""
        if not self.n_left:
            self.n_refused += 1
            return HOUR
        self.n_left -= 1
        self.sent[path] += 1
        tone = pure_tone(200 + 3 * int(Path(path).stem), 1.5)
        return write_wave(self._folder / "tone.wav", tone).read_bytes()


@dataclass(frozen=True)
class Place:
    """A folder with a list of two playlists, each on a server of its own."""

    command: CommandLine
    busy: Turnstile
    other: Turnstile
    service: str  # what the busy one is called

    def let_the_hour_pass(self) -> None:
        """Move the end of every rest into the past; the server is friendly again."""
        let_the_hour_pass(self.command.folder)
        self.busy.n_left = sys.maxsize

    def n_wavs(self) -> int:
        """Return how many songs the corpus holds."""
        return len(list((self.command.folder / "corpus" / "audio").rglob("*.wav")))


def let_the_hour_pass(folder: Path) -> None:
    """Move the end of every rest that the catalog knows into the past."""
    catalog = sqlite3.connect(folder / "corpus" / "genre.db")
    with contextlib.closing(catalog), catalog:
        catalog.execute("UPDATE services SET blocked_until = '2026-01-01T00:00:00Z'")


@contextlib.contextmanager
def place(folder: Path, *, n: int, n_open: int, n_other: int = 3) -> Iterator[Place]:
    """Serve ``n`` songs, of which ``n_open`` come before the rest, and some others."""
    busy = Turnstile(folder / "busy", n_open=n_open)
    other = Turnstile(folder / "other", n_open=sys.maxsize)
    with serve(routes(busy)) as one, serve(routes(other)) as two:
        _write_m3u(folder / "busy.m3u", one, range(n))
        _write_m3u(folder / "other.m3u", two, range(n, n + n_other))
        (folder / "list.txt").write_text("busy.m3u  Techno\nother.m3u  House\n")
        settings = {"corpus": "corpus", "search": NO_SEARCH}
        service = one.url("").removeprefix("http://")
        yield Place(CommandLine(folder, settings), busy, other, service)


def _write_m3u(path: Path, server: Server, numbers: range) -> None:
    path.write_text("".join(f"{server.url(f'/song/{i}.wav')}\n" for i in numbers))


def main(n: int) -> None:
    """Tell the whole story with ``n`` songs."""
    with (
        tempfile.TemporaryDirectory() as folder,
        place(Path(folder), n=n, n_open=n // 2) as here,
    ):
        _tell(here, "crawl", CRAWL)
        _tell(here, "status", ("status",))
        _tell(here, "crawl again, too early", CRAWL)
        here.let_the_hour_pass()
        _tell(here, "crawl again, an hour later", CRAWL)


def _tell(here: Place, what: str, command: tuple[object, ...]) -> None:
    start = time.monotonic()
    done = here.command.run(*command)
    seconds = time.monotonic() - start
    busy = here.busy
    twice = sum(times > 1 for times in busy.sent.values())
    sys.stdout.write(
        f"== {what}: exit code {done.returncode} after {seconds:.1f} s; songs sent"
        f" {len(busy.sent)}, sent twice {twice}, refused {busy.n_refused}, of the other"
        f" server {len(here.other.sent)}; in the corpus {here.n_wavs()}\n"
        f"{done.stdout}{done.stderr}\n"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
