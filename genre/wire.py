"""One HTTP exchange: look up, check, connect, ask, read - all before a deadline.

A host's name is resolved once, the addresses are checked, and the connection is
made to one of them, so that no second lookup can lead elsewhere. A timer shuts
the socket at the deadline: a server that sends one byte a minute never meets a
read timeout. Every fault leaves here as a ``FetchError`` with its class.
"""

import contextlib
import errno
import http.client
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import certifi
import urllib3
from urllib3.connection import HTTPConnection

from genre.errors import FetchError
from genre.records import ErrorClass
from genre.text import clean_text, display
from genre.urls import Target, is_public

_CONNECT_S = 10.0
_READ_S = 30.0  # longest silence of a server
_CHUNK = 1 << 16

# At a malformed header it would log the whole address, secrets included.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)

_NO_ROUTE = {errno.ENETUNREACH, errno.ENETDOWN}
_FAULTS = (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError)


class Deadline:
    """A moment some seconds from now."""

    def __init__(
        self, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Seconds until then; not below zero."""
        return max(0.0, self._end - self._clock())

    def extend(self, seconds: float) -> None:
        """Move it: what was spent waiting for a turn does not count."""
        self._end += seconds


class Wire:
    """Opens exchanges and can break all of them off; safe to share between threads."""

    def __init__(self, lookup: Callable[[str, int], list[str]]) -> None:
        self._lookup = lookup
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self.closing = threading.Event()

    @contextlib.contextmanager
    def exchange(
        self,
        target: Target,
        headers: Mapping[str, str],
        *,
        deadline: Deadline,
        trusted: bool,
    ) -> Iterator["Reply"]:
        """Send a GET and yield its answer, headers read and body to come."""
        with contextlib.ExitStack() as stack:
            with self.faults(target, deadline):
                addresses = self._lookup(target.host, target.port)
            if not trusted:
                _refuse_private(target, addresses)
            with self.faults(target, deadline):
                sock = stack.enter_context(self._connected(target, addresses, deadline))
                response = _ask(sock, target, headers)
                stack.callback(response.close)
            yield Reply(self, target, deadline, response)

    def close(self) -> None:
        """Break off every exchange; their threads raise KeyboardInterrupt."""
        self.closing.set()
        with self._lock:
            for sock in self._sockets:
                _shut(sock)

    def check_open(self) -> None:
        """Raise KeyboardInterrupt after ``close``."""
        if self.closing.is_set():
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def _connected(
        self, target: Target, addresses: list[str], deadline: Deadline
    ) -> Iterator[socket.socket]:
        sock = _connect(addresses, target.port, deadline)
        if target.scheme == "https":
            sock = self._tls.wrap_socket(
                sock, server_hostname=target.host, do_handshake_on_connect=False
            )
        with sock, self._watched(sock, deadline):
            if isinstance(sock, ssl.SSLSocket):
                sock.do_handshake()
            yield sock

    @contextlib.contextmanager
    def _watched(self, sock: socket.socket, deadline: Deadline) -> Iterator[None]:
        """Shut the socket when the deadline passes or ``close`` is called."""
        timer = threading.Timer(deadline.left(), _shut, [sock])
        timer.daemon = True
        with self._lock:
            self._sockets.add(sock)
        if self.closing.is_set():
            _shut(sock)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                self._sockets.discard(sock)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Trust the system's authorities and, where it has none, certifi's."""
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        return context

    @contextlib.contextmanager
    def faults(self, target: Target, deadline: Deadline) -> Iterator[None]:
        """Turn what can go wrong on the way into a FetchError that says it plainly."""
        try:
            yield
            broken_off = self.closing.is_set() or not deadline.left()
            if broken_off:  # a shut socket can look like the end of a body
                raise TimeoutError
        except _FAULTS as error:
            if self.closing.is_set():
                raise KeyboardInterrupt from error
            raise _fetch_error(error, target, deadline) from error


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one request."""

    wire: Wire
    target: Target
    deadline: Deadline
    response: urllib3.HTTPResponse

    @property
    def status(self) -> int:
        """The HTTP status code."""
        return self.response.status

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case."""
        stated = self.response.headers.get("Content-Type", "")
        return clean_text(stated.partition(";")[0], limit=100).lower()

    def header(self, name: str) -> str | None:
        """Return a header, or None."""
        return self.response.headers.get(name)

    def chunks(self, max_bytes: int) -> Iterator[bytes]:
        """Yield the decoded body; more than ``max_bytes`` of it is refused."""
        n_bytes = self.response.length_remaining or 0
        if n_bytes > max_bytes:
            raise _too_big(self.target, max_bytes)
        n_bytes = 0
        while chunk := self._read():
            n_bytes += len(chunk)
            if n_bytes > max_bytes:
                raise _too_big(self.target, max_bytes)
            yield chunk

    def _read(self) -> bytes:
        with self.wire.faults(self.target, self.deadline):
            return self.response.read1(_CHUNK)


def _connect(addresses: list[str], port: int, deadline: Deadline) -> socket.socket:
    """Connect to the first address that answers.

    Of several faults one of the host counts more than a missing route: a machine
    without IPv6 has none to the host's other addresses.
    """
    errors: list[OSError] = []
    for address in addresses[:4]:
        timeout = min(_CONNECT_S, deadline.left()) or 0.001  # 0 would mean non-blocking
        try:
            return socket.create_connection((address, port), timeout)
        except OSError as error:
            errors.append(error)
    if not errors:
        raise socket.gaierror("no address")
    raise next((e for e in errors if e.errno not in _NO_ROUTE), errors[0])


def _ask(
    sock: socket.socket, target: Target, headers: Mapping[str, str]
) -> urllib3.HTTPResponse:
    """Speak HTTP over a socket that is already connected."""
    connection = HTTPConnection(target.host, target.port, timeout=_READ_S)
    connection.sock = sock
    connection.request(
        "GET",
        target.path,
        headers={"Host": target.host_header, "Connection": "close", **headers},
        preload_content=False,
    )
    return connection.getresponse()


def _shut(sock: socket.socket) -> None:
    """Wake whoever reads from the socket (``close`` would not)."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _refuse_private(target: Target, addresses: list[str]) -> None:
    if not all(is_public(address) for address in addresses):
        raise FetchError(
            f"Expected {target.shown} to lead into the open internet, found a private or"
            " loopback address, where a remote page may not send us; put the address into"
            " a list of your own if you trust it.",
            error_class=ErrorClass.PERMANENT,
        )


def _too_big(target: Target, max_bytes: int) -> FetchError:
    return FetchError(
        f"Expected at most {max_bytes / 1e6:g} MB from {target.shown}, found more; raise"
        " max_bytes if you want it.",
        error_class=ErrorClass.PERMANENT,
    )


def _fetch_error(error: Exception, target: Target, deadline: Deadline) -> FetchError:
    """Return the sentence and the class for a fault on the way."""
    if not deadline.left():
        found = f"it unfinished after {deadline.seconds:g} s"
    elif isinstance(error, ssl.SSLCertVerificationError):
        return FetchError(
            f"Expected a valid certificate from {target.shown}, found one that cannot be"
            f" verified ({clean_text(error.verify_message)}); check the clock and the"
            " network.",
            error_class=ErrorClass.ENVIRONMENT,
        )
    elif isinstance(error, socket.gaierror):
        return no_network(target.host, "its name cannot be resolved")
    elif isinstance(error, OSError) and error.errno in _NO_ROUTE:
        return no_network(target.host, "the network is unreachable")
    else:
        found = _found(error)
    return FetchError(
        f"Expected an answer from {target.shown}, found {found}; try again later."
    )


def no_network(host: str, why: str) -> FetchError:
    """Return the error of a machine that is offline, for which no song is to blame."""
    return FetchError(
        f"Expected a network connection to {display(host, width=100)}, found none"
        f" ({why}); connect, then run the same command again.",
        error_class=ErrorClass.ENVIRONMENT,
    )


def _found(error: Exception) -> str:
    """Name a fault in plain words, without quoting it: it may hold the address."""
    kinds: list[tuple[type[Exception] | tuple[type[Exception], ...], str]] = [
        (ConnectionRefusedError, "that its host refuses connections"),
        ((TimeoutError, urllib3.exceptions.TimeoutError), "silence"),
        (urllib3.exceptions.DecodeError, "a body that cannot be unpacked"),
        (urllib3.exceptions.ProtocolError, "a body that was cut off"),
        (ssl.SSLError, "no secure connection"),
        (http.client.HTTPException, "something that is not HTTP"),
    ]
    for kind, words in kinds:
        if isinstance(error, kind):
            return words
    return "a broken connection"
