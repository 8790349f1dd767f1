"""The content hashes of local files, so that unchanged ones are not read again."""

import threading
from pathlib import Path

from sqlalchemy.orm import Session

from genre.db import models as m
from genre.db.connect import Catalog
from genre.files import sha256_file

Stamp = tuple[int, str]  # size in bytes, time of the last change


class LocalHashes:
    """Hashes local files, but reads none again that has not changed.

    Safe to share between threads; ``store`` is for the one that writes.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._new: dict[Path, tuple[Stamp, str]] = {}
        self._lock = threading.Lock()

    def __call__(self, path: Path) -> str:
        """Return the sha256 of a file's bytes; of one that is gone, the last known."""
        try:
            then = stamp(path)
        except FileNotFoundError:
            with self._catalog.read() as session:
                gone = last_hash(session, path)
            if gone is None:
                raise
            return gone
        with self._catalog.read() as session:
            known = known_hash(session, path, then)
        if known is None:
            known = sha256_file(path)
            with self._lock:
                self._new[path] = then, known
        return known

    def holds(self, path: Path, sha256: str) -> bool:
        """Tell whether a file is there and has this content."""
        try:
            return path.is_file() and self(path) == sha256
        except OSError:
            return False

    @property
    def is_news(self) -> bool:
        """Tell whether a file was read since the last ``store``."""
        with self._lock:
            return bool(self._new)

    def store(self, session: Session) -> None:
        """Remember what was read since the last call."""
        with self._lock:
            new, self._new = self._new, {}
        for path, (then, sha256) in sorted(new.items()):
            store(session, path, then, sha256)


def stamp(path: Path) -> Stamp:
    """Return what changes when a file does; take it before reading the file."""
    stat = path.stat()
    return stat.st_size, str(stat.st_mtime_ns)


def known_hash(session: Session, path: Path, now: Stamp) -> str | None:
    """Return the sha256 of a file whose stamp is as it was, else None."""
    row = session.get(m.LocalFile, str(path))
    unchanged = row is not None and (row.n_bytes, row.modified_at) == now
    return row.sha256 if row and unchanged else None


def last_hash(session: Session, path: Path) -> str | None:
    """Return the sha256 that a file had when it was read last, else None."""
    row = session.get(m.LocalFile, str(path))
    return row.sha256 if row else None


def store(session: Session, path: Path, then: Stamp, sha256: str) -> None:
    """Remember what a file held under a stamp."""
    n_bytes, modified_at = then
    session.merge(
        m.LocalFile(
            path=str(path), n_bytes=n_bytes, modified_at=modified_at, sha256=sha256
        )
    )
    session.flush()
