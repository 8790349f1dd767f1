"""Composing a corpus: whole files, kept on a rerun, finished after a stop."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from genre.audio import decode
from genre.config import Settings
from genre.demo.corpus import compose_corpus, compose_plan, is_demo
from genre.demo.plan import plan_tracks
from genre.demo.playlists import music_path
from genre.errors import BusyError, UsageError
from genre.files import sha256_file, stage_lock
from genre.records import Outcome, Stage, Status
from tests.demo.small import TINY


def run(folder: Path, *, jobs: int = 1, limit: int | None = None) -> Counter[Status]:
    """Compose the tiny corpus, or only up to ``limit`` events, and count outcomes."""
    events = itertools.islice(compose_plan(folder, TINY, jobs=jobs), limit)
    return Counter(e.status for e in events if isinstance(e, Outcome))


def hashes(folder: Path) -> dict[str, str]:
    """Return the sha256 of everything composed."""
    found = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".lock")
    return {str(p.relative_to(folder)): sha256_file(p) for p in found}


def test_a_corpus_is_composed_once(tmp_path: Path) -> None:
    """The first run makes every file, the second keeps them all byte for byte."""
    assert run(tmp_path) == {Status.DONE: 4}
    before = hashes(tmp_path)

    assert run(tmp_path) == {Status.KEPT: 4}
    assert before == hashes(tmp_path)
    assert sum(name.startswith("music/") for name in before) == 4


def test_the_number_of_jobs_does_not_matter(tmp_path: Path) -> None:
    """Two processes write the same bytes as one."""
    run(tmp_path / "one", jobs=1)
    run(tmp_path / "two", jobs=2)

    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")


def test_a_stopped_run_goes_on(tmp_path: Path) -> None:
    """After a stop the rest is made and what was there is kept."""
    run(tmp_path / "whole")
    run(tmp_path / "stopped", limit=3)
    assert not (tmp_path / "stopped" / "list.txt").exists()

    assert run(tmp_path / "stopped") == {Status.KEPT: 2, Status.DONE: 2}
    assert hashes(tmp_path / "whole") == hashes(tmp_path / "stopped")


def test_a_killed_run_goes_on(tmp_path: Path) -> None:
    """SIGKILL leaves nothing that the next run mistakes for music."""
    program = (
        "import sys; from pathlib import Path; from genre.demo.corpus import compose_plan;"
        "from tests.demo.small import TINY; list(compose_plan(Path(sys.argv[1]), TINY, jobs=1))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "killed")]
    )
    while process.poll() is None and not list(tmp_path.rglob("music/*/*")):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()

    run(tmp_path / "killed")
    run(tmp_path / "whole")
    assert hashes(tmp_path / "whole") == hashes(tmp_path / "killed")


def test_every_file_decodes_to_the_composed_length(tmp_path: Path) -> None:
    """All four codecs give two seconds of sound within 50 ms."""
    plan = replace(TINY, tracks_per_genre=4, genres=("House",))

    list(compose_plan(tmp_path, plan, jobs=1))

    tracks = plan_tracks(plan)
    assert {"mp3", "aac", "opus", "flac"} == {t.codec for t in tracks}
    for track in tracks:
        y = decode(tmp_path / music_path(track), settings=Settings())
        assert len(y) / 16_000 == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize(
    ("change", "named"), [({"seed": 4}, "seed = 4"), ({"duration_s": 3.0}, "3.0")]
)
def test_a_folder_belongs_to_one_plan(
    tmp_path: Path, change: dict[str, float], named: str
) -> None:
    """Other numbers in the same folder are refused with what to do."""
    run(tmp_path)

    with pytest.raises(UsageError, match=rf"{named}.*choose another --corpus"):
        list(compose_plan(tmp_path, replace(TINY, **change), jobs=1))  # type: ignore[arg-type]


def test_a_folder_that_was_begun_is_a_demo(tmp_path: Path) -> None:
    """The plan is written before the first note."""
    assert not is_demo(tmp_path)

    run(tmp_path, limit=1)

    assert is_demo(tmp_path)
    assert not (tmp_path / "music").exists()


def test_a_damaged_plan_is_refused(tmp_path: Path) -> None:
    """The message names the file."""
    (tmp_path / "corpus.json").write_text("{half", encoding="utf-8")

    with pytest.raises(UsageError, match=r"corpus\.json, found something else"):
        run(tmp_path)


@pytest.mark.parametrize(("tracks_per_genre", "seed"), [(0, 0), (1, -1), (10**6, 0)])
def test_senseless_numbers_are_refused(
    tmp_path: Path, tracks_per_genre: int, seed: int
) -> None:
    """The message says which numbers make sense."""
    with pytest.raises(UsageError, match="1 to 10000 tracks per genre"):
        list(compose_corpus(tmp_path, tracks_per_genre=tracks_per_genre, seed=seed))


def test_two_composers_do_not_share_a_folder(tmp_path: Path) -> None:
    """The second one is told who holds the folder."""
    with (
        stage_lock(tmp_path, Stage.DEMO),
        pytest.raises(BusyError, match=str(os.getpid())),
    ):
        list(compose_corpus(tmp_path, tracks_per_genre=1))
