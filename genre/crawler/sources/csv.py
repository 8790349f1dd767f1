"""CSV playlists as exporters write them: columns by name, whatever the delimiter.

There is no one schema: headers differ by tool and language, artists are joined by
``;`` or ``, ``, lengths come as milliseconds, ``225s`` or ``3:45``. Known columns
are in ``_COLUMNS``; the others are named to the user.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping

from genre.crawler import titles
from genre.crawler.sources.base import Row, decode, playlist_of
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


def read(document: Document) -> PlaylistData:
    """Read a CSV playlist.

    Raises
    ------
    ItemError
        There is no header that names a known column, or no usable row.
    """
    text, foreign = decode(document, fallback="cp1252")
    text = text.replace("\0", " ")
    delimiter = _sniff(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = next(lines, [])
    columns = _columns(header)
    if not _NAMES & set(columns):
        raise ItemError(
            f"Expected a header row with at least a column named title, path or url in"
            f" {display(document.name)}, found"
            f" {display(', '.join(header), width=80)!r}; add one.",
            error_class=ErrorClass.ENVIRONMENT,
        )
    notes = [*_unmapped(document, header, columns)]
    if foreign:
        notes.append(f"{document.name} is not UTF-8; it was read as Windows-1252.")
    return playlist_of(document, _rows(lines, columns), kind="csv", notes=tuple(notes))


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


def _sniff(text: str) -> str:
    """Return the delimiter under which the header names the most known columns."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(
        ",;\t", key=lambda d: len(_columns(next(csv.reader([first], delimiter=d))))
    )


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


def _rows(lines: Iterator[list[str]], columns: Mapping[str, int]) -> Iterator[Row]:
    number = 1  # the header was row 1
    while True:
        number += 1
        try:
            cells = next(lines, None)
        except csv.Error as error:
            problem = (
                f"expected a CSV row, found one that is damaged ({error}); mend it."
            )
            yield Row(where=f"row {number}", problem=problem)
            continue
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield _row(cells, columns, f"row {number}")


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
