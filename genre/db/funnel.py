"""How far the songs of each genre have come: the funnel of ``genre status``.

Nothing is remembered between two looks; every number is counted from the rows. So
that a million songs take a second, each scan reads an index alone, SQLite hands its
hashes over as one text, and numpy joins them as numbers. The work comes in slices of
the track ids, which are hashes and therefore spread evenly: memory stays bounded,
and slices may be counted at once, each in a transaction of its own.
"""

import itertools
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from genre.errors import CatalogDamagedError

Number = TypeVar("Number", np.uint64, np.intp)
Numbers = NDArray[np.uint64]  # hashes
Indices = NDArray[np.intp]

_DIGITS = 16  # of an id; as many of a longer hash tell two apart
_SMALL = 50_000  # up to so many tracks one slice is the quickest
_SOUND = f"substr(pcm_sha256, 1, {_DIGITS})"


@dataclass(frozen=True, slots=True)
class Stages:
    """How many songs have come so far; the fields are the columns of the funnel."""

    listed: int = 0  # stands in a playlist now
    matched: int = 0  # where its audio is, is known: a place, or an accepted result
    downloaded: int = 0  # a WAV was made of it at least once
    converted: int = 0  # its WAV is there now
    labelled: int = 0  # the current label set says something about it
    featured: int = 0  # its frames are of the WAV that is there now


@dataclass(frozen=True, slots=True)
class Funnel:
    """The stages of the songs that stand in a playlist, and what lies beside them."""

    total: Stages
    by_genre: dict[str, Stages]  # of the playlists that hold a song; biggest first
    no_genre: Stages  # songs whose playlists name no genre
    uncertain: int  # listed songs without audio that a person may decide about
    with_features: dict[str, int]  # songs whose frames are up to date, by feature key


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is counted, in which slices, and the genres of the playlists."""

    playable: tuple[str, ...]  # sources whose references lead to audio
    feature_key: str  # of the frames that count in the funnel
    feature_keys: tuple[str, ...]
    label_set: str
    slices: tuple[tuple[str, str], ...]  # of track ids: from, and below
    genres: tuple[str, ...]
    playlists: Numbers  # sorted, each once; those with genres
    starts: Indices  # where a playlist's genres begin in ``genre_of``
    genre_of: Indices


@dataclass(frozen=True, slots=True)
class Tally:
    """The numbers of one slice; the sum of all is the funnel."""

    stages: NDArray[np.int64]  # [genres, then no genre, then all songs; stages]
    uncertain: int
    with_features: Counter[str]

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.stages + other.stages,
            self.uncertain + other.uncertain,
            self.with_features + other.with_features,
        )


def scope_of(
    connection: sqlite3.Connection, *, playable: Sequence[str], feature_key: str
) -> Scope:
    """Return what is to be counted in this catalog.

    Raises
    ------
    CatalogDamagedError
        A playlist's id is no hash.
    """
    rows = connection.execute(
        "SELECT playlist_id, name FROM playlist_genres"
        " JOIN genres ON genres.id = genre_id ORDER BY playlist_id"
    ).fetchall()
    genres = sorted({name for _, name in rows})
    place = {name: index for index, name in enumerate(genres)}
    ids = _to_numbers("".join(key for key, _ in rows), len(rows))
    playlists, starts = np.unique(ids, return_index=True)
    keys = connection.execute("SELECT DISTINCT feature_key FROM shards")
    current = connection.execute("SELECT id FROM label_sets WHERE is_current")
    return Scope(
        playable=tuple(playable),
        feature_key=feature_key,
        feature_keys=tuple(sorted({feature_key, *(key for (key,) in keys)})),
        label_set=(current.fetchone() or ("",))[0],
        slices=_slices(connection),
        genres=tuple(genres),
        playlists=playlists,
        starts=np.append(starts, len(rows)),
        genre_of=np.array([place[name] for _, name in rows], np.intp),
    )


def tally(connection: sqlite3.Connection, scope: Scope, ids: tuple[str, str]) -> Tally:
    """Count the songs of one slice.

    Raises
    ------
    CatalogDamagedError
        An id is no hash.
    """
    scan = _Scanner(connection, ids)
    rows, playlists = scan("playlist_tracks", "removed_at IS NULL", also="playlist_id")
    present, sound = scan("audio", "status = 'present'", also=_SOUND)
    [gone] = scan("audio", "status IN ('replaced', 'removed')")
    [places] = scan("track_refs", _one_of("source", scope.playable), *scope.playable)
    [accepted] = scan("candidates", "decision = 'accepted'")
    [uncertain] = scan("candidates", "decision = 'uncertain'")
    [labelled] = scan("labels", "label_set = ?", scope.label_set)
    fresh = {key: _fresh(scan, key, present, sound) for key in scope.feature_keys}
    downloaded = np.concatenate([present, gone])
    matched = np.concatenate([places, accepted, downloaded])
    songs, song_of_row = np.unique(rows, return_inverse=True)
    reached = (songs, matched, downloaded, present, labelled, fresh[scope.feature_key])
    settled = np.concatenate([accepted, present])
    is_open = _find(uncertain, songs)[0] & ~_among(uncertain, settled)
    return Tally(
        _by_genre(
            np.stack([_among(songs, there) for there in reached]),
            *_genres_of(song_of_row, playlists, scope),
            n_genres=len(scope.genres),
        ),
        len(_each_once(uncertain[is_open])),
        Counter({key: len(found) for key, found in fresh.items()}),
    )


def funnel_of(scope: Scope, tally: Tally) -> Funnel:
    """Return what a person reads from the sum of all slices."""
    *by_genre, no_genre, total = (Stages(*row) for row in tally.stages.tolist())
    named = sorted(
        zip(scope.genres, by_genre, strict=True), key=lambda g: (-g[1].listed, g[0])
    )
    return Funnel(
        total=total,
        by_genre=dict(named),
        no_genre=no_genre,
        uncertain=tally.uncertain,
        with_features=dict(sorted((+tally.with_features).items())),
    )


# --- reading -----------------------------------------------------------------------


class _Scanner:
    """Reads hashes out of one slice of a table, as columns of numbers."""

    def __init__(self, connection: sqlite3.Connection, ids: tuple[str, str]) -> None:
        self._connection = connection
        self._ids = ids

    def __call__(
        self, table: str, where: str, *values: str, also: str = ""
    ) -> list[Numbers]:
        """Return the track ids of some rows, and one more column if asked."""
        columns = ["track_id", also] if also else ["track_id"]
        joined = ", ".join(f"group_concat({column}, '')" for column in columns)
        query = (
            f"SELECT count(*), {joined} FROM {table}"  # noqa: S608 - our own words
            f" WHERE {where} AND track_id >= ? AND track_id < ?"
        )
        n, *texts = self._connection.execute(query, (*values, *self._ids)).fetchone()
        return [_to_numbers(text or "", n) for text in texts]


def _fresh(
    scan: _Scanner, feature_key: str, present: Numbers, sound: Numbers
) -> Numbers:
    """Return the songs whose frames were made of their present WAV."""
    songs, heard = scan("features", "feature_key = ?", feature_key, also=_SOUND)
    both, here, there = np.intersect1d(
        present, songs, assume_unique=True, return_indices=True
    )
    fresh: Numbers = both[sound[here] == heard[there]]
    return fresh


def _one_of(column: str, values: Sequence[str]) -> str:
    return f"{column} IN ({', '.join('?' * len(values))})"


def _to_numbers(hashes: str, n: int) -> Numbers:
    """Return n hashes, written one after the other, as numbers."""
    try:
        numbers = np.frombuffer(bytes.fromhex(hashes), ">u8")
    except ValueError:  # no hexadecimal, or of uneven length
        numbers = np.empty(0, ">u8")
    if len(numbers) != n:
        raise CatalogDamagedError(
            f"Expected ids of {_DIGITS} hexadecimal digits in the catalog, found others;"
            " it was changed by another program: restore a backup (genre.db-*.bak)."
        )
    return numbers.astype(np.uint64)


def _slices(connection: sqlite3.Connection) -> tuple[tuple[str, str], ...]:
    """Return ranges of track ids that together hold all of them."""
    [n_tracks] = connection.execute("SELECT count(*) FROM tracks").fetchone()
    bounds = ["", *"123456789abcdef", "g"] if n_tracks > _SMALL else ["", "g"]
    return tuple(itertools.pairwise(bounds))


# --- joining -----------------------------------------------------------------------
# numpy's own unique and isin hash since version 2.3, which is several times slower
# here than sorting numbers that come sorted out of an index.


def _among(needles: Numbers, numbers: Numbers) -> NDArray[np.bool_]:
    """Tell of each needle whether it is one of the numbers."""
    return _find(needles, np.sort(numbers))[0]


def _find(needles: Numbers, numbers: Numbers) -> tuple[NDArray[np.bool_], Indices]:
    """Tell of each needle whether it is one of sorted numbers; where, if it is."""
    at = np.searchsorted(numbers, needles)
    found = at < len(numbers)
    found[found] = numbers[at[found]] == needles[found]
    return found, at[found]


def _each_once(numbers: NDArray[Number]) -> NDArray[Number]:
    """Return the numbers sorted, each once."""
    numbers = np.sort(numbers)
    first = np.ones(len(numbers), bool)
    first[1:] = numbers[1:] != numbers[:-1]
    once: NDArray[Number] = numbers[first]
    return once


def _genres_of(
    song_of_row: Indices, playlists: Numbers, scope: Scope
) -> tuple[Indices, Indices]:
    """Return each pair of a song and a genre once, for the rows of playlists."""
    known, at = _find(playlists, scope.playlists)
    n = scope.starts[at + 1] - scope.starts[at]  # genres of each row
    within = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
    genres = scope.genre_of[np.repeat(scope.starts[at], n) + within]
    n_genres = max(len(scope.genres), 1)
    pairs = _each_once(np.repeat(song_of_row[known], n) * n_genres + genres)
    return pairs // n_genres, pairs % n_genres


def _by_genre(
    has: NDArray[np.bool_], songs: Indices, genres: Indices, *, n_genres: int
) -> NDArray[np.int64]:
    """Count ``has`` [stages, songs] by genre, of songs without genre, and of all."""
    plain = np.ones(has.shape[1], bool)
    plain[songs] = False
    by_genre = [np.bincount(genres[row[songs]], minlength=n_genres) for row in has]
    return np.vstack([np.transpose(by_genre), has[:, plain].sum(1), has.sum(1)])
