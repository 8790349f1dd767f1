"""Decode, convert and encode audio; the only place that runs ffmpeg."""

import shutil
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from genre.config import Settings
from genre.records import AudioInfo


def find_ffmpeg() -> str:
    """Return the path of ``ffmpeg`` on PATH, else of the one in imageio-ffmpeg."""
    return shutil.which("ffmpeg") or str(imageio_ffmpeg.get_ffmpeg_exe())


def convert_to_wav(source: Path, target: Path, *, settings: Settings) -> AudioInfo:
    """Convert any audio file to the corpus's 16 kHz mono s16 WAV."""
    raise NotImplementedError


def decode(path: Path, *, settings: Settings) -> NDArray[np.float32]:
    """Return any audio file as 16 kHz mono samples in [-1, 1)."""
    raise NotImplementedError


def read_wav(path: Path) -> NDArray[np.float32]:
    """Return the samples of one of the corpus's WAVs, float32 [n_samples] in [-1, 1)."""
    raise NotImplementedError


def write_wav(path: Path, y: NDArray[np.floating], sr: int) -> None:
    """Write [n_samples] or [n_samples, n_channels] in [-1, 1] as s16 WAV, atomically."""
    raise NotImplementedError


def encode(source: Path, target: Path, *, codec: str) -> None:
    """Encode ``source`` with codec mp3, aac (m4a), opus (ogg) or flac, atomically."""
    raise NotImplementedError


def terminate_children() -> None:
    """Kill every ffmpeg that this process runs now."""
    raise NotImplementedError
