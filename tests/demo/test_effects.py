"""Ducking, echo, room, equaliser and loudness do what their names say."""

import numpy as np
import pytest

from genre.demo import effects
from genre.demo.sound import SR, Wave
from tests.synth import noise, pure_tone


def rms_db(y: Wave) -> float:
    """Return the level of a sound in dB."""
    return float(10 * np.log10((y.astype(np.float64) ** 2).mean()))


@pytest.mark.parametrize("loudness_db", [-20.0, -13.0])
def test_master_sets_the_loudness_below_the_ceiling(loudness_db: float) -> None:
    """The mid comes out within 1 dB of the target and no sample passes 0.95."""
    mid = noise(1.0, sr=SR, amplitude=0.8)

    y = effects.master(mid, 0.2 * mid[::-1], loudness_db=loudness_db)

    assert y.shape == (SR, 2)
    assert rms_db(y.mean(axis=1)) == pytest.approx(loudness_db, abs=1.0)
    assert np.abs(y).max() <= effects.CEILING


def test_the_side_vanishes_in_mono() -> None:
    """What is only in the side is not heard when both channels are added."""
    side = noise(0.5, sr=SR, amplitude=0.1)

    y = effects.master(pure_tone(200, 0.5, sr=SR, amplitude=0.1), side, loudness_db=-30)

    mono = y.mean(axis=1)
    assert abs(float(np.corrcoef(mono, side)[0, 1])) < 0.05


def test_a_kick_ducks_and_the_gain_recovers() -> None:
    """The gain falls to 1 - depth at the kick and is back after a few releases."""
    gain = effects.duck(np.array([0.5]), SR, depth=0.6, release=0.1)

    assert gain[0] == 1.0
    assert gain[SR // 2 + 64] == pytest.approx(0.4, abs=0.02)
    assert gain[-1] == pytest.approx(1.0, abs=1e-3)


def test_without_kicks_nothing_is_ducked() -> None:
    """No kick leaves the gain at one."""
    assert (effects.duck(np.array([]), 100, depth=0.8, release=0.1) == 1).all()


def test_echoes_come_at_multiples_of_the_delay() -> None:
    """Each echo is quieter than the one before by the feedback."""
    y = np.zeros(SR, dtype=np.float32)
    y[0] = 1.0

    echoes = effects.echo(y, delay_s=0.1, feedback=0.5)

    assert np.flatnonzero(echoes).tolist() == [3200, 6400, 9600, 12800]
    assert echoes[[3200, 6400, 9600, 12800]].tolist() == [0.5, 0.25, 0.125, 0.0625]


def test_a_room_dies_away_and_has_two_sides() -> None:
    """The reverberation of a click falls by 60 dB in its time; mid and side differ."""
    click = np.zeros(SR, dtype=np.float32)
    click[0] = 1.0

    mid, side = effects.room(click, decay_s=0.5, rng=np.random.default_rng(0))

    early, late = rms_db(mid[:1600]), rms_db(mid[12_800:14_400])
    assert late - early == pytest.approx(-48, abs=6)
    assert abs(float(np.corrcoef(mid, side)[0, 1])) < 0.05


def test_tilt_turns_the_spectrum() -> None:
    """3 dB per three octaves make 6400 Hz 6 dB louder against 100 Hz."""
    low, high = pure_tone(100, 1.0, sr=SR), pure_tone(6400, 1.0, sr=SR)

    def level(y: Wave, db: float) -> float:
        return rms_db(effects.tilt(y, db=db, low_cut=5, high_cut=15_000))

    change = (level(high, 3) - level(high, 0)) - (level(low, 3) - level(low, 0))
    assert change == pytest.approx(6.0, abs=0.2)
