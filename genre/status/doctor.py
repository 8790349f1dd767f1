"""What is missing on this machine, and what to do about it."""

import importlib.metadata
import shutil
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path

from genre.audio import ffmpeg_version, find_ffmpeg
from genre.config import Settings, available_cores
from genre.db.file import JOURNAL_MODE
from genre.errors import ItemError

_SONG_BYTES = 240.0 * (32_000 + 8_000)


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
