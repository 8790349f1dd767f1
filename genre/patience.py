"""Trying again: after a temporary fault soon, after a service's wish for rest then.

Takes whatever fetches as a function, so that it serves our own client and any other.
``budgets`` gives the turns and remembers the pauses that all threads keep.
"""

import random
from collections.abc import Callable, Mapping
from typing import TypeVar

from genre.budgets import Budget, Turns
from genre.connections import Deadline
from genre.errors import FetchError, ServiceStopError
from genre.records import ErrorClass
from genre.refusals import seconds_until

_TRIES = 3
_BACKOFF_S, _BACKOFF_MAX_S = 0.3, 8.0

# A service that asks for a rest is asked again so often, after so many seconds, which
# double, where it names no time.
_RESTS = 3
_REST_S, _REST_MIN_S = 5.0, 1.0

Answer = TypeVar("Answer")


class Patience:
    """Waits for turns, rests and pauses; safe to share between threads.

    A rest of up to ``longest_s`` is waited for, a longer one stops the service.
    """

    def __init__(
        self,
        budgets: Mapping[str, Budget],
        *,
        longest_s: float,
        clock: Callable[[], float],
        sleep: Callable[[float], object],
    ) -> None:
        self._longest_s = longest_s
        self._clock = clock
        self._sleep = sleep
        self._turns = Turns(budgets, longest_s=longest_s, clock=clock, sleep=sleep)

    def take_turn(self, service: str, deadline: Deadline) -> None:
        """Wait until ``service`` may be asked; the deadline moves, nobody is to blame.

        Raises
        ------
        ServiceStopError
            The service asked for a rest too long to wait for.
        """
        start = self._clock()
        self._turns.take(service)
        deadline.extend(self._clock() - start)

    def persist(
        self, call: Callable[[], Answer], *, service: str, deadline: Deadline
    ) -> Answer:
        """Return what ``call`` returns once it does not fail.

        ``service`` is who rests; empty means the one that the error names. The rest is
        waited for where ``call`` takes its turn, as in every other thread.

        Raises
        ------
        FetchError
            It failed in a way that does not pass, or too often.
        ServiceStopError
            The service asks for a longer rest than we wait for, or again and again.
        """
        n_faults = n_rests = 0
        while True:
            try:
                return call()
            except ServiceStopError as error:
                self._rest(error, service or error.service, n_rests)
                n_rests += 1
            except FetchError as error:
                self._back_off(error, deadline, n_faults)
                n_faults += 1

    def _rest(self, error: ServiceStopError, service: str, n_before: int) -> None:
        """Let everything that needs the service rest as it asks, or raise."""
        stop = ServiceStopError(str(error), service=service, retry_at=error.retry_at)
        if error.retry_at is None:
            seconds = min(self._longest_s, _REST_S * 2**n_before)
        else:
            seconds = seconds_until(error.retry_at)
        bearable = self._turns.pause(service, max(_REST_MIN_S, seconds), stop)
        if not bearable or n_before == _RESTS:
            raise stop from error

    def _back_off(self, error: FetchError, deadline: Deadline, n_before: int) -> None:
        """Pause after a temporary fault, longer each time (full jitter), or raise."""
        longest = min(_BACKOFF_MAX_S, _BACKOFF_S * 2**n_before)
        pause = random.uniform(0, longest)  # noqa: S311 (no secret)
        hopeless = error.error_class is not ErrorClass.TEMPORARY
        if hopeless or n_before + 1 == _TRIES or deadline.left() <= pause:
            raise error
        self._sleep(pause)
