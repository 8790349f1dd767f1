"""What the fake services share: one prefix each, a log, faults to order, quotas.

    deezer = FakeDeezer(playlists={"1": DeezerPlaylist("House", [track(1, "Song")])})
    deezer.fail(WEB_PAGE, on="/tracks", times=2)
    with serve(routes(deezer, jamendo)) as server:
        settings = Settings(deezer_url=deezer.url(server), ...)
    assert deezer.paths == ["/playlist/1", "/playlist/1/tracks"]

Several services share one server; a fault answers instead of the service, once or as
often as it is told to.
"""

import json
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.servers import Reply, Request, Route, Server

WEB_PAGE = Reply(b"<!DOCTYPE html><title>Just a moment...</title>")
CUT_OFF = Reply(b'{"data": [{"id": 1, "title": "x"}]}', truncate_at=9)
BUSY = Reply(status=503)
FORBIDDEN = Reply(status=403)
GONE = Reply(status=404)
LATER = Reply(status=429, headers={"Retry-After": "86400"})
SOON = Reply(status=429, headers={"Retry-After": "2"})


_JUNK: list[Any] = [
    *(None, True, 0, -1, 1e308, 10**30, float("inf"), "", "1e999", "9" * 5_000),
    *("x" * 3_000, "\x00\ud800\u202e", [], {}, [[]], [None], {"a": 1}, ["a", "b"]),
]


@dataclass
class _Fault:
    reply: Route
    on: str  # part of the path
    times: int


@dataclass
class Quota:
    """At most ``n`` requests in any ``per_s`` seconds, as the server counts them."""

    n: int
    per_s: float
    clock: Callable[[], float] = time.monotonic
    _seen: deque[float] = field(default_factory=deque)

    def allows(self) -> bool:
        """Count a request, and tell whether it is within the quota."""
        now = self.clock()
        while self._seen and self._seen[0] <= now - self.per_s:
            self._seen.popleft()
        self._seen.append(now)
        return len(self._seen) <= self.n

    @property
    def left(self) -> int:
        """Return how many more requests are allowed now."""
        return max(0, self.n - len(self._seen))


class FakeService:
    """A service under a path of its own; ``answer`` is what kinds of it define."""

    prefix = "/service"

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.garble: random.Random | None = None  # puts junk into answers
        self._faults: list[_Fault] = []
        self._lock = threading.Lock()

    def answer(self, path: str, request: Request) -> bytes | Reply:
        """Answer a request; ``path`` is without the prefix."""
        raise NotImplementedError

    def url(self, server: Server) -> str:
        """Return the base address of this service, as a setting wants it."""
        return server.url(f"{self.prefix}/")

    def fail(self, reply: Route, *, on: str = "", times: int = 1) -> None:
        """Answer the next requests whose path holds ``on`` with ``reply``."""
        self._faults.append(_Fault(reply, on, times))

    def forgive(self) -> None:
        """Answer everything from now on."""
        self._faults.clear()

    @property
    def paths(self) -> list[str]:
        """The paths asked for, in order, without the prefix."""
        return [request.path.removeprefix(self.prefix) for request in self.requests]

    def handle(self, request: Request) -> bytes | Reply:
        """Note a request and answer it, one at a time."""
        with self._lock:
            self.requests.append(request)
            fault = next((f for f in self._faults if f.on in request.path), None)
            if fault is None:
                reply = self.answer(request.path.removeprefix(self.prefix), request)
                return garbled(reply, self.garble)
            fault.times -= 1
            if not fault.times:
                self._faults.remove(fault)
        return fault.reply(request) if callable(fault.reply) else fault.reply


def garbled(reply: bytes | Reply, chance: random.Random | None) -> bytes | Reply:
    """Return an answer with junk in it; without a ``chance`` as it is."""
    if chance is None or isinstance(reply, bytes):
        return reply
    if not reply.body.startswith((b"{", b"[")):
        return reply
    body = json.dumps(_with_junk(json.loads(reply.body), chance)).encode()
    return replace(reply, body=body)


def _with_junk(value: Any, chance: random.Random) -> Any:
    """Return JSON in which some values are others, and some are missing."""
    if chance.random() < 0.05:
        return chance.choice(_JUNK)
    if isinstance(value, list):
        return [_with_junk(one, chance) for one in value]
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if chance.random() > 0.02}
        return {name: _with_junk(one, chance) for name, one in kept.items()}
    return value


class _Routes(Mapping[str, Route]):
    """Everything under a service's prefix is the service's to answer."""

    def __init__(self, services: tuple[FakeService, ...]) -> None:
        self._services = services

    def __getitem__(self, path: str) -> Route:
        for service in self._services:
            if path.startswith(f"{service.prefix}/"):
                return service.handle
        raise KeyError(path)

    def __iter__(self) -> Iterator[str]:
        return (service.prefix for service in self._services)

    def __len__(self) -> int:
        return len(self._services)


def routes(*services: FakeService) -> Mapping[str, Route]:
    """Return the routes of services that share a server."""
    return _Routes(services)


def number(request: Request, name: str, *, default: int, most: int) -> int:
    """Return a whole number out of the query, cut to what the service allows."""
    return min(int(request.query.get(name, [str(default)])[0]), most)
