"""How good scores are: one number per metric, unknown cells left out.

Conventions
-----------
``exam.Cells`` is the hard form of a part's labels: which cells (song x genre) are
positive and which are known. Scores are probabilities ``[n_songs, n_genres]``.
A genre that lacks known positives or known negatives in the part cannot be
ranked: it is left out of every metric and named by ``exam.unmeasurable``. The same
functions serve songs and segments (a segment carries its song's labels).

Metrics of several genres per song
----------------------------------
* ``macro_pr_auc``, ``macro_roc_auc``: mean over genres of the average precision
  and of the area under the ROC curve; ``micro_*``: all cells in one ranking.
  ``macro_prior``, ``micro_prior``: what a random order gets for PR-AUC.
* ``macro_f1``, ``micro_f1``, ``sample_f1``, ``hamming``: at the thresholds of the
  validation part; ``*_at_half``: at 0.5. ``sample_f1`` is the mean over songs.
* ``lrap``: label-ranking average precision, mean over songs.
* ``precision_at_1``, ``precision_at_3``: share of the top 1 or 3 that is right.
* ``ece``: expected calibration error over cells, ten equal bins; ``brier``: mean
  squared distance of score and label.

Metrics of one genre per song
-----------------------------
``accuracy``, ``balanced_accuracy`` (mean recall), ``macro_f1``, ``top_2_accuracy``,
``top_3_accuracy``, ``ece`` (of the top score), ``brier`` (summed over genres), and
the one-against-the-rest ``macro_pr_auc``, ``macro_roc_auc`` and ``macro_prior``.

Differences to scikit-learn: songs without a known positive do not count in
``lrap``, ``sample_f1`` and ``precision_at_k`` (there they count 1 or 0), and mean
recall is over the genres of the part, whatever else was predicted.
"""

import numpy as np
from sklearn.metrics import (
    average_precision_score,
    f1_score,
    recall_score,
    roc_auc_score,
)

from genre.train.calibration import calibration_error, confident
from genre.train.exam import Bools, Cells, Floats

Metrics = dict[str, float]  # NaN where the part allows no such number


def validate(cells: Cells, scores: Floats) -> None:
    """Raise ValueError unless ``scores`` are probabilities, one per cell."""
    if scores.shape != cells.positive.shape:
        raise ValueError(
            f"Expected scores of shape {cells.positive.shape}, found {scores.shape}."
        )
    if scores.size and not (scores.min() >= 0 and scores.max() <= 1):
        raise ValueError(
            f"Expected probabilities from 0 to 1, found {scores.min():g} to"
            f" {scores.max():g} (are these logits?)."
        )


# --- one number per genre --------------------------------------------------------


def average_precision(cells: Cells, scores: Floats) -> Floats:
    """Return the average precision of each genre, NaN where not measurable.

    ``sum_k (R_k - R_{k-1}) P_k`` over the score thresholds, without interpolation.
    """
    return _by_genre(cells, scores, average_precision_score)


def roc_auc(cells: Cells, scores: Floats) -> Floats:
    """Return the area under each genre's ROC curve, NaN where not measurable."""
    return _by_genre(cells, scores, roc_auc_score)


def prevalence(cells: Cells) -> Floats:
    """Return each genre's share of positives among known songs, NaN if none is known."""
    n_known = cells.known.sum(axis=0)
    share = cells.positive.sum(axis=0) / np.maximum(n_known, 1)
    return np.where(n_known > 0, share, np.nan)


def f1(cells: Cells, predicted: Bools) -> Floats:
    """Return each genre's F1, ``2 TP / (2 TP + FP + FN)``, NaN where not measurable."""

    def score(truth: Bools, answer: Bools) -> float:
        return float(f1_score(truth, answer, zero_division=0))

    return _by_genre(cells, predicted, score)


def _by_genre(cells: Cells, values, function) -> Floats:  # type: ignore[no-untyped-def]
    """Apply a scikit-learn metric to the known cells of each measurable genre."""
    result = np.full(cells.positive.shape[1], np.nan)
    for g in np.flatnonzero(cells.measurable):
        rows = cells.known[:, g]
        result[g] = function(cells.positive[rows, g], values[rows, g])
    return result


# --- one number per song, then the mean ------------------------------------------


def sample_f1(cells: Cells, predicted: Bools) -> float:
    """Return the mean F1 of the songs that have a known positive."""
    answer = predicted & cells.known
    hits = (cells.positive & answer).sum(axis=1)
    sizes = cells.positive.sum(axis=1) + answer.sum(axis=1)
    return _mean((2 * hits / np.maximum(sizes, 1))[cells.positive.any(axis=1)])


def lrap(cells: Cells, scores: Floats) -> float:
    """Return the label-ranking average precision over songs with a known positive.

    The mean over a song's positives of: how many positives score at least as high,
    divided by how many known genres do. (scikit-learn's loops over songs and has
    no unknown cells.)
    """
    total = np.zeros(len(scores))
    for g in range(scores.shape[1]):
        above = (scores >= scores[:, g : g + 1]) & cells.known
        rank = np.maximum(above.sum(axis=1), 1)
        hits = (above & cells.positive).sum(axis=1)
        total += np.where(cells.positive[:, g], hits / rank, 0.0)
    n_positive = cells.positive.sum(axis=1)
    return _mean((total / np.maximum(n_positive, 1))[n_positive > 0])


def precision_at(cells: Cells, scores: Floats, *, k: int) -> Floats:
    """Return, per song, the share of its ``k`` best known genres that are right.

    NaN for songs without a known positive; ``k`` is cut to the genres known of a
    song; ties go to the first genre.
    """
    depth = np.minimum(cells.known.sum(axis=1), k)
    return np.asarray(_hits(cells, scores, k=k) / np.maximum(depth, 1))


def top_accuracy(cells: Cells, scores: Floats, *, k: int) -> Floats:
    """Return, per song, 1 where a right genre is among its ``k`` best, else 0 or NaN."""
    return np.minimum(_hits(cells, scores, k=k), 1.0)


def _hits(cells: Cells, scores: Floats, *, k: int) -> Floats:
    order = np.argsort(np.where(cells.known, -scores, np.inf), axis=1, kind="stable")
    hits = np.take_along_axis(cells.positive, order, axis=1)[:, :k].sum(axis=1)
    return np.where(cells.positive.any(axis=1), hits, np.nan)


# --- all of them -----------------------------------------------------------------


def predict(scores: Floats, thresholds: Floats, *, multilabel: bool) -> Bools:
    """Return the hard answer: at the thresholds, or the top genre of each song."""
    if multilabel:
        return np.asarray(scores >= thresholds)
    return np.asarray(scores.argmax(axis=1)[:, None] == np.arange(scores.shape[1]))


def evaluate(
    cells: Cells, scores: Floats, thresholds: Floats, *, multilabel: bool
) -> Metrics:
    """Return every metric of the module docstring.

    Parameters
    ----------
    cells : Cells
        Labels of songs or of segments.
    scores : [n_songs, n_genres] float, 0..1
    thresholds : [n_genres] float, 0..1
        From the validation part; not used for one genre per song.
    multilabel : bool
        Which set of metrics.

    Returns
    -------
    dict of float
        NaN where the part allows no such number.

    Raises
    ------
    ValueError
        The scores are no probabilities or of another shape.
    """
    validate(cells, scores)
    if not multilabel:
        return _evaluate_single(cells, scores)
    keep = cells.measurable
    cells, scores, thresholds = cells.select(keep), scores[:, keep], thresholds[keep]
    at_half = _decisions(cells, scores >= 0.5)
    return {
        **_rankings(cells, scores),
        **_micro_rankings(cells, scores),
        **_decisions(cells, scores >= thresholds),
        **{f"{name}_at_half": value for name, value in at_half.items()},
        "lrap": lrap(cells, scores),
        "precision_at_1": _mean(precision_at(cells, scores, k=1)),
        "precision_at_3": _mean(precision_at(cells, scores, k=3)),
        "ece": calibration_error(*confident(cells, scores, multilabel=True)),
        "brier": _mean((scores - cells.positive)[cells.known] ** 2),
    }


def _evaluate_single(cells: Cells, scores: Floats) -> Metrics:
    rows = cells.known.any(axis=1)
    cells, scores = Cells(cells.positive[rows], cells.known[rows]), scores[rows]
    truth, answer = cells.positive.argmax(axis=1), scores.argmax(axis=1)
    here = np.flatnonzero(cells.positive.any(axis=0))
    how = {"labels": here, "average": "macro", "zero_division": 0}
    known = len(truth) > 0
    return {
        "accuracy": _mean(truth == answer),
        "balanced_accuracy": recall_score(truth, answer, **how) if known else np.nan,
        "macro_f1": f1_score(truth, answer, **how) if known else np.nan,
        "top_2_accuracy": _mean(top_accuracy(cells, scores, k=2)),
        "top_3_accuracy": _mean(top_accuracy(cells, scores, k=3)),
        **_rankings(cells, scores),
        "ece": calibration_error(*confident(cells, scores, multilabel=False)),
        "brier": _mean(((scores - cells.positive) ** 2).sum(axis=1)),
    }


def _rankings(cells: Cells, scores: Floats) -> Metrics:
    measurable = cells.measurable
    return {
        "macro_pr_auc": _mean(average_precision(cells, scores)),
        "macro_prior": _mean(prevalence(cells)[measurable]),
        "macro_roc_auc": _mean(roc_auc(cells, scores)),
    }


def _micro_rankings(cells: Cells, scores: Floats) -> Metrics:
    """Rank all known cells together, as if they were of one genre."""
    flat = Cells(
        cells.positive[cells.known][:, None], cells.known[cells.known][:, None]
    )
    ranked = _rankings(flat, scores[cells.known][:, None])
    return {name.replace("macro", "micro"): value for name, value in ranked.items()}


def _decisions(cells: Cells, predicted: Bools) -> Metrics:
    truth, answer = cells.positive[cells.known], predicted[cells.known]
    known = len(truth) > 0
    return {
        "macro_f1": _mean(f1(cells, predicted)),
        "micro_f1": f1_score(truth, answer, zero_division=0) if known else np.nan,
        "sample_f1": sample_f1(cells, predicted),
        "hamming": _mean(truth != answer),
    }


def _mean(values: Floats | Bools) -> float:
    """Return the mean of what is not NaN, NaN when nothing is."""
    numbers = np.asarray(values, dtype=np.float64)
    numbers = numbers[~np.isnan(numbers)]
    return float(numbers.mean()) if numbers.size else float("nan")


def per_genre(
    cells: Cells, scores: Floats, thresholds: Floats, *, multilabel: bool
) -> dict[str, Floats]:
    """Return each genre's support and metrics, every value ``[n_genres]``.

    ``support`` counts known positives, ``known`` the songs with a known label;
    ``prior`` is the PR-AUC of a random order.
    """
    validate(cells, scores)
    predicted = predict(scores, thresholds, multilabel=multilabel)
    return {
        "support": cells.positive.sum(axis=0),
        "known": cells.known.sum(axis=0),
        "prior": prevalence(cells),
        "pr_auc": average_precision(cells, scores),
        "roc_auc": roc_auc(cells, scores),
        "f1": f1(cells, predicted),
        "threshold": np.asarray(thresholds),
    }
