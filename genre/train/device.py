"""Where and how precisely a network is trained, and that it is repeatable.

bf16 halves the memory traffic that bounds small networks. It is chosen where
the processor computes it natively (AVX512-BF16 or AMX; CUDA from Ampere on):
elsewhere it would be emulated and slower than fp32.
"""

import contextlib
from collections.abc import Iterator

import torch

from genre.errors import UsageError


def choose_device(name: str) -> torch.device:
    """Return the device of option ``device``: ``auto``, ``cpu`` or ``cuda``.

    Raises
    ------
    UsageError
        ``cuda`` was asked for and there is none.
    """
    found = torch.cuda.is_available()
    if name == "cuda" and not found:
        raise UsageError(
            "Training option device is cuda, but torch sees no CUDA device; use cpu"
            " or auto."
        )
    return torch.device("cuda" if found and name != "cpu" else "cpu")


def has_bf16(device: torch.device) -> bool:
    """Tell whether the device computes bfloat16 natively."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def choose_precision(name: str, device: torch.device) -> str:
    """Return ``fp32`` or ``bf16`` for option ``precision``."""
    if name != "auto":
        return name
    return "bf16" if has_bf16(device) else "fp32"


@contextlib.contextmanager
def repeatable(seed: int, part: int, *, threads: int) -> Iterator[None]:
    """Give a block its own random stream, thread count and deterministic kernels.

    The stream depends on ``(seed, part)`` alone, so a resumed run needs no saved
    generator state. What was set before is set again afterwards.
    """
    before = torch.get_num_threads()
    deterministic = torch.backends.cudnn.deterministic
    torch.set_num_threads(threads)
    torch.backends.cudnn.deterministic = True
    try:
        with torch.random.fork_rng():
            torch.manual_seed((seed << 24) + part)
            yield
    finally:
        torch.backends.cudnn.deterministic = deterministic
        torch.set_num_threads(before)
