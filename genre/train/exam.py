"""What is measured: songs with their labels, and what each system answers.

The training pipeline fills these records once; ``metrics``, ``bootstrap``,
``calibration`` and ``report`` only read them, so they need neither torch nor a
catalog and a test builds its input by hand.

Conventions
-----------
* A song's *target* for a genre is soft (a vote share, 0..1); its *hard* label is
  ``target >= 0.3``. A cell that is not *known* counts neither for nor against.
* Scores are probabilities, 0..1: sigmoids when multi-label, a softmax when not.
* Thresholds and temperature come from ``Exam.validation``, never from ``songs``.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genre.records import HARD_SCORE, Split
from genre.train.data import SongTable

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]
Bools = NDArray[np.bool_]


def hard_labels(songs: SongTable) -> Bools:
    """Return the known positives, [n_songs, n_genres]."""
    return np.asarray((songs.targets >= HARD_SCORE) & songs.known, dtype=np.bool_)


def top_labels(songs: SongTable) -> Ints:
    """Return the index of each song's single genre, [n_songs]; -1 if it has none.

    The top known target; ties go to the first genre, which is first by name.
    """
    shown = np.where(songs.known, songs.targets, 0.0)
    return np.where(shown.max(axis=1, initial=0.0) > 0, shown.argmax(axis=1), -1)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Hard labels of songs in rows and genres in columns.

    Attributes
    ----------
    positive : [n_songs, n_genres] bool, False where unknown
    known : [n_songs, n_genres] bool
    """

    positive: Bools
    known: Bools

    @property
    def present(self) -> Bools:
        """Genres with known positives, [n_genres]."""
        return np.asarray(self.positive.any(axis=0))

    @property
    def measurable(self) -> Bools:
        """Genres with known positives and known negatives, [n_genres]."""
        negative = self.known & ~self.positive
        return np.asarray(self.present & negative.any(axis=0))

    def select(self, columns: Bools) -> "Cells":
        """Return only some genres."""
        return Cells(self.positive[:, columns], self.known[:, columns])


def to_cells(songs: SongTable, *, multilabel: bool) -> Cells:
    """Return the hard labels; for one genre per song, the top one against the rest."""
    if multilabel:
        return Cells(hard_labels(songs), songs.known)
    top = top_labels(songs)
    positive = top[:, None] == np.arange(len(songs.genres))
    return Cells(positive, np.broadcast_to(top[:, None] >= 0, positive.shape))


def unmeasurable(cells: Cells, genres: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the genres no metric can count, each with the reason."""
    left_out = []
    for g in np.flatnonzero(~cells.measurable):
        lacking = "negative" if cells.positive[:, g].any() else "positive"
        known = "" if cells.known[:, g].any() else ": all its labels are unknown"
        reason = f"no known {lacking} song in this part{known}"
        left_out.append({"genre": genres[g], "reason": reason})
    return left_out


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What one system says: probabilities for songs, their segments, and validation.

    Attributes
    ----------
    name
        ``model``, ``baseline``, ``prior`` or ``majority``.
    songs : [n_songs, n_genres]
    segments : [n_segments, n_genres], in the order of ``Exam.segment_song``
    validation : [n_validation_songs, n_genres], song level
    """

    name: str
    songs: Floats
    segments: Floats
    validation: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """The questions: whose scores are compared with which labels.

    Attributes
    ----------
    songs
        The part that is reported (``split``), normally the test part.
    validation
        The part that thresholds and temperature come from.
    segment_song : [n_segments] int
        Which song (row of ``songs``) each 5 s segment belongs to.
    truth : [n_songs, n_genres] float or None
        Right answers, where they are known apart from the labels: the demo
        composed its music and knows what it composed.
    """

    multilabel: bool
    songs: SongTable
    validation: SongTable
    segment_song: Ints
    split: Split = Split.TEST
    truth: Floats | None = None

    def __post_init__(self) -> None:
        if self.songs.genres != self.validation.genres:
            raise ValueError(
                f"Expected the same genres in both parts, found {self.songs.genres}"
                f" and {self.validation.genres}."
            )
        if self.truth is not None and self.truth.shape != self.songs.targets.shape:
            raise ValueError(
                f"Expected truth of shape {self.songs.targets.shape}, found"
                f" {self.truth.shape}; pass one row per song of the reported part."
            )

    @property
    def genres(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self.songs.genres

    @property
    def segments(self) -> SongTable:
        """The segments of ``songs`` as a table: each carries its song's labels."""
        return self.songs.select(np.asarray(self.segment_song, dtype=np.int64))

    def check(self, answers: Answers) -> None:
        """Raise ValueError when ``answers`` does not fit these questions."""
        n_genres = len(self.genres)
        rows = {
            "songs": (answers.songs, self.songs.n_songs),
            "segments": (answers.segments, len(self.segment_song)),
            "validation": (answers.validation, self.validation.n_songs),
        }
        for what, (scores, n_rows) in rows.items():
            if scores.shape != (n_rows, n_genres):
                raise ValueError(
                    f"Expected scores of shape ({n_rows}, {n_genres}) from"
                    f" {answers.name} for {what}, found {scores.shape}."
                )
            if scores.size and not (scores.min() >= 0 and scores.max() <= 1):
                raise ValueError(
                    f"Expected probabilities from 0 to 1 from {answers.name} for"
                    f" {what}, found {scores.min():g} to {scores.max():g}"
                    " (are these logits?)."
                )
