"""Songs, labels and answers for tests of the evaluation, small or at random."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from genre.features.mel import MelConfig
from genre.records import Split
from genre.train.data import SongTable
from genre.train.exam import Answers, Cells, Exam, Floats
from genre.train.report_data import MelExample, PartCount, ReportData, pick_examples
from genre.train.summary import summarise

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


def report_data(
    *,
    multilabel: bool = True,
    truth: bool = False,
    names: Sequence[str] = GENRES,
    title: str = "Artist - Title",
    **changes: Any,
) -> ReportData:
    """Return everything a report says about a random exam, two songs shown."""
    exam, systems = random_exam(multilabel=multilabel, truth=truth)
    songs = replace(exam.songs, genres=tuple(names))
    validation = replace(exam.validation, genres=tuple(names))
    exam = replace(exam, songs=songs, validation=validation)
    mel = np.linspace(-80, 0, 20 * 32).reshape(20, 32)
    shown = pick_examples(exam, systems[0])
    data = ReportData(
        run_id="run-1",
        config={"model": "mgcnet", "epochs": 2, "note": title},
        exam=exam,
        systems=systems,
        summary=summarise(exam, systems, n_resamples=20),
        parts=(
            PartCount(Split.TRAIN, 90, 40, 0, (20, 30, 20, 20)),
            PartCount(Split.TEST, songs.n_songs, 16, 0, (8, 8, 8, 8)),
        ),
        names=dict.fromkeys(songs.track_ids, title),
        history=({"epoch": 1, "loss": 0.7, "validation": 0.3},),
        examples=tuple(MelExample(row, mel, MelConfig(n_mels=32)) for row in shown),
        exclusions=("3 songs have no audio.",),
        notes=(title,),
    )
    return replace(data, **changes)
