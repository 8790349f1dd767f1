"""The training loop, plain and visible: draw, gather, change, step, check, save.

What is kept in the end is an exponential average of the weights after the last
epoch. The one-cycle schedule brings the learning rate to nothing there, so no
validation part of a hundred songs has to pick the epoch, and the average is worth
a few more PR-AUC points at no cost (PSLA, arXiv 2102.01243, section 5). With
``patience`` the run may end early; then the average of its best epoch is kept.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genre.errors import GenreError
from genre.train.augment import draw_epoch, mask, mix, steps_per_epoch
from genre.train.config import TrainConfig
from genre.train.crops import Corpus, Normaliser
from genre.train.device import repeatable
from genre.train.learner import Epoch, Learner

WARM_UP = 0.3  # share of the steps in which the learning rate rises
START = 1 / 25  # first learning rate, of the highest
END = 1e-4  # last one, of the first
MAX_NORM = 5.0  # a longer gradient is shortened: one odd batch must not end a run


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What is learnt from: the training songs on the device.

    Attributes
    ----------
    corpus : Corpus
        The training songs' frames.
    targets : float32 [n_songs, n_genres]
        Soft labels; rows sum to 1 when single-label.
    known : bool [n_songs, n_genres]
    normaliser : Normaliser
    n_frames : int
        Frames per crop.
    """

    corpus: Corpus
    targets: Tensor
    known: Tensor
    normaliser: Normaliser
    n_frames: int


def learn(
    learner: Learner,
    lesson: Lesson,
    config: TrainConfig,
    *,
    bf16: bool,
    threads: int,
    validate: Callable[[nn.Module], float | None],
) -> Iterator[Epoch]:
    """Train to the last epoch, yielding each; the caller saves between them.

    Parameters
    ----------
    learner : Learner
        Fresh, or restored after some epochs.
    lesson : Lesson
        The training songs.
    config : TrainConfig
    bf16 : bool
        Compute in bfloat16; weights, averages and the loss stay float32.
    threads : int
        Processor threads; results are equal for an equal number.
    validate : callable
        Given the averaged network, its song-level score or None.

    Yields
    ------
    Epoch

    Raises
    ------
    GenreError
        The loss is no number any more.
    """
    for epoch in range(len(learner.history), config.epochs):
        if _out_of_patience(learner, config):
            return
        began = time.perf_counter()
        with repeatable(config.seed, epoch + 1, threads=threads):
            loss, lr = _train_epoch(learner, lesson, config, epoch=epoch, bf16=bf16)
            seconds = time.perf_counter() - began
            if not math.isfinite(loss):
                raise diverged(config)
            score = validate(learner.average)
        n_crops = config.batch_size * steps_per_epoch(len(lesson.targets), config)
        row = Epoch(epoch + 1, loss, lr, score, n_crops / seconds, seconds)
        learner.history.append(row)
        if config.patience and learner.best_epoch is row:
            learner.best = _copy(learner.average)
        yield row


def diverged(config: TrainConfig) -> GenreError:
    """Return the error of a network that has run away."""
    return GenreError(
        "Expected the network to learn, found that its numbers grew without bounds;"
        f" train with a lower --lr than {config.lr:g}."
    )


def _train_epoch(
    learner: Learner,
    lesson: Lesson,
    config: TrainConfig,
    *,
    epoch: int,
    bf16: bool,
) -> tuple[float, float]:
    """Go through one epoch; nothing waits for the device before its end."""
    model, corpus, device = learner.model, lesson.corpus, lesson.targets.device
    crop = (corpus.n_mels, lesson.n_frames)
    lengths = corpus.lengths.cpu().numpy()
    plan = draw_epoch(lengths, config, epoch=epoch, crop=crop).to(device)
    n_steps, total = len(plan), torch.zeros((), device=device)
    model.train()
    for step in range(n_steps):
        now = plan[step]
        done = epoch * n_steps + step
        lr = one_cycle(done, config.epochs * n_steps, highest=config.lr)
        for group in learner.optimizer.param_groups:
            group["lr"] = lr

        x = corpus.gather(now.songs, now.first, lesson.n_frames)  # [B, n_mels, T] dB
        x = mask(lesson.normaliser(x + now.gain_db[:, None, None]), now)
        x = mix(x, now.share)[:, None]  # [B, 1, n_mels, T]
        targets = mix(lesson.targets[now.songs], now.share)
        known = mix(lesson.known[now.songs].float(), now.share) == 1

        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            logits = model(x)
        loss = loss_of(logits.float(), targets, known, config)
        learner.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        nn.utils.clip_grad_norm_(model.parameters(), MAX_NORM)
        learner.optimizer.step()

        _average_into(
            learner.average, model, keep=min(config.ema, (1 + done) / (10 + done))
        )
        total += loss.detach()
    return float(total) / n_steps, lr


def one_cycle(step: int, n_steps: int, *, highest: float) -> float:
    """Return the learning rate of one step of the one-cycle schedule.

    Parameters
    ----------
    step : int
        Counted from 0.
    n_steps : int
        Steps of the whole run.
    highest : float
        Learning rate at the peak, after 30 % of the steps.

    Returns
    -------
    float
        Two half cosines, as in torch's ``OneCycleLR`` (Smith and Topin 2017, arXiv
        1708.07120); here a function of the step alone, so a resumed run needs no
        scheduler state.
    """
    peak = WARM_UP * n_steps - 1
    if step <= peak:
        return _cosine(START * highest, highest, step / peak)
    return _cosine(highest, END * START * highest, (step - peak) / (n_steps - 1 - peak))


def _cosine(first: float, last: float, part: float) -> float:
    return last + (first - last) / 2 * (1 + math.cos(math.pi * part))


def loss_of(
    logits: Tensor, targets: Tensor, known: Tensor, config: TrainConfig
) -> Tensor:
    """Return the loss of a batch.

    Parameters
    ----------
    logits : float32 [B, n_genres]
    targets : float32 [B, n_genres], 0..1
        When single-label, rows that sum to 1.
    known : bool [B, n_genres]
        Cells that count; a single-label loss takes whole rows.
    config : TrainConfig
        ``multilabel`` and ``label_smoothing``.

    Returns
    -------
    float32 []
        Mean binary cross-entropy of the known cells, or mean cross-entropy.
    """
    smooth = config.label_smoothing
    if not config.multilabel:
        return F.cross_entropy(logits, targets, label_smoothing=smooth)
    even = targets * (1 - smooth) + smooth / 2
    cells = F.binary_cross_entropy_with_logits(logits, even, reduction="none")
    return (cells * known).sum() / known.sum().clamp_min(1)


@torch.no_grad()
def _average_into(average: nn.Module, model: nn.Module, *, keep: float) -> None:
    """Move an average a little towards a network; ``keep`` is small at first.

    BatchNorm's running statistics are averaged like weights.
    """
    old, new = average.state_dict(), model.state_dict()
    floats = [name for name, value in old.items() if value.is_floating_point()]
    torch._foreach_lerp_(
        [old[name] for name in floats], [new[name] for name in floats], 1 - keep
    )


def _out_of_patience(learner: Learner, config: TrainConfig) -> bool:
    best = learner.best_epoch
    if not config.patience or best is None:
        return False
    return len(learner.history) - best.epoch >= config.patience


def _copy(model: nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}
