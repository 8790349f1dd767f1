"""What one epoch sees: its random draws, and how they change the crops.

Every draw of an epoch is made at once on the host from ``(seed, epoch)`` alone,
so the data order is the same on every device and after every interruption. The
transforms run on whole batches on the device.
"""

from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genre.train.config import TrainConfig


@dataclass(frozen=True, slots=True, eq=False)
class EpochPlan:
    """The draws of an epoch; ``plan[i]`` are those of step i.

    Attributes
    ----------
    songs, first : int64 [n_steps, B]
        Row of each crop's song, and the crop's first frame in it.
    gain_db : float32 [n_steps, B]
    mel_masks, time_masks : int64 [n_steps, B, n_masks, 2]
        First bin (or frame) and the one after the last; equal means no mask.
    share : float32 [n_steps, B]
        Weight of the crop itself; the rest is its neighbour in the batch.
    """

    songs: Tensor
    first: Tensor
    gain_db: Tensor
    mel_masks: Tensor
    time_masks: Tensor
    share: Tensor

    def __getitem__(self, step: int) -> "EpochPlan":
        return EpochPlan(*(getattr(self, f.name)[step] for f in fields(self)))

    def __len__(self) -> int:
        return len(self.songs)

    def to(self, device: torch.device) -> "EpochPlan":
        """Return the plan on another device."""
        return EpochPlan(*(getattr(self, f.name).to(device) for f in fields(self)))


def steps_per_epoch(n_songs: int, config: TrainConfig) -> int:
    """Return how many full batches give every song its crops, at least."""
    return -(-n_songs * config.crops_per_song // config.batch_size)


def draw_epoch(
    lengths: NDArray[np.int64],
    config: TrainConfig,
    *,
    epoch: int,
    crop: tuple[int, int],
) -> EpochPlan:
    """Draw all randomness of one epoch.

    Parameters
    ----------
    lengths : int64 [n_songs]
        Frames per training song.
    config : TrainConfig
        Sizes of batch and augmentation, and the seed.
    epoch : int
        Counted from 0.
    crop : (n_mels, n_frames)
        Size of a crop.

    Returns
    -------
    EpochPlan
        Every song appears ``crops_per_song`` times, spread evenly over the epoch;
        the last batch is filled up with more crops, so all batches are full.
    """
    rng = np.random.default_rng([config.seed, epoch])
    size = (steps_per_epoch(len(lengths), config), config.batch_size)
    songs = _song_order(rng, len(lengths), size[0] * size[1]).reshape(size)
    room = np.maximum(lengths[songs] - crop[1], 0) + 1
    lam = (
        rng.beta(config.mixup_alpha, config.mixup_alpha, size) if _mixes(config) else 1
    )
    return EpochPlan(
        songs=torch.from_numpy(songs),
        first=torch.from_numpy((rng.random(size) * room).astype(np.int64)),
        gain_db=_floats(rng.uniform(-config.gain_db, config.gain_db, size)),
        mel_masks=_masks(rng, (*size, config.n_masks), config.mask_mels, crop[0]),
        time_masks=_masks(rng, (*size, config.n_masks), config.mask_frames, crop[1]),
        share=_floats(np.where(rng.random(size) < config.mixup_p, lam, 1.0)),
    )


def _mixes(config: TrainConfig) -> bool:
    return config.mixup_alpha > 0 and config.mixup_p > 0


def _song_order(
    rng: np.random.Generator, n_songs: int, n_crops: int
) -> NDArray[np.int64]:
    """Return one shuffle of all songs after the other, cut to ``n_crops``."""
    rounds = -(-n_crops // n_songs)
    shuffles = [rng.permutation(n_songs) for _ in range(rounds)]
    return np.concatenate(shuffles)[:n_crops].astype(np.int64)


def _masks(
    rng: np.random.Generator, size: tuple[int, ...], widest: int, n: int
) -> Tensor:
    width = rng.integers(0, min(widest, n) + 1, size)
    first = (rng.random(size) * (n - width + 1)).astype(np.int64)
    return torch.from_numpy(np.stack([first, first + width], axis=-1))


def _floats(values: NDArray[np.float64]) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))


def mask(x: Tensor, plan: EpochPlan) -> Tensor:
    """Set masked bands of normalised crops to their mean, zero, in place.

    Parameters
    ----------
    x : float32 [B, n_mels, n_frames]
    plan : EpochPlan
        The draws of this step.

    Returns
    -------
    float32 [B, n_mels, n_frames]
        SpecAugment (Park et al. 2019, arXiv 1904.08779) without time warping.
    """
    mels = _covered(plan.mel_masks, x.shape[1])  # [B, n_mels]
    frames = _covered(plan.time_masks, x.shape[2])  # [B, n_frames]
    return x.masked_fill_(mels[:, :, None] | frames[:, None, :], 0.0)


def _covered(masks: Tensor, n: int) -> Tensor:
    """Return bool [B, n]: which of n bins some mask of [B, n_masks, 2] covers."""
    bins = torch.arange(n, device=masks.device)
    return ((bins >= masks[..., :1]) & (bins < masks[..., 1:])).any(dim=1)


def mix(x: Tensor, share: Tensor) -> Tensor:
    """Blend each row with its neighbour: ``share * x + (1 - share) * x.roll(1)``.

    Parameters
    ----------
    x : float32 [B, ...]
        Crops or targets; the same ``share`` must be used for both.
    share : float32 [B], 0..1

    Returns
    -------
    float32 [B, ...]
        Mixup (Zhang et al. 2018, arXiv 1710.09412). The batch is in random order,
        so the neighbour is a random partner.
    """
    weight = share.reshape(-1, *[1] * (x.ndim - 1))
    return torch.lerp(x.roll(1, 0), x, weight)
