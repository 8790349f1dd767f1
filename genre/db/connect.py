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
from genre.db import file, migrate
from genre.db.file import (
    PRAGMAS,
    WAIT_S,
    catalog_path,
    check_exists,
    check_readable,
)
from genre.errors import CatalogError

__all__ = [
    "Catalog",
    "catalog_path",
    "make_engine",
    "open_catalog",
    "translated_errors",
]


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
        check_exists(path)
    if readonly:
        check_readable(path)
    else:
        with translated_errors(path):
            migrate.bring_up_to_date(path, corpus=settings.corpus)
    return Catalog(path, readonly=readonly)


def make_engine(path: Path, *, readonly: bool = False) -> Engine:
    """Return an engine whose connections follow the recipe above."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)), connect_args={"timeout": WAIT_S}
    )
    pragmas = (*PRAGMAS, "query_only=ON") if readonly else PRAGMAS
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
        with file.translated_errors(path):
            yield
    except DBAPIError as error:
        cause = error.orig
        meaning = (
            file.meaning_of(cause, path) if isinstance(cause, sqlite3.Error) else None
        )
        if meaning is None:
            raise
        raise meaning from error
