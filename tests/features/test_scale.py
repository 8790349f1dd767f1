"""What the store keeps of a dB value, and what comes back."""

import numpy as np
import pytest

from genre.features.scale import SCALES


@pytest.mark.parametrize(
    ("dtype", "largest_error"), [("float16", 0.032), ("uint8", 0.2501)]
)
def test_values_inside_the_range_come_back_nearly(
    dtype: str, largest_error: float
) -> None:
    """Between -80 and +47.5 dB float16 loses up to 0.032 dB, uint8 up to 0.25 dB."""
    scale = SCALES[dtype]
    mel = np.linspace(-80, 47.5, 10_001, dtype=np.float32)

    error = np.abs(scale.to_db(scale.to_store(mel)) - mel)

    assert error.max() <= largest_error


@pytest.mark.parametrize(
    ("decibels", "kept"),
    [(-80.0, 0), (-79.5, 1), (0.0, 160), (47.5, 255), (-100.0, 0), (60.0, 255)],
)
def test_uint8_counts_half_decibels_from_minus_80(decibels: float, kept: int) -> None:
    """A value is round((dB + 80) / 0.5), clipped to 0..255."""
    assert SCALES["uint8"].to_store(np.array([decibels], np.float32)) == [kept]


@pytest.mark.parametrize(("dtype", "decibels"), [("float16", -100.0), ("uint8", -80.0)])
def test_the_floor_stands_for_silence(dtype: str, decibels: float) -> None:
    """Filling with the floor reads back as what silence reads back as."""
    scale = SCALES[dtype]
    silence = scale.to_store(np.array([-100.0], np.float32))

    assert silence == [scale.floor]
    assert scale.to_db(silence) == [decibels]
