"""Asks a service again while that can help: its pace, the rests it wants, bad moments.

For a service that is not asked through ``http``, which does the same for its own. A rest
that is too long for a running command is an error at once.
"""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from genre.budgets import Budget, Turns
from genre.errors import FetchError, ServiceStopError
from genre.records import ErrorClass
from genre.refusals import seconds_until

_TRIES = 4
_BACKOFF_S, _BACKOFF_MAX_S = 0.5, 8.0
_RESTS = 3
_REST_S, _REST_MIN_S = 5.0, 1.0  # the first when it does not say how long

Answer = TypeVar("Answer")


class Patience:
    """Paces and repeats requests to one service.

    ``clock`` and ``sleep`` are arguments so that a test need not wait.
    """

    def __init__(
        self,
        service: str,
        budget: Budget,
        *,
        longest_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._service = service
        self._longest_s = longest_s
        self._sleep = sleep
        self._turns = Turns(
            {service: budget}, longest_s=longest_s, clock=clock, sleep=sleep
        )

    def ask(self, call: Callable[[], Answer]) -> Answer:
        """Return what ``call`` returns once it does not fail.

        Raises
        ------
        ItemError
            It failed in a way that trying again does not mend, or too often.
        """
        n_faults = n_rests = 0
        while True:
            self._turns.take(self._service)
            try:
                return call()
            except ServiceStopError as stop:
                self._rest(stop, n_rests)
                n_rests += 1
            except FetchError as error:
                self._back_off(error, n_faults)
                n_faults += 1

    def _rest(self, stop: ServiceStopError, n_before: int) -> None:
        """Leave the service alone for as long as it asks, or raise."""
        if stop.retry_at is None:
            seconds = min(self._longest_s, _REST_S * 2**n_before)
        else:
            seconds = max(_REST_MIN_S, seconds_until(stop.retry_at))
        named = ServiceStopError(
            str(stop), service=self._service, retry_at=stop.retry_at
        )
        bearable = self._turns.pause(self._service, seconds, named)
        if not bearable or n_before == _RESTS:
            raise named from stop

    def _back_off(self, error: FetchError, n_before: int) -> None:
        """Pause after a temporary fault, longer each time (full jitter), or raise."""
        if error.error_class is not ErrorClass.TEMPORARY or n_before + 1 == _TRIES:
            raise error
        longest = min(_BACKOFF_MAX_S, _BACKOFF_S * 2**n_before)
        self._sleep(random.uniform(0, longest))  # noqa: S311 (no secret)
