"""What a run is called, and the small files it leaves."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from genre.records import FeatureRef, Label, Split
from genre.train import rundir
from genre.train.learner import Epoch
from genre.train.sources import Sources
from tests.train.tiny import tiny_config

HISTORY = [
    Epoch(1, loss=0.5, lr=0.001, validation=None, crops_per_s=100.0, seconds=2.0),
    Epoch(2, loss=0.25, lr=1e-05, validation=0.75, crops_per_s=300.0, seconds=1.0),
]
SOURCES = Sources(
    label_set="labels",
    split_set="split",
    feature_key="mel",
    labels=(Label("a", "House", 1.0), Label("b", "Techno", 1.0)),
    splits={"a": Split.TRAIN, "b": Split.TRAIN},
    artists={},
    refs=tuple(FeatureRef(t, "mel", f"sound {t}", "shard", 0, 9) for t in "ab"),
    shards=(),
)


def id_of(sources: Sources = SOURCES, **options: Any) -> str:
    """Return the id of a run with these options."""
    return rundir.new_run(tiny_config(**options), sources, sources.table).id


def test_a_run_is_named_after_its_model() -> None:
    """The id is readable and short."""
    name, digest = id_of().split("-")

    assert name == "mgcnet"
    assert len(digest) == 8


def test_resuming_is_the_same_run() -> None:
    """Whether a run is resumed changes nothing about it."""
    assert id_of(resume=True) == id_of(resume=False)


@pytest.mark.parametrize(
    "change", [{"seed": 1}, {"epochs": 9}, {"multilabel": False}, {"lr": 0.5}]
)
def test_other_options_are_another_run(change: dict[str, Any]) -> None:
    """Every option that changes a result changes the id."""
    assert id_of(**change) != id_of()


@pytest.mark.parametrize(
    "other",
    [
        replace(SOURCES, label_set="other labels"),
        replace(SOURCES, split_set="other split"),
        replace(SOURCES, refs=(SOURCES.refs[0],)),
        replace(SOURCES, refs=tuple(replace(r, pcm_sha256="x") for r in SOURCES.refs)),
    ],
)
def test_other_labels_parts_or_sound_are_another_run(other: Sources) -> None:
    """A song that was fetched anew makes another run."""
    assert id_of(other) != id_of()


def test_where_frames_lie_does_not_matter() -> None:
    """A store that was built again holds the same songs."""
    moved = replace(SOURCES, refs=tuple(replace(r, offset=5) for r in SOURCES.refs))

    assert id_of(moved) == id_of()


def test_history_as_a_table(tmp_path: Path) -> None:
    """One row per epoch; no score where there are no validation songs."""
    rundir.write_history(tmp_path, HISTORY)

    rows = list(csv.reader((tmp_path / "history.csv").read_text().splitlines()))
    assert rows == [
        ["epoch", "loss", "lr", "validation_pr_auc"],
        ["1", "0.5", "0.001", ""],
        ["2", "0.25", "1e-05", "0.75"],
    ]


def test_speed_is_apart(tmp_path: Path) -> None:
    """Crops seen, their median rate and the seconds spent."""
    rundir.write_speed(tmp_path, HISTORY)

    found = json.loads((tmp_path / "speed.json").read_text())
    assert found == {"crops_per_s": 200.0, "crops_seen": 500, "seconds": 3.0}
