"""What every kind of playlist file shares: rows that become playlist items.

A reader turns its file into ``Row`` objects, as loosely as the file states them;
``playlist_of`` finds out where each row's audio is, cleans its texts, and turns
what cannot be used into one sentence with the row's number.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from genre.crawler import titles
from genre.crawler.sources.places import Document, Place, RowError, locate
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
    for position, row in enumerate(rows):
        try:
            items.append(_item(row, position, document))
        except RowError as error:
            problems.append(f"{document.name}, {row.where}: {error}")
    if not items:
        raise _nothing_usable(document, problems)
    return PlaylistData(
        source=kind,
        source_id=document.source_id,
        url=document.source_id if document.folder is None else "",
        title=clean_text(title) or clean_text(Path(document.name).stem),
        owner="",
        checksum=hashlib.sha256(document.content).hexdigest(),
        items=tuple(items),
        problems=tuple(problems),
        notes=notes,
    )


def decode(document: Document, *, fallback: str) -> tuple[str, bool]:
    """Return the text, and whether it had to be read in the fallback encoding.

    Raises
    ------
    ItemError
        It is not UTF-8 and there is no fallback ("").
    """
    content = document.content
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", "replace"), False
    try:
        return content.decode("utf-8-sig"), False
    except UnicodeDecodeError as error:
        if not fallback:
            raise ItemError(
                f"Expected UTF-8 text in {display(document.name)}, found other bytes;"
                " save it as UTF-8.",
                error_class=ErrorClass.ENVIRONMENT,
            ) from error
        return content.decode(fallback, "replace"), True


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
