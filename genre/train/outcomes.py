"""What the train stage tells the user: one outcome per epoch, run and file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from genre.errors import ItemError
from genre.records import Outcome, Run, Stage, Status
from genre.train import rundir
from genre.train.checkpoint import Checkpoint
from genre.train.config import TrainConfig
from genre.train.exam import Floats
from genre.train.learner import Epoch
from genre.train.words import HEADLINE, METRICS, figure

_SHOWN = 3  # genres named of a file of which none reaches its threshold: the likeliest


def kept_run(run: Run, folder: Path) -> Outcome:
    """Say that a run of equal settings is complete."""
    message = (
        f"This run is complete; see {folder / rundir.REPORT}. Another --seed trains"
        " another, --no-resume trains this one again."
    )
    data = {"run": run.id, "metrics": run.metrics}
    return Outcome(Stage.TRAIN, run.id, Status.KEPT, message=message, data=data)


def epoch(row: Epoch, config: TrainConfig, status: Status) -> Outcome:
    """Say how an epoch went; a resumed run repeats those it kept."""
    score = "" if row.validation is None else f", PR-AUC {row.validation:.3f}"
    return Outcome(
        Stage.TRAIN,
        f"epoch {row.epoch}",
        status,
        label=f"epoch {row.epoch}/{config.epochs}: loss {row.loss:.3f}{score}",
        data=asdict(row),
    )


def resumed(
    run_id: str, before: Mapping[str, str | int], now: Mapping[str, str | int]
) -> Iterator[Outcome]:
    """Say so when a resumed run cannot end in the bits of an undisturbed one."""
    changed = [
        f"{k} {before.get(k)} to {now[k]}" for k in now if now[k] != before.get(k)
    ]
    if changed:
        message = (
            f"The run goes on under other conditions ({', '.join(changed)}); its numbers"
            " may differ in the last digits from an undisturbed run's."
        )
        yield Outcome(Stage.TRAIN, run_id, Status.NOTE, message=message)


def finished_run(
    run_id: str, folder: Path, summary: Mapping[str, Any], history: Sequence[Epoch]
) -> Outcome:
    """Say what a run reached and where its report is."""
    speed = rundir.describe_speed(history)
    message = (
        f"{headline(summary)}. {speed['crops_seen']:,} crops seen at"
        f" {speed['crops_per_s']:,.0f} per second. Report: {folder / rundir.REPORT}"
    )
    data = {
        "run": run_id,
        "folder": str(folder),
        "report": str(folder / rundir.REPORT),
        **speed,
        "metrics": dict(summary),
    }
    return Outcome(Stage.TRAIN, run_id, Status.DONE, message=message, data=data)


def evaluated(run_id: str, summary: Mapping[str, Any]) -> Outcome:
    """Say what a run reaches on a part."""
    data = {"run": run_id, "metrics": dict(summary)}
    message = f"{headline(summary)}."
    return Outcome(Stage.TRAIN, run_id, Status.DONE, message=message, data=data)


def headline(summary: Mapping[str, Any]) -> str:
    """Return the part's main score per song and segment, beside what it must beat."""
    metric = HEADLINE[summary["multilabel"]][0]
    songs, segments = summary["song"], summary["segment"]
    low, high = summary["intervals"]["song"]["model"][metric]
    between = "" if low is None else f" (95 % {figure(low)} to {figure(high)})"
    return (
        f"{summary['n_songs']} {summary['split']} songs of {summary['n_artists']}"
        f" artists: {METRICS[metric]} {figure(songs['model'][metric])}{between} per"
        f" song, {figure(segments['model'][metric])} per segment; classical baseline"
        f" {figure(songs['baseline'][metric])}, label prior"
        f" {figure(songs['prior'][metric])}"
    )


# --- files -----------------------------------------------------------------------


def predicted(path: Path, checkpoint: Checkpoint, scores: Floats) -> Outcome:
    """Name a file's genres, the likeliest first.

    Several per song: those that reach their threshold, else the three likeliest,
    said to be unsure. One per song: the likeliest.
    """
    order = np.argsort(-scores, kind="stable")
    rows = [
        {
            "genre": checkpoint.genres[g],
            "probability": round(float(scores[g]), 6),
            "predicted": bool(
                scores[g] >= checkpoint.thresholds[g]
                if checkpoint.multilabel
                else g == order[0]
            ),
        }
        for g in order
    ]
    sure = [row for row in rows if row["predicted"]]
    named = ", ".join(
        f"{row['genre']} {row['probability']:.2f}" for row in sure or rows[:_SHOWN]
    )
    return Outcome(
        Stage.TRAIN,
        str(path),
        Status.DONE,
        label=path.name,
        message=named if sure else f"unsure; likeliest are {named}",
        data={"genres": rows},
    )


def unreadable(path: Path, error: ItemError) -> Outcome:
    """Say why a file could not be heard."""
    return Outcome(
        Stage.TRAIN,
        str(path),
        Status.FAILED,
        label=path.name,
        message=str(error),
        error_class=error.error_class,
    )
