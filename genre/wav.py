"""The corpus's own sound file: a WAV of s16 samples behind a plain 44-byte header.

One exact form, so that equal samples give equal bytes and a damaged file shows.
``audio`` writes what it decoded this way, the features stage reads it.
"""

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from genre.config import SAMPLE_RATE
from genre.errors import MediaError
from genre.files import atomic_write
from genre.text import display

HEADER_BYTES = 44


def wav_header(n_bytes: int, sr: int = SAMPLE_RATE, n_channels: int = 1) -> bytes:
    """Return the 44 bytes that go before ``n_bytes`` of s16 samples."""
    frame = 2 * n_channels
    riff = struct.pack("<4sI4s", b"RIFF", 36 + n_bytes, b"WAVE")
    form = struct.pack(
        "<4sIHHIIHH", b"fmt ", 16, 1, n_channels, sr, frame * sr, frame, 16
    )
    return riff + form + struct.pack("<4sI", b"data", n_bytes)


def read_wav(path: Path) -> NDArray[np.float32]:
    """Return the samples of a WAV that ``audio.convert_to_wav`` wrote, in [-1, 1).

    Parameters
    ----------
    path : Path
        A 16 kHz mono s16 WAV.

    Returns
    -------
    NDArray[np.float32] [n_samples]

    Raises
    ------
    MediaError
        As ``read_pcm``.
    """
    return to_float(read_pcm(path))


def read_pcm(path: Path) -> NDArray[np.int16]:
    """Return the samples of a WAV that ``audio.convert_to_wav`` wrote, as they lie there.

    Parameters
    ----------
    path : Path
        A 16 kHz mono s16 WAV.

    Returns
    -------
    NDArray[np.int16] [n_samples]
        Little-endian; their bytes are what ``pcm_sha256`` is over.

    Raises
    ------
    MediaError
        The file is missing, or not byte for byte in the form we write.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise MediaError(
            f"Expected the WAV {display(path)}, found nothing; run `genre crawl` again."
        ) from error
    n_bytes = len(data) - HEADER_BYTES
    if n_bytes < 0 or n_bytes % 2 or data[:HEADER_BYTES] != wav_header(n_bytes):
        raise MediaError(
            f"Expected a whole 16 kHz mono s16 WAV in {display(path)}, found another or"
            " damaged file; delete it and run `genre crawl` again."
        )
    return np.frombuffer(data, "<i2", offset=HEADER_BYTES)


def write_wav(path: Path, y: NDArray[np.floating], sr: int) -> None:
    """Write samples as s16 WAV, atomically; what is outside [-1, 1) is clipped.

    Parameters
    ----------
    path : Path
        Where the WAV goes; folders are made.
    y : NDArray[np.floating] [n_samples] or [n_samples, n_channels]
        The sound in [-1, 1].
    sr : int
        Samples per second, Hz.

    Raises
    ------
    ValueError
        A sample is not a finite number.
    DiskFullError
        No room for the file.
    """
    if not np.isfinite(y).all():
        raise ValueError("Samples are expected to be finite, found NaN or infinity.")
    samples = np.clip(np.rint(y * 32768.0), -32768, 32767).astype("<i2")
    n_channels = 1 if samples.ndim == 1 else samples.shape[1]
    with atomic_write(path) as stream:
        stream.write(wav_header(samples.nbytes, sr, n_channels))
        stream.write(samples.tobytes())


def to_float(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """Return s16 samples as float32 in [-1, 1); exact."""
    return samples.astype(np.float32) / np.float32(32768)


def peak(samples: NDArray[np.int16]) -> float:
    """Return the largest absolute sample in 0..1; 0 when there is none."""
    return max(-int(samples.min(initial=0)), int(samples.max(initial=0))) / 32768
