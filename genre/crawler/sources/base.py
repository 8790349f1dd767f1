"""What every kind of playlist shares: rows that become playlist items.

A reader turns its file, or a service's answers, into ``Row`` objects, as loosely as
they are stated there. ``playlist_of`` (files) and ``service_playlist`` find out where
each row's audio is, clean its texts, and turn what cannot be used into one sentence
with the row's number.
"""

import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from genre.crawler import titles
from genre.crawler.sources.places import (
    Document,
    Place,
    RowError,
    UnreadableError,
    locate,
)
from genre.errors import ItemError
from genre.records import ErrorClass, PlaylistData, PlaylistItem, Tag
from genre.text import clean_text, counted, display
from genre.urls import redact

_TRACK_NUMBER = re.compile(r"^\d{1,3}(?:\s*[-._)]\s*)(?=\D)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row as its file or service states it."""

    where: str  # for messages: "line 7"
    locations: tuple[str, ...] = ()  # paths or addresses, the best first
    place: Place | None = None  # where it is, or its reference; after the locations
    title: str = ""
    artists: tuple[str, ...] = ()
    album: str = ""
    duration_s: float | None = None
    isrc: str = ""
    year: int | None = None
    added_at: str = ""  # UTC ISO text
    licence: str = ""  # its address
    tags: tuple[Tag, ...] = ()
    problem: str = ""  # why the reader itself could not use the row
    unreadable: bool = False  # ... which the next crawl may be able to read
    is_no_song: bool = False  # ... as it holds a podcast's episode, or the like


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a service says of a playlist as a whole."""

    source: str
    source_id: str
    url: str  # for people
    title: str
    owner: str = ""
    checksum: str = ""  # the service's word for its state; "" when it has none
    truncated: bool = False
    notes: tuple[str, ...] = ()


def playlist_of(
    document: Document,
    rows: Iterable[Row],
    *,
    kind: str,
    title: str = "",
    part: str = "",
    owner: str = "",
    truncated: bool = False,
    notes: tuple[str, ...] = (),
    may_be_empty: bool = False,
) -> PlaylistData:
    """Return the playlist of a file whose rows these are.

    ``part`` tells apart the playlists of a file that holds several, of which one
    ``may_be_empty``.

    Raises
    ------
    ItemError
        No row can be used, though there has to be one.
    """
    used = _use(rows, document.name, lambda row: _place_of(row, document))
    if not used.items and not may_be_empty:
        lost = [*used.problems, *used.no_songs]
        raise nothing_usable(document.name, used.unreadable, lost)
    return PlaylistData(
        source=kind,
        source_id=f"{document.source_id}#{part}" if part else document.source_id,
        url=document.source_id if document.folder is None else "",
        title=clean_text(title) or clean_text(Path(document.name).stem),
        owner=clean_text(owner),
        checksum=hashlib.sha256(document.content).hexdigest(),
        items=tuple(used.items),
        truncated=truncated,
        problems=tuple(used.problems),
        unreadable=tuple(used.unreadable),
        notes=(
            *notes,
            *_left_out(used.no_songs),
            *_nameless(document.name, used.items),
        ),
    )


def service_playlist(head: Head, rows: Iterable[Row]) -> PlaylistData:
    """Return the playlist of a service; one without any row is empty, not wrong.

    A row that knows no ``place`` only names its song. The service's word for the state
    of the playlist holds for all of it: it is not kept when a row could not be read.

    Raises
    ------
    ItemError
        There are rows, but none can be used.
    """
    title = clean_text(head.title) or f"{head.source} {head.source_id}"
    used = _use(rows, title, lambda row: row.place or Place("text", ""))
    lost = [*used.problems, *used.no_songs]
    if (lost or used.unreadable) and not used.items:
        raise nothing_usable(title, used.unreadable, lost)
    read = repr([replace(item, added_at="") for item in used.items])
    stated = "" if used.unreadable else head.checksum
    return PlaylistData(
        source=head.source,
        source_id=head.source_id,
        url=head.url,
        title=title,
        owner=clean_text(head.owner),
        checksum=stated or hashlib.sha256(read.encode()).hexdigest(),
        items=tuple(used.items),
        truncated=head.truncated,
        problems=tuple(used.problems),
        unreadable=tuple(used.unreadable),
        notes=(*head.notes, *_left_out(used.no_songs)),
    )


@dataclass(slots=True)
class _Used:
    """Rows that became items, and a sentence for each of the others."""

    items: list[PlaylistItem] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    no_songs: list[str] = field(default_factory=list)  # left out on purpose


def _use(rows: Iterable[Row], name: str, place_of: Callable[[Row], Place]) -> _Used:
    used = _Used()
    for position, row in enumerate(rows):
        try:
            used.items.append(_item(row, position, place_of))
        except RowError as error:
            lost = used.no_songs if row.is_no_song else used.problems
            lost = used.unreadable if isinstance(error, UnreadableError) else lost
            lost.append(f"{name}, {row.where}: {error}")
    return used


def _left_out(no_songs: Sequence[str]) -> Iterator[str]:
    """Say which rows hold no song; nobody can mend that."""
    if no_songs:
        n_more = len(no_songs) - 1
        more = f" So {'is' if n_more == 1 else 'are'} {counted(n_more, 'more row')}."
        yield f"{no_songs[0]}{more if n_more else ''}"


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


def nothing_usable(
    name: str, unreadable: Sequence[str], problems: Sequence[str]
) -> ItemError:
    """Return the error of a file none of whose rows can be used.

    What cannot be read now, as on a disk that is not plugged in, may be there next time.
    """
    lost = (*unreadable, *problems)
    first = f" (first problem: {lost[0]})" if lost else " at all"
    advice = (
        "run the same command again when they can be read"
        if unreadable
        else "each row needs a file, an http(s) address, or artist and title"
    )
    return ItemError(
        f"Expected at least one usable row in {display(name)}, found none{first};"
        f" {advice}.",
        error_class=ErrorClass.ENVIRONMENT if unreadable else ErrorClass.PERMANENT,
    )


def _nameless(name: str, items: Iterable[PlaylistItem]) -> Iterator[str]:
    """Say how many songs are known by a number only, at a service that plays none."""
    n = sum(not (item.artists or item.url or item.path) for item in items)
    if n:
        yield (
            f"{name}: rows that only refer to a song, without names: {n}; audio can be"
            " found once another playlist names it."
        )


def _item(row: Row, position: int, place_of: Callable[[Row], Place]) -> PlaylistItem:
    if row.problem:
        raise (UnreadableError if row.unreadable else RowError)(row.problem)
    place = place_of(row)
    artists = tuple(filter(None, (clean_text(name) for name in row.artists)))
    title = clean_text(row.title)
    is_found = place.url or place.path or (title and artists)
    if not is_found and not (place.source_id and not title and not artists):
        raise RowError(
            "expected a file, an http(s) address, or artist and title, found"
            f" {display(' '.join((*artists, title)).strip() or 'nothing', width=60)!r};"
            " complete the row."
        )
    if not title and place.source != "text":
        artist, title = _names_in(place)
        artists = artists or ((artist,) if artist else ())
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
        added_at=row.added_at,
        licence=clean_text(row.licence),
        tags=row.tags,
    )


def _place_of(row: Row, document: Document) -> Place:
    """Return where a row says it is: the first of its locations that can be used."""
    error: RowError | None = None
    for location in row.locations:
        try:
            return locate(location, document)
        except RowError as problem:
            error = error or problem
    if row.place:
        return row.place
    if error:
        raise error
    return Place("text", "")


def _names_in(place: Place) -> tuple[str, str]:
    """Return artist and title as a file name or address gives them away."""
    name = place.path or unquote(urlsplit(place.url).path)
    is_url = place.source == "url"
    stem = clean_text(Path(name.rstrip("/").rpartition("/")[2]).stem.replace("_", " "))
    if place.source not in {"file", "url", "archive"} or not stem:
        return "", redact(place.url) if is_url else f"{place.source} {place.source_id}"
    return titles.split_artist_title(_TRACK_NUMBER.sub("", stem) or stem)
