"""Where and how precisely to compute, and that it can be repeated."""

import pytest
import torch

from genre.errors import UsageError
from genre.train.device import (
    choose_device,
    choose_precision,
    has_bf16,
    repeatable,
)

CPU = torch.device("cpu")


def test_auto_takes_the_gpu_if_there_is_one() -> None:
    """Without a GPU it is the processor, and cuda is refused."""
    if torch.cuda.is_available():
        assert choose_device("auto").type == "cuda"
        return
    assert choose_device("auto") == CPU
    with pytest.raises(UsageError, match="torch sees no CUDA device; use cpu"):
        choose_device("cuda")


def test_auto_precision_follows_the_processor() -> None:
    """bf16 where it is native, else fp32; a wish is obeyed."""
    assert choose_precision("auto", CPU) == ("bf16" if has_bf16(CPU) else "fp32")
    assert choose_precision("fp32", CPU) == "fp32"
    assert choose_precision("bf16", CPU) == "bf16"


def test_a_block_repeats_its_random_numbers() -> None:
    """Equal seed and part draw equally, others otherwise."""

    def draw(seed: int, part: int) -> list[float]:
        with repeatable(seed, part, threads=1):
            return torch.rand(3).tolist()

    assert draw(1, 2) == draw(1, 2)
    assert draw(1, 2) != draw(1, 3)
    assert draw(1, 2) != draw(2, 2)


def test_a_block_leaves_no_trace() -> None:
    """Threads and random state are what they were, also after an error."""
    before, state = torch.get_num_threads(), torch.get_rng_state()

    with pytest.raises(ZeroDivisionError), repeatable(0, 0, threads=before + 1):
        assert torch.get_num_threads() == before + 1
        torch.rand(9)
        raise ZeroDivisionError

    assert torch.get_num_threads() == before
    assert torch.equal(torch.get_rng_state(), state)
