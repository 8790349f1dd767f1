"""The summary holds every system at both levels, as JSON without NaN."""

import dataclasses
import json

import numpy as np
import pytest

from genre.train.exam import Answers, Exam, to_cells
from genre.train.metrics import average_precision
from genre.train.summary import Json, number, summarise
from tests.train.exams import random_exam, random_songs, song_table


def summary_of(exam: Exam, systems: tuple[Answers, ...], **how: int) -> Json:
    """Summarise with few resamples."""
    return summarise(exam, systems, n_resamples=how.get("n_resamples", 20))


@pytest.mark.parametrize("multilabel", [True, False])
@pytest.mark.parametrize("truth", [True, False])
def test_summary_is_json(multilabel: bool, truth: bool) -> None:
    """It survives strict JSON unchanged: no NaN, no array, no number keys."""
    found = summary_of(*random_exam(multilabel=multilabel, truth=truth))

    assert json.loads(json.dumps(found, allow_nan=False)) == found


@pytest.mark.parametrize("multilabel", [True, False])
def test_both_levels_hold_all_systems(multilabel: bool) -> None:
    """Songs and segments, each system, values and intervals in one nesting."""
    found = summary_of(*random_exam(multilabel=multilabel))
    metric = "macro_pr_auc" if multilabel else "accuracy"

    for level in ("song", "segment"):
        assert list(found[level]) == ["model", "baseline", "prior"]
        for name, values in found[level].items():
            low, high = found["intervals"][level][name][metric]
            assert low <= values[metric] <= high
        differences = found["differences"][level]
        assert list(differences) == ["model - baseline", "model - prior"]


def test_values_are_those_of_the_metrics() -> None:
    """The song-level macro PR-AUC is the mean of the genres' average precision."""
    exam, systems = random_exam()
    labels = to_cells(exam.songs, multilabel=True)

    found = summary_of(exam, systems)

    expected = average_precision(labels, systems[0].songs).mean()
    assert found["song"]["model"]["macro_pr_auc"] == pytest.approx(expected, abs=1e-6)


def test_difference_is_the_difference_of_the_values() -> None:
    """Model minus baseline, to the rounding of six digits."""
    found = summary_of(*random_exam())

    values = found["song"]
    expected = values["model"]["macro_f1"] - values["baseline"]["macro_f1"]
    paired = found["differences"]["song"]["model - baseline"]["macro_f1"]
    assert paired["value"] == pytest.approx(expected, abs=2e-6)


def test_genre_table_has_a_row_per_genre() -> None:
    """Support, prior, PR-AUC with its interval, ROC-AUC, F1 and threshold."""
    found = summary_of(*random_exam())

    rows = found["per_genre"]["model"]
    assert [row["genre"] for row in rows] == found["genres"]
    assert set(rows[0]) == {
        "genre", "support", "known", "prior", "pr_auc", "pr_auc_low", "pr_auc_high",
        "roc_auc", "f1", "threshold",
    }  # fmt: skip
    assert rows[0]["threshold"] == found["thresholds"]["model"]["Ambient"]


def test_genre_of_one_artist_has_no_interval_of_its_own() -> None:
    """Its value stands, its ends are null, and it is named."""
    exam, systems = random_exam()
    artists = ["lonely" if row[0] >= 0.3 else a for row, a in zip(
        exam.songs.targets, exam.songs.artists, strict=True)]  # fmt: skip
    songs = dataclasses.replace(exam.songs, artists=tuple(artists))

    found = summary_of(dataclasses.replace(exam, songs=songs), systems)

    assert found["bootstrap"]["single_artist"] == ["Ambient"]
    row = found["per_genre"]["model"][0]
    assert row["pr_auc"] is not None
    assert [row["pr_auc_low"], row["pr_auc_high"]] == [None, None]


def test_single_genres_have_a_confusion_matrix() -> None:
    """Rows are labels and columns answers; every song is counted once."""
    exam, systems = random_exam(multilabel=False)

    counts = np.array(summary_of(exam, systems)["matrix"]["counts"])

    assert counts.sum() == exam.songs.n_songs
    right = (systems[0].songs.argmax(axis=1) == exam.songs.targets.argmax(axis=1)).sum()
    assert np.trace(counts) == right


def test_several_genres_have_cooccurrence_by_hand() -> None:
    """Of the two songs of A one carries B too; unknown cells are left out."""
    songs = song_table(
        [[1, 1], [1, 0], [1, 1], [0, 0]], known=[[1, 1], [1, 1], [1, 0], [1, 1]]
    )
    scores = np.array([[0.9, 0.5], [0.6, 0.1], [0.3, 0.3], [0.1, 0.1]])
    exam = Exam(True, songs, songs, np.arange(4))
    model = Answers("model", scores, scores, scores)

    matrix = summary_of(exam, (model,))["matrix"]

    assert matrix["labels"] == [[1.0, 0.5], [1.0, 1.0]]
    assert matrix["scores"] == [[0.6, 0.3], [0.9, 0.5]]


def test_genre_without_songs_has_nulls_and_a_name() -> None:
    """It is named, its row is null, and the means leave it out."""
    exam, systems = random_exam()
    exam.songs.targets[:, 3] = 0.0

    found = summary_of(exam, systems)

    assert [row["genre"] for row in found["unmeasurable"]] == ["Trance"]
    row = found["per_genre"]["model"][3]
    assert [row["support"], row["pr_auc"], row["f1"]] == [0, None, None]
    others = [row["pr_auc"] for row in found["per_genre"]["model"][:3]]
    assert found["song"]["model"]["macro_pr_auc"] == pytest.approx(
        np.mean(others), abs=1e-6
    )


@pytest.mark.parametrize("multilabel", [True, False])
def test_empty_part_has_nulls_only(multilabel: bool) -> None:
    """No test songs: every genre is named and every number is null."""
    songs = random_songs(np.random.default_rng(0)).select(np.arange(0))
    nothing = np.zeros((0, 4))
    exam = Exam(multilabel, songs, songs, np.arange(0))
    model = Answers("model", nothing, nothing, nothing)

    found = summary_of(exam, (model,))

    assert len(found["unmeasurable"]) == 4
    assert set(found["song"]["model"].values()) == {None}
    assert found["n_artists"] == 0


def test_truth_measures_the_same_answers_and_the_labels() -> None:
    """Labels that all are right have precision and recall 1 against the truth."""
    exam, systems = random_exam()
    right = dataclasses.replace(exam, truth=(exam.songs.targets >= 0.3).astype(float))

    truth = summary_of(right, systems)["truth"]

    assert truth["labels"]["precision"] == truth["labels"]["recall"] == 1.0
    assert set(truth["song"]) == {"model", "baseline", "prior"}


def test_wrong_labels_are_measured_against_the_truth() -> None:
    """Of the labels A and B only A is true, and C is missed."""
    songs = song_table([[1, 1, 0], [0, 0, 0]])
    truth = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    scores = np.full((2, 3), 0.5)
    exam = Exam(True, songs, songs, np.arange(2), truth=truth)
    model = Answers("model", scores, scores, scores)

    found = summary_of(exam, (model,))["truth"]["labels"]

    assert found == {"precision": 0.5, "recall": 0.5, "known": 1.0}


def test_same_input_gives_the_same_summary() -> None:
    """Nothing depends on a clock or on hidden randomness."""
    assert summary_of(*random_exam()) == summary_of(*random_exam())


def test_answers_that_do_not_fit_are_refused() -> None:
    """A system that answers for other songs is refused before anything is measured."""
    exam, (model, *_) = random_exam()
    short = dataclasses.replace(model, songs=model.songs[1:])

    with pytest.raises(ValueError, match="from model for songs"):
        summary_of(exam, (short,))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1 / 3, 0.333333), (float("nan"), None), (np.float32(1), 1.0)],
)
def test_numbers_are_plain_and_short(value: float, expected: float | None) -> None:
    """Six digits, None for what is not a number."""
    assert number(value) == expected
