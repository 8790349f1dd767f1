"""An exam's results as one JSON-ready dictionary: what metrics.json holds.

Songs and segments side by side, every system on the same questions, intervals
over artists, and what could not be measured by name. A number that the part
does not allow is null, never NaN.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from genre.train.bootstrap import (
    LEVEL,
    Clusters,
    Interval,
    Intervals,
    bootstrap,
    find_clusters,
    single_artist,
)
from genre.train.calibration import fit_thresholds
from genre.train.exam import Answers, Cells, Exam, Floats, to_cells, unmeasurable
from genre.train.metrics import evaluate, per_genre, predict
from genre.train.weighted import weighted_metrics

Json = dict[str, Any]
_COUNTS = {"support", "known"}  # columns of the genre table that are whole numbers
_ENDS = ("value", "low", "high")


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """One level (songs or segments): labels, who is drawn, and all answers."""

    cells: Cells
    clusters: Clusters
    scores: Mapping[str, Floats]
    thresholds: Mapping[str, Floats]
    multilabel: bool

    def values(self) -> Json:
        measured = {
            name: evaluate(
                self.cells, scores, self.thresholds[name], multilabel=self.multilabel
            )
            for name, scores in self.scores.items()
        }
        return {
            name: {metric: number(value) for metric, value in metrics.items()}
            for name, metrics in measured.items()
        }

    def intervals(self, *, n_resamples: int, seed: int) -> Intervals:
        weighted = {
            name: weighted_metrics(
                self.cells, scores, self.thresholds[name], multilabel=self.multilabel
            )
            for name, scores in self.scores.items()
        }
        first, *others = self.scores
        return bootstrap(
            self.clusters,
            weighted,
            pairs=[(first, other) for other in others],
            n_resamples=n_resamples,
            seed=seed,
        )


def summarise(
    exam: Exam, systems: Sequence[Answers], *, seed: int = 0, n_resamples: int = 1000
) -> Json:
    """Measure all systems and return what metrics.json and the report need.

    Parameters
    ----------
    exam : Exam
        The questions; the validation part gives each system's thresholds.
    systems : sequence of Answers
        The model first; each other one is subtracted from it, paired.
    seed, n_resamples : int
        Of the bootstrap over artists.

    Returns
    -------
    dict
        ``song`` and ``segment`` -> system -> metric -> value; ``intervals`` and
        ``differences`` in the same nesting; ``per_genre``, ``matrix``,
        ``thresholds``, ``unmeasurable``, ``bootstrap``, ``truth``: see
        docs/evaluation.md.

    Raises
    ------
    ValueError
        Answers do not fit the exam, or are no probabilities.
    """
    for answers in systems:
        exam.check(answers)
    how = {"n_resamples": n_resamples, "seed": seed}
    songs = _song_level(exam, systems)
    segments = _segment_level(exam, systems, songs)
    drawn, drawn_segments = songs.intervals(**how), segments.intervals(**how)
    return {
        "split": exam.split.value,
        "multilabel": exam.multilabel,
        "genres": list(exam.genres),
        "n_songs": exam.songs.n_songs,
        "n_artists": songs.clusters.n_artists,
        "n_segments": len(exam.segment_song),
        "unmeasurable": unmeasurable(songs.cells, exam.genres),
        "thresholds": _thresholds(exam, songs),
        "song": songs.values(),
        "segment": segments.values(),
        "intervals": {"song": _own(drawn), "segment": _own(drawn_segments)},
        "differences": {"song": _paired(drawn), "segment": _paired(drawn_segments)},
        "per_genre": _genre_tables(exam, songs, drawn),
        "matrix": _matrix(songs, systems[0]),
        "bootstrap": {**how, **_caveats(exam, songs, drawn)},
        "truth": _against_truth(exam, songs, how),
    }


def _song_level(exam: Exam, systems: Sequence[Answers]) -> _Level:
    return _Level(
        cells=to_cells(exam.songs, multilabel=exam.multilabel),
        clusters=find_clusters(exam.songs),
        scores={answers.name: answers.songs for answers in systems},
        thresholds={
            answers.name: fit_thresholds(answers.validation, exam.validation)
            for answers in systems
        },
        multilabel=exam.multilabel,
    )


def _segment_level(exam: Exam, systems: Sequence[Answers], songs: _Level) -> _Level:
    """Every segment is asked what its song is, and decided at the song's threshold."""
    rows = exam.segment_song
    return _Level(
        cells=Cells(songs.cells.positive[rows], songs.cells.known[rows]),
        clusters=songs.clusters.of_segments(rows),
        scores={answers.name: answers.segments for answers in systems},
        thresholds=songs.thresholds,
        multilabel=exam.multilabel,
    )


def _thresholds(exam: Exam, songs: _Level) -> Json | None:
    if not exam.multilabel:
        return None
    return {
        name: dict(zip(exam.genres, map(number, row), strict=True))
        for name, row in songs.thresholds.items()
    }


# --- intervals -------------------------------------------------------------------


def _own(drawn: Intervals) -> Json:
    """Return ``[low, high]`` of every scalar metric of every system."""
    return {
        name: {
            metric: [number(interval.low), number(interval.high)]
            for metric, interval in _scalars(metrics).items()
        }
        for name, metrics in drawn.systems.items()
    }


def _paired(drawn: Intervals) -> Json:
    return {
        f"{a} - {b}": {
            metric: {end: number(getattr(found, end)) for end in _ENDS}
            for metric, found in _scalars(metrics).items()
        }
        for (a, b), metrics in drawn.differences.items()
    }


def _scalars(metrics: Mapping[str, Interval]) -> dict[str, Interval]:
    return {name: found for name, found in metrics.items() if found.value.ndim == 0}


def _caveats(exam: Exam, songs: _Level, drawn: Intervals) -> Json:
    """Return what the intervals rest on, and the genres they cannot speak for."""
    lost = zip(exam.genres, drawn.lost, strict=True)
    return {
        "unit": "artist within main genre",
        "level": LEVEL,
        "n_artists": songs.clusters.n_artists,
        "degrees_of_freedom": songs.clusters.freedom,
        "single_artist": single_artist(exam.songs, songs.cells),
        "lost": {name: number(share) for name, share in lost if share > 0},
    }


# --- tables ----------------------------------------------------------------------


def _genre_tables(exam: Exam, songs: _Level, drawn: Intervals) -> Json:
    """Return one row per genre for every system, at song level."""
    return {
        name: _genre_rows(exam, songs, name, drawn.systems[name]["pr_auc"])
        for name in songs.scores
    }


def _genre_rows(exam: Exam, songs: _Level, name: str, pr_auc: Interval) -> list[Json]:
    thresholds = songs.thresholds[name]
    if not exam.multilabel:
        thresholds = np.full(len(exam.genres), np.nan)
    columns = per_genre(
        songs.cells, songs.scores[name], thresholds, multilabel=exam.multilabel
    )
    lonely = np.isin(exam.genres, single_artist(exam.songs, songs.cells))
    for end in ("low", "high"):
        values = np.where(lonely, np.nan, getattr(pr_auc, end))
        columns[f"pr_auc_{end}"] = values
    return [
        {"genre": genre}
        | {
            column: int(values[g]) if column in _COUNTS else number(values[g])
            for column, values in columns.items()
        }
        for g, genre in enumerate(exam.genres)
    ]


def _matrix(songs: _Level, model: Answers) -> Json:
    """Return what the picture of confusions shows, rows being labelled genres.

    One genre per song: ``counts`` of songs by label and answer. Several: the share
    of a row's songs that carry the column's label, ``labels``, and the mean score
    the model gives them for it, ``scores``; null where the row has no song.
    """
    positive = songs.cells.positive.astype(np.float64)
    if not songs.multilabel:
        answer = predict(model.songs, np.zeros(1), multilabel=False)
        return {"counts": (positive.T @ answer).astype(int).tolist()}
    known = songs.cells.known.astype(np.float64)
    n_both, n_rows = positive.T @ known, positive.sum(axis=0)[:, None]
    return {
        "labels": _rows(_ratio(positive.T @ positive, n_both)),
        "scores": _rows(
            _ratio(positive.T @ model.songs, np.broadcast_to(n_rows, n_both.shape))
        ),
    }


def _ratio(total: Floats, n: Floats) -> Floats:
    return np.asarray(total / np.where(n > 0, n, np.nan))


def _rows(table: Floats) -> list[list[float | None]]:
    return [[number(value) for value in row] for row in table]


# --- truth -----------------------------------------------------------------------


def _against_truth(exam: Exam, songs: _Level, how: Mapping[str, int]) -> Json | None:
    """Measure the same answers, and the labels themselves, against known truth."""
    if exam.truth is None:
        return None
    positive = np.asarray(exam.truth > 0)
    if not exam.multilabel:
        best = exam.truth.argmax(axis=1)[:, None]
        positive = positive & (best == np.arange(len(exam.genres)))
    cells = Cells(positive, np.ones_like(positive))
    level = _Level(
        cells, songs.clusters, songs.scores, songs.thresholds, songs.multilabel
    )
    drawn = level.intervals(**how)
    return {
        "unmeasurable": unmeasurable(cells, exam.genres),
        "song": level.values(),
        "intervals": {"song": _own(drawn)},
        "differences": {"song": _paired(drawn)},
        "labels": _label_quality(songs.cells, cells),
    }


def _label_quality(labels: Cells, truth: Cells) -> Json:
    """Return how right the labels are: precision and recall over known cells."""
    right = (labels.positive & truth.positive).sum()
    found = (truth.positive & labels.known).sum()
    given = labels.positive.sum()
    return {
        "precision": number(right / given if given else np.nan),
        "recall": number(right / found if found else np.nan),
        "known": number(labels.known.mean() if labels.known.size else np.nan),
    }


def number(value: Any) -> float | None:
    """Return a plain float of 6 digits, None for NaN (JSON has none)."""
    return None if np.isnan(value) else round(float(value), 6)
