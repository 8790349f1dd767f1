"""CSV playlists as exporters write them: columns by name, whatever the delimiter.

There is no one schema: headers differ by tool and language, artists are joined by
``;`` or ``, ``, lengths come as milliseconds, ``225s`` or ``3:45``. Known columns
are in ``_COLUMNS``; the others are named to the user.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence

from genre.crawler import titles
from genre.crawler.sources.base import Row, playlist_of, read_lines
from genre.crawler.sources.kit import Kit
from genre.crawler.sources.places import Document
from genre.errors import ItemError
from genre.records import ErrorClass, PlaylistData
from genre.text import clean_text, display, text_key

# What a column holds, and its names as text_key writes them (en, de, es, fr).
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "path": ("path", "file", "filename", "file name", "filepath", "file path",
             "location", "local path"),
    "url": ("url", "link", "audio url", "audio", "href", "youtube url"),
    "uri": ("track uri", "spotify uri", "uri", "spotify id", "track url",
            "uri de la cancion", "uri du titre"),
    "title": ("title", "track name", "track title", "track", "song", "song name",
              "song title", "name", "nombre de la cancion", "nom du titre", "titel"),
    "artist": ("artist", "artists", "artist name", "artist names", "artist name s",
               "kunstlername n", "nombre s del artista", "nom s de l artiste", "creator",
               "nom s de lartiste", "interpret"),
    "album": ("album", "album name", "album title", "nombre del album", "nom de l album",
              "nom de lalbum"),
    "duration": ("duration", "length", "time", "duration s", "duration seconds",
                 "duration sec"),
    "duration_ms": ("duration ms", "track duration ms", "track dauer ms", "length ms",
                    "duracion de la cancion ms", "duree du titre ms"),
    "isrc": ("isrc",),
    "year": ("year", "release date", "album release date", "album date", "date"),
}  # fmt: skip
_MEANING = {alias: what for what, aliases in _COLUMNS.items() for alias in aliases}
_NAMES = {"path", "url", "uri", "title"}  # one of these makes a header
_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})(?:\.\d+)?")
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)\s*s?(?:ec)?")


def read(document: Document, _kit: Kit) -> tuple[PlaylistData, ...]:
    """Read a CSV playlist.

    Raises
    ------
    ItemError
        There is no header that names a known column, or no usable row.
    """
    read, encoding = read_lines(document)
    lines = [line.replace("\0", " ") for line in read]
    delimiter = _sniff(lines)
    header = _cells(lines[0], delimiter) if lines else []
    columns = _columns(header)
    if not _NAMES & set(columns):
        raise ItemError(
            f"Expected a header row with at least a column named title, path or url in"
            f" {display(document.name)}, found"
            f" {display(', '.join(header), width=80)!r}; add one.",
            error_class=ErrorClass.ENVIRONMENT,
        )
    notes = (*_unmapped(document, header, columns), *encoding)
    records = _records(lines[1:], delimiter, n_columns=_width(header))
    rows = _rows(records, columns)
    return (playlist_of(document, rows, kind="csv", notes=notes),)


def parse_duration(raw: str, *, milliseconds: bool = False) -> float | None:
    """Return seconds from ``215``, ``225s``, ``3:45``, ``1:02:03`` or milliseconds.

    A plain number over 10,000 can only be milliseconds. What is not understood is
    None: a row is not lost for it.
    """
    text = raw.strip().lower()
    if match := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return float(3600 * hours + 60 * minutes + seconds) or None
    if match := _SECONDS.fullmatch(text.replace(",", ".")):
        number = float(match[1])
        plain = text[-1].isdigit()
        number /= 1000 if milliseconds or (plain and number > 10_000) else 1
        return number if 0 < number < 1e6 else None
    return None


def _sniff(lines: Sequence[str]) -> str:
    """Return the delimiter under which the header names the most known columns."""
    first = next((line for line in lines if line.strip()), "")
    return max(",;\t", key=lambda delimiter: len(_columns(_cells(first, delimiter))))


def _cells(line: str, delimiter: str) -> list[str]:
    """Return the cells of one line taken by itself; too long a line has none."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _width(header: Sequence[str]) -> int:
    """Return how many columns there are, up to the last one with a name."""
    return max((i for i, name in enumerate(header, start=1) if name.strip()), default=0)


def _columns(header: list[str]) -> dict[str, int]:
    """Return where each known meaning is; of two columns the first counts."""
    found: dict[str, int] = {}
    for index, name in enumerate(header):
        meaning = _MEANING.get(text_key(clean_text(name)))
        if meaning:
            found.setdefault(meaning, index)
    return found


def _unmapped(
    document: Document, header: list[str], columns: Mapping[str, int]
) -> Iterator[str]:
    used = set(columns.values())
    names = [clean_text(n) for i, n in enumerate(header) if i not in used and n.strip()]
    if names:
        listed = display(", ".join(names), width=200)
        yield f"{document.name}: these columns are not used: {listed}."


def _records(
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
    if not any(len(_cells(line, delimiter)) >= n_columns for line in more):
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


def _rows(
    records: Iterator[list[str] | str], columns: Mapping[str, int]
) -> Iterator[Row]:
    for number, cells in enumerate(records, start=2):  # the header is row 1
        where = f"row {number}"
        if isinstance(cells, str):
            problem = (
                f"expected a CSV row, found one that is damaged ({cells}); mend it."
            )
            yield Row(where=where, problem=problem)
        elif any(cell.strip() for cell in cells):
            yield _row(cells, columns, where)


def _row(cells: list[str], columns: Mapping[str, int], where: str) -> Row:
    cell = {
        meaning: cells[index].strip() if index < len(cells) else ""
        for meaning, index in columns.items()
    }
    title, artists = cell.get("title", ""), _artists(cell.get("artist", ""))
    if title and not artists:  # "Artist - Title" in one column
        artist, title = titles.split_artist_title(title)
        artists = (artist,) if artist else ()
    year = _YEAR.search(cell.get("year", ""))
    return Row(
        where=where,
        locations=_locations(cell),
        title=title,
        artists=artists,
        album=cell.get("album", ""),
        duration_s=_duration(cell),
        isrc=cell.get("isrc", ""),
        year=int(year[1]) if year else None,
    )


def _locations(cell: Mapping[str, str]) -> tuple[str, ...]:
    """Return where a row's audio may be; a bare Spotify id is no place."""
    found = [cell.get("path", ""), cell.get("url", "")]
    uri = cell.get("uri", "")
    if ":" in uri and not uri.startswith("spotify:local"):
        found.append(uri)
    return tuple(filter(None, found))


def _artists(raw: str) -> tuple[str, ...]:
    r"""Return the artists of a cell: joined by ``;`` or ``, ``; ``\,`` is a comma."""
    parts = re.split(r";|(?<!\\),\s", raw)
    return tuple(filter(None, (part.replace("\\,", ",").strip() for part in parts)))


def _duration(cell: Mapping[str, str]) -> float | None:
    if cell.get("duration_ms"):
        return parse_duration(cell["duration_ms"], milliseconds=True)
    return parse_duration(cell.get("duration", ""))
