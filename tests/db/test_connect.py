"""The catalog opens by a recipe that loses nothing."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from genre.config import Settings
from genre.db import Catalog, open_catalog
from genre.db import models as m
from genre.db.connect import catalog_path, translated_errors
from genre.errors import (
    BusyError,
    CatalogDamagedError,
    CatalogError,
    CatalogTooNewError,
    CorpusError,
    NotReadyError,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return the settings of a corpus that has an empty catalog."""
    found = Settings(corpus=tmp_path / "corpus")
    open_catalog(found).close()
    return found


def set_version(settings: Settings, version: str) -> None:
    """Write another schema version into the catalog."""
    connection = sqlite3.connect(catalog_path(settings))
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.close()


def count_up(catalog: Catalog, times: int) -> None:
    """Read a number and write it back plus one, again and again."""
    for _ in range(times):
        with catalog.write() as session:
            playlist = session.get_one(m.Playlist, "p")
            playlist.n_items += 1


def test_no_update_is_lost_between_threads(settings: Settings) -> None:
    """Four threads with 50 read-modify-writes each count to exactly 200."""
    with open_catalog(settings) as catalog:
        with catalog.write() as session:
            session.add(
                m.Playlist(
                    id="p", source="file", source_id="x", snapshot_at="", n_items=0
                )
            )
        threads = [
            threading.Thread(target=count_up, args=(catalog, 50)) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with catalog.read() as session:
            assert session.get_one(m.Playlist, "p").n_items == 200


def test_write_commits_and_read_sees_it(settings: Settings) -> None:
    """A block that ends well is committed; a record outlives its session."""
    with open_catalog(settings) as catalog:
        with catalog.write() as session:
            session.add(m.Genre(id="dub", name="Dub"))
        with catalog.read() as session:
            assert session.scalars(select(m.Genre.name)).all() == ["Dub"]


def test_a_failing_write_leaves_nothing(settings: Settings) -> None:
    """An exception inside the block undoes all of it."""
    with open_catalog(settings) as catalog:
        with pytest.raises(ZeroDivisionError), catalog.write() as session:
            session.add(m.Genre(id="dub", name="Dub"))
            session.flush()
            _ = 1 / 0
        with catalog.read() as session:
            assert session.scalars(select(m.Genre)).all() == []


def test_a_reading_catalog_hands_out_no_writer(settings: Settings) -> None:
    """``write`` on a catalog opened for reading says so."""
    with (
        open_catalog(settings, readonly=True) as catalog,
        pytest.raises(CatalogError, match="was opened for reading only"),
        catalog.write(),
    ):
        pass


def test_reading_takes_no_write_lock(settings: Settings) -> None:
    """While one process reads, another one begins to write."""
    with (
        open_catalog(settings) as reader,
        open_catalog(settings) as writer,
        reader.read() as session,
    ):
        assert session.scalars(select(m.Genre)).all() == []
        with pytest.raises(ZeroDivisionError), writer.write() as other:
            other.add(m.Genre(id="dub", name="Dub"))
            other.flush()
            _ = 1 / 0


@pytest.mark.parametrize("readonly", [True, False])
def test_a_reading_transaction_refuses_writes(
    settings: Settings, readonly: bool
) -> None:
    """``read`` of any catalog cannot write, not even by mistake."""
    with (
        open_catalog(settings, readonly=readonly) as catalog,
        catalog.read() as session,
        pytest.raises(DBAPIError, match="readonly"),
    ):
        session.execute(text("DELETE FROM genres"))


def test_foreign_keys_are_enforced(settings: Settings) -> None:
    """A row may not point at nothing, nor a row be deleted that others point at."""
    with open_catalog(settings) as catalog:
        with pytest.raises(IntegrityError), catalog.write() as session:
            session.add(m.PlaylistGenre(playlist_id="none", genre_id="none"))
        with catalog.write() as session:
            session.add(m.Genre(id="a", name="A"))
            session.flush()
            session.add(m.Genre(id="b", name="B", parent_id="a"))
        with pytest.raises(IntegrityError), catalog.write() as session:
            session.execute(text("DELETE FROM genres WHERE id = 'a'"))


@pytest.mark.parametrize(
    ("pragma", "expected"),
    [("foreign_keys", 1), ("synchronous", 2), ("mmap_size", 0), ("trusted_schema", 0)],
)
def test_every_connection_follows_the_recipe(
    settings: Settings, pragma: str, expected: int
) -> None:
    """Foreign keys on, every commit synced, no memory map, no trusted schema."""
    with open_catalog(settings) as catalog, catalog.read() as session:
        assert session.execute(text(f"PRAGMA {pragma}")).scalar_one() == expected


def test_journal_mode_fits_the_sqlite_version(settings: Settings) -> None:
    """Write-ahead logging is used only where SQLite has the reset fix."""
    expected = "wal" if sqlite3.sqlite_version_info >= (3, 51, 3) else "delete"
    with open_catalog(settings) as catalog, catalog.read() as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar_one() == expected


@pytest.mark.parametrize("folder", ["what?", "100% #1", "ümläut & co"])
def test_any_folder_name_will_do(tmp_path: Path, folder: str) -> None:
    """A corpus folder may have characters that mean something in a URL."""
    open_catalog(Settings(corpus=tmp_path / folder)).close()
    assert (tmp_path / folder / "genre.db").is_file()


def test_the_catalog_may_lie_elsewhere(tmp_path: Path) -> None:
    """``db`` is a path or a SQLite URL."""
    path = tmp_path / "else" / "my.db"
    for db in (str(path), f"sqlite:///{path}"):
        settings = Settings(corpus=tmp_path / "corpus", db=db)
        open_catalog(settings).close()
        assert catalog_path(settings) == path
    assert not (tmp_path / "corpus" / "genre.db").exists()


@pytest.mark.parametrize("how", [{"readonly": True}, {"create": False}])
def test_a_missing_catalog_is_not_made_by_those_who_need_one(
    tmp_path: Path, how: dict[str, bool]
) -> None:
    """Readers and stages without work say what to run and create nothing."""
    settings = Settings(corpus=tmp_path / "corpus")
    with pytest.raises(NotReadyError, match="found none; run `genre crawl` first"):
        open_catalog(settings, **how)
    assert not settings.corpus.exists()


@pytest.mark.parametrize("readonly", [True, False])
def test_a_newer_catalog_is_refused(settings: Settings, readonly: bool) -> None:
    """A schema this code does not know is left alone, with a sentence."""
    set_version(settings, "9999")
    before = catalog_path(settings).read_bytes()
    with pytest.raises(CatalogTooNewError, match=r"has schema 9999, .*; upgrade genre"):
        open_catalog(settings, readonly=readonly)
    assert catalog_path(settings).read_bytes() == before


def test_a_reader_is_told_of_an_empty_catalog(settings: Settings) -> None:
    """A first command that was interrupted may leave a file without tables."""
    catalog_path(settings).write_bytes(b"")
    with pytest.raises(NotReadyError, match=r"found an empty one .*genre crawl"):
        open_catalog(settings, readonly=True)


@pytest.mark.parametrize("readonly", [True, False])
def test_a_foreign_file_is_refused(settings: Settings, readonly: bool) -> None:
    """A file that is no database is not touched; the sentence says what to do."""
    path = catalog_path(settings)
    path.write_bytes(b"this is not a catalog\n" * 400)
    with pytest.raises(CatalogDamagedError, match=r"restore a backup .* or move it"):
        open_catalog(settings, readonly=readonly)
    assert path.read_bytes() == b"this is not a catalog\n" * 400


@pytest.mark.parametrize("readonly", [True, False])
@pytest.mark.parametrize(
    "schema",
    [
        "CREATE TABLE songs (title TEXT)",
        "CREATE VIEW one AS SELECT 1",
        "CREATE TABLE alembic_version AS SELECT '0001' AS version_num",
    ],
)
def test_another_programs_database_is_refused(
    tmp_path: Path, schema: str, readonly: bool
) -> None:
    """A sound SQLite file that is no catalog does not become one."""
    path = tmp_path / "mine.db"
    connection = sqlite3.connect(path)
    connection.executescript(schema)
    connection.close()
    before = path.read_bytes()
    settings = Settings(corpus=tmp_path / "corpus", db=str(path))
    with pytest.raises(CatalogError, match=r"another program's database .* --db"):
        open_catalog(settings, readonly=readonly)
    assert path.read_bytes() == before


def test_an_empty_file_becomes_a_catalog(tmp_path: Path) -> None:
    """Nothing can be lost in a file of no bytes, or a database of no tables."""
    (tmp_path / "zero.db").touch()
    connection = sqlite3.connect(tmp_path / "empty.db")
    connection.execute("VACUUM")
    connection.close()
    for name in ("zero.db", "empty.db"):
        settings = Settings(corpus=tmp_path, db=str(tmp_path / name))
        with open_catalog(settings) as catalog, catalog.read() as session:
            assert session.scalars(select(m.Genre)).all() == []


@pytest.mark.parametrize("begin", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_catalog_that_stays_locked_is_a_sentence(
    settings: Settings, begin: str
) -> None:
    """Another program that does not let go is named as the cause, to try again."""
    path = catalog_path(settings)
    holder = sqlite3.connect(path, isolation_level=None)
    waiting = sqlite3.connect(path, isolation_level=None, timeout=0)
    holder.execute(begin)
    try:
        with (
            pytest.raises(BusyError, match=r"free within 30 s, found it locked"),
            translated_errors(path),
        ):
            waiting.execute("BEGIN IMMEDIATE")
    finally:
        holder.close()
        waiting.close()
    assert BusyError.exit_code == 3


@pytest.mark.parametrize("where", ["corpus", "corpus/below"])
def test_a_file_in_the_way_of_the_corpus_is_a_sentence(
    tmp_path: Path, where: str
) -> None:
    """A corpus that is a file, or lies below one, cannot be made."""
    (tmp_path / "corpus").write_text("mine")
    with pytest.raises(CorpusError, match="Expected a folder that can be written"):
        open_catalog(Settings(corpus=tmp_path / where))


def test_damage_met_while_working_is_named(settings: Settings) -> None:
    """A page overwritten on disk ends in a sentence, not in a traceback of SQL."""
    path = catalog_path(settings)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with (
        pytest.raises(CatalogDamagedError, match="damaged or foreign file"),
        open_catalog(settings, readonly=True) as catalog,
        catalog.read() as session,
    ):
        session.scalars(select(m.Genre)).all()


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    """A catalog that cannot be opened gives the reason and where to look."""
    (tmp_path / "genre.db").mkdir()
    with pytest.raises(CatalogError, match="could not be opened or written"):
        open_catalog(Settings(corpus=tmp_path))


@pytest.mark.parametrize(
    "row",
    [
        m.Attempt(subject_kind="cat", subject="", stage="", at="", outcome="done"),
        m.Attempt(subject_kind="track", subject="", stage="", at="", outcome="maybe"),
        m.Shard(
            id="s", feature_key="", path="", sha256="", n_frames=1, dtype="", state="odd"
        ),
        m.Candidate(
            track_id="t", provider="", provider_id="", url="", title="", score=1,
            reason="", decision="perhaps", decided_by="", decided_at="",
        ),
        m.TrackArtist(track_id="t", artist_key="a", role="cook"),
        m.SplitRow(split_set="s", track_id="t", split="holdout"),
        m.Label(label_set="l", track_id="t", genre_id="g", score=1.5, known=True),
    ],
    ids=lambda row: type(row).__name__,
)  # fmt: skip
def test_foreign_statuses_are_rejected(settings: Settings, row: m.Base) -> None:
    """Closed sets are enforced by the catalog itself."""
    with (
        open_catalog(settings) as catalog,
        pytest.raises(IntegrityError, match="CHECK constraint failed"),
        catalog.write() as session,
    ):
        session.add(row)


def test_a_track_has_one_present_wav(settings: Settings) -> None:
    """Two present audio rows of a track are refused, a replaced one is fine."""

    def audio(pcm: str, status: str) -> m.Audio:
        return m.Audio(
            track_id="t", pcm_sha256=pcm, path="p", provider="", provider_id="",
            sample_rate=16_000, n_samples=1, duration_s=1.0, source_codec="", status=status,
        )  # fmt: skip

    with open_catalog(settings) as catalog:
        with catalog.write() as session:
            session.add(m.Track(id="t", title="", artists="", match_key=""))
            session.flush()
            session.add_all([audio("1", "replaced"), audio("2", "present")])
        with pytest.raises(IntegrityError), catalog.write() as session:
            session.add(audio("3", "present"))
