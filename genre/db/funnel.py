"""How far the songs of each genre have come: the funnel of ``genre status``.

Nothing is remembered between two looks; every number is counted from the rows. So
that a million songs take a second, each scan reads an index alone, SQLite hands its
hashes over as one text, and numpy joins them as numbers. The work comes in slices of
the track ids, which are hashes and therefore spread evenly: memory stays bounded,
and slices may be counted at once, each in a transaction of its own.
"""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.errors import CatalogDamagedError
from genre.records import AudioStatus, Decision

Numbers = NDArray[np.uint64]  # hashes
Indices = NDArray[np.intp]

_DIGITS = 16  # of an id; as many of a longer hash tell two apart
_SMALL = 50_000  # up to so many tracks one slice is the quickest
_GONE = (AudioStatus.REPLACED, AudioStatus.REMOVED)


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
    uncertain: int  # songs without audio that a person may decide about
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


def scope_of(session: Session, *, playable: Sequence[str], feature_key: str) -> Scope:
    """Return what is to be counted in this catalog.

    Raises
    ------
    CatalogDamagedError
        A playlist's id is no hash.
    """
    rows = session.execute(
        select(m.PlaylistGenre.playlist_id, m.Genre.name)
        .join(m.Genre, m.Genre.id == m.PlaylistGenre.genre_id)
        .order_by(m.PlaylistGenre.playlist_id)
    ).all()
    genres = sorted({name for _, name in rows})
    ids = _to_numbers("".join(key for key, _ in rows), len(rows))
    playlists, starts = np.unique(ids, return_index=True)
    keys = session.scalars(select(m.Shard.feature_key).distinct())
    current = select(m.LabelSet.id).where(m.LabelSet.is_current)
    return Scope(
        playable=tuple(playable),
        feature_key=feature_key,
        feature_keys=tuple(sorted({*keys, feature_key})),
        label_set=session.scalar(current) or "",
        slices=_slices(session),
        genres=tuple(genres),
        playlists=playlists,
        starts=np.append(starts, len(rows)),
        genre_of=np.array([genres.index(name) for _, name in rows], np.intp),
    )


def tally(session: Session, scope: Scope, ids: tuple[str, str]) -> Tally:
    """Count the songs of one slice.

    Raises
    ------
    CatalogDamagedError
        An id is no hash.
    """
    scan = _Scanner(session, ids)
    place, audio, ref, label = m.PlaylistTrack, m.Audio, m.TrackRef, m.Label
    listed, playlists = scan(
        place.track_id, place.playlist_id, where=place.removed_at.is_(None)
    )
    present, sound = scan(
        audio.track_id,
        _start(audio.pcm_sha256),
        where=audio.status == AudioStatus.PRESENT,
    )
    [gone] = scan(audio.track_id, where=audio.status.in_(_GONE))
    [places] = scan(ref.track_id, where=ref.source.in_(scope.playable))
    [labelled] = scan(label.track_id, where=label.label_set == scope.label_set)
    [accepted], [uncertain] = (
        scan(m.Candidate.track_id, where=m.Candidate.decision == decision)
        for decision in (Decision.ACCEPTED, Decision.UNCERTAIN)
    )
    fresh = {key: scan.fresh(key, present, sound) for key in scope.feature_keys}
    downloaded = np.concatenate([present, gone])
    matched = np.concatenate([places, accepted, downloaded])
    songs, song_of_row = np.unique(listed, return_inverse=True)
    reached = (listed, matched, downloaded, present, labelled, fresh[scope.feature_key])
    settled = np.concatenate([accepted, present])
    undecided = np.unique(uncertain[~_among(uncertain, settled)])
    return Tally(
        _by_genre(
            np.stack([_among(songs, there) for there in reached]),
            *_genres_of(song_of_row, playlists, scope),
            n_genres=len(scope.genres),
        ),
        len(undecided),
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
        with_features=dict(sorted(tally.with_features.items())),
    )


# --- reading -----------------------------------------------------------------------


class _Scanner:
    """Reads hashes out of one slice of a table, as columns of numbers."""

    def __init__(self, session: Session, ids: tuple[str, str]) -> None:
        self._session = session
        self._ids = ids

    def __call__(
        self, *columns: SQLColumnExpression[str], where: ColumnElement[bool]
    ) -> list[Numbers]:
        """Return columns of the rows that ``where`` selects; the first is a track's id."""
        low, high = self._ids
        joined = [func.aggregate_strings(column, "") for column in columns]
        query = select(func.count(), *joined).where(
            columns[0] >= low, columns[0] < high, where
        )
        n, *texts = self._session.execute(query).one()
        return [_to_numbers(text or "", n) for text in texts]

    def fresh(self, key: str, present: Numbers, sound: Numbers) -> Numbers:
        """Return the songs whose frames were made of their present WAV."""
        feature = m.Feature
        songs, heard = self(
            feature.track_id,
            _start(feature.pcm_sha256),
            where=feature.feature_key == key,
        )
        both, here, there = np.intersect1d(
            present, songs, assume_unique=True, return_indices=True
        )
        fresh: Numbers = both[sound[here] == heard[there]]
        return fresh


def _start(sha256: SQLColumnExpression[str]) -> ColumnElement[str]:
    return func.substr(sha256, 1, _DIGITS)


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


def _slices(session: Session) -> tuple[tuple[str, str], ...]:
    """Return ranges of track ids that together hold all of them."""
    n_tracks = session.scalar(select(func.count()).select_from(m.Track)) or 0
    bounds = ["", *"123456789abcdef", "g"] if n_tracks > _SMALL else ["", "g"]
    return tuple(itertools.pairwise(bounds))


# --- joining -----------------------------------------------------------------------
# numpy's own unique and isin hash since version 2.3, which is several times slower
# here than sorting numbers that come sorted out of an index.


def _among(needles: Numbers, numbers: Numbers) -> NDArray[np.bool_]:
    """Tell of each needle whether it is one of the numbers."""
    numbers = np.sort(numbers)
    at = np.searchsorted(numbers, needles)
    found = at < len(numbers)
    found[found] = numbers[at[found]] == needles[found]
    return found


def _each_once(numbers: Indices) -> Indices:
    """Return the numbers sorted, each once."""
    numbers = np.sort(numbers)
    return numbers[np.diff(numbers, prepend=-1) > 0]


def _genres_of(
    song_of_row: Indices, playlists: Numbers, scope: Scope
) -> tuple[Indices, Indices]:
    """Return each pair of a song and a genre once, for the rows of playlists."""
    known = _among(playlists, scope.playlists)
    at = np.searchsorted(scope.playlists, playlists[known])
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
