"""Scales, chords and melodies are in key and in range."""

import numpy as np
import pytest

from genre.demo import harmony
from genre.demo.harmony import MODES, Key


@pytest.mark.parametrize(
    ("key", "name"), [(Key(9, "minor"), "A minor"), (Key(6, "dorian"), "F# dorian")]
)
def test_keys_have_names(key: Key, name: str) -> None:
    """A key is written as people write it."""
    assert name == key.name


def test_a_chord_is_a_stack_of_thirds() -> None:
    """The tonic triad of C major holds C, E and G, the seventh chord B as well."""
    key = Key(0, "major")

    assert {0, 4, 7} == {n % 12 for n in harmony.chord(key, 0, size=3)}
    assert {0, 4, 7, 11} == {n % 12 for n in harmony.chord(key, 0, size=4)}


@pytest.mark.parametrize("mode", MODES)
def test_everything_stays_in_the_scale(mode: str) -> None:
    """Chords, melodies and arpeggios use only notes of the mode."""
    key = Key(4, mode)
    scale = {(4 + step) % 12 for step in MODES[mode]}
    degrees = np.repeat(np.arange(7), 8)

    notes = [n for d in range(7) for n in harmony.chord(key, d, size=5)]
    melody = harmony.draw_melody(
        key, degrees, on_chord=0.5, rng=np.random.default_rng(1)
    )
    arpeggio = harmony.arpeggio(key, degrees, shape=(0, 1, 2, 3))

    assert {int(n) % 12 for n in (*notes, *melody, *arpeggio)} <= scale


@pytest.mark.parametrize("tonic", range(12))
def test_registers_do_not_depend_on_the_key(tonic: int) -> None:
    """Bass lies in one low octave, chords in one middle octave, in every key."""
    key = Key(tonic, "minor")

    bass = [harmony.bass_note(key, d) for d in range(7)]
    chords = [n for d in range(7) for n in harmony.chord(key, d, size=4)]

    assert 28 <= min(bass) <= max(bass) < 40
    assert 53 <= min(chords) <= max(chords) < 65


def test_a_progression_repeats_over_the_bars() -> None:
    """Two bars per chord, then from the start again."""
    bars = harmony.chords_by_bar((0, 5, 3), 8, bars_per_chord=2)

    assert bars.tolist() == [0, 0, 5, 5, 3, 3, 0, 0]
