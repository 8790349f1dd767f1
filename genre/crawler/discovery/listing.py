"""The list file that discovery writes for the user to edit."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from genre.crawler.discovery.ranking import Ranked, reasons
from genre.errors import UsageError
from genre.files import atomic_write
from genre.text import display

_HEAD = """\
# Playlists that `genre discover` found on {day}. Take out what you do not want, then
#   genre crawl --playlists THIS_FILE
# The number is how promising each looked; docs/discover.md says how it is made up.
"""


def list_text(found: Iterable[Ranked], *, day: date) -> str:
    """Return the list: genre by genre, the best first; what is there already commented."""
    lines = [_HEAD.format(day=day.isoformat())]
    genre = ""
    for ranked in found:
        if ranked.wish.genre != genre:
            genre = ranked.wish.genre
            typed = ranked.wish.words
            asked = f" (asked as {display(typed, width=60)})" if typed != genre else ""
            lines.append(f"\n# {display(genre, width=100)}{asked}\n")
        lines.append(_line(ranked))
    return "".join(lines)


def write(path: Path, text: str) -> None:
    """Write the list, whole or not at all.

    Raises
    ------
    UsageError
        It cannot be written there.
    """
    try:
        with atomic_write(path) as out:
            out.write(text.encode())
    except OSError as error:
        raise UsageError(
            f"Expected to write the list to {path}, found: {error.strerror}; name another"
            " file with --out."
        ) from error


def _line(ranked: Ranked) -> str:
    found = ranked.found
    if not found.address.isprintable() or len(found.address.split()) != 1:
        raise ValueError(f"not one printable word: {found.address!r}")
    entry = f"{found.address}  {ranked.wish.genre}"
    title = display(found.title or "untitled", width=80).replace("#", " ")
    about = ", ".join(filter(None, (f'"{title}"', reasons(ranked))))
    said = f"  # {ranked.score:.2f}: {about}\n"
    return f"# in the catalog already: {entry}{said}" if ranked.listed else entry + said
