"""How sure the numbers are: intervals by resampling artists, not songs.

Songs of one artist resemble each other, so songs are not independent draws;
artists are. Each resample draws artists with replacement within their main
genre (so that genres do not vanish) and every metric is computed from the songs'
weights, for all systems on the same resamples: the difference of two systems is
paired, and its interval is narrower than their own.

Conventions
-----------
* A test part has few artists per genre, and drawing ``m`` of ``m`` understates the
  spread by ``(m - 1) / m``. So ``m - 1`` are drawn and weighted ``m / (m - 1)`` (Rao
  and Wu, "Resampling inference with complex survey data", JASA 1988).
* A genre with a single artist shows no spread. As if it had that of the others, the
  spread of a mean over genres is multiplied by ``sqrt(genres / genres with more)``
  (``lonely.psu = "average"`` of R's survey package); the genre's own is unknown.
* The interval is ``value +- t s``: ``s`` is the standard deviation over resamples,
  ``t`` Student's quantile for (artists - genres they are drawn in) degrees of
  freedom. The plain percentiles cover too little here, because repeating a song
  lifts average precision (figures in docs/evaluation.md).
* A genre without positives in a resample is left out of that resample's mean.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from genre.train.data import SongTable
from genre.train.exam import Cells, Floats, Ints
from genre.train.weighted import Weighted

LEVEL = 0.95
_SAME = 1e-9  # a spread below this is rounding
_BLOCK = 25  # resamples drawn at once; bounds the memory, is part of the seed's meaning


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Who is drawn: artists, each within the main genre of its songs.

    Attributes
    ----------
    song_artist : [n_songs] int
        The artist (0..n_artists-1, sorted by key) of each song.
    strata : tuple of [m] int
        The artists of each main genre.
    """

    song_artist: Ints
    strata: tuple[Ints, ...]

    @property
    def n_artists(self) -> int:
        """How many artists can be drawn."""
        return sum(len(stratum) for stratum in self.strata)

    @property
    def freedom(self) -> int:
        """Degrees of freedom: artists beyond the first of each main genre."""
        return self.n_artists - len(self.strata)

    @property
    def inflation(self) -> float:
        """What the spread is multiplied by, for the genres that show none."""
        n_shown = sum(len(stratum) > 1 for stratum in self.strata)
        return float(np.sqrt(len(self.strata) / n_shown)) if n_shown else float("nan")

    def of_segments(self, segment_song: Ints) -> "Clusters":
        """Return the same artists to draw, with their songs' segments in the rows."""
        return Clusters(self.song_artist[segment_song], self.strata)


def find_clusters(songs: SongTable) -> Clusters:
    """Group songs by artist and artists by main genre (their largest summed target).

    A song without an artist key stands for itself.
    """
    pairs = zip(songs.artists, songs.track_ids, strict=True)
    keys = [artist or f"\0{track_id}" for artist, track_id in pairs]
    names, song_artist = np.unique(np.array(keys, dtype=object), return_inverse=True)
    votes = np.zeros((len(names), len(songs.genres)))
    np.add.at(votes, song_artist, np.where(songs.known, songs.targets, 0.0))
    main = np.where(votes.max(axis=1, initial=0.0) > 0, votes.argmax(axis=1), -1)
    strata = tuple(np.flatnonzero(main == genre) for genre in np.unique(main))
    return Clusters(song_artist, strata)


def single_artist(songs: SongTable, cells: Cells) -> list[str]:
    """Return the genres whose positives all come from one artist.

    No resampling can tell how another artist of theirs would have fared, so they
    get no interval of their own.
    """
    keys = np.array(songs.artists, dtype=object)
    return [
        name
        for name, positive in zip(songs.genres, cells.positive.T, strict=True)
        if len(set(keys[positive])) == 1
    ]


def resample(clusters: Clusters, *, n_resamples: int, seed: int) -> Iterator[Floats]:
    """Yield song weights, [at most 25, n_songs], until ``n_resamples`` were drawn."""
    for block, first in enumerate(range(0, n_resamples, _BLOCK)):
        rng = np.random.default_rng((seed, block))
        size = min(_BLOCK, n_resamples - first)
        weights = np.ones((size, clusters.n_artists))
        for stratum in clusters.strata:
            m = len(stratum)
            if m > 1:
                draws = rng.multinomial(m - 1, np.full(m, 1 / m), size=size)
                weights[:, stratum] = draws * (m / (m - 1))
        yield weights[:, clusters.song_artist]


# --- intervals -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """A value and where it would lie for other artists; NaN when nothing can say.

    Each field is a 0-d array, or ``[n_genres]`` for a metric per genre.
    """

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """What ``bootstrap`` found.

    Attributes
    ----------
    systems : metric intervals of each system
    differences : of each pair ``(a, b)``, of a's metric minus b's
    lost : [n_genres] float, 0..1
        Share of the resamples in which a genre had no positive (or no negative).
    """

    systems: Mapping[str, Mapping[str, Interval]]
    differences: Mapping[tuple[str, str], Mapping[str, Interval]]
    lost: Floats


def bootstrap(
    clusters: Clusters,
    systems: Mapping[str, Weighted],
    *,
    pairs: Sequence[tuple[str, str]] = (),
    n_resamples: int = 1000,
    seed: int = 0,
) -> Intervals:
    """Return 95 % intervals of every metric and of the paired differences.

    Parameters
    ----------
    clusters : Clusters
        From ``find_clusters``; for segments, its ``of_segments``.
    systems : mapping of name to ``weighted_metrics(...)``
    pairs : names of systems to subtract, ``a - b``
    """
    blocks = resample(clusters, n_resamples=n_resamples, seed=seed)
    drawn: dict[str, list[dict[str, Floats]]] = {name: [] for name in systems}
    for weights in blocks:
        for name, measure in systems.items():
            drawn[name].append(measure(weights))
    once = np.ones((1, len(clusters.song_artist)))
    values = {name: measure(once) for name, measure in systems.items()}
    spread = {name: _joined(rows) for name, rows in drawn.items()}
    return Intervals(
        systems={
            name: _intervals(values[name], spread[name], clusters, floor=0.0)
            for name in systems
        },
        differences={
            (a, b): _intervals(
                _minus(values[a], values[b]),
                _minus(spread[a], spread[b]),
                clusters,
                floor=-1.0,
            )
            for a, b in pairs
        },
        lost=_lost(values, spread),
    )


def _joined(rows: list[dict[str, Floats]]) -> dict[str, Floats]:
    return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}


def _minus(a: dict[str, Floats], b: dict[str, Floats]) -> dict[str, Floats]:
    return {name: a[name] - b[name] for name in a}


def _intervals(
    values: dict[str, Floats],
    spread: dict[str, Floats],
    clusters: Clusters,
    *,
    floor: float,
) -> dict[str, Interval]:
    freedom = clusters.freedom
    factor = student.ppf((1 + LEVEL) / 2, freedom) if freedom > 0 else np.nan
    intervals = {}
    for name, drawn in spread.items():
        half = factor * _deviation(drawn)
        if drawn.ndim == 1:  # a mean over genres, the lonely ones among them
            half = half * clusters.inflation
        value = values[name][0]
        low, high = np.clip(value - half, floor, 1), np.clip(value + half, floor, 1)
        intervals[name] = Interval(value, low, high)
    return intervals


def _deviation(drawn: Floats) -> Floats:
    """Return the standard deviation over resamples, NaN where it says nothing.

    That is with fewer than two that count, and where none differs from another: a
    constant answer, or so few artists that no draw changes the ranking. An interval
    without width would look like certainty.
    """
    counted = ~np.isnan(drawn)
    n = counted.sum(axis=0)
    some = np.where(n > 1, n, np.nan)
    mean = np.where(counted, drawn, 0.0).sum(axis=0) / some
    squares = np.where(counted, (drawn - mean) ** 2, 0.0).sum(axis=0)
    deviation = np.sqrt(squares / (some - 1))
    return np.where(deviation > _SAME, deviation, np.nan)


def _lost(
    values: Mapping[str, dict[str, Floats]], spread: Mapping[str, dict[str, Floats]]
) -> Floats:
    """Return how often each measurable genre could not be ranked in a resample."""
    name = next(iter(values))
    measurable = ~np.isnan(values[name]["pr_auc"][0])
    missing = np.isnan(spread[name]["pr_auc"]).mean(axis=0)
    return np.where(measurable, missing, 0.0)
