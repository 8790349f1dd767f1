"""Everything a run works with, put in place: device, frames, lesson, learner.

``pipeline`` reads the catalog and writes files; this turns what was read into
tensors, and what was learnt into a checkpoint. It knows neither catalog nor disk.
"""

import copy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from genre.features.segments import Resident, segment_frames
from genre.records import Split
from genre.train.calibration import fit_temperature, fit_thresholds, to_probabilities
from genre.train.checkpoint import Checkpoint
from genre.train.config import TrainConfig
from genre.train.crops import Corpus, Normaliser, measure_normaliser
from genre.train.data import SongTable
from genre.train.device import choose_device, choose_precision, repeatable
from genre.train.exam import to_cells, top_labels
from genre.train.learner import Learner, start_learner
from genre.train.loop import Lesson, diverged
from genre.train.metrics import average_precision
from genre.train.models import ModelSpec, build_model
from genre.train.predict import SongLogits, corpus_to_logits


@dataclass(frozen=True, slots=True, eq=False)
class Workshop:
    """A run's materials on its device.

    Attributes
    ----------
    config : TrainConfig
    table : SongTable
        All songs; its rows are those of ``corpus``.
    resident : Resident
        Their frames on the host, in the same order.
    corpus : Corpus
        Their frames on the device.
    lesson : Lesson
        The training songs.
    device, precision, threads
        Where and how it is computed: recorded, since bits depend on them.
    """

    config: TrainConfig
    table: SongTable
    resident: Resident
    corpus: Corpus
    lesson: Lesson
    device: torch.device
    precision: str
    threads: int

    @property
    def conditions(self) -> dict[str, str | int]:
        """What equal bits depend on besides the configuration."""
        return {
            "threads": self.threads,
            "device": self.device.type,
            "precision": self.precision,
        }

    @property
    def bf16(self) -> bool:
        """True when crops are computed in bfloat16."""
        return self.precision == "bf16"

    def ask(self, model: nn.Module, split: Split, *, quick: bool = False) -> SongLogits:
        """Ask a network about one part; ``quick`` trades exactness for speed."""
        found = corpus_to_logits(
            model,
            self.corpus.select(self.table.rows(split)),
            self.lesson.normaliser,
            n_frames=self.lesson.n_frames,
            bf16=quick and self.bf16,
            overlap=not quick,
        )
        if not np.isfinite(found.songs).all():
            raise diverged(self.config)
        return found

    def validate(self, model: nn.Module) -> float | None:
        """Return the song-level macro PR-AUC on the validation part, if it has one."""
        songs = self.table.select(self.table.rows(Split.VALIDATION))
        cells = to_cells(songs, multilabel=self.config.multilabel)
        if not cells.measurable.any():
            return None
        logits = self.ask(model, Split.VALIDATION, quick=True).songs
        scores = to_probabilities(logits, multilabel=self.config.multilabel)
        return float(np.nanmean(average_precision(cells, scores)))


def set_up(
    resident: Resident, table: SongTable, config: TrainConfig, *, threads: int
) -> Workshop:
    """Put a run's materials on its device.

    Parameters
    ----------
    resident : Resident
        The songs' frames, in the order of the table's rows.
    table : SongTable
        Their labels and parts.
    config : TrainConfig
    threads : int
        Processor threads to compute with.

    Returns
    -------
    Workshop
    """
    device = choose_device(config.device)
    corpus = Corpus.from_resident(resident, device)
    with repeatable(config.seed, 0, threads=threads):
        lesson = _lesson(corpus, table, config, segment_frames(resident.config))
    precision = choose_precision(config.precision, device)
    return Workshop(config, table, resident, corpus, lesson, device, precision, threads)


def _lesson(
    corpus: Corpus, table: SongTable, config: TrainConfig, n_frames: int
) -> Lesson:
    rows = training_rows(table, config)
    songs, device = table.select(rows), corpus.frames.device
    targets = songs.targets
    if not config.multilabel:
        targets = np.eye(len(table.genres), dtype=np.float32)[top_labels(songs)]
    taught = corpus.select(rows)
    return Lesson(
        corpus=taught,
        targets=torch.from_numpy(targets).to(device),
        known=torch.from_numpy(songs.known).to(device),
        normaliser=measure_normaliser(taught),
        n_frames=n_frames,
    )


def training_rows(table: SongTable, config: TrainConfig) -> NDArray[np.int64]:
    """Return the songs to learn from: single-label needs one that has a genre."""
    rows = table.rows(Split.TRAIN)
    if config.multilabel:
        return rows
    return rows[top_labels(table.select(rows)) >= 0]


def describe_model(workshop: Workshop) -> ModelSpec:
    """Return what the run's network is built from."""
    config = workshop.config
    n_genres = len(workshop.table.genres)
    return ModelSpec(config.model, n_genres, config.width, config.dropout)


def new_learner(workshop: Workshop) -> Learner:
    """Return a learner with the weights that the run's seed draws."""
    config = workshop.config
    with repeatable(config.seed, 0, threads=workshop.threads):
        model = build_model(describe_model(workshop))
    model = model.to(workshop.device).to(memory_format=torch.channels_last)
    return start_learner(model, copy.deepcopy(model), config)


def conclude(workshop: Workshop, learner: Learner) -> Checkpoint:
    """Calibrate what was learnt on the validation songs and make it a checkpoint.

    The averaged weights of the last epoch are kept, or with patience those of the
    best one.
    """
    model = learner.average
    if learner.best:
        model.load_state_dict(learner.best)
    model.eval()
    multilabel = workshop.config.multilabel
    songs = workshop.table.select(workshop.table.rows(Split.VALIDATION))
    with repeatable(workshop.config.seed, 0, threads=workshop.threads):
        logits = workshop.ask(model, Split.VALIDATION).songs
    temperature = fit_temperature(logits, songs, multilabel=multilabel)
    scores = to_probabilities(logits, temperature, multilabel=multilabel)
    normaliser = workshop.lesson.normaliser
    return Checkpoint(
        spec=describe_model(workshop),
        model=model,
        genres=workshop.table.genres,
        multilabel=multilabel,
        mel=workshop.resident.config,
        n_frames=workshop.lesson.n_frames,
        normaliser=Normaliser(normaliser.mean.cpu(), normaliser.std.cpu()),
        temperature=temperature,
        thresholds=tuple(map(float, fit_thresholds(scores, songs))),
    )
