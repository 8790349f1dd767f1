"""The content hashes of local files, so that unchanged ones are not read again."""

from pathlib import Path

from sqlalchemy.orm import Session

from genre.db import models as m

Stamp = tuple[int, str]  # size in bytes, time of the last change


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
