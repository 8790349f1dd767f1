"""The log-mel spectrogram: ours beside librosa's, on one core, with the difference."""

import time
from collections.abc import Callable, Mapping

import librosa
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks import Table
from genre.features.mel import MelConfig, wav_to_mel

SECONDS = 90
_ROUNDS = 9  # the fastest of each counts: the others met the machine's other work
_NOTE = f"""\
`wav_to_mel` against `librosa.feature.melspectrogram` + `librosa.power_to_db` on
{SECONDS} s of synthesised sound as s16 samples, one thread each, taking turns, the
least processor time of {_ROUNDS} rounds. Errors are the largest difference in dB: "where it counts"
is above -80 dB and within 70 dB of the frame's peak (bound: 0.001), "elsewhere" is the
rest (bound: 0.2; librosa transforms in float64, we in float32). The lone tone is the
worst case: nearly all its frames are transformed a second time, in float64."""


def run() -> Table:
    """Measure every sound with every hop."""
    with threadpool_limits(1):
        rows = [
            _row(name, y, MelConfig(hop_length=hop))
            for name, y in (("music", _music()), ("lone tone", _tone()))
            for hop in (512, 256)
        ]
    return Table("Log-mel spectrogram", tuple(rows), _NOTE)


def _row(name: str, y: NDArray[np.float32], config: MelConfig) -> Mapping[str, str]:
    ours, reference = wav_to_mel(y, config), _librosa_mel(y, config)
    peak = reference.max(axis=1, keepdims=True)
    counts = (reference > -80) & (reference > peak - 70)
    error = np.abs(ours - reference)
    ours_s, librosa_s = _race(
        lambda: wav_to_mel(y, config), lambda: _librosa_mel(y, config)
    )
    return {
        "sound": name,
        "hop": str(config.hop_length),
        "librosa, frames/s": f"{len(ours) / librosa_s:,.0f}",
        "ours, frames/s": f"{len(ours) / ours_s:,.0f}",
        "ratio": f"{librosa_s / ours_s:.2f}",
        "ours, times real time": f"{SECONDS / ours_s:,.0f}",
        "error where it counts, dB": f"{error[counts].max():.1e}",
        "error elsewhere, dB": f"{error[~counts].max(initial=0.0):.1e}",
    }


def _librosa_mel(y: NDArray[np.float32], c: MelConfig) -> NDArray[np.float32]:
    power = librosa.feature.melspectrogram(
        y=y, sr=c.sr, n_fft=c.n_fft, hop_length=c.hop_length, n_mels=c.n_mels
    )
    mel: NDArray[np.float32] = librosa.power_to_db(power, amin=1e-10, top_db=None)
    return mel.T


def _race(first: Callable[[], object], second: Callable[[], object]) -> list[float]:
    """Return the shortest processor time of each, in seconds, taking turns."""
    best = [np.inf, np.inf]
    for _ in range(_ROUNDS):
        for k, work in enumerate((first, second)):
            start = time.process_time()
            work()
            best[k] = min(best[k], time.process_time() - start)
    return best


def _music() -> NDArray[np.float32]:
    """Return a bass line, chords of decaying saws, a kick and hats, 128 beats a minute."""
    sr, beat = MelConfig().sr, 60 / 128
    rng = np.random.default_rng(0)
    t = np.arange(SECONDS * sr) / sr
    in_beat, n_beat = t % beat, (t // beat).astype(int)
    kick = np.sin(2 * np.pi * 50 * in_beat + 8 * np.exp(-30 * in_beat))
    y = kick * np.exp(-9 * in_beat)
    y += 0.3 * rng.standard_normal(len(t)) * np.exp(-40 * ((t + beat / 2) % beat))
    roots = np.array([55.0, 65.4, 49.0, 73.4])[n_beat // 8 % 4]
    for ratio in (1, 2, 4, 4 * 6 / 5, 6):
        saw = 2 * (roots * ratio * t % 1) - 1
        y += 0.2 * saw * np.exp(-2 * in_beat)
    return _as_s16(y)


def _tone() -> NDArray[np.float32]:
    """Return one loud tone with nothing beside it."""
    sr = MelConfig().sr
    return _as_s16(np.sin(2 * np.pi * 440 * np.arange(SECONDS * sr) / sr))


def _as_s16(y: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return what reading the sound from the corpus's WAV would give."""
    samples = np.rint(y * (32_767 / float(np.abs(y).max())))
    return (samples / 32_768).astype(np.float32)
