"""The mix: every part is heard where the score puts it."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from genre.demo.compose import score_of, sound_of
from genre.demo.recipe import COMMON
from genre.demo.render import bass_patch, lead_patch, render
from genre.demo.score import Score
from genre.demo.sound import SR, Notes, Wave
from tests.demo.small import track

MIDDLE = {name: (low + high) / 2 for name, (low, high) in COMMON.items()}
WAVES = {"bass": "saw", "chord": "saw", "arp": "square", "lead": "saw"}
NO_NOTES = Notes(*(np.zeros(0) for _ in range(4)))
NO_HITS = (np.zeros(0), np.zeros(0))


def empty_score() -> Score:
    """Return four bars of nothing at 120 BPM."""
    score = score_of(track("House", duration_s=8.0))
    return replace(
        score,
        tempo=120.0,
        bar_s=2.0,
        sections=(("groove", 0, 4),),
        drums=dict.fromkeys(score.drums, NO_HITS),
        bass=NO_NOTES,
        arp=NO_NOTES,
        lead=NO_NOTES,
        chord_gate=NO_NOTES,
        chord_notes=((57, 60, 64),) * 4,
        rolls=NO_HITS,
    )


def mixed(score: Score, **changes: float) -> Wave:
    """Render four seconds at middle settings, mono, loudness left as mixed."""
    p: Mapping[str, float] = {
        **MIDDLE,
        "noise_db": -120.0,
        "loudness_db": -20.0,
        **changes,
    }
    y = render(score, p, waves=WAVES, duration_s=4.0, rng=np.random.default_rng(0))
    return np.asarray(y.mean(axis=1), dtype=np.float32)


def level(y: Wave, start_s: float, end_s: float) -> float:
    """Return the RMS of a stretch."""
    part = y[int(start_s * SR) : int(end_s * SR)]
    return float(np.sqrt((part.astype(np.float64) ** 2).mean()))


def test_a_kick_sounds_at_its_time() -> None:
    """One kick at 2 s: silence before, sound after."""
    score = empty_score()
    score = replace(score, drums={**score.drums, "kick": (np.array([2.0]), np.ones(1))})

    y = mixed(score)

    assert level(y, 2.0, 2.2) > 100 * level(y, 1.0, 1.9)


@pytest.mark.parametrize("part", ["bass", "arp", "lead", "chord_gate"])
def test_every_part_is_heard_where_its_notes_are(part: str) -> None:
    """A note of one second at 1 s raises the level there."""
    note = Notes(np.array([1.0]), np.array([1.0]), np.array([45.0]), np.ones(1))

    y = mixed(replace(empty_score(), **{part: note}))  # type: ignore[arg-type]

    assert level(y, 1.0, 1.4) > 30 * level(y, 0.0, 0.95)


def test_the_kick_ducks_the_bass() -> None:
    """A deep side chain takes the held bass away at each kick."""
    held = Notes(np.zeros(1), np.array([4.0]), np.array([40.0]), np.ones(1))
    score = replace(empty_score(), bass=held)
    score = replace(
        score, drums={**score.drums, "kick": (np.array([2.0]), np.full(1, 1e-6))}
    )

    pumped = mixed(score, duck_depth=0.8, duck_release=0.15)

    assert level(pumped, 2.0, 2.05) < 0.5 * level(pumped, 1.8, 1.95)


def test_noise_rises_through_a_build_up() -> None:
    """The end of a build is louder than its beginning."""
    y = mixed(replace(empty_score(), sections=(("build", 0, 2),)))

    assert level(y, 3.5, 3.95) > 5 * level(y, 0.0, 0.5)


def test_a_wobbling_bass_has_an_lfo() -> None:
    """Only a line with an LFO moves its filter; a held one has no filter envelope."""
    score = score_of(track("Dubstep", seed=3))
    p = sound_of(track("Dubstep", seed=3))

    still = bass_patch(replace(score, bass_lfo_hz=0.0), p, "saw")
    moving = bass_patch(replace(score, bass_lfo_hz=2.0), p, "saw")

    assert (still.lfo_depth, moving.lfo_depth) == (0.0, p["bass_lfo"])


def test_an_arpeggio_is_shorter_than_a_lead() -> None:
    """Both have the sound of the track, the arpeggio dies away sooner."""
    lead, arp = lead_patch(MIDDLE, "saw", 1.0), lead_patch(MIDDLE, "saw", 0.6)

    assert arp.decay < lead.decay
    assert arp.cutoff == lead.cutoff
