"""Temperature and thresholds come from validation, and mean what they say."""

import dataclasses

import numpy as np
import pytest
from scipy.special import expit, softmax

from genre.train.calibration import (
    calibration_error,
    confident,
    fit_temperature,
    fit_thresholds,
    reliability,
    to_probabilities,
)
from genre.train.metrics import f1
from genre.train.summary import summarise
from tests.train.exams import cells, random_exam, song_table


@pytest.mark.parametrize("heat", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("multilabel", [True, False])
def test_temperature_undoes_overconfidence(heat: float, multilabel: bool) -> None:
    """Logits that were multiplied by ``heat`` get the temperature ``heat`` back."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (6000, 3))
    if multilabel:
        targets = rng.random(logits.shape) < expit(logits)
    else:
        drawn = [rng.choice(3, p=p) for p in softmax(logits, axis=1)]
        targets = np.eye(3, dtype=bool)[drawn]

    found = fit_temperature(heat * logits, song_table(targets), multilabel=multilabel)

    assert found == pytest.approx(heat, rel=0.08)


@pytest.mark.parametrize("n_songs", [0, 4])
@pytest.mark.parametrize("multilabel", [True, False])
def test_temperature_of_nothing_is_one(n_songs: int, multilabel: bool) -> None:
    """Without a known positive nothing is changed."""
    songs = song_table(np.zeros((n_songs, 2)))

    assert fit_temperature(np.ones((n_songs, 2)), songs, multilabel=multilabel) == 1.0


def test_temperature_ignores_unknown_cells() -> None:
    """Wrong labels in unknown cells change nothing."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (200, 2))
    targets = (rng.random(logits.shape) < expit(logits)).astype(float)
    known = rng.random(logits.shape) > 0.5
    wrong = np.where(known, targets, 1 - targets)

    plain = fit_temperature(logits, song_table(targets, known=known), multilabel=True)
    spoilt = fit_temperature(logits, song_table(wrong, known=known), multilabel=True)

    assert plain == spoilt


def test_probabilities_are_sigmoids_or_a_softmax() -> None:
    """Several genres each have a probability; one genre's add up to 1."""
    logits = np.array([[0.0, 2.0]])

    assert [[0.5, pytest.approx(1 / (1 + np.exp(-1)))]] == to_probabilities(
        logits, 2.0, multilabel=True
    ).tolist()
    assert to_probabilities(logits, multilabel=False).sum() == pytest.approx(1.0)


def many(n: int, *, n_positive: int) -> tuple[np.ndarray, np.ndarray]:
    """Return scores 1/n .. 1 and labels whose last ``n_positive`` are right."""
    scores = np.arange(1, n + 1)[:, None] / n
    return scores, (np.arange(n)[:, None] >= n - n_positive).astype(float)


def test_threshold_of_a_frequent_genre_parts_right_from_wrong() -> None:
    """With 30 positives a genre's own best F1 decides: amid the gap."""
    scores, targets = many(100, n_positive=30)

    found = fit_thresholds(scores, song_table(targets)).item()

    assert found == pytest.approx(0.705)
    assert f1(cells(targets), scores >= found).item() == 1.0


def test_threshold_of_a_rare_genre_is_drawn_to_the_common_one() -> None:
    """With 3 of 30 positives its own threshold counts a tenth."""
    scores, often = many(100, n_positive=60)
    _, seldom = many(100, n_positive=3)
    both = song_table(np.hstack([often, seldom]))

    frequent, rare = fit_thresholds(np.hstack([scores, scores]), both)

    common = fit_thresholds(  # as one genre of 63 positives
        np.vstack([scores, scores]), song_table(np.vstack([often, seldom]))
    ).item()
    assert frequent == pytest.approx(0.405)
    assert rare == pytest.approx(0.1 * 0.975 + 0.9 * common)


def test_genre_without_positives_gets_the_common_threshold() -> None:
    """Nothing is known of it, so it is treated as all genres together."""
    scores, targets = many(40, n_positive=30)
    both = song_table(np.hstack([targets, np.zeros_like(targets)]))

    own, common = fit_thresholds(np.hstack([scores, scores / 100]), both)

    assert common == pytest.approx(own)


def test_thresholds_without_labels_are_one_half() -> None:
    """No validation part: the neutral threshold."""
    empty = song_table(np.zeros((0, 2)))

    assert fit_thresholds(np.zeros((0, 2)), empty).tolist() == [0.5, 0.5]


def test_tied_scores_are_taken_together() -> None:
    """A threshold cannot part songs with one score: all are taken or none."""
    songs = song_table([[1.0], [0.0], [0.0]])

    assert fit_thresholds(np.full((3, 1), 0.4), songs).item() == pytest.approx(0.2)


def test_all_zero_scores_have_a_threshold() -> None:
    """A system that always says 0 is taken at its word from 0 on."""
    songs = song_table([[1.0], [0.0]])

    assert fit_thresholds(np.zeros((2, 1)), songs).item() == 0.0


def test_thresholds_never_see_test_labels() -> None:
    """Other test labels, the same thresholds; other validation labels, others."""
    exam, systems = random_exam()
    other = dataclasses.replace(exam.songs, targets=exam.songs.targets[::-1].copy())
    moved = dataclasses.replace(exam, songs=other)
    relabelled = dataclasses.replace(
        exam.validation, targets=exam.validation.targets[::-1].copy()
    )

    def thresholds(asked: object) -> object:
        return summarise(asked, systems, n_resamples=2)["thresholds"]  # type: ignore[arg-type]

    plain = thresholds(exam)
    assert plain == thresholds(moved)
    assert plain != thresholds(dataclasses.replace(exam, validation=relabelled))


def test_calibration_error_by_hand() -> None:
    """Two answers at 0.9, one right: |0.9 - 0.5|; two at 0.2, none: 0.2."""
    confidence = np.array([0.9, 0.9, 0.2, 0.2])
    correct = np.array([True, False, False, False])

    assert calibration_error(confidence, correct) == pytest.approx(
        0.5 * 0.4 + 0.5 * 0.2
    )


def test_reliability_has_ten_bins_with_both_ends() -> None:
    """0 falls into the first bin and 1 into the last; empty bins are NaN."""
    mean, share, count = reliability(np.array([0.0, 1.0]), np.array([False, True]))

    assert count.tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert [0.0, 1.0] == mean[[0, 9]].tolist() == share[[0, 9]].tolist()
    assert np.isnan(mean[1:9]).all()


def test_calibration_judges_known_cells_or_top_answers() -> None:
    """Several genres: every known cell. One genre: the top score of each song."""
    labels = cells([[1, 0, 0], [0, 1, 0]], known=[[1, 1, 0], [1, 1, 1]])
    scores = np.array([[0.7, 0.2, 0.1], [0.6, 0.3, 0.1]])

    every, _ = confident(labels, scores, multilabel=True)
    top, correct = confident(labels, scores, multilabel=False)

    assert every.tolist() == [0.7, 0.2, 0.6, 0.3, 0.1]
    assert [top.tolist(), correct.tolist()] == [[0.7, 0.6], [True, False]]
