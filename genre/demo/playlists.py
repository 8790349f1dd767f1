"""The playlists of the demo, with the virtues and vices of real ones, and the truth.

Every genre has an M3U8 and a CSV playlist. Songs sit in one or both; hybrids sit
with both their genres, though some listeners hear only one side; the CSV
playlists hold some wrong songs of neighbouring genres, and a few songs are filed
nowhere but wrongly. Related genres that share enough hybrids have a playlist of
both. What was really composed stands in ``truth.csv``, which no stage reads.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from genre.demo.cast import related_pairs
from genre.demo.compose import TrackPlan, sketch
from genre.demo.plan import CorpusPlan
from genre.files import atomic_write

MISTAKES = 0.09  # wrong songs, as a share of a CSV playlist
MISFILED = 1 / 3  # of the mistakes: the song is in none of its own playlists
BOTH_LISTS = 0.35  # songs that sit in both playlists of their genre
ONE_SIDED = 0.15  # hybrids that one genre's listeners do not claim
MIN_CROSSOVER = 3  # hybrids that make a playlist of two genres

SUFFIXES = {"mp3": ".mp3", "aac": ".m4a", "opus": ".ogg", "flac": ".flac"}
TRUTH_COLUMNS = (
    "file", "artist", "title", "genres", "hybrid", "tempo", "key", "seed", "codec",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlaylistPlan:
    """One playlist file: its name, what its line in the list says, its songs."""

    name: str  # inside playlists/
    title: str
    genres: tuple[str, ...]
    tracks: tuple[TrackPlan, ...]


def music_path(track: TrackPlan) -> str:
    """Return where a track's file is, relative to the demo's folder."""
    return f"music/{track.id[:2]}/{track.id}{SUFFIXES[track.codec]}"


def plan_playlists(
    plan: CorpusPlan, tracks: Sequence[TrackPlan]
) -> tuple[PlaylistPlan, ...]:
    """Decide which songs sit in which playlist; every song sits in at least one."""
    rng = np.random.default_rng([plan.seed, 200])
    members = {genre: _share_out(genre, tracks, rng) for genre in plan.genres}
    homeless = _add_mistakes(plan, tracks, members, rng)
    playlists = []
    for genre, sides in members.items():
        for number, (suffix, side) in enumerate(
            zip((".m3u8", ".csv"), sides, strict=True)
        ):
            kept = [t for t in side if (t.id, genre) not in homeless]
            name = f"{genre.lower().replace(' ', '-')}-{number + 1}{suffix}"
            title = f"{genre} {('Sessions', 'Collection')[number]}"
            playlists.append(PlaylistPlan(name, title, (genre,), _shuffled(kept, rng)))
    playlists += _crossovers(plan, tracks, rng)
    return tuple(p for p in playlists if p.tracks)


def write_playlists(folder: Path, playlists: Iterable[PlaylistPlan]) -> None:
    """Write the playlist files and, last, ``list.txt`` that names them."""
    lines = ["# The demo's playlists: SOURCE  Genre[, Genre...]"]
    for playlist in playlists:
        write = _m3u if playlist.name.endswith(".m3u8") else _csv
        _write(folder / "playlists" / playlist.name, write(playlist))
        lines.append(f"playlists/{playlist.name}  {', '.join(playlist.genres)}")
    _write(folder / "list.txt", "\n".join(lines) + "\n")


def write_truth(folder: Path, tracks: Iterable[TrackPlan]) -> None:
    """Write what was composed, one row per track, genres joined by ``|``."""
    _write(folder / "truth.csv", _to_csv(TRUTH_COLUMNS, map(_truth, tracks)))


def _truth(track: TrackPlan) -> tuple[object, ...]:
    first = sketch(track)
    whose = (music_path(track), track.credit, track.full_title)
    what = ("|".join(track.genres), int(track.hybrid), first.tempo, first.key.name)
    return (*whose, *what, track.seed, track.codec)


def _share_out(
    genre: str, tracks: Sequence[TrackPlan], rng: np.random.Generator
) -> tuple[list[TrackPlan], list[TrackPlan]]:
    """Share a genre's songs out among its two playlists."""
    sides: tuple[list[TrackPlan], list[TrackPlan]] = ([], [])
    for track in tracks:
        where, draw = rng.random(2)
        is_second = track.genres[-1] == genre != track.genres[0]
        if genre not in track.genres or (is_second and draw < ONE_SIDED):
            continue
        for number, side in enumerate(sides):
            if where < BOTH_LISTS or (where < (1 + BOTH_LISTS) / 2) == (number == 0):
                side.append(track)
    return sides


def _add_mistakes(
    plan: CorpusPlan,
    tracks: Sequence[TrackPlan],
    members: dict[str, tuple[list[TrackPlan], list[TrackPlan]]],
    rng: np.random.Generator,
) -> set[tuple[str, str]]:
    """Put wrong songs into CSV playlists; return (track, genre) that lose their place."""
    homeless: set[tuple[str, str]] = set()
    wronged: set[str] = set()
    pairs = related_pairs(plan.recipes)
    for genre, (_, side) in members.items():
        near = {g for pair in pairs if genre in pair for g in pair} - {genre}
        wrong = [
            t
            for t in tracks
            if not t.hybrid and t.genres[0] in near and t.id not in wronged
        ]
        count = min(round(MISTAKES * len(side)), len(wrong))
        for i in rng.choice(len(wrong), size=count, replace=False) if count else ():
            side.append(wrong[i])
            wronged.add(wrong[i].id)
            if rng.random() < MISFILED:
                homeless.add((wrong[i].id, wrong[i].genres[0]))
    return homeless


def _crossovers(
    plan: CorpusPlan, tracks: Sequence[TrackPlan], rng: np.random.Generator
) -> list[PlaylistPlan]:
    """Plan a playlist of two genres for each pair with enough hybrids."""
    playlists = []
    for number, pair in enumerate(related_pairs(plan.recipes)):
        both = [t for t in tracks if set(t.genres) == set(pair)]
        if len(both) >= MIN_CROSSOVER:
            name = f"crossover-{number + 1}.m3u8"
            title = f"Between {pair[0]} and {pair[1]}"
            playlists.append(PlaylistPlan(name, title, pair, _shuffled(both, rng)))
    return playlists


def _shuffled(
    tracks: Sequence[TrackPlan], rng: np.random.Generator
) -> tuple[TrackPlan, ...]:
    return tuple(tracks[i] for i in rng.permutation(len(tracks)))


def _m3u(playlist: PlaylistPlan) -> str:
    lines = ["#EXTM3U", f"#PLAYLIST:{playlist.title}"]
    for t in playlist.tracks:
        lines.append(f"#EXTINF:{round(t.duration_s)},{t.credit} - {t.full_title}")
        lines.append(f"../{music_path(t)}")
    return "\n".join(lines) + "\n"


def _csv(playlist: PlaylistPlan) -> str:
    rows = (
        (t.credit, t.full_title, f"../{music_path(t)}", t.duration_s)
        for t in playlist.tracks
    )
    return _to_csv(("artist", "title", "path", "duration"), rows)


def _to_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    return text.getvalue()


def _write(path: Path, text: str) -> None:
    with atomic_write(path) as stream:
        stream.write(text.encode("utf-8"))
