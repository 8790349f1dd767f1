"""Opens the catalog by a recipe that loses neither rows nor updates.

pysqlite's own transaction handling loses updates and commits around DDL, so we
emit BEGIN ourselves: IMMEDIATE for writers (no failing upgrade from reader to
writer), DEFERRED on a query-only engine for readers. Foreign keys are enforced,
except on the migrating connection (see ``migrate.py``).
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from genre.config import Settings
from genre.db import migrate
from genre.errors import (
    BusyError,
    CatalogDamagedError,
    CatalogError,
    CatalogOutdatedError,
    NotReadyError,
)
from genre.files import disk_full

_WAIT_S = 30  # for another program that holds the catalog
_PRAGMAS = (
    "foreign_keys=ON",
    "synchronous=FULL",
    f"busy_timeout={1000 * _WAIT_S}",
    "mmap_size=0",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "temp_store=MEMORY",
    "cache_size=-65536",
)
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Catalog:
    """An open catalog; ``read`` and ``write`` hand out short transactions."""

    def __init__(self, path: Path, *, readonly: bool) -> None:
        self.path = path
        self.readonly = readonly
        self._reader = make_engine(path, readonly=True)
        self._writer = make_engine(path)  # connects when it is used first

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that only reads."""
        with self._translated(), Session(self._reader) as session:
            yield session

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """Open a writing transaction; it commits when the block ends well."""
        if self.readonly:
            raise CatalogError(f"{self.path} was opened for reading only.")
        with self._translated(), Session(self._writer) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close all connections."""
        self._reader.dispose()
        self._writer.dispose()

    def __enter__(self) -> "Catalog":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        with translated_errors(self.path):
            yield


def open_catalog(
    settings: Settings, *, readonly: bool = False, create: bool = True
) -> Catalog:
    """Open the corpus's catalog; a writer creates and migrates it first.

    A stage that has nothing to do without a catalog passes ``create=False``.

    Raises
    ------
    NotReadyError
        There is no catalog yet, and ``readonly`` or not ``create``.
    CatalogOutdatedError
        ``readonly`` and the schema is of an older version.
    CatalogTooNewError
        The catalog was written by a newer version of genre.
    CatalogDamagedError
        The file is not a sound SQLite database.
    CatalogError
        It is another program's database, or cannot be opened.
    CorpusError
        The corpus folder cannot be made or written.
    BusyError
        Another program holds the catalog for too long.
    """
    path = catalog_path(settings)
    if readonly or not create:
        _check_exists(path)
    if readonly:
        _check_readable(path)
    else:
        with translated_errors(path):
            migrate.bring_up_to_date(path, corpus=settings.corpus)
    return Catalog(path, readonly=readonly)


def catalog_path(settings: Settings) -> Path:
    """Return the catalog's file."""
    if not settings.db:
        return settings.corpus / "genre.db"
    return Path(settings.db.removeprefix("sqlite:///"))


def _check_exists(path: Path) -> None:
    if not path.is_file():
        raise NotReadyError(
            f"Expected a catalog at {path}, found none; run `genre crawl` first"
            " or name another folder with --corpus."
        )


def _check_readable(path: Path) -> None:
    with translated_errors(path):
        found = migrate.read_version(path)
    migrate.refuse_newer(path, found)
    if found is None:
        raise NotReadyError(
            f"Expected a catalog at {path}, found an empty one (its first command was"
            " interrupted); run `genre crawl` first."
        )
    if found != migrate.HEAD:
        raise CatalogOutdatedError(
            f"The catalog {path} has schema {found}, this version of genre"
            f" reads {migrate.HEAD}; run `genre crawl` or `genre label` once to upgrade it"
            " (a backup is kept)."
        )


def make_engine(path: Path, *, readonly: bool = False) -> Engine:
    """Return an engine whose connections follow the recipe above."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)), connect_args={"timeout": _WAIT_S}
    )
    pragmas = (*_PRAGMAS, "query_only=ON") if readonly else _PRAGMAS
    begin = "BEGIN DEFERRED" if readonly else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "connect")
    def _configure(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None  # we emit BEGIN ourselves
        for pragma in pragmas:
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


@contextlib.contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about the file (not about our SQL) into sentences."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise disk_full(path) from error
        if code in _BUSY:
            raise BusyError(
                f"Expected the catalog {path} to be free within {_WAIT_S} s, found it"
                " locked by another program; wait until that ends, then run this again."
            ) from error
        if code in _DAMAGED:
            raise CatalogDamagedError(
                f"Expected a SQLite catalog at {path}, found a damaged or foreign file"
                f" ({cause}); restore a backup (genre.db-*.bak) or move it away."
            ) from error
        if code in {
            sqlite3.SQLITE_CANTOPEN,
            sqlite3.SQLITE_READONLY,
            sqlite3.SQLITE_IOERR,
        }:
            raise CatalogError(
                f"The catalog {path} could not be opened or written ({cause});"
                " check the folder's permissions and the disk."
            ) from error
        raise
