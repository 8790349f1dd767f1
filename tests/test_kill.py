"""kill -9 at any moment, then the same command again: as if nothing had happened."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from genre.audio import write_wav
from genre.files import sha256_file

N_TRACKS = 12
STAGES: dict[str, list[str]] = {
    "crawl": ["crawl", "--playlists", "list.txt", "--jobs", "2"],
    "features": ["features", "--jobs", "2"],
    "train": [
        "train", "--width", "2", "--epochs", "3", "--crops", "2", "--batch-size", "4",
    ],
}  # fmt: skip


def _song(number: int) -> NDArray[np.float32]:
    """Six seconds of a chord that no other number has."""
    t = np.arange(6 * 16_000, dtype=np.float32) / 16_000
    tones = [np.sin(2 * np.pi * (110 + 17 * number) * k * t) for k in (1, 1.5, 2)]
    song: NDArray[np.float32] = (0.2 * np.sum(tones, axis=0)).astype(np.float32)
    return song


def _write_sources(folder: Path) -> None:
    """Compose songs by six artists, two playlists that share two songs, and a list."""
    names = []
    for number in range(N_TRACKS):
        write_wav(folder / "music" / f"{number}.wav", _song(number), 16_000)
        names.append(f"music/{number}.wav,Artist {number // 2},Song {number}")
    header = "path,artist,title"
    (folder / "a.csv").write_text("\n".join([header, *names[:7]]))
    (folder / "b.csv").write_text("\n".join([header, *names[5:]]))
    (folder / "list.txt").write_text("a.csv House\nb.csv Techno\n")


def _environment() -> dict[str, str]:
    """Name the corpus and keep to one thread, so that training is equal."""
    return {**os.environ, "GENRE_CORPUS": "corpus", "OMP_NUM_THREADS": "1"}


def _start(folder: Path, args: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a command of the tool."""
    return subprocess.Popen(
        [sys.executable, "-m", "genre", *args],
        cwd=folder,
        env=_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _run(folder: Path, args: Sequence[str]) -> None:
    """Run a command of the tool to its good end."""
    process = _start(folder, args)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err.decode()


def _run_until(folder: Path, stage: str, *, kills: Sequence[float] = ()) -> None:
    """Run all commands up to ``stage``; kill that one at these shares of a second."""
    _write_sources(folder)
    before = {"features": ["crawl"], "train": ["crawl", "features"]}.get(stage, [])
    for earlier in before:
        _run(folder, STAGES[earlier])
    if stage == "train":
        _run(folder, ["label"])
        _run(folder, ["split", "--ratios", "0.4,0.3,0.3"])
    for seconds in kills:
        process = _start(folder, STAGES[stage])
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    _run(folder, STAGES[stage])


def _state(folder: Path) -> dict[str, str]:
    """Return the catalog's digest, every file's hash and the runs' metrics."""
    done = subprocess.run(
        [sys.executable, "-m", "genre", "status", "--digest", "--json"],
        cwd=folder, env=_environment(), capture_output=True, check=True,
    )  # fmt: skip
    corpus = folder / "corpus"
    kept = [
        p
        for part in ("audio", "segments", "incoming")
        for p in sorted((corpus / part).rglob("*"))
        if p.is_file()
    ]
    runs = sorted(corpus.glob("runs/*/model.safetensors"))
    return {
        "digest": json.loads(done.stdout)["status"]["digest"],
        **{str(p.relative_to(corpus)): sha256_file(p) for p in [*kept, *runs]},
    }


@pytest.mark.parametrize(
    ("stage", "longest_s", "n_kills"),
    [("crawl", 2.0, 10), ("features", 1.5, 10), ("train", 8.0, 4)],
)
def test_killed_and_repeated_equals_undisturbed(
    tmp_path: Path, stage: str, longest_s: float, n_kills: int
) -> None:
    """After kills at random moments the catalog and all files equal a quiet run's."""
    chance = random.Random(stage)
    moments = [chance.uniform(0.1, longest_s) for _ in range(n_kills)]

    states = []
    for kills in ([], moments):
        folder = tmp_path / "same"  # a local playlist's id depends on its place
        folder.mkdir()
        _run_until(folder, stage, kills=kills)
        states.append(_state(folder))
        shutil.rmtree(folder)

    assert states[1] == states[0]


def test_ctrl_c_ends_with_130_and_loses_nothing(tmp_path: Path) -> None:
    """An interrupt is one sentence; the same command finishes the work."""
    _write_sources(tmp_path)
    process = _start(tmp_path, STAGES["crawl"])
    while not (tmp_path / "corpus" / "audio").exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)

    assert b"Traceback" not in err
    assert process.returncode in {0, 130}  # 0 when it was faster than we
    _run(tmp_path, STAGES["crawl"])
    assert len(list((tmp_path / "corpus" / "audio").rglob("*.wav"))) == N_TRACKS
