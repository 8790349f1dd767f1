"""Playlists of every kind this version reads, behind one function.

Each kind has one file with one function from a ``Document`` to ``PlaylistData``;
``KINDS`` says which file name ending it reads. A source is a path or an http(s)
address of such a file.
"""

import errno
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from genre.crawler.sources import csv, m3u
from genre.crawler.sources.places import Document
from genre.errors import ItemError, UsageError
from genre.files import sha256_file
from genre.http import HttpClient
from genre.records import ErrorClass, ListEntry, PlaylistData
from genre.text import display

KINDS: Mapping[str, Callable[[Document], PlaylistData]] = {
    ".m3u": m3u.read,
    ".m3u8": m3u.read,
    ".csv": csv.read,
}
_MAX_BYTES = 64_000_000
_DEADLINE_S = 60.0
_SUPPORTED = "this version reads M3U, M3U8 and CSV files (a path or an http(s) address)"
AUDIO_ENDINGS = frozenset(
    [".mp3", ".flac", ".ogg", ".opus", ".m4a", ".mp4", ".webm", ".wav", ".aac", ".aiff"]
)
_EXPORT = "export the playlist to a CSV file and name that"


def read_source(
    entry: ListEntry,
    *,
    base: Path,
    client: HttpClient,
    digest: Callable[[Path], str] = sha256_file,
) -> PlaylistData:
    """Read one playlist.

    ``base`` is what relative paths are relative to; ``digest`` returns the sha256 of
    a local file (a caller may know it already).

    Raises
    ------
    ItemError
        The source is of no known kind, missing, or has no usable row.
    FetchError
        Its address could not be fetched.
    """
    if _is_address(entry.source):
        document = _fetch(entry.source, client, digest)
    else:
        document = _open(entry.source, base, digest)
    return KINDS[_ending(document.name)](document)


def check_argument(source: str, *, base: Path) -> None:
    """Refuse, before anything is made, what a command line names but nobody can read.

    Raises
    ------
    UsageError
        It is no playlist, or no such file; the sentence says what to give instead.
    """
    try:
        if _is_address(source):
            _ending(_name_in(source), source=source)
        elif advice := _other_than_playlist(_path(source, base)):
            raise UsageError(
                f"Expected a playlist as SOURCE, found {display(source, width=100)!r},"
                f" {advice}"
            )
        else:
            _open(source, base, sha256_file)
    except ItemError as error:
        raise UsageError(str(error)) from error


def _other_than_playlist(path: Path) -> str:
    """Say what an existing path is that is no playlist, and what to do; else ""."""
    ending = path.suffix.lower()
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir fails on an overlong name
        return f"which is a folder: {_SUPPORTED}; name a playlist file in it."
    if ending in KINDS or not os.path.isfile(path):  # noqa: PTH113 - likewise
        return ""
    if ending in AUDIO_ENDINGS:
        return f"which is audio: {_SUPPORTED}; write its path into an .m3u file."
    advice = "is this a list of playlists? then give it with --playlists"
    return f"which is none that can be read: {_SUPPORTED}; {advice}."


def _is_address(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def _path(source: str, base: Path) -> Path:
    return Path.home() / source[2:] if source.startswith("~/") else base / source


def _fetch(url: str, client: HttpClient, digest: Callable[[Path], str]) -> Document:
    name = _name_in(url)
    _ending(name, source=url)
    with tempfile.TemporaryDirectory(prefix="genre-") as folder:
        target = Path(folder) / "playlist"
        client.download(
            url,
            target,
            max_bytes=_MAX_BYTES,
            deadline_s=_DEADLINE_S,
            trusted=True,  # the user wrote this address
        )
        content = target.read_bytes()
    return Document(url, name, content, folder=None, digest=digest)


def _open(source: str, base: Path, digest: Callable[[Path], str]) -> Document:
    path = _path(source, base)
    _ending(path.name, source=source)
    try:
        path = path.resolve(strict=True)
        name = str(path).encode().decode()  # a folder's name may be no text
        content = _read(path)
    except (OSError, UnicodeEncodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "a name not in UTF-8"
        raise ItemError(
            f"Expected a playlist file at {display(path)}, found: {reason}; correct the"
            " path or its permissions.",
            error_class=ErrorClass.ENVIRONMENT,
        ) from error
    return Document(name, path.name, content, folder=path.parent, digest=digest)


def _read(path: Path) -> bytes:
    if not path.is_file():  # reading a pipe or a device may never end
        raise OSError(errno.EINVAL, "not a regular file")
    with path.open("rb") as stream:
        content = stream.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise ItemError(
            f"Expected a playlist of at most {_MAX_BYTES // 10**6} MB in"
            f" {display(path)}, found more; split it."
        )
    return content


def _name_in(url: str) -> str:
    try:
        return unquote(urlsplit(url).path).rpartition("/")[2]
    except ValueError:  # "http://[half an address"
        return ""


def _ending(name: str, *, source: str = "") -> str:
    """Return the file name ending that says of which kind a playlist is."""
    ending = Path(name).suffix.lower()
    if ending in KINDS:
        return ending
    shown = display(source or name, width=100)
    advice = _EXPORT if shown.startswith(("http", "spotify:")) else "correct the name"
    raise ItemError(
        f"Expected a playlist, found {shown!r}, which is none that can be read:"
        f" {_SUPPORTED}; {advice}.",
        error_class=ErrorClass.ENVIRONMENT,
    )
