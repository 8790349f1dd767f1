"""The one polite HTTP client: a whole answer, or an error that says why not.

It says who it is, asks a service only as often as its budget allows, rests as long
as a service asks, tries again after temporary faults, bounds time and bytes, and
follows redirects by hand to look where they lead. The crawler downloads with it;
adapters ask it for JSON. ``patience`` waits and tries again, ``wire`` does the single
exchange, ``refusals`` says what a status means.
"""

import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin

from genre import __version__
from genre.budgets import BUDGETS, Budget
from genre.config import Settings
from genre.connections import Deadline
from genre.errors import FetchError
from genre.files import scratch_write
from genre.logins import Logins
from genre.patience import Patience
from genre.records import ErrorClass
from genre.refusals import check_status
from genre.text import clean_text
from genre.unreachable import Unreachable
from genre.urls import Target, parse_target, redact, resolve, shown_scheme, with_params
from genre.wire import Reply, Wire

__all__ = ["BUDGETS", "Budget", "Download", "HttpClient", "redact", "user_agent"]

_MAX_REDIRECTS = 5

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Download:
    """A file that was fetched whole."""

    final_url: str  # after redirects, without login
    content_type: str
    n_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Ask:
    """What is asked, and of whom."""

    url: str
    accept: Mapping[str, str]
    service: str  # whose budget it uses; empty: the host's
    trusted: bool
    own: Mapping[str, str] = field(default_factory=dict, repr=False)  # may be secret

    def __post_init__(self) -> None:
        """Refuse what is no header before some library quotes it."""
        for name, value in self.own.items():
            if not (value.isascii() and value.isprintable()):
                raise FetchError(
                    f"Expected one line of plain characters for the header {name}, found"
                    " others; correct the token or key that it is made of.",
                    error_class=ErrorClass.ENVIRONMENT,
                )


class HttpClient:
    """Fetches JSON, text and files; safe to share between threads.

    ``service`` names whose budget a request uses and who is stopped when it wants to
    be left alone ("deezer", "archive", ...); empty means the host. ``lookup``,
    ``clock``, ``sleep`` and ``budgets`` are arguments so that a test need not wait nor
    own a name server. ``wire`` and ``patience`` are for a library with a client of its
    own: what it asks keeps our pace, and ``close`` ends it too.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        lookup: Callable[[str, int], list[str]] = resolve,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
        budgets: Mapping[str, Budget] = BUDGETS,
    ) -> None:
        self._agent = user_agent(settings)
        self.wire = Wire(lookup)
        self._logins = Logins()
        self._unreachable = Unreachable(clock)
        self._sleep = sleep or self.wire.closing.wait
        self.patience = Patience(
            budgets, longest_s=settings.max_wait_s, clock=clock, sleep=self._wait
        )

    def get_json(
        self,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        service: str = "",
        headers: Mapping[str, str] | None = None,
        check: Callable[[Any], None] | None = None,
        max_bytes: int = 10_000_000,
        deadline_s: float = 60.0,
    ) -> Any:
        """Return the JSON that a service of the user's own settings answers.

        ``check`` looks at the parsed answer and raises what is wrong with it, as some
        services send their errors with HTTP 200: a temporary ``FetchError`` and a
        ``ServiceStopError`` are tried again like any other. ``headers`` go to this
        address's server only, never to where it redirects.

        Raises
        ------
        FetchError
            It could not be fetched whole within the bounds, or is no JSON.
        ServiceStopError
            The service asks us to stay away for longer than we wait.
        """
        asked = with_params(url, params or {})
        accept = {"Accept": "application/json", "Accept-Encoding": "gzip"}
        ask = _Ask(asked, accept, service, trusted=True, own=headers or {})

        def read(reply: Reply) -> Any:
            value = _parse_json(b"".join(reply.chunks(max_bytes)), asked)
            if check is not None:
                check(value)
            return value

        return self._persist(ask, read, deadline_s)

    def get_text(
        self,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        service: str = "",
        headers: Mapping[str, str] | None = None,
        max_bytes: int = 10_000_000,
        deadline_s: float = 60.0,
    ) -> str:
        """Return the UTF-8 text that a service of the user's own settings answers.

        Raises
        ------
        FetchError
            It could not be fetched whole within the bounds, or is no UTF-8.
        ServiceStopError
            The service asks us to stay away for longer than we wait.
        """
        asked = with_params(url, params or {})
        accept = {"Accept-Encoding": "gzip"}
        ask = _Ask(asked, accept, service, trusted=True, own=headers or {})

        def read(reply: Reply) -> str:
            return _parse_text(b"".join(reply.chunks(max_bytes)), asked)

        return self._persist(ask, read, deadline_s)

    def download(
        self,
        url: str,
        target: Path,
        *,
        max_bytes: int,
        deadline_s: float,
        trusted: bool,
        service: str = "",
    ) -> Download:
        """Fetch ``url`` into the file ``target``, whole or not at all.

        ``target`` lies in a scratch folder: only a kill leaves a part of it there, and
        it is not forced onto the disk (``fsync_file`` and ``publish`` it if it stays).
        ``trusted`` says that the address comes from the user's own files and may
        lead anywhere, loopback included; others must stay in the open internet.

        Raises
        ------
        FetchError
            It could not be fetched whole within the bounds.
        ServiceStopError
            The host asks us to stay away for longer than we wait.
        DiskFullError
            No room for the file.
        """
        accept = {"Accept-Encoding": "identity"}  # the file itself, not a packed one
        ask = _Ask(url, accept, service, trusted=trusted)

        def read(reply: Reply) -> Download:
            return _save(reply, target, max_bytes)

        return self._persist(ask, read, deadline_s)

    def learn_login(self, url: str) -> str:
        """Remember the login in an address of the user's own; return it without.

        Trusted requests to the address, and to its server, are made with the login.
        """
        return self._logins.learn(url)

    def close(self) -> None:
        """Break off what other threads do here; they raise KeyboardInterrupt."""
        self.wire.close()

    def _persist(
        self, ask: _Ask, read: Callable[[Reply], Answer], deadline_s: float
    ) -> Answer:
        deadline = Deadline(deadline_s)

        def once() -> Answer:
            with self._get(ask, deadline) as reply:
                return read(reply)

        return self.patience.persist(once, service=ask.service, deadline=deadline)

    def _wait(self, seconds: float) -> None:
        self._sleep(seconds)
        self.wire.check_open()

    @contextlib.contextmanager
    def _get(self, ask: _Ask, deadline: Deadline) -> Iterator[Reply]:
        """Follow redirects to the answer; trust ends with the host it was given to."""
        target, trusted, own = parse_target(ask.url), ask.trusted, ask.own
        for _ in range(_MAX_REDIRECTS + 1):
            service = ask.service or target.host_header
            self._unreachable.check(target.host)
            self.patience.take_turn(service, deadline)
            login = self._logins.headers(target) if trusted else {}
            headers = {"User-Agent": self._agent, **ask.accept, **login, **own}
            with (
                self._unreachable.noting(target.host),
                self.wire.exchange(
                    target, headers, deadline=deadline, trusted=trusted
                ) as reply,
            ):
                location = _location(reply)
                if location is None:
                    check_status(reply)
                    yield reply
                    return
            following = _following(target, location)
            trusted = trusted and following.host == target.host
            own = own if following.origin == target.origin else {}
            target = following
        raise FetchError(
            f"Expected at most {_MAX_REDIRECTS} redirects from {redact(ask.url)}, found"
            " more; give the address where they should end.",
            error_class=ErrorClass.PERMANENT,
        )


def user_agent(settings: Settings) -> str:
    """Return how we introduce ourselves to services."""
    contact = clean_text(settings.contact).encode("ascii", "replace").decode()
    return f"genre/{__version__} ({contact or 'no contact given'})"


def _save(reply: Reply, target: Path, max_bytes: int) -> Download:
    digest = hashlib.sha256()
    with scratch_write(target) as out:
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


def _parse_text(data: bytes, url: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FetchError(
            f"Expected UTF-8 text from {redact(url)}, found other bytes; give another"
            " address.",
            error_class=ErrorClass.PERMANENT,
        ) from error


def _location(reply: Reply) -> str | None:
    """Return where a redirect points, or None for any other answer."""
    if reply.status in {301, 302, 303, 307, 308}:
        return reply.header("Location")
    return None


def _following(target: Target, location: str) -> Target:
    """Return where a redirect leads, if we may go there."""
    try:
        return parse_target(urljoin(target.url, location))
    except (FetchError, ValueError) as error:
        raise FetchError(
            f"Expected {target.shown} to lead to an http or https address, found a"
            f" redirect to {shown_scheme(location)}; give another address.",
            error_class=ErrorClass.PERMANENT,
        ) from error
