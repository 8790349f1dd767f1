"""The one owner of terminal output.

Results go to standard output, progress and messages to standard error. With
``--json`` standard output is one JSON object, written as the items arrive, so
that a crawl of a million tracks needs no more memory than one of ten.
"""

import logging
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from genre.json_stream import JsonStream, to_fields, to_json
from genre.progress import progress_bar
from genre.records import Event, Outcome, Plan, Status
from genre.summary import Summary
from genre.text import counted, display

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from genre.crawler.discovery.ranking import Ranked
    from genre.crawler.shown import Review
    from genre.demo.tour import Finding, Step
    from genre.labeler.explain import TrackExplanation

_WIDEST = 100  # columns: a table is hard to read across more


class Report:
    """Follows one command's events and says in the end what happened.

    Parameters
    ----------
    command
        The command's name, for the JSON object.
    as_json
        Write one JSON object to standard output instead of text.
    """

    def __init__(self, command: str, *, as_json: bool = False) -> None:
        self.command = command
        self.as_json = as_json
        self.summary = Summary()
        self._json = JsonStream(sys.stdout, command) if as_json else None
        self._err = _stderr()

    def follow(self, events: Iterable[Event], *, quiet: bool = False) -> None:
        """Drain a pipeline behind a progress bar; say what it has to say as it comes.

        ``quiet`` counts only its notes (a step inside a step).
        """
        with progress_bar(self._err) as bar:
            for event in events:
                if isinstance(event, Plan):
                    bar.plan(event)
                    continue
                bar.advance(event)
                if event.status in {Status.DONE, Status.KEPT} and event.message:
                    label = display(event.label or event.subject, width=70)
                    self.say(f"{label}: {event.message}")
                if not quiet or event.status is Status.NOTE:
                    self.add(event)

    def tour(self, events: "Iterable[Event | Step | Finding]") -> None:
        """Follow the demo: announce each step with its command, then what was found."""
        stream, announced = iter(events), deque["Step | Finding"]()

        def until_next() -> Iterator[Event]:
            for event in stream:
                if isinstance(event, Plan | Outcome):
                    yield event
                else:
                    announced.append(event)
                    return

        found: dict[str, str] = {}
        while True:
            self.follow(until_next())
            if not announced:
                break
            self._announce(announced.popleft(), found)
        self.result("findings", found)

    def _announce(self, event: "Step | Finding", found: dict[str, str]) -> None:
        from genre.demo.tour import Step

        if isinstance(event, Step):
            self.say(f"\n== {event.title}")
            if event.command:
                self.say(f"   $ {event.command}")
            return
        if not found:
            self.say("\n== Where to look")
        found[event.name] = event.value
        self.say(f"   {event.name}: {event.value}")

    def add(self, outcome: Outcome) -> None:
        """Count one outcome, keep it for the summary, pass it to ``--json``."""
        self.summary.add(outcome)
        if self._json:
            self._json.item(to_fields(outcome))

    def count(self, status: str) -> int:
        """Return how many outcomes of a status were added; waiting ones apart."""
        return self.summary.count(status)

    def say(self, text: str = "") -> None:
        """Write a result line for people (nothing with ``--json``)."""
        if not self.as_json:
            _stdout().print(_plain(text), soft_wrap=True)

    def remark(self, text: str) -> None:
        """Write a note on the call itself to standard error."""
        self._err.print(_plain(f"Note: {text}"), soft_wrap=True)

    def table(
        self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
    ) -> None:
        """Write a result table for people (nothing with ``--json``)."""
        if self.as_json:
            return
        from rich.table import Table

        table = Table(
            title=_plain(title),
            title_justify="left",
            show_header=any(columns),
            box=None,
            pad_edge=False,
        )
        for index, column in enumerate(columns):
            side: Literal["left", "right"] = "left" if index == 0 else "right"
            table.add_column(_plain(column), justify=side, overflow="fold")
        for row in rows:
            table.add_row(*(_plain(str(cell)) for cell in row))
        _stdout().print(table)

    @property
    def width(self) -> int:
        """Columns of standard output; enough for a screen when it is no terminal."""
        return min(_stdout().width, _WIDEST)

    def show(self, screen: "Iterable[RenderableType]") -> None:
        """Write what ``screens.py`` makes of a result (nothing with ``--json``)."""
        if self.as_json:
            return
        console = _stdout()
        with console.capture() as captured:
            for part in screen:
                console.print(part)
        for line in captured.get().splitlines():  # tables fill their cells with spaces
            sys.stdout.write(f"{line.rstrip()}\n")

    def explanation(self, found: "TrackExplanation") -> None:
        """Write the evidence behind a track's labels, witness by witness."""
        from genre.labeler import notes

        self.result("why", found)
        for line in notes.explanation(found):
            self.say(line)

    def discovery(self, events: "Iterable[Event | Ranked]") -> "list[Ranked]":
        """Follow a search for playlists; show and return what it found."""
        found: list[Ranked] = []

        def searching() -> Iterator[Event]:
            for event in events:
                if isinstance(event, Plan | Outcome):
                    yield event
                else:
                    found.append(event)

        self.follow(searching())
        self.result("playlists", found)
        return found

    def reviews(self, found: "Iterable[Review]", n_all: Callable[[], int]) -> None:
        """Write songs and their candidates; ``n_all`` counts those of no limit, too."""
        from genre.crawler.shown import as_text

        n = 0
        for review in found:
            n += 1
            if self._json:
                self._json.item(to_json(review))
            else:
                self.say(f"\n{as_text(review)}")
        n_more = max(n_all() - n, 0)
        self.result("n_more", n_more)
        if n_more:
            more = counted(n_more, "more song")
            self.say(f"\n... and {more}; --limit {n + n_more} shows all")
        elif not n:
            self.say("No song has candidates to show.")
        else:
            self.say("\nDecide with `genre match TRACK CANDIDATE` (or --reject).")

    def result(self, key: str, value: Any) -> None:
        """Add a field to the JSON object (nothing for people)."""
        if self._json:
            self._json.extra[key] = to_json(value)

    def finish(self, exit_code: int | None = None, error: str = "") -> int:
        """Write the summary (or close the JSON object); return the exit code."""
        code = (
            exit_code
            if exit_code is not None
            else (3 if self.summary.is_unfinished else 0)
        )
        if self._json:
            self._json.close(code, self.summary.by_status(), error)
        else:
            self._summary(code, error)
        return code

    def _summary(self, code: int, error: str) -> None:
        for line in self.summary.lines():
            self._err.print(_plain(f"  {line}", 600), soft_wrap=True)
        if counts := self.summary.counts():
            line = f"{self.command}: {counts}"
            self._err.print(_plain(line), soft_wrap=True)
        if code == 3 and not error:
            self._err.print(_plain(self.summary.what_next()), soft_wrap=True)
        if error:
            self._err.print(_plain(f"Error: {error}", 2000), soft_wrap=True)


def show_traceback() -> None:
    """Write the current exception's traceback to standard error (``-v``)."""
    for line in traceback.format_exc().splitlines():
        _stderr().print(_plain(line, 2000), soft_wrap=True)


def setup_logging(*, verbose: bool) -> None:
    """Send the library's log to standard error; ``-v`` shows more of it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_SafeFormatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger("genre")
    root.handlers = [handler]
    root.setLevel(logging.INFO if verbose else logging.ERROR)


class _SafeFormatter(logging.Formatter):
    """A formatter whose lines cannot carry terminal escapes."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return "\n".join(display(line, width=2000) for line in text.split("\n"))


def _plain(text: str, width: int = 1000) -> Any:
    """Return text that rich prints as it is: no markup, no escapes."""
    from rich.text import Text

    return Text("\n".join(display(line, width=width) for line in text.split("\n")))


def _stdout() -> "Console":
    from rich.console import Console

    # Programs that read us must not get folded lines.
    width = None if sys.stdout.isatty() else 10_000
    return Console(file=sys.stdout, highlight=False, markup=False, width=width)


def _stderr() -> "Console":
    from rich.console import Console

    return Console(file=sys.stderr, highlight=False, markup=False)
