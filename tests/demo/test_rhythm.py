"""Step patterns become hits in time."""

import numpy as np
import pytest

from genre.demo import rhythm


def rng() -> np.random.Generator:
    """Return the generator that every test starts from."""
    return np.random.default_rng(0)


def test_certain_steps_always_sound() -> None:
    """X, x and o are hit in every draw, from loud to soft; dots never."""
    loop = rhythm.draw_loop("X...x...o.......", rng())

    assert np.flatnonzero(loop).tolist() == [0, 4, 8, 16, 20, 24]
    assert loop[0] > loop[4] > loop[8]


def test_a_digit_is_a_chance_in_tenths() -> None:
    """A step of 3 sounds in about 30 % of the draws."""
    generator = rng()

    hits = [rhythm.draw_loop("3...............", generator)[0] > 0 for _ in range(1000)]

    assert np.mean(hits) == pytest.approx(0.3, abs=0.05)


def test_an_empty_pattern_is_silence() -> None:
    """No pattern means that the voice does not play."""
    assert not rhythm.draw_loop("", rng()).any()


def test_a_phrase_is_three_times_a_then_b() -> None:
    """Two-bar loops are arranged as A A A B, so that a song repeats itself."""
    steps = rhythm.play_loop("5555555555555555", 8, rng())

    a, again, third, b = steps.reshape(4, rhythm.LOOP)
    assert np.array_equal(a, again)
    assert np.array_equal(a, third)
    assert not np.array_equal(a, b)


def test_swing_delays_every_second_sixteenth() -> None:
    """At 120 BPM and a swing of 1/3 odd steps come 125 / 3 ms late."""
    straight = rhythm.make_grid(4, 120.0, swing=0.0, rng=rng())
    swung = rhythm.make_grid(4, 120.0, swing=1 / 3, rng=rng())

    late = swung.times - straight.times

    assert straight.step_s == 0.125
    assert straight.n_bars == 4
    assert np.allclose(late[::2], 0)
    assert np.allclose(late[1::2], 0.125 / 3)


def test_times_rise_whatever_the_human_error() -> None:
    """Onsets stay in order and never begin before the song."""
    times = rhythm.make_grid(16, 178.0, swing=0.36, rng=rng()).times

    assert (np.diff(times) > 0).all()
    assert times[0] >= 0


def test_a_snare_roll_gets_denser_and_louder() -> None:
    """A build-up's last bar has sixteenths, its first has quarters."""
    bars = rhythm.snare_roll(4).reshape(4, 16)

    assert np.count_nonzero(bars[0]) == 4
    assert np.count_nonzero(bars[3]) == 16
    assert bars[3, -1] > bars[0, 0]


def test_a_fill_only_touches_the_end_of_its_bar() -> None:
    """The first half of a bar is played as written in every fill."""
    generator = rng()

    fills = [rhythm.fill(generator) for _ in range(50)]

    assert all((keep[:8] == 1).all() and not add[:8].any() for keep, add in fills)
    assert any(add.any() for _, add in fills)
