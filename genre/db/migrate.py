"""Brings a catalog to the current schema without ever losing a row.

Batch migrations drop and rebuild tables; with foreign keys enforced that fires
implicit deletes. So: a backup first, foreign keys off *before* BEGIN (inside a
transaction the pragma does nothing), everything in one transaction, and row
counts plus ``foreign_key_check`` before COMMIT. A kill in the middle leaves the
old version; starting twice at once is safe.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, event, func, select, table

from genre.db.file import (
    HEAD,
    JOURNAL_MODE,
    MIGRATIONS,
    known_versions,
    read_version,
    refuse_newer,
)
from genre.errors import CatalogError
from genre.files import (
    corpus_errors,
    fsync_file,
    publish,
    require_room,
    short_lock,
    utc_now,
)

__all__ = ["HEAD", "bring_up_to_date", "known_versions", "read_version"]


def bring_up_to_date(
    path: Path, *, corpus: Path, target: str = HEAD, scripts: Path = MIGRATIONS
) -> None:
    """Create or upgrade the catalog at ``path`` when it is behind ``target``.

    ``scripts`` is the folder of Alembic's ``env.py`` and ``versions/``.

    Raises
    ------
    CatalogTooNewError
        The catalog's version is not one this code knows.
    CatalogError
        The file is another program's database, or the migration would have lost
        rows; nothing was changed.
    CorpusError
        A folder cannot be made or written.
    """
    if path.is_file() and read_version(path) == target:
        return
    with corpus_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    with short_lock(corpus, "catalog"):
        found = read_version(path)  # another starter may have been faster
        if found == target:
            return
        refuse_newer(path, found, scripts=scripts)
        if found is None:
            _set_journal_mode(path)
        else:
            _back_up(path, found)
        _upgrade(path, target, scripts)


def _set_journal_mode(path: Path) -> None:
    """Set it once (the file remembers); WAL only where SQLite has the reset fix."""
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as connection:
        connection.execute(f"PRAGMA journal_mode={JOURNAL_MODE}")


def _back_up(path: Path, version: str) -> None:
    """Copy the catalog to ``genre.db-<version>-<time>.bak`` before touching it."""
    require_room(path.parent, int(2.2 * path.stat().st_size))
    stamp = utc_now().replace(":", "")
    target = path.with_name(f"{path.name}-{version}-{stamp}.bak")
    temporary = target.with_name(f".tmp-{target.name}")
    temporary.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as source:
        source.execute("VACUUM INTO ?", (str(temporary),))
    fsync_file(temporary)
    publish(temporary, target)


def _upgrade(path: Path, target: str, scripts: Path) -> None:
    with _migration_connection(path) as connection:
        before = _row_counts(connection)
        _run_alembic(connection, target, scripts)
        _check_nothing_lost(connection, before)


@contextlib.contextmanager
def _migration_connection(path: Path) -> Iterator[Connection]:
    engine = create_engine(
        URL.create("sqlite", database=str(path)), connect_args={"timeout": 30}
    )

    @event.listens_for(engine, "connect")
    def _configure(dbapi: sqlite3.Connection, _record: object) -> None:
        dbapi.isolation_level = None
        dbapi.execute("PRAGMA foreign_keys=OFF")
        dbapi.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _run_alembic(connection: Connection, target: str, scripts: Path) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def _row_counts(connection: Connection) -> dict[str, int]:
    tables = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'"
    ).scalars()
    return {name: _count_rows(connection, name) for name in tables.all()}


def _count_rows(connection: Connection, name: str) -> int:
    query = select(func.count()).select_from(table(name))
    return connection.execute(query).scalar_one()


def _check_nothing_lost(connection: Connection, before: Mapping[str, int]) -> None:
    after = _row_counts(connection)
    lost = [name for name, count in before.items() if after.get(name, 0) < count]
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if lost or broken:
        raise CatalogError(
            f"The upgrade of the catalog would have lost rows ({', '.join(lost) or 'links'});"
            " it was rolled back and nothing has changed. Please report this."
        )
