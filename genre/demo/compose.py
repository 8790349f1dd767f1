"""A track from its plan: the plan is all that is needed to compose it again."""

from dataclasses import dataclass

import numpy as np

from genre.demo.genres import RECIPES
from genre.demo.harmony import Key
from genre.demo.recipe import Blend, blend, draw_signature, draw_sound, draw_tempo
from genre.demo.render import render
from genre.demo.score import Score, write_score
from genre.demo.sound import Wave


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackPlan:
    """One track of the demo before it is heard; ``genres`` is the composed truth."""

    id: str  # 16 hex characters, names the file
    seed: int
    genres: tuple[str, ...]  # one, or two for a hybrid
    artist: str
    guest: str  # "" for none
    title: str
    version: str  # "X Remix" or ""
    signature: int  # seed of the signature of whoever made the sound
    codec: str
    duration_s: float

    @property
    def hybrid(self) -> bool:
        """True when two recipes are combined."""
        return len(self.genres) == 2

    @property
    def full_title(self) -> str:
        """The title with its version, as playlists print it."""
        return f"{self.title} ({self.version})" if self.version else self.title

    @property
    def credit(self) -> str:
        """The artist with the guest, as playlists print it."""
        return f"{self.artist} feat. {self.guest}" if self.guest else self.artist


@dataclass(frozen=True, slots=True)
class Sketch:
    """The first decisions about a track."""

    mix: Blend
    tempo: float
    key: Key


def sketch(plan: TrackPlan) -> Sketch:
    """Decide which recipe leads which side, the tempo and the key."""
    rng = np.random.default_rng([plan.seed, 0])
    recipes = [RECIPES[name] for name in plan.genres]
    mix = blend(recipes, rng)
    tempo = draw_tempo(recipes, rng)
    modes = mix.chords.modes
    return Sketch(
        mix, tempo, Key(int(rng.integers(12)), modes[rng.integers(len(modes))])
    )


def score_of(plan: TrackPlan) -> Score:
    """Write the score of a planned track."""
    first = sketch(plan)
    rng = np.random.default_rng([plan.seed, 1])
    return write_score(
        first.mix, first.key, tempo=first.tempo, duration_s=plan.duration_s, rng=rng
    )


def sound_of(plan: TrackPlan) -> dict[str, float]:
    """Draw every sound parameter of a planned track."""
    signature = draw_signature(np.random.default_rng(plan.signature))
    return draw_sound(
        sketch(plan).mix, signature, np.random.default_rng([plan.seed, 2])
    )


def compose(plan: TrackPlan) -> Wave:
    """Compose a track: float32 [n_samples, 2] at 32 kHz within +-0.95.

    The same plan gives the same samples on one machine; between machines the
    last bits may differ with the mathematics library.
    """
    score, mix = score_of(plan), sketch(plan).mix
    rng = np.random.default_rng([plan.seed, 3])
    choices = {
        "bass": score.bass_line.waves,
        "chord": mix.chords.chord_waves,
        "arp": mix.lead.lead_waves,
        "lead": mix.lead.lead_waves,
    }
    waves = {part: str(rng.choice(options)) for part, options in choices.items()}
    return render(
        score, sound_of(plan), waves=waves, duration_s=plan.duration_s, rng=rng
    )
