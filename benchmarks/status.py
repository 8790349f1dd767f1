"""``genre status`` on a catalog of a million songs, beside plain SQL that counts the same."""

import hashlib
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks import Table
from genre.config import Settings
from genre.db import open_catalog
from genre.features.config import MelConfig

N_SONGS = 1_000_000
_TABLES = (
    "playlist_tracks", "audio", "features", "labels", "splits", "candidates", "attempts",
)  # fmt: skip
_ROUNDS = 5
_NOTE = f"""\
The whole command from start to end (`genre status --json`), the median of {_ROUNDS} runs after
one that does not count, on a generated catalog of {N_SONGS:,} songs ({{sizes}}); "cold"
means that the system was asked to forget the file before each run. Plain SQL counts the
funnel alone, `count(DISTINCT ...)` of `EXISTS (...)` by genre and over all songs, with the
same indexes, in a process that is already running; it ran once. The {{n_equal}} numbers of
the funnel were equal."""

_STAGES = {
    "listed": "1",
    "matched": """
        EXISTS (SELECT 1 FROM audio a WHERE a.track_id = p.track_id)
        OR EXISTS (SELECT 1 FROM candidates c
                   WHERE c.track_id = p.track_id AND c.decision = 'accepted')
        OR EXISTS (SELECT 1 FROM track_refs r
                   WHERE r.track_id = p.track_id AND r.source IN ('url', 'youtube'))
    """,
    "downloaded": "EXISTS (SELECT 1 FROM audio a WHERE a.track_id = p.track_id)",
    "converted": """
        EXISTS (SELECT 1 FROM audio a
                WHERE a.track_id = p.track_id AND a.status = 'present')
    """,
    "labelled": """
        EXISTS (SELECT 1 FROM labels l WHERE l.track_id = p.track_id
                AND l.label_set = (SELECT id FROM label_sets WHERE is_current))
    """,
    "featured": """
        EXISTS (SELECT 1 FROM audio a JOIN features f USING (track_id, pcm_sha256)
                WHERE a.track_id = p.track_id AND a.status = 'present'
                  AND f.feature_key = :key)
    """,
}
_COUNTED = ", ".join(
    f"count(DISTINCT CASE WHEN {holds} THEN p.track_id END)"
    for holds in _STAGES.values()
)
_BY_GENRE = f"""
    SELECT g.name, {_COUNTED} FROM playlist_tracks p
    JOIN playlist_genres USING (playlist_id) JOIN genres g ON g.id = genre_id
    WHERE p.removed_at IS NULL GROUP BY g.name
"""
_IN_ALL = f"SELECT '', {_COUNTED} FROM playlist_tracks p WHERE p.removed_at IS NULL"


def run() -> Table:
    """Make the catalog, time the command and the queries, compare their numbers."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder)
        sizes = make_catalog(corpus, N_SONGS)
        catalog = corpus / "genre.db"
        found, warm_s = _command(corpus, before=lambda: None)
        _, cold_s = _command(corpus, before=lambda: _forget(catalog))
        expected, sql_s = _plain_sql(catalog)
    funnel = found["status"]["funnel"]
    counted = {"": funnel["total"], **funnel["by_genre"]}
    assert counted == expected
    seconds = {
        "plain SQL, the funnel alone": sql_s,
        "`genre status`, cold": cold_s,
        "`genre status`": warm_s,
    }
    rows = tuple(
        {"way": way, "seconds": f"{s:.2f}", "ratio": f"{sql_s / s:.1f}"}
        for way, s in seconds.items()
    )
    n_equal = len(_STAGES) * len(counted)
    return Table("Status", rows, _NOTE.format(sizes=sizes, n_equal=n_equal))


def make_catalog(corpus: Path, n_songs: int) -> str:
    """Make a catalog of so many songs; return how big its tables are, in words."""
    open_catalog(Settings(corpus=corpus)).close()
    with closing(sqlite3.connect(corpus / "genre.db", isolation_level=None)) as db:
        db.create_function("digest", 2, _digest, deterministic=True)
        for pragma in ("synchronous=OFF", "journal_mode=OFF", "cache_size=-1000000"):
            db.execute(f"PRAGMA {pragma}")
        indexes = db.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql <> ''"
        ).fetchall()
        for name, _ in indexes:  # made at the end, which is quicker
            db.execute(f"DROP INDEX {name}")
        _name_songs(db, n_songs)
        db.executescript(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
        for _, sql in indexes:
            db.execute(sql)
        counts = (
            db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in _TABLES
        )
        return ", ".join(f"{n:,} {t}" for n, t in zip(counts, _TABLES, strict=True))


def _name_songs(db: sqlite3.Connection, n_songs: int) -> None:
    """Make the two tables that status.sql reads."""
    db.execute("CREATE TEMP TABLE song (n INTEGER PRIMARY KEY, id TEXT, sound TEXT)")
    songs = ((n, _digest(f"song{n}", 16), _digest(f"{n}", 64)) for n in range(n_songs))
    db.executemany("INSERT INTO song VALUES (?, ?, ?)", songs)
    db.execute("CREATE TEMP TABLE store (key TEXT)")
    db.execute("INSERT INTO store VALUES (?)", [MelConfig().key])


def _digest(text: str, n_digits: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:n_digits]


def _command(
    corpus: Path, *, before: Callable[[], None]
) -> tuple[dict[str, Any], float]:
    """Return what ``genre status`` says, and the seconds it takes from start to end."""
    command = [
        sys.executable,
        "-m",
        "genre",
        "status",
        "--json",
        "--corpus",
        str(corpus),
    ]
    seconds = []
    for _ in range(_ROUNDS + 1):
        before()
        start = time.perf_counter()
        done = subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    return json.loads(done.stdout), statistics.median(seconds[1:])


def _forget(path: Path) -> None:
    """Ask the system to forget what it has read of a file."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _plain_sql(catalog: Path) -> tuple[dict[str, dict[str, int]], float]:
    """Return the funnel as SQL counts it, "" for all songs, and the seconds."""
    with closing(sqlite3.connect(catalog)) as db:
        db.execute("PRAGMA cache_size=-500000")
        start = time.perf_counter()
        found = [
            row
            for query in (_BY_GENRE, _IN_ALL)
            for row in db.execute(query, {"key": MelConfig().key})
        ]
        seconds = time.perf_counter() - start
    funnel = {name: dict(zip(_STAGES, n, strict=True)) for name, *n in found}
    return funnel, seconds
