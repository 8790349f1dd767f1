"""Labels and predictions are measured against the composed truth."""

from pathlib import Path

import pytest

from genre.demo.truth import score_labels, score_predictions
from genre.records import Label

TRUTH = {"a": ("House",), "b": ("Techno",), "c": ("House", "Techno"), "d": ("Techno",)}
LABELS = [
    Label("a", "House", 1.0),
    Label("b", "Techno", 0.6),
    Label("b", "House", 0.4),  # added by a mistake
    Label("c", "House", 0.9),
    Label("c", "Techno", 0.2),  # lost: below a yes
    Label("d", "Techno", None, known=False),  # unknown is neither
    Label("x", "House", 1.0),  # not composed by the demo
]


def test_labels_are_counted_against_the_truth() -> None:
    """One wrong and one missing label among four given and four knowable ones."""
    scores = score_labels(TRUTH, LABELS)

    assert (scores["n_given"], scores["n_right"], scores["n_unknown"]) == (4, 3, 1)
    assert (scores["n_added"], scores["n_lost"], scores["n_flipped_tracks"]) == (
        1,
        1,
        2,
    )
    assert (scores["precision"], scores["recall"], scores["f1"]) == (0.75, 0.75, 0.75)


def test_without_labels_there_is_no_precision() -> None:
    """Nothing given is not nothing right: the share does not exist."""
    scores = score_labels(TRUTH, [])

    assert scores["precision"] is None
    assert scores["recall"] == 0.0
    assert scores["n_lost"] == 5


def write_predictions(folder: Path, *rows: str) -> Path:
    """Write a run's predictions for House and Techno."""
    path = folder / "predictions.csv"
    path.write_text(
        "\n".join(["track_id,split,House,Techno", *rows]) + "\n", encoding="utf-8"
    )
    return path


def test_only_the_test_part_is_measured(tmp_path: Path) -> None:
    """A perfect order of the test songs scores 1, whatever validation holds."""
    path = write_predictions(
        tmp_path,
        "a,test,0.9,0.1",
        "b,test,0.1,0.8",
        "c,test,0.8,0.7",
        "d,validation,1.0,0.0",
    )

    scores = score_predictions(TRUTH, path)

    assert scores["n_songs"] == 3
    assert scores["macro_pr_auc"] == 1.0
    assert scores["prior"] == pytest.approx(2 / 3, abs=1e-4)
    assert scores["per_genre"] == {"House": 1.0, "Techno": 1.0}


def test_a_genre_that_cannot_be_measured_is_named(tmp_path: Path) -> None:
    """Without a negative song House has no score and is not averaged."""
    path = write_predictions(tmp_path, "a,test,0.9,0.6", "c,test,0.8,0.7")

    scores = score_predictions(TRUTH, path)

    assert scores["not_counted"] == ["House"]
    assert scores["macro_pr_auc"] == 1.0


def test_songs_without_truth_are_left_out(tmp_path: Path) -> None:
    """A song that the demo did not compose cannot be right or wrong."""
    path = write_predictions(tmp_path, "x,test,0.9,0.1")

    scores = score_predictions(TRUTH, path)

    assert scores["n_songs"] == 0
    assert scores["macro_pr_auc"] is None
