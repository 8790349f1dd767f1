"""How much room and sound a song takes; what ``doctor`` and ``plan`` reckon with."""

import shutil
from pathlib import Path

from genre.config import SAMPLE_RATE, Settings
from genre.features.config import MelConfig

WAV_BYTES_PER_S = 2 * SAMPLE_RATE  # 16 bit, mono
DOWNLOAD_BYTES_PER_S = 20_000  # about 160 kbit/s
LINE_BYTES_PER_S = 2_500_000  # what a line of 20 Mbit/s brings
TYPICAL_S = 240.0  # a song whose length nobody states
VALUE_BYTES = {"float16": 2, "uint8": 1}  # of the segment store


def store_bytes_per_s(settings: Settings, dtype: str) -> float:
    """Return the bytes that a second of sound takes in the segment store."""
    config = MelConfig.from_settings(settings)
    return config.sr / config.hop_length * config.n_mels * VALUE_BYTES[dtype]


def free_bytes(folder: Path) -> int:
    """Return the room on the disk of a folder, which need not exist yet."""
    folder = folder.absolute()
    return shutil.disk_usage(
        next(p for p in (folder, *folder.parents) if p.exists())
    ).free
