"""An epoch's draws depend on seed and epoch alone; transforms do what they say."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import torch

from genre.train.augment import EpochPlan, draw_epoch, mask, mix, steps_per_epoch
from tests.train.tiny import N_FRAMES, N_MELS, tiny_config

LENGTHS = np.array([30, 5, 9, 8, 200], np.int64)


def draw(*, epoch: int = 0, **changes: Any) -> EpochPlan:
    """Draw an epoch of five songs."""
    config = tiny_config(**changes)
    return draw_epoch(LENGTHS, config, epoch=epoch, crop=(N_MELS, N_FRAMES))


def equal(a: EpochPlan, b: EpochPlan) -> bool:
    """Tell whether two plans agree in every draw."""
    return all(torch.equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))


def test_the_same_seed_and_epoch_draw_the_same() -> None:
    """The plan is a pure function of (seed, epoch)."""
    assert equal(draw(epoch=3, seed=7), draw(epoch=3, seed=7))


@pytest.mark.parametrize("other", [{"epoch": 1}, {"seed": 1}])
def test_another_seed_or_epoch_draws_otherwise(other: dict[str, int]) -> None:
    """Neither epochs nor seeds repeat each other."""
    changed = draw(**other)

    assert not torch.equal(draw().songs, changed.songs)


def test_every_song_gets_its_crops_and_batches_are_full() -> None:
    """Five songs of four crops fill three batches of eight with 24 crops."""
    plan = draw(crops_per_song=4, batch_size=8)
    times = torch.bincount(plan.songs.flatten())

    assert (len(plan), plan.songs.shape) == (3, (3, 8))
    assert times.sum() == 24
    assert set(times.tolist()) == {4, 5}


@pytest.mark.parametrize(("n_songs", "steps"), [(1, 1), (2, 1), (3, 2), (16, 8)])
def test_steps_are_rounded_up(n_songs: int, steps: int) -> None:
    """Four crops per song in batches of eight."""
    assert steps_per_epoch(n_songs, tiny_config()) == steps


def test_crops_lie_within_their_songs() -> None:
    """The last possible crop ends with the song; short songs start at 0."""
    plan = draw(crops_per_song=400)
    last = np.maximum(LENGTHS - N_FRAMES, 0)[plan.songs.numpy()]

    assert bool((plan.first.numpy() >= 0).all())
    assert bool((plan.first.numpy() <= last).all())
    assert bool((plan.first.numpy() == last).any())


def test_gain_is_within_its_range() -> None:
    """Loudness changes by up to six decibels either way."""
    gain = draw(crops_per_song=100).gain_db

    assert 5 < float(gain.abs().max()) <= 6


def test_masks_are_no_wider_than_allowed() -> None:
    """Two masks of at most two bins each, inside the crop."""
    masks = draw(crops_per_song=100, n_masks=2, mask_mels=2).mel_masks
    width = masks[..., 1] - masks[..., 0]

    assert (int(width.min()), int(width.max())) == (0, 2)
    assert (int(masks.min()), int(masks.max())) == (0, N_MELS)


@pytest.mark.parametrize("off", [{"mixup_p": 0.0}, {"mixup_alpha": 0.0}])
def test_mixup_can_be_switched_off(off: dict[str, Any]) -> None:
    """Every crop is itself then."""
    assert set(draw(**off).share.flatten().tolist()) == {1.0}


def test_about_half_of_the_crops_are_mixed() -> None:
    """The share of mixed crops is mixup_p."""
    share = draw(crops_per_song=400, mixup_p=0.5).share

    assert 0.4 < float((share < 1).float().mean()) < 0.6


def test_mask_sets_the_covered_bands_to_zero() -> None:
    """Bins 1 and 2 and frame 0 become the mean; the rest stays."""
    plan = draw(batch_size=2, n_masks=1)[0]
    plan.mel_masks[:] = torch.tensor([1, 3])
    plan.time_masks[:] = torch.tensor([0, 1])

    masked = mask(torch.ones(2, 4, 3), plan)

    assert masked[0].tolist() == [[0, 1, 1], [0, 0, 0], [0, 0, 0], [0, 1, 1]]


def test_no_masks_change_nothing() -> None:
    """Zero masks is a valid wish."""
    x = torch.ones(8, N_MELS, N_FRAMES)

    assert torch.equal(mask(x.clone(), draw(n_masks=0)[0]), x)


def test_mix_blends_with_the_neighbour() -> None:
    """Three quarters of row 1 and a quarter of row 0."""
    x = torch.tensor([[0.0, 4.0], [8.0, 0.0]])

    mixed = mix(x, torch.tensor([1.0, 0.75]))

    assert mixed.tolist() == [[0.0, 4.0], [6.0, 1.0]]
