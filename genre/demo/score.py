"""From recipes to a score: sections, hits and notes of one track, still silent.

A track is some thirty seconds out of a longer piece: its form gives each bar a
section, every part is drawn to play in it or not, and phrases of eight bars
repeat so that a listener (or a network) can tell what is going on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from genre.demo import harmony, rhythm
from genre.demo.harmony import Key
from genre.demo.recipe import BassLine, Blend
from genre.demo.rhythm import STEPS, Grid
from genre.demo.sound import Notes

Array = NDArray[np.float64]
Hits = tuple[Array, Array]  # onsets in seconds, velocities

T = TypeVar("T")

PHRASE = 8  # bars that repeat

FORMS: Mapping[str, tuple[tuple[str, int], ...]] = {
    "steady": (("groove", 3), ("drop", 7), ("groove", 2), ("drop", 4)),
    "drop first": (("drop", 8), ("break", 3), ("build", 1), ("drop", 4)),
    "rise": (("intro", 3), ("groove", 2), ("build", 2), ("drop", 9)),
    "two drops": (("build", 1), ("drop", 6), ("break", 2), ("build", 1), ("drop", 6)),
    "long break": (("drop", 4), ("break", 4), ("build", 2), ("drop", 6)),
}

# How likely a part plays in a section: intro, groove, build, drop, break.
_PRESENCE: Mapping[str, tuple[float, float, float, float, float]] = {
    "kick": (0.8, 1.0, 0.6, 1.0, 0.1),
    "backbeat": (0.4, 0.9, 0.0, 1.0, 0.2),
    "hat": (0.8, 1.0, 0.7, 1.0, 0.4),
    "open_hat": (0.3, 0.7, 0.3, 1.0, 0.1),
    "perc": (0.6, 0.8, 0.4, 0.9, 0.4),
    "shaker": (0.5, 0.8, 0.5, 0.9, 0.4),
    "bass": (0.3, 1.0, 0.4, 1.0, 0.4),
    "chords": (0.5, 0.7, 1.0, 0.95, 1.0),
    "arp": (0.3, 0.4, 0.7, 0.8, 0.7),
    "lead": (0.1, 0.3, 0.4, 0.8, 0.6),
}
_SECTIONS = ("intro", "groove", "build", "drop", "break")
DRUMS = ("kick", "backbeat", "hat", "open_hat", "perc", "shaker")


@dataclass(frozen=True, slots=True)
class Score:
    """Everything that is played, and when."""

    tempo: float
    sections: tuple[tuple[str, int, int], ...]  # name, first bar, one past the last
    bar_s: float
    drums: Mapping[str, Hits]
    bass: Notes
    bass_line: BassLine
    bass_lfo_hz: float
    arp: Notes
    lead: Notes
    chord_gate: Notes  # when the chord sounds; its pitches are below
    chord_notes: tuple[tuple[int, ...], ...]  # one chord per bar
    rolls: Hits


def write_score(
    mix: Blend, key: Key, *, tempo: float, duration_s: float, rng: np.random.Generator
) -> Score:
    """Write the score of one track; the draws come from ``rng`` in a fixed order."""
    bar_s = 240.0 / tempo
    n_bars = int(np.ceil(duration_s / bar_s))
    grid = rhythm.make_grid(n_bars, tempo, swing=rng.uniform(*mix.drums.swing), rng=rng)
    sections = lay_out(_pick(mix.form.forms, rng), n_bars)
    active = {part: _active(part, sections, n_bars, rng) for part in _PRESENCE}
    degrees = harmony.chords_by_bar(
        _pick(mix.chords.progressions, rng),
        n_bars,
        bars_per_chord=int(_pick(mix.chords.bars_per_chord, rng)),
    )
    size = int(_pick(mix.chords.chord_sizes, rng))
    line = _pick(mix.bass.bass, rng)
    return Score(
        tempo=tempo,
        sections=sections,
        bar_s=bar_s,
        drums=_drums(mix, grid, sections, active, rng),
        bass=_bass(line, key, degrees, grid, active["bass"], rng),
        bass_line=line,
        bass_lfo_hz=float(_pick(line.lfo, rng)) * tempo / 60,
        arp=_arp(mix, key, degrees, grid, active["arp"], rng),
        lead=_lead(mix, key, degrees, grid, active["lead"], rng),
        chord_gate=_chords(_pick(mix.chords.chords, rng), degrees, grid, active, rng),
        chord_notes=tuple(harmony.chord(key, int(d), size=size) for d in degrees),
        rolls=_rolls(sections, grid),
    )


def lay_out(form: str, n_bars: int) -> tuple[tuple[str, int, int], ...]:
    """Stretch a form over ``n_bars``: (section, first bar, one past the last)."""
    shares = np.array([share for _, share in FORMS[form]], dtype=np.float64)
    edges = np.rint(np.cumsum(shares) / shares.sum() * n_bars).astype(int)
    starts = np.append(0, edges[:-1])
    return tuple(
        (name, int(a), int(b))
        for (name, _), a, b in zip(FORMS[form], starts, edges, strict=True)
        if b > a
    )


def _active(
    part: str,
    sections: tuple[tuple[str, int, int], ...],
    n_bars: int,
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    """Draw in which bars a part plays: once per section."""
    bars = np.zeros(n_bars, dtype=bool)
    for name, first, last in sections:
        bars[first:last] = rng.random() < _PRESENCE[part][_SECTIONS.index(name)]
    return bars


def _drums(
    mix: Blend,
    grid: Grid,
    sections: tuple[tuple[str, int, int], ...],
    active: Mapping[str, NDArray[np.bool_]],
    rng: np.random.Generator,
) -> dict[str, Hits]:
    steps = {}
    for voice in DRUMS:
        pattern = _pick(mix.drums.drums[voice], rng)
        played = rhythm.play_loop(pattern, grid.n_bars, rng)
        steps[voice] = played * rhythm.by_step(active[voice])
    for name, _, last in sections:
        keep, add = rhythm.fill(rng)
        bar = slice((last - 1) * STEPS, last * STEPS)
        if name in {"groove", "drop"}:
            steps["kick"][bar] *= keep
            steps["backbeat"][bar] = np.maximum(steps["backbeat"][bar], add)
    return {voice: _hits(grid, velocity) for voice, velocity in steps.items()}


def _rolls(sections: tuple[tuple[str, int, int], ...], grid: Grid) -> Hits:
    steps = np.zeros(len(grid.times))
    for name, first, last in sections:
        if name == "build":
            steps[first * STEPS : last * STEPS] = rhythm.snare_roll(last - first)
    return _hits(grid, steps)


def _bass(
    line: BassLine,
    key: Key,
    degrees: NDArray[np.int64],
    grid: Grid,
    active: NDArray[np.bool_],
    rng: np.random.Generator,
) -> Notes:
    steps = rhythm.play_loop(line.steps, grid.n_bars, rng)
    offsets = np.resize(_moves(line.moves, rng), len(steps))
    roots = np.array([harmony.bass_note(key, int(d)) for d in degrees])
    midi = np.repeat(roots, STEPS) + offsets
    return _notes(grid, steps * rhythm.by_step(active), midi, hold=line.hold)


def _moves(kind: str, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw what a bass adds to the root at each step of a phrase, in semitones."""
    chances = {
        "root": ((0,), (1.0,)),
        "octave": ((0, 12), (0.65, 0.35)),
        "chord": ((0, 7, 10, 12), (0.6, 0.15, 0.1, 0.15)),
        "walk": ((0, 3, 5, 7, 10), (0.4, 0.15, 0.15, 0.2, 0.1)),
    }
    offsets, weights = chances[kind]
    loop = rng.choice(offsets, size=rhythm.LOOP, p=weights)
    loop[0] = 0
    return np.asarray(loop, dtype=np.int64)


def _arp(
    mix: Blend,
    key: Key,
    degrees: NDArray[np.int64],
    grid: Grid,
    active: NDArray[np.bool_],
    rng: np.random.Generator,
) -> Notes:
    steps = rhythm.play_loop(_pick(mix.lead.arps, rng), grid.n_bars, rng)
    shape = _pick(
        ((0, 1, 2, 1), (0, 1, 2, 3), (0, 2, 1, 3), (0, 0, 2, 1), (2, 1, 0)), rng
    )
    midi = harmony.arpeggio(key, np.repeat(degrees, STEPS), shape=shape)
    return _notes(grid, steps * rhythm.by_step(active), midi)


def _lead(
    mix: Blend,
    key: Key,
    degrees: NDArray[np.int64],
    grid: Grid,
    active: NDArray[np.bool_],
    rng: np.random.Generator,
) -> Notes:
    steps = rhythm.play_loop(_pick(mix.lead.leads, rng), grid.n_bars, rng)
    phrase = np.resize(np.repeat(degrees, STEPS), PHRASE * STEPS)
    melody = harmony.draw_melody(key, phrase, on_chord=0.6, rng=rng)
    midi = np.resize(melody, len(steps))
    return _notes(grid, steps * rhythm.by_step(active), midi, hold=True)


def _chords(
    pattern: str,
    degrees: NDArray[np.int64],
    grid: Grid,
    active: Mapping[str, NDArray[np.bool_]],
    rng: np.random.Generator,
) -> Notes:
    if pattern == "hold":
        changes = np.append(True, degrees[1:] != degrees[:-1])
        steps = np.zeros(len(grid.times))
        steps[::STEPS] = np.where(changes | (np.arange(grid.n_bars) % 2 == 0), 0.8, 0.0)
        hold = True
    else:
        steps = rhythm.play_loop(pattern, grid.n_bars, rng)
        hold = False
    steps = steps * rhythm.by_step(active["chords"])
    return _notes(grid, steps, np.zeros(len(steps)), hold=hold)


def _hits(grid: Grid, velocity: Array) -> Hits:
    sounding = np.flatnonzero(velocity)
    return grid.times[sounding], velocity[sounding]


def _notes(
    grid: Grid, velocity: Array, midi: NDArray[np.int64] | Array, *, hold: bool = False
) -> Notes:
    """Cut steps into notes: one step long, or (``hold``) up to two bars until the next."""
    sounding = np.flatnonzero(velocity)
    onset = grid.times[sounding]
    length = np.full(len(sounding), grid.step_s)
    if hold:
        gaps = np.diff(np.append(onset, np.inf))
        length = np.minimum(gaps, 2 * STEPS * grid.step_s)
    return Notes(
        onset, length, np.asarray(midi, np.float64)[sounding], velocity[sounding]
    )


def _pick(options: tuple[T, ...], rng: np.random.Generator) -> T:
    return options[int(rng.integers(len(options)))]
