"""Tonal instruments: a wavetable voice and chord beds, both vectorised.

The voice reads a table with two axes, phase and filter cut-off, so that a moving
low-pass costs two look-ups per sample instead of a filter that runs sample by
sample. Envelopes live at one value per millisecond. Chords are made in the
frequency domain: every partial is a narrow band with random phase.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SR = 32_000  # Hz; above the 16 kHz that the chain works at, so that decoding resamples
BLOCK = 32  # samples per control value: 1 ms
TABLE = 4096  # samples of one cycle
N_CUTOFFS = 16  # tables per wave, half an octave of cut-off apart
BED = 1 << 17  # samples of a chord bed: 4.1 s, periodic

Wave = NDArray[np.float32]
Array = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Notes:
    """A monophonic line, float64 arrays of equal length sorted by onset."""

    onset: Array  # seconds
    length: Array  # seconds
    midi: Array
    velocity: Array  # 0..1


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """How a line sounds; times in seconds, cut-offs in octaves above the note."""

    wave: str = "saw"
    cutoff: float = 3.0
    cutoff_env: float = 0.0
    cutoff_decay: float = 0.2
    resonance: float = 1.0
    lfo_hz: float = 0.0
    lfo_depth: float = 0.0  # octaves
    attack: float = 0.003
    decay: float = 0.3
    sustain: float = 0.7
    release: float = 0.03
    glide: float = 0.0
    detune: float = 0.0  # cents between the outer of three voices; 0 plays one
    sub: float = 0.0  # a sine added, at this amplitude


def to_hz(midi: Array) -> Array:
    """Convert MIDI note numbers to Hz (A4 = 69 = 440 Hz)."""
    return np.asarray(440.0 * 2.0 ** ((midi - 69.0) / 12.0), dtype=np.float64)


def play(notes: Notes, patch: Patch, n_samples: int) -> Wave:
    """Play a line: float32 [n_samples], peaks near 1.

    Only the milliseconds in which something sounds are computed.
    """
    out = np.zeros((-(-n_samples // BLOCK), BLOCK), dtype=np.float32)
    if not len(notes.onset):
        return out.ravel()[:n_samples]
    times = np.arange(len(out) + 1, dtype=np.float64) * (BLOCK / SR)
    amp, cutoff, hz = _controls(notes, patch, times)
    live = np.flatnonzero(np.maximum(amp[:-1], amp[1:]) > 1e-4)
    phase = np.concatenate([[0.0], np.cumsum(hz[:-1] * (BLOCK / SR))])
    top = float(to_hz(notes.midi).max())
    table = wavetable(patch.wave, min(1024, int(0.45 * SR / top)), patch.resonance)
    y = _read(table, phase[live], hz[live], _ramp(cutoff, live), patch)
    out[live] = y * _ramp(amp, live)
    return out.ravel()[:n_samples]


def envelope(notes: Notes, patch: Patch, times: Array) -> tuple[Array, Array, Places]:
    """Return (amplitude, age of the sounding note in s, its index) at ``times``.

    The tail of a note is faded out within 4 ms before the next one begins.
    """
    index = np.searchsorted(notes.onset, times, side="right") - 1
    started, index = index >= 0, np.maximum(index, 0)
    age = times - notes.onset[index]
    following = np.append(notes.onset[1:], np.inf)[index]
    body = patch.sustain + (1 - patch.sustain) * np.exp(-age / patch.decay)
    over = np.maximum(age - notes.length[index], 0.0)
    amp = np.minimum(age / patch.attack, 1.0) * body * np.exp(-over / patch.release)
    amp *= np.clip((following - times) / 0.004, 0.0, 1.0) * notes.velocity[index]
    return np.where(started, amp, 0.0), np.where(started, age, 0.0), index


def wavetable(wave: str, n_harmonics: int, resonance: float) -> Wave:
    """Return one cycle of a wave behind a low-pass at rising cut-offs.

    Row k is cut off at harmonic ``2 ** (k / 2)`` (a resonant two-pole response);
    float32 [16, 4096], every row of equal energy.
    """
    h = np.arange(1, n_harmonics + 1, dtype=np.float64)
    ratio = h[None, :] / 2.0 ** (np.arange(N_CUTOFFS)[:, None] / 2)
    response = 1 / np.sqrt((1 - ratio**2) ** 2 + (ratio / resonance) ** 2)
    spectrum = np.zeros((N_CUTOFFS, TABLE // 2 + 1), dtype=np.complex128)
    spectrum[:, 1 : n_harmonics + 1] = -1j * partials(wave, h) * response
    table = np.fft.irfft(spectrum, n=TABLE, axis=1)
    rms = np.sqrt((table**2).mean(axis=1, keepdims=True))
    return np.asarray(0.35 * table / rms, dtype=np.float32)


def partials(wave: str, h: Array) -> Array:
    """Return the amplitudes of a wave's harmonics ``h`` (1 is the fundamental)."""
    odd = h % 2
    shapes = {
        "saw": 1 / h,
        "square": odd / h + 1e-3 / h,
        "pulse": np.abs(np.sin(0.22 * np.pi * h)) / h,
        "triangle": odd / h**2 + 1e-3 / h**2,
        "organ": np.isin(h, (1, 2, 3, 4, 6, 8)) / np.sqrt(h),
        "bell": np.exp(-((h - 1) % 3.5)) / h,
        "voice": (np.exp(-(((h - 3) / 1.5) ** 2)) + np.exp(-(((h - 9) / 2) ** 2)))
        + 0.2 / h,
        "growl": (1.2 + np.cos(1.9 * h)) / h**0.8,
    }
    return np.asarray(shapes[wave], dtype=np.float64)


def chord_bed(
    midi: tuple[int, ...], *, wave: str, width: float, rng: np.random.Generator
) -> tuple[Wave, Wave]:
    """Make a chord that sounds for ever: (dark, bright), float32 [131072] each.

    ``width`` is the bandwidth of a partial in cents: 4 is an organ, 25 an
    ensemble. Periodic, RMS 0.25. After P. Nasca's PADsynth.
    """
    magnitude = np.zeros(BED // 2 + 1)
    step = SR / BED
    for hz in to_hz(np.asarray(midi, dtype=np.float64)):
        h = np.arange(1, int(9_000 / hz) + 1, dtype=np.float64)
        for centre, level in zip(h * hz, partials(wave, h), strict=True):
            sigma = max(centre * (2 ** (width / 1200) - 1), step)
            lo, hi = (
                int((centre - 3 * sigma) / step),
                int((centre + 3 * sigma) / step) + 2,
            )
            f = np.arange(lo, hi) * step
            magnitude[lo:hi] += (
                level / np.sqrt(sigma) * np.exp(-0.5 * ((f - centre) / sigma) ** 2)
            )
    phases = np.exp(2j * np.pi * rng.random(len(magnitude)))
    f = np.arange(len(magnitude)) * step
    return _bed(magnitude * phases / (1 + (f / 500) ** 2)), _bed(magnitude * phases)


def _bed(spectrum: NDArray[np.complex128]) -> Wave:
    y = np.fft.irfft(spectrum)
    return np.asarray(0.25 * y / np.sqrt((y**2).mean()), dtype=np.float32)


def _controls(notes: Notes, patch: Patch, times: Array) -> tuple[Array, Array, Array]:
    """Return amplitude, filter row and frequency, one value per millisecond."""
    amp, age, index = envelope(notes, patch, times)
    octaves = patch.cutoff + patch.cutoff_env * np.exp(-age / patch.cutoff_decay)
    octaves += 0.8 * (notes.velocity[index] - 0.7)
    octaves += patch.lfo_depth * np.sin(2 * np.pi * patch.lfo_hz * times)
    pitch = notes.midi[index]
    if patch.glide:
        before = np.append(notes.midi[:1], notes.midi[:-1])[index]
        pitch = pitch + (before - pitch) * np.exp(-age / patch.glide)
    return amp, np.clip(2 * octaves, 0, N_CUTOFFS - 1.001), to_hz(pitch)


def _ramp(control: Array, live: NDArray[np.intp]) -> Wave:
    """Interpolate control values over the samples of the live blocks."""
    left, right = control[live, None], control[live + 1, None]
    return np.asarray(left + (right - left) * _SLOPE, dtype=np.float32)


_SLOPE = np.arange(BLOCK)[None, :] / BLOCK


def _read(table: Wave, phase: Array, hz: Array, row: Wave, patch: Patch) -> Wave:
    """Look the voices up in the table; all arguments cover the live blocks."""
    low = row.astype(np.int32)
    share = row - low
    turns = phase[:, None] + hz[:, None] * (np.arange(BLOCK) / SR)[None, :]
    spread = patch.detune / 2 / 1200 * np.log(2)
    y = np.zeros_like(row)
    ratios = (1 - spread, 1.0, 1 + spread) if patch.detune else (1.0,)
    for voice, ratio in enumerate(ratios):
        place = ((turns * ratio + 0.31 * voice) * TABLE).astype(np.int32) % TABLE
        place += low * TABLE
        flat = table.ravel()
        y += (1 - share) * flat[place] + share * flat[place + TABLE]
    y /= np.sqrt(len(ratios))
    if patch.sub:
        y += patch.sub * np.sin(2 * np.pi * turns).astype(np.float32)
    return y
