"""The songs a model learns from: who they are, what they are, where they sound.

``SongTable`` is plain arrays, so metrics, baselines and reports need no tensor.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genre.records import Split


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
