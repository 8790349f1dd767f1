"""One HTTP exchange: ask, read the answer - all before a deadline.

``connections`` hands over a connection, open already or new; what was answered whole
leaves it open for the next. Every fault leaves here as a ``FetchError`` with its class.
"""

import contextlib
import http.client
import logging
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import urllib3
from urllib3.connection import HTTPConnection

from genre.connections import NO_ROUTE, Connection, Connections, Deadline
from genre.errors import FetchError, OfflineError
from genre.records import ErrorClass
from genre.text import clean_text, display
from genre.urls import Target

_CHUNK = 1 << 16

# At a malformed header it would log the whole address, secrets included.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)

_FAULTS = (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError)

# How a connection looks that the server closed while it idled.
_HUNG_UP = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)


class Wire:
    """Makes exchanges and can break all of them off; safe to share between threads."""

    def __init__(self, lookup: Callable[[str, int], list[str]]) -> None:
        self._connections = Connections(lookup)
        self.closing = self._connections.closing

    @contextlib.contextmanager
    def exchange(
        self,
        target: Target,
        headers: Mapping[str, str],
        *,
        deadline: Deadline,
        trusted: bool,
        body: bytes | None = None,
    ) -> Iterator["Reply"]:
        """Send a GET and yield its answer, headers read and body to come.

        With a ``body`` it is a POST, always over a new connection.
        """
        self.check_open()
        with contextlib.ExitStack() as stack:
            with self.faults(target, deadline):
                reply = None
                if body is None:  # only a GET may be sent twice
                    reply = self._again(target, headers, deadline, trusted=trusted)
                if reply is None:
                    new = self._connections.open(target, deadline, trusted=trusted)
                    reply = self._ask(new, target, headers, deadline, body)
                stack.callback(self._leave, reply)
            yield reply

    def close(self) -> None:
        """Break off every exchange; their threads raise KeyboardInterrupt."""
        self._connections.close()

    def check_open(self) -> None:
        """Raise KeyboardInterrupt after ``close``."""
        if self.closing.is_set():
            raise KeyboardInterrupt

    def _again(
        self,
        target: Target,
        headers: Mapping[str, str],
        deadline: Deadline,
        *,
        trusted: bool,
    ) -> "Reply | None":
        """Ask over a connection that is open already, if there is one."""
        kept = self._connections.take_idle(target, trusted=trusted)
        if kept is None:
            return None
        try:
            return self._ask(kept, target, headers, deadline)
        except _HUNG_UP:  # before a byte of an answer: a GET may be sent again
            return None

    def _ask(
        self,
        connection: Connection,
        target: Target,
        headers: Mapping[str, str],
        deadline: Deadline,
        body: bytes | None = None,
    ) -> "Reply":
        """Speak HTTP over a connection; a fault closes it."""
        speaker = HTTPConnection(target.host, target.port)
        speaker.auto_open = 0  # it must never connect by itself, unchecked
        speaker.sock, connection.sock.deadline = connection.sock, deadline
        try:
            connection.sock.arm()
            speaker.request(
                "GET" if body is None else "POST",
                target.path,
                body=body,
                headers={"Host": target.host_header, **headers},
                preload_content=False,
            )
            response = speaker.getresponse()
        except BaseException:
            self._connections.drop(connection)
            raise
        stays_open = speaker.sock is not None
        return Reply(self, target, deadline, response, connection, stays_open)

    def _leave(self, reply: "Reply") -> None:
        """Keep a reply's connection if nothing is left on it, else close it."""
        reply.response.close()
        if reply.frees_connection:
            self._connections.keep(reply.connection)
        else:
            self._connections.drop(reply.connection)

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


@dataclass(slots=True)
class Reply:
    """The answer to one request."""

    wire: Wire
    target: Target
    deadline: Deadline
    response: urllib3.HTTPResponse
    connection: Connection
    stays_open: bool  # the server will take another request
    ended: bool = False  # the body was read to its end

    @property
    def frees_connection(self) -> bool:
        """Whether the connection may be used again: nothing more comes over it."""
        is_empty = self.response.length_remaining == 0 and self.status >= 200
        return self.stays_open and (self.ended or is_empty)

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
        self.ended = True

    def _read(self) -> bytes:
        with self.wire.faults(self.target, self.deadline):
            return self.response.read1(_CHUNK)


def _too_big(target: Target, max_bytes: int) -> FetchError:
    return FetchError(
        f"Expected at most {max_bytes / 1e6:g} MB from {target.shown}, found more; take"
        " another, or raise max_bytes for a song.",
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
    elif isinstance(error, OSError) and error.errno in NO_ROUTE:
        return no_network(target.host, "the network is unreachable")
    else:
        found = _found(error)
    return FetchError(
        f"Expected an answer from {target.shown}, found {found}; try again later."
    )


def no_network(host: str, why: str) -> OfflineError:
    """Return the error of a machine that is offline, for which no song is to blame."""
    return OfflineError(
        f"Expected a network connection to {display(host, width=100)}, found none"
        f" ({why}); connect, then run the same command again."
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
