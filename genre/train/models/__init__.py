"""The networks by name: ``build_model`` turns a ``ModelSpec`` into a module.

Every family takes normalised log-mel crops ``[B, 1, n_mels, n_frames]`` and
returns raw logits ``[B, n_genres]``. A new family is one file with a builder,
and one line here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import nn

from genre.errors import UsageError
from genre.train.models.mgcnet import MgcNet


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """What is needed to build a network again: kept in its checkpoint."""

    name: str
    n_genres: int
    width: int
    dropout: float


def _mgcnet(spec: ModelSpec) -> nn.Module:
    return MgcNet(spec.n_genres, width=spec.width, dropout=spec.dropout)


MODELS: Mapping[str, Callable[[ModelSpec], nn.Module]] = {"mgcnet": _mgcnet}


def build_model(spec: ModelSpec) -> nn.Module:
    """Build a network with fresh weights from torch's current random state.

    Parameters
    ----------
    spec : ModelSpec
        Family, size and number of genres.

    Returns
    -------
    nn.Module
        Maps float ``[B, 1, n_mels, n_frames]`` to logits ``[B, n_genres]``.

    Raises
    ------
    UsageError
        No family has that name.
    """
    if spec.name not in MODELS:
        known = ", ".join(sorted(MODELS))
        raise UsageError(
            f"Training option model should be one of {known}, found {spec.name!r}."
        )
    return MODELS[spec.name](spec)


def n_parameters(model: nn.Module) -> int:
    """Return the number of trained weights of a network."""
    return sum(parameter.numel() for parameter in model.parameters())
