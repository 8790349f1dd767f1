"""Patience with anything that can fail, not only with our own client."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from genre.budgets import Budget
from genre.connections import Deadline
from genre.errors import FetchError, ServiceStopError
from genre.patience import Patience
from genre.records import ErrorClass
from tests.clients import failure
from tests.clocks import FakeClock


def patience(clock: FakeClock, *, longest_s: float = 60.0) -> Patience:
    """Return patience for rests of up to a minute, or as long as is said."""
    budgets = {"deezer": Budget(1, 10.0)}
    return Patience(budgets, longest_s=longest_s, clock=clock, sleep=clock.sleep)


def failing(*errors: Exception) -> Callable[[], str]:
    """Return a call that raises these, one after the other, then succeeds."""
    left: Iterator[Exception] = iter(errors)

    def call() -> str:
        for error in left:
            raise error
        return "done"

    return call


@pytest.mark.parametrize(
    ("errors", "n_pauses"),
    [
        ([], 0),
        ([FetchError("")], 1),
        ([FetchError(""), FetchError("")], 2),
        ([ServiceStopError("", service="x")] * 3, 3),
        ([FetchError(""), ServiceStopError("", service="x"), FetchError("")], 3),
    ],
)
def test_what_passes_is_tried_again(errors: list[Exception], n_pauses: int) -> None:
    """Two faults and three rests are borne, each counted for itself."""
    clock = FakeClock()
    bearing = patience(clock)
    call, deadline = failing(*errors), Deadline(60)

    def ask() -> str:
        bearing.take_turn("x", deadline)
        return call()

    done = bearing.persist(ask, service="", deadline=deadline)
    assert (done, len(clock.slept)) == ("done", n_pauses)


@pytest.mark.parametrize("error_class", [ErrorClass.PERMANENT, ErrorClass.ENVIRONMENT])
def test_what_does_not_pass_is_raised_at_once(error_class: ErrorClass) -> None:
    """No pause for what another try cannot help."""
    clock, error = FakeClock(), FetchError("Gone.", error_class=error_class)
    call = failing(error)
    deadline = Deadline(60)
    found = failure(
        lambda: patience(clock).persist(call, service="", deadline=deadline)
    )
    assert (found, clock.slept) == (error, [])


@pytest.mark.parametrize(("seconds", "longest_s"), [(61.5, 60.0), (5.0, 0.0)])
def test_a_rest_that_is_too_long(seconds: float, longest_s: float) -> None:
    """It is an error at once, of who rests, for this and every later request."""
    clock, deadline = FakeClock(), Deadline(60)
    bearing = patience(clock, longest_s=longest_s)
    back_at = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
    call = failing(ServiceStopError("Busy.", service="its host", retry_at=back_at))

    for ask in (call, lambda: bearing.take_turn("x", deadline)):
        with pytest.raises(ServiceStopError) as caught:
            bearing.persist(ask, service="x", deadline=deadline)
        assert (caught.value.service, caught.value.retry_at) == ("x", back_at)
    assert clock.slept == []


def test_rests_without_a_time() -> None:
    """Each is twice the one before; after three the service is left alone."""
    clock, deadline = FakeClock(), Deadline(60)
    bearing = patience(clock)
    call = failing(*[ServiceStopError("Busy.", service="x")] * 4)

    def ask() -> str:
        bearing.take_turn("x", deadline)
        return call()

    with pytest.raises(ServiceStopError):
        bearing.persist(ask, service="", deadline=deadline)
    assert clock.slept == [5.0, 10.0, 20.0]


def test_no_try_begins_after_the_deadline() -> None:
    """When the time is over the first fault is the last."""
    clock, error = FakeClock(), FetchError("Slow.")
    bearing = patience(clock)
    found = failure(
        lambda: bearing.persist(failing(error), service="", deadline=Deadline(0))
    )
    assert (found, clock.slept) == (error, [])


def test_waiting_for_a_turn_moves_the_deadline() -> None:
    """Ten seconds in the queue leave a request as much time as it had."""
    clock, deadline = FakeClock(), Deadline(100)
    bearing = patience(clock)
    bearing.take_turn("deezer", deadline)
    bearing.take_turn("deezer", deadline)
    assert clock.slept == [10.0]
    assert 105 < deadline.left() <= 110
