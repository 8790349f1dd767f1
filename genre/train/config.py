"""What a training run is asked to do: one frozen object with help texts.

The command line builds its options from ``HELP``; a run's id is a hash over the
fields that change its result, so equal requests meet the same run again.
Imports nothing heavy, because ``genre --help`` reads it.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from genre.errors import UsageError


def _option(default: Any, help_text: str) -> Any:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """Everything that may be chosen about one training run."""

    model: str = _option("mgcnet", "Network to train.")
    width: int = _option(32, "Channels of the first block; 16 suits a small machine.")
    dropout: float = _option(0.3, "Share of units dropped before the output.")
    multilabel: bool = _option(True, "Several genres per song; otherwise the top one.")

    epochs: int = _option(40, "Passes over the training songs.")
    crops_per_song: int = _option(8, "Random 5 s crops of each song per epoch.")
    batch_size: int = _option(32, "Crops per step.")
    lr: float = _option(1e-3, "Highest learning rate of the one-cycle schedule.")
    weight_decay: float = _option(0.05, "AdamW decay of convolution and dense weights.")
    ema: float = _option(0.999, "Decay of the averaged weights that are kept.")
    label_smoothing: float = _option(0.0, "Share of every target that is made even.")

    mixup_alpha: float = _option(
        0.4, "Beta(alpha, alpha) of mixed pairs; 0 mixes none."
    )
    mixup_p: float = _option(0.5, "Share of the crops that are mixed with another.")
    gain_db: float = _option(6.0, "Random loudness of a crop, up to this many dB.")
    n_masks: int = _option(2, "Bands masked per crop, in mel and in time each.")
    mask_mels: int = _option(16, "Widest mel mask, in bins.")
    mask_frames: int = _option(24, "Widest time mask, in frames.")

    seed: int = _option(0, "Seed of weights, crops and augmentation.")
    patience: int = _option(
        0, "Stop after this many epochs without a better validation; 0 never stops."
    )
    precision: str = _option("auto", "auto, fp32 or bf16.")
    device: str = _option("auto", "auto, cpu or cuda.")
    resume: bool = _option(
        True, "Go on with an interrupted run; --no-resume starts it over."
    )

    def __post_init__(self) -> None:
        """Refuse values that no run could use."""
        for name, holds, expected in _rules(self):
            if not holds:
                found = getattr(self, name)
                raise UsageError(
                    f"Training option {name} should be {expected}, found {found!r}."
                )

    def identity(self) -> dict[str, Any]:
        """Return, JSON-ready, the fields that change a run's result."""
        fields = dataclasses.asdict(self)
        del fields["resume"]
        return fields


HELP: Mapping[str, str] = {
    f.name: f.metadata["help"] for f in dataclasses.fields(TrainConfig)
}


def _rules(c: TrainConfig) -> list[tuple[str, bool, str]]:
    return [
        ("width", 1 <= c.width <= 512, "1 to 512"),
        ("dropout", 0 <= c.dropout < 1, "0 up to but not including 1"),
        ("epochs", c.epochs >= 1, "1 or more"),
        ("crops_per_song", c.crops_per_song >= 1, "1 or more"),
        ("batch_size", c.batch_size >= 2, "2 or more"),
        ("lr", 0 < c.lr <= 1, "more than 0, at most 1"),
        ("weight_decay", c.weight_decay >= 0, "0 or more"),
        ("ema", 0 <= c.ema < 1, "0 up to but not including 1"),
        ("label_smoothing", 0 <= c.label_smoothing < 1, "0 up to but not including 1"),
        ("mixup_alpha", c.mixup_alpha >= 0, "0 or more"),
        ("mixup_p", 0 <= c.mixup_p <= 1, "0 to 1"),
        ("gain_db", 0 <= c.gain_db <= 40, "0 to 40"),
        ("n_masks", 0 <= c.n_masks <= 8, "0 to 8"),
        ("mask_mels", c.mask_mels >= 0, "0 or more"),
        ("mask_frames", c.mask_frames >= 0, "0 or more"),
        ("seed", c.seed >= 0, "0 or more"),
        ("patience", c.patience >= 0, "0 or more"),
        ("precision", c.precision in {"auto", "fp32", "bf16"}, "auto, fp32 or bf16"),
        ("device", c.device in {"auto", "cpu", "cuda"}, "auto, cpu or cuda"),
    ]  # fmt: skip
