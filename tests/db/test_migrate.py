"""Migrations bring a populated catalog forward and never lose a row."""

import multiprocessing
import shutil
import sqlite3
import textwrap
import time
from collections.abc import Iterator
from multiprocessing.pool import Pool
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, create_engine

from genre.config import Settings
from genre.db import migrate, open_catalog
from genre.db import models as m
from genre.db.connect import catalog_path
from genre.errors import CatalogError, CatalogTooNewError
from genre.labeler.pipeline import label, split
from tests.db.openers import open_and_count, upgrade
from tests.labeler.small import make_corpus, songs

HEAD, NEXT = migrate.HEAD, f"{int(migrate.HEAD) + 1:04}"
PACKAGE = Path(migrate.__file__).parent / "migrations"

# Rebuilds a table that others point at: what loses rows where it is done naively.
REBUILD = """
    with op.batch_alter_table("tracks") as batch:
        batch.add_column(sa.Column("mood", sa.String(), server_default="", nullable=False))
        batch.alter_column("album", nullable=True)
"""
FAIL = REBUILD + '    raise RuntimeError("in the middle")\n'
LOSE = '    op.execute("DELETE FROM labels WHERE score IS NOT NULL")\n'
SLEEP = """
    import pathlib, time
    op.execute("PRAGMA cache_size = 1")  # half of the work is in the file by then
{work}
    pathlib.Path({flag!r}).touch()
    time.sleep(600)
"""
ORPHAN = """    op.execute("UPDATE labels SET label_set = 'gone'")\n"""


def scripts_with(folder: Path, body: str) -> Path:
    """Return a migration folder like ours with one more migration."""
    scripts = folder / "migrations"
    shutil.copytree(PACKAGE, scripts, dirs_exist_ok=True)
    head = f"""
        import sqlalchemy as sa
        from alembic import op
        revision, down_revision = "{NEXT}", "{HEAD}"
        def upgrade():
    """
    text = textwrap.dedent(head).rstrip() + "\n" + body
    (scripts / "versions" / f"{NEXT}_test.py").write_text(text, encoding="utf-8")
    return scripts


def rows(path: Path) -> dict[str, int]:
    """Return the number of rows of every table."""
    connection = sqlite3.connect(path)
    tables = [table.name for table in m.Base.metadata.sorted_tables]
    found = {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        for name in tables
    }
    connection.close()
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a populated catalog: playlists, tracks, labels and parts."""
    settings = make_corpus(
        tmp_path / "corpus",
        {
            "a": (["Techno"], [*songs("Ann", 3), *songs("Bob", 2)]),
            "b": (["Dub"], [*songs("Ann", 1), *songs("Cy", 3)]),
        },
    )
    assert len(list(label(settings))) == 2
    assert len(list(split(settings))) >= 2
    return catalog_path(settings)


def test_migrations_make_the_model(tmp_path: Path) -> None:
    """The migrated schema and the models agree, and nothing is left to generate."""
    settings = Settings(corpus=tmp_path)
    open_catalog(settings).close()
    engine = create_engine(f"sqlite:///{catalog_path(settings)}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, m.Base.metadata) == []
    engine.dispose()


def test_check_constraints_of_models_are_in_the_catalog(tmp_path: Path) -> None:
    """Every CHECK of the models, which Alembic does not compare, was migrated."""
    settings = Settings(corpus=tmp_path)
    open_catalog(settings).close()
    connection = sqlite3.connect(catalog_path(settings))
    query = "SELECT group_concat(sql, ' ') FROM sqlite_master"
    schema = " ".join(connection.execute(query).fetchone()[0].split())
    connection.close()
    checks = [
        (constraint.name, " ".join(str(constraint.sqltext).split()))
        for table in m.Base.metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    ]
    assert len(checks) >= 11
    for name, condition in checks:
        assert f"CONSTRAINT {name} CHECK ({condition})" in schema


def test_head_is_the_last_script() -> None:
    """The version the code asks for is the single head of the migrations."""
    scripts = ScriptDirectory(str(PACKAGE))
    assert scripts.get_heads() == [migrate.HEAD]
    assert migrate.known_versions()[-1] == migrate.HEAD


def test_opening_twice_changes_nothing(path: Path) -> None:
    """A catalog that is up to date is opened without a backup or a write."""
    before = path.read_bytes()
    open_catalog(Settings(corpus=path.parent)).close()
    assert path.read_bytes() == before
    assert list(path.parent.glob("*.bak")) == []


def test_a_populated_catalog_keeps_every_row(path: Path, tmp_path: Path) -> None:
    """Rebuilding a table that others point at loses no row, and a backup is kept."""
    before = rows(path)
    upgrade(path, scripts_with(tmp_path, REBUILD))
    assert migrate.read_version(path) == NEXT
    assert rows(path) == before
    assert before["labels"] == 9
    (backup,) = path.parent.glob(f"genre.db-{HEAD}-*.bak")
    assert (migrate.read_version(backup), rows(backup)) == (HEAD, before)


def test_an_error_in_the_middle_leaves_the_old_version(
    path: Path, tmp_path: Path
) -> None:
    """After a failing migration the catalog is as it was, and a good one then works."""
    before = rows(path)
    with pytest.raises(RuntimeError, match="in the middle"):
        upgrade(path, scripts_with(tmp_path, FAIL))
    assert (migrate.read_version(path), rows(path)) == (HEAD, before)
    upgrade(path, scripts_with(tmp_path, REBUILD))
    assert (migrate.read_version(path), rows(path)) == (NEXT, before)


def test_a_kill_in_the_middle_leaves_the_old_version(
    path: Path, tmp_path: Path
) -> None:
    """After kill -9 the next opening finds every row, and a good upgrade works."""
    before, flag = rows(path), tmp_path / "begun"
    work = textwrap.dedent(REBUILD).strip("\n")
    body = SLEEP.format(work=textwrap.indent(work, "    "), flag=str(flag))
    scripts = scripts_with(tmp_path / "slow", body)
    process = multiprocessing.get_context("spawn").Process(
        target=upgrade, args=(path, scripts)
    )
    process.start()
    while not flag.exists():
        assert process.is_alive()
        time.sleep(0.02)
    process.kill()
    process.join()
    assert open_and_count(path.parent) == before["tracks"]
    assert (migrate.read_version(path), rows(path)) == (HEAD, before)
    upgrade(path, scripts_with(tmp_path, REBUILD))
    assert (migrate.read_version(path), rows(path)) == (NEXT, before)


@pytest.mark.parametrize(("body", "what"), [(LOSE, "labels"), (ORPHAN, "links")])
def test_a_losing_migration_is_rolled_back(
    path: Path, tmp_path: Path, body: str, what: str
) -> None:
    """Rows or links that would be lost undo the upgrade with a sentence."""
    before = rows(path)
    with pytest.raises(
        CatalogError, match=rf"lost rows \({what}\); it was rolled back"
    ):
        upgrade(path, scripts_with(tmp_path, body))
    assert (migrate.read_version(path), rows(path)) == (HEAD, before)


def test_a_catalog_of_an_unknown_version_is_not_migrated(
    path: Path, tmp_path: Path
) -> None:
    """After an upgrade, code that does not know the new version refuses."""
    upgrade(path, scripts_with(tmp_path, REBUILD))
    with pytest.raises(CatalogTooNewError, match=f"knows up to {HEAD}"):
        open_catalog(Settings(corpus=path.parent))


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """Return four processes; forked from a clean one, they start quickly."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.db.openers", "alembic.command"])
    with context.Pool(4) as found:
        yield found


def test_four_processes_may_open_a_fresh_corpus_at_once(
    pool: Pool, tmp_path: Path
) -> None:
    """Whoever comes first makes the catalog, the others find it whole."""
    assert pool.map(open_and_count, [tmp_path] * 4, chunksize=1) == [0, 0, 0, 0]
    assert migrate.read_version(tmp_path / "genre.db") == migrate.HEAD


def test_four_processes_may_upgrade_at_once(
    pool: Pool, path: Path, tmp_path: Path
) -> None:
    """Of four upgraders one works and the others find it done; one backup is left."""
    before = rows(path)
    scripts = scripts_with(tmp_path, REBUILD)
    pool.starmap(upgrade, [(path, scripts)] * 4, chunksize=1)
    assert (migrate.read_version(path), rows(path)) == (NEXT, before)
    assert len(list(path.parent.glob("*.bak"))) == 1
