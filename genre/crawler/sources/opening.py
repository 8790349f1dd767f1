"""Playlist files into memory: from this machine's disk, or from an address."""

import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from genre.crawler.sources.kit import Kit
from genre.crawler.sources.places import Document
from genre.errors import ItemError
from genre.records import ErrorClass
from genre.text import display

_MAX_BYTES = 64_000_000
_DEADLINE_S = 60.0


def is_address(source: str) -> bool:
    """Tell an http(s) address from a path."""
    return source.lower().startswith(("http://", "https://"))


def path_of(source: str, base: Path) -> Path:
    """Return the path a source means; relative ones are relative to ``base``."""
    return Path.home() / source[2:] if source.startswith("~/") else base / source


def is_folder(path: Path) -> bool:
    """Tell a folder; an overlong name is none."""
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir fails on such a name


def is_there(path: Path) -> bool:
    """Tell whether something goes by a name, be it a link to nothing."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:  # it may be: a folder on the way is closed, or the name too long
        return True
    return True


def name_in(url: str) -> str:
    """Return the file name that an address ends with."""
    try:
        return unquote(urlsplit(url).path).rpartition("/")[2]
    except ValueError:  # "http://[half an address"
        return ""


def fetch(url: str, kit: Kit) -> Document:
    """Fetch a playlist file.

    Raises
    ------
    FetchError
        It could not be fetched.
    ServiceStopError
        Its server asks us to stay away.
    """
    url = kit.client.learn_login(url)
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
    return Document(url, name_in(url), content, folder=None, digest=kit.digest)


def open_file(path: Path, digest: Callable[[Path], str]) -> Document:
    """Read a playlist file from disk.

    Raises
    ------
    ItemError
        It is missing, too large, no regular file, or may not be read.
    """
    path = real_path(path)
    content = _read(path)
    return Document(str(path), path.name, content, folder=path.parent, digest=digest)


def real_path(path: Path) -> Path:
    """Return the absolute path, which is text, of what exists under a name.

    Raises
    ------
    ItemError
        There is no such thing.
    """
    try:
        path = path.resolve(strict=True)
        str(path).encode()  # a folder's name may be no text
    except (OSError, UnicodeEncodeError, RuntimeError) as error:
        raise _unreadable(path, error) from error  # RuntimeError: links in a circle
    return path


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():  # reading a pipe or a device may never end
            raise OSError(errno.EINVAL, "not a regular file")
        with path.open("rb") as stream:
            content = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise _unreadable(path, error) from error
    if len(content) > _MAX_BYTES:
        raise ItemError(
            f"Expected a playlist of at most {_MAX_BYTES // 10**6} MB in"
            f" {display(path)}, found more; split it."
        )
    return content


def _unreadable(path: Path, error: Exception) -> ItemError:
    reasons = {
        UnicodeEncodeError: "a name not in UTF-8",
        RuntimeError: "a circle of links",
    }
    reason = error.strerror if isinstance(error, OSError) else reasons[type(error)]
    return ItemError(
        f"Expected a playlist file at {display(path)}, found: {reason}; correct the path"
        " or its permissions.",
        error_class=ErrorClass.ENVIRONMENT,
    )
