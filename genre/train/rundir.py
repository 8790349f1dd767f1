"""A run's folder: what a run is called and which files people find in it.

config.json        what was asked, on which labels, parts and frames
history.csv        loss, learning rate and validation score per epoch
model.safetensors  the weights     model.json   all else that predicts
metrics.json       every number    report.html  the same for people, with *.png
predictions.csv    probabilities of the validation and test songs
speed.json         how fast it was: the only file that differs between equal runs
"""

import csv
import io
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from genre.files import atomic_write, sha256_json, utc_now, write_json
from genre.records import Run, Split
from genre.train.config import TrainConfig
from genre.train.data import SongTable
from genre.train.exam import Answers, Exam
from genre.train.learner import Epoch
from genre.train.sources import Sources
from genre.train.workshop import Workshop

CONFIG = "config.json"
METRICS = "metrics.json"
HISTORY = "history.csv"
PREDICTIONS = "predictions.csv"
SPEED = "speed.json"
REPORT = "report.html"


def new_run(config: TrainConfig, sources: Sources, table: SongTable) -> Run:
    """Return a run that begins now.

    Its id is the model's name and a hash of all that decides its result: equal
    requests on equal labels, parts and sound meet the same run, anything else is
    another one.
    """
    refs = sources.refs_of(table)
    content = {
        "config": config.identity(),
        "label_set": sources.label_set,
        "split_set": sources.split_set,
        "songs": [(r.track_id, r.pcm_sha256, r.feature_key) for r in refs],
        "artists": table.artists,  # the bootstrap draws them
    }
    return Run(
        id=f"{config.model}-{sha256_json(content)[:8]}",
        started_at=utc_now(),
        model=config.model,
        config=config.identity(),
        metrics=None,
        checkpoint="",
        label_set=sources.label_set,
        split_set=sources.split_set,
        feature_key=sources.feature_key,
    )


def describe_run(run: Run, workshop: Workshop) -> dict[str, Any]:
    """Return what ``config.json`` says."""
    table = workshop.table
    return {
        "run": run.id,
        "config": dict(run.config),
        "conditions": workshop.conditions,
        "label_set": run.label_set,
        "split_set": run.split_set,
        "feature_key": run.feature_key,
        "genres": list(table.genres),
        "n_songs": {part.value: len(table.rows(part)) for part in Split},
    }


def write_history(folder: Path, history: Sequence[Epoch]) -> None:
    """Write ``history.csv``; an epoch without validation songs has no score."""
    rows = ((e.epoch, e.loss, e.lr, e.validation) for e in history)
    _write_csv(folder / HISTORY, ("epoch", "loss", "lr", "validation_pr_auc"), rows)


def write_speed(folder: Path, history: Sequence[Epoch]) -> None:
    """Write ``speed.json``."""
    write_json(folder / SPEED, describe_speed(history))


def describe_speed(history: Sequence[Epoch]) -> dict[str, Any]:
    """Return how many crops were seen and how fast."""
    return {
        "crops_seen": round(sum(e.crops_per_s * e.seconds for e in history)),
        "crops_per_s": round(statistics.median(e.crops_per_s for e in history), 1),
        "seconds": round(sum(e.seconds for e in history), 1),
    }


def write_predictions(folder: Path, exam: Exam, answers: Answers) -> None:
    """Write ``predictions.csv``: song-level probabilities, by part and song."""
    parts = ((exam.validation, answers.validation), (exam.songs, answers.songs))
    rows = (
        (track_id, split.value, *(f"{score:.6f}" for score in scores))
        for songs, given in parts
        for track_id, split, scores in zip(
            songs.track_ids, songs.splits, given, strict=True
        )
    )
    _write_csv(folder / PREDICTIONS, ("track_id", "split", *exam.genres), rows)


def _write_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    with atomic_write(path) as stream:
        stream.write(text.getvalue().encode("utf-8"))
