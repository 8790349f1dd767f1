"""Where the audio of a playlist row is, and what identifies it.

A playlist on the user's own disk may name anything: files, and addresses that lead
anywhere, as the user wishes. One that came from the web may not name local files,
and its addresses are not trusted, except on the server it came from.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from genre.crawler import sites
from genre.text import display
from genre.urls import is_address, redact, veiled, without_login

AUDIO_ENDINGS = frozenset(
    [".mp3", ".flac", ".ogg", ".oga", ".opus", ".m4a", ".mp4", ".webm", ".wav", ".aac",
     ".aif", ".aiff", ".wma"]
)  # fmt: skip
_MAX_LENGTH = 2_000  # of a path or address
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # or half a character
_OF_A_MACHINE = re.compile(r"[/\\~]|[A-Za-z][A-Za-z0-9+.-]*:")  # C:\ too
# Neither "C:\" nor "Mix: Part 1.mp3" begins with one.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:(?=\S)")


@dataclass(frozen=True, slots=True)
class Document:
    """A playlist's bytes and where they came from."""

    source_id: str  # absolute path or address
    name: str  # file name
    content: bytes
    folder: Path | None  # what its rows are relative to; None when it was fetched
    digest: Callable[[Path], str]  # sha256 of a local file


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row's audio is, and what identifies it."""

    source: str
    source_id: str
    url: str = ""
    path: str = ""
    trusted: bool = False


class RowError(ValueError):
    """A row cannot be used; the text says why."""


class UnreadableError(RowError):
    """The file a row names cannot be read now; it may be there next time."""


def locate(location: str, document: Document) -> Place:
    """Return the place that a row's path or address means.

    Raises
    ------
    RowError
        It means none that may, or can, be used.
    """
    if _CONTROL.search(location) or len(location) > _MAX_LENGTH:
        raise RowError(
            f"expected a path or address, found {_shown(location)!r}, which"
            " holds control characters or is too long; correct the row."
        )
    try:
        return _place_at(location, document)
    except RowError:
        raise
    except ValueError as error:  # "http://[half", "file:///a%00b": no library takes it
        raise RowError(
            f"expected a path or address, found {_shown(location)!r}, which is none; correct"
            " the row."
        ) from error


def _place_at(location: str, document: Document) -> Place:
    if song := _site_song(location):
        return song
    if site := sites.site_at(location):
        raise RowError(
            f"expected the address of one song at {site.name}, found"
            f" {display(without_login(location), width=100)!r}; name a song's page."
        )
    if document.folder is None:
        return _remote(location, document)
    if location.lower().startswith(("http://", "https://")):
        return _address(location, trusted=True)
    return _local(location, document.folder, document.digest)


def _site_song(location: str) -> Place | None:
    song = sites.song_at(location)
    if song is None:
        return None
    return Place(song.site.name, song.id, song.url)


def _remote(location: str, document: Document) -> Place:
    """Return the place of a row of a fetched playlist, which names no local file."""
    http = location.lower().startswith(("http://", "https://"))
    if not http and _OF_A_MACHINE.match(location):
        raise RowError(
            "expected an http(s) address, as the playlist came from the web, found"
            f" {_shown(location)!r}; local files need a local playlist."
        )
    url = urljoin(document.source_id, location)
    return _address(url, trusted=sites.same_origin(url, document.source_id))


def _address(url: str, *, trusted: bool) -> Place:
    parts = sites.split(url)
    if parts is None or not parts.hostname:
        raise RowError(
            f"expected an http(s) address, found {_shown(url)!r}; correct it."
        )
    address = parts._replace(fragment="").geturl()
    return Place("url", without_login(address), address, trusted=trusted)


def _shown(location: str) -> str:
    """Return a row's path or address for messages."""
    if is_address(location):
        return redact(location)
    return display(veiled(location), width=60)


def _local(location: str, folder: Path, digest: Callable[[Path], str]) -> Place:
    is_url = location.lower().startswith("file:")
    written = unquote(urlsplit(location).path) if is_url else location
    try:
        path = _existing(written, folder)
        if not path:
            _refuse_scheme(written)
            path = _remembered(written, folder, digest)
        path.encode()  # a folder's name may hold bytes that are no text
        return Place("file", digest(Path(path)), path=path)
    except (OSError, UnicodeEncodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "bytes not UTF-8"
        raise UnreadableError(
            f"expected to read {display(veiled(str(folder / written)))}, found: {reason}; check its"
            " name and permissions."
        ) from error


def _refuse_scheme(written: str) -> None:
    scheme = _SCHEME.match(written)
    if scheme:
        raise RowError(
            f"expected a path or an http(s) address, found the scheme {scheme[0]!r};"
            " correct the row."
        )


def _existing(written: str, folder: Path) -> str:
    """Return the file a playlist names, also as Windows and some players write it.

    "" stands for none.
    """
    for spelling in (written, written.replace("\\", "/"), unquote(written)):
        path = folder / spelling
        if path.is_file():
            return str(path.resolve())
    return ""


def _remembered(written: str, folder: Path, digest: Callable[[Path], str]) -> str:
    """Return a file that is gone, but whose content an earlier crawl knew.

    Its row still stands in the playlist: the song keeps its place and its votes.
    """
    path = (folder / written).resolve()
    if not path.exists():
        try:
            digest(path)
        except FileNotFoundError:
            pass
        else:
            return str(path)
    raise UnreadableError(
        f"expected an audio file at {display(veiled(str(folder / written)))}, found"
        f" {'something else' if path.exists() else 'nothing'}; correct the path."
    )
