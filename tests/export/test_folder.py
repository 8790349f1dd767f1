"""An export is there as a whole or not at all; nothing of others is touched."""

import multiprocessing
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from genre.config import Settings
from genre.errors import DiskFullError, ExportError
from genre.export.manifest import NAME
from genre.export.pipeline import ExportRequest, export
from genre.export.verify import verify
from tests.export.corpus import SONGS, Song, make_corpus, run_export


def _names(folder: Path) -> list[str]:
    """Return what is in a folder."""
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def _largest_file(n_bytes: int) -> Iterator[None]:
    """Let the system refuse to write files beyond a size, as a full disk would."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


def test_an_empty_or_missing_folder_is_used(tmp_path: Path) -> None:
    """The target may exist when it is empty; its parents are made."""
    settings = make_corpus(tmp_path / "corpus")
    (tmp_path / "empty").mkdir()
    for target in (tmp_path / "empty", tmp_path / "new" / "deep"):
        run_export(settings, target)
        assert _names(target) == ["README.md", "data", NAME]
    assert (tmp_path / "empty").stat().st_mode & 0o777 == 0o755


def test_a_full_folder_is_refused(tmp_path: Path) -> None:
    """Without --force not even an earlier export is replaced."""
    settings = make_corpus(tmp_path / "corpus")
    run_export(settings, tmp_path / "out")
    before = (tmp_path / "out" / NAME).read_bytes()
    with pytest.raises(ExportError, match=r"Expected an empty or new folder.* --force"):
        run_export(settings, tmp_path / "out")
    assert (tmp_path / "out" / NAME).read_bytes() == before


def test_force_replaces_an_earlier_export(tmp_path: Path) -> None:
    """The new one is put in its place as a whole, and nothing is left beside it."""
    run_export(make_corpus(tmp_path / "one"), tmp_path / "out")
    settings = make_corpus(tmp_path / "two", SONGS[:4])
    run_export(settings, tmp_path / "out", force=True)
    assert "4 songs with soft labels" in (tmp_path / "out" / "README.md").read_text()
    assert verify(tmp_path / "out").ok
    assert _names(tmp_path) == ["one", "out", "two"]


def test_force_never_deletes_a_foreign_folder(tmp_path: Path) -> None:
    """A folder without our manifest stays, whatever is asked."""
    settings = make_corpus(tmp_path / "corpus")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.tex").write_text("years of work")
    (tmp_path / "thesis" / NAME).write_text('{"format": "web app"}')
    with pytest.raises(ExportError, match="Expected an earlier export to replace"):
        run_export(settings, tmp_path / "thesis", force=True)
    assert _names(tmp_path / "thesis") == ["chapter1.tex", NAME]


def test_force_never_deletes_a_foreign_file(tmp_path: Path) -> None:
    """Notes that somebody put into an export keep it from being replaced."""
    settings = make_corpus(tmp_path / "corpus")
    run_export(settings, tmp_path / "out")
    (tmp_path / "out" / "data" / "notes.txt").write_text("mine")
    with pytest.raises(ExportError, match=r"found 'data/notes\.txt'; move it away"):
        run_export(settings, tmp_path / "out", force=True)
    assert (tmp_path / "out" / "data" / "notes.txt").read_text() == "mine"


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    """A file is never replaced by a folder."""
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ExportError, match=r"Expected a folder at .*out, found a file"):
        run_export(make_corpus(tmp_path / "corpus"), tmp_path / "out", force=True)


def test_a_parent_that_is_a_file_is_told(tmp_path: Path) -> None:
    """A place that cannot be written gets a sentence."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ExportError, match="could not be written"):
        run_export(make_corpus(tmp_path / "corpus"), tmp_path / "file" / "out")


@pytest.mark.parametrize("limit", [0, 1_000, 12_000])
def test_a_full_disk_leaves_nothing(tmp_path: Path, limit: int) -> None:
    """Whether data or manifest meet it, the run stops and no folder appears."""
    songs = [Song(f"s{i}", title=f"{i}" * 99) for i in range(300)]
    settings = make_corpus(tmp_path / "corpus", songs)
    with _largest_file(limit), pytest.raises(DiskFullError, match="The disk is full"):
        run_export(settings, tmp_path / "out")
    assert _names(tmp_path) == ["corpus"]


def test_a_full_disk_keeps_the_earlier_export(tmp_path: Path) -> None:
    """What was there before a failed replacement is still there, whole."""
    settings = make_corpus(tmp_path / "corpus")
    run_export(settings, tmp_path / "out")
    with _largest_file(1_000), pytest.raises(DiskFullError):
        run_export(settings, tmp_path / "out", force=True)
    assert verify(tmp_path / "out").ok
    assert _names(tmp_path) == ["corpus", "out"]


def test_too_little_room_is_told_at_once(tmp_path: Path) -> None:
    """The disk has to keep some room free."""
    settings = replace(make_corpus(tmp_path / "corpus"), min_free_bytes=1 << 60)
    with pytest.raises(DiskFullError, match="free disk"):
        run_export(settings, tmp_path / "out")


def _export_and_die(settings: Settings, target: Path) -> None:
    """Run in a process of its own: export, and be killed after five events."""
    events = export(settings, ExportRequest(target))
    for _ in range(5):
        next(events)
    os.kill(os.getpid(), signal.SIGKILL)


def _temporary_folder(settings: Settings, target: Path) -> Path:
    """Return where an export to ``target`` is built."""
    events = export(settings, ExportRequest(target, force=True))
    for _ in range(3):
        next(events)
    (found,) = target.parent.glob(".tmp-*")
    events.close()  # type: ignore[attr-defined]
    return found


def test_a_killed_export_leaves_nothing_that_looks_complete(tmp_path: Path) -> None:
    """There is no target and no manifest; the same command again makes it whole."""
    settings = make_corpus(tmp_path / "corpus")
    child = multiprocessing.get_context("spawn").Process(
        target=_export_and_die, args=(settings, tmp_path / "out")
    )
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    (left,) = tmp_path.glob(".tmp-*")
    assert _names(tmp_path) == [left.name, "corpus"]
    assert _names(left) == ["README.md", "data"]
    run_export(settings, tmp_path / "out")
    assert verify(tmp_path / "out").ok
    assert _names(tmp_path) == ["corpus", "out"]


def test_leftovers_of_others_are_left_alone(tmp_path: Path) -> None:
    """Another corpus, or another target, may be at work beside ours right now."""
    settings = make_corpus(tmp_path / "corpus")
    theirs = _temporary_folder(make_corpus(tmp_path / "theirs"), tmp_path / "out")
    beside = _temporary_folder(settings, tmp_path / "beside")
    mine = _temporary_folder(settings, tmp_path / "out")
    for folder in (theirs, beside, mine):
        folder.mkdir()
    run_export(settings, tmp_path / "out")
    assert [f.exists() for f in (theirs, beside, mine)] == [True, True, False]


def test_an_export_killed_between_the_renames_comes_back(tmp_path: Path) -> None:
    """The earlier export, moved aside but not yet replaced, is put back."""
    settings = make_corpus(tmp_path / "corpus")
    run_export(settings, tmp_path / "out")
    name = _temporary_folder(settings, tmp_path / "out").name.partition("new-")[0]
    (tmp_path / "out").rename(tmp_path / f"{name}old")
    with pytest.raises(ExportError, match="Expected an empty or new folder"):
        run_export(settings, tmp_path / "out")
    assert verify(tmp_path / "out").ok
    assert _names(tmp_path) == ["corpus", "out"]
