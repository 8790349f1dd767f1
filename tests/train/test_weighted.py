"""Weighted metrics equal the metrics of the list in which songs are repeated."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from genre.train.exam import to_cells
from genre.train.metrics import evaluate
from genre.train.weighted import Ranking, weighted_metrics
from tests.train.exams import cells, random_scores, random_songs

THRESHOLDS = np.array([0.4, 0.5, 0.6, 0.5])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n_levels", [3, 1000])
def test_weights_equal_repetition(seed: int, n_levels: int) -> None:
    """AP and ROC AUC of integer weights are scikit-learn's on the repeated songs."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, n_levels, 40) / n_levels  # three levels tie a lot
    positive = rng.random(40) < 0.3
    weights = rng.integers(0, 4, (6, 40))

    area, roc = Ranking.of(scores, positive, np.ones(40, bool)).areas(
        weights.astype(float)
    )

    for row, repeats in enumerate(weights):
        y, s = np.repeat(positive, repeats), np.repeat(scores, repeats)
        assert average_precision_score(y, s) == pytest.approx(area[row])
        assert roc_auc_score(y, s) == pytest.approx(roc[row])


def test_common_factor_of_all_weights_changes_nothing() -> None:
    """Weights are relative: twice the weight of every song is the same list."""
    ranking = Ranking.of(
        np.array([0.9, 0.5, 0.4]), np.array([True, False, True]), np.ones(3, bool)
    )
    weights = np.array([[1.0, 2.0, 0.5]])

    once, twice = ranking.areas(weights), ranking.areas(2 * weights)

    assert [once[0].item(), once[1].item()] == pytest.approx(
        [twice[0].item(), twice[1].item()]
    )


@pytest.mark.parametrize(
    "weights",
    [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0]],  # no positive is left; no negative is
)
def test_vanished_side_has_no_area(weights: list[float]) -> None:
    """Without positives or without negatives there is nothing to rank."""
    ranking = Ranking.of(
        np.array([0.9, 0.5, 0.4]), np.array([True, False, True]), np.ones(3, bool)
    )

    area, roc = ranking.areas(np.array([weights]))

    assert np.isnan([area.item(), roc.item()]).tolist() == [True, True]


def test_ranking_of_unknown_songs_has_no_area() -> None:
    """A genre unknown of all songs yields NaN for every resample."""
    ranking = Ranking.of(np.array([0.9]), np.array([True]), np.array([False]))

    area, roc = ranking.areas(np.ones((2, 1)))

    assert np.isnan([*area, *roc]).all()


@pytest.mark.parametrize("multilabel", [True, False])
def test_equal_weights_give_the_plain_metrics(multilabel: bool) -> None:
    """With all weights 1 each metric is the one of ``evaluate``, unknown cells and all."""
    rng = np.random.default_rng(0)
    songs = random_songs(rng)
    scores = random_scores(rng, songs)
    labels = to_cells(songs, multilabel=multilabel)
    plain = evaluate(labels, scores, THRESHOLDS, multilabel=multilabel)

    measure = weighted_metrics(labels, scores, THRESHOLDS, multilabel=multilabel)
    found = measure(np.ones((1, songs.n_songs)))

    shared = set(plain) & set(found)
    assert len(shared) >= 4
    for name in shared:
        assert plain[name] == pytest.approx(found[name].item()), name


@pytest.mark.parametrize("multilabel", [True, False])
def test_weighted_decisions_equal_repetition(multilabel: bool) -> None:
    """F1, recall and accuracy of weights are those of the repeated songs."""
    rng = np.random.default_rng(1)
    songs = random_songs(rng)
    scores = random_scores(rng, songs)
    weights = rng.integers(1, 4, songs.n_songs)
    rows = np.repeat(np.arange(songs.n_songs), weights)
    labels = to_cells(songs, multilabel=multilabel)
    repeated = to_cells(songs.select(rows), multilabel=multilabel)

    measure = weighted_metrics(labels, scores, THRESHOLDS, multilabel=multilabel)
    found = measure(weights[None, :].astype(float))

    plain = evaluate(repeated, scores[rows], THRESHOLDS, multilabel=multilabel)
    for name in set(plain) & set(found):
        assert plain[name] == pytest.approx(found[name].item()), name


def test_genre_that_vanishes_is_left_out_of_the_mean() -> None:
    """A resample without a genre's positives averages over the other genres."""
    labels = cells([[1, 0], [0, 1], [0, 0]])
    scores = np.array([[0.9, 0.1], [0.2, 0.3], [0.1, 0.8]])

    measure = weighted_metrics(labels, scores, np.full(2, 0.5), multilabel=True)
    found = measure(np.array([[1.0, 0.0, 1.0]]))

    assert np.isnan(found["pr_auc"][0, 1])
    assert found["macro_pr_auc"].item() == found["pr_auc"][0, 0] == 1.0
