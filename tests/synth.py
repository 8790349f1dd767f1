"""Synthesised sound for tests: tones, noise and media files of every container."""

import subprocess
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from genre.audio import find_ffmpeg

# What each file name ending is written with: container, then codec.
_WRITERS = {
    ".wav": ("wav", "pcm_s16le"),
    ".mp3": ("mp3", "libmp3lame"),
    ".flac": ("flac", "flac"),
    ".ogg": ("ogg", "libvorbis"),
    ".opus": ("opus", "libopus"),
    ".m4a": ("ipod", "aac"),
    ".mp4": ("mp4", "aac"),
    ".webm": ("webm", "libopus"),
    ".mka": ("matroska", "flac"),
    ".aac": ("adts", "aac"),
    ".aiff": ("aiff", "pcm_s16be"),
    ".wma": ("asf", "wmav2"),
    ".ts": ("mpegts", "mp2"),
}


def pure_tone(
    freq: float, duration_s: float, *, sr: int = 16_000, amplitude: float = 0.5
) -> NDArray[np.float32]:
    """Return a sine of ``freq`` Hz, float32 [n_samples]."""
    t = np.arange(round(duration_s * sr)) / sr
    return (amplitude * np.sin(2 * np.pi * freq * t)).astype(np.float32)


def noise(
    duration_s: float, *, sr: int = 16_000, amplitude: float = 0.3, seed: int = 0
) -> NDArray[np.float32]:
    """Return white noise, uniform within +-``amplitude``, float32 [n_samples]."""
    rng = np.random.default_rng(seed)
    y = rng.uniform(-amplitude, amplitude, round(duration_s * sr))
    return y.astype(np.float32)


def write_wave(path: Path, y: NDArray[np.floating], *, sr: int = 16_000) -> Path:
    """Write [n_samples] or [n_samples, n_channels] as s16 WAV with the standard library."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.clip(np.rint(y * 32768), -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as stream:
        stream.setnchannels(1 if y.ndim == 1 else y.shape[1])
        stream.setsampwidth(2)
        stream.setframerate(sr)
        stream.writeframes(samples.tobytes())
    return path


def write_media(
    path: Path,
    y: NDArray[np.floating],
    *,
    sr: int = 16_000,
    options: tuple[str, ...] = (),
) -> Path:
    """Encode ``y`` in the container that the ending of ``path`` names; return the path.

    ``options`` are further ffmpeg output options, e.g. ``("-write_xing", "0")``.
    """
    container, codec = _WRITERS[path.suffix]
    source = write_wave(path.with_name(path.name + ".source.wav"), y, sr=sr)
    arguments = ["-i", str(source), "-c:a", codec, *options, "-f", container]
    run_ffmpeg(*arguments, f"file:{path}")
    source.unlink()
    return path


def run_ffmpeg(*arguments: str) -> None:
    """Run ffmpeg the plain way, as a test's reference or to build its input."""
    command = [find_ffmpeg(), "-nostdin", "-loglevel", "error", "-y", *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
