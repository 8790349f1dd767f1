"""The songs a model learns from: who they are, what they are, where they sound.

``SongTable`` is plain arrays, so metrics, baselines and reports need no tensor.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from genre.records import HARD_SCORE, Label, Split


@dataclass(frozen=True, slots=True)
class SongTable:
    """Songs in rows, genres in columns.

    Attributes
    ----------
    track_ids : tuple of str, [n_songs]
        Ids, sorted.
    artists : tuple of str, [n_songs]
        Key of each song's first main artist: the unit of splits and bootstraps.
    genres : tuple of str, [n_genres]
        Canonical names, sorted.
    targets : float32 [n_songs, n_genres], 0..1
        Soft labels; 0 where unknown.
    known : bool [n_songs, n_genres]
        False where nobody can tell; such cells count in no loss and no metric.
    splits : tuple of Split, [n_songs]
        The part each song belongs to.
    """

    track_ids: tuple[str, ...]
    artists: tuple[str, ...]
    genres: tuple[str, ...]
    targets: NDArray[np.float32]
    known: NDArray[np.bool_]
    splits: tuple[Split, ...]

    @property
    def n_songs(self) -> int:
        """Number of rows."""
        return len(self.track_ids)

    def rows(self, split: Split) -> NDArray[np.int64]:
        """Return the row numbers of the songs of one part, ascending."""
        return np.flatnonzero([part is split for part in self.splits])

    def select(self, rows: NDArray[np.int64]) -> "SongTable":
        """Return the table of some songs, in the order of ``rows``."""
        return SongTable(
            track_ids=tuple(self.track_ids[row] for row in rows),
            artists=tuple(self.artists[row] for row in rows),
            genres=self.genres,
            targets=self.targets[rows],
            known=self.known[rows],
            splits=tuple(self.splits[row] for row in rows),
        )

    def with_genres(self, names: Sequence[str]) -> "SongTable":
        """Return the table with only these of its genres, in its order."""
        kept = [i for i, name in enumerate(self.genres) if name in set(names)]
        return replace(
            self,
            genres=tuple(self.genres[i] for i in kept),
            targets=self.targets[:, kept],
            known=self.known[:, kept],
        )

    def trainable_genres(self) -> tuple[str, ...]:
        """Return the genres that at least one training song clearly has."""
        rows = self.rows(Split.TRAIN)
        clear = (self.targets[rows] >= HARD_SCORE) & self.known[rows]
        return tuple(self.genres[i] for i in np.flatnonzero(clear.any(axis=0)))


def build_song_table(
    track_ids: Iterable[str],
    labels: Iterable[Label],
    *,
    splits: Mapping[str, Split],
    artists: Mapping[str, tuple[str, ...]],
) -> SongTable:
    """Lay labels out as arrays.

    Parameters
    ----------
    track_ids : iterable of str
        Songs that can be heard. Those without a part or without any label are
        left out: nobody said anything about them.
    labels : iterable of Label
        A missing label is a known no; one without a score is unknown.
    splits, artists : mapping
        By track id: its part, and its main artists' keys. A song without a named
        artist counts as its own.

    Returns
    -------
    SongTable
        Songs sorted by id, genres by name.
    """
    by_track: dict[str, list[Label]] = {}
    for label in labels:
        by_track.setdefault(label.track_id, []).append(label)
    ids = sorted(t for t in track_ids if t in splits and t in by_track)
    heard = [label for track_id in ids for label in by_track[track_id]]
    genres = sorted({label.genre for label in heard})
    row = {track_id: i for i, track_id in enumerate(ids)}
    column = {genre: i for i, genre in enumerate(genres)}
    targets = np.zeros((len(ids), len(genres)), np.float32)
    known = np.ones((len(ids), len(genres)), np.bool_)
    for label in heard:
        cell = row[label.track_id], column[label.genre]
        known[cell] = label.known and label.score is not None
        targets[cell] = label.score or 0.0 if known[cell] else 0.0
    return SongTable(
        track_ids=tuple(ids),
        artists=tuple((artists.get(t) or (t,))[0] for t in ids),
        genres=tuple(genres),
        targets=targets,
        known=known,
        splits=tuple(splits[t] for t in ids),
    )
