"""Many small files: our client's ``download`` beside requests alone, in threads."""

import asyncio
import hashlib
import multiprocessing
import random
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from threading import local

import requests

from benchmarks import Table
from genre.config import Settings
from genre.http import HttpClient

_FILES = 5_000
_THREADS = 8
_ROUNDS = 5
_PER_FOLDER = 50
_SMALLEST, _LARGEST = 20_000, 60_000  # bytes
_NOTE = f"""\
{_FILES:,} files of {_SMALLEST // 1000} to {_LARGEST // 1000} kB from a loopback server in
another process, which keeps connections open, into files, {_PER_FOLDER} to a folder; {_THREADS}
threads. "requests" is a session per thread that streams into the file and looks at nothing of
the environment; ours also hashes, bounds time and bytes and keeps to budgets. Both take turns,
the median of {_ROUNDS} rounds; after each round every file's bytes are compared. The folder in
memory leaves out the disk, whose speed varies more than the clients'."""

_MEMORY = Path("/dev/shm")
_BLOB = random.Random(0).randbytes(1_000_000 + _LARGEST)

Fetch = Callable[[str, Path], object]


def run() -> Table:
    """Race the two over the same files, in memory where there is such a folder."""
    places = {"memory": _MEMORY, "disk": Path(tempfile.gettempdir())}
    with _served() as base:
        rows = [_row(name, p, base) for name, p in places.items() if p.is_dir()]
    return Table("Downloading small files", tuple(rows), _NOTE)


def _row(name: str, place: Path, base: str) -> Mapping[str, str]:
    seconds = _race(base, place)
    theirs, ours = (statistics.median(times) for times in seconds)
    return {
        "folder": name,
        "requests, files/s": f"{_FILES / theirs:,.0f}",
        "its rounds": _spread(seconds[0]),
        "ours, files/s": f"{_FILES / ours:,.0f}",
        "our rounds": _spread(seconds[1]),
        "ratio": f"{theirs / ours:.2f}",
        "files that differ": "0",
    }


def _spread(seconds: list[float]) -> str:
    return f"{_FILES / max(seconds):,.0f} to {_FILES / min(seconds):,.0f}"


def _race(base: str, place: Path) -> tuple[list[float], list[float]]:
    """Return how long each round took, theirs and ours, taking turns."""
    ours = HttpClient(Settings())
    clients: tuple[Fetch, Fetch] = (_Requests(), partial(_ours, ours))
    seconds: tuple[list[float], list[float]] = [], []
    with tempfile.TemporaryDirectory(dir=place) as folder:
        for _ in range(_ROUNDS):
            for times, fetch in zip(seconds, clients, strict=True):
                times.append(_time(fetch, base, Path(folder)))
    ours.close()
    return seconds


def _time(fetch: Fetch, base: str, folder: Path) -> float:
    """Return how long all files take; that they arrived well is checked after."""
    targets = [folder / str(i // _PER_FOLDER) / str(i) for i in range(_FILES)]
    for target in targets:
        target.parent.mkdir(exist_ok=True)
    with ThreadPoolExecutor(_THREADS) as pool:
        start = time.perf_counter()
        deque(pool.map(lambda i: fetch(f"{base}/{i}", targets[i]), range(_FILES)), 0)
        seconds = time.perf_counter() - start
    for i, target in enumerate(targets):
        assert target.read_bytes() == _body(i)
        target.unlink()
    return seconds


def _ours(client: HttpClient, url: str, target: Path) -> object:
    return client.download(url, target, max_bytes=_LARGEST, deadline_s=60, trusted=True)


class _Requests:
    """What people write with requests."""

    def __init__(self) -> None:
        self._local = local()

    def __call__(self, url: str, target: Path) -> None:
        with self._session().get(url, stream=True, timeout=60) as answer:
            answer.raise_for_status()
            with target.open("wb") as out:
                for chunk in answer.iter_content(1 << 16):
                    out.write(chunk)

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
            self._local.session.trust_env = False
        session: requests.Session = self._local.session
        return session


def _body(i: int) -> bytes:
    """Return the content of file ``i``: a piece of noise of a length of its own."""
    digest = hashlib.sha256(str(i).encode()).digest()
    start = int.from_bytes(digest[:4], "big") % 1_000_000
    length = _SMALLEST + int.from_bytes(digest[4:8], "big") % (_LARGEST - _SMALLEST)
    return _BLOB[start : start + length]


@contextmanager
def _served() -> Iterator[str]:
    """Serve the files from a process of its own; yield its address."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def _serve(parent: Connection) -> None:
    async def forever() -> None:
        server = await asyncio.start_server(_talk, "127.0.0.1", 0)
        parent.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(forever())


async def _talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one connection's requests until it is closed."""
    while request := await reader.readline():
        while (await reader.readline()).strip():
            pass
        body = _body(int(request.split()[1][1:]))
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
    writer.close()
