"""A network on its way: what is saved after an epoch and taken up again.

Weights, their average and the optimiser's moments are tensors; the history is
numbers. There is no generator and no scheduler to save: draws depend on (seed,
epoch) alone, the learning rate on the step alone.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from genre.train.config import TrainConfig


@dataclass(frozen=True, slots=True)
class Epoch:
    """What one epoch did.

    ``loss`` is the mean of its steps; ``validation`` the song-level macro PR-AUC
    of the averaged weights, None without validation songs.
    """

    epoch: int  # counted from 1
    loss: float
    lr: float  # at its last step
    validation: float | None
    crops_per_s: float
    seconds: float


@dataclass(slots=True)
class Learner:
    """A network on its way: all that changes from epoch to epoch."""

    model: nn.Module
    average: nn.Module
    optimizer: torch.optim.Optimizer
    history: list[Epoch] = field(default_factory=list)
    best: dict[str, Tensor] = field(default_factory=dict)  # only with patience

    @property
    def best_epoch(self) -> Epoch | None:
        """The first epoch of the highest validation, None before any."""
        scored = [row for row in self.history if row.validation is not None]
        return max(scored, key=lambda row: row.validation or 0.0, default=None)

    def tensors(self) -> dict[str, Tensor]:
        """Return everything but numbers and words, flat and named."""
        moments = {
            f"optimizer.{index}.{name}": value
            for index, slots in self.optimizer.state_dict()["state"].items()
            for name, value in slots.items()
        }
        return {
            **_named("model", self.model.state_dict()),
            **_named("average", self.average.state_dict()),
            **_named("best", self.best),
            **moments,
        }

    def restore(self, tensors: Mapping[str, Tensor], history: list[Any]) -> None:
        """Take up where ``tensors`` and ``history`` left off."""
        self.model.load_state_dict(_under("model", tensors))
        self.average.load_state_dict(_under("average", tensors))
        self.best = _under("best", tensors)
        self._restore_moments(_under("optimizer", tensors))
        self.history = [Epoch(**row) for row in history]

    def _restore_moments(self, moments: Mapping[str, Tensor]) -> None:
        """Load the optimiser's moments, laid out in memory as their weights are.

        A file holds them in plain order; in another order than the weights' the
        fused step would add the same numbers in another sequence.
        """
        groups = self.optimizer.param_groups
        weights = [weight for group in groups for weight in group["params"]]
        slots: dict[int, dict[str, Tensor]] = {i: {} for i in range(len(weights))}
        for name, value in moments.items():
            index, slot = name.split(".")
            weight = weights[int(index)]
            if value.shape == weight.shape:
                value = torch.empty_like(weight).copy_(value)
            slots[int(index)][slot] = value
        stated = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": slots, "param_groups": stated})

    def facts(self) -> dict[str, Any]:
        """Return the numbers beside the tensors, JSON-ready."""
        return {"history": [asdict(row) for row in self.history]}


def start_learner(model: nn.Module, average: nn.Module, config: TrainConfig) -> Learner:
    """Return a learner at its first step; ``average`` becomes a copy of ``model``."""
    average.load_state_dict(model.state_dict())
    average.eval()
    return Learner(model, average, _optimizer(model, config))


def _optimizer(model: nn.Module, config: TrainConfig) -> torch.optim.Optimizer:
    """AdamW that decays the weights of convolutions and dense layers only.

    Scales and shifts of BatchNorm and biases are one-dimensional.
    """
    matrices = [p for p in model.parameters() if p.ndim > 1]
    vectors = [p for p in model.parameters() if p.ndim <= 1]
    groups: list[dict[str, Any]] = [
        {"params": matrices, "weight_decay": config.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.lr, fused=True)


def _named(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": value for name, value in tensors.items()}


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    start = prefix + "."
    return {
        name.removeprefix(start): value
        for name, value in tensors.items()
        if name.startswith(start)
    }
