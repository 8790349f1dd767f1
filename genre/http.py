"""The one polite HTTP client: a whole answer, or an error that says why not.

It says who it is, keeps a distance between requests to one service, tries again
after temporary faults, bounds time and bytes, and follows redirects by hand to
look where they lead. The crawler downloads with it; adapters ask it for JSON.
``wire`` does the single exchange.
"""

import contextlib
import hashlib
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin

from genre import __version__
from genre.config import Settings
from genre.errors import FetchError, ServiceStopError
from genre.files import atomic_write
from genre.records import ErrorClass
from genre.text import clean_text
from genre.urls import parse_target, redact, resolve, with_params
from genre.wire import Deadline, Reply, Wire

__all__ = ["INTERVALS", "Download", "HttpClient", "redact"]

# Seconds between two requests to one host, as the services ask for.
INTERVALS: Mapping[str, float] = {
    "musicbrainz.org": 1.0,
    "api.discogs.com": 1.0,
    "api.listenbrainz.org": 0.5,
    "ws.audioscrobbler.com": 0.25,
    "archive.org": 0.25,
    "api.deezer.com": 0.12,
}

_MAX_REDIRECTS = 5
_TRIES = 3
_BACKOFF_S, _BACKOFF_MAX_S = 0.3, 8.0
_MAX_WAIT = timedelta(days=7)  # longest Retry-After that is believed

_CAUSES = {  # HTTP status: its meaning for the next attempt, in class and words
    **dict.fromkeys(
        (404, 410), (ErrorClass.PERMANENT, "it is gone: name another address")
    ),
    **dict.fromkeys(
        (401, 402, 403, 407, 451),
        (ErrorClass.ENVIRONMENT, "it wants a login, or refuses this place or program"),
    ),
    **dict.fromkeys((408, 425), (ErrorClass.TEMPORARY, "try again later")),
}

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Download:
    """A file that was fetched whole."""

    final_url: str  # after redirects, without login
    content_type: str
    n_bytes: int
    sha256: str


class HttpClient:
    """Fetches JSON and files; safe to share between threads.

    ``lookup``, ``sleep`` and ``intervals`` are arguments so that a test need not
    wait nor own a name server.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        lookup: Callable[[str, int], list[str]] = resolve,
        sleep: Callable[[float], object] | None = None,
        intervals: Mapping[str, float] = INTERVALS,
    ) -> None:
        contact = clean_text(settings.contact).encode("ascii", "replace").decode()
        self._agent = f"genre/{__version__} ({contact or 'no contact given'})"
        self._wire = Wire(lookup)
        self._sleep = sleep or self._wire.closing.wait
        self._intervals = intervals
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}  # host: earliest time of its next request

    def get_json(
        self,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        max_bytes: int = 10_000_000,
        deadline_s: float = 60.0,
    ) -> Any:
        """Return the JSON that a service of the user's own settings answers.

        Raises
        ------
        FetchError
            It could not be fetched whole within the bounds, or is no JSON.
        ServiceStopError
            The service asks us to stay away (HTTP 429).
        """
        asked = with_params(url, params or {})
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}

        def attempt(deadline: Deadline) -> Any:
            with self._get(asked, headers, deadline, trusted=True) as reply:
                return _parse_json(b"".join(reply.chunks(max_bytes)), asked)

        return self._persist(attempt, Deadline(deadline_s))

    def download(
        self,
        url: str,
        target: Path,
        *,
        max_bytes: int,
        deadline_s: float,
        trusted: bool,
    ) -> Download:
        """Fetch ``url`` into the file ``target``, whole or not at all.

        ``trusted`` says that the address comes from the user's own files and may
        lead anywhere, loopback included; others must stay in the open internet.

        Raises
        ------
        FetchError
            It could not be fetched whole within the bounds.
        ServiceStopError
            The host asks us to stay away (HTTP 429).
        DiskFullError
            No room for the file.
        """
        headers = {"Accept-Encoding": "identity"}  # the file itself, not a packed one

        def attempt(deadline: Deadline) -> Download:
            with self._get(url, headers, deadline, trusted=trusted) as reply:
                return _save(reply, target, max_bytes)

        return self._persist(attempt, Deadline(deadline_s))

    def close(self) -> None:
        """Break off what other threads are fetching; they raise KeyboardInterrupt."""
        self._wire.close()

    def _persist(
        self, attempt: Callable[[Deadline], Answer], deadline: Deadline
    ) -> Answer:
        """Try again after temporary faults, with growing random pauses (full jitter)."""
        n_failed = 0
        while True:
            try:
                return attempt(deadline)
            except FetchError as error:
                longest = min(_BACKOFF_MAX_S, _BACKOFF_S * 2**n_failed)
                pause = random.uniform(0, longest)  # noqa: S311 (no secret)
                n_failed += 1
                hopeless = error.error_class is not ErrorClass.TEMPORARY
                if hopeless or n_failed == _TRIES or deadline.left() <= pause:
                    raise
            self._sleep(pause)

    @contextlib.contextmanager
    def _get(
        self, url: str, headers: Mapping[str, str], deadline: Deadline, *, trusted: bool
    ) -> Iterator[Reply]:
        """Follow redirects to the answer; trust ends with the host it was given to."""
        target = parse_target(url)
        ours = {"User-Agent": self._agent, **headers}
        for _ in range(_MAX_REDIRECTS + 1):
            self._keep_distance(target.host)
            login = target.login_headers() if trusted else {}
            with self._wire.exchange(
                target, {**ours, **login}, deadline=deadline, trusted=trusted
            ) as reply:
                location = _location(reply)
                if location is None:
                    _check_status(reply)
                    yield reply
                    return
            following = parse_target(urljoin(target.url, location))
            trusted = trusted and following.host == target.host
            target = following
        raise FetchError(
            f"Expected at most {_MAX_REDIRECTS} redirects from {redact(url)}, found more;"
            " give the address where they should end.",
            error_class=ErrorClass.PERMANENT,
        )

    def _keep_distance(self, host: str) -> None:
        """Wait for this request's turn at ``host``."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next.get(host, now))
            self._next[host] = turn + self._intervals.get(host, 0.0)
        if turn > now:
            self._sleep(turn - now)


def _save(reply: Reply, target: Path, max_bytes: int) -> Download:
    digest = hashlib.sha256()
    with atomic_write(target) as out:
        for chunk in reply.chunks(max_bytes):
            digest.update(chunk)
            out.write(chunk)
        n_bytes = out.tell()
    url, content_type = reply.target.url, reply.content_type
    return Download(url, content_type, n_bytes, digest.hexdigest())


def _parse_json(data: bytes, url: str) -> Any:
    """Parse an answer; a service that sends something else has a bad moment."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        page = data.lstrip()[:1] == b"<"
        raise FetchError(
            f"Expected JSON from {redact(url)}, found"
            f" {'a web page' if page else 'something else'}; try again later."
        ) from error


def _location(reply: Reply) -> str | None:
    """Return where a redirect points, or None for any other answer."""
    if reply.status in {301, 302, 303, 307, 308}:
        return reply.header("Location")
    return None


def _check_status(reply: Reply) -> None:
    status, shown = reply.status, reply.target.shown
    if status in {200, 203}:
        return
    if status == 429:
        retry_at = _retry_at(reply.header("Retry-After"), datetime.now(UTC))
        raise ServiceStopError(
            f"Expected {shown} to answer, found that its host asks us to stay away"
            f" (HTTP 429); run this again {'after ' + retry_at if retry_at else 'later'}.",
            service=reply.target.host_header,
            retry_at=retry_at,
        )
    busy = (ErrorClass.TEMPORARY, "try again later")
    odd = busy if status >= 500 else (ErrorClass.PERMANENT, "give another address")
    error_class, words = _CAUSES.get(status, odd)
    raise FetchError(
        f"Expected {shown} to answer, found HTTP {status}; {words}.",
        error_class=error_class,
    )


def _retry_at(stated: str | None, now: datetime) -> str | None:
    """Return Retry-After, given in seconds or as a date, as UTC ISO text."""
    try:
        seconds = int(stated or "")
        at = now + min(timedelta(seconds=max(0, seconds)), _MAX_WAIT)
    except (ValueError, OverflowError):
        try:
            at = min(parsedate_to_datetime(stated or ""), now + _MAX_WAIT)
        except (ValueError, TypeError):
            return None
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
