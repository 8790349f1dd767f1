"""The loop learns, repeats itself bit for bit, and goes on where it was stopped."""

import dataclasses
import math
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from genre.train.checkpoint import load_state, save_state
from genre.train.config import TrainConfig
from genre.train.crops import measure_normaliser
from genre.train.learner import Epoch, Learner, start_learner
from genre.train.loop import Lesson, learn, loss_of, one_cycle
from genre.train.models.mgcnet import MgcNet
from tests.train.tiny import GENRES, N_FRAMES, genre_corpus, genre_table, tiny_config


def tiny_lesson() -> Lesson:
    """Return four songs of each of three genres."""
    corpus, table = genre_corpus(4), genre_table(4)
    return Lesson(
        corpus=corpus,
        targets=torch.from_numpy(table.targets),
        known=torch.from_numpy(table.known),
        normaliser=measure_normaliser(corpus),
        n_frames=N_FRAMES,
    )


def new_learner(config: TrainConfig) -> Learner:
    """Return a learner with weights drawn from seed 0."""
    torch.manual_seed(0)
    nets = (MgcNet(len(GENRES), width=config.width) for _ in range(2))
    model, average = (net.to(memory_format=torch.channels_last) for net in nets)
    return start_learner(model, average, config)


def train(
    learner: Learner,
    config: TrainConfig,
    *,
    scores: list[float] | None = None,
    bf16: bool = False,
) -> list[Epoch]:
    """Run the loop to its end; epoch i validates with ``scores[i]``."""
    left = iter(scores or [])
    events = learn(
        learner,
        tiny_lesson(),
        config,
        bf16=bf16,
        threads=1,
        validate=lambda _: next(left, None),
    )
    return list(events)


def same(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    """Tell whether two sets of tensors are equal bit for bit."""
    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


def test_the_loss_falls() -> None:
    """Three genres in three bands are learnt within a few epochs."""
    config = tiny_config(epochs=8, mixup_p=0.0)

    history = train(new_learner(config), config)

    assert [row.epoch for row in history] == list(range(1, 9))
    assert history[-1].loss < 0.5 * history[0].loss


@pytest.mark.parametrize("bf16", [False, True])
def test_the_same_seed_ends_in_the_same_bits(bf16: bool) -> None:
    """Two runs agree in every tensor, averages and optimiser included."""
    config = tiny_config(epochs=2)
    first, second = new_learner(config), new_learner(config)

    losses = [
        [row.loss for row in train(n, config, bf16=bf16)] for n in (first, second)
    ]

    assert losses[0] == losses[1]
    assert same(first.tensors(), second.tensors())


def test_bf16_keeps_weights_and_averages_in_fp32() -> None:
    """Only the crops' way through the network is computed in bf16."""
    config = tiny_config(epochs=1)
    learner = new_learner(config)
    train(learner, config, bf16=True)

    kinds = {t.dtype for t in learner.tensors().values() if t.is_floating_point()}
    assert kinds == {torch.float32}


def test_the_caller_may_use_random_numbers_between_epochs() -> None:
    """The loop's random stream is its own, and it leaves the caller's alone."""
    config = tiny_config()
    calm, noisy = new_learner(config), new_learner(config)
    train(calm, config)
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    events = learn(
        noisy, tiny_lesson(), config, bf16=False, threads=1, validate=lambda _: None
    )
    found = [float(torch.rand(1)) for _ in events]

    assert same(calm.tensors(), noisy.tensors())
    assert found == expected.tolist()


@pytest.mark.parametrize("stop_after", [1, 2])
def test_a_resumed_run_ends_in_the_same_bits(tmp_path: Path, stop_after: int) -> None:
    """Stopping after an epoch and going on equals never having stopped."""
    config = tiny_config(epochs=3)
    undisturbed, stopped, resumed = (new_learner(config) for _ in range(3))
    train(undisturbed, config)
    events = learn(
        stopped, tiny_lesson(), config, bf16=False, threads=1, validate=lambda _: None
    )
    for _ in range(stop_after):
        next(events)

    save_state(tmp_path, stopped.tensors(), stopped.facts())
    saved = load_state(tmp_path)
    assert saved is not None
    resumed.restore(saved[0], saved[1]["history"])
    train(resumed, config)

    assert same(undisturbed.tensors(), resumed.tensors())
    assert len(resumed.history) == 3


def test_patience_ends_a_run_that_stopped_improving() -> None:
    """Epoch 2 is best; after two epochs without a better one the run ends."""
    config = tiny_config(epochs=9, patience=2)
    learner = new_learner(config)

    history = train(learner, config, scores=[0.1, 0.5, 0.5, 0.4, 0.9])

    assert len(history) == 4
    assert learner.best_epoch is not None
    assert learner.best_epoch.epoch == 2


def test_patience_keeps_the_weights_of_the_best_epoch() -> None:
    """The kept copy is the average as it was after the best epoch."""
    config = tiny_config(epochs=3, patience=3)
    learner, short = new_learner(config), new_learner(config)
    train(learner, config, scores=[0.9, 0.1, 0.1])
    events = learn(
        short, tiny_lesson(), config, bf16=False, threads=1, validate=lambda _: 0.9
    )
    next(events)

    assert same(learner.best, short.average.state_dict())


def test_the_average_follows_the_weights_slowly() -> None:
    """After training the average lies apart from the weights but near them."""
    config = tiny_config()
    learner = new_learner(config)
    start = new_learner(config).model.state_dict()["hidden.weight"]
    train(learner, config)
    weights = learner.model.state_dict()["hidden.weight"]
    average = learner.average.state_dict()["hidden.weight"]

    assert not torch.equal(average, weights)
    assert torch.dist(average, weights) < torch.dist(start, weights)


def test_decay_is_for_matrices_only() -> None:
    """BatchNorm and biases are not drawn towards zero."""
    groups = new_learner(tiny_config(weight_decay=0.05)).optimizer.param_groups

    assert [group["weight_decay"] for group in groups] == [0.05, 0.0]
    assert all(p.ndim > 1 for p in groups[0]["params"])
    assert all(p.ndim == 1 for p in groups[1]["params"])


@pytest.mark.parametrize("n_steps", [10, 101, 1000])
def test_one_cycle_is_torchs(n_steps: int) -> None:
    """Every step's learning rate equals that of torch's OneCycleLR."""
    optimizer = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, n_steps)
    expected = []
    for _ in range(n_steps):
        expected.append(schedule.get_last_lr()[0])
        optimizer.step()
        if len(expected) < n_steps:
            schedule.step()

    found = [one_cycle(step, n_steps, highest=0.01) for step in range(n_steps)]

    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("n_steps", [1, 2, 3, 4])
def test_one_cycle_of_a_very_short_run(n_steps: int) -> None:
    """A run of a few steps has finite, positive learning rates."""
    rates = [one_cycle(step, n_steps, highest=0.01) for step in range(n_steps)]

    assert all(0 < rate <= 0.01 for rate in rates)


def test_unknown_cells_do_not_count() -> None:
    """The loss of a row with an unknown cell is that of its known cells."""
    logits = torch.tensor([[2.0, -50.0]])
    targets, known = torch.tensor([[1.0, 1.0]]), torch.tensor([[True, False]])

    loss = loss_of(logits, targets, known, tiny_config())

    assert float(loss) == pytest.approx(math.log(1 + math.exp(-2)))


def test_a_batch_without_known_cells_costs_nothing() -> None:
    """No label at all is no reason for NaN."""
    nothing = torch.zeros(2, 3)

    assert float(loss_of(nothing, nothing, nothing.bool(), tiny_config())) == 0


def test_single_label_loss_is_cross_entropy() -> None:
    """Three equal logits cost log 3, whatever the target."""
    config = tiny_config(multilabel=False)
    one = torch.tensor([[0.0, 1.0, 0.0]])

    loss = loss_of(torch.zeros(1, 3), one, one.bool(), config)

    assert float(loss) == pytest.approx(math.log(3))


def test_label_smoothing_moves_targets_to_the_middle() -> None:
    """With smoothing 0.2 the best logit for a yes is that of 0.9."""
    config = dataclasses.replace(tiny_config(), label_smoothing=0.2)
    yes, known = torch.ones(1, 1), torch.ones(1, 1, dtype=torch.bool)
    best = torch.logit(torch.tensor([[0.9]]))

    losses = [float(loss_of(best + d, yes, known, config)) for d in (-0.1, 0.0, 0.1)]

    assert min(losses) == losses[1]
