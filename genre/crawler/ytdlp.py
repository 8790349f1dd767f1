"""The only file that knows yt-dlp; its code runs inside a child process.

yt-dlp is an untrusted fetcher: it gets a fresh folder, a fixed file name, only the
extractors of the site in question (never the generic one), no postprocessors, and
limits on size, time and length. ``player.py`` starts and kills the child; errors
come back in the four classes, told from their text by one table.
"""

import errno
import importlib
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from genre.errors import (
    DiskFullError,
    FetchError,
    GenreError,
    ServiceStopError,
    ToolError,
)
from genre.files import disk_full
from genre.records import ErrorClass
from genre.text import clean_text
from genre.wire import no_network

# What an error's text means; the first row that fits counts. The text is the only
# signal that several of these have. Whatever fits none is temporary.
_MEANINGS = (
    (r"confirm you.{0,3}re not a bot|captcha", ErrorClass.STOP),
    (r"HTTP Error (429|402)|too many requests|rate.?limit", ErrorClass.STOP),
    (r"HTTP Error 5\d\d", ErrorClass.TEMPORARY),
    (r"try again later", ErrorClass.STOP),
    (r"private video|video is private|members.only", ErrorClass.PERMANENT),
    (r"DRM|copyright|terminated|removed", ErrorClass.PERMANENT),
    (r"your (country|location|region)|geo.?restrict", ErrorClass.ENVIRONMENT),
    (r"confirm your age|age.?restrict|log ?in\b|sign in", ErrorClass.ENVIRONMENT),
    (r"requested format is not available|only images", ErrorClass.ENVIRONMENT),
    (r"JavaScript runtime|JS runtime|PO.?token|ffmpeg", ErrorClass.ENVIRONMENT),
    (r"HTTP Error (404|410)|not.{0,10}found", ErrorClass.PERMANENT),
    (r"unsupported URL|no suitable extractor", ErrorClass.PERMANENT),
    (r"deleted|unavailable|not available|no longer", ErrorClass.PERMANENT),
    (r"does not exist|live event|no video formats", ErrorClass.PERMANENT),
    (r"unsafe|unusual.{0,20}extension", ErrorClass.PERMANENT),
)
# What it says on a machine without network, and what that is.
_OFFLINE = (
    (r"failed to resolve|name or service not known", "its name cannot be resolved"),
    (r"temporary failure in name resolution", "its name cannot be resolved"),
    (r"no address associated|getaddrinfo", "its name cannot be resolved"),
    (r"network is (unreachable|down)", "the network is unreachable"),
)
_HOST = re.compile(r"(?:failed to resolve |host=)['\"]([^'\"]+)['\"]", re.IGNORECASE)
# Where what it says about the fault ends, and what it says to its own users begins.
_FOR_OTHERS = re.compile(r"\s*(\(caused by |; please report this issue)", re.IGNORECASE)
_SAID = 200  # characters of it that a message repeats
_ADVICE = {
    ErrorClass.STOP: "leave the site alone for a while",
    ErrorClass.PERMANENT: "take another address",
    ErrorClass.ENVIRONMENT: "see `genre doctor`, then run the same command again",
    ErrorClass.TEMPORARY: "run the same command again later",
}
_POLITE = {
    "sleep_interval_requests": 0.75,
    "sleep_interval": 10,
    "max_sleep_interval": 20,
}


def answer(request: Mapping[str, Any]) -> Any:
    """Do what the parent asks: ``{"do": "search" | "fetch", ...}``."""
    try:
        return {"search": _search, "fetch": _fetch}[request["do"]](request)
    except GenreError:
        raise
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise disk_full(Path(request.get("folder", "."))) from error
        raise meaning_of(str(error), request["site"]) from error
    except ImportError as error:
        raise ToolError(
            f"Expected the package yt-dlp, found it missing or broken ({error});"
            " run `pip install -U yt-dlp`."
        ) from error


def meaning_of(text: str, site: str) -> GenreError:
    """Return the error of our own that an error text of yt-dlp means."""
    said = shortened(text) or "no reason"
    if "No space left on device" in text:
        return DiskFullError(f"The disk is full ({said}); free some room.")
    for pattern, why in _OFFLINE:
        if re.search(pattern, text, re.IGNORECASE):
            host = _HOST.search(text)
            return no_network(host[1] if host else site, why)
    error_class = _class_of(text)
    message = f"Expected audio from {site}, found: {said}; {_ADVICE[error_class]}."
    if error_class is ErrorClass.STOP:
        return ServiceStopError(message, service=site)
    return FetchError(message, error_class=error_class)


def shortened(text: str) -> str:
    """Return what yt-dlp says, cut at a sentence's or a word's end if it is long."""
    plain = re.sub(r"\x1b\[[0-9;]*m|^ERROR:\s*", "", text)
    said = _FOR_OTHERS.split(clean_text(plain, limit=5 * _SAID))[0]
    if len(said) <= _SAID:
        return said.rstrip(". ")
    sentences = said[: _SAID + 1].rpartition(". ")[0]
    return sentences or said[:_SAID].rpartition(" ")[0] + "…"


def _class_of(text: str) -> ErrorClass:
    for pattern, error_class in _MEANINGS:
        if re.search(pattern, text, re.IGNORECASE):
            return error_class
    return ErrorClass.TEMPORARY


def _search(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the entries that a site's search finds, as it states them."""
    options = {"extract_flat": True, "playlist_items": f"1:{request['n']}"}
    query = f"{request['prefix']}{request['n']}:{request['query']}"
    info, _ = _extract(request, query, options, download=False)
    fields = ("id", "url", "title", "channel", "uploader", "duration")
    return [{name: e.get(name) for name in fields} for e in info.get("entries") or ()]


def _fetch(request: Mapping[str, Any]) -> dict[str, Any]:
    """Fetch one address's audio into the request's folder; return the file's path."""
    from yt_dlp.utils import match_filter_func

    longest = request["max_duration_s"]
    options = {
        "format": "bestaudio/best",
        "paths": {"home": request["folder"], "temp": request["folder"]},
        "outtmpl": {"default": "%(id)s.%(ext)s"},
        "match_filter": match_filter_func(f"!is_live & duration <=? {longest}"),
        "max_filesize": request["max_bytes"],
        "progress_hooks": [_guard(request["max_bytes"], request["deadline_s"])],
    }
    info, said = _extract(request, request["url"], options, download=True)
    done = (info.get("requested_downloads") or [{}])[0].get("filepath")
    if not done or not Path(done).is_file():
        raise FetchError(
            f"Expected a finished recording of at most {longest:g} s and"
            f" {request['max_bytes']:,} bytes at {request['site']}, found none"
            f" ({shortened(said) or 'no file came'}); take another address,"
            " or raise max_duration_s or max_bytes.",
            error_class=ErrorClass.PERMANENT,
        )
    return {"path": str(done)}


def _extract(
    request: Mapping[str, Any], address: str, options: dict[str, Any], *, download: bool
) -> tuple[dict[str, Any], str]:
    """Run yt-dlp; return its answer and the last thing it said."""
    import yt_dlp
    from yt_dlp.globals import plugin_dirs

    plugin_dirs.value = []  # only the code we know
    log = _Log()
    polite = _POLITE if request["site"] == "youtube" else {}
    common = _common_options(request["extractors"], log)
    try:
        with yt_dlp.YoutubeDL({**common, **polite, **options}) as ydl:
            for name in request.get("extra_extractors", ()):
                ydl.add_info_extractor(_named(name)())
            info = ydl.extract_info(address, download=download)
    except yt_dlp.utils.YoutubeDLError as error:
        raise meaning_of(str(error), request["site"]) from error
    return info or {}, log.last


def _common_options(extractors: list[str], log: "_Log") -> dict[str, Any]:
    return {
        "allowed_extractors": extractors,
        "noplaylist": True,
        "restrictfilenames": True,
        "windowsfilenames": True,
        "quiet": True,
        "no_warnings": False,
        "noprogress": True,
        "logger": log,
        "color": "never",
        "retries": 3,
        "fragment_retries": 3,
        "extractor_retries": 2,
        "socket_timeout": 20,
        "ignoreerrors": False,
        "concurrent_fragment_downloads": 1,
        "overwrites": True,
        "updatetime": False,
        "cachedir": False,
        "writethumbnail": False,
        "postprocessors": [],
    }


def _guard(max_bytes: int, deadline_s: float) -> Callable[[Mapping[str, Any]], None]:
    """Return a progress hook that ends a download which is too big or too slow.

    yt-dlp's own limit needs a stated length, which a server may leave out.
    """
    end = time.monotonic() + deadline_s

    def check(progress: Mapping[str, Any]) -> None:
        if (progress.get("downloaded_bytes") or 0) > max_bytes:
            raise FetchError(
                f"Expected at most {max_bytes:,} bytes, found more; take another"
                " address, or raise max_bytes.",
                error_class=ErrorClass.PERMANENT,
            )
        if time.monotonic() > end:
            raise FetchError(
                f"Expected the download to end within {deadline_s:g} s, found it still"
                " running; run the same command again later."
            )

    return check


def _named(name: str) -> Any:
    """Return the class of ``package.module:Class``."""
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


class _Log:
    """Keeps what yt-dlp said last; nothing of it goes to the terminal."""

    def __init__(self) -> None:
        self.last = ""

    def debug(self, message: str) -> None:
        self.last = message

    info = warning = error = debug
