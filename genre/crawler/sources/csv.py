"""CSV playlists as exporters write them: columns by name, whatever the delimiter.

There is no one schema: headers differ by tool and language (``csv_columns`` knows
them), artists are joined by ``;`` or ``, ``, lengths come as milliseconds, ``225s`` or
``3:45``. A file with a column of playlist names holds several playlists.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from genre.crawler.sources.base import Row, read_lines
from genre.crawler.sources.csv_cells import cells_of, records, width_of
from genre.crawler.sources.csv_columns import (
    find_columns,
    is_useless,
    missing_columns,
)
from genre.crawler.sources.csv_rows import damaged_row, row_of
from genre.crawler.sources.kit import Kit
from genre.crawler.sources.places import Document
from genre.crawler.sources.several import Part, playlists_of
from genre.errors import ItemError
from genre.records import ErrorClass, PlaylistData
from genre.text import clean_text, display, text_key

_NAMES = {"path", "url", "uri", "title"}  # one of these makes a header
_NO_SONGS = {"album", "artist"}  # types of rows in a library's export
_SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)  # a line that Excel writes


@dataclass(frozen=True, slots=True)
class _Table:
    """A CSV file's header, understood, and the lines that follow it."""

    header: Sequence[str]
    columns: Mapping[str, int]
    delimiter: str
    lines: Sequence[str]
    first: int  # row number of the first line


def read(document: Document, kit: Kit) -> tuple[PlaylistData, ...]:
    """Read the playlists of a CSV file; most hold one.

    Raises
    ------
    ItemError
        There is no header that names a known column, a column that ``--map`` names
        is missing, or there is no usable row.
    """
    lines, encoding = read_lines(document)
    table = _table([line.replace("\0", " ") for line in lines], kit.columns)
    _check(table, document, kit)
    parts, n_left_out = _parts(table)
    notes = [*_notes(document, table, kit.columns), *encoding]
    if n_left_out:
        notes.append(
            f"{document.name}: rows that are saved artists or albums, not songs:"
            f" {n_left_out}; they are left out."
        )
    return playlists_of(document, parts, kind="csv", notes=tuple(notes))


def is_table(lines: Sequence[str]) -> bool:
    """Tell whether lines are a table of songs, not songs written one per line."""
    table = _table(lines, {})
    return table.delimiter == "\t" and {"title", "artist"} <= set(table.columns)


def _table(lines: Sequence[str], mapped: Mapping[str, str]) -> _Table:
    """Find the header; its delimiter is the one that names the most known columns."""
    start, delimiters = 0, ",;\t"
    while start < len(lines):
        line = lines[start].strip("\r\n")
        if match := _SEPARATOR.fullmatch(line):
            delimiters = match[1]
        elif line.strip():
            break
        start += 1
    line = lines[start] if start < len(lines) else ""
    delimiter = max(delimiters, key=lambda mark: _known(cells_of(line, mark), mapped))
    header = cells_of(line, delimiter)
    columns = find_columns(header, mapped)
    return _Table(header, columns, delimiter, lines[start + 1 :], first=start + 2)


def _known(header: Sequence[str], mapped: Mapping[str, str]) -> tuple[int, int]:
    """Return how many columns of a header are known, and how many there are."""
    return len(find_columns(header, mapped)), len(header)


def _check(table: _Table, document: Document, kit: Kit) -> None:
    shown = display(", ".join(filter(str.strip, table.header)), width=300)
    missing = missing_columns(table.header, kit.columns)
    is_meant = len(missing) < len(kit.columns) or not kit.listed
    if missing and is_meant:
        raise ItemError(
            f"Expected the columns of --map {display(', '.join(missing), width=100)} in"
            f" {display(document.name)}, found {shown or 'none'}; name one of these.",
            error_class=ErrorClass.ENVIRONMENT,
        )
    if not _NAMES & set(table.columns):
        raise ItemError(
            f"Expected a header row with at least a column named title, path or url in"
            f" {display(document.name)}, found {display(shown, width=80)!r}; add one, or"
            " name its columns: --map title=COLUMN.",
            error_class=ErrorClass.ENVIRONMENT,
        )


def _notes(
    document: Document, table: _Table, mapped: Mapping[str, str]
) -> Iterator[str]:
    """Say which columns are unknown, and when ``--map`` means none of them."""
    used = set(table.columns.values())
    unused = [name for i, name in enumerate(table.header) if i not in used]
    names = [clean_text(n) for n in unused if n.strip() and not is_useless(n)]
    if names:
        listed = display(", ".join(names), width=500)
        yield f"{document.name}: these columns are not used: {listed}."
    if missing_columns(table.header, mapped):
        yield "A file without the columns of --map is read by its own header."


def _parts(table: _Table) -> tuple[list[Part], int]:
    """Return the rows by playlist, in order, and how many rows are no songs at all."""
    by_name: dict[str, list[Row]] = {}
    name, n_left_out = "", 0
    width = width_of(table.header)
    read = records(table.lines, table.delimiter, n_columns=width)
    for number, cells in enumerate(read, start=table.first):
        where = f"row {number}"
        if isinstance(cells, str):  # it stands among the rows of the playlist so far
            by_name.setdefault(name, []).append(damaged_row(cells, where))
            continue
        cell = _cell_by_meaning(cells, table.columns)
        if not any(map(str.strip, cells)):
            continue
        name = clean_text(cell.get("playlist", ""))
        if "playlist" in cell and text_key(cell.get("type", "")) in _NO_SONGS:
            n_left_out += 1
        else:
            by_name.setdefault(name, []).append(row_of(cell, where))
    return [Part(name, rows) for name, rows in by_name.items()], n_left_out


def _cell_by_meaning(cells: list[str], columns: Mapping[str, int]) -> dict[str, str]:
    return {
        meaning: cells[index].strip() if index < len(cells) else ""
        for meaning, index in columns.items()
    }
