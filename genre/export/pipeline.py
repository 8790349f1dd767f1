"""``genre export``: catalog -> a folder that others can load, cite and check.

Everything is read in one transaction, so an export shows the catalog at one
moment; files are hashed and put in place after it.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from genre.config import Settings
from genre.db import Session, open_catalog
from genre.db.labels import current_label_set
from genre.db.published import (
    PublishedScope,
    has_tracks,
    published_scope,
    published_tracks,
)
from genre.db.splits import current_split_set
from genre.errors import ExportError, NotReadyError
from genre.export import card
from genre.export.content import RowCheck
from genre.export.facts import Facts
from genre.export.folder import check_target, new_export
from genre.export.manifest import About, file_entry, write_manifest
from genre.export.parquet import PARTS, file_names, to_row, write_part
from genre.files import atomic_write, require_room, stage_lock
from genre.records import (
    Event,
    LabelSet,
    Outcome,
    Plan,
    Split,
    SplitSet,
    Stage,
    Status,
)


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What the user asks for."""

    target: Path
    force: bool = False  # replace an earlier export


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is going to be published."""

    label_set: LabelSet
    split_set: SplitSet
    counts: PublishedScope
    description: str

    @property
    def about(self) -> About:
        return About(
            label_set=self.label_set,
            split_set=self.split_set,
            genres=self.counts.genres,
            left_out={
                "excluded": self.counts.splits[Split.EXCLUDED],
                "unsplit": self.counts.n_unsplit,
                "unlabelled": self.counts.n_unlabelled,
            },
            description=self.description,
        )


def export(settings: Settings, request: ExportRequest) -> Iterator[Event]:
    """Publish the current labels and parts as a folder; one outcome per file.

    Raises
    ------
    NotReadyError
        There is no catalog, or it holds no songs, labels or parts yet.
    ExportError
        The target is not empty (and cannot be replaced) or cannot be written.
    DiskFullError
        There is no room; nothing is left behind.
    """
    target = request.target.resolve()
    with (
        open_catalog(settings, readonly=True) as catalog,
        stage_lock(settings.corpus, Stage.EXPORT),
    ):
        check_target(target, force=request.force)
        with catalog.read() as session:
            scope = _scope(session, settings.description)
        yield from _announce(scope)
        with new_export(target, corpus=settings.corpus, force=request.force) as folder:
            require_room(folder, settings.min_free_bytes)
            with catalog.read() as session:
                about, facts, names = _write_data(session, folder, settings.description)
            files = {}
            for name in names:
                files[name] = file_entry(folder / name)
                yield Outcome(Stage.EXPORT, name, Status.DONE, data=asdict(files[name]))
            write_manifest(folder, about, facts, files)
        yield Outcome(
            Stage.EXPORT,
            str(target),
            Status.DONE,
            label=f"{facts.n_songs:,} songs in {len(about.genres)} genres",
            data={"songs": facts.songs, "artists": facts.artists},
        )


def _announce(scope: _Scope) -> Iterator[Event]:
    counts = scope.counts
    n_files = sum(len(file_names(part, counts.splits[part])) for part in PARTS)
    yield Plan(Stage.EXPORT, total=n_files + 2, unit="files")
    if (
        scope.split_set.params.get("label_set", scope.label_set.id)
        != scope.label_set.id
    ):
        yield _note(
            "The parts were made for other labels; `genre split` makes new ones."
        )
    if counts.n_unsplit:
        yield _note(
            f"{counts.n_unsplit} labelled songs are in no part and are left out;"
            " `genre split` gives them one."
        )


def _note(message: str) -> Outcome:
    return Outcome(Stage.EXPORT, "parts", Status.NOTE, message=message)


def _scope(session: Session, description: str) -> _Scope:
    if not has_tracks(session):
        raise NotReadyError(_missing("songs", "crawl"))
    label_set = current_label_set(session)
    if label_set is None:
        raise NotReadyError(_missing("labelled songs", "label"))
    split_set = current_split_set(session)
    if split_set is None:
        raise NotReadyError(_missing("parts (train, validation, test)", "split"))
    counts = published_scope(session, label_set.id, split_set.id)
    if not any(counts.splits[part] for part in PARTS):
        raise NotReadyError(_missing("labelled songs in a part", "split"))
    return _Scope(label_set, split_set, counts, description)


def _missing(what: str, command: str) -> str:
    return f"Expected {what} in the catalog, found none; run `genre {command}` first."


def _write_data(
    session: Session, folder: Path, description: str
) -> tuple[About, Facts, list[str]]:
    """Write data files and card from one view of the catalog; return their names."""
    scope = _scope(session, description)
    check, names = RowCheck(scope.counts.genres), []
    for part in PARTS:
        tracks = published_tracks(
            session, scope.label_set.id, scope.split_set.id, split=part
        )
        rows = check.watch(f"data/{part}", map(to_row, tracks))
        n_rows = scope.counts.splits[part]
        names += write_part(folder, part, rows, n_rows=n_rows)
    for fault in check.faults():
        raise ExportError(
            f"The parts no longer fit the catalog ({fault}); run `genre split` again,"
            " then export (nothing was written)."
        )
    facts = check.tally.facts()
    with atomic_write(folder / card.NAME) as stream:
        stream.write(card.render_card(scope.about, facts).encode("utf-8"))
    return scope.about, facts, [*names, card.NAME]
