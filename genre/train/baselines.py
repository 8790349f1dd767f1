"""What a model has to beat: the label prior, the majority, and a classical learner.

The classical baseline is a logistic regression on per-song statistics of the
same mel store: no network, no rhythm beyond the size of frame-to-frame changes.
A network that does not beat it has learnt less than averages say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from genre.train.data import SongTable
from genre.train.exam import Answers, Bools, Cells, Exam, Floats, to_cells, top_labels
from genre.train.metrics import average_precision, prevalence

STRENGTHS = (0.0003, 0.003, 0.03, 0.3)  # of C: strong to weak regularisation


# --- no learning -----------------------------------------------------------------


def prior(train: SongTable, *, multilabel: bool) -> Floats:
    """Return each genre's share among the training songs, ``[n_genres]``, 0..1.

    Known songs only; with one genre per song the shares add up to 1.
    """
    shares = prevalence(to_cells(train, multilabel=multilabel))
    return np.where(np.isnan(shares), 0.0, shares)


def majority(shares: Floats) -> Floats:
    """Return 1 for the most frequent genre (the first of equals), 0 for all others."""
    return np.asarray(np.arange(len(shares)) == shares.argmax(), dtype=np.float64)


def constant(name: str, row: Floats, exam: Exam) -> Answers:
    """Return a system that answers ``row`` whatever it hears."""

    def repeated(n: int) -> Floats:
        return np.broadcast_to(row, (n, len(row)))

    return Answers(
        name=name,
        songs=repeated(exam.songs.n_songs),
        segments=repeated(len(exam.segment_song)),
        validation=repeated(exam.validation.n_songs),
    )


# --- the classical baseline ------------------------------------------------------


def song_statistics(frames: Floats) -> Floats:
    """Return what the classical baseline hears of a song or of a segment.

    Parameters
    ----------
    frames : [n_frames, n_mels] float, dB
        Log-mel frames; at least one.

    Returns
    -------
    [3 * n_mels] float32, dB
        Per mel bin: the mean, the standard deviation, and the standard deviation
        of the differences between neighbouring frames (128 bins: 384 numbers).
    """
    wide = np.asarray(frames, dtype=np.float32)
    change = np.diff(wide, axis=0) if len(wide) > 1 else np.zeros_like(wide)
    parts = (wide.mean(axis=0), wide.std(axis=0), change.std(axis=0))
    return np.concatenate(parts)


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """A fitted classical baseline.

    ``strength`` is the C that did best on validation; ``learners`` holds one
    logistic regression per genre (None where the training songs show one side
    only, answered by ``shares``), or a single one over all genres.
    """

    strength: float
    scaler: StandardScaler
    learners: tuple[LogisticRegression | None, ...]
    shares: Floats
    multilabel: bool

    def predict(self, x: Floats) -> Floats:
        """Return probabilities ``[n, n_genres]`` for statistics ``[n, n_features]``."""
        answers = np.tile(self.shares, (len(x), 1))
        if not len(x):
            return answers
        scaled = self.scaler.transform(x)
        if not self.multilabel:
            return _fill_single(answers, self.learners[0], scaled)
        for g, learner in enumerate(self.learners):
            if learner is not None:
                answers[:, g] = learner.predict_proba(scaled)[:, 1]
        return answers


def fit_baseline(
    x_train: Floats,
    train: SongTable,
    *,
    x_validation: Floats,
    validation: SongTable,
    multilabel: bool,
    strengths: Sequence[float] = STRENGTHS,
) -> Baseline:
    """Fit the classical baseline.

    Parameters
    ----------
    x_train, x_validation : [n_songs, n_features] float
        ``song_statistics`` of the songs of each part; standardised with the mean
        and deviation of the training songs.
    train, validation : SongTable
        Hard labels are learnt; a genre learns from the songs where it is known.
    multilabel : bool
        One regression per genre, or one over all genres.
    strengths : sequence of float
        Values of C to choose from, strongest regularisation first.

    Returns
    -------
    Baseline
        With the C of the best macro PR-AUC on validation; the strongest
        regularisation where validation cannot tell.
    """
    scaler = StandardScaler().fit(x_train)
    scaled = scaler.transform(x_train)
    shares = prior(train, multilabel=multilabel)
    fit = _fit_each if multilabel else _fit_one
    candidates = [
        Baseline(c, scaler, fit(scaled, train, c), shares, multilabel)
        for c in strengths
    ]
    cells = to_cells(validation, multilabel=multilabel)
    scores = [_validated(fitted, x_validation, cells) for fitted in candidates]
    return candidates[int(np.argmax(scores))]


def _validated(fitted: Baseline, x: Floats, cells: Cells) -> float:
    """Return the macro PR-AUC on validation, 0 when it has no measurable genre."""
    if not cells.measurable.any():
        return 0.0
    return float(np.nanmean(average_precision(cells, fitted.predict(x))))


def _fit_each(
    scaled: Floats, train: SongTable, c: float
) -> tuple[LogisticRegression | None, ...]:
    cells = to_cells(train, multilabel=True)
    columns = zip(cells.positive.T, cells.known.T, cells.measurable, strict=True)
    return tuple(
        _fit(scaled[known], positive[known], c) if measurable else None
        for positive, known, measurable in columns
    )


def _fit_one(
    scaled: Floats, train: SongTable, c: float
) -> tuple[LogisticRegression | None, ...]:
    top = top_labels(train)
    rows = top >= 0
    if len(np.unique(top[rows])) < 2:
        return (None,)
    return (_fit(scaled[rows], top[rows], c),)


def _fit(scaled: Floats, answers: Floats | Bools | Any, c: float) -> LogisticRegression:
    return LogisticRegression(C=c, max_iter=3000).fit(scaled, answers)


def _fill_single(
    answers: Floats, learner: LogisticRegression | None, scaled: Floats
) -> Floats:
    """Put the learner's probabilities into its genres' columns, 0 into the others."""
    if learner is None:
        return answers
    filled = np.zeros_like(answers)
    filled[:, learner.classes_] = learner.predict_proba(scaled)
    return filled
