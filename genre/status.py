"""What is there (status), what is missing on this machine (doctor), what it costs (plan).

Reads everything, changes nothing.
"""

import importlib.metadata
import shutil
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from genre.audio import ffmpeg_version, find_ffmpeg
from genre.config import Settings, available_cores
from genre.crawler.player import Player
from genre.crawler.playlists import by_source, read_list_file
from genre.crawler.sources import Kit, read_source
from genre.db import open_catalog
from genre.db.dump import digest as dump_digest
from genre.db.migrate import JOURNAL_MODE
from genre.db.summary import Counts, Failure, counts
from genre.db.summary import failures as list_failures
from genre.errors import GenreError, ItemError
from genre.http import HttpClient
from genre.records import ListEntry, PlaylistData
from genre.text import display, genre_key

_WAV_BYTES_PER_S = 32_000  # 16 kHz, 16 bit, mono
_MEL_BYTES_PER_S = 8_000  # 31.25 frames of 128 float16 values
_DOWNLOAD_BYTES_PER_S = 20_000  # about 160 kbit/s
_TYPICAL_S = 240.0  # when a playlist does not say how long a song is
_SONG_BYTES = _TYPICAL_S * (_WAV_BYTES_PER_S + _MEL_BYTES_PER_S)
_SEARCHED_PER_HOUR = 300  # what YouTube lets a guest do


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of one corpus."""

    corpus: str
    counts: Counts
    failures: tuple[Failure, ...] = ()
    digest: str = ""

    def rows(self) -> Iterator[tuple[str, object]]:
        """Yield (what, how many) for people."""
        c = self.counts
        yield "playlists", c.playlists
        yield "genres", c.genres
        yield "tracks", c.tracks
        yield "with audio", f"{c.with_audio} ({c.audio_hours:.1f} h)"
        if c.uncertain:
            yield "left to a person", c.uncertain
        yield "labelled", f"{c.labelled} ({c.label_set[:8] or 'no label set'})"
        yield "split", ", ".join(f"{n} {s}" for s, n in c.splits.items()) or "none"
        for key, n in c.with_features.items():
            yield f"features {key}", n
        yield "runs", ", ".join(c.runs) or "none"
        for service, until in c.blocked.items():
            yield f"{service} asks us to stay away until", until
        if self.digest:
            yield "digest", self.digest

    def failure_lines(self) -> Iterator[str]:
        """Yield one line per failure for people."""
        for f in self.failures:
            name = display(f.name, width=60)
            yield f"{f.at}  {f.stage}  {f.error_class}  {name}: {f.message}"


def overview(settings: Settings, *, failures: bool, digest: bool) -> Overview:
    """Read a corpus's state from its catalog.

    Raises
    ------
    NotReadyError
        There is no catalog.
    """
    with open_catalog(settings, readonly=True) as catalog, catalog.read() as session:
        return Overview(
            corpus=str(settings.corpus),
            counts=counts(session),
            failures=tuple(list_failures(session)) if failures else (),
            digest=dump_digest(session) if digest else "",
        )


@dataclass(frozen=True, slots=True)
class Check:
    """One thing the tool needs, and what was found."""

    name: str
    state: str  # "ok", "missing" (nothing works without) or "limited"
    found: str
    advice: str = ""


def doctor(settings: Settings) -> list[Check]:
    """Check programs, libraries, disk and processor; the worst is "missing"."""
    journal = JOURNAL_MODE if JOURNAL_MODE == "WAL" else f"{JOURNAL_MODE} (no WAL fix)"
    return [
        Check("python", "ok", sys.version.split()[0]),
        Check("sqlite", "ok", f"{sqlite3.sqlite_version}, journal {journal}"),
        _check_ffmpeg(),
        _check_javascript(),
        *(
            _check_package(name)
            for name in ("yt-dlp", "yt-dlp-ejs", "torch", "librosa")
        ),
        _check_disk(settings),
        Check("cores", "ok", str(available_cores())),
        _check_learning(),
    ]


def _check_ffmpeg() -> Check:
    try:
        return Check("ffmpeg", "ok", f"{ffmpeg_version()} at {find_ffmpeg()}")
    except ItemError as error:
        return Check("ffmpeg", "missing", "not found", str(error))


def _check_javascript() -> Check:
    """YouTube's player needs a JavaScript runtime; only deno is on by default."""
    deno = shutil.which("deno") or shutil.which(
        "deno", path=str(Path(sys.executable).parent)
    )
    if deno:
        return Check("deno", "ok", deno)
    advice = "YouTube needs it: `pip install deno`. Other sources work without."
    return Check("deno", "limited", "not found", advice)


def _check_package(name: str) -> Check:
    try:
        return Check(name, "ok", importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Check(name, "missing", "not installed", f"Run `pip install {name}`.")


def _check_disk(settings: Settings) -> Check:
    corpus = settings.corpus.absolute()
    folder = next(p for p in (corpus, *corpus.parents) if p.exists())
    free = shutil.disk_usage(folder).free
    found = f"{free / 1e9:.1f} GB free, room for {free / _SONG_BYTES:,.0f} songs"
    if free < settings.min_free_bytes:
        return Check(
            "disk", "missing", found, "Free some room; commands stop below the limit."
        )
    return Check("disk", "ok", found)


def _check_learning() -> Check:
    from genre.train.device import describe_device

    return Check("training", "ok", describe_device())


@dataclass(frozen=True, slots=True)
class Cost:
    """What a playlist list will ask for."""

    playlists: int
    genres: int
    n_rows: int  # a song in several playlists counts each time
    local: int
    direct: int
    searched: int
    hours: float
    download_gb: float
    wav_gb: float
    store_gb: float
    search_hours: float
    unread: tuple[str, ...] = ()  # lines and playlists that crawling cannot use now
    problems: tuple[str, ...] = ()  # rows that it cannot use

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield (what, how much) for people."""
        yield "playlists", f"{self.playlists} (genres named: {self.genres})"
        yield "rows", f"{self.n_rows} (a song in several playlists counts each time)"
        yield "from local files", str(self.local)
        yield "from direct addresses", str(self.direct)
        pace = f"about {self.search_hours:.1f} h at a guest's pace"
        yield "to be searched", f"{self.searched} ({pace})"
        yield "sound", f"{self.hours:.1f} h"
        yield "downloads", f"{self.download_gb:.2f} GB"
        yield "WAV on disk", f"{self.wav_gb:.2f} GB"
        yield "mel store, also memory for training", f"{self.store_gb:.2f} GB"


def plan(settings: Settings, list_file: Path) -> Cost:
    """Estimate what crawling a list costs; reads playlists, fetches no audio.

    Raises
    ------
    ListFileError
        The list file is missing or empty.
    """
    listed = read_list_file(list_file)
    found, unread = _read_all(settings, listed.entries, base=list_file.parent)
    rows = [item for data in found for item in data.items]
    problems = [p for data in found for p in (*data.unreadable, *data.problems)]
    names = {genre_key(genre) for entry in listed.entries for genre in entry.genres}
    seconds = sum(item.duration_s or _TYPICAL_S for item in rows)
    local = sum(bool(item.path) for item in rows)
    direct = sum(bool(item.url) and not item.path for item in rows)
    searched = len(rows) - local - direct
    share = (len(rows) - local) / len(rows) if rows else 0.0
    return Cost(
        playlists=len(found),
        genres=len(names),
        n_rows=len(rows),
        local=local,
        direct=direct,
        searched=searched,
        hours=seconds / 3600,
        download_gb=share * seconds * _DOWNLOAD_BYTES_PER_S / 1e9,
        wav_gb=seconds * _WAV_BYTES_PER_S / 1e9,
        store_gb=seconds * _MEL_BYTES_PER_S / 1e9,
        search_hours=searched / _SEARCHED_PER_HOUR,
        unread=(*listed.problems, *unread),
        problems=tuple(problems),
    )


def _read_all(
    settings: Settings, entries: Iterable[ListEntry], *, base: Path
) -> tuple[list[PlaylistData], list[str]]:
    """Read each playlist of a list once; return them and why others cannot be read."""
    found: dict[tuple[str, str], PlaylistData] = {}
    unread: list[str] = []
    kit = Kit(
        settings=settings,
        client=HttpClient(settings),
        player=Player(settings),
        base=base,
    )
    for entry in by_source(entries):
        try:
            read = read_source(entry, kit)
        except GenreError as error:
            unread.append(f"line {entry.line}: {error}")
        else:
            for data in read:
                assert isinstance(data, PlaylistData)  # no catalog was asked
                found[data.source, data.source_id] = data
    return list(found.values()), unread
