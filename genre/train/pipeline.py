"""``genre train``, ``evaluate`` and ``predict``: the stage's door to the catalog.

A run is saved after every epoch. The same command again goes on where it stopped
and ends in the same bits (at the same number of threads); once it is complete,
it is kept.
"""

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

from genre.audio import decode
from genre.config import Settings
from genre.db import Catalog, Session, labels, open_catalog, runs, splits
from genre.db import features as store
from genre.errors import CheckpointError, ItemError, NotReadyError
from genre.features.mel import MelConfig
from genre.features.segments import load_resident
from genre.files import stage_lock, sweep_temporary, write_json
from genre.records import Event, Outcome, Plan, Run, Split, Stage, Status
from genre.train import outcomes, rundir
from genre.train.checkpoint import (
    DESCRIPTION,
    drop_state,
    load_checkpoint,
    load_state,
)
from genre.train.config import TrainConfig
from genre.train.device import choose_device, repeatable
from genre.train.examine import Truth, sit_exam
from genre.train.learner import Learner
from genre.train.predict import wav_to_probabilities
from genre.train.run import learn_and_save, write_results
from genre.train.sources import (
    Sources,
    check_disjoint,
    check_examinable,
    describe_losses,
    trainable,
)
from genre.train.summary import summarise
from genre.train.workshop import Workshop, new_learner, set_up


def train(
    settings: Settings, config: TrainConfig, *, truth: Truth | None = None
) -> Iterator[Event]:
    """Train a model on the corpus and report on it; resumes, or keeps what is done.

    Parameters
    ----------
    settings : Settings
        The corpus, the mel settings of its frames, and the number of threads.
    config : TrainConfig
        The run. With ``resume`` (the default) an unfinished run of equal settings
        goes on and a finished one is kept; without, it starts over.
    truth : mapping or None
        Right answers by track id, where they are known apart from the labels.

    Yields
    ------
    Plan, Outcome
        One outcome per epoch, its ``data`` holding loss, validation score and
        crops per second; last the run's, its ``data`` holding all metrics.

    Raises
    ------
    NotReadyError
        Labels, parts or frames are missing, or there are too few.
    UsageError
        The model or the device is unknown.
    """
    with (
        open_catalog(settings, create=False) as catalog,
        stage_lock(settings.corpus, Stage.TRAIN),
    ):
        sources = _read_current(catalog, MelConfig.from_settings(settings))
        check_disjoint(sources)
        whole = sources.table
        table = trainable(whole, config)
        run = rundir.new_run(config, sources, table)
        folder = settings.corpus / "runs" / run.id
        if config.resume and (done := _finished(catalog, folder, run.id)):
            drop_state(folder)
            yield Plan(Stage.TRAIN, total=1, unit="runs")
            yield outcomes.kept_run(done, folder)
            return
        losses = describe_losses(sources, whole, table)
        for sentence in losses:
            yield Outcome(Stage.TRAIN, run.id, Status.NOTE, message=sentence)
        refs = sources.refs_of(table)
        resident = load_resident(settings.corpus, sources.shards, refs)
        workshop = set_up(resident, table, config, threads=settings.n_jobs)
        learner = yield from _begin(catalog, run, folder, workshop)
        for epoch in learn_and_save(folder, workshop, learner):
            yield outcomes.epoch(epoch, config, Status.DONE)
        notes = (settings.description,) if settings.description else ()
        yield _finish(
            catalog,
            run,
            folder,
            workshop,
            learner,
            losses=losses,
            notes=notes,
            truth=truth,
        )


def _read_current(catalog: Catalog, mel: MelConfig) -> Sources:
    """Read what the catalog holds now for these mel settings."""
    with catalog.read() as session:
        label_set = labels.current_label_set(session)
        split_set = splits.current_split_set(session)
        if label_set is None:
            raise NotReadyError("Expected labels, found none; run `genre label` first.")
        if split_set is None:
            raise NotReadyError(
                "Expected parts for training and test, found none; run `genre split`"
                " first."
            )
        return _read_sources(session, label_set.id, split_set.id, mel.key)


def _read_sources(
    session: Session, label_set: str, split_set: str, feature_key: str
) -> Sources:
    refs = store.current_features(session, feature_key)
    if not refs:
        raise NotReadyError(
            f"Expected frames of {feature_key} for the songs' present audio, found"
            " none; run `genre features` first (settings such as hop_length must be"
            " the same for both: keep them in genre.toml)."
        )
    return Sources(
        label_set=label_set,
        split_set=split_set,
        feature_key=feature_key,
        labels=tuple(labels.labels_of(session, label_set)),
        splits=splits.splits_of(session, split_set),
        artists=splits.main_artists(session),
        refs=tuple(refs),
        shards=tuple(store.shards_of(session, feature_key)),
    )


def _finished(catalog: Catalog, folder: Path, run_id: str) -> Run | None:
    """Return the run if it is complete, in the catalog and on disk."""
    with catalog.read() as session:
        run = runs.find_run(session, run_id)
    if run is None or not run.checkpoint or not (folder / DESCRIPTION).is_file():
        return None
    return run


# --- one run -------------------------------------------------------------------


def _begin(
    catalog: Catalog, run: Run, folder: Path, workshop: Workshop
) -> Generator[Event, None, Learner]:
    """Return a learner: as its last epoch left it, or a new one."""
    folder.mkdir(parents=True, exist_ok=True)
    sweep_temporary(folder)
    learner, config = new_learner(workshop), workshop.config
    yield Plan(Stage.TRAIN, total=config.epochs + 1, unit="epochs")
    saved = load_state(folder) if config.resume else None
    if saved is not None:
        tensors, facts = saved
        learner.restore(tensors, facts["history"])
        yield from outcomes.resumed(run.id, facts["conditions"], workshop.conditions)
        for epoch in learner.history:
            yield outcomes.epoch(epoch, config, Status.KEPT)
        return learner
    drop_state(folder)
    write_json(folder / rundir.CONFIG, rundir.describe_run(run, workshop))
    with catalog.write() as session:
        runs.start_run(session, run)
    return learner


def _finish(
    catalog: Catalog,
    run: Run,
    folder: Path,
    workshop: Workshop,
    learner: Learner,
    *,
    losses: tuple[str, ...],
    notes: tuple[str, ...],
    truth: Truth | None,
) -> Outcome:
    """Write everything about a trained run; the catalog's row comes last."""
    tested = workshop.table.select(workshop.table.rows(Split.TEST)).track_ids
    with catalog.read() as session:
        names = runs.song_names(session, tested)
    summary = write_results(
        folder,
        run,
        workshop,
        learner,
        losses=losses,
        notes=notes,
        names=names,
        truth=truth,
    )
    with catalog.write() as session:
        runs.finish_run(
            session, run.id, metrics=summary, checkpoint=f"runs/{folder.name}"
        )
    drop_state(folder)
    return outcomes.finished_run(run.id, folder, summary, learner.history)


# --- evaluate and predict --------------------------------------------------------


def evaluate(settings: Settings, run: str, *, split: Split) -> Iterator[Event]:
    """Measure a finished run on a part of the corpus, as its report does.

    Parameters
    ----------
    settings : Settings
        The corpus.
    run : str
        A run's id, or ``latest``.
    split : Split
        The part; on ``train`` the numbers say how much was memorised.

    Yields
    ------
    Plan, Outcome
        One outcome, its ``data`` holding all metrics.

    Raises
    ------
    CheckpointError
        There is no such finished run.
    NotReadyError
        The part has no songs, or the run's songs are not there any more.
    """
    with open_catalog(settings, readonly=True) as catalog:
        found = _find_run(catalog, run)
        checkpoint = load_checkpoint(settings.corpus / found.checkpoint)
        with catalog.read() as session:
            sources = _read_sources(
                session, found.label_set, found.split_set, found.feature_key
            )
    table = sources.table.with_genres(checkpoint.genres)
    check_examinable(table, split, genres=checkpoint.genres)
    yield Plan(Stage.TRAIN, total=1, unit="runs")
    resident = load_resident(settings.corpus, sources.shards, sources.refs_of(table))
    with repeatable(0, 0, threads=settings.n_jobs):
        exam, systems = sit_exam(
            checkpoint, resident, table, split=split, device=choose_device("auto")
        )
    yield outcomes.evaluated(found.id, summarise(exam, systems))


def _find_run(catalog: Catalog, name: str) -> Run:
    with catalog.read() as session:
        latest = name == "latest"
        run = runs.latest_run(session) if latest else runs.find_run(session, name)
        known = runs.finished_ids(session)
    if run is None or not run.checkpoint:
        unfinished = "" if run is None else ", which is unfinished"
        raise CheckpointError(
            f"Expected a finished run, found {name!r}{unfinished}; finished ones are"
            f" {', '.join(known) or 'none yet: run `genre train`'}."
        )
    return run


def predict(settings: Settings, run: str, files: Sequence[Path]) -> Iterator[Event]:
    """Name the genres of audio files.

    Parameters
    ----------
    settings : Settings
        The corpus; its catalog is not needed when ``run`` is a folder.
    run : str
        A run's id, ``latest``, or a folder that holds a checkpoint.
    files : sequence of Path
        Audio of any format and length up to the longest allowed.

    Yields
    ------
    Plan, Outcome
        One outcome per file, its ``data`` holding every genre's probability.

    Raises
    ------
    CheckpointError
        There is no such finished run.
    """
    checkpoint = load_checkpoint(_run_folder(settings, run))
    yield Plan(Stage.TRAIN, total=len(files), unit="files")
    for path in files:
        try:
            y = decode(path, settings=settings)
            with repeatable(0, 0, threads=settings.n_jobs):
                scores = wav_to_probabilities(checkpoint, y)
        except ItemError as error:
            yield outcomes.unreadable(path, error)
        else:
            yield outcomes.predicted(path, checkpoint, scores)


def _run_folder(settings: Settings, run: str) -> Path:
    if (Path(run) / DESCRIPTION).is_file():
        return Path(run)
    with open_catalog(settings, readonly=True) as catalog:
        return settings.corpus / _find_run(catalog, run).checkpoint
