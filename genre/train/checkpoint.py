"""What of a run is kept: ``model.safetensors`` + ``model.json``, never a pickle.

The pair is enough to name the genres of any audio file: the weights, and beside
them the architecture, the genres, the mel settings, the normalisation and the
thresholds. A run in progress has a third file, ``state.safetensors``, with
everything that ``--resume`` needs in one atomically written file (its JSON part
travels in the header).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from genre import __version__
from genre.errors import CheckpointError, UsageError
from genre.features.mel import MelConfig
from genre.files import atomic_write, write_json
from genre.train.crops import Normaliser
from genre.train.models import ModelSpec, build_model

WEIGHTS = "model.safetensors"
DESCRIPTION = "model.json"
STATE = "state.safetensors"
FORMAT = 1

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A trained network with all it needs to answer.

    Attributes
    ----------
    spec
        Family and size.
    model
        The network, in evaluation mode, on the host, fp32.
    genres
        Names of its outputs, in order.
    multilabel
        Sigmoid per genre if true, else one softmax over all.
    mel
        How audio becomes frames.
    n_frames
        Frames per crop.
    normaliser
        Per-bin statistics of the training songs.
    temperature, thresholds
        Calibration from the validation songs: probabilities are of ``logits /
        temperature``; a genre is named from its threshold on.
    """

    spec: ModelSpec
    model: nn.Module
    genres: tuple[str, ...]
    multilabel: bool
    mel: MelConfig
    n_frames: int
    normaliser: Normaliser
    temperature: float
    thresholds: tuple[float, ...]

    def describe(self) -> dict[str, Any]:
        """Return everything but the weights, JSON-ready."""
        return {
            "format": FORMAT,
            "genre_version": __version__,
            "torch_version": torch.__version__,
            "architecture": asdict(self.spec),
            "genres": list(self.genres),
            "multilabel": self.multilabel,
            "mel": asdict(self.mel),
            "n_frames": self.n_frames,
            "normalisation": {
                "mean": self.normaliser.mean.tolist(),
                "std": self.normaliser.std.tolist(),
            },
            "temperature": self.temperature,
            "thresholds": list(self.thresholds),
        }


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write the pair; the description last, so that it never lacks its weights.

    Raises
    ------
    DiskFullError
        There is no room.
    """
    weights = checkpoint.model.state_dict()
    _write_tensors(folder / WEIGHTS, weights, {"format": "pt"})
    write_json(folder / DESCRIPTION, checkpoint.describe())


def load_checkpoint(folder: Path) -> Checkpoint:
    """Read the pair of a run's folder.

    Parameters
    ----------
    folder : Path
        Holds ``model.safetensors`` and ``model.json``.

    Returns
    -------
    Checkpoint

    Raises
    ------
    CheckpointError
        A file is missing, damaged or does not fit the other.
    """
    stated = _read_description(folder / DESCRIPTION)
    checkpoint = _checked(folder / DESCRIPTION, lambda: _from_description(stated))
    _check_sizes(folder / DESCRIPTION, checkpoint)
    weights = _read_weights(folder / WEIGHTS)
    try:
        checkpoint.model.load_state_dict(weights)
    except RuntimeError as error:
        raise CheckpointError(
            f"Expected {folder / WEIGHTS} to hold the weights that {DESCRIPTION}"
            " describes, found others; train again with --no-resume."
        ) from error
    # The layout it was trained in: as fast, and the same bits.
    checkpoint.model.to(memory_format=torch.channels_last).eval()
    return checkpoint


def _read_description(path: Path) -> dict[str, Any]:
    try:
        stated = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CheckpointError(
            f"Expected a finished training run with {path}, found none; run"
            " `genre train`, or name another run."
        ) from error
    except (OSError, ValueError) as error:
        raise _damaged(path, error) from error
    if not isinstance(stated, dict) or stated.get("format") != FORMAT:
        found = stated.get("format") if isinstance(stated, dict) else type(stated)
        raise CheckpointError(
            f"Expected checkpoint format {FORMAT} in {path}, found {found!r}; use the"
            " version of genre that wrote it, or train again."
        )
    return stated


def _checked(path: Path, build: Callable[[], T]) -> T:
    """Build something from foreign values; whatever does not fit is damage."""
    try:
        return build()
    except (KeyError, TypeError, ValueError, UsageError, RuntimeError) as error:
        raise _damaged(path, error) from error


def _from_description(stated: Mapping[str, Any]) -> Checkpoint:
    spec = ModelSpec(**stated["architecture"])
    statistics = stated["normalisation"]
    return Checkpoint(
        spec=spec,
        model=build_model(spec),
        genres=tuple(str(name) for name in stated["genres"]),
        multilabel=bool(stated["multilabel"]),
        mel=MelConfig(**stated["mel"]),
        n_frames=int(stated["n_frames"]),
        normaliser=Normaliser(
            torch.tensor(statistics["mean"], dtype=torch.float32),
            torch.tensor(statistics["std"], dtype=torch.float32),
        ),
        temperature=float(stated["temperature"]),
        thresholds=tuple(float(value) for value in stated["thresholds"]),
    )


def _check_sizes(path: Path, c: Checkpoint) -> None:
    n_genres, n_mels = c.spec.n_genres, c.mel.n_mels
    expected = {
        "genres": (len(c.genres), n_genres),
        "thresholds": (len(c.thresholds), n_genres),
        "means": (c.normaliser.mean.numel(), n_mels),
        "spreads": (c.normaliser.std.numel(), n_mels),
    }
    for what, (found, wanted) in expected.items():
        if found != wanted:
            raise CheckpointError(
                f"Expected {wanted} {what} in {path}, found {found}; train again with"
                " --no-resume."
            )


def _read_weights(path: Path) -> dict[str, Tensor]:
    try:
        return safetensors.torch.load_file(path)
    except FileNotFoundError as error:
        raise CheckpointError(
            f"Expected the weights {path}, found none; train again with --no-resume."
        ) from error
    except (SafetensorError, OSError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> CheckpointError:
    return CheckpointError(
        f"Expected a sound checkpoint in {path}, found damage ({error}); train again"
        " with --no-resume."
    )


# --- a run in progress ---------------------------------------------------------


def save_state(
    folder: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]
) -> None:
    """Write a run in progress as one file: tensors, and JSON in its header."""
    _write_tensors(folder / STATE, tensors, {"facts": json.dumps(facts)})


def load_state(folder: Path) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """Read a run in progress; None when there is none.

    Raises
    ------
    CheckpointError
        The file is damaged.
    """
    path = folder / STATE
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as stored:
            facts = json.loads((stored.metadata() or {})["facts"])
            names = stored.keys()
            return {name: stored.get_tensor(name) for name in names}, facts
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise _damaged(path, error) from error


def drop_state(folder: Path) -> None:
    """Delete what only a run in progress needs."""
    (folder / STATE).unlink(missing_ok=True)


def _write_tensors(
    path: Path, tensors: Mapping[str, Tensor], metadata: dict[str, str]
) -> None:
    plain = {name: t.detach().cpu().contiguous() for name, t in tensors.items()}
    with atomic_write(path) as stream:
        stream.write(safetensors.torch.save(plain, metadata=metadata))
