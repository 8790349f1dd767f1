"""Asking a service again while that can help."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from genre.budgets import Budget
from genre.crawler.patience import Patience
from genre.errors import FetchError, ItemError, ServiceStopError
from genre.records import ErrorClass
from tests.clocks import FakeClock


def failing(*errors: ItemError) -> Callable[[], str]:
    """Return a call that raises these one after the other, then answers."""
    left = list(errors)

    def call() -> str:
        if left:
            raise left.pop(0)
        return "answer"

    return call


def patience(clock: FakeClock, *, longest_s: float = 60.0) -> Patience:
    """Return the patience under test, with one turn in two seconds."""
    return Patience(
        "svc", Budget(1, 2.0), longest_s=longest_s, clock=clock, sleep=clock.sleep
    )


def stop(seconds: float | None) -> ServiceStopError:
    """Return a service's wish to be left alone for a while."""
    at = None
    if seconds is not None:
        at = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
    return ServiceStopError("busy", service="its host", retry_at=at)


def test_turns_are_kept() -> None:
    """Requests leave no faster than the budget allows."""
    clock = FakeClock()
    waiting = patience(clock)

    assert [waiting.ask(failing()) for _ in range(3)] == ["answer"] * 3
    assert clock.slept == [2.0, 2.0]


def test_temporary_faults() -> None:
    """Three are borne, with pauses that double at most; the fourth is the answer."""
    clock = FakeClock()

    assert patience(clock).ask(failing(*[FetchError("x")] * 3)) == "answer"
    with pytest.raises(FetchError):
        patience(clock).ask(failing(*[FetchError("x")] * 4))


def test_other_faults_are_not_tried_again() -> None:
    """Trying again does not mend them."""
    clock = FakeClock()
    gone = FetchError("x", error_class=ErrorClass.PERMANENT)

    with pytest.raises(FetchError):
        patience(clock).ask(failing(gone))

    assert clock.slept == []


@pytest.mark.parametrize(("seconds", "longest_s"), [(61.5, 60.0), (5.0, 0.0)])
def test_a_rest_that_is_too_long(seconds: float, longest_s: float) -> None:
    """It is an error at once, of the service, for this and every later request."""
    clock = FakeClock()
    waiting = patience(clock, longest_s=longest_s)

    for call in (failing(stop(seconds)), failing()):
        with pytest.raises(ServiceStopError) as caught:
            waiting.ask(call)
        assert caught.value.service == "svc"
    assert clock.slept == []


def test_rests_without_a_time() -> None:
    """Each is twice the one before; after three the service is left alone."""
    clock = FakeClock()

    with pytest.raises(ServiceStopError):
        patience(clock).ask(failing(*[stop(None)] * 4))

    assert clock.slept == [5.0, 10.0, 20.0]
