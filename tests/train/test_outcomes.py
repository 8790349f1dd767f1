"""What the train stage says: of epochs, of resumed runs, of files."""

from pathlib import Path

import numpy as np
import pytest

from genre.errors import MediaError
from genre.records import ErrorClass, Status
from genre.train import outcomes
from genre.train.learner import Epoch
from tests.train.test_checkpoint import tiny_checkpoint
from tests.train.tiny import tiny_config

Conditions = dict[str, str | int]
ROW = Epoch(2, loss=0.25, lr=1e-3, validation=0.5, crops_per_s=100.0, seconds=1.5)


def test_an_epoch_in_a_line() -> None:
    """The progress bar shows which of how many, loss and validation score."""
    said = outcomes.epoch(ROW, tiny_config(epochs=9), Status.DONE)

    assert said.label == "epoch 2/9: loss 0.250, PR-AUC 0.500"
    assert said.data["crops_per_s"] == 100.0


def test_equal_conditions_need_no_word() -> None:
    """A run resumed as it began says nothing."""
    same: Conditions = {"threads": 2, "device": "cpu", "precision": "bf16"}

    assert list(outcomes.resumed("run", same, same)) == []


def test_other_conditions_on_resume_are_noted() -> None:
    """Bits are promised for an equal number of threads only."""
    (note,) = outcomes.resumed(
        "run", {"threads": 1, "device": "cpu"}, {"threads": 2, "device": "cpu"}
    )

    assert note.status is Status.NOTE
    assert "threads 1 to 2" in note.message
    assert "device" not in note.message


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([0.9, 0.6, 0.1], "Ambient 0.90, House 0.60"),
        ([0.1, 0.2, 0.8], "Techno 0.80"),
        (
            [0.2, 0.4, 0.1],
            "unsure; likeliest are House 0.40, Ambient 0.20, Techno 0.10",
        ),
    ],
)
def test_a_files_genres_from_their_thresholds_on(
    scores: list[float], message: str
) -> None:
    """Thresholds are 0.3, 0.5 and 0.7; below all of them the answer is unsure."""
    said = outcomes.predicted(Path("a/b.mp3"), tiny_checkpoint(), np.array(scores))

    assert (said.label, said.message) == ("b.mp3", message)


def test_every_genre_is_in_the_data() -> None:
    """Scripts get all probabilities, sorted, and whether each is predicted."""
    said = outcomes.predicted(
        Path("b.mp3"), tiny_checkpoint(), np.array([0.4, 0.2, 0.6])
    )

    assert said.data["genres"] == [
        {"genre": "Techno", "probability": 0.6, "predicted": False},
        {"genre": "Ambient", "probability": 0.4, "predicted": True},
        {"genre": "House", "probability": 0.2, "predicted": False},
    ]


def test_a_file_that_cannot_be_heard() -> None:
    """The file is named, with the reason and its class."""
    said = outcomes.unreadable(Path("b.txt"), MediaError("no audio"))

    assert (said.status, said.message) == (Status.FAILED, "no audio")
    assert said.error_class is ErrorClass.PERMANENT
