"""What is missing on this machine, and what to do about it.

Quick and without the network: versions come from package metadata, the GPU from what
its driver says of itself; only ffmpeg and yt-dlp's search for a JavaScript runtime
start a process.
"""

import importlib.metadata
import importlib.util
import re
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

from genre.audio import ffmpeg_version, find_ffmpeg
from genre.config import JAVASCRIPT, Settings, available_cores
from genre.crawler import ytdlp_health
from genre.crawler.spotify_token import login_state
from genre.crawler.ytdlp_health import Release, Runtime
from genre.db import summary
from genre.db.file import HEAD, JOURNAL_MODE, Reader
from genre.errors import GenreError, NotReadyError
from genre.status.sizes import TYPICAL_S, WAV_BYTES_PER_S, free_bytes, store_bytes_per_s
from genre.text import counted, display

_OLD_DAYS = 30  # YouTube changes, and a yt-dlp of some weeks ceases to work there
_UPGRADE = "run `pip install -U yt-dlp yt-dlp-ejs`"
_OLDEST = {"deno": "2.3.0", "node": "22.0.0", "bun": "1.2.11", "quickjs": "2023-12-9"}
_NVIDIA = Path("/proc/driver/nvidia/gpus")


class State(StrEnum):
    """How a thing stands."""

    OK = "ok"
    OFF = "off"  # not set up, and not needed for most
    LIMITED = "limited"  # something will not work
    MISSING = "missing"  # nothing works without


@dataclass(frozen=True, slots=True)
class Check:
    """One thing the tool needs, what was found, and what to do if it is not well."""

    name: str
    state: State
    found: str
    advice: str = ""


def doctor(settings: Settings) -> list[Check]:
    """Check programs, libraries, logins, disk, processors and the catalog."""
    with ThreadPoolExecutor() as pool:  # two of them wait for a process
        ffmpeg = pool.submit(_ffmpeg)
        javascript = pool.submit(_javascript, settings.javascript)
        others = [
            Check("python", State.OK, sys.version.split()[0]),
            _sqlite(),
            *_libraries(),
            judge_ytdlp(ytdlp_health.release(), datetime.now(UTC).date()),
        ]
        return [
            *others,
            javascript.result(),
            ffmpeg.result(),
            *_logins(settings),
            _disk(settings),
            Check("cores", State.OK, str(available_cores())),
            judge_gpu(gpus(_NVIDIA), _torch_cuda()),
            *_catalog(settings),
        ]


# --- programs and libraries ----------------------------------------------------------


def _sqlite() -> Check:
    why = "" if JOURNAL_MODE == "WAL" else " (no WAL fix)"
    found = f"{sqlite3.sqlite_version}, journal {JOURNAL_MODE}{why}"
    return Check("sqlite", State.OK, found)


def _libraries() -> Iterator[Check]:
    """Look whether all libraries that genre asks for are installed."""
    required = [
        re.split(r"[\s;<>=!~\[(]", line, maxsplit=1)[0]
        for line in importlib.metadata.requires("genre") or ()
        if "extra ==" not in line
    ]
    versions = {name: _version(name) for name in required}
    absent = [name for name, version in versions.items() if not version]
    yield _library("torch", versions.get("torch", ""))
    if absent:
        found = f"{', '.join(absent)} not installed"
        advice = f"run `pip install {' '.join(absent)}`"
        yield Check("libraries", State.MISSING, found, advice)
    else:
        yield Check("libraries", State.OK, f"all {len(required)} are installed")


def _library(name: str, version: str) -> Check:
    if version:
        return Check(name, State.OK, version)
    return Check(name, State.MISSING, "not installed", f"run `pip install {name}`")


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _ffmpeg() -> Check:
    try:
        path = find_ffmpeg()
        where = "in imageio-ffmpeg" if "imageio_ffmpeg" in path else f"at {path}"
        return Check("ffmpeg", State.OK, f"{ffmpeg_version()} {where}")
    except GenreError as error:
        return Check("ffmpeg", State.MISSING, "not found", str(error))


# --- YouTube -------------------------------------------------------------------------


def judge_ytdlp(release: Release | None, today: date) -> Check:
    """Say whether the installed yt-dlp is young enough."""
    if release is None:
        return Check("yt-dlp", State.MISSING, "not installed", _UPGRADE)
    age = release.age_days(today)
    if age is None:
        return Check("yt-dlp", State.OK, f"{release.version} (its age is unknown)")
    found = f"{release.version}, {counted(age, 'day')} old"
    if age <= _OLD_DAYS:
        return Check("yt-dlp", State.OK, found)
    advice = f"YouTube may refuse so old a version: {_UPGRADE}"
    return Check("yt-dlp", State.LIMITED, found, advice)


def _javascript(wanted: str) -> Check:
    """Look for the runtimes that YouTube's player may be given to."""
    try:
        runtimes = ytdlp_health.runtimes(JAVASCRIPT)
    except GenreError as error:
        return Check("javascript", State.LIMITED, "not known", str(error))
    return judge_javascript(wanted, runtimes)


def judge_javascript(wanted: str, runtimes: dict[str, Runtime | None]) -> Check:
    """Say what the runtimes that were found are good for; ``wanted`` is the setting."""
    found = {name: runtime for name, runtime in runtimes.items() if runtime}
    shown = ", ".join(f"{r.name} {r.version}" for r in found.values()) or "none found"
    chosen = found.get(wanted)
    if chosen and chosen.supported:
        return Check(
            "javascript", State.OK, f"{wanted} {chosen.version} at {chosen.path}"
        )
    usable = [name for name, runtime in found.items() if runtime.supported]
    need = f"YouTube needs {wanted} {_OLDEST[wanted]} or newer (other sources do not)"
    install = "run `pip install deno`" if wanted == "deno" else f"install {wanted}"
    way = f'set `javascript = "{usable[0]}"` in genre.toml' if usable else install
    return Check("javascript", State.LIMITED, shown, f"{need}: {way}")


# --- logins ----------------------------------------------------------------------------


def _logins(settings: Settings) -> Iterator[Check]:
    """Say what the services would know of us; shows no secret."""
    file = f"in {display(settings.corpus / 'genre.toml')}"
    spotify = login_state(settings)
    state = State.OK if spotify.is_ready else State.OFF
    yield Check("spotify", state, spotify.found, spotify.advice)
    yield _setting_check(
        "jamendo",
        bool(settings.jamendo_client_id),
        f"for Jamendo get a free client id and set jamendo_client_id {file}, or"
        " GENRE_JAMENDO_CLIENT_ID",
    )
    yield _setting_check(
        "contact",
        bool(settings.contact),
        f"set contact {file}, or GENRE_CONTACT, to a mail address or a page of yours, so"
        " that services can write to you before they block you",
    )


def _setting_check(name: str, is_set: bool, advice: str) -> Check:
    if is_set:
        return Check(name, State.OK, "set")
    return Check(name, State.OFF, "not set", advice)


# --- the machine -----------------------------------------------------------------------


def _disk(settings: Settings) -> Check:
    free = free_bytes(settings.corpus)
    per_s = WAV_BYTES_PER_S + store_bytes_per_s(settings, settings.store_dtype)
    n_songs = max(free - settings.min_free_bytes, 0) / (TYPICAL_S * per_s)
    found = f"{free / 1e9:,.1f} GB free, room for {n_songs:,.0f} songs"
    if free < settings.min_free_bytes:
        least = settings.min_free_bytes / 1e6
        advice = f"free some room: commands stop below {least:,.0f} MB (min_free_bytes)"
        return Check("disk", State.MISSING, found, advice)
    return Check("disk", State.OK, found)


def judge_gpu(models: Sequence[str], torch_cuda: str) -> Check:
    """Say whether training can use the GPUs; ``torch_cuda`` is "" without CUDA."""
    if not models:
        return Check("gpu", State.OFF, "none seen: training runs on the processor")
    found = ", ".join(models)
    if torch_cuda:
        return Check("gpu", State.OK, f"{found}; torch is built for CUDA {torch_cuda}")
    advice = "training cannot use it: install torch built for CUDA (pytorch.org)"
    return Check("gpu", State.LIMITED, f"{found}; torch without CUDA", advice)


def gpus(driver: Path) -> list[str]:
    """Return the GPUs' names that NVIDIA's driver states in files below a folder."""
    stated = [path.read_text() for path in sorted(driver.glob("*/information"))]
    models = [re.search(r"^Model:\s*(.+)$", text, re.MULTILINE) for text in stated]
    return [display(model[1]) if model else "an NVIDIA GPU" for model in models]


def _torch_cuda() -> str:
    """Return the CUDA version torch was built for, without loading it; "" for none."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return ""
    stated = Path(spec.origin).with_name("version.py").read_text(encoding="utf-8")
    found = re.search(r"^cuda\b[^=]*= '([\d.]+)'", stated, re.MULTILINE)
    return found[1] if found else ""


def _catalog(settings: Settings) -> Iterator[Check]:
    """Say whether the catalog can be read, and who asks to be left alone."""
    try:
        reader = Reader(settings)
        with reader.read() as connection:
            blocked = summary.blocked(connection)
    except NotReadyError:
        advice = "`genre crawl --playlists list.txt` makes one"
        yield Check("catalog", State.OFF, "none yet", advice)
    except GenreError as error:
        yield Check("catalog", State.LIMITED, "cannot be read", str(error))
    else:
        size = reader.path.stat().st_size / 1e6
        found = f"schema {HEAD}, {size:,.1f} MB at {display(reader.path)}"
        yield Check("catalog", State.OK, found)
        for block in blocked:
            found = f"asks to be left alone until {block.until}"
            advice = "its songs wait; run `genre crawl` again after that"
            yield Check(display(block.service), State.LIMITED, found, advice)
