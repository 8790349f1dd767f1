"""How far a pipeline is: a bar on a terminal, now and then a line elsewhere."""

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from genre.records import Outcome, Plan, Status
from genre.text import display

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

_LINE_EVERY_S = 15.0
_BAR = 10, 40  # cells of a bar: at least, and at most
_NUMBERS = 45  # columns that the unit, the counts and the times take


class Follower(Protocol):
    """What is told of plans and outcomes as they come."""

    def plan(self, plan: Plan) -> None:
        """Learn how much there is to do."""

    def advance(self, outcome: Outcome) -> None:
        """Learn that something is done."""


def counts_towards(outcome: Outcome, plan: Plan) -> bool:
    """Tell whether an outcome is one of the things a plan counted."""
    kind = outcome.data.get("kind")
    return (
        outcome.stage is plan.stage
        and outcome.status is not Status.NOTE
        and kind in {None, plan.unit.removesuffix("s")}
    )


def is_same(plan: Plan, earlier: Plan) -> bool:
    """Tell whether a plan is an earlier one that has grown."""
    return (plan.stage, plan.unit) == (earlier.stage, earlier.unit)


class _Bar:
    """One bar per plan: a crawl first counts playlists, then tracks."""

    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self._current: tuple[Plan, TaskID] | None = None

    def plan(self, plan: Plan) -> None:
        if self._current and is_same(plan, self._current[0]):
            self._progress.update(self._current[1], total=plan.total)
            self._current = plan, self._current[1]
            return
        text = f"{plan.stage} ({plan.unit})"
        task = self._progress.add_task(text, total=plan.total, item="")
        self._current = plan, task

    def advance(self, outcome: Outcome) -> None:
        if self._current and counts_towards(outcome, self._current[0]):
            label = display(outcome.label or outcome.subject, width=40)
            self._progress.update(self._current[1], advance=1, item=label)


class _Lines:
    """A line every quarter of a minute, for logs; quick work writes none."""

    def __init__(self, console: "Console") -> None:
        self._console = console
        self._plan: Plan | None = None
        self._done = 0
        self._next = time.monotonic() + _LINE_EVERY_S

    def plan(self, plan: Plan) -> None:
        if self._plan is None or not is_same(plan, self._plan):
            self._done = 0
        self._plan = plan

    def advance(self, outcome: Outcome) -> None:
        if self._plan is None or not counts_towards(outcome, self._plan):
            return
        self._done += 1
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _LINE_EVERY_S
            plan = self._plan
            self._console.print(
                f"{plan.stage}: {self._done} of {plan.total} {plan.unit}"
            )


def _bar_width(width: int) -> int:
    """Return the cells of a bar: a third of what the numbers leave of a terminal."""
    return max(_BAR[0], min((width - _NUMBERS) // 3, _BAR[1]))


@contextlib.contextmanager
def progress_bar(console: "Console") -> Iterator[Follower]:
    """Show a pipeline's progress on ``console`` while the block runs."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.table import Column

    whole = Column(no_wrap=True)
    rest = Column(no_wrap=True, overflow="ellipsis", ratio=1)  # what is left
    columns = (
        TextColumn("{task.description}", table_column=whole),
        BarColumn(_bar_width(console.width), table_column=whole.copy()),
        MofNCompleteColumn(table_column=whole.copy()),
        TimeElapsedColumn(table_column=whole.copy()),
        TimeRemainingColumn(table_column=whole.copy()),
        TextColumn("{task.fields[item]}", markup=False, table_column=rest),
    )
    # rich would send what is printed meanwhile to the bar's stream: right only when
    # both are the same terminal.
    shared = sys.stdout.isatty()
    with Progress(
        *columns,
        console=console,
        expand=True,
        transient=True,
        redirect_stdout=shared,
    ) as progress:
        yield _Bar(progress)
