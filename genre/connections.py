"""Connections: made to an address that was checked, bounded in time, used again.

A host's name is resolved once, the addresses are checked, and the connection is
made to one of them, so that no second lookup can lead elsewhere. Every wait on a
connection ends at the deadline of the exchange under way: a server that sends one
byte a minute never meets a plain read timeout. ``wire`` speaks HTTP over them.
"""

import contextlib
import errno
import os
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Callable
from functools import cached_property
from typing import Any

import certifi
from urllib3.util import wait_for_read, wait_for_write

from genre.errors import FetchError
from genre.records import ErrorClass
from genre.urls import Target, is_public

NO_ROUTE = {errno.ENETUNREACH, errno.ENETDOWN}

_CONNECT_S = 10.0
_LOOK_UP_S = 0.1  # while connecting: nobody can wake it
_READ_S = 30.0  # longest silence of a server
_MAX_IDLE, _IDLE_S = 32, 20.0  # connections kept for later, and for how long


class Deadline:
    """A moment some seconds from now."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until then; not below zero."""
        return max(0.0, self._end - time.monotonic())

    def extend(self, seconds: float) -> None:
        """Move it: what was spent waiting for a turn does not count."""
        self._end += seconds


class _Socket(socket.socket):
    """A socket whose every wait for bytes ends at a deadline."""

    deadline: Deadline

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        """Read what is there, or wait for it."""
        self.arm()
        return super().recv_into(buffer, nbytes or len(buffer), flags)

    def arm(self) -> None:
        """Give the next operation the time that is left."""
        left = self.deadline.left()
        if not left:  # a timeout of 0 would mean not to block
            raise TimeoutError
        self.settimeout(min(_READ_S, left))


class _TlsSocket(_Socket, ssl.SSLSocket):
    """The same, encrypted."""


class Connection:
    """An open connection: to which server, at which address."""

    def __init__(self, sock: _Socket, target: Target, address: str) -> None:
        self.sock = sock
        self.address = address
        self._origin = target.origin
        self._idle_since = 0.0

    def rest(self) -> None:
        """Note that nobody uses it from now on."""
        self._idle_since = time.monotonic()

    def serves(self, target: Target, *, trusted: bool) -> bool:
        """Tell whether a request may go over it; others must stay in the open internet."""
        return self._origin == target.origin and (trusted or is_public(self.address))

    @property
    def is_aged(self) -> bool:
        """Whether nobody has used it for too long."""
        return time.monotonic() - self._idle_since > _IDLE_S

    @property
    def is_stale(self) -> bool:
        """Whether it is aged, or the server closed it (or said something unasked)."""
        return self.is_aged or wait_for_read(self.sock, timeout=0.0)

    def shut(self) -> None:
        """Wake whoever reads from it (``close`` would not)."""
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class Connections:
    """Opens connections and keeps a few for later; safe to share between threads."""

    def __init__(self, lookup: Callable[[str, int], list[str]]) -> None:
        self.closing = threading.Event()
        self._lookup = lookup
        self._lock = threading.Lock()
        self._busy: set[Connection] = set()
        self._idle: list[Connection] = []  # the one that idles longest first
        weakref.finalize(self, _close_all, self._idle)

    def take_idle(self, target: Target, *, trusted: bool) -> Connection | None:
        """Return a connection that is open already, if one fits."""
        while True:
            with self._lock:
                latest = reversed(self._idle)
                fitting = (c for c in latest if c.serves(target, trusted=trusted))
                found = next(fitting, None)
                if found is None:
                    return None
                self._idle.remove(found)
                self._busy.add(found)
            if not found.is_stale:
                return found
            self.drop(found)

    def open(self, target: Target, deadline: Deadline, *, trusted: bool) -> Connection:
        """Connect to the target's host, at an address that was checked.

        Raises
        ------
        FetchError
            The address may not be asked: it is private, and not trusted.
        OSError
            It cannot be reached.
        """
        addresses = self._lookup(target.host, target.port)
        if not trusted:
            _refuse_private(target, addresses)
        sock, address = self._connect(addresses, target.port, deadline)
        if target.scheme == "https":
            sock = self._encrypt(sock, target)
        sock.deadline = deadline
        connection = Connection(sock, target, address)
        with self._lock:
            self._busy.add(connection)
        try:
            self._begin(connection)
        except BaseException:
            self.drop(connection)
            raise
        return connection

    def keep(self, connection: Connection) -> None:
        """Keep a connection for the next request, for a while."""
        connection.rest()
        with self._lock:
            self._busy.discard(connection)
            self._idle.append(connection)
            while len(self._idle) > _MAX_IDLE or self._idle[0].is_aged:
                self._idle.pop(0).sock.close()
        if self.closing.is_set():
            self.close()

    def drop(self, connection: Connection) -> None:
        """Close a connection."""
        with self._lock:
            self._busy.discard(connection)
        connection.sock.close()

    def close(self) -> None:
        """Break off every exchange under way and close what is kept."""
        self.closing.set()
        with self._lock:
            for connection in self._busy:
                connection.shut()
            _close_all(self._idle)

    def _connect(
        self, addresses: list[str], port: int, deadline: Deadline
    ) -> tuple[_Socket, str]:
        """Connect to the first address that answers; return it too.

        Of several faults one of the host counts more than a missing route: a machine
        without IPv6 has none to the host's other addresses.
        """
        errors: list[OSError] = []
        for address in addresses[:4]:
            try:
                wait = Deadline(min(_CONNECT_S, deadline.left()))
                return self._reach(address, port, wait), address
            except OSError as error:
                errors.append(error)
        if not errors:
            raise socket.gaierror("no address")
        raise next((e for e in errors if e.errno not in NO_ROUTE), errors[0])

    def _reach(self, address: str, port: int, wait: Deadline) -> _Socket:
        """Connect to one address, unless everything ends before it answers."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sock = _Socket(family, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            fault = sock.connect_ex((address, port))
            while fault == errno.EINPROGRESS:
                if self.closing.is_set() or not wait.left():
                    raise TimeoutError
                if wait_for_write(sock, timeout=min(_LOOK_UP_S, wait.left())):
                    fault = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if fault:
                raise OSError(fault, os.strerror(fault))
            sock.setblocking(True)
        except BaseException:
            sock.close()
            raise
        return sock

    def _begin(self, connection: Connection) -> None:
        """Shake hands, unless everything was just broken off."""
        if self.closing.is_set():
            connection.shut()
        if isinstance(connection.sock, _TlsSocket):
            connection.sock.arm()
            connection.sock.do_handshake()

    def _encrypt(self, sock: _Socket, target: Target) -> _Socket:
        wrapped = self._tls.wrap_socket(
            sock, server_hostname=target.host, do_handshake_on_connect=False
        )
        assert isinstance(wrapped, _TlsSocket)
        return wrapped

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Trust the system's authorities and, where it has none, certifi's."""
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        context.sslsocket_class = _TlsSocket
        return context


def _refuse_private(target: Target, addresses: list[str]) -> None:
    if not all(is_public(address) for address in addresses):
        raise FetchError(
            f"Expected {target.shown} to lead into the open internet, found a private or"
            " loopback address, where a remote page may not send us; put the address into"
            " a list of your own if you trust it.",
            error_class=ErrorClass.PERMANENT,
        )


def _close_all(connections: list[Connection]) -> None:
    while connections:
        connections.pop().sock.close()
