"""A build that is stopped, killed or spread over threads ends with the same bytes."""

import itertools
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from genre.features.mel import MelConfig
from genre.features.pipeline import SHARD_SONGS, build_features
from genre.records import (
    Status,
)
from tests.features.corpora import (
    digest,
    make_corpus,
    outcomes,
    songs,
    statuses,
    store_files,
    track_id,
)

MANY = 2 * SHARD_SONGS + 5  # songs: two full shards and a third


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_the_number_of_jobs_changes_no_byte(tmp_path: Path, jobs: int) -> None:
    """One thread or five write the same files and the same rows."""
    one = make_corpus(tmp_path / "one", songs(MANY, duration_s=0.1), jobs=3)
    other = make_corpus(tmp_path / "other", songs(MANY, duration_s=0.1), jobs=jobs)

    outcomes(one)
    outcomes(other)

    assert len(store_files(tmp_path / "one")) == 3
    assert store_files(tmp_path / "one") == store_files(tmp_path / "other")
    assert digest(one) == digest(other)


@pytest.mark.parametrize("stop_after", [1, SHARD_SONGS, SHARD_SONGS + 1, 70])
def test_an_interrupted_build_ends_the_same(tmp_path: Path, stop_after: int) -> None:
    """Stopped anywhere and run again, with songs failing on the way, it ends equal."""
    whole = make_corpus(tmp_path / "whole", songs(MANY, duration_s=0.1))
    broken = make_corpus(tmp_path / "broken", songs(MANY, duration_s=0.1))
    for settings, k in itertools.product((whole, broken), (0, 7, 40)):
        (settings.corpus / f"audio/00/{track_id(k)}.wav").unlink()

    run = build_features(broken)
    list(itertools.islice(run, stop_after))
    run.close()  # type: ignore[attr-defined]
    events = outcomes(broken)

    assert statuses(events)[Status.FAILED] == 3
    assert statuses(outcomes(whole)) == {Status.DONE: MANY - 3, Status.FAILED: 3}
    assert store_files(broken.corpus) == store_files(whole.corpus)
    assert digest(broken) == digest(whole)


_BUILD = """
import sys
from pathlib import Path
from genre.config import Settings
from genre.features.pipeline import build_features
for event in build_features(Settings(corpus=Path(sys.argv[1]), jobs=2)):
    print(event, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 20, 40])
def test_a_killed_build_ends_the_same(tmp_path: Path, lines: int) -> None:
    """Kill -9 in the middle, then the same command again: equal files and rows."""
    whole = make_corpus(tmp_path / "whole", songs(MANY, duration_s=1.0))
    killed = make_corpus(tmp_path / "killed", songs(MANY, duration_s=1.0))
    outcomes(whole)
    command = [sys.executable, "-c", _BUILD, str(killed.corpus)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        for _ in range(lines):
            process.stdout.readline()
        time.sleep(0.02)  # somewhere in the next shard
        process.send_signal(signal.SIGKILL)

    events = outcomes(killed)

    assert not [e for e in events if e.status not in {Status.DONE, Status.KEPT}]
    assert store_files(killed.corpus) == store_files(whole.corpus)
    assert digest(killed) == digest(whole)


def test_what_a_killed_run_left_is_swept(tmp_path: Path) -> None:
    """Temporary files of a run that died are gone after the next one."""
    settings = make_corpus(tmp_path, songs(1))
    left = tmp_path / "segments" / MelConfig().key / ".tmp-abc"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half a shard")

    outcomes(settings)

    assert not left.exists()
    assert len(store_files(tmp_path)) == 1
