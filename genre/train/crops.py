"""The corpus resident on the device: crops are gathered there by index arithmetic.

All frames of all songs lie in one flat tensor in the store's own type. A crop is
``first + arange(n_frames)`` rows of it, so a batch is one gather: no loader, no
worker processes, no per-item Python; the fastest trainers of small networks
(airbench, hlb-CIFAR10) hold their data the same way.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genre.features.scale import Scale
from genre.features.segments import Resident

FLOOR_DB = -80.0  # silence; the uint8 store keeps nothing quieter, so float16's is cut


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Songs as log-mel frames on one device.

    Attributes
    ----------
    frames : float16 or uint8 [n_frames, n_mels]
        Every song's frames, as the store keeps them.
    starts, lengths : int64 [n_songs]
        Where each song's frames are; every length is at least 1.
    scale : Scale
        What a kept number means in dB.
    """

    frames: Tensor
    starts: Tensor
    lengths: Tensor
    scale: Scale

    @classmethod
    def from_resident(cls, resident: Resident, device: torch.device) -> "Corpus":
        """Return the store's songs on a device (the host's memory is shared)."""
        return cls(
            frames=torch.from_numpy(resident.frames).to(device),
            starts=torch.from_numpy(resident.start).to(device),
            lengths=torch.from_numpy(resident.n_frames).to(device),
            scale=resident.scale,
        )

    @classmethod
    def from_mel(
        cls, mel: NDArray[np.float32], scale: Scale, device: torch.device
    ) -> "Corpus":
        """Return one song, float32 dB ``[n_frames, n_mels]``, as the store keeps it."""
        return cls(
            frames=torch.from_numpy(scale.to_store(mel)).to(device),
            starts=torch.zeros(1, dtype=torch.int64, device=device),
            lengths=torch.full((1,), len(mel), dtype=torch.int64, device=device),
            scale=scale,
        )

    @property
    def n_mels(self) -> int:
        """Mel bands."""
        return int(self.frames.shape[1])

    def select(self, rows: NDArray[np.int64]) -> "Corpus":
        """Return the corpus of some songs; the frames are shared, not copied."""
        index = torch.from_numpy(rows).to(self.starts.device)
        return Corpus(self.frames, self.starts[index], self.lengths[index], self.scale)

    def to_db(self, frames: Tensor) -> Tensor:
        """Return kept numbers as float32 dB of at least the floor."""
        db = frames.float().mul_(self.scale.step_db).add_(self.scale.zero_db)
        return db.clamp_min_(FLOOR_DB)

    def gather(self, songs: Tensor, first: Tensor, n_frames: int) -> Tensor:
        """Return crops in dB.

        Parameters
        ----------
        songs : int64 [B]
            Row of each crop's song.
        first : int64 [B]
            First frame of each crop, counted from its song's start.
        n_frames : int
            Frames per crop; what lies beyond a song's end is the floor.

        Returns
        -------
        float32 [B, n_mels, n_frames], dB, at least -80
        """
        lengths = self.lengths[songs, None]  # [B, 1]
        offsets = first[:, None] + torch.arange(n_frames, device=first.device)
        rows = self.starts[songs, None] + offsets.clamp_max(lengths - 1)
        crops = self.to_db(self.frames[rows])  # [B, n_frames, n_mels]
        crops.masked_fill_((offsets >= lengths)[..., None], FLOOR_DB)
        return crops.transpose(1, 2)


@dataclass(frozen=True, slots=True, eq=False)
class Normaliser:
    """Per-bin mean and standard deviation of the training songs.

    Attributes
    ----------
    mean, std : float32 [n_mels], dB
    """

    mean: Tensor
    std: Tensor

    def __call__(self, crops: Tensor) -> Tensor:
        """Map dB ``[B, n_mels, n_frames]`` to about zero mean and unit spread."""
        return (crops - self.mean[:, None]) / self.std[:, None]

    def to(self, device: torch.device) -> "Normaliser":
        """Return the same statistics on another device."""
        return Normaliser(self.mean.to(device), self.std.to(device))


def measure_normaliser(corpus: Corpus) -> Normaliser:
    """Measure mean and spread of each mel bin over every frame of a corpus.

    Parameters
    ----------
    corpus : Corpus
        The training songs only: statistics that saw test songs would leak.

    Returns
    -------
    Normaliser
        A spread below 0.1 dB (a dead bin) counts as 0.1 dB.
    """
    total = torch.zeros(2, corpus.n_mels, dtype=torch.float64)
    total = total.to(corpus.frames.device)
    songs = zip(corpus.starts.tolist(), corpus.lengths.tolist(), strict=True)
    for start, length in songs:
        frames = corpus.to_db(corpus.frames[start : start + length]).double()
        total += torch.stack([frames.sum(0), frames.square().sum(0)])
    mean, square = total / corpus.lengths.sum()
    std = (square - mean.square()).clamp_min(0).sqrt().clamp_min(0.1)
    return Normaliser(mean.float(), std.float())


def windows(
    lengths: NDArray[np.int64], n_frames: int, *, overlap: bool = True
) -> NDArray[np.int64]:
    """Lay windows over whole songs.

    Parameters
    ----------
    lengths : int64 [n_songs]
        Frames per song.
    n_frames : int
        Frames per window.
    overlap : bool
        Also those half-way between two segments, and one that ends with the song.

    Returns
    -------
    int64 [n_windows, 2]
        Song and first frame, sorted; every segment of the store (first frame
        ``i * n_frames``) is among them. A song shorter than a window has one,
        which is padded.
    """
    half = n_frames // 2
    found = []
    for song, length in enumerate(lengths.tolist()):
        last = max(0, length - n_frames)
        whole = range(0, last + 1, n_frames)
        more = {*range(half, last + 1, n_frames), last} if overlap and half else ()
        found += [(song, first) for first in sorted({*whole, *more})]
    return np.array(found, dtype=np.int64).reshape(-1, 2)
