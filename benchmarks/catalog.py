"""Playlists into the catalog: a crawl of 20,000 songs, and recording them alone."""

import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks import Table
from genre.budgets import BUDGETS
from tests.servers import serve
from tests.services.deezer import DeezerPlaylist, FakeDeezer, track
from tests.services.fakes import routes

N_PLAYLISTS, N_SONGS = 100, 200  # songs of each playlist
_BOUNDS_S = {"first": 60, "again": 15}
_BOUND_MB = 300
_QUOTA_S = 5.0  # Deezer forgets requests after so long
_WORDS = ["Night", "Dance", "Love", "Summer", "Fire", "Light", "Moon", "Rain", "Deep"]
_NOTE = f"""\
`genre crawl --metadata-only` of {N_PLAYLISTS} Deezer playlists of {N_SONGS} songs each
({N_PLAYLISTS * N_SONGS:,} songs) from a loopback server in another process that counts
Deezer's quota of 50 requests in 5 s as Deezer does. Whole processes from start to end, once
each, {_QUOTA_S:g} s apart; "budget alone" is what the requests take at the pace that we allow
ourselves ({BUDGETS["deezer"].n} in {BUDGETS["deezer"].per_s} s), so the least possible. Wanted:
first under {_BOUNDS_S["first"]} s, again under {_BOUNDS_S["again"]} s, {_BOUND_MB} MB. "Changed"
is after one playlist got a song at its top and lost one. Refused: answers that said the
quota was used up."""


def run() -> Table:
    """Crawl, crawl again, and crawl after a change."""
    with tempfile.TemporaryDirectory() as name, _deezer() as (url, deezer):
        folder = Path(name)
        lines = [
            f"https://www.deezer.com/playlist/{k} Techno" for k in range(N_PLAYLISTS)
        ]
        (folder / "list.txt").write_text("\n".join(lines))
        rows = [
            _row("first", folder, url, deezer),
            _row("again", folder, url, deezer),
        ]
        deezer.send("change")
        deezer.recv()
        rows.append(_row("changed", folder, url, deezer))
    return Table("Playlists into the catalog", tuple(rows), _NOTE)


def _row(name: str, folder: Path, url: str, deezer: Connection) -> Mapping[str, str]:
    before = _hash(folder)
    time.sleep(_QUOTA_S)
    seconds, peak_mb, told = _crawl(folder, url)
    deezer.send("count")
    n_requests, n_refused = deezer.recv()
    return {
        "crawl": name,
        "requests": f"{n_requests}",
        "refused": f"{n_refused}",
        "budget alone, s": f"{_least_s(n_requests):.1f}",
        "seconds": f"{seconds:.1f}",
        "peak, MB": f"{peak_mb:.0f}",
        "catalog's file": "as it was" if _hash(folder) == before else "written",
        "told": told,
    }


def _least_s(n_requests: int) -> float:
    """Return how long the budget makes so many requests take."""
    budget = BUDGETS["deezer"]
    return (n_requests - 1) // budget.n * budget.per_s


def _crawl(folder: Path, url: str) -> tuple[float, float, str]:
    """Return seconds, the most memory in MB, and the summary's last line."""
    command = ["crawl", "--playlists", "list.txt", "--metadata-only"]
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "genre", *command],
        cwd=folder,
        env={**os.environ, "GENRE_DEEZER_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    assert process.returncode == 0, said
    return seconds, usage.ru_maxrss / 1000, said.strip().splitlines()[-1]


def _hash(folder: Path) -> str:
    path = folder / "corpus" / "genre.db"
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


# --- Deezer, in a process of its own ---------------------------------------------------


@contextmanager
def _deezer() -> Iterator[tuple[str, Connection]]:
    """Yield the address of a Deezer, and a line to it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv(), ours
    finally:
        process.terminate()
        process.join()


def _serve(line: Connection) -> None:
    deezer = FakeDeezer(_playlists())
    with serve(routes(deezer), keep_alive=True) as server:
        line.send(deezer.url(server))
        while True:
            if line.recv() == "change":
                songs = deezer.playlists["7"].songs
                songs[:] = [track(10**7, "Something New"), *songs[:-1]]
                line.send("changed")
            else:
                line.send((len(deezer.requests), deezer.n_refused))
                deezer.requests.clear()


def _playlists() -> dict[str, DeezerPlaylist]:
    """Return playlists of songs that differ in names, lengths and codes."""
    chance = random.Random(0)
    return {
        str(k): DeezerPlaylist(
            f"Playlist {k}", [_song(chance, k * N_SONGS + at) for at in range(N_SONGS)]
        )
        for k in range(N_PLAYLISTS)
    }


def _song(chance: random.Random, number: int) -> dict[str, object]:
    title = f"{chance.choice(_WORDS)} {chance.choice(_WORDS)} {number}"
    ending = chance.choice(["", "", " (Original Mix)", " (feat. Some Guest)"])
    return track(
        number,
        title + ending,
        f"Artist {chance.randrange(3_000)}",
        duration=chance.randrange(120, 480),
        isrc=f"GBAYE{number:07}",
    )
