"""Songs, labels and answers for tests of the evaluation, small or at random."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from genre.records import Split
from genre.train.data import SongTable
from genre.train.exam import Answers, Cells, Exam, Floats

GENRES = ("Ambient", "House", "Techno", "Trance")


def song_table(
    targets: ArrayLike,
    *,
    known: ArrayLike | None = None,
    artists: Sequence[str] | None = None,
    genres: Sequence[str] | None = None,
    split: Split = Split.TEST,
) -> SongTable:
    """Return songs t0, t1, ... with these soft labels, each by its own artist."""
    soft = np.asarray(targets, dtype=np.float32)
    n_songs, n_genres = soft.shape
    known = np.ones(soft.shape, bool) if known is None else np.asarray(known, bool)
    return SongTable(
        track_ids=tuple(f"t{i}" for i in range(n_songs)),
        artists=tuple(artists or (f"artist {i}" for i in range(n_songs))),
        genres=tuple(genres or (f"genre {g}" for g in range(n_genres))),
        targets=soft,
        known=known,
        splits=(split,) * n_songs,
    )


def cells(positive: ArrayLike, known: ArrayLike | None = None) -> Cells:
    """Return hard labels; what is not known is not positive either."""
    yes = np.asarray(positive, bool)
    sure = np.ones(yes.shape, bool) if known is None else np.asarray(known, bool)
    return Cells(yes & sure, sure)


def random_songs(
    rng: np.random.Generator, *, n_artists: int = 4, n_songs: int = 2
) -> SongTable:
    """Return songs of four genres; every third song votes for a second genre too."""
    n_genres = len(GENRES)
    main = np.repeat(np.arange(n_genres), n_artists * n_songs)
    artists = np.repeat(np.arange(n_genres * n_artists), n_songs)
    targets = np.eye(n_genres)[main]
    targets[::3] *= 0.6
    targets[::3] += 0.4 * np.eye(n_genres)[(main[::3] + 1) % n_genres]
    known = rng.random(targets.shape) > 0.1
    known[np.arange(len(main)), main] = True
    return song_table(
        targets, known=known, artists=[f"artist {a}" for a in artists], genres=GENRES
    )


def random_scores(
    rng: np.random.Generator, songs: SongTable, *, skill: float = 2.0
) -> Floats:
    """Return probabilities that follow the labels, plus an effect of each artist."""
    _, artist = np.unique(songs.artists, return_inverse=True)
    habit = rng.normal(0, 0.7, (artist.max(initial=0) + 1, len(songs.genres)))
    noise = rng.normal(0, 0.7, songs.targets.shape)
    logits = skill * (songs.targets - 0.5) + habit[artist] + noise
    return np.asarray(1 / (1 + np.exp(-logits)))


def random_exam(
    *, multilabel: bool = True, seed: int = 0, n_artists: int = 4, truth: bool = False
) -> tuple[Exam, tuple[Answers, ...]]:
    """Return 32 songs of 16 artists, and a model, a baseline and a prior."""
    rng = np.random.default_rng(seed)
    songs = random_songs(rng, n_artists=n_artists)
    validation = random_songs(rng)
    rows = np.repeat(np.arange(songs.n_songs), 3)
    exam = Exam(
        multilabel=multilabel,
        songs=songs,
        validation=validation,
        segment_song=rows,
        truth=np.asarray(songs.targets > 0.5, dtype=float) if truth else None,
    )

    def answers(name: str, skill: float) -> Answers:
        parts = [
            random_scores(rng, part, skill=skill)
            for part in (songs, songs.select(rows), validation)
        ]
        if not multilabel:
            parts = [part / part.sum(axis=1, keepdims=True) for part in parts]
        return Answers(name, *parts)

    return exam, (
        answers("model", 3.0),
        answers("baseline", 1.5),
        answers("prior", 0.0),
    )
