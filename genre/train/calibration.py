"""Turning logits into probabilities and probabilities into decisions.

Everything here is fitted on the validation part, at song level: thresholds or a
temperature that saw test labels would report an oracle, not the model.
"""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit, logsumexp, softmax

from genre.train.data import SongTable
from genre.train.exam import Bools, Cells, Floats, Ints, to_cells

N_BINS = 10  # of the calibration error and its picture
FIRM = 30  # positives from which a genre's own threshold is trusted wholly
_COLDEST, _HOTTEST = 0.05, 20.0


# --- temperature -----------------------------------------------------------------


def to_probabilities(
    logits: Floats, temperature: float = 1.0, *, multilabel: bool
) -> Floats:
    """Return probabilities of logits, ``[n, n_genres]``, 0..1.

    ``sigmoid(logits / temperature)`` per genre, or a softmax over genres.
    """
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    return np.asarray(expit(scaled) if multilabel else softmax(scaled, axis=1))


def fit_temperature(logits: Floats, songs: SongTable, *, multilabel: bool) -> float:
    """Return the one temperature under which the labels are most likely.

    Parameters
    ----------
    logits : [n_songs, n_genres] float
        Song-level logits of the validation part.
    songs : SongTable
        Its labels; unknown cells do not count.
    multilabel : bool
        Sigmoid per genre, or softmax over genres.

    Returns
    -------
    float
        0.05 to 20; above 1 the model was too sure. 1 when no label is known.

    Notes
    -----
    Guo et al., "On calibration of modern neural networks", ICML 2017. It changes
    no ranking, hence neither PR-AUC nor ROC AUC.
    """
    cells = to_cells(songs, multilabel=multilabel)
    if not cells.positive.any():
        return 1.0
    loss = _sigmoid_loss if multilabel else _softmax_loss
    wide = np.asarray(logits, dtype=np.float64)
    bounds = (np.log(_COLDEST), np.log(_HOTTEST))
    found = minimize_scalar(
        lambda log_t: loss(cells, wide / np.exp(log_t)), bounds=bounds, method="bounded"
    )
    return float(np.exp(found.x))


def _sigmoid_loss(cells: Cells, logits: Floats) -> float:
    """Return the mean binary cross-entropy over known cells."""
    signed = np.where(cells.positive, -logits, logits)[cells.known]
    return float(np.logaddexp(0.0, signed).mean())


def _softmax_loss(cells: Cells, logits: Floats) -> float:
    """Return the mean cross-entropy over songs with a genre."""
    rows = cells.positive.any(axis=1)
    right = logits[rows][cells.positive[rows]]
    return float((logsumexp(logits[rows], axis=1) - right).mean())


# --- thresholds ------------------------------------------------------------------


def fit_thresholds(scores: Floats, songs: SongTable) -> Floats:
    """Return each genre's threshold: a song is predicted to carry it from there on.

    Parameters
    ----------
    scores : [n_songs, n_genres] float, 0..1
        Song-level probabilities of the validation part.
    songs : SongTable
        Its labels; unknown cells do not count.

    Returns
    -------
    [n_genres] float, 0..1
        The best F1's threshold, drawn towards the one threshold that is best for
        all genres together where a genre has fewer than 30 positives: with
        ``n`` positives its own counts ``n / 30``. 0.5 when no label is known.
    """
    cells = to_cells(songs, multilabel=True)
    if not cells.positive.any():
        return np.full(scores.shape[1], 0.5)
    common = _best_threshold(scores[cells.known], cells.positive[cells.known])
    n_positive = cells.positive.sum(axis=0)
    trust = np.minimum(n_positive / FIRM, 1.0)
    own = np.full(scores.shape[1], common)
    for g in np.flatnonzero(n_positive):
        rows = cells.known[:, g]
        own[g] = _best_threshold(scores[rows, g], cells.positive[rows, g])
    return np.asarray(trust * own + (1 - trust) * common)


def _best_threshold(scores: Floats, positive: Bools) -> float:
    """Return the threshold of the best F1; amid the gap below the last song it takes.

    Ties go to the highest threshold, which predicts least.
    """
    order = np.argsort(-scores, kind="stable")
    ranked = np.asarray(scores[order], dtype=np.float64)
    hits = positive[order].cumsum()
    taken = np.arange(1, len(ranked) + 1)
    f1 = 2 * hits / (taken + hits[-1])
    following = np.append(ranked[1:], -1.0)
    f1[ranked == following] = -1.0  # tied songs are taken together
    last = int(f1.argmax())
    return float((ranked[last] + max(following[last], 0.0)) / 2)


# --- how far confidence and truth differ ------------------------------------------


def reliability(confidence: Floats, correct: Bools) -> tuple[Floats, Floats, Ints]:
    """Return mean confidence, share correct and count of each of ten equal bins.

    The first two are NaN in an empty bin. Reference: Guo et al., "On calibration
    of modern neural networks", ICML 2017.
    """
    index = np.minimum((confidence * N_BINS).astype(int), N_BINS - 1)
    count = np.bincount(index, minlength=N_BINS)
    size = np.where(count > 0, count, np.nan)
    mean = np.bincount(index, confidence, minlength=N_BINS) / size
    share = np.bincount(index, correct, minlength=N_BINS) / size
    return mean, share, count


def calibration_error(confidence: Floats, correct: Bools) -> float:
    """Return the expected calibration error, ``sum_b n_b/n |confidence - share|``."""
    mean, share, count = reliability(confidence, correct)
    if not count.sum():
        return float("nan")
    return float(np.nansum(count * np.abs(mean - share)) / count.sum())


def confident(
    cells: Cells, scores: Floats, *, multilabel: bool
) -> tuple[Floats, Bools]:
    """Return what calibration is judged on: confidences and whether they held.

    With several genres per song every known cell; else each song's top genre.
    """
    if multilabel:
        return scores[cells.known], cells.positive[cells.known]
    rows = cells.known.any(axis=1)
    best = scores.argmax(axis=1)
    correct = cells.positive[np.arange(len(best)), best]
    return scores.max(axis=1, initial=0.0)[rows], correct[rows]
