"""Lines of a CSV file into cells, so that a damaged row costs only itself.

Python's own reader does the work; what it cannot know is that a quote which is never
closed must not swallow the rows that follow.
"""

import csv
from collections.abc import Iterator, Sequence


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
        start = end
        rest = map(lines.__getitem__, range(start, len(lines)))
        reader = csv.reader(rest, delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                after = start + reader.line_num
                if _holds_rows(cells, lines[end + 1 : after], delimiter, n_columns):
                    raise csv.Error
                yield cells
                end = after
        except csv.Error:
            yield _alone(lines[end], delimiter)
            end += 1


def _holds_rows(
    cells: Sequence[str], more: Sequence[str], delimiter: str, n_columns: int
) -> bool:
    """Tell whether a row's further lines, in one of its cells, are rows themselves."""
    if not any(len(cells_of(line, delimiter)) >= n_columns for line in more):
        return False
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
