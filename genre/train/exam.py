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

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genre.records import Split

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]
Bools = NDArray[np.bool_]

HARD = 0.3  # a vote share from which a song counts as carrying the genre
# Half a float32's spacing below it, so that a stored 0.3 is not lost to rounding.
_HARD_FROM = HARD - 2e-8


@dataclass(frozen=True, slots=True, eq=False)
class SongSet:
    """Songs of one part with what their labels say.

    Attributes
    ----------
    track_ids, names, artists
        One each per song: the id, ``Artist - Title`` for people, and the key of
        the first main artist (the unit of the bootstrap).
    targets : [n_songs, n_genres] float, 0..1
    known : [n_songs, n_genres] bool
    """

    track_ids: tuple[str, ...]
    names: tuple[str, ...]
    artists: tuple[str, ...]
    targets: Floats
    known: Bools

    def __post_init__(self) -> None:
        n = len(self.track_ids)
        shapes = {self.targets.shape, self.known.shape}
        if len(shapes) != 1 or self.targets.ndim != 2 or len(self.targets) != n:
            raise ValueError(
                f"Expected targets and known of shape ({n}, n_genres), found"
                f" {self.targets.shape} and {self.known.shape}; pass one row per song."
            )
        if len(self.names) != n or len(self.artists) != n:
            raise ValueError(
                f"Expected {n} names and artists, found {len(self.names)} and"
                f" {len(self.artists)}; pass one per song."
            )

    def __len__(self) -> int:
        return len(self.track_ids)

    @property
    def hard(self) -> Bools:
        """Known positives, [n_songs, n_genres]."""
        return np.asarray((self.targets >= _HARD_FROM) & self.known, dtype=np.bool_)

    @property
    def top(self) -> Ints:
        """Index of each song's single genre, [n_songs]; -1 where nothing is known.

        The top target; ties go to the first genre (genres are sorted by name).
        """
        shown = np.where(self.known, self.targets, 0.0)
        best = shown.argmax(axis=1)
        return np.where(shown.max(axis=1, initial=0.0) > 0, best, -1)

    def take(self, rows: Sequence[int] | Ints) -> "SongSet":
        """Return the songs at ``rows``, in that order."""
        return SongSet(
            track_ids=tuple(self.track_ids[i] for i in rows),
            names=tuple(self.names[i] for i in rows),
            artists=tuple(self.artists[i] for i in rows),
            targets=self.targets[np.asarray(rows, dtype=int)],
            known=self.known[np.asarray(rows, dtype=int)],
        )


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

    genres: tuple[str, ...]
    multilabel: bool
    songs: SongSet
    validation: SongSet
    segment_song: Ints
    split: Split = Split.TEST
    truth: Floats | None = None

    def __post_init__(self) -> None:
        n_genres = len(self.genres)
        for part in (self.songs, self.validation):
            if part.targets.shape[1] != n_genres:
                raise ValueError(
                    f"Expected {n_genres} columns of targets, one per genre, found"
                    f" {part.targets.shape[1]}."
                )
        if self.truth is not None and self.truth.shape != self.songs.targets.shape:
            raise ValueError(
                f"Expected truth of shape {self.songs.targets.shape}, found"
                f" {self.truth.shape}; pass one row per song of the reported part."
            )

    def check(self, answers: Answers) -> None:
        """Raise ValueError when ``answers`` does not fit these questions."""
        n_genres = len(self.genres)
        rows = {
            "songs": (answers.songs, len(self.songs)),
            "segments": (answers.segments, len(self.segment_song)),
            "validation": (answers.validation, len(self.validation)),
        }
        for what, (scores, n_rows) in rows.items():
            if scores.shape != (n_rows, n_genres):
                raise ValueError(
                    f"Expected scores of shape ({n_rows}, {n_genres}) from"
                    f" {answers.name} for {what}, found {scores.shape}."
                )
            if scores.size and not (0 <= scores.min() and scores.max() <= 1):
                raise ValueError(
                    f"Expected probabilities from 0 to 1 from {answers.name} for"
                    f" {what}, found {scores.min():g} to {scores.max():g}"
                    " (are these logits?)."
                )
