"""The voice plays the notes it is given; chords hold their pitches."""

import numpy as np
import pytest

from genre.demo.sound import SR, Notes, Patch, Wave, chord_bed, play, to_hz, wavetable


def notes(*rows: tuple[float, float, float]) -> Notes:
    """Return (onset, length, midi) rows as a line at full velocity."""
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return Notes(table[:, 0], table[:, 1], table[:, 2], np.ones(len(table)))


def level_at(y: Wave, hz: float) -> float:
    """Return the share of a sound's energy within 3 % of a frequency."""
    power = np.abs(np.fft.rfft(y * np.hanning(len(y)))) ** 2
    f = np.fft.rfftfreq(len(y), 1 / SR)
    return float(power[np.abs(f - hz) < 0.03 * hz].sum() / power.sum())


def centroid(y: Wave) -> float:
    """Return the mean frequency of a sound's energy."""
    power = np.abs(np.fft.rfft(y)) ** 2
    return float((power * np.fft.rfftfreq(len(y), 1 / SR)).sum() / power.sum())


def test_a_note_has_its_pitch() -> None:
    """MIDI note 57 played darkly is a tone of 220 Hz."""
    dark = Patch(wave="triangle", cutoff=0.0, resonance=1.0)

    y = play(notes((0.0, 1.0, 57)), dark, SR)

    assert level_at(y, 220.0) > 0.9


def test_nothing_sounds_before_the_first_note_or_long_after_the_last() -> None:
    """Silence is exact zero where no note is."""
    y = play(notes((0.5, 0.1, 60)), Patch(release=0.01), SR)

    assert not y[: SR // 2 - 32].any()
    assert y[SR // 2 : SR // 2 + 3200].any()
    assert not y[int(0.9 * SR) :].any()


def test_an_empty_line_is_silence_of_the_right_length() -> None:
    """No notes give zeros."""
    y = play(notes(), Patch(), 1000)

    assert y.shape == (1000,)
    assert not y.any()


def test_the_filter_envelope_darkens_a_note() -> None:
    """With an envelope a note begins brighter than it ends."""
    patch = Patch(cutoff=1.0, cutoff_env=3.0, cutoff_decay=0.1, sustain=1.0)

    y = play(notes((0.0, 1.0, 45)), patch, SR)

    assert centroid(y[: SR // 20]) > 1.5 * centroid(y[SR // 2 :])


def test_the_wobble_moves_the_filter() -> None:
    """An LFO of 2 Hz makes the brightness go up and down twice a second."""
    patch = Patch(cutoff=2.5, lfo_hz=2.0, lfo_depth=1.5, sustain=1.0)

    y = play(notes((0.0, 1.0, 40)), patch, SR)

    brightness = [centroid(part) for part in np.split(y, 8)]
    assert min(brightness[0], brightness[4]) > 1.3 * max(brightness[2], brightness[6])


@pytest.mark.parametrize(
    "wave", ["saw", "square", "pulse", "triangle", "organ", "bell", "voice", "growl"]
)
def test_every_row_of_a_table_has_the_same_energy(wave: str) -> None:
    """Opening the filter changes the tone, not the loudness."""
    table = wavetable(wave, 64, 2.0)

    rms = np.sqrt((table**2).mean(axis=1))
    assert np.allclose(0.35, rms, rtol=1e-3)


def test_high_notes_do_not_alias() -> None:
    """A saw near 2 kHz has no energy between its harmonics."""
    y = play(notes((0.0, 1.0, 96)), Patch(cutoff=7.0, sustain=1.0), SR)[3200:-3200]

    harmonics = sum(level_at(y, 2093.0 * h) for h in range(1, 8))
    assert harmonics > 0.99


def test_a_chord_bed_holds_its_notes_and_repeats() -> None:
    """The dark version has most energy at the fundamentals and joins its own start."""
    rng = np.random.default_rng(0)

    dark, bright = chord_bed((57, 64), wave="saw", width=8.0, rng=rng)

    fundamentals = sum(
        level_at(dark, float(hz)) for hz in to_hz(np.array([57.0, 64.0]))
    )
    assert fundamentals > 0.6
    assert centroid(bright) > 1.5 * centroid(dark)
    assert abs(float(dark[0] - dark[-1])) < 4 * float(np.abs(np.diff(dark)).mean())
