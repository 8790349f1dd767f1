"""``genre demo``: the whole chain on composed music, step by step.

Every stage is called as its command calls it, and each step comes with the
command that repeats it, so that the tour shows how the tool is used. What is
there is kept: a second tour only looks.
"""

import json
import shlex
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from genre.config import Settings
from genre.crawler.pipeline import CrawlRequest, crawl
from genre.db import labels, open_catalog
from genre.db.connect import catalog_path
from genre.db.file import Reader
from genre.db.summary import counts
from genre.demo.corpus import compose_plan, is_demo
from genre.demo.plan import DURATION_S, CorpusPlan
from genre.demo.truth import Truth, read_truth, score_labels, score_predictions
from genre.errors import UsageError
from genre.export.pipeline import ExportRequest, export
from genre.export.verify import verify
from genre.features.pipeline import build_features
from genre.files import atomic_write, write_json
from genre.labeler.pipeline import SplitParams, label, split
from genre.records import Event, Outcome, Plan, Stage, Status
from genre.train.config import TrainConfig

RATIOS = (0.6, 0.1, 0.3)  # train, validation, test
SYNTHETIC = (
    "All music here is synthetic, composed by this program; artists and titles are"
    " invented. Scores show that the chain works, not how well it knows real music."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoConfig:
    """What ``genre demo`` may be asked for."""

    tracks_per_genre: int = 16
    seed: int = 0
    duration_s: float = DURATION_S  # of a track
    width: int = 16  # of the network: narrow, for two cores
    epochs: int = 20
    crops: int = 128  # per genre and epoch, so that more songs take no longer

    @property
    def plan(self) -> CorpusPlan:
        """What is composed."""
        return CorpusPlan(
            tracks_per_genre=self.tracks_per_genre,
            seed=self.seed,
            duration_s=self.duration_s,
        )

    @property
    def train_config(self) -> TrainConfig:
        """The training that fits into a few minutes on two cores."""
        crops = max(1, round(self.crops / self.tracks_per_genre))
        return TrainConfig(
            width=self.width, epochs=self.epochs, crops_per_song=crops, seed=self.seed
        )


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the tour begins; ``command`` repeats it ("" for the demo's own)."""

    title: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the tour found, or where to look, at its end."""

    name: str
    value: str


def run_demo(
    settings: Settings, config: DemoConfig | None = None
) -> Iterator[Event | Step | Finding]:
    """Compose a corpus and take it through every stage.

    Yields a ``Step``, then that step's events; findings come last.

    Raises
    ------
    UsageError
        The corpus folder holds something other than this demo.
    GenreError
        What a stage raises.
    """
    config = config or DemoConfig()
    folder = settings.corpus / "demo"
    _check_corpus(settings, folder)
    _describe(settings.corpus)
    settings = replace(settings, description=SYNTHETIC)
    yield Step(f"Compose the music. {SYNTHETIC}")
    yield from compose_plan(folder, config.plan, jobs=settings.n_jobs)
    yield from _prepare(settings, config, folder)
    truth, n_others = _read_truth(settings, folder)
    if n_others:
        message = (
            f"{n_others} songs here were not composed by the demo, so the report has no"
            " section on the truth."
        )
        yield Outcome(Stage.DEMO, str(folder), Status.NOTE, message=message)
    outcome = yield from _train(settings, config, None if n_others else truth)
    run = settings.corpus / "runs" / str(outcome.data["run"])
    yield Step("Compare labels and model with what was composed")
    scores = _score(settings, truth, run)
    scores["systems"] = outcome.data["metrics"]["truth"]
    write_json(run / "truth.json", scores)
    yield Outcome(
        Stage.DEMO, run.name, Status.DONE, message=_scored(scores), data=scores
    )
    yield from _publish(settings)
    yield from _findings(settings, run, scores)


def _check_corpus(settings: Settings, folder: Path) -> None:
    """Keep synthetic songs out of a corpus of real ones."""
    if not is_demo(folder) and catalog_path(settings).exists():
        raise UsageError(
            f"Expected a new folder or an earlier demo in {settings.corpus}, found"
            " another corpus; choose another --corpus for the demo."
        )


def _describe(corpus: Path) -> None:
    """Let every later report and card of this corpus say what it is, too."""
    path = corpus / "genre.toml"
    if not path.exists():
        line = f"description = {json.dumps(SYNTHETIC)}\n"  # JSON's strings are TOML's
        with atomic_write(path) as stream:
            stream.write(line.encode("utf-8"))


def _prepare(
    settings: Settings, config: DemoConfig, folder: Path
) -> Iterator[Event | Step]:
    """Crawl, label, split, features."""
    playlists = folder / "list.txt"
    yield Step(
        "Read playlists, decode songs",
        _shell(settings, "crawl", "--playlists", playlists),
    )
    yield from crawl(settings, CrawlRequest(list_file=playlists))
    yield Step("Turn playlists into labels", _shell(settings, "label"))
    yield from label(settings)
    ratios = ",".join(f"{ratio:.2f}" for ratio in RATIOS)
    yield Step(
        "Keep whole artists for the test",
        _shell(settings, "split", "--ratios", ratios, "--seed", config.seed),
    )
    yield from split(settings, SplitParams(seed=config.seed, ratios=RATIOS))
    yield Step("Compute mel segments", _shell(settings, "features"))
    yield from build_features(settings)


def _read_truth(settings: Settings, folder: Path) -> tuple[Truth, int]:
    """Return the composed truth, and how many songs of the catalog it does not cover."""
    with open_catalog(settings, readonly=True) as catalog, catalog.read() as session:
        truth = read_truth(session, folder)
    with Reader(settings).read() as connection:
        return truth, counts(connection).tracks - len(truth)


def _train(
    settings: Settings, config: DemoConfig, truth: Truth | None
) -> Generator[Event | Step, None, Outcome]:
    from genre.train.pipeline import train

    wanted = config.train_config
    options = {
        "--width": wanted.width,
        "--epochs": wanted.epochs,
        "--crops": wanted.crops_per_song,
        "--seed": wanted.seed,
    }
    words = [word for pair in options.items() for word in pair]
    yield Step("Train a narrow network", _shell(settings, "train", *words))
    last = None
    for event in train(settings, wanted, truth=truth):
        yield event
        last = event
    assert isinstance(last, Outcome)  # the run's own outcome ends every training
    return last


def _score(settings: Settings, truth: Truth, run: Path) -> dict[str, Any]:
    """Score the labels of all songs and the model's answers about the test songs."""
    with open_catalog(settings, readonly=True) as catalog, catalog.read() as session:
        label_set = labels.current_label_set(session)
        assert label_set is not None  # training needed one
        found = labels.labels_of(session, label_set.id)
    return {
        "labels": score_labels(truth, found),
        "model": score_predictions(truth, run / "predictions.csv"),
    }


def _publish(settings: Settings) -> Iterator[Event | Step]:
    target = settings.corpus / "export"
    yield Step("Publish the corpus", _shell(settings, "export", target, "--force"))
    yield from export(settings, ExportRequest(target, force=True))
    yield Step("Check what was published", shlex.join(["genre", "verify", str(target)]))
    yield Plan(Stage.EXPORT, 1, unit="exports")
    report = verify(target)
    status = Status.DONE if report.ok else Status.FAILED
    wrong = "; ".join((*report.missing, *report.invalid))
    message = wrong or f"{report.checked} files, all as published"
    yield Outcome(Stage.EXPORT, str(target), status, message=message)


def _findings(
    settings: Settings, run: Path, scores: dict[str, Any]
) -> Iterator[Finding]:
    yield Finding("music", SYNTHETIC)
    yield Finding("labels and model", _scored(scores))
    yield Finding("report", str(run / "report.html"))
    yield Finding("against the truth", str(run / "truth.json"))
    yield Finding("published corpus", str(settings.corpus / "export"))
    yield Finding("composed music", str(settings.corpus / "demo" / "music"))
    yield Finding("look around", _shell(settings, "status"))


def _scored(scores: dict[str, Any]) -> str:
    """Say in two sentences how labels and model compare with the composition."""
    given, model = scores["labels"], scores["model"]
    return (
        f"The playlists gave {given['n_tracks']} songs {given['n_given']} labels:"
        f" {given['n_added']} wrong, {given['n_lost']} missing (F1 {given['f1']})."
        f" On {model['n_songs']} test songs by other artists macro PR-AUC against what"
        f" was composed is {model['macro_pr_auc']} for the model{_rival(scores)}, and"
        f" {model['prior']} for the prior"
    )


def _rival(scores: dict[str, Any]) -> str:
    """Name the classical baseline's score, which only a run trained here has."""
    if not scores["systems"]:
        return ""
    value = scores["systems"]["song"]["baseline"]["macro_pr_auc"]
    return "" if value is None else f", {value:.4f} for the classical baseline"


def _shell(settings: Settings, command: str, *options: object) -> str:
    """Return the command line of a step, as one would type it."""
    where = ["--corpus", str(settings.corpus)]
    where += ["--db", settings.db] if settings.db else []
    return shlex.join(["genre", command, *map(str, options), *where])
