"""A plan becomes sound: the same each time, in bounds, and like its recipe."""

import numpy as np
import pytest

from genre.demo.compose import compose, sound_of
from genre.demo.genres import RECIPES
from genre.demo.sound import SR, Wave
from tests.demo.small import track


def rms_db(y: Wave) -> float:
    """Return the level of both channels together in dB."""
    return float(10 * np.log10((y.astype(np.float64) ** 2).mean()))


@pytest.mark.parametrize("genre", RECIPES)
def test_every_genre_sounds_within_bounds(genre: str) -> None:
    """Four seconds: right length, finite, audible, never clipped, no offset."""
    y = compose(track(genre, seed=11))

    assert y.shape == (4 * SR, 2)
    assert np.float32 == y.dtype
    assert np.isfinite(y).all()
    assert 0.1 < np.abs(y).max() <= 0.95
    assert -24 < rms_db(y) < -9
    assert np.abs(y.mean(axis=0)).max() < 0.01


def test_one_plan_gives_the_same_samples() -> None:
    """Composing again gives equal samples; another seed gives others."""
    y = compose(track("Psytrance", seed=2))

    assert np.array_equal(y, compose(track("Psytrance", seed=2)))
    assert not np.array_equal(y, compose(track("Psytrance", seed=3)))


def test_a_hybrid_sounds_like_neither_alone() -> None:
    """With the same seed a hybrid differs from both its genres."""
    hybrid = compose(track("Trance", "Techno", seed=5))

    assert np.isfinite(hybrid).all()
    assert not np.array_equal(hybrid, compose(track("Trance", seed=5)))


def test_the_artist_is_heard() -> None:
    """The same song by two artists differs; 14 of the parameters may move."""
    one = sound_of(track("House", signature=1))
    two = sound_of(track("House", signature=2))

    moved = [name for name in one if one[name] != two[name]]
    assert 14 <= len(moved) <= 28


def test_the_song_ends_in_silence() -> None:
    """The last sample is zero, so nothing clicks."""
    assert np.abs(compose(track("Dubstep"))[-1]).max() == 0.0


def test_stereo_carries_a_side() -> None:
    """Left and right differ but agree in the low end, as on a record."""
    y = compose(track("Trance", seed=6))

    side = y[:, 0] - y[:, 1]
    assert -40 < rms_db(side) < rms_db(y) - 3
