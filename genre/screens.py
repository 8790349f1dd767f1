"""What people see of ``status``, ``doctor`` and ``plan``: a function for each.

They turn a record into things that rich prints, in at most 80 columns where that is
all there is; ``console.py`` prints them. Foreign text passes through ``display``.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields, replace
from typing import TYPE_CHECKING, Literal

from rich.cells import cell_len, set_cell_size
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from genre.text import counted, display

if TYPE_CHECKING:
    from genre.status.doctor import Check
    from genre.status.overview import Overview, Trouble
    from genre.status.plan import Cost

_GENRES = 20  # shown before "more genres"
_NAME = 24, 10  # columns of a genre's name: at most, and when there is no room
_BAR = 10, 3  # columns of a bar: at most, and the least that says something
_PERCENT = 5
_NARROW = {  # heads of two lines, where columns are few
    "matched": "match-\ned",
    "downloaded": "down-\nloaded",
    "converted": "con-\nverted",
    "labelled": "label-\nled",
    "featured": "fea-\ntured",
}
_EIGHTHS = " ▏▎▍▌▋▊▉"
_KINDS = {"track": "song", "playlist": "playlist"}  # that stand in the way

Row = tuple[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the funnel's columns share a terminal's."""

    names: int  # columns of a genre's name
    gap: int
    bar: int
    heads: tuple[str, ...]
    in_thousands: bool = False

    def number(self, n: int) -> str:
        """Return a number as there is room for it."""
        return f"{n / 1000:,.0f}k" if self.in_thousands and n >= 10_000 else f"{n:,}"


# --- status ------------------------------------------------------------------------


def status(
    found: "Overview", *, all_genres: bool, width: int
) -> Iterator[RenderableType]:
    """Yield a corpus's state: its size, the funnel, and what keeps songs from it."""
    counts = found.counts
    yield Text(f"Corpus {display(found.corpus)}", style="bold")
    yield Text(
        f"{counted(counts.playlists, 'playlist')}, {counted(counts.genres, 'genre')},"
        f" {counted(counts.tracks, 'song')}, {_hours(counts.audio_hours)} of audio\n"
    )
    yield _funnel(found, all_genres=all_genres, width=width)
    yield Text()
    yield _grid(_further(found))
    if obstacles := list(_obstacles(found)):
        yield Text("\nWhat is in the way", style="bold")
        yield _grid(obstacles)


def _funnel(found: "Overview", *, all_genres: bool, width: int) -> Table:
    """Return the funnel as a table: genres, then songs without, then all songs."""
    funnel = found.funnel
    n_shown = len(funnel.by_genre) if all_genres else _GENRES
    genres = [(display(name), astuple(s)) for name, s in funnel.by_genre.items()]
    others: list[Row] = [("all songs", astuple(funnel.total))]
    if funnel.no_genre.listed:
        others.insert(0, ("(no genre)", astuple(funnel.no_genre)))
    heads = [field.name for field in fields(funnel.total)]
    layout = _layout([*genres[:n_shown], *others], heads, width)
    table = Table(
        box=None, padding=(0, layout.gap, 0, 0), pad_edge=False, header_style="dim"
    )
    for head in ("genre", *layout.heads, "share".rjust(layout.bar + _PERCENT)):
        side: Literal["left", "right"] = "right" if head in layout.heads else "left"
        table.add_column(head, justify=side, no_wrap=True, vertical="bottom")
    for row in genres[:n_shown]:
        table.add_row(*_cells(row, layout))
    if len(genres) > n_shown:
        table.add_row(f"{len(genres) - n_shown:,} more: --all", style="dim")
    for row in others:
        bold = "bold" if row is others[-1] else ""
        table.add_row(*_cells(row, layout), style=bold)
    return table


def _cells(row: Row, layout: _Layout) -> list[Text]:
    """Return a row's name, numbers, and the share of the first that the last is."""
    name, numbers = row
    share = numbers[-1] / numbers[0] if numbers[0] else 0.0
    return [
        Text(_fit(name, layout.names)),
        *(Text(layout.number(number)) for number in numbers),
        Text(_bar(share, layout.bar), style="green") + f" {share:4.0%}",
    ]


def _layout(rows: Sequence[Row], heads: Sequence[str], width: int) -> _Layout:
    """Return how the columns fit: bars give way to names, and names to numbers."""
    names = min(max(cell_len(name) for name, _ in rows), _NAME[0])
    wide, narrow = tuple(heads), tuple(_NARROW.get(head, head) for head in heads)
    for gap, used in ((2, wide), (1, wide), (1, narrow)):
        layout = _Layout(names, gap, 0, used)
        room = width - _needed(rows, layout)
        if room >= _BAR[1]:
            return replace(layout, bar=min(room, _BAR[0]))
    if names + room < _NAME[1]:
        layout = replace(layout, in_thousands=True)
        room = width - _needed(rows, layout)
    return replace(layout, names=max(min(names, names + room), _NAME[1]))


def _needed(rows: Sequence[Row], layout: _Layout) -> int:
    """Return how many columns a table without bars takes."""
    numbers = sum(
        max(
            *(len(line) for line in head.split("\n")),
            *(len(layout.number(row[1][index])) for row in rows),
        )
        for index, head in enumerate(layout.heads)
    )
    return layout.names + numbers + layout.gap * (len(layout.heads) + 1) + _PERCENT


def _fit(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


def _bar(share: float, width: int) -> str:
    """Return a bar of eighths of a column; what is not nothing shows."""
    eighths = max(round(share * width * 8), 1 if share and width else 0)
    full, rest = divmod(eighths, 8)
    return ("█" * full + _EIGHTHS[rest].strip()).ljust(width)


def _further(found: "Overview") -> Iterator[tuple[str, str]]:
    """Yield what else there is: (what, how much)."""
    counts = found.counts
    yield "label set", counts.label_set[:8] or "none yet: `genre label`"
    parts = ", ".join(f"{n:,} {part}" for part, n in counts.splits.items())
    yield "split", parts or "none yet: `genre split`"
    for key, n in found.funnel.with_features.items():
        yield "features", f"{counted(n, 'song')} in {key}"
    yield "runs", ", ".join(counts.runs) or "none yet: `genre train`"
    if found.digest:
        yield "digest", found.digest


def _obstacles(found: "Overview") -> Iterator[tuple[str, str, str]]:
    """Yield what keeps songs back: (what, how many, what to do and an example)."""
    if n := found.funnel.uncertain:
        yield (
            "uncertain",
            counted(n, "song"),
            "left to you: `genre matches --uncertain`",
        )
    for trouble in found.troubles:
        yield (
            trouble.shown,
            counted(trouble.n, _KINDS[trouble.subject_kind]),
            f"{trouble.advice}\n{_example(trouble)}",
        )
    if same := found.same_sound:
        one, other = (display(name, width=80) for name in same.example)
        advice = "one song twice, or a wrong match: `genre match TRACK --reject`"
        pairs = counted(same.n, "pair")
        yield "same sound", pairs, f"{advice}\ne.g. {one} and {other}"
    for block in found.blocked:
        said = display(block.reason, width=200)
        yield block.service, "", f"is left alone until {block.until}\n{said}"


def _example(trouble: "Trouble") -> str:
    """Return the newest of its kind, in one line."""
    name = display(trouble.example.name, width=60)
    return f"e.g. {name}: {display(trouble.example.message, width=240)}"


# --- doctor ------------------------------------------------------------------------

_COLOURS = {
    "ok": "green",
    "off": "dim",
    "limited": "yellow",
    "missing": "bold red",
}


def doctor(checks: "Sequence[Check]") -> Iterator[RenderableType]:
    """Yield what this machine has and lacks, each with what to do."""
    yield Text("This machine\n", style="bold")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        cell = Text(check.found)
        if check.advice:
            cell.append(f"\n{check.advice}", style="dim")
        table.add_row(check.name, Text(check.state, style=_COLOURS[check.state]), cell)
    yield Padding(table, (0, 0, 0, 2), expand=False)


# --- plan --------------------------------------------------------------------------


_ORIGINS = {
    "local": ("local files", "on this machine"),
    "direct": ("addresses", "that the playlists name, or you"),
    "licensed": ("free licences", "from Jamendo and the Internet Archive"),
    "played": ("on sites", "such as YouTube; the very song is known"),
    "searched": ("to be searched", "by artist and title"),
}


def plan(cost: "Cost") -> Iterator[RenderableType]:
    """Yield what a list will ask for, and whether there is room."""
    yield Text("What this list will cost\n", style="bold")
    yield _grid([*_songs(cost), ("", "", ""), *_effort(cost)])
    room = cost.room
    sizes = f"{_size(room.needed_gb)} needed, {_size(room.free_gb)} free"
    if room.fits:
        yield Text(f"\nIt fits on the disk: {sizes}.", style="green")
    else:
        yield Text(f"\nIt does not fit on the disk: {sizes}.", style="bold red")
        yield Text(
            "Free some room, take fewer playlists, keep excerpts (genre crawl"
            " --excerpt 60), or name a folder on another disk with --corpus."
        )
    for problem in (*cost.unread, *cost.problems):
        yield Text(f"  {display(problem, width=600)}")


def _songs(cost: "Cost") -> Iterator[tuple[str, str, str]]:
    """Yield (what, how many, remark) of what the list holds."""
    yield "playlists", f"{cost.playlists:,}", f"genres named: {cost.genres:,}"
    yield "rows", f"{cost.n_rows:,}", "a song in several playlists counts each time"
    yield "songs", f"{cost.n_songs:,}", f"each once: {_hours(cost.sound_h)} of sound"
    if cost.n_held:
        yield "already here", f"{cost.n_held:,}", "with audio in the catalog"
    if cost.n_given_up:
        yield "given up", f"{cost.n_given_up:,}", "unless with `--retry permanent`"
    for field in fields(cost.origins):
        if n := getattr(cost.origins, field.name):
            name, remark = _ORIGINS[field.name]
            yield name, f"{n:,}", remark


def _effort(cost: "Cost") -> Iterator[tuple[str, str, str]]:
    """Yield (what, how much, remark) of time, traffic, disk and memory."""
    room = cost.room
    if cost.youtube_h:
        yield "YouTube", _hours(cost.youtube_h), "at the pace of youtube_per_hour"
    if cost.download_gb:
        yield (
            "downloads",
            _size(cost.download_gb),
            (f"{_hours(cost.download_h)} on a line of 20 Mbit/s"),
        )
    yield "WAV", _size(room.wav_gb), "on disk, 16 kHz mono"
    yield "segments", _size(room.store_gb), "on disk"
    if room.originals_gb:
        yield "originals", _size(room.originals_gb), "on disk (keep_originals)"
    for dtype, size in cost.memory_gb.items():
        yield "memory", _size(size), f"for the segments of all songs as {dtype}"


def _hours(hours: float) -> str:
    return f"{hours:,.1f} h" if hours >= 0.95 else f"{math.ceil(60 * hours)} min"


def _size(gigabytes: float) -> str:
    if gigabytes >= 0.95:
        return f"{gigabytes:,.1f} GB"
    return f"{1000 * gigabytes:,.0f} MB"


# --- what they share -----------------------------------------------------------------


def _grid(rows: Iterable[Sequence[str]]) -> RenderableType:
    """Return rows of a name, perhaps a number, and a text whose later lines are dim."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for name, *numbers, text in rows:
        if not table.columns:
            table.add_column(no_wrap=True)
            for _ in numbers:
                table.add_column(no_wrap=True, justify="right")
            table.add_column(overflow="fold")
        first, _, later = text.partition("\n")
        cell = Text(first) + Text(f"\n{later}" if later else "", style="dim")
        table.add_row(name, *numbers, cell)
    return Padding(table, (0, 0, 0, 2), expand=False)
