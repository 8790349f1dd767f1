"""What a report says, gathered before a word is written.

The training pipeline fills ``ReportData`` once; the same data gives the same
report, byte for byte.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from genre.features.mel import MelConfig
from genre.records import Split
from genre.train.data import SongTable
from genre.train.exam import (
    Answers,
    Bools,
    Exam,
    Floats,
    hard_labels,
    to_cells,
)


@dataclass(frozen=True, slots=True)
class PartCount:
    """How many songs and artists a part holds, and who is in the test part too."""

    split: Split
    n_songs: int
    n_artists: int
    n_shared: int  # artists that are also in the test part
    positives: tuple[int, ...]  # songs of each genre


@dataclass(frozen=True, slots=True, eq=False)
class MelExample:
    """A song to show: its row in ``Exam.songs`` and its stored frames.

    ``mel`` is ``[n_frames, n_mels]`` in dB, made with ``config``.
    """

    song: int
    mel: Floats
    config: MelConfig


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReportData:
    """Everything a report says.

    Attributes
    ----------
    run_id, config
        Which run, and its settings: JSON-ready, shown as they are.
    exam, systems
        Questions and answers, the model first.
    summary
        From ``summary.summarise(exam, systems)``.
    parts
        From ``count_parts``.
    names
        ``Artist - Title`` by track id, for the songs shown.
    history
        One mapping per epoch with ``epoch``, ``loss`` and ``validation``.
    examples
        Songs to show, from ``pick_examples``.
    exclusions, notes
        Sentences: what was left out before training, what a reader must know first.
    temperature
        What the model's logits were divided by.
    created_at
        Shown as given; nothing here reads a clock.
    """

    run_id: str
    config: Mapping[str, Any]
    exam: Exam
    systems: tuple[Answers, ...]
    summary: Mapping[str, Any]
    parts: tuple[PartCount, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    history: Sequence[Mapping[str, Any]] = ()
    examples: tuple[MelExample, ...] = ()
    exclusions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    temperature: float = 1.0
    created_at: str = ""

    @property
    def settings(self) -> dict[str, Any]:
        """The settings without their nesting, ``config.width`` and the like, sorted."""
        return dict(sorted(_leaves(self.config)))

    @property
    def network(self) -> str:
        """Name of the network: the setting ``model``, wherever it stands."""
        found = (v for k, v in self.settings.items() if k.split(".")[-1] == "model")
        return str(next(found, "of unknown kind"))

    @property
    def model(self) -> Answers:
        """The system that the report is about."""
        return self.systems[0]


def _leaves(config: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in config.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def count_parts(table: SongTable) -> tuple[PartCount, ...]:
    """Count songs, artists and genres of every part that has songs."""
    tested = {table.artists[row] for row in table.rows(Split.TEST)}
    counts = []
    for split in Split:
        part = table.select(table.rows(split))
        if not part.n_songs:
            continue
        artists = set(part.artists)
        shared = 0 if split is Split.TEST else len(artists & tested)
        positives = tuple(int(n) for n in hard_labels(part).sum(axis=0))
        counts.append(PartCount(split, part.n_songs, len(artists), shared, positives))
    return tuple(counts)


def pick_examples(exam: Exam, answers: Answers) -> tuple[int, ...]:
    """Return the rows of the surest right and the surest wrong answer, if there are.

    An answer is a song's top-scored genre; it is right when the song carries it.
    """
    right = answered_right(exam, answers)
    best = answers.songs.max(axis=1, initial=0.0)
    judged = to_cells(exam.songs, multilabel=exam.multilabel).positive.any(axis=1)
    kinds = (right & judged, ~right & judged)
    return tuple(
        int(np.where(kind, best, -1.0).argmax()) for kind in kinds if kind.any()
    )


def labelled_genres(exam: Exam, row: int) -> frozenset[str]:
    """Return the genres that a song's labels name: all, or the top one."""
    positive = to_cells(exam.songs, multilabel=exam.multilabel).positive[row]
    return frozenset(g for g, so in zip(exam.genres, positive, strict=True) if so)


def answered_right(exam: Exam, answers: Answers) -> Bools:
    """Tell for each song whether its top-scored genre is one of its labels."""
    positive = to_cells(exam.songs, multilabel=exam.multilabel).positive
    best = answers.songs.argmax(axis=1)
    return np.asarray(positive[np.arange(len(best)), best])
