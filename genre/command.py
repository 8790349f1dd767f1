"""What every command shares: the common options, one report, one way to end.

``command`` registers a function and turns each error a user can cause into one
sentence and an exit code: 0 done, 1 failed, 2 wrong usage, 3 unfinished (run it
again), 130/143 interrupted.
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
from typer.core import TyperGroup

from genre.config import HELP, Settings, load_settings, unknown_variables
from genre.errors import GenreError

if TYPE_CHECKING:
    from genre.console import Report

# What the parser raises at a wrong option; Typer gives it no public name of its own.
_ParserError: type[Exception] = typer.BadParameter.__bases__[0]


class _Commands(TyperGroup):
    """The commands; what the parser refuses is an object, too, under ``--json``."""

    def make_context(
        self, info_name: str | None, args: list[str], *rest: Any, **more: Any
    ) -> Any:
        """Read what stands before the command."""
        wanted = "--json" in args
        with _as_object(wanted=wanted):
            context = super().make_context(info_name, args, *rest, **more)
        context.meta[_JSON] = wanted
        return context

    def invoke(self, ctx: Any) -> Any:
        """Read what stands after the command, and run it."""
        with _as_object(wanted=ctx.meta[_JSON]):
            return super().invoke(ctx)


@contextlib.contextmanager
def _as_object(*, wanted: bool) -> Iterator[None]:
    """Write a wrong usage to standard output as the object that was asked for."""
    try:
        yield
    except _ParserError as error:
        if wanted:
            from genre.console import Report

            context = getattr(error, "ctx", None)
            name = context.info_name if context else "genre"
            Report(name, as_json=True).finish(2, error.format_message())  # type: ignore[attr-defined]
        raise


_JSON = "genre.json"  # where the context remembers --json

app = typer.Typer(
    name="genre",
    cls=_Commands,
    help="Playlists in; a labelled multi-genre music corpus and a trained model out.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
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
    for sentence in unknown_variables():
        report.remark(sentence)
    try:
        with _terminated_politely(), _system_errors():
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


@contextlib.contextmanager
def _system_errors() -> Iterator[None]:
    """Turn what the system refuses, and nobody foresaw, into a sentence."""
    try:
        yield
    except BrokenPipeError:  # whoever reads our output went away: `genre ... | head`
        raise
    except OSError as error:
        what = error.filename or "a file or an address"
        raise GenreError(
            f"Expected to read or write {what}, found {type(error).__name__}"
            f" ({error.strerror or error}); check that it exists, its permissions and"
            " the disk (-v shows where this happened)."
        ) from error


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
