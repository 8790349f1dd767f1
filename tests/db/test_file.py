"""The catalog as a file, read in plain SQL."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from genre.config import Settings
from genre.db import open_catalog
from genre.db.file import Reader
from genre.errors import (
    CatalogDamagedError,
    CatalogError,
    CatalogOutdatedError,
    NotReadyError,
)


def test_a_reader_sees_what_was_written_before(tmp_path: Path) -> None:
    """And cannot write."""
    settings = Settings(corpus=tmp_path)
    open_catalog(settings).close()
    with Reader(settings).read() as connection:
        assert connection.execute("SELECT count(*) FROM tracks").fetchone() == (0,)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("INSERT INTO genres (id, name) VALUES ('a', 'A')")


def test_a_mistake_in_our_sql_stays_what_it_is(tmp_path: Path) -> None:
    """Only errors about the file become sentences for the user."""
    settings = Settings(corpus=tmp_path)
    open_catalog(settings).close()
    with (
        pytest.raises(sqlite3.OperationalError, match="no such table"),
        Reader(settings).read() as connection,
    ):
        connection.execute("SELECT * FROM nowhere")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _damaged(path: Path) -> None:
    path.write_bytes(b"this is no database. " * 100)


def _foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE shopping (item)")
    connection.close()


def _old(path: Path) -> None:
    open_catalog(Settings(corpus=path.parent)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()


@pytest.mark.parametrize(
    ("make", "error", "sentence"),
    [
        (lambda _: None, NotReadyError, "found none; run `genre crawl` first"),
        (_empty, NotReadyError, "found an empty one"),
        (_damaged, CatalogDamagedError, "restore a backup"),
        (_foreign, CatalogError, "another program's database"),
        (_old, CatalogOutdatedError, "run `genre crawl` or `genre label` once"),
    ],
)
def test_what_cannot_be_read_is_said(
    tmp_path: Path, make: object, error: type[CatalogError], sentence: str
) -> None:
    """Before anything is counted, and with what to do."""
    assert callable(make)
    make(tmp_path / "genre.db")
    with pytest.raises(error, match=sentence):
        Reader(Settings(corpus=tmp_path))


def test_counting_loads_no_sqlalchemy(tmp_path: Path) -> None:
    """It takes half a second, a third of what ``genre status`` may take."""
    open_catalog(Settings(corpus=tmp_path)).close()
    code = (
        "import sys; from pathlib import Path; from genre.config import Settings;"
        "from genre.status.overview import overview;"
        f"overview(Settings(corpus=Path({str(tmp_path)!r})));"
        "print(sorted({'sqlalchemy', 'scipy', 'torch', 'yt_dlp'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    assert done.stdout.decode().strip() == "[]"
