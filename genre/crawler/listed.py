"""The playlists that a command is asked to read: a list file's, or one alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from genre.crawler.playlists import parse_genres, read_list_file
from genre.crawler.sources import check_argument, check_list
from genre.errors import UsageError
from genre.records import ListEntry


@dataclass(frozen=True, slots=True)
class Listed:
    """The playlists to read, and what was wrong with the list."""

    entries: tuple[ListEntry, ...]
    problems: tuple[str, ...]
    base: Path  # what relative paths are relative to
    file: Path | None = None  # the list; None for a playlist given alone


def listed_in(
    list_file: Path | None, source: str | None, genres: Sequence[str] = ()
) -> Listed:
    """Return the playlists of a list file, or the one that a source names.

    Raises
    ------
    UsageError
        The source is no playlist, the list is none, or genres stand beside a list.
    ListFileError
        The list file is missing or names no source.
    """
    if genres and not source:
        raise UsageError(
            "Expected --genre beside a SOURCE, found none; in a list file the genres"
            " stand on the playlist's line."
        )
    if list_file is not None:
        found = read_list_file(list_file)
        sources = [entry.source for entry in found.entries]
        check_list(sources, list_file, n_foreign=found.n_foreign)
        base = list_file.absolute().parent
        return Listed(found.entries, found.problems, base, list_file)
    try:
        about = parse_genres(",".join(genres))
    except ValueError as error:
        raise UsageError(f"--genre: {error}") from error
    entry = ListEntry(source or "", about, line=0)
    check_argument(entry.source, base=Path.cwd())
    return Listed((entry,), (), Path.cwd())
