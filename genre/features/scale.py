"""How the store keeps a dB value: as float16, or as uint8 in steps of half a dB.

The file header and the memory reader carry the scale, so a kept value ``v``
means ``v * step_db + zero_db`` wherever it is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genre.features.mel import FLOOR_DB


@dataclass(frozen=True, slots=True)
class Scale:
    """What a kept number means: ``value * step_db + zero_db`` decibels."""

    dtype: np.dtype[Any]  # little-endian, whatever the machine
    step_db: float
    zero_db: float
    floor: float  # the kept number that stands for silence

    def to_store(self, mel: NDArray[np.float32]) -> NDArray[Any]:
        """Return dB values as kept numbers of the same shape.

        float16 rounds by at most 0.032 dB below 128 dB; uint8 by at most 0.25 dB
        within -80 to +47.5 dB, and clips what lies beyond.
        """
        values = (mel - np.float32(self.zero_db)) / np.float32(self.step_db)
        if self.dtype.kind == "u":
            values = np.clip(np.rint(values), 0, np.iinfo(self.dtype).max)
        kept: NDArray[Any] = values.astype(self.dtype)
        return kept

    def to_db(self, frames: NDArray[Any]) -> NDArray[np.float32]:
        """Return kept numbers as float32 dB of the same shape."""
        values: NDArray[np.float32] = frames.astype(np.float32)
        values *= np.float32(self.step_db)
        values += np.float32(self.zero_db)
        return values


SCALES: Mapping[str, Scale] = {
    "float16": Scale(np.dtype("<f2"), step_db=1.0, zero_db=0.0, floor=FLOOR_DB),
    "uint8": Scale(np.dtype("u1"), step_db=0.5, zero_db=-80.0, floor=0.0),
}
