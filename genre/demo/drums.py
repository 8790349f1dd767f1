"""Percussion: every drum is synthesised once per track and placed where it is hit.

All families are shared by all genres; a track's parameters only move them inside
overlapping ranges. Shots are float32 with a peak of 1.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from genre.demo.sound import SR, Wave

Array = NDArray[np.float64]
Params = Mapping[str, float]


def kick(p: Params, rng: np.random.Generator) -> Wave:
    """Make a sine that falls in pitch, with a click and some saturation."""
    t = _time(min(0.6, 5 * p["kick_decay"]))
    hz = p["kick_pitch"] * (1 + p["kick_sweep"] * np.exp(-t / 0.022))
    body = np.sin(2 * np.pi * np.cumsum(hz) / SR) * np.exp(-t / p["kick_decay"])
    click = _noise(len(t), 1500, 7000, rng) * np.exp(-t / 0.003) * p["kick_click"]
    return _shot(np.tanh(p["kick_drive"] * (body + click)), t)


def backbeat(p: Params, rng: np.random.Generator) -> Wave:
    """Make anything between a snare (tone, noise) and a clap (several bursts)."""
    t = _time(0.35)
    tone = np.sin(2 * np.pi * p["snare_tone"] * t * (1 + 0.3 * np.exp(-t / 0.01)))
    snare = tone * np.exp(-t / 0.06)
    snare += (
        p["snare_noise"]
        * _noise(len(t), 900, 9000, rng)
        * np.exp(-t / p["snare_decay"])
    )
    bursts = sum(
        np.exp(-np.maximum(t - d, 0) / 0.006) * (t >= d) for d in (0, 0.011, 0.021)
    )
    tail = np.exp(-t / p["snare_decay"])
    clap = _noise(len(t), 800, 4500, rng) * (0.6 * bursts + 0.6 * tail)
    mix = p["clap"]
    return _shot((1 - mix) * snare + mix * clap, t)


def hat(p: Params, rng: np.random.Generator, *, is_open: bool) -> Wave:
    """Make high noise with a metallic cluster; the open one rings longer."""
    decay = p["open_decay"] if is_open else p["hat_decay"]
    t = _time(min(0.6, 5 * decay))
    ring = sum(np.sign(np.sin(2 * np.pi * f * p["hat_pitch"] * t)) for f in _METAL)
    metal = _band(np.asarray(ring) / 4, p["hat_low"], 14_000)
    noise = _noise(len(t), p["hat_low"], 14_000, rng)
    return _shot((noise + p["hat_metal"] * metal) * np.exp(-t / decay), t)


def percussion(p: Params, rng: np.random.Generator) -> Wave:
    """Make a short tuned hit between a rim shot and a conga."""
    t = _time(0.25)
    tone = np.sin(2 * np.pi * p["perc_pitch"] * t * (1 + 0.15 * np.exp(-t / 0.02)))
    rim = _noise(len(t), 1500, 6000, rng) * np.exp(-t / 0.008)
    return _shot(tone * np.exp(-t / p["perc_decay"]) + 0.5 * rim, t)


def shaker(p: Params, rng: np.random.Generator) -> Wave:
    """Make soft noise that swells before it stops."""
    t = _time(0.09)
    swell = np.minimum(t / 0.025, 1) * np.exp(-np.maximum(t - 0.025, 0) / 0.02)
    return _shot(_noise(len(t), p["hat_low"] * 0.7, 12_000, rng) * swell, t)


def crash(rng: np.random.Generator) -> Wave:
    """Make the cymbal that opens a section."""
    t = _time(1.6)
    return _shot(_noise(len(t), 2500, 14_000, rng) * np.exp(-t / 0.45), t)


def place(shot: Wave, onsets: Array, velocities: Array, n_samples: int) -> Wave:
    """Add a shot at every onset (s) at its velocity: float32 [n_samples]."""
    out = np.zeros(n_samples + len(shot), dtype=np.float32)
    starts = np.rint(onsets * SR).astype(np.int64)
    for start, velocity in zip(starts, velocities.astype(np.float32), strict=True):
        if start < n_samples:
            out[start : start + len(shot)] += velocity * shot
    return out[:n_samples]


_METAL = (2.0, 3.1, 4.2, 5.4)  # inharmonic ratios, in kHz at hat_pitch 1000


def _time(duration_s: float) -> Array:
    return np.arange(int(duration_s * SR)) / SR


def _noise(n: int, low: float, high: float, rng: np.random.Generator) -> Array:
    return _band(rng.normal(size=n), low, high)


def _band(y: Array, low: float, high: float) -> Array:
    """Keep ``low`` to ``high`` Hz with gentle slopes, then set the RMS to 0.3."""
    f = np.fft.rfftfreq(len(y), 1 / SR)
    gain = (f / low) ** 2 / (1 + (f / low) ** 2) / (1 + (f / high) ** 4)
    out = np.fft.irfft(np.fft.rfft(y) * gain, n=len(y))
    return np.asarray(0.3 * out / max(float(np.sqrt((out**2).mean())), 1e-9))


def _shot(y: Array, t: Array) -> Wave:
    """Fade the last 5 ms out and set the peak to 1."""
    y = y * np.clip((t[-1] - t) / 0.005, 0, 1)
    return np.asarray(y / np.abs(y).max(), dtype=np.float32)
