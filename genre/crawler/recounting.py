"""What the user is told of a playlist: how it went, which rows were lost, and notes."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from genre.crawler.sources import shown_source
from genre.records import (
    ErrorClass,
    ListEntry,
    Outcome,
    PlaylistData,
    Stage,
    Status,
    Unchanged,
)
from genre.text import clean_text, display


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of one playlist."""

    id: str
    is_news: bool = False  # it was read first, or its songs are other ones now
    n_added: int = 0  # since it was read last
    n_removed: int = 0
    other_licences: tuple[str, ...] = ()  # songs whose row states another licence
    keeps_genres: bool = False  # that were named for it earlier


def ledger_name(source: str) -> str:
    """Return what a source goes by in the ledger: as shown, and told from all others."""
    shown = clean_text(shown_source(source))
    if shown == clean_text(source):
        return shown
    return f"{shown} #{hashlib.sha256(source.encode()).hexdigest()[:8]}"


def is_complete(data: PlaylistData) -> bool:
    """Tell whether a song that a reading does not show has left its playlist.

    There may be more rows than were read, or rows whose file cannot be read now: any of
    them may be the song.
    """
    return not data.truncated and not data.unreadable


def lost_rows(data: PlaylistData) -> tuple[ErrorClass | None, str]:
    """Return what lost rows mean for the next crawl, and what the ledger says of them."""
    lost = (*data.unreadable, *data.problems)
    if not lost:
        return None, ""
    error_class = ErrorClass.ENVIRONMENT if data.unreadable else ErrorClass.PERMANENT
    text = f"Rows that could not be used: {len(lost)}; {lost[0]}"
    return error_class, clean_text(text)


def unread(
    entry: ListEntry, error_class: ErrorClass, message: str, **data: str
) -> Outcome:
    """Return the outcome of a playlist that could not be read."""
    return Outcome(
        Stage.CRAWL,
        ledger_name(entry.source),
        Status.FAILED,
        label=shown_source(entry.source),
        message=message,
        error_class=error_class,
        data={"kind": "playlist", **data},
    )


def recount(
    entry: ListEntry, data: PlaylistData | Unchanged, recorded: Recorded
) -> Iterator[Outcome]:
    """Yield the playlist itself, then its rows that were lost, then the notes."""
    about = Outcome(
        Stage.CRAWL,
        recorded.id,
        Status.DONE if recorded.is_news else Status.KEPT,
        label=data.title,
        data={"kind": "playlist"},
    )
    if isinstance(data, Unchanged):
        yield replace(about, message="as it was read last")
        return
    n, added, removed = len(data.items), recorded.n_added, recorded.n_removed
    changes = f" ({added} added, {removed} removed)" if added or removed else ""
    counts = {"n_songs": n, "n_added": added, "n_removed": removed}
    yield replace(
        about,
        message=f"{n} song{'s' * (n != 1)}{changes}",
        data={**about.data, **counts},
    )
    for problem, error_class in _each_lost(data):
        yield replace(
            about,
            status=Status.FAILED,
            message=problem,
            error_class=error_class,
            data={"kind": "row"},
        )
    for note in _notes(entry, data, recorded):
        yield replace(about, status=Status.NOTE, message=note)


def vanished(entry: ListEntry, playlist: str, title: str, n_removed: int) -> Outcome:
    """Return a note on a playlist that a file of several held and holds no more."""
    songs = "1 song counts" if n_removed == 1 else f"{n_removed} songs count"
    return Outcome(
        Stage.CRAWL,
        playlist,
        Status.NOTE,
        label=title,
        message=f"{shown_source(entry.source)} holds no playlist {display(title)!r} any"
        f" more; its {songs} as removed.",
        data={"kind": "playlist", "n_removed": n_removed},
    )


def _each_lost(data: PlaylistData) -> Iterator[tuple[str, ErrorClass]]:
    yield from ((problem, ErrorClass.ENVIRONMENT) for problem in data.unreadable)
    yield from ((problem, ErrorClass.PERMANENT) for problem in data.problems)


def _notes(entry: ListEntry, data: PlaylistData, recorded: Recorded) -> Iterator[str]:
    yield from data.notes
    if other := recorded.other_licences:
        yield (
            f"Songs for which it states another licence than is known: {len(other)}; the"
            f" first known stays, as for {other[0]}."
        )
    if not entry.genres and not recorded.keeps_genres:
        yield (
            f"No genre is named for {shown_source(entry.source)}; `genre label` looks its"
            " title up in the taxonomy."
        )
