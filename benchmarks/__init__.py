"""Speed beside error: each module measures one part against a reference.

A benchmark is a module with ``run() -> Table``. ``python -m benchmarks`` runs all
of them on this machine and writes BENCHMARKS.md; ``python -m benchmarks mel``
runs one and prints it.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """What one benchmark found; every row has the first row's columns."""

    title: str
    rows: tuple[Mapping[str, str], ...]
    note: str  # what was compared, and what the figures mean

    def to_markdown(self) -> str:
        """Return a section with the note and the table."""
        columns = list(self.rows[0])
        lines = [columns, ["---"] * len(columns)]
        lines += [[row[column] for column in columns] for row in self.rows]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return f"## {self.title}\n\n{self.note}\n\n{table}\n"
