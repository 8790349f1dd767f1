"""What is there: the state of a corpus, counted anew each time it is asked for."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, TypeVar

from genre.config import Settings
from genre.crawler.sites import DIRECT, SITES
from genre.db import summary as db
from genre.db.file import Reader
from genre.db.summary import Blocked, Counts, Failure, FailureClass, SameSound
from genre.features.config import MelConfig
from genre.records import ErrorClass, Stage, Status, SubjectKind
from genre.text import display

if TYPE_CHECKING:
    from genre.db.funnel import Funnel

Answer = TypeVar("Answer")

# Sources of references that lead to audio; any other only names a song.
_SITES = {site.name for site in SITES if site.extractors}
_PLAYABLE = ("file", "url", *sorted(DIRECT | _SITES))
_MAX_THREADS = 8  # each holds up to 64 MB of the catalog and one slice of its songs
_ADVICE = {
    None: "nothing fits them well enough; `genre crawl --retry permanent` searches anew",
    ErrorClass.PERMANENT: "left alone until `genre crawl --retry permanent`, or until a"
    " playlist names a new place",
    ErrorClass.ENVIRONMENT: "mend what it says (`genre doctor` helps), then run it again",
    ErrorClass.TEMPORARY: "run the same command again",
    ErrorClass.STOP: "wait until the service may be asked again, then run the command",
}
# Of what failed for good, only songs are left alone, and only by crawls.
_TRIED_AGAIN = {
    SubjectKind.PLAYLIST: "read again by every crawl that names them; correct the list",
    SubjectKind.TRACK: "tried again each time; `genre match TRACK --reject` lets go of"
    " a recording",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """All that ended in one way, how many, an example, and what to do."""

    error_class: str  # as in ``Failure``
    subject_kind: SubjectKind
    n: int
    example: Failure
    advice: str

    @property
    def shown(self) -> str:
        """The class as people read it."""
        return _shown(self.error_class)


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of one corpus."""

    corpus: str
    counts: Counts
    funnel: "Funnel"
    troubles: tuple[Trouble, ...]  # the most frequent first
    blocked: tuple[Blocked, ...]
    same_sound: SameSound | None = None
    failures: tuple[Failure, ...] = ()  # every one that counts, when asked for
    digest: str = ""

    def failure_lines(self) -> Iterator[str]:
        """Yield one line per failure for people."""
        for f in self.failures:
            name = display(f.name, width=60)
            yield f"{f.at}  {f.stage}  {_shown(f.error_class)}  {name}: {f.message}"


def overview(
    settings: Settings, *, failures: bool = False, digest: bool = False
) -> Overview:
    """Read a corpus's state from its catalog.

    Raises
    ------
    NotReadyError
        There is no catalog.
    CatalogDamagedError
        It holds ids that are no hashes.
    """
    reader = Reader(settings)
    counts, funnel, classes = _count(reader, settings)
    with reader.read() as connection:
        return Overview(
            corpus=str(settings.corpus),
            counts=counts,
            funnel=funnel,
            troubles=tuple(map(_trouble, classes)),
            blocked=tuple(db.blocked(connection)),
            same_sound=db.same_sound(connection),
            failures=tuple(db.failures(connection)) if failures else (),
            digest=_digest(settings) if digest else "",
        )


def _digest(settings: Settings) -> str:
    """Return the hash of the canonical dump, which needs the whole catalog's code."""
    from genre.db import dump, open_catalog

    with open_catalog(settings, readonly=True) as catalog, catalog.read() as session:
        return dump.digest(session)


def _count(
    reader: Reader, settings: Settings
) -> tuple[Counts, "Funnel", list[FailureClass]]:
    """Ask the catalog everything at once: SQLite works while Python does not."""
    threads = min(settings.n_jobs, _MAX_THREADS)
    with ThreadPoolExecutor(threads, thread_name_prefix="status") as pool:
        counts = pool.submit(_ask, reader, db.counts)
        classes = pool.submit(_ask, reader, db.failure_classes)
        funnel = _funnel(reader, settings, pool)
        return counts.result(), funnel, classes.result()


def _funnel(reader: Reader, settings: Settings, pool: ThreadPoolExecutor) -> "Funnel":
    """Count the funnel, in slices side by side."""
    from genre.db.funnel import funnel_of, scope_of, tally  # numpy; the pool is at work

    key = MelConfig.from_settings(settings).key
    scope = _ask(reader, lambda sql: scope_of(sql, playable=_PLAYABLE, feature_key=key))
    tallies = pool.map(
        lambda ids: _ask(reader, lambda sql: tally(sql, scope, ids)), scope.slices
    )
    return funnel_of(scope, reduce(add, tallies))


def _ask(reader: Reader, question: Callable[[sqlite3.Connection], Answer]) -> Answer:
    with reader.read() as connection:
        return question(connection)


def _shown(error_class: str) -> str:
    return "no good match" if error_class == Status.REFUSED else error_class


def _trouble(found: FailureClass) -> Trouble:
    return Trouble(
        str(found.error_class or found.outcome),
        found.subject_kind,
        found.n,
        found.example,
        _advice(found),
    )


def _advice(found: FailureClass) -> str:
    """Return what to do about all that failed in one way."""
    is_song = (found.subject_kind, found.stage) == (SubjectKind.TRACK, Stage.CRAWL)
    if found.error_class is ErrorClass.PERMANENT and not is_song:
        return _TRIED_AGAIN[found.subject_kind]
    return _ADVICE[found.error_class]
