"""Labels and model scored against what was really composed.

The stages know only the playlists. Here their labels, and the probabilities a run
gives its test songs, meet ``truth.csv``: how much the playlists' mistakes and
omissions cost, and what the model has learnt about the music rather than about
the playlists.
"""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genre.db import Session, tracks
from genre.files import sha256_file
from genre.records import Label, Split

Truth = Mapping[str, tuple[str, ...]]  # track id -> composed genres


def read_truth(session: Session, folder: Path) -> dict[str, tuple[str, ...]]:
    """Return the composed genres of every demo track that the catalog knows.

    A track is recognised by the content of its file.
    """
    truth = {}
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            track = tracks.by_ref(session, "file", sha256_file(folder / row["file"]))
            if track:
                truth[track.id] = tuple(row["genres"].split("|"))
    return truth


def score_labels(truth: Truth, labels: Iterable[Label]) -> dict[str, Any]:
    """Compare the hard labels of the composed tracks with the truth.

    ``added`` are labels of genres that were not composed, ``lost`` composed genres
    without a label: together what the playlists flipped. Unknown labels are
    neither; they are counted apart.
    """
    given = {(x.track_id, x.genre) for x in labels if x.hard}
    given = {cell for cell in given if cell[0] in truth}
    unknown = {(x.track_id, x.genre) for x in labels if not x.known}
    composed = {(track, genre) for track, genres in truth.items() for genre in genres}
    right = len(given & composed)
    added, lost = given - composed, composed - given - unknown
    return {
        "n_tracks": len(truth),
        "n_composed": len(composed),
        "n_given": len(given),
        "n_right": right,
        "n_unknown": len(unknown & composed),
        "n_added": len(added),
        "n_lost": len(lost),
        "n_flipped_tracks": len({track for track, _ in added | lost}),
        "precision": _share(right, len(given)),
        "recall": _share(right, len(composed - unknown)),
        "f1": _share(2 * right, len(given) + len(composed - unknown)),
    }


def score_predictions(truth: Truth, predictions: Path) -> dict[str, Any]:
    """Measure a run's song-level probabilities of the test part against the truth.

    ``prior`` is what constant scores reach: the mean share of each genre's songs.
    """
    from genre.train import metrics
    from genre.train.exam import Cells

    genres, ids, scores = _read_predictions(predictions, truth)
    rows = [[genre in truth[track] for genre in genres] for track in ids]
    positive = np.array(rows, dtype=bool).reshape(scores.shape)
    cells = Cells(positive, np.ones_like(positive))
    each = metrics.average_precision(cells, scores)
    shares = metrics.prevalence(cells)
    counted = ~np.isnan(each)
    return {
        "n_songs": len(ids),
        "macro_pr_auc": _mean(each[counted]),
        "prior": _mean(shares[counted]),
        "per_genre": {
            genre: round(float(value), 4)
            for genre, value, counts in zip(genres, each, counted, strict=True)
            if counts
        },
        "not_counted": [
            g for g, counts in zip(genres, counted, strict=True) if not counts
        ],
    }


def _read_predictions(
    path: Path, truth: Truth
) -> tuple[list[str], list[str], NDArray[np.float64]]:
    """Return genres, test tracks and their probabilities [n_tracks, n_genres]."""
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        _, _, *genres = next(reader)
        rows = [r for r in reader if r[1] == Split.TEST and r[0] in truth]
    scores = np.array([[float(x) for x in r[2:]] for r in rows], dtype=np.float64)
    return genres, [r[0] for r in rows], scores.reshape(len(rows), len(genres))


def _mean(
    values: NDArray[np.floating[Any]],
) -> float | None:
    return round(float(np.mean(values)), 4) if len(values) else None


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
