"""The catalog as a file: where it is, of which version, and what its errors mean.

Knows SQLite alone. SQLAlchemy takes half a second to load: ``connect.py`` pays that
for rows and transactions, and ``genre status``, which only counts, does not.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from genre.config import Settings
from genre.errors import (
    BusyError,
    CatalogDamagedError,
    CatalogError,
    CatalogOutdatedError,
    CatalogTooNewError,
    GenreError,
    NotReadyError,
)
from genre.files import disk_full
from genre.text import display

HEAD = "0002"
MIGRATIONS = Path(__file__).parent / "migrations"
_OURS = "label_sets"  # a table that every catalog has, and hardly any other database
# Write-ahead logging is safe from the release on that has the WAL-reset fix.
JOURNAL_MODE = "WAL" if sqlite3.sqlite_version_info >= (3, 51, 3) else "DELETE"

WAIT_S = 30  # for another program that holds the catalog
PRAGMAS = (
    "foreign_keys=ON",
    "synchronous=FULL",
    f"busy_timeout={1000 * WAIT_S}",
    "mmap_size=0",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "temp_store=MEMORY",
    "cache_size=-65536",
)
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_UNREADABLE = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
}


def catalog_path(settings: Settings) -> Path:
    """Return the catalog's file."""
    if not settings.db:
        return settings.corpus / "genre.db"
    return Path(settings.db.removeprefix("sqlite:///"))


def check_exists(path: Path) -> None:
    """Raise NotReadyError when there is no catalog."""
    if not path.is_file():
        raise NotReadyError(
            f"Expected a catalog at {path}, found none; run `genre crawl` first"
            " or name another folder with --corpus."
        )


def check_readable(path: Path) -> None:
    """Raise an error that says what to do when this code cannot read a catalog.

    Raises
    ------
    NotReadyError
        It is empty.
    CatalogOutdatedError
        Its schema is of an older version.
    CatalogTooNewError
        Its schema is of a newer version.
    CatalogDamagedError
        It is not a sound SQLite database.
    CatalogError
        It is another program's database, or cannot be opened.
    """
    with translated_errors(path):
        found = read_version(path)
    refuse_newer(path, found)
    if found is None:
        raise NotReadyError(
            f"Expected a catalog at {path}, found an empty one (its first command was"
            " interrupted); run `genre crawl` first."
        )
    if found != HEAD:
        raise CatalogOutdatedError(
            f"The catalog {path} has schema {found}, this version of genre"
            f" reads {HEAD}; run `genre crawl` or `genre label` once to upgrade it"
            " (a backup is kept)."
        )


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


def known_versions(scripts: Path = MIGRATIONS) -> list[str]:
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


def refuse_newer(path: Path, found: str | None, *, scripts: Path = MIGRATIONS) -> None:
    """Raise CatalogTooNewError when ``found`` is no version this code knows."""
    if found is not None and found not in known_versions(scripts):
        raise CatalogTooNewError(
            f"The catalog {path} has schema {found}, this version of genre knows up to"
            f" {HEAD}; upgrade genre (nothing was changed)."
        )


def meaning_of(error: sqlite3.Error, path: Path) -> GenreError | None:
    """Return the sentence for an error about the file; None when it is our SQL's."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return disk_full(path)
    if code in _BUSY:
        return BusyError(
            f"Expected the catalog {path} to be free within {WAIT_S} s, found it"
            " locked by another program; wait until that ends, then run this again."
        )
    if code in _DAMAGED:
        return CatalogDamagedError(
            f"Expected a SQLite catalog at {path}, found a damaged or foreign file"
            f" ({error}); restore a backup (genre.db-*.bak) or move it away."
        )
    if code in _UNREADABLE:
        return CatalogError(
            f"The catalog {path} could not be opened or written ({error});"
            " check the folder's permissions and the disk."
        )
    return None


@contextlib.contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about the file (not about our SQL) into sentences."""
    try:
        yield
    except sqlite3.Error as error:
        meaning = meaning_of(error, path)
        if meaning is None:
            raise
        raise meaning from error


class Reader:
    """A catalog that is only counted in: plain SQL, a transaction for each block."""

    def __init__(self, settings: Settings) -> None:
        """Look whether the catalog can be read.

        Raises
        ------
        NotReadyError
            There is no catalog.
        CatalogError
            It cannot be read; the class and the sentence say why.
        """
        self.path = catalog_path(settings)
        check_exists(self.path)
        check_readable(self.path)

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction that only reads."""
        with (
            translated_errors(self.path),
            contextlib.closing(
                sqlite3.connect(self.path, timeout=WAIT_S, isolation_level=None)
            ) as connection,
        ):
            for pragma in (*PRAGMAS, "query_only=ON"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("BEGIN DEFERRED")
            yield connection
