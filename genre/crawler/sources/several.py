"""Files that hold several playlists: exports of a whole library.

Each playlist is one of its own, known by the file and its name. One that is empty is
kept as such; one of which no row can be used is not read, and its rows are reported.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from genre.crawler.sources.base import Row, nothing_usable, playlist_of
from genre.crawler.sources.places import Document
from genre.records import PlaylistData, WholeFile
from genre.text import clean_text


@dataclass(frozen=True, slots=True)
class Part:
    """One playlist of a file."""

    name: str  # "": the file itself is the playlist
    rows: Sequence[Row]


def playlists_of(
    document: Document, parts: Iterable[Part], *, kind: str, notes: tuple[str, ...] = ()
) -> tuple[PlaylistData, ...]:
    """Return the playlists of a file; ``notes`` go with the first one.

    Raises
    ------
    ItemError
        There is none, or not one usable row where there are rows.
    """
    read = [
        playlist_of(
            document,
            part.rows,
            kind=kind,
            title=part.name,
            part=key,
            may_be_empty=True,
        )
        for key, part in _by_key(parts)
    ]
    lost = [data for data in read if not data.items and _problems(data)]
    good = [data for data in read if data.items or not _problems(data)]
    if not good:
        unreadable = [problem for data in lost for problem in data.unreadable]
        problems = [problem for data in lost for problem in data.problems]
        raise nothing_usable(document.name, unreadable, problems)
    first = replace(
        good[0],
        notes=good[0].notes + notes,
        unreadable=tuple(p for data in (good[0], *lost) for p in data.unreadable),
        problems=tuple(p for data in (good[0], *lost) for p in data.problems),
        file=WholeFile(document.source_id, tuple(data.source_id for data in read)),
    )
    return (first, *good[1:])


def _problems(data: PlaylistData) -> tuple[str, ...]:
    return data.unreadable + data.problems


def _by_key(parts: Iterable[Part]) -> Iterable[tuple[str, Part]]:
    """Yield each playlist with what tells it apart: the second "Mix" is "Mix (2)"."""
    counts: dict[str, int] = {}
    for part in parts:
        name = clean_text(part.name)
        counts[name] = n = counts.get(name, 0) + 1
        yield (name if n == 1 else f"{name} ({n})"), part
