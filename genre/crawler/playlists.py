"""The list file: one playlist per line, with the genres it stands for.

    # SOURCE  Genre[, Genre...]
    ./playlists/psytrance.csv    Psytrance
    "my mixes/deep house.m3u8"   Deep House, House   # a comment

A line that is not understood becomes a problem with its number; the other lines
still run. What a source is, ``sources`` decides.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from genre.crawler.sources import playlist_named
from genre.errors import ListFileError
from genre.records import ListEntry
from genre.text import clean_text, display, genre_key
from genre.urls import veiled

_MAX_BYTES = 64_000_000
_MAX_GENRE = 100  # characters; longer is a forgotten line break
_LINE_END = re.compile(rb"\r\n|\n|\r")  # no other character ends a line
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_PLAYLIST = re.compile(
    r".*?\.(?:m3u8?|[ct]sv|txt|xspf|jspf|json|html?)(?=\s|$)", re.IGNORECASE
)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/|spotify:", re.IGNORECASE)  # as a path
_QUOTED = re.compile(r'"([^"]*)"(?=\s|$)')


@dataclass(frozen=True, slots=True)
class ListFile:
    """What a list file says, and what of it was not understood."""

    entries: tuple[ListEntry, ...]
    problems: tuple[str, ...]  # one sentence each, with the line number
    n_foreign: int = 0  # lines that are no text


class _LineError(ValueError):
    """A line of the list file cannot be understood; the text says why."""


def read_list_file(path: Path) -> ListFile:
    """Read the list file.

    Raises
    ------
    ListFileError
        It is missing, unreadable, not UTF-8 text, or names no source at all.
    """
    entries: list[ListEntry] = []
    problems: list[str] = []
    n_foreign = 0
    for number, raw in enumerate(_LINE_END.split(_read_bytes(path)), start=1):
        try:
            entry = _parse_line(raw.decode("utf-8"), number)
        except UnicodeDecodeError:
            n_foreign += 1
            problems.append(_problem(number, "UTF-8 text", "other bytes"))
        except _LineError as error:
            problems.append(f"Line {number}: {error}")
        else:
            entries.extend([entry] if entry else [])
    if not entries and not problems:
        raise ListFileError(
            f"Expected at least one playlist in {path}, found none; write one per line:"
            " SOURCE  Genre[, Genre...]."
        )
    return ListFile(tuple(entries), tuple(problems), n_foreign)


def parse_genres(text: str) -> tuple[str, ...]:
    """Return the genres of a comma-separated text, each spelling once.

    Raises
    ------
    ValueError
        A name is too long or holds nothing to compare it by.
    """
    names = [clean_text(part.strip().strip('"')) for part in text.split(",")]
    kept: dict[str, str] = {}
    for name in filter(None, names):
        if len(name) > _MAX_GENRE:
            raise _LineError(
                f"expected a genre of at most {_MAX_GENRE} characters, found"
                f" {display(name, width=40)!r}; is a line break missing?"
            )
        kept.setdefault(genre_key(name), name)
    return tuple(kept.values())


def one_spelling(
    entries: Iterable[ListEntry], known: Mapping[str, str]
) -> tuple[list[ListEntry], list[str]]:
    """Return the entries with one spelling per genre, and a note per other spelling.

    ``known`` maps the keys of genres that exist already to their names; otherwise
    the first spelling wins.
    """
    names = dict(known)
    notes: dict[str, None] = {}  # a set that keeps its order
    result = []
    for entry in entries:
        for genre in entry.genres:
            name = names.setdefault(genre_key(genre), genre)
            if name != genre:
                note = f"Genre {genre!r} is the same as {name!r}, which is kept."
                notes[note] = None
        genres = tuple(names[genre_key(genre)] for genre in entry.genres)
        result.append(replace(entry, genres=genres))
    return result, list(notes)


def by_source(entries: Iterable[ListEntry]) -> list[ListEntry]:
    """Join lines that name the same source: it has the genres of all of them.

    A service's playlist is the same however its address is spelled.
    """
    joined: dict[tuple[str, str], ListEntry] = {}
    for entry in entries:
        key = playlist_named(entry.source)
        known = joined.setdefault(key, entry)
        new = tuple(genre for genre in entry.genres if genre not in known.genres)
        joined[key] = replace(known, genres=known.genres + new)
    return list(joined.values())


def _read_bytes(path: Path) -> bytes:
    advice = "name a UTF-8 text file with one playlist per line"
    if _ADDRESS.match(str(path)):
        raise ListFileError(
            "Expected a list file on this machine, found an address; a playlist at an"
            " address is given without --playlists: genre crawl ADDRESS."
        )
    try:
        with path.open("rb") as stream:
            content = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ListFileError(
            f"Expected a list file at {path}, found none ({reason}); {advice}."
        ) from error
    if found := _what_else(content):
        raise ListFileError(f"Expected a list file at {path}, found {found}; {advice}.")
    return content.removeprefix(b"\xef\xbb\xbf")


def _what_else(content: bytes) -> str:
    """Say what a file is that is no list as a whole; "" when it may be one."""
    if len(content) > _MAX_BYTES:
        return "more than 64 MB"
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "UTF-16"
    return "no text" if b"\0" in content else ""


def _parse_line(line: str, number: int) -> ListEntry | None:
    line = line.strip()
    if not line or line.startswith("#"):
        return None
    source, rest = _split_source(line)
    _check_quotes(source, _COMMENT.sub("", line))
    if not source.strip() or _CONTROL.search(source):
        raise _LineError(
            f"expected a source (a path or URL), found {_shown(source)!r};"
            " correct the line."
        )
    return ListEntry(source, parse_genres(_COMMENT.sub("", rest)), number)


def _split_source(line: str) -> tuple[str, str]:
    """Return the source and what follows it."""
    if not line.startswith('"'):
        source, *rest = line.split(maxsplit=1)  # at any white space of Unicode
        return source, "".join(rest)
    match = _QUOTED.match(line)
    if match is None:
        raise _LineError(
            f"expected a closing quote after {_shown(line)!r}, found none;"
            ' write "PATH WITH SPACES"  Genre.'
        )
    return match[1], line[match.end() :]


def _check_quotes(source: str, line: str) -> None:
    """Refuse a path that was cut at its first space."""
    whole = _PLAYLIST.match(line)
    if whole and not line.startswith('"') and whole[0] != source:
        shown = _shown(whole[0], width=100)
        raise _LineError(
            f"expected quotes around a path with spaces, found {shown!r};"
            f' put the path in quotes: "{shown}"  Genre.'
        )


def _shown(text: str, *, width: int = 60) -> str:
    return display(veiled(text), width=width)


def _problem(number: int, expected: str, found: str) -> str:
    return f"Line {number}: expected {expected}, found {found}; correct the line."
