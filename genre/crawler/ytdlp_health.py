"""How old yt-dlp is, and whether it finds a JavaScript runtime; for ``genre doctor``.

YouTube changes, and a yt-dlp of some months stops working there; its version is its
date. Which runtimes will do, yt-dlp itself knows best: it is asked, in a child.
"""

import importlib.metadata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from genre.workers import Child

_DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True)
class Release:
    """The installed yt-dlp."""

    version: str
    released: date | None  # None for a version that is no date

    def age_days(self, today: date) -> int | None:
        """Return how many days ago it came out."""
        return (today - self.released).days if self.released else None


@dataclass(frozen=True, slots=True)
class Runtime:
    """A JavaScript runtime that yt-dlp finds."""

    name: str
    path: str
    version: str
    supported: bool  # new enough


def release() -> Release | None:
    """Return the yt-dlp that is installed, without loading it."""
    try:
        version = importlib.metadata.version("yt-dlp")
    except importlib.metadata.PackageNotFoundError:
        return None
    return Release(version, _date_in(version))


def javascript(name: str) -> Runtime | None:
    """Return the runtime of a name (the setting ``javascript``) if yt-dlp finds it.

    Raises
    ------
    GenreError
        yt-dlp cannot be loaded, or does not answer.
    """
    return runtimes([name])[name]


def runtimes(names: Iterable[str]) -> dict[str, Runtime | None]:
    """Return the runtimes of some names, None for each that yt-dlp does not find.

    Raises
    ------
    GenreError
        yt-dlp cannot be loaded, or does not answer.
    """
    with Child("genre.crawler.ytdlp:runtime") as child:
        found = {
            name: child.call({"name": name}, deadline_s=_DEADLINE_S) for name in names
        }
    return {
        name: Runtime(name, **facts) if facts else None for name, facts in found.items()
    }


def _date_in(version: str) -> date | None:
    """Return the date that a version such as ``2026.10.26`` is."""
    try:
        year, month, day = map(int, version.split(".")[:3])
        return date(year, month, day)
    except ValueError:
        return None
