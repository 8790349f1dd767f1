"""The exam is sat: a trained network and what it has to beat answer one part.

The network, the classical baseline, the label prior and the majority genre are
asked about the same songs and the same segments of the same store.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from genre.errors import CheckpointError
from genre.features.segments import Resident
from genre.records import Split
from genre.train import baselines
from genre.train.calibration import to_probabilities
from genre.train.checkpoint import Checkpoint
from genre.train.crops import Corpus
from genre.train.data import SongTable
from genre.train.exam import Answers, Exam, Floats
from genre.train.predict import SongLogits, corpus_to_logits
from genre.train.report_data import MelExample, pick_examples

Truth = Mapping[str, Sequence[str]]  # track id -> its true genres


def sit_exam(
    checkpoint: Checkpoint,
    resident: Resident,
    table: SongTable,
    *,
    split: Split,
    device: torch.device,
    truth: Truth | None = None,
) -> tuple[Exam, tuple[Answers, ...]]:
    """Let all systems answer one part.

    Parameters
    ----------
    checkpoint : Checkpoint
        The trained network.
    resident : Resident
        Frames of all songs, in the order of the table's rows.
    table : SongTable
        All songs, with the checkpoint's genres.
    split : Split
        The part that is reported.
    device : torch.device
        Where the network computes, in fp32.
    truth : mapping or None
        Right answers where they are known apart from the labels.

    Returns
    -------
    exam : Exam
    systems : tuple of Answers
        ``model``, ``baseline``, ``prior``, ``majority``.

    Raises
    ------
    CheckpointError
        The network was made for other mel settings.
    """
    _check_mel(checkpoint, resident)
    checkpoint.model.to(device)
    corpus = Corpus.from_resident(resident, device)
    here = _ask(checkpoint, corpus, table.rows(split))
    chosen = _ask(checkpoint, corpus, table.rows(Split.VALIDATION))
    songs = table.select(table.rows(split))
    exam = Exam(
        multilabel=checkpoint.multilabel,
        songs=songs,
        validation=table.select(table.rows(Split.VALIDATION)),
        segment_song=here.segment_song,
        split=split,
        truth=None if truth is None else _truth_of(songs, truth),
    )
    model = Answers(
        name="model",
        songs=_scores(checkpoint, here.songs),
        segments=_scores(checkpoint, here.segments),
        validation=_scores(checkpoint, chosen.songs),
    )
    return exam, (model, *_rivals(exam, resident, table))


def _check_mel(checkpoint: Checkpoint, resident: Resident) -> None:
    if resident.config.key != checkpoint.mel.key:
        raise CheckpointError(
            f"Expected frames of {checkpoint.mel.key}, which the run was trained on,"
            f" found {resident.config.key}; run `genre features` with its settings."
        )


def _ask(checkpoint: Checkpoint, corpus: Corpus, rows: NDArray[np.int64]) -> SongLogits:
    device = corpus.frames.device
    return corpus_to_logits(
        checkpoint.model,
        corpus.select(rows),
        checkpoint.normaliser.to(device),
        n_frames=checkpoint.n_frames,
    )


def _scores(checkpoint: Checkpoint, logits: Floats) -> Floats:
    return to_probabilities(
        logits, checkpoint.temperature, multilabel=checkpoint.multilabel
    )


def _truth_of(songs: SongTable, truth: Truth) -> Floats:
    """Return truth as an array; a genre that no song was trained on has no column."""
    return np.array(
        [
            [genre in truth[track_id] for genre in songs.genres]
            for track_id in songs.track_ids
        ],
        dtype=np.float64,
    ).reshape(songs.targets.shape)


def _rivals(
    exam: Exam, resident: Resident, table: SongTable
) -> tuple[Answers, Answers, Answers]:
    train = table.select(table.rows(Split.TRAIN))
    x_validation = _song_statistics(resident, exam.validation)
    fitted = baselines.fit_baseline(
        _song_statistics(resident, train),
        train,
        x_validation=x_validation,
        validation=exam.validation,
        multilabel=exam.multilabel,
    )
    classical = Answers(
        name="baseline",
        songs=fitted.predict(_song_statistics(resident, exam.songs)),
        segments=fitted.predict(_segment_statistics(resident, exam.songs)),
        validation=fitted.predict(x_validation),
    )
    shares = baselines.prior(train, multilabel=exam.multilabel)
    return (
        classical,
        baselines.constant("prior", shares, exam),
        baselines.constant("majority", baselines.majority(shares), exam),
    )


def _song_statistics(resident: Resident, songs: SongTable) -> Floats:
    rows = [baselines.song_statistics(resident.song(t)) for t in songs.track_ids]
    return np.array(rows).reshape(len(rows), 3 * resident.config.n_mels)


def _segment_statistics(resident: Resident, songs: SongTable) -> Floats:
    rows = [
        baselines.song_statistics(segment)
        for track_id in songs.track_ids
        for segment in resident.segments(track_id)
    ]
    return np.array(rows).reshape(len(rows), 3 * resident.config.n_mels)


def choose_examples(
    exam: Exam, systems: Sequence[Answers], resident: Resident
) -> tuple[MelExample, ...]:
    """Return the songs whose mel pictures the report shows."""
    return tuple(
        MelExample(row, resident.song(exam.songs.track_ids[row]), resident.config)
        for row in pick_examples(exam, systems[0])
    )
