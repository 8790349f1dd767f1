"""What a recipe for a genre is made of, and the ranges all genres share.

A recipe is data. Sound is described by one set of parameters for everybody:
``COMMON`` gives their widest ranges, a recipe narrows some of them, an artist
shifts some of them for good, and a track draws its values from what results. So
genres differ by tendencies that overlap, never by an instrument of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

Range = tuple[float, float]

COMMON: Mapping[str, Range] = {
    # drums: Hz, seconds, ratios
    "kick_pitch": (43, 58),
    "kick_sweep": (2, 7),
    "kick_decay": (0.10, 0.32),
    "kick_click": (0.1, 0.9),
    "kick_drive": (1, 3.5),
    "snare_tone": (165, 235),
    "snare_noise": (0.5, 1.6),
    "snare_decay": (0.07, 0.2),
    "clap": (0, 1),
    "hat_low": (3500, 7000),
    "hat_decay": (0.02, 0.07),
    "open_decay": (0.1, 0.3),
    "hat_pitch": (700, 1300),
    "hat_metal": (0, 0.8),
    "perc_pitch": (180, 650),
    "perc_decay": (0.03, 0.12),
    # bass, chords, lead: octaves, seconds, cents, shares of a step
    "bass_cutoff": (0.8, 4),
    "bass_env": (0, 2.5),
    "bass_decay": (0.06, 0.35),
    "bass_res": (0.8, 4),
    "bass_detune": (0, 24),
    "bass_sub": (0, 0.8),
    "bass_gate": (0.5, 1),
    "bass_glide": (0, 0.05),
    "bass_lfo": (0, 1.8),
    "chord_width": (4, 30),
    "chord_bright": (0.05, 0.8),
    "chord_attack": (0.004, 0.2),
    "chord_decay": (0.08, 0.6),
    "lead_cutoff": (1.2, 4),
    "lead_env": (0, 2.5),
    "lead_res": (0.8, 4),
    "lead_decay": (0.08, 0.5),
    "lead_detune": (0, 24),
    # space and movement
    "echo_mix": (0, 0.4),
    "echo_feedback": (0.2, 0.55),
    "room_s": (0.4, 2.4),
    "room_mix": (0.03, 0.3),
    "duck_depth": (0, 0.8),
    "duck_release": (0.07, 0.2),
    # the mix, in dB
    "kick_db": (-6, -1),
    "backbeat_db": (-4, 2),
    "hat_db": (-14, -5),
    "perc_db": (-14, -6),
    "bass_db": (-4, 2),
    "chord_db": (-5, 3),
    "arp_db": (-14, -5),
    "lead_db": (-12, -4),
    "noise_db": (-66, -42),
    # the master
    "tilt_db": (-3, 3),
    "low_cut": (25, 45),
    "high_cut": (7500, 13000),
    "loudness_db": (-20, -13),
}

SIGNATURE_PARTS = 14  # parameters that an artist shifts
SIGNATURE_SIZE = 0.16  # standard deviation of a shift, as a share of the common range


@dataclass(frozen=True, slots=True)
class BassLine:
    """A bass: when it plays, how it moves, what it sounds like."""

    steps: str
    moves: str = "root"  # root, octave, chord or walk
    waves: tuple[str, ...] = ("saw", "square")
    hold: bool = False  # every note lasts until the next one
    lfo: tuple[float, ...] = (0.0,)  # filter wobbles per beat, one is drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a genre is made; every tuple holds alternatives of which a track draws one."""

    name: str
    related: tuple[str, ...]  # genres it is mixed up, or mixed, with
    tempo: Range  # beats per minute
    swing: Range = (0.0, 0.06)
    drums: Mapping[str, tuple[str, ...]]
    bass: tuple[BassLine, ...]
    modes: tuple[str, ...] = ("minor",)
    progressions: tuple[tuple[int, ...], ...]
    bars_per_chord: tuple[int, ...] = (1, 2)
    chord_sizes: tuple[int, ...] = (3, 4)
    chord_waves: tuple[str, ...] = ("saw", "organ", "square")
    chords: tuple[str, ...]  # "hold" or a step pattern
    arps: tuple[str, ...] = ("",)
    leads: tuple[str, ...] = ("",)
    lead_waves: tuple[str, ...] = ("saw", "square", "bell", "voice")
    forms: tuple[str, ...]
    sound: Mapping[str, Range] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Blend:
    """Which recipe each side of a track follows; a hybrid draws them from two."""

    drums: Recipe
    bass: Recipe
    chords: Recipe
    lead: Recipe
    form: Recipe

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """All sides in a fixed order."""
        return (self.drums, self.bass, self.chords, self.lead, self.form)


def blend(recipes: Sequence[Recipe], rng: np.random.Generator) -> Blend:
    """Share the sides of a track out among one or two recipes.

    Of two, one gives the drums and the other the bass, so both are heard
    wherever the track is heard.
    """
    one, two = recipes[0], recipes[-1]
    if rng.random() < 0.5:
        one, two = two, one
    rest = [one if rng.random() < 0.5 else two for _ in range(3)]
    return Blend(one, two, *rest)


def draw_tempo(recipes: Sequence[Recipe], rng: np.random.Generator) -> float:
    """Draw a tempo that all recipes allow, or the one between them (BPM, 0.1 steps)."""
    low = max(r.tempo[0] for r in recipes)
    high = min(r.tempo[1] for r in recipes)
    low, high = min(low, high), max(low, high)
    return round(float(rng.uniform(low, high)), 1)


def draw_signature(rng: np.random.Generator) -> dict[str, float]:
    """Draw what is an artist's own: shifts of some parameters, as shares of their range."""
    names = rng.choice(sorted(COMMON), size=SIGNATURE_PARTS, replace=False)
    shifts = SIGNATURE_SIZE * rng.normal(size=SIGNATURE_PARTS)
    return {str(n): float(s) for n, s in zip(names, shifts, strict=True)}


def draw_sound(
    mix: Blend, signature: Mapping[str, float], rng: np.random.Generator
) -> dict[str, float]:
    """Draw a track's parameters: the recipes' ranges, shifted by the artist's signature.

    A parameter belongs to the side of the track that its name begins with; what
    belongs to no side (space, mix, master) follows the form's recipe.
    """
    values = {}
    for name, (low, high) in COMMON.items():
        recipe = _side(mix, name)
        a, b = recipe.sound.get(name, (low, high))
        value = rng.uniform(a, b) + signature.get(name, 0.0) * (high - low)
        values[name] = float(np.clip(value, low, high))
    return values


_SIDES = {
    "kick": "drums", "snare": "drums", "clap": "drums", "hat": "drums", "open": "drums",
    "perc": "drums", "backbeat": "drums", "duck": "drums", "bass": "bass",
    "chord": "chords", "lead": "lead", "arp": "lead",
}  # fmt: skip


def _side(mix: Blend, name: str) -> Recipe:
    side: Recipe = getattr(mix, _SIDES.get(name.partition("_")[0], "form"))
    return side
