"""What every kind of playlist file shares: rows that become playlist items.

A reader turns its file into ``Row`` objects, as loosely as the file states them;
``playlist_of`` finds out where each row's audio is, cleans its texts, and turns
what cannot be used into one sentence with the row's number.
"""

import hashlib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from genre.crawler import titles
from genre.crawler.sources.places import (
    Document,
    Place,
    RowError,
    UnreadableError,
    locate,
)
from genre.errors import ItemError
from genre.records import ErrorClass, PlaylistData, PlaylistItem
from genre.text import clean_text, display

_TRACK_NUMBER = re.compile(r"^\d{1,3}(?:\s*[-._)]\s*)(?=\D)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row as its file states it."""

    where: str  # for messages: "line 7"
    locations: tuple[str, ...] = ()  # paths or addresses, the best first
    title: str = ""
    artists: tuple[str, ...] = ()
    album: str = ""
    duration_s: float | None = None
    isrc: str = ""
    year: int | None = None
    problem: str = ""  # why the reader itself could not use the row


def playlist_of(
    document: Document,
    rows: Iterable[Row],
    *,
    kind: str,
    title: str = "",
    notes: tuple[str, ...] = (),
) -> PlaylistData:
    """Return the playlist whose rows these are.

    Raises
    ------
    ItemError
        No row can be used.
    """
    items: list[PlaylistItem] = []
    problems: list[str] = []
    unreadable: list[str] = []
    for position, row in enumerate(rows):
        try:
            items.append(_item(row, position, document))
        except RowError as error:
            lost = unreadable if isinstance(error, UnreadableError) else problems
            lost.append(f"{document.name}, {row.where}: {error}")
    if not items:
        raise _nothing_usable(document, unreadable + problems)
    return PlaylistData(
        source=kind,
        source_id=document.source_id,
        url=document.source_id if document.folder is None else "",
        title=clean_text(title) or clean_text(Path(document.name).stem),
        owner="",
        checksum=hashlib.sha256(document.content).hexdigest(),
        items=tuple(items),
        problems=tuple(problems),
        unreadable=tuple(unreadable),
        notes=notes,
    )


def read_lines(
    document: Document, *, legacy: bool = True
) -> tuple[list[str], tuple[str, ...]]:
    r"""Return the lines, each ended by ``\n``, and a note if they are not in Unicode.

    Only ``\r\n``, ``\n`` and ``\r`` end a line: titles may hold the separators of
    Unicode. ``legacy`` allows what Windows and older systems wrote.

    Raises
    ------
    ItemError
        It is not in Unicode, as it has to be.
    """
    text, encoding = _decode(document.content)
    if encoding and not legacy:
        raise ItemError(
            f"Expected UTF-8 text in {display(document.name)}, found other bytes;"
            " save it as UTF-8.",
            error_class=ErrorClass.ENVIRONMENT,
        )
    note = f"{document.name} is not UTF-8; it was read as {encoding}."
    return list(io.StringIO(text, newline=None)), (note,) if encoding else ()


def _decode(content: bytes) -> tuple[str, str]:
    """Return the text and the name of its encoding, "" for Unicode."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", "replace"), ""
    for encoding, name in (("utf-8-sig", ""), ("cp1252", "Windows-1252")):
        try:
            return content.decode(encoding), name
        except UnicodeDecodeError:
            continue  # five bytes mean nothing in Windows-1252
    return content.decode("latin-1"), "Latin-1"


def _nothing_usable(document: Document, problems: list[str]) -> ItemError:
    first = f" (first problem: {problems[0]})" if problems else " at all"
    return ItemError(
        f"Expected at least one usable row in {display(document.name)}, found"
        f" none{first}; each row needs a file, an http(s) address, or artist and title."
    )


def _item(row: Row, position: int, document: Document) -> PlaylistItem:
    if row.problem:
        raise RowError(row.problem)
    place = _place_of(row, document)
    artists = tuple(filter(None, (clean_text(name) for name in row.artists)))
    title = clean_text(row.title)
    if not title and place.source != "text":
        artist, title = _names_in(place)
        artists = artists or ((artist,) if artist else ())
    if not place.url and not place.path and not (title and artists):
        raise RowError(
            "expected a file, an http(s) address, or artist and title, found"
            f" {display(' '.join((*artists, title)).strip() or 'nothing', width=60)!r};"
            " complete the row."
        )
    return PlaylistItem(
        position=position,
        title=title,
        artists=artists,
        source=place.source,
        source_id=place.source_id,
        url=place.url,
        path=place.path,
        album=clean_text(row.album),
        duration_s=row.duration_s,
        isrc=clean_text(row.isrc),
        year=row.year,
        trusted=place.trusted,
    )


def _place_of(row: Row, document: Document) -> Place:
    """Return the first of a row's locations that can be used."""
    error: RowError | None = None
    for location in row.locations:
        try:
            return locate(location, document)
        except RowError as problem:
            error = error or problem
    if error:
        raise error
    return Place("text", "")


def _names_in(place: Place) -> tuple[str, str]:
    """Return artist and title as a file name or address gives them away."""
    name = place.path or unquote(place.url)
    stem = clean_text(Path(name.rstrip("/").rpartition("/")[2]).stem.replace("_", " "))
    if place.source not in {"file", "url"} or not stem:
        return "", f"{place.source} {place.source_id}"
    return titles.split_artist_title(_TRACK_NUMBER.sub("", stem) or stem)
