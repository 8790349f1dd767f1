"""What happens after the instruments: ducking, echo, room, equaliser, loudness."""

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from genre.demo.sound import BLOCK, SR, Wave

Array = NDArray[np.float64]

CEILING = 0.95  # no sample is louder


def duck(kicks: Array, n_samples: int, *, depth: float, release: float) -> Wave:
    """Return the gain that a kick's side chain pulls down, float32 [n_samples]."""
    if not len(kicks):
        return np.ones(n_samples, dtype=np.float32)
    times = np.arange(-(-n_samples // BLOCK) + 1) * (BLOCK / SR)
    index = np.searchsorted(kicks, times, side="right") - 1
    age = np.where(index >= 0, times - kicks[np.maximum(index, 0)], 10.0)
    gain = 1 - depth * np.exp(-((age / release) ** 2))
    at = np.arange(n_samples) / BLOCK
    return np.interp(at, np.arange(len(gain)), gain).astype(np.float32)


def echo(y: Wave, *, delay_s: float, feedback: float, n_taps: int = 4) -> Wave:
    """Return the echoes of ``y`` alone, each quieter by ``feedback``."""
    out = np.zeros_like(y)
    for tap in range(1, n_taps + 1):
        shift = int(tap * delay_s * SR)
        if shift < len(y):
            out[shift:] += np.float32(feedback**tap) * y[:-shift]
    return out


def room(y: Wave, *, decay_s: float, rng: np.random.Generator) -> tuple[Wave, Wave]:
    """Return two independent reverberations of ``y`` (for mid and side).

    The room is noise that dies away by 60 dB in ``decay_s``, duller with time.
    """
    n_ir = int(min(decay_s, 2.5) * SR)
    t = np.arange(n_ir) / SR
    size = fft.next_fast_len(len(y) + n_ir, real=True)
    spectrum = fft.rfft(y, size)
    wet = []
    for _ in range(2):
        ir = rng.normal(size=n_ir) * np.exp(-6.9 * t / decay_s)
        tone = fft.rfft(ir.astype(np.float32), size)
        tone /= np.sqrt((ir**2).sum()) * (1 + np.arange(len(tone)) * (SR / size / 4500))
        wet.append(np.asarray(fft.irfft(spectrum * tone, size)[: len(y)], np.float32))
    return wet[0], wet[1]


def tilt(y: Wave, *, db: float, low_cut: float, high_cut: float) -> Wave:
    """Turn the spectrum around 800 Hz by ``db`` per three octaves and trim its ends."""
    size = fft.next_fast_len(len(y), real=True)
    f = np.maximum(np.arange(size // 2 + 1) * (SR / size), 10.0)
    octaves = np.clip(np.log2(f / 800.0), -5, 4)
    gain = 10 ** (db / 20 * octaves / 3)
    gain *= (f / low_cut) ** 2 / (1 + (f / low_cut) ** 2) / (1 + (f / high_cut) ** 4)
    out = fft.irfft(fft.rfft(y, size) * gain.astype(np.float32), size)
    return np.asarray(out[: len(y)], dtype=np.float32)


def master(mid: Wave, side: Wave, *, loudness_db: float) -> Wave:
    """Set the loudness (dB RMS of the mid), limit softly: float32 [n_samples, 2].

    The limiter is a tangent that cannot pass ``CEILING``; one more step of gain
    makes up for what it took away.
    """
    target = 10 ** (loudness_db / 20)
    for _ in range(2):
        gain = target / max(float(np.sqrt((mid**2).mean())), 1e-6)
        mid, side = mid * np.float32(gain), side * np.float32(gain)
        left, right = _limit(mid + side), _limit(mid - side)
        mid = np.asarray((left + right) / 2, np.float32)
        side = np.asarray((left - right) / 2, np.float32)
    return np.stack([_limit(mid + side), _limit(mid - side)], axis=1)


def _limit(y: Wave) -> Wave:
    return np.asarray(CEILING * np.tanh(y / CEILING), dtype=np.float32)
