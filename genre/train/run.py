"""One run on disk: saved after every epoch, and everything it leaves in the end."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from genre.files import write_json
from genre.records import Run, Split
from genre.train import rundir
from genre.train.checkpoint import Checkpoint, save_checkpoint, save_state
from genre.train.device import repeatable
from genre.train.exam import Answers, Exam
from genre.train.examine import Truth, choose_examples, sit_exam
from genre.train.learner import Epoch, Learner
from genre.train.loop import learn
from genre.train.report import write_report
from genre.train.report_data import ReportData, count_parts
from genre.train.summary import summarise
from genre.train.workshop import Workshop, conclude


def learn_and_save(
    folder: Path, workshop: Workshop, learner: Learner
) -> Iterator[Epoch]:
    """Train to the end; an epoch is on disk when it is yielded.

    Raises
    ------
    GenreError
        The network has run away.
    DiskFullError
        There is no room; the epoch before is still whole.
    """
    epochs = learn(
        learner,
        workshop.lesson,
        workshop.config,
        bf16=workshop.bf16,
        threads=workshop.threads,
        validate=workshop.validate,
    )
    for epoch in epochs:
        facts = {**learner.facts(), "conditions": workshop.conditions}
        save_state(folder, learner.tensors(), facts)
        yield epoch


def write_results(
    folder: Path,
    run: Run,
    workshop: Workshop,
    learner: Learner,
    *,
    losses: tuple[str, ...],
    notes: tuple[str, ...],
    names: Mapping[str, str],
    truth: Truth | None,
) -> dict[str, Any]:
    """Write checkpoint, metrics, predictions and report; return the metrics.

    ``losses`` are sentences about what took no part, ``notes`` what a reader must
    know first, ``names`` those of the test songs.
    """
    checkpoint = conclude(workshop, learner)
    save_checkpoint(folder, checkpoint)
    rundir.write_history(folder, learner.history)
    rundir.write_speed(folder, learner.history)
    exam, systems = _sit_exam(checkpoint, workshop, truth)
    summary = summarise(exam, systems)
    write_json(folder / rundir.METRICS, summary)
    rundir.write_predictions(folder, exam, systems[0])
    data = ReportData(
        run_id=run.id,
        config=rundir.describe_run(run, workshop),
        exam=exam,
        systems=systems,
        summary=summary,
        parts=count_parts(workshop.table),
        names=names,
        history=[asdict(epoch) for epoch in learner.history],
        examples=choose_examples(exam, systems, workshop.resident),
        exclusions=losses,
        notes=notes,
        temperature=checkpoint.temperature,
    )
    write_report(folder, data)
    return summary


def _sit_exam(
    checkpoint: Checkpoint, workshop: Workshop, truth: Truth | None
) -> tuple[Exam, tuple[Answers, ...]]:
    with repeatable(workshop.config.seed, 0, threads=workshop.threads):
        return sit_exam(
            checkpoint,
            workshop.resident,
            workshop.table,
            split=Split.TEST,
            device=workshop.device,
            truth=truth,
        )
