"""Drums sound where they are hit and in their part of the spectrum."""

from collections.abc import Callable

import numpy as np
import pytest

from genre.demo import drums
from genre.demo.drums import Params
from genre.demo.recipe import COMMON
from genre.demo.sound import SR, Wave

MIDDLE: Params = {name: (low + high) / 2 for name, (low, high) in COMMON.items()}


def centroid(y: Wave) -> float:
    """Return the mean frequency of a sound's energy."""
    power = np.abs(np.fft.rfft(y)) ** 2
    return float((power * np.fft.rfftfreq(len(y), 1 / SR)).sum() / power.sum())


@pytest.mark.parametrize(
    ("make", "low", "high"),
    [
        (drums.kick, 30, 300),
        (drums.backbeat, 300, 4000),
        (drums.percussion, 200, 3000),
        (drums.shaker, 3000, 14000),
    ],
)
def test_drums_have_their_place_in_the_spectrum(
    make: Callable[[Params, np.random.Generator], Wave], low: float, high: float
) -> None:
    """A kick is low, a snare in the middle, a shaker high; all peak at 1."""
    shot = make(MIDDLE, np.random.default_rng(0))

    assert low < centroid(shot) < high
    assert np.abs(shot).max() == pytest.approx(1.0)


def test_an_open_hat_rings_longer_than_a_closed_one() -> None:
    """The two differ in length, not in kind."""
    rng = np.random.default_rng(0)

    closed = drums.hat(MIDDLE, rng, is_open=False)
    opened = drums.hat(MIDDLE, rng, is_open=True)

    assert len(opened) > 2 * len(closed)
    assert centroid(closed) > 4000


def test_a_shot_is_added_at_every_onset() -> None:
    """Hits overlap by addition; one after the end is left out."""
    shot = np.ones(10, dtype=np.float32)
    onsets = np.array([0.0, 5 / SR, 1.0])

    y = drums.place(shot, onsets, np.array([1.0, 0.5, 1.0]), 12)

    assert y.tolist() == [1.0] * 5 + [1.5] * 5 + [0.5] * 2
