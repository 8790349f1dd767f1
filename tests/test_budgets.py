"""Turns at services: never more than a budget, never during a pause, on a fake clock."""

import random
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from genre.budgets import BUDGETS, HOSTS, Budget, Turns
from genre.errors import ServiceStopError
from tests.clocks import FakeClock

ROOT = Path(__file__).resolve().parent.parent
DEEZER = Budget(50, 5.5)


def turns_of(clock: FakeClock, budget: Budget = DEEZER) -> Turns:
    """Return turns where only Deezer has a budget and pauses of a minute are borne."""
    budgets = {"deezer": budget}
    return Turns(budgets, longest_s=60.0, clock=clock, sleep=clock.sleep)


def stop(service: str = "deezer") -> ServiceStopError:
    """Return what a service says that wants a rest."""
    return ServiceStopError("Rest.", service=service, retry_at="2026-11-20T13:00:00Z")


def busiest(times: list[float], per_s: float) -> int:
    """Return the largest number of times in any window of ``per_s`` seconds."""
    return max(sum(t <= u < t + per_s - 1e-6 for u in times) for t in times)


@pytest.mark.parametrize("budget", [DEEZER, Budget(1, 1.1), Budget(3, 0.5)])
def test_no_window_holds_more_than_the_budget(budget: Budget) -> None:
    """However unevenly requests come, any window holds at most the budget's number."""
    clock, chance = FakeClock(), random.Random(1)
    turns, times = turns_of(clock, budget), []
    for _ in range(300):
        clock.now += chance.expovariate(2 * budget.n / budget.per_s)
        turns.take("deezer")
        times.append(clock())
    assert busiest(times, budget.per_s) == budget.n


def test_threads_share_a_budget() -> None:
    """Eight threads together get as many turns in any window as one alone."""
    turns = turns_of(FakeClock())
    with ThreadPoolExecutor(8) as pool:
        times = list(pool.map(lambda _: turns.take("deezer"), range(400)))
    assert busiest(times, DEEZER.per_s) == DEEZER.n


def test_a_budget_is_used_up_before_anybody_waits() -> None:
    """Fifty requests go out at once, the next fifty when the window has passed."""
    clock = FakeClock()
    turns = turns_of(clock)
    for _ in range(100):
        turns.take("deezer")
    assert clock.slept == [5.5]


def test_what_has_no_budget_does_not_wait() -> None:
    """An unknown host is asked as fast as it answers."""
    clock = FakeClock()
    turns = turns_of(clock)
    for _ in range(1000):
        turns.take("a.example")
    assert clock.slept == []


def test_a_host_counts_with_its_service() -> None:
    """An address in somebody's list uses the budget of the service it belongs to."""
    clock = FakeClock()
    turns = turns_of(clock, Budget(1, 10.0))
    turns.take("deezer")
    turns.take("api.deezer.com")
    assert clock.slept == [10.0]
    assert set(HOSTS.values()) == set(BUDGETS)


def test_a_pause_is_shared_and_leaves_others_alone() -> None:
    """Whoever asks next waits the rest of the pause; other services go on."""
    clock = FakeClock()
    turns = turns_of(clock)
    assert turns.pause("deezer", 30.0, stop())
    turns.take("archive")
    clock.now += 10.0
    turns.take("deezer")
    assert clock.slept == [20.0]


def test_who_waits_for_a_turn_learns_of_a_pause() -> None:
    """A pause that begins while a thread waits for its turn holds for it too."""
    clock = FakeClock()

    def sleep(seconds: float) -> None:
        if not clock.slept:
            turns.pause("deezer", 30.0, stop())
        clock.sleep(seconds)

    turns = Turns({"deezer": Budget(1, 10.0)}, longest_s=60.0, clock=clock, sleep=sleep)
    turns.take("deezer")
    turns.take("deezer")
    assert clock.slept == [10.0, 20.0]


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    """Of two pauses the later end counts."""
    clock = FakeClock()
    turns = turns_of(clock)
    turns.pause("deezer", 30.0, stop())
    turns.pause("deezer", 5.0, stop())
    turns.take("deezer")
    assert clock.slept == [30.0]


def test_a_long_pause_stops_the_service_until_it_is_nearly_over() -> None:
    """Nobody waits for a day, and nobody asks; near its end the rest is waited for."""
    clock = FakeClock()
    turns = turns_of(clock)
    assert not turns.pause("deezer", 86_400.0, stop())
    with pytest.raises(ServiceStopError) as caught:
        turns.take("deezer")
    assert (caught.value.service, caught.value.retry_at) == (
        "deezer",
        "2026-11-20T13:00:00Z",
    )
    clock.now += 86_400.0 - 20.0
    turns.take("deezer")
    assert clock.slept == [20.0]


def test_the_documented_budgets_are_these() -> None:
    """docs/fetching.md states for each service what the code keeps to."""
    page = (ROOT / "docs" / "fetching.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.+`) \| (\d+) in ([\d.]+) s \|$", page, re.MULTILINE)
    stated = {
        name: Budget(int(n), float(per_s))
        for names, n, per_s in rows
        for name in re.findall("`(.+?)`", names)
    }
    assert stated == BUDGETS


def test_a_window_with_jitter_varies_within_its_share() -> None:
    """A quarter more or less, so that requests keep no beat."""
    lengths = [Budget(1, 10.0, 0.25).window_s() for _ in range(200)]
    assert 7.5 <= min(lengths) < 9.0
    assert 11.0 < max(lengths) <= 12.5
