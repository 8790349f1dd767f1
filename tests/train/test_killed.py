"""``kill -9`` while training: the same command again ends as if nothing had been."""

import subprocess
import sys
import time
from pathlib import Path

from genre.records import Outcome, Status
from genre.train.checkpoint import STATE
from genre.train.pipeline import train
from tests.train.test_pipeline import CONFIG, dump, results
from tests.train.tiny_corpus import TinyCorpus

_TRAIN = """
import sys
from pathlib import Path
from genre.train.pipeline import train
from tests.train.test_pipeline import CONFIG
from tests.train.tiny_corpus import TinyCorpus
for event in train(TinyCorpus(Path(sys.argv[1])).settings, CONFIG):
    print(event, flush=True)
"""


def kill_in_the_middle(folder: Path) -> None:
    """Start a training process and kill it as soon as an epoch is saved."""
    process = subprocess.Popen(
        [sys.executable, "-c", _TRAIN, str(folder)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    while not list(folder.glob(f"runs/*/{STATE}")) and process.poll() is None:
        time.sleep(0.001)
    process.kill()
    process.communicate()


def test_a_killed_run_ends_equal_to_an_undisturbed_one(tmp_path: Path) -> None:
    """Files and catalog are the same, and the saved epochs are not done again."""
    calm = TinyCorpus(tmp_path / "calm").build().settings
    killed = TinyCorpus(tmp_path / "killed").build().settings
    list(train(calm, CONFIG))
    kill_in_the_middle(killed.corpus)

    events = list(train(killed, CONFIG))

    kept = [e for e in events if isinstance(e, Outcome) and e.status is Status.KEPT]
    assert 1 <= len(kept) <= CONFIG.epochs
    assert results(killed) == results(calm)
    assert dump(killed) == dump(calm)
