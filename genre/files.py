"""Files are written whole or not at all; stages are locked; disks run full politely.

The order is always: temporary name in the same folder, fsync, rename, fsync the
folder - and only then the row in the catalog. A failed fsync condemns the file:
a second fsync can falsely succeed.
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from genre.errors import BusyError, CorpusError, DiskFullError
from genre.records import Stage

_CHUNK = 1 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def utc_now(*, days: int = 0) -> str:
    """Return the time as UTC ISO text with seconds, e.g. ``2026-11-20T13:00:00Z``.

    ``days`` from now, if that is another day.
    """
    time = datetime.now(UTC) + timedelta(days=days)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


@contextlib.contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn "no space left" into the one error that stops a run without blame.

    Raises
    ------
    DiskFullError
        The block met ENOSPC, EDQUOT or EFBIG.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise disk_full(path) from error


@contextlib.contextmanager
def corpus_errors(corpus: Path) -> Iterator[None]:
    """Say in a sentence what keeps us from making or writing a folder.

    Raises
    ------
    CorpusError
        The block met any other ``OSError`` than a full disk.
    DiskFullError
        The disk is full.
    """
    try:
        with disk_errors(corpus):
            yield
    except OSError as error:
        raise CorpusError(
            f"Expected a folder that can be written at {corpus}, found"
            f" {error.strerror!r} at {error.filename}; check its permissions or name"
            " another folder with --corpus."
        ) from error


def disk_full(path: Path) -> DiskFullError:
    """Return the error that says where room is missing and what to do."""
    return DiskFullError(
        f"The disk is full while writing below {path.parent}; free some room and run"
        " the same command again (nothing was marked as failed)."
    )


def require_room(folder: Path, n_bytes: int) -> None:
    """Raise DiskFullError when the file system of ``folder`` has less than ``n_bytes``."""
    free = shutil.disk_usage(folder).free
    if free < n_bytes:
        raise DiskFullError(
            f"Expected at least {n_bytes / 1e6:.0f} MB of free disk below {folder},"
            f" found {free / 1e6:.0f} MB; free some room and run the same command again"
            " (nothing was marked as failed)."
        )


@contextlib.contextmanager
def atomic_write(path: Path, *, mode: int = 0o644) -> Iterator[IO[bytes]]:
    """Open a temporary file that becomes ``path`` when the block ends well.

    On an error nothing is left behind and the old file, if any, stays. The file
    and its folder are on disk when the block has ended.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with disk_errors(path):
        fd, name = tempfile.mkstemp(prefix=".tmp-", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(fd, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            temporary.chmod(mode)
            publish(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def scratch_write(path: Path) -> Iterator[IO[bytes]]:
    """Open a file in a scratch folder; on an error nothing of it is left.

    It costs neither a rename nor an fsync. A kill may leave a part of it, which goes
    when the folder is swept; ``fsync_file`` and ``publish`` it if it is to stay.
    """
    with disk_errors(path), path.open("wb") as stream:
        try:
            yield stream
            stream.flush()
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def publish(temporary: Path, path: Path) -> None:
    """Rename a finished, already fsynced file into place and fsync its folder."""
    temporary.replace(path)
    fsync_dir(path.parent)


def fsync_file(path: Path) -> None:
    """Force a file that another program wrote onto the disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def fsync_dir(folder: Path) -> None:
    """Force a folder's entries onto the disk (a rename is durable only then)."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` atomically as sorted, indented UTF-8 JSON (no NaN)."""
    content = json_bytes(value)
    with atomic_write(path) as stream:
        stream.write(content)


def json_bytes(value: Any) -> bytes:
    """Return the bytes that ``write_json`` writes: equal for equal values."""
    text = json.dumps(
        value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8") + b"\n"


def sha256_file(path: Path) -> str:
    """Return the lower-case hex sha256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_json(value: Any) -> str:
    """Return the sha256 of ``value`` as canonical JSON; the id of label and split sets."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def sweep_temporary(folder: Path) -> int:
    """Delete what killed writers left in ``folder`` (and below); return how many.

    Only call this while holding the lock of the stage that writes there.
    """
    leftovers = [p for p in folder.rglob(".tmp-*") if p.exists()]
    for path in leftovers:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(leftovers)


@contextlib.contextmanager
def stage_lock(corpus: Path, stage: Stage) -> Iterator[None]:
    """Hold the corpus's lock of one stage; the system drops it when we die.

    Raises
    ------
    BusyError
        Another process holds it; the message says which.
    CorpusError
        The corpus folder cannot be made or written.
    """
    with _open_lock(corpus, f"{stage}.lock") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            raise BusyError(_busy_message(corpus, stage, stream.read(500))) from None
        _sign_lock(stream)
        yield
        stream.truncate(0)


@contextlib.contextmanager
def short_lock(corpus: Path, name: str) -> Iterator[None]:
    """Wait for, then hold, a lock around something that takes a moment."""
    with _open_lock(corpus, f"{name}.lock") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _open_lock(corpus: Path, name: str) -> IO[str]:
    path = corpus / "locks" / name
    with corpus_errors(corpus):
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+", encoding="utf-8")


def _busy_message(corpus: Path, stage: Stage, holder: str) -> str:
    return (
        f"Expected to be the only `genre {stage}` on {corpus}, found it already running"
        f" ({holder.strip() or 'holder unknown'}); wait until it ends, then run this again."
    )


def _sign_lock(stream: IO[str]) -> None:
    """Write who holds the lock; a full disk must not keep us from working."""
    stream.seek(0)
    stream.truncate(0)
    line = f"process {os.getpid()} on {socket.gethostname()} since {utc_now()}"
    with contextlib.suppress(OSError):  # unbuffered: closing must not try it again
        os.write(stream.fileno(), line.encode("utf-8"))
