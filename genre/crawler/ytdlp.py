"""The only file that knows yt-dlp; its code runs inside a child process.

yt-dlp is an untrusted fetcher: it gets a fresh folder, a fixed file name, only the
extractors of the site in question (never the generic one), no postprocessors, no
ffmpeg, no proxy, no login, no way into private networks (``fence``), and limits on
size, time and length. ``player`` starts and kills the child; ``meanings`` says what
its errors are.
"""

import errno
import importlib
import itertools
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from genre.crawler.fence import fence
from genre.crawler.meanings import meaning_of, shortened
from genre.errors import FetchError, GenreError, ToolError
from genre.files import disk_full
from genre.records import ErrorClass

_FIELDS = (
    *("id", "url", "title", "channel", "uploader", "duration"),
    *("live_status", "availability"),
)
_FACTS = ("track", "artists", "album", "release_year", "description")
_MOST_REDIRECTS = 3
# Not HLS where there is a choice: it needs repairs that only ffmpeg does.
_FORMAT = "bestaudio[protocol^=http]/bestaudio/best"
_REQUEST_PAUSE_S = 0.75  # between the requests that one video or page takes
_EXPIRED = re.compile(r"video data.*HTTP Error 403")  # such addresses last hours


def answer(request: Mapping[str, Any]) -> Any:
    """Do what the parent asks: ``{"do": "search" | "playlist" | "fetch", ...}``."""
    does = {"search": _search, "playlist": _playlist, "fetch": _fetch}
    with fence().raised(_bases(request)) as bounds:
        try:
            return does[request["do"]](request)
        except GenreError as error:
            if bounds.refused and isinstance(error, FetchError):
                raise _out_of_bounds(request["site"]) from error
            raise
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise disk_full(Path(request.get("folder", "."))) from error
            raise meaning_of(str(error), request["site"]) from error
        except ImportError as error:
            raise _broken(error) from error


# --- what can be asked ----------------------------------------------------------------


def _search(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the entries that a site's search finds, as it states them."""
    options = {"extract_flat": True, "playlist_items": f"1:{request['n']}"}
    query = f"{request['prefix']}{request['n']}:{request['query']}"
    with _youtube_dl(request, options) as (ydl, _):
        info = ydl.extract_info(query, download=False) or {}
    return [_small(entry) for entry in info.get("entries") or ()]


def _playlist(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return a playlist's head and its rows, page by page until limit or deadline.

    Unprocessed, as yt-dlp would hold every row of the whole playlist in memory.
    """
    end = time.monotonic() + request["deadline_s"]
    strict = {"youtube": {"raise_incomplete_data": ["1"]}}  # else a page goes missing
    with _youtube_dl(request, {"extractor_args": strict}) as (ydl, _):
        info = _playlist_at(ydl, request["url"], request["site"])
        entries = iter(info.get("entries") or ())
        return {
            "title": info.get("title"),
            "owner": info.get("channel") or info.get("uploader"),
            "rows": [_small(entry) for entry in _first(entries, request["n"], end)],
            "truncated": next(entries, None) is not None,
        }


def _fetch(request: Mapping[str, Any]) -> dict[str, Any]:
    """Fetch one address's audio into the request's folder; return path and facts."""
    try:
        return _fetch_once(request)
    except FetchError as error:
        if not _EXPIRED.search(str(error)):
            raise
        return _fetch_once(request)  # with an address that is fresh


def runtime(request: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the JavaScript runtime ``{"name": ...}`` as yt-dlp finds it, or None."""
    try:
        from yt_dlp.globals import supported_js_runtimes
    except ImportError as error:
        raise _broken(error) from error
    with fence().raised([]):
        found = supported_js_runtimes.value[request["name"]]().info
    facts = ("path", "version", "supported")
    return {name: getattr(found, name) for name in facts} if found else None


# --- how ------------------------------------------------------------------------------


def _fetch_once(request: Mapping[str, Any]) -> dict[str, Any]:
    from yt_dlp.utils import match_filter_func

    longest = request["max_duration_s"]
    options = {
        "format": _FORMAT,
        "paths": {"home": request["folder"], "temp": request["folder"]},
        "outtmpl": {"default": "%(id)s.%(ext)s"},
        "match_filter": match_filter_func(f"!is_live & duration <=? {longest}"),
        "max_filesize": request["max_bytes"],
        "progress_hooks": [_guard(request["max_bytes"], request["deadline_s"])],
    }
    with _youtube_dl(request, options) as (ydl, log):
        info = ydl.extract_info(request["url"], download=True) or {}
    done = (info.get("requested_downloads") or [{}])[0].get("filepath")
    if not done or not Path(done).is_file():
        raise FetchError(
            f"Expected a finished recording of at most {longest:g} s and"
            f" {request['max_bytes']:,} bytes at {request['site']}, found none"
            f" ({shortened(log.last) or 'no file came'}); take another address,"
            " or raise max_duration_s or max_bytes.",
            error_class=ErrorClass.PERMANENT,
        )
    facts = {name: info.get(name) for name in _FACTS}
    return {"path": str(done), **_small(info), **facts}


def _playlist_at(ydl: Any, url: str, site: str) -> dict[str, Any]:
    """Return the playlist at an address, which may point on to another of its kind."""
    for _ in range(_MOST_REDIRECTS):
        info = ydl.extract_info(url, download=False, process=False) or {}
        if info.get("_type") == "playlist":
            return dict(info)
        if not str(info.get("_type")).startswith("url"):
            break
        url = info["url"]
    raise FetchError(
        f"Expected a playlist at {site}, found something else; open its address in a"
        " browser and correct it.",
        error_class=ErrorClass.PERMANENT,
    )


def _first(entries: Iterator[Any], n: int, end: float) -> Iterator[Any]:
    """Yield at most ``n`` entries, and only one after the deadline."""
    for entry in itertools.islice(entries, n):
        yield entry
        if time.monotonic() >= end:
            return


def _small(entry: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the few fields of an entry that somebody reads."""
    stated = entry or {}
    return {name: stated[name] for name in _FIELDS if stated.get(name) is not None}


@contextmanager
def _youtube_dl(
    request: Mapping[str, Any], options: Mapping[str, Any]
) -> Iterator[tuple[Any, "_Log"]]:
    """Give a yt-dlp of the site's extractors alone; its errors become ours."""
    import yt_dlp
    from yt_dlp.globals import plugin_dirs

    plugin_dirs.value = []  # only the code we know
    log = _Log()
    pause = {"sleep_interval_requests": _REQUEST_PAUSE_S} if request["polite"] else {}
    allowed = {
        "allowed_extractors": request["extractors"],
        "js_runtimes": {request["javascript"]: {}},
    }
    try:
        with yt_dlp.YoutubeDL(
            {**_common_options(log), **allowed, **pause, **options}, auto_init=False
        ) as ydl:
            for extractor in _extra(request):  # the first that fits an address reads it
                ydl.add_info_extractor(extractor)
            ydl.add_default_info_extractors()
            yield ydl, log
    except yt_dlp.utils.YoutubeDLError as error:
        raise meaning_of(str(error), request["site"]) from error


def _common_options(log: "_Log") -> dict[str, Any]:
    return {
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
        "skip_unavailable_fragments": False,  # else a song may come with holes
        "extractor_retries": 2,
        "socket_timeout": 20,
        "ignoreerrors": False,
        "concurrent_fragment_downloads": 1,
        "overwrites": True,
        "continuedl": False,
        "updatetime": False,
        "cachedir": False,
        "writethumbnail": False,
        "postprocessors": [],
        "fixup": "never",
        "external_downloader": "native",
        "proxy": "",  # not even the environment's: the fence could not see behind it
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


def _broken(error: ImportError) -> ToolError:
    return ToolError(
        f"Expected the package yt-dlp, found it missing or broken ({error});"
        " run `pip install -U yt-dlp`."
    )


def _out_of_bounds(site: str) -> FetchError:
    return FetchError(
        f"Expected {site} to lead into the open internet, found a private or loopback"
        " address, where a remote page may not send us; take another address.",
        error_class=ErrorClass.PERMANENT,
    )


# --- extractors that are not yt-dlp's ---------------------------------------------------


def _bases(request: Mapping[str, Any]) -> list[str]:
    """Return where the extra extractors' own sites are: ``module:Class@BASE``."""
    parts = (spec.partition("@") for spec in request["extra_extractors"])
    return [base for _, _, base in parts if base]


def _extra(request: Mapping[str, Any]) -> Iterable[Any]:
    """Yield the extra extractors that the request's site allows, told their base."""
    for spec in request["extra_extractors"]:
        name, _, base = spec.partition("@")
        module, _, attribute = name.partition(":")
        extractor = getattr(importlib.import_module(module), attribute)()
        if any(re.fullmatch(p, extractor.IE_NAME) for p in request["extractors"]):
            extractor.base = base
            yield extractor


class _Log:
    """Keeps what yt-dlp said last; nothing of it goes to the terminal."""

    def __init__(self) -> None:
        self.last = ""

    def debug(self, message: str) -> None:
        self.last = message

    info = warning = error = debug
