"""Options of a run: every field has a help text and refuses what no run could use."""

import dataclasses
import subprocess
import sys
from typing import Any

import pytest

from genre.errors import UsageError
from genre.train.config import HELP, TrainConfig


def test_every_option_has_a_help_text() -> None:
    """The command line shows what stands beside the field."""
    assert set(HELP) == {f.name for f in dataclasses.fields(TrainConfig)}
    assert all(text.endswith(".") for text in HELP.values())


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"width": 0}, "width should be 1 to 512, found 0"),
        ({"epochs": 0}, "epochs should be 1 or more, found 0"),
        ({"crops_per_song": 0}, "crops_per_song should be 1 or more"),
        ({"batch_size": 1}, "batch_size should be 2 or more"),
        ({"lr": 0.0}, "lr should be more than 0"),
        ({"lr": float("nan")}, "lr should be more than 0, at most 1, found nan"),
        ({"weight_decay": -1.0}, "weight_decay should be 0 or more"),
        ({"ema": 1.0}, "ema should be 0 up to but not including 1"),
        ({"dropout": 1.0}, "dropout should be 0 up to but not including 1"),
        ({"mixup_p": 1.5}, "mixup_p should be 0 to 1"),
        ({"seed": -1}, "seed should be 0 or more"),
        ({"patience": -1}, "patience should be 0 or more"),
        ({"precision": "fp16"}, "precision should be auto, fp32 or bf16"),
        ({"device": "tpu"}, "device should be auto, cpu or cuda"),
    ],
)
def test_impossible_values_are_refused(options: dict[str, Any], expected: str) -> None:
    """The sentence says what was expected and what was found."""
    with pytest.raises(UsageError, match=expected):
        TrainConfig(**options)


def test_the_identity_leaves_out_how_a_run_is_started() -> None:
    """Whether to resume changes no result; everything else may."""
    names = set(TrainConfig().identity())

    assert names == {f.name for f in dataclasses.fields(TrainConfig)} - {"resume"}


def test_options_load_no_torch() -> None:
    """``genre --help`` reads them, so they have to be light."""
    code = "import sys, genre.train.config; print('torch' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )

    assert done.stdout.strip() == "False"
