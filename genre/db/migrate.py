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

from genre.errors import CatalogError, CatalogTooNewError
from genre.files import (
    corpus_errors,
    fsync_file,
    publish,
    require_room,
    short_lock,
    utc_now,
)
from genre.text import display

HEAD = "0002"
_MIGRATIONS = Path(__file__).parent / "migrations"
_OURS = "label_sets"  # a table that every catalog has, and hardly any other database
# Write-ahead logging is safe from the release on that has the WAL-reset fix.
JOURNAL_MODE = "WAL" if sqlite3.sqlite_version_info >= (3, 51, 3) else "DELETE"


def read_version(path: Path) -> str | None:
    """Return the schema version of a catalog file; None when it is empty.

    Raises
    ------
    CatalogError
        The file is another program's database.
    """
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as connection:
        _refuse_foreign(connection, path)
        return _version(connection)


def bring_up_to_date(
    path: Path, *, corpus: Path, target: str = HEAD, scripts: Path = _MIGRATIONS
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


def known_versions(scripts: Path = _MIGRATIONS) -> list[str]:
    """Return the versions this code knows, oldest first."""
    return sorted(p.name[:4] for p in (scripts / "versions").glob("[0-9]*.py"))


def _refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    query = (
        "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    found = [name for (name,) in connection.execute(query)]
    if found and _OURS not in found:
        raise CatalogError(
            f"Expected a catalog of genre at {path}, found another program's database"
            f" (with {display(found[0])!r}); name another file with --db (nothing was"
            " changed)."
        )


def _version(connection: sqlite3.Connection) -> str | None:
    query = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    if connection.execute(query).fetchone() is None:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return row[0] if row else None


def refuse_newer(path: Path, found: str | None, *, scripts: Path = _MIGRATIONS) -> None:
    """Raise CatalogTooNewError when ``found`` is no version this code knows."""
    if found is not None and found not in known_versions(scripts):
        raise CatalogTooNewError(
            f"The catalog {path} has schema {found}, this version of genre knows up to"
            f" {HEAD}; upgrade genre (nothing was changed)."
        )


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
