"""Playlists of every kind, behind one function.

A source is a path, an http(s) address of a playlist file, or a service's playlist.
Each kind of file has one reader (``KINDS`` says for which name ending), each service
one ``SERVICE``; both are small files beside this one.
"""

import errno
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from genre.crawler.sources import archive, csv, deezer, jamendo, listenbrainz, m3u
from genre.crawler.sources.kit import Kit, Service
from genre.crawler.sources.places import Document
from genre.errors import ItemError, UsageError
from genre.records import ErrorClass, ListEntry, PlaylistData, Unchanged
from genre.text import display, text_key

__all__ = ["AUDIO_ENDINGS", "Kit", "Service", "check_argument", "read_source"]

Reader = Callable[[Document, Kit], tuple[PlaylistData, ...]]
KINDS: Mapping[str, Reader] = {
    ".m3u": m3u.read,
    ".m3u8": m3u.read,
    ".csv": csv.read,
}
SERVICES: tuple[Service, ...] = (
    deezer.SERVICE,
    listenbrainz.SERVICE,
    jamendo.SERVICE,
    archive.SERVICE,
)
_MAX_BYTES = 64_000_000
_DEADLINE_S = 60.0
AUDIO_ENDINGS = frozenset(
    [".mp3", ".flac", ".ogg", ".opus", ".m4a", ".mp4", ".webm", ".wav", ".aac", ".aiff"]
)
_EXPORT = "export the playlist to a CSV file and name that"


def read_source(entry: ListEntry, kit: Kit) -> tuple[PlaylistData | Unchanged, ...]:
    """Read the playlist that a line names, or all that its file holds.

    ``file.csv#Name`` is the playlist of that name in a file of several.

    Raises
    ------
    ItemError
        The source is of no known kind, missing, or has no usable row.
    FetchError
        Its address could not be fetched.
    ServiceStopError
        Its service asks us to stay away.
    """
    if service := service_of_source(entry.source):
        return (service.read(service.recognise(entry.source) or "", kit),)
    source, part = _split_part(entry.source, kit.base)
    kit = replace(kit, listed=entry.line > 0)
    document = _fetch(source, kit) if _is_address(source) else _open(source, kit)
    found = KINDS[_ending(document.name)](document, kit)
    return _named(found, part, document.name) if part else found


def service_of_source(source: str) -> Service | None:
    """Return the service whose playlist a source names; None for files."""
    return next((s for s in SERVICES if s.recognise(source) is not None), None)


def check_argument(source: str, *, base: Path) -> None:
    """Refuse, before anything is made, what a command line names but nobody can read.

    Raises
    ------
    UsageError
        It is no playlist, or no such file; the sentence says what to give instead.
    """
    if service_of_source(source):
        return
    source, _ = _split_part(source, base)
    try:
        if _is_address(source):
            _ending(_name_in(source), source=source)
        elif advice := _other_than_playlist(_path(source, base)):
            raise UsageError(
                f"Expected a playlist as SOURCE, found {display(source, width=100)!r},"
                f" {advice}"
            )
        else:
            _content_of(source, base)
    except ItemError as error:
        raise UsageError(str(error)) from error


def _split_part(source: str, base: Path) -> tuple[str, str]:
    """Return a file and the name after its ``#``, which may also be a file's own."""
    path, mark, part = source.partition("#")
    if not mark or os.path.exists(_path(source, base)):  # noqa: PTH110 - overlong names
        return source, ""
    return path, unquote(part) if _is_address(path) else part


def _named(
    found: tuple[PlaylistData, ...], name: str, file: str
) -> tuple[PlaylistData, ...]:
    chosen = tuple(data for data in found if text_key(data.title) == text_key(name))
    if not chosen:
        titles = ", ".join(data.title for data in found)
        raise ItemError(
            f"Expected a playlist {display(name, width=60)!r} in {display(file)}, found"
            f" {display(titles, width=300)}; name one of these after the #.",
            error_class=ErrorClass.ENVIRONMENT,
        )
    return chosen


def _other_than_playlist(path: Path) -> str:
    """Say what an existing path is that is no playlist, and what to do; else ""."""
    ending = path.suffix.lower()
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir fails on an overlong name
        return f"which is a folder: {_supported()}; name a playlist file in it."
    if ending in KINDS or not os.path.isfile(path):  # noqa: PTH113 - likewise
        return ""
    if ending in AUDIO_ENDINGS:
        return f"which is audio: {_supported()}; write its path into an .m3u file."
    advice = "is this a list of playlists? then give it with --playlists"
    return f"which is none that can be read: {_supported()}; {advice}."


def _supported() -> str:
    endings = ", ".join(sorted(KINDS))
    forms = "".join(f", {service.form}" for service in SERVICES)
    return f"genre reads files ({endings}), also at an http(s) address{forms}"


def _is_address(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def _path(source: str, base: Path) -> Path:
    return Path.home() / source[2:] if source.startswith("~/") else base / source


def _fetch(url: str, kit: Kit) -> Document:
    name = _name_in(url)
    _ending(name, source=url)
    with tempfile.TemporaryDirectory(prefix="genre-") as folder:
        target = Path(folder) / "playlist"
        kit.client.download(
            url,
            target,
            max_bytes=_MAX_BYTES,
            deadline_s=_DEADLINE_S,
            trusted=True,  # the user wrote this address
        )
        content = target.read_bytes()
    return Document(url, name, content, folder=None, digest=kit.digest)


def _open(source: str, kit: Kit) -> Document:
    path, content = _content_of(source, kit.base)
    return Document(
        str(path), path.name, content, folder=path.parent, digest=kit.digest
    )


def _content_of(source: str, base: Path) -> tuple[Path, bytes]:
    """Return a playlist file's real path and its bytes."""
    path = _path(source, base)
    _ending(path.name, source=source)
    try:
        path = path.resolve(strict=True)
        str(path).encode()  # a folder's name may be no text
        return path, _read(path)
    except (OSError, UnicodeEncodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "a name not in UTF-8"
        raise ItemError(
            f"Expected a playlist file at {display(path)}, found: {reason}; correct the"
            " path or its permissions.",
            error_class=ErrorClass.ENVIRONMENT,
        ) from error


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
        f" {_supported()}; {advice}.",
        error_class=ErrorClass.ENVIRONMENT,
    )
