"""PyTorch on the device that was asked for: what learns or describes there, and how exactly.

What comes back lies on the processor. On that itself all of this changes nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from podium.networks import devices


def device() -> torch.device:
    """Return the device that PyTorch's networks compute on (see `podium.networks.devices`)."""
    return torch.device(devices.for_pytorch())


def moved(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Return tensors on that device; on the processor they are the same ones."""
    there = device()
    return tuple(tensor.to(there) for tensor in tensors)


@contextmanager
def learning(seed: int) -> Iterator[None]:
    """Let chance begin at a seed within the block; its state is left as it was, on a GPU, too."""
    devices.precision()  # refused before anything is learned
    gpus = [torch.cuda.current_device()] if device().type == "cuda" else []
    with torch.random.fork_rng(devices=gpus), exactly():
        torch.manual_seed(seed)
        yield


@contextmanager
def exactly() -> Iterator[None]:
    """Have a CUDA device take the same sums in the same order within the block, and not round.

    By default, it rounds float32 numbers before it multiplies them (to TensorFloat32).
    """
    if device().type != "cuda":
        yield
        return
    with torch.backends.cudnn.flags(
        enabled=True, benchmark=False, deterministic=True, allow_tf32=False
    ):
        yield


@contextmanager
def computing() -> Iterator[None]:
    """Compute outputs and losses within the block as exactly as was asked for; no gradients."""
    if devices.precision() == "mixed":
        # Rounded weights are not kept, for a step changes them.
        with torch.autocast(device().type, torch.bfloat16, cache_enabled=False):
            yield
    else:
        yield


def described_as() -> str:
    """Return where and how exactly PyTorch computes, in one word: cpu, cuda, cuda-mixed or mps."""
    is_mixed = devices.precision() == "mixed"
    return f"{devices.for_pytorch()}{'-mixed' if is_mixed else ''}"
