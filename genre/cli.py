"""The command line: one command is one library call and one summary.

Heavy libraries are imported inside the commands, so that ``genre --help`` is
quick. ``command`` gives every command the common options and turns each error
a user can cause into one sentence and an exit code: 0 done, 1 failed, 2 wrong
usage, 3 unfinished (run it again), 130/143 interrupted.
"""

import contextlib
import functools
import inspect
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from genre import __version__
from genre.config import HELP, Settings, load_settings
from genre.errors import GenreError, UsageError
from genre.records import ErrorClass

if TYPE_CHECKING:
    from genre.console import Report

app = typer.Typer(
    name="genre",
    help="Playlists in; a labelled multi-genre music corpus and a trained model out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
)

_COMMON = {
    "corpus": Annotated[
        Path | None, typer.Option(help=HELP["corpus"], show_default="./corpus")
    ],
    "db": Annotated[str | None, typer.Option(help=HELP["db"])],
    "jobs": Annotated[int | None, typer.Option(help=HELP["jobs"])],
    "engine": Annotated[str | None, typer.Option(help=HELP["engine"])],
    "json": Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output.")
    ],
    "verbose": Annotated[
        bool, typer.Option("--verbose", "-v", help="Log more; show tracebacks.")
    ],
}


@dataclass(frozen=True)
class Call:
    """What a command works with: the common flags and where its output goes."""

    flags: dict[str, Any]
    report: "Report"

    def settings(self, **flags: object) -> Settings:
        """Return the settings, with the command's own flags on top."""
        return load_settings({**self.flags, **flags})


def command(panel: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register ``function(call, ...)`` as a command with the common options."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(function).parameters.values())[1:]
        common = [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=False if name in {"json", "verbose"} else None,
                annotation=kind,
            )
            for name, kind in _COMMON.items()
        ]

        @functools.wraps(function)
        def run(**given: Any) -> None:
            flags = {name: given.pop(name) for name in _COMMON}
            json, verbose = flags.pop("json"), flags.pop("verbose")
            with _reported(
                function.__name__, flags, json=json, verbose=verbose
            ) as call:
                function(call, **given)

        parameters = [
            p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own
        ] + common
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        return app.command(rich_help_panel=panel)(run)

    return register


@contextlib.contextmanager
def _reported(
    name: str, flags: dict[str, Any], *, json: bool, verbose: bool
) -> Iterator[Call]:
    """Run a command's body; end with one summary and the right exit code."""
    from genre import console

    console.setup_logging(verbose=verbose)
    report = console.Report(name, as_json=json)
    try:
        with _terminated_politely():
            yield Call(flags, report)
    except typer.Exit as exit_:
        raise typer.Exit(report.finish(exit_.exit_code)) from None
    except GenreError as error:
        code = report.finish(error.exit_code, str(error))
        if verbose:
            console.show_traceback()
        raise typer.Exit(code) from None
    except (KeyboardInterrupt, _Terminated) as stopped:
        text = "Interrupted; nothing is lost: run the same command again to go on."
        code = 143 if isinstance(stopped, _Terminated) else 130
        raise typer.Exit(report.finish(code, text)) from None
    raise typer.Exit(report.finish())


class _Terminated(BaseException):
    """SIGTERM arrived; like KeyboardInterrupt it is no ordinary exception."""


@contextlib.contextmanager
def _terminated_politely() -> Iterator[None]:
    """Turn SIGTERM into an exception, and end helper programs however we leave."""

    def stop(*_: object) -> None:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        if "genre.audio" in sys.modules:
            sys.modules["genre.audio"].terminate_children()


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"genre {__version__}")
        raise typer.Exit


@app.callback()
def _app(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show it."),
    ] = False,
) -> None:
    """Playlists in; a labelled multi-genre music corpus and a trained model out."""


# --- collect -------------------------------------------------------------------


@command("Collect")
def crawl(
    call: Call,
    source: Annotated[
        str, typer.Argument(help="One playlist, instead of a list.")
    ] = "",
    playlists: Annotated[
        Path | None, typer.Option(help="The playlist list file.")
    ] = None,
    genre: Annotated[
        list[str] | None, typer.Option(help="SOURCE's genre; may repeat.")
    ] = None,
    retry: Annotated[
        list[ErrorClass] | None, typer.Option(help="Try failures of this class again.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Fetch at most so many.")
    ] = None,
    metadata_only: Annotated[
        bool, typer.Option("--metadata-only", help="No audio.")
    ] = False,
    audio_only: Annotated[
        bool, typer.Option("--audio-only", help="Read no list.")
    ] = False,
    search: Annotated[str | None, typer.Option(help=HELP["search"])] = None,
    excerpt: Annotated[float | None, typer.Option(help=HELP["excerpt_s"])] = None,
    keep_originals: Annotated[
        bool, typer.Option("--keep-originals", help=HELP["keep_originals"])
    ] = False,
) -> None:
    """Fetch playlists, find and download each song, convert it to 16 kHz WAV."""
    from genre.crawler import pipeline

    request = pipeline.CrawlRequest(
        list_file=playlists,
        source=source or None,
        genres=tuple(genre or ()),
        retry=frozenset(retry or ()),
        limit=limit,
        metadata_only=metadata_only,
        audio_only=audio_only,
    )
    settings = call.settings(
        search=search, excerpt_s=excerpt, keep_originals=keep_originals or None
    )
    call.report.follow(pipeline.crawl(settings, request))


@command("Collect")
def plan(
    call: Call,
    playlists: Annotated[Path, typer.Option(help="The playlist list file.")],
    search: Annotated[str | None, typer.Option(help=HELP["search"])] = None,
) -> None:
    """Say what a list will cost: songs, hours, downloads, disk, time."""
    from genre import status

    cost = status.plan(call.settings(search=search), playlists)
    call.report.result("plan", cost)
    call.report.table("What this list will cost", ("", ""), cost.rows())
    for problem in cost.problems:
        call.report.say(f"  {problem}")


# --- label ---------------------------------------------------------------------


@command("Label")
def label(
    call: Call,
    name: Annotated[str, typer.Option(help="Name of the label set.")] = "votes",
) -> None:
    """Turn playlist membership into soft multi-genre labels."""
    from genre.labeler import pipeline

    call.report.follow(pipeline.label(call.settings(), name=name))


@command("Label")
def split(
    call: Call,
    ratios: Annotated[
        str, typer.Option(help="Shares of train, validation and test.")
    ] = "0.70,0.15,0.15",
    seed: Annotated[int, typer.Option(help="Another seed, another division.")] = 0,
) -> None:
    """Divide the corpus into artist-disjoint, stratified parts and store them."""
    from genre.labeler import pipeline

    params = pipeline.SplitParams(seed=seed, ratios=_ratios(ratios))
    call.report.follow(pipeline.split(call.settings(), params))


@command("Label")
def why(
    call: Call,
    track: Annotated[
        str, typer.Argument(help="Track id, its start, or part of a name.")
    ],
    genre: Annotated[str, typer.Argument(help="Only this genre.")] = "",
) -> None:
    """Show all evidence for and against each label of a track."""
    from genre.labeler import pipeline

    call.report.explanation(pipeline.why(call.settings(), track, genre or None))


# --- learn -----------------------------------------------------------------------


@command("Learn")
def features(
    call: Call,
    hop_length: Annotated[int | None, typer.Option(help=HELP["hop_length"])] = None,
    n_fft: Annotated[int | None, typer.Option(help=HELP["n_fft"])] = None,
    n_mels: Annotated[int | None, typer.Option(help=HELP["n_mels"])] = None,
    dtype: Annotated[str | None, typer.Option(help=HELP["store_dtype"])] = None,
) -> None:
    """Precompute mel segments for every track that lacks them."""
    from genre.features import pipeline

    settings = call.settings(
        hop_length=hop_length, n_fft=n_fft, n_mels=n_mels, store_dtype=dtype
    )
    call.report.follow(pipeline.build_features(settings))


# --- look ------------------------------------------------------------------------


@command("Look")
def status(
    call: Call,
    failures: Annotated[
        bool, typer.Option("--failures", help="List failures.")
    ] = False,
    digest: Annotated[
        bool, typer.Option("--digest", help="Hash of the catalog's canonical dump.")
    ] = False,
) -> None:
    """Show what is there: playlists, songs, audio, labels, features, runs."""
    from genre import status as state

    overview = state.overview(call.settings(), failures=failures, digest=digest)
    call.report.result("status", overview)
    call.report.table(f"Corpus {overview.corpus}", ("", ""), overview.rows())
    for line in overview.failure_lines():
        call.report.say(f"  {line}")


@command("Look")
def doctor(call: Call) -> None:
    """Check this machine: what is installed, what is missing, what to do."""
    from genre import status as state

    checks = state.doctor(call.settings())
    call.report.result("doctor", checks)
    call.report.table(
        "This machine",
        ("what", "state", "found"),
        [(c.name, c.state, c.found) for c in checks],
    )
    for check in checks:
        if check.advice:
            call.report.say(f"  {check.name}: {check.advice}")
    if any(check.state == "missing" for check in checks):
        raise typer.Exit(1)


def _ratios(text: str) -> tuple[float, float, float]:
    """Read ``0.7,0.15,0.15``."""
    try:
        train, validation, test = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(
            "Expected --ratios as three numbers like 0.7,0.15,0.15 (train, validation,"
            f" test), found {text!r}."
        ) from None
    return train, validation, test


def main() -> None:
    """Entry point of the ``genre`` command."""
    app()
