"""Lines of a CSV file into cells, so that a damaged row costs only itself.

Python's own reader does the work; what it cannot know is that a quote which is never
closed must not swallow the rows that follow.
"""

import contextlib
import csv
from collections.abc import Iterator, Sequence

_MOST_LINES = 100  # of one row; more are an open quote, looked for no further


def cells_of(line: str, delimiter: str) -> list[str]:
    """Return the cells of one line taken by itself; too long a line has none."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def width_of(header: Sequence[str]) -> int:
    """Return how many columns there are, up to the last one with a name."""
    return max((i for i, name in enumerate(header, start=1) if name.strip()), default=0)


def records(
    lines: Sequence[str], delimiter: str, *, n_columns: int
) -> Iterator[list[str] | str]:
    """Yield the cells of each row, or what is wrong with it.

    A quote that is never closed would make one cell of the following rows: such a
    row is given up, and reading goes on with its second line.
    """
    end = 0  # of the rows that are read
    while end < len(lines):
        ahead = lines[end : end + _MOST_LINES]
        cells, n_lines = _first_record(ahead, delimiter, n_columns)
        yield cells
        end += n_lines


def _first_record(
    lines: Sequence[str], delimiter: str, n_columns: int
) -> tuple[list[str] | str, int]:
    """Return the cells of the first row, or its fault, and how many lines it takes."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    with contextlib.suppress(csv.Error):
        cells = next(reader)
        if not _holds_rows(cells, lines[1 : reader.line_num], delimiter, n_columns):
            return cells, reader.line_num
    return _alone(lines[0], delimiter), 1


def _holds_rows(
    cells: Sequence[str], more: Sequence[str], delimiter: str, n_columns: int
) -> bool:
    """Tell whether a row's further lines, in one of its cells, are rows themselves."""
    widths = [len(cells_of(line, delimiter)) for line in more]
    if max(widths, default=0) < n_columns:
        return False
    is_whole = len(cells) >= n_columns > 1 and not any(cells[n_columns:])
    if is_whole:  # prose may hold as many commas by chance, but not line after line
        return len(widths) > 1 and set(widths) == {n_columns}
    inside = "".join(cell.partition("\n")[2] for cell in cells)
    return n_columns == 1 or delimiter in inside


def _alone(line: str, delimiter: str) -> list[str] | str:
    """Return the cells of a line that has none in common with the next, or the fault."""
    reader = csv.reader([line, ""], delimiter=delimiter)
    try:
        cells = next(reader)
    except csv.Error as error:
        return str(error)
    return cells if reader.line_num == 1 else "a quote in it is not closed"
