"""Scales, chords and melodies as MIDI note numbers.

Degrees count from 0 (the tonic) in the scale of the track's mode; a chord is a
stack of thirds on a degree, folded into one register so that voices move little.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MODES = {
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "major": (0, 2, 4, 5, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
}
KEY_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

_CHORD_FLOOR = 53  # the lowest note of a folded chord
_LEAD_FLOOR = 67


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic (0 is C) and a mode."""

    tonic: int
    mode: str

    @property
    def name(self) -> str:
        """The key as people write it, e.g. ``F# minor``."""
        return f"{KEY_NAMES[self.tonic]} {self.mode}"

    def note(self, degree: int, *, octave: int = 0) -> int:
        """Return the MIDI note of a scale degree, counted from the tonic below C4."""
        turn, step = divmod(degree, 7)
        return 48 + self.tonic + MODES[self.mode][step] + 12 * (turn + octave)


def chord(key: Key, degree: int, *, size: int) -> tuple[int, ...]:
    """Return the notes of a chord of ``size`` stacked thirds, folded into one octave."""
    return tuple(
        sorted(
            _CHORD_FLOOR + (key.note(degree + 2 * i) - _CHORD_FLOOR) % 12
            for i in range(size)
        )
    )


def bass_note(key: Key, degree: int) -> int:
    """Return a chord's root between E1 and D#2, where a bass plays it."""
    return 28 + (key.note(degree) - 28) % 12


def chords_by_bar(
    progression: Sequence[int], n_bars: int, *, bars_per_chord: int
) -> NDArray[np.int64]:
    """Return the chord degree that sounds in each bar, int64 [n_bars]."""
    spread = np.repeat(np.asarray(progression, dtype=np.int64), bars_per_chord)
    return np.resize(spread, n_bars)


def draw_melody(
    key: Key, degrees: NDArray[np.int64], *, on_chord: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Walk a melody over the chords, one note per entry of ``degrees``.

    ``on_chord`` is the chance that a note is a chord tone; others are scale steps
    from the note before. Returns MIDI notes, float64, within about two octaves.
    """
    places = np.empty(len(degrees), dtype=np.int64)
    place = 0
    for i, degree in enumerate(degrees):
        if rng.random() < on_chord:
            place = int(degree) + int(rng.choice([0, 2, 4, 7]))
        else:
            place += int(rng.choice([-2, -1, 1, 2]))
        place = place % 14
        places[i] = place
    base = _LEAD_FLOOR + (key.note(0) - _LEAD_FLOOR) % 12 - key.note(0)
    return np.array([key.note(int(p)) + base for p in places], dtype=np.float64)


def arpeggio(
    key: Key, degrees: NDArray[np.int64], *, shape: Sequence[int]
) -> NDArray[np.float64]:
    """Run through chord tones in a fixed ``shape`` (thirds above the root)."""
    base = _LEAD_FLOOR + (key.note(0) - _LEAD_FLOOR) % 12 - key.note(0) - 12
    shape_of = np.resize(np.asarray(shape), len(degrees))
    return np.array(
        [
            key.note(int(d + 2 * s)) + base
            for d, s in zip(degrees, shape_of, strict=True)
        ],
        dtype=np.float64,
    )
