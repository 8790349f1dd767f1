"""Plain text playlists: ``Artist - Title`` or an address per line.

    # Deep House, summer
    1. The Band - Song
    https://youtu.be/dQw4w9WgXcQ
    spotify:track:6rqhFgbbKwnb9MLmUQDhG6

A line that begins with ``#`` is a comment, a number before a song (``1.`` or ``1)``)
says nothing. The dash needs a blank on both sides: names hold dashes of their own.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath

from genre.crawler import sites, titles
from genre.crawler.sources import csv
from genre.crawler.sources.base import Row, playlist_of, read_lines
from genre.crawler.sources.kit import Kit
from genre.crawler.sources.places import AUDIO_ENDINGS, Document
from genre.errors import ItemError
from genre.records import ErrorClass, PlaylistData
from genre.text import display

_NUMBER = re.compile(r"^\d{1,4}[.)]\s+")
_ADDRESS = re.compile(r"(?:https?://|spotify:)\S*", re.IGNORECASE)
_LISTED = re.compile(r'"(?P<quoted>[^"]+)"|(?P<plain>\S+)')


def read(document: Document, kit: Kit) -> tuple[PlaylistData, ...]:
    """Read a text playlist; a table with tabs (as iTunes writes) is read as CSV.

    Raises
    ------
    ItemError
        It holds no usable line.
    """
    read, encoding = read_lines(document)
    if csv.is_table(read):
        return csv.read(document, kit)
    return (playlist_of(document, _rows(read), kind="text", notes=encoding),)


def refuse_list(document: Document, is_playlist: Callable[[str], bool]) -> None:
    """Refuse a list of playlists that is given as a playlist.

    Raises
    ------
    ItemError
        Most of its lines name playlists, or an address and genres.
    """
    lines = [line.strip() for line in read_lines(document)[0]]
    songs = [line for line in lines if line and not line.startswith("#")]
    listed = [line for line in songs if _names_playlist(line, is_playlist)]
    if 2 * len(listed) > len(songs):
        raise ItemError(
            f"Expected songs in {display(document.name)}, found a list of playlists"
            f" ({display(listed[0], width=80)!r}); give it with --playlists.",
            error_class=ErrorClass.ENVIRONMENT,
        )


def _names_playlist(line: str, is_playlist: Callable[[str], bool]) -> bool:
    match = _LISTED.match(line)
    source = (match["quoted"] or match["plain"]) if match else ""
    if is_playlist(source):
        return True
    address, names = _address_in(line)
    return bool(address and names) and sites.song_at(address) is None


def _rows(lines: Sequence[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        line = line.strip()
        if line and not line.startswith("#"):
            yield _row(line, where=f"line {number}")


def _row(line: str, *, where: str) -> Row:
    address, names = _address_in(line)
    if PurePath(line).suffix.lower() in AUDIO_ENDINGS and not address:
        return Row(where=where, locations=(line,))
    artist, title = titles.split_artist_title(_NUMBER.sub("", names))
    problem = ""
    if not address and not (artist and title):
        problem = (
            f"expected Artist - Title or an address, found {display(line, width=60)!r};"
            " put a dash with a blank on both sides between artist and title."
        )
    return Row(
        where=where,
        locations=(address,) if address else (),
        title=title if artist else "",
        artists=(artist,) if artist else (),
        problem=problem,
    )


def _address_in(line: str) -> tuple[str, str]:
    """Return the address a line begins with, or "", and what follows it."""
    match = _ADDRESS.match(line)
    if match is None:
        return "", line
    return match[0], re.sub(r"(?:^|\s)#.*$", "", line[match.end() :]).strip()
