"""How often each service may be asked, and the pauses it asks for.

All threads of a client share one ``Turns``: a request goes out when fewer than the
budget's number left within the window before it and no pause is under way. Knows
neither HTTP nor sockets; the clock and the sleep are arguments. ``http`` asks here
before every request.
"""

import math
import random
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from genre.errors import ServiceStopError


@dataclass(frozen=True, slots=True)
class Budget:
    """At most ``n`` requests in any ``per_s`` seconds (a rolling window)."""

    n: int
    per_s: float
    jitter: float = 0.0  # by up to this share the window is longer or shorter

    def window_s(self) -> float:
        """Return how long the window is this time."""
        share = random.uniform(1 - self.jitter, 1 + self.jitter)  # noqa: S311 (no secret)
        return self.per_s * share


# A tenth longer than what a service allows: it counts when a request arrives, we when
# it leaves, and the way there takes one request longer than another.
BUDGETS: Mapping[str, Budget] = {
    "deezer": Budget(50, 5.5),  # allows 50 in 5 s
    "musicbrainz": Budget(1, 1.1),  # allows 1 in 1 s
    "discogs": Budget(1, 1.1),  # allows 60 in a minute with a token
    "listenbrainz": Budget(1, 0.5),  # says what is left in its headers
    "lastfm": Budget(1, 0.25),  # allows about 5 in 1 s
    "jamendo": Budget(1, 0.25),  # states no rate
    "archive": Budget(1, 0.25),  # states no rate
    "spotify": Budget(1, 0.25),  # states none; stops an eager new app for a day
}

# An address in somebody's own list counts with the service it belongs to.
HOSTS: Mapping[str, str] = {
    "api.deezer.com": "deezer",
    "musicbrainz.org": "musicbrainz",
    "api.discogs.com": "discogs",
    "api.listenbrainz.org": "listenbrainz",
    "ws.audioscrobbler.com": "lastfm",
    "api.jamendo.com": "jamendo",
    "archive.org": "archive",
    "api.spotify.com": "spotify",
}


@dataclass(slots=True)
class _Line:
    """The turns given at one service, and the pause it asked for."""

    turns: deque[float] = field(default_factory=deque)  # the budget's last n
    paused_until: float = 0.0
    stop: ServiceStopError | None = None  # what asked for the pause


class Turns:
    """Gives out turns at services; safe to share between threads.

    A pause of up to ``longest_s`` is waited for, a longer one stops the service.
    """

    def __init__(
        self,
        budgets: Mapping[str, Budget],
        *,
        longest_s: float,
        clock: Callable[[], float],
        sleep: Callable[[float], object],
    ) -> None:
        self._budgets = budgets
        self._longest_s = longest_s
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._lines: dict[str, _Line] = {}

    def take(self, service: str) -> float:
        """Wait for a turn at ``service``; return the time from which it counts.

        Raises
        ------
        ServiceStopError
            The service asked for a pause too long to wait for.
        """
        while True:
            with self._lock:
                now = self._clock()
                turn = self._reserve(service, now)
            if turn > now:
                self._sleep(turn - now)
            with self._lock:
                if self._line(service).paused_until <= turn:
                    return turn

    def check(self, service: str) -> None:
        """Let a turn that was given a while ago still count, or say why it does not.

        Raises
        ------
        ServiceStopError
            The service has asked for a pause since, too long to wait for.
        """
        with self._lock:
            self._check(self._line(service), self._clock())

    def pause(self, service: str, seconds: float, stop: ServiceStopError) -> bool:
        """Let nobody ask ``service`` for a while; tell whether that is waited for."""
        with self._lock:
            line, until = self._line(service), self._clock() + seconds
            if until > line.paused_until:
                line.paused_until, line.stop = until, stop
        return self._is_bearable(seconds)

    def _reserve(self, service: str, now: float) -> float:
        """Note and return the time of the next turn."""
        line, budget = self._line(service), self._budget(service)
        self._check(line, now)
        turn = max(now, line.paused_until)
        if budget is None:
            return turn
        if len(line.turns) == budget.n:
            turn = max(turn, line.turns.popleft() + budget.window_s())
        line.turns.append(turn)
        return turn

    def _check(self, line: _Line, now: float) -> None:
        if line.stop and not self._is_bearable(line.paused_until - now):
            stop = line.stop
            raise ServiceStopError(
                str(stop), service=stop.service, retry_at=stop.retry_at
            )

    def _is_bearable(self, seconds: float) -> bool:
        return math.floor(seconds) <= self._longest_s  # services speak in whole seconds

    def _line(self, service: str) -> _Line:
        return self._lines.setdefault(HOSTS.get(service, service), _Line())

    def _budget(self, service: str) -> Budget | None:
        return self._budgets.get(HOSTS.get(service, service))
