"""What a command says in the end of its items: the worst first, equal things once.

``console`` feeds it every outcome and prints its lines; it keeps a dozen of a rank,
however many there are.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from genre.records import ErrorClass, Outcome, Status
from genre.text import display, plural

_SHOWN = 12  # lines before "and N more"
_MARKS: dict[str, str] = {
    Status.DONE: "done",
    Status.KEPT: "already there",
    Status.REFUSED: "no good match",
    Status.FAILED: "failed",
    Status.NOTE: "note",
    "waiting": "waiting",
}
_FIRST = {"playlist": 0, "line": 0, "row": 1}  # one of these may hold many songs
_SONGS, _NOTES = 2, 3  # the ranks of what else there is
_Alike = tuple[Status, str, str, int | None]


@dataclass(slots=True)
class _Line:
    """What is told, and of how many more items it holds."""

    first: Outcome
    n_more: int = 0

    def __str__(self) -> str:
        label = display(self.first.label or self.first.subject, width=70)
        more = f" (and {self.n_more} more)" if self.n_more else ""
        return f"{_MARKS[self.first.status]}: {label}{more}: {self.first.message}"


class Summary:
    """Counts outcomes, and remembers what is worth telling."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()  # status or waiting, kind
        self._lines: dict[int, dict[_Alike, _Line]] = {}  # by rank
        self._n_hidden = 0
        self._waiting: dict[str, _Line] = {}  # by the service that is waited for
        self._unfinished: set[ErrorClass | None] = set()
        self._until: set[str] = set()  # when services may be asked again

    def add(self, outcome: Outcome) -> None:
        """Count one outcome; keep it when it is to be told."""
        waits = outcome.error_class is ErrorClass.STOP
        kind = str(outcome.data.get("kind", ""))
        self._counts["waiting" if waits else outcome.status, kind] += 1
        if outcome.unfinished:
            self.leave([outcome.error_class], str(outcome.data.get("retry_at") or ""))
        if waits:
            service = str(outcome.data.get("service", outcome.message))
            self._waiting.setdefault(service, _Line(outcome, -1)).n_more += 1
        elif outcome.status not in {Status.DONE, Status.KEPT} and outcome.message:
            self._tell(outcome, kind)

    def leave(self, classes: Iterable[ErrorClass | None], until: str = "") -> None:
        """Learn what kinds of things are left to do, and when a service may be asked."""
        self._unfinished.update(classes)
        self._until.update([until] if until else [])

    def _tell(self, outcome: Outcome, kind: str) -> None:
        is_note = outcome.status is Status.NOTE
        rank = _NOTES if is_note else _FIRST.get(kind, _SONGS)
        lines = self._lines.setdefault(rank, {})
        is_its_own = is_note and kind == "track"  # such a note is about that song
        number = len(lines) if is_its_own else None
        alike = (outcome.status, kind, outcome.message, number)
        if alike in lines:
            lines[alike].n_more += 1
        elif len(lines) < _SHOWN:
            lines[alike] = _Line(outcome)
        else:
            self._n_hidden += 1

    @property
    def is_unfinished(self) -> bool:
        """Tell whether the same command run again can do more."""
        return bool(self._unfinished)

    def count(self, status: str) -> int:
        """Return how many outcomes of a status were added; waiting ones apart."""
        return sum(n for (of, _), n in self._counts.items() if of == status)

    def by_status(self) -> dict[str, int]:
        """Return the number of outcomes of each status."""
        return {str(of): self.count(of) for of in {of for of, _ in self._counts}}

    def lines(self) -> Iterator[str]:
        """Yield what is told, the worst first, and how much is not."""
        ranked = [line for _, of in sorted(self._lines.items()) for line in of.values()]
        yield from map(str, ranked[:_SHOWN])
        for line in self._waiting.values():
            yield f"{line.n_more + 1} waiting: {line.first.message}"
        n_hidden = self._n_hidden + sum(1 + line.n_more for line in ranked[_SHOWN:])
        if n_hidden:
            yield f"... and {n_hidden} more; --json lists them all"

    def counts(self) -> str:
        """Return ``2 playlists done, 3 notes``; "" when nothing happened."""
        n_notes = self.count(Status.NOTE)
        things = [
            _count(n, *what)
            for what, n in sorted(self._counts.items())
            if what[0] != Status.NOTE
        ]
        notes = [f"{n_notes} {plural('note', n_notes)}"] if n_notes else []
        return ", ".join([*things, *notes])

    def what_next(self) -> str:
        """Say what finishes the rest."""
        again = "run the same command again"
        others = self._unfinished - {ErrorClass.STOP}
        until = min(self._until, default="")
        if until and not others:
            return f"Unfinished: {again} after {until} to do the rest."
        rests = f" What waits can be asked for after {until}." if until else ""
        if self._unfinished and others == self._unfinished == {ErrorClass.ENVIRONMENT}:
            return f"Unfinished: mend what is named above, then {again}."
        return f"Unfinished: {again} to do the rest.{rests}"


def _count(n: int, status: str, kind: str) -> str:
    """Return ``2 playlists done``, or ``2 done`` when all are of one kind."""
    things = f"{plural(kind, n)} " if kind else ""
    return f"{n} {things}{_MARKS[status]}"
