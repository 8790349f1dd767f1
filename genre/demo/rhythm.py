"""Step patterns: from a line of characters to hits in time.

A pattern is a line of sixteenth notes, 16 to a bar (32 for two bars):

    .  rest        X  accent        x  hit        o  ghost note
    1-9            a hit with that many tenths of probability

Patterns say what a genre plays; the draws, swing and fills make two tracks of a
genre different. Nothing here knows about sound.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEPS = 16  # to a bar
LOOP = 2 * STEPS  # a loop lasts two bars

_VELOCITY = {"X": 1.0, "x": 0.8, "o": 0.4}
_CHANCE_VELOCITY = 0.65


@dataclass(frozen=True, slots=True)
class Grid:
    """When the sixteenth notes of a song sound.

    Attributes
    ----------
    times : float64 [n_steps]
        Seconds from the start, swing and human error included.
    step_s : float
        Length of a straight sixteenth in seconds.
    """

    times: Array
    step_s: float

    @property
    def n_bars(self) -> int:
        """Whole bars covered."""
        return len(self.times) // STEPS


def make_grid(
    n_bars: int, tempo: float, *, swing: float, rng: np.random.Generator
) -> Grid:
    """Lay out ``n_bars`` of sixteenths at ``tempo`` beats per minute.

    ``swing`` is how late every second sixteenth comes, as a share of its length
    (1/3 is a triplet feel).
    """
    step_s = 60.0 / tempo / 4
    steps = np.arange(n_bars * STEPS)
    human = rng.normal(0.0, 0.0015, size=len(steps))
    times = (steps + swing * (steps % 2)) * step_s + human
    return Grid(np.maximum(times, 0.0), step_s)


def draw_loop(pattern: str, rng: np.random.Generator) -> Array:
    """Draw one two-bar loop of a pattern: velocities 0..1, float64 [32]."""
    line = (pattern * (LOOP // len(pattern))) if pattern else "." * LOOP
    chance = np.array([_chance(char) for char in line])
    velocity = np.array([_VELOCITY.get(char, _CHANCE_VELOCITY) for char in line])
    hits = rng.random(LOOP) < chance
    human = np.clip(1 + 0.12 * rng.normal(size=LOOP), 0.6, 1.3)
    return np.where(hits, np.clip(velocity * human, 0.05, 1.0), 0.0)


def play_loop(pattern: str, n_bars: int, rng: np.random.Generator) -> Array:
    """Repeat a loop over a song as A A A B: velocities, float64 [n_bars * 16]."""
    a, b = draw_loop(pattern, rng), draw_loop(pattern, rng)
    phrase = np.concatenate([a, a, a, b])
    repeats = -(-n_bars * STEPS // len(phrase))
    return np.tile(phrase, repeats)[: n_bars * STEPS]


def by_step(bars: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Spread one flag per bar over its sixteenths."""
    return np.repeat(bars, STEPS)


def snare_roll(n_bars: int) -> Array:
    """Return the roll of a build-up: quarters, eighths, then sixteenths, growing louder."""
    steps = np.arange(n_bars * STEPS)
    done = steps / max(len(steps), 1)
    spacing = np.select([done < 0.4, done < 0.75], [4, 2], default=1)
    return np.where(steps % spacing == 0, 0.25 + 0.6 * done, 0.0)


def fill(rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw the end of a section: (keep, add) for the last bar, float64 [16] each.

    ``keep`` multiplies the kick (some fills leave it out), ``add`` are extra
    hits of the backbeat voice.
    """
    keep, add = np.ones(STEPS), np.zeros(STEPS)
    length = int(rng.choice([2, 4, 8]))
    if rng.random() < 0.6:
        add[-length:] = np.where(rng.random(length) < 0.6, rng.uniform(0.3, 0.8), 0.0)
    if rng.random() < 0.5:
        keep[-length:] = 0.0
    return keep, add


def _chance(char: str) -> float:
    if char == ".":
        return 0.0
    return int(char) / 10 if char.isdigit() else 1.0
