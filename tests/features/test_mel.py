"""wav_to_mel gives librosa's values, faster, and says what it cannot use."""

import subprocess
import sys

import librosa
import numpy as np
import pytest
from numpy.typing import NDArray

from genre.config import Settings
from genre.errors import MediaError, UsageError
from genre.features.mel import FLOOR_DB, MelConfig, mel_filters, wav_to_mel
from tests.synth import noise, pure_tone

SHAPES = [
    MelConfig(),
    MelConfig(hop_length=256),
    MelConfig(n_fft=1024, hop_length=400, n_mels=64),
    MelConfig(n_fft=4096, hop_length=1024, n_mels=200),
    MelConfig(n_fft=1200, hop_length=333, n_mels=40),
]
SECONDS = 3.0


def _librosa_mel(y: NDArray[np.float32], c: MelConfig) -> NDArray[np.float32]:
    """Return the reference, [n_frames, n_mels] dB."""
    power = librosa.feature.melspectrogram(
        y=y, sr=c.sr, n_fft=c.n_fft, hop_length=c.hop_length, n_mels=c.n_mels
    )
    mel: NDArray[np.float32] = librosa.power_to_db(power, amin=1e-10, top_db=None)
    return mel.T


def _impulses() -> NDArray[np.float32]:
    """Return clicks at uneven distances in silence."""
    y = np.zeros(round(SECONDS * 16_000), np.float32)
    y[[0, 1, 5_000, 20_001, 47_999]] = [1.0, -1.0, 0.5, -0.25, 1.0]
    return y


def _music() -> NDArray[np.float32]:
    """Return a chord with vibrato over soft noise, as s16 samples would hold it."""
    t = np.arange(round(SECONDS * 16_000)) / 16_000
    y = noise(SECONDS, amplitude=0.01)
    for freq in (55, 220, 3_300):
        y += (20 / freq * np.sin(2 * np.pi * freq * t + 3 * np.sin(9 * t))).astype("f4")
    y *= np.float32(32_767) / np.abs(y).max()
    return (np.rint(y) / 32_768).astype(np.float32)


SOUNDS = {
    "noise": noise(SECONDS),
    "tone": pure_tone(440, SECONDS),
    "high tone": pure_tone(7_990, SECONDS, amplitude=0.99),
    "quiet tone": pure_tone(1_000, SECONDS, amplitude=1e-4),
    "silence": np.zeros(round(SECONDS * 16_000), np.float32),
    "impulses": _impulses(),
    "clipped": np.clip(4 * pure_tone(100, SECONDS), -1, 1),
    "music": _music(),
}


def _assert_equal(y: NDArray[np.float32], config: MelConfig) -> None:
    """Compare with librosa: 1e-3 dB where it counts, 0.2 dB elsewhere."""
    ours, reference = wav_to_mel(y, config), _librosa_mel(y, config)
    assert ours.shape == reference.shape
    assert ours.dtype == np.float32
    peak = reference.max(axis=1, keepdims=True)
    counts = (reference > -80) & (reference > peak - 70)
    error = np.abs(ours - reference)
    assert error[counts].max(initial=0.0) <= 1e-3
    assert error[~counts].max(initial=0.0) <= 0.2


@pytest.mark.parametrize("config", SHAPES, ids=lambda c: c.key)
@pytest.mark.parametrize("sound", SOUNDS)
def test_values_are_librosas(sound: str, config: MelConfig) -> None:
    """Above -80 dB and within 70 dB of the frame's peak 1e-3 dB, elsewhere 0.2 dB."""
    _assert_equal(SOUNDS[sound], config)


@pytest.mark.parametrize("seed", range(24))
def test_values_are_librosas_beside_any_tone(seed: int) -> None:
    """A lone tone, the hardest case for float32, spoils no band around it."""
    rng = np.random.default_rng(seed)
    loud = pure_tone(rng.uniform(20, 8_000), 2.0, amplitude=rng.choice([0.99, 0.1]))
    soft = pure_tone(rng.uniform(20, 8_000), 2.0, amplitude=rng.choice([0.01, 1e-4]))
    y = loud + soft if seed % 2 else loud
    quantised = (np.rint(y * 32_767) / 32_768).astype(np.float32)

    _assert_equal(quantised if seed % 3 else y, MelConfig())


@pytest.mark.parametrize("config", SHAPES, ids=lambda c: c.key)
def test_filters_are_librosas(config: MelConfig) -> None:
    """Our Slaney filterbank equals librosa's to 1e-7."""
    reference = librosa.filters.mel(
        sr=config.sr, n_fft=config.n_fft, n_mels=config.n_mels
    )

    np.testing.assert_allclose(mel_filters(config), reference, rtol=0, atol=1e-7)


@pytest.mark.parametrize("n_samples", [1, 511, 512, 2_047, 2_048, 2_049, 80_000])
def test_any_length_has_librosas_number_of_frames(n_samples: int) -> None:
    """Also audio shorter than one window gives frames; the count is known beforehand."""
    ours = wav_to_mel(noise(5.0)[:n_samples], MelConfig())

    assert len(ours) == 1 + n_samples // 512
    assert MelConfig().n_frames(n_samples) == len(ours)


def test_a_short_song_equals_librosa() -> None:
    """A tenth of a second, shorter than the window, has librosa's values too."""
    y = noise(0.1)

    with pytest.warns(UserWarning, match="n_fft=2048 is too large"):
        reference = _librosa_mel(y, MelConfig())
    np.testing.assert_allclose(wav_to_mel(y, MelConfig()), reference, atol=1e-3)


def test_silence_is_the_floor() -> None:
    """Digital silence is -100 dB in every band."""
    mel = wav_to_mel(np.zeros(16_000, np.float32), MelConfig())

    np.testing.assert_allclose(mel, FLOOR_DB, atol=1e-4)


def test_a_tone_rises_in_its_own_band() -> None:
    """The loudest band of a 1 kHz tone is the one whose filter peaks nearest 1 kHz."""
    config = MelConfig()
    centres_hz = np.argmax(mel_filters(config), axis=1) * config.sr / config.n_fft

    mel = wav_to_mel(pure_tone(1_000, 1.0), config)

    assert abs(centres_hz[np.argmax(mel[10])] - 1_000) < 15


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_non_finite_audio_is_refused(bad: float) -> None:
    """A single NaN or infinity would spread over its frames; it is named instead."""
    y = noise(0.5)
    y[1_000] = bad

    with pytest.raises(MediaError, match="finite samples, found NaN or infinity"):
        wav_to_mel(y, MelConfig())


def test_empty_audio_is_refused() -> None:
    """No samples give no spectrogram."""
    with pytest.raises(MediaError, match="Expected audio, found no samples"):
        wav_to_mel(np.zeros(0, np.float32), MelConfig())


@pytest.mark.parametrize("y", [np.zeros((2, 100), np.float32), np.zeros(100)])
def test_other_arrays_are_a_mistake_of_the_caller(y: NDArray[np.float32]) -> None:
    """Two channels or float64 are refused rather than misread."""
    with pytest.raises(ValueError, match="one channel of float32"):
        wav_to_mel(y, MelConfig())


def test_bands_without_a_bin_are_refused() -> None:
    """Where librosa warns of empty filters, the setting is refused with the way out."""
    with pytest.raises(UsageError, match=r"found 13 of 128 bands without.*--n-fft"):
        mel_filters(MelConfig(n_fft=256, hop_length=128))


def test_every_setting_is_in_the_key() -> None:
    """Each setting that changes a stored value names another store."""
    changes = [
        {"n_fft": 4096},
        {"hop_length": 256},
        {"n_mels": 64},
        {"store_dtype": "uint8"},
    ]
    keys = {
        MelConfig.from_settings(Settings(**change)).key  # type: ignore[arg-type]
        for change in ({}, *changes)
    }

    assert MelConfig().key == "mel1-16000-2048-512-128-float16"
    assert len(keys) == 5


def test_neither_librosa_nor_torch_is_loaded() -> None:
    """``genre features`` starts quickly: the mel path needs numpy and scipy only."""
    code = (
        "import sys, genre.features.mel, genre.features.segments;"
        "print(sorted({'librosa', 'torch', 'numba', 'sqlalchemy'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True
    )

    assert found.stdout.strip() == b"[]"
