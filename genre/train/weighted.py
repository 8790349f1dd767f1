"""Metrics of weighted songs, many weightings at once: what the bootstrap repeats.

A weight of 2 equals the song twice in the list. With all weights 1 every value
equals that of ``metrics``; the tests hold both to it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from genre.train.exam import Bools, Cells, Floats, Ints
from genre.train.metrics import precision_at, predict

Weighted = Callable[[Floats], dict[str, Floats]]  # weights [r, n] -> values [r, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Songs in falling order of one genre's scores, cut into runs.

    A tied group that holds a positive is a run, and so is what lies between two
    such groups: average precision and ROC need nothing finer.
    """

    order: Ints  # rows, best first, unknown ones left out
    positive: Floats  # 0 or 1, in that order
    starts: Ints  # first place of each run

    @classmethod
    def of(cls, scores: Floats, positive: Bools, known: Bools) -> "Ranking":
        """Rank the known songs of one genre; ``[n_songs]`` each."""
        rows = np.flatnonzero(known)
        order = rows[np.argsort(-scores[rows], kind="stable")]
        held = positive[order]
        groups = np.flatnonzero(np.diff(scores[order], prepend=np.inf) != 0)
        holds = np.add.reduceat(held.astype(int), groups) > 0 if len(groups) else held
        cut = holds | np.append(True, holds[:-1])[: len(holds)]
        return cls(order, held.astype(np.float64), groups[cut])

    def areas(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return average precision and ROC AUC under each row of ``weights``.

        Parameters
        ----------
        weights : [n_resamples, n_songs] float, >= 0
            A weight of 2 equals the song twice in the list.

        Returns
        -------
        two arrays [n_resamples]
            NaN where all positives or all negatives weigh nothing.
        """
        if not len(self.order):
            return np.full((2, len(weights)), np.nan)[0], np.full(len(weights), np.nan)
        drawn = weights[:, self.order]
        total = np.add.reduceat(drawn, self.starts, axis=1)
        good = np.add.reduceat(drawn * self.positive, self.starts, axis=1)
        bad = total - good
        n_good, n_bad = good.sum(axis=1), bad.sum(axis=1)
        precision = good.cumsum(axis=1) / np.maximum(total.cumsum(axis=1), 1e-300)
        below = n_bad[:, None] - bad.cumsum(axis=1) + bad / 2
        lost = (n_good <= 0) | (n_bad <= 1e-9)
        pairs = np.where(lost, np.nan, n_good * n_bad)
        area = (good * precision).sum(axis=1) / np.where(lost, np.nan, n_good)
        return area, (good * below).sum(axis=1) / pairs


def weighted_metrics(
    cells: Cells, scores: Floats, thresholds: Floats, *, multilabel: bool
) -> Weighted:
    """Return a function from song weights to the metrics that get an interval.

    With all weights 1 it equals ``metrics.evaluate``. Multi-label: ``macro_pr_auc``,
    ``macro_roc_auc``, ``macro_f1``, ``precision_at_1``; one genre per song:
    ``accuracy`` and ``balanced_accuracy`` in place of ``precision_at_1``. Besides,
    ``pr_auc`` of each genre, ``[r, n_genres]``.
    """
    predicted = predict(scores, thresholds, multilabel=multilabel)
    columns = np.flatnonzero(cells.measurable)
    rankings = [
        Ranking.of(scores[:, g], cells.positive[:, g], cells.known[:, g])
        for g in columns
    ]
    if multilabel:
        right = precision_at(cells.select(cells.measurable), scores[:, columns], k=1)
    else:
        right = precision_at(cells, scores, k=1)
    scored = cells.measurable if multilabel else cells.present
    counts = _counts(cells.select(scored), predicted[:, scored])

    def measure(weights: Floats) -> dict[str, Floats]:
        pr_auc = np.full((len(weights), cells.positive.shape[1]), np.nan)
        areas = [ranking.areas(weights) for ranking in rankings]
        if areas:
            pr_auc[:, columns] = np.stack([area for area, _ in areas], axis=1)
        roc_auc = np.array([area for _, area in areas]).reshape(-1, len(weights)).T
        return {
            "pr_auc": pr_auc,
            "macro_pr_auc": _row_mean(pr_auc),
            "macro_roc_auc": _row_mean(roc_auc),
            **_weighted_decisions(weights, counts, multilabel=multilabel),
            _share_name(multilabel=multilabel): _weighted_share(weights, right),
        }

    return measure


def _share_name(*, multilabel: bool) -> str:
    return "precision_at_1" if multilabel else "accuracy"


def _counts(cells: Cells, predicted: Bools) -> tuple[Floats, Floats, Floats]:
    """Return hits, misses and false alarms as 0 or 1, ``[n_songs, n_genres]`` each."""
    positive, answer = cells.positive, predicted & cells.known
    parts = (positive & answer, positive & ~answer, ~positive & answer)
    hits, misses, alarms = (part.astype(np.float64) for part in parts)
    return hits, misses, alarms


def _weighted_decisions(
    weights: Floats, counts: tuple[Floats, Floats, Floats], *, multilabel: bool
) -> dict[str, Floats]:
    hits, misses, alarms = (weights @ part for part in counts)
    n_good = np.where(hits + misses > 0, hits + misses, np.nan)
    f1 = _row_mean(2 * hits / (n_good + hits + alarms))
    if multilabel:
        return {"macro_f1": f1}
    return {"macro_f1": f1, "balanced_accuracy": _row_mean(hits / n_good)}


def _weighted_share(weights: Floats, values: Floats) -> Floats:
    """Return the weighted mean of the rows that have a value, ``[r]``."""
    counted = ~np.isnan(values)
    drawn = weights[:, counted]
    total = drawn.sum(axis=1)
    return np.asarray((drawn @ values[counted]) / np.where(total > 0, total, np.nan))


def _row_mean(values: Floats) -> Floats:
    """Return each row's mean of what is not NaN, NaN where nothing is."""
    counted = ~np.isnan(values)
    total = np.where(counted, values, 0.0).sum(axis=1)
    n = counted.sum(axis=1)
    return np.asarray(total / np.where(n > 0, n, np.nan))
