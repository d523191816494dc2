"""Runs a 3-D network over clips at the speed of the machine, or of its GPU; backbones share it."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from podium.checks import check_options
from podium.errors import UsageError, ran_out
from podium.machine import shell
from podium.networks import accelerated

Clips = npt.NDArray[np.uint8]
Prepare = Callable[[Clips], Tensor]
Precision = Literal["fp32", "bf16"]

N_CLIPS_GPU = 32
"""How many clips a GPU is given at a time to begin with: half as many wherever its memory ends."""

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4  # of glibc's malloc.h


@dataclass(frozen=True)
class EngineOptions:
    """How exactly a network computes, and how many clips it is given at a time at most.

    `bf16` halves the memory of the weights and is about twice as fast where the processor computes
    with such numbers; features then differ by about half a percent.
    """

    precision: Precision = "fp32"
    n_clips: int = 4

    def __post_init__(self) -> None:
        check_options(self, n_clips=1)
        if self.precision == "bf16" and not computes_bf16():
            raise UsageError("this processor cannot compute in bf16: choose the precision fp32")


class Engine:
    """A 3-D network made ready once: give it clips, get a row of numbers for each.

    `network` maps (clips, 3, 16, height, width) to (clips, dim). It is put into evaluation mode
    and changed: its weights are laid out and rounded as they are used, and batch normalisations
    become part of the convolutions that they follow. `prepare` makes of uint8
    (clips, 16, height, width, 3) the pixels that the network reads; without it they are float32
    of 0-255. It computes on the device that `networks.devices` says; a GPU is given more clips at a
    time, and fewer once its memory runs out.
    """

    def __init__(
        self,
        network: nn.Module,
        prepare: Prepare | None = None,
        options: EngineOptions = EngineOptions(),
    ) -> None:
        keep_memory_mapped()
        self.device = accelerated.device()
        self.computes = accelerated.described_as()
        self.options = options if self._is_on_cpu else replace(options, n_clips=N_CLIPS_GPU)
        self._prepare = prepare or as_pixels
        self._dtype = torch.bfloat16 if options.precision == "bf16" else torch.float32
        self._layout = torch.channels_last_3d if self._is_on_cpu else torch.contiguous_format
        self._network = _fold_normalisations(network.eval()).to(
            device=self.device,
            dtype=self._dtype,
            memory_format=self._layout,  # type: ignore[call-overload]
        )

    def __call__(self, clips: Clips) -> npt.NDArray[np.float32]:
        """Describe clips as (clips, dim); the same clips give the same bytes.

        In another batch a clip's row may differ in the last digits, as sums are taken in another
        order.
        """
        with torch.inference_mode(), accelerated.exactly(), accelerated.computing():
            return torch.cat(self._parts(clips)).numpy()

    @property
    def _is_on_cpu(self) -> bool:
        return self.device.type == "cpu"

    def _parts(self, clips: Clips) -> list[Tensor]:
        """Describe clips in batches; where a GPU's memory runs out, again in smaller ones."""
        while True:
            try:
                return [self._describe(clips[part]) for part in batches(len(clips), self.options)]
            except RuntimeError as error:
                if self._is_on_cpu or not ran_out(error) or self.options.n_clips == 1:
                    raise
            self.options = replace(self.options, n_clips=self.options.n_clips // 2)
            shell.say(
                f"the memory of {self.device} ran out: it is given {self.options.n_clips} clips "
                "at a time from now on"
            )
            torch.cuda.empty_cache()

    def _describe(self, clips: Clips) -> Tensor:
        pixels = self._prepare(clips)
        laid_out = pixels.to(self.device, self._dtype, memory_format=self._layout)
        rows: Tensor = self._network(laid_out)
        return rows.float().to("cpu")


def as_pixels(clips: Clips, mean: tuple[float, float, float] = (0, 0, 0)) -> Tensor:
    """Return clips, (clips, 16, height, width, 3), as float32 pixels less a mean of each channel.

    (clips, 3, 16, height, width), laid out in memory as the clips are, channels last: one pass
    over the pixels, and none of the network's own to order them.
    """
    pixels = np.empty(clips.shape, np.float32)
    for channel, level in enumerate(mean):
        np.subtract(clips[..., channel], np.float32(level), out=pixels[..., channel])
    return torch.from_numpy(pixels).permute(0, 4, 1, 2, 3)


def batches(n: int, options: EngineOptions = EngineOptions()) -> list[slice]:
    """Divide `n` clips into as few batches as will do, as equal as can be: 9 as 3, 3 and 3.

    A batch of one is slow, as some layers then take another way.
    """
    n_batches = max(-(-n // options.n_clips), 1)
    borders = [n * i // n_batches for i in range(n_batches + 1)]
    return [slice(a, b) for a, b in pairwise(borders)]


@cache
def computes_bf16() -> bool:
    """Return whether this processor multiplies bf16 numbers by itself."""
    if not hasattr(torch.cpu, "get_capabilities"):
        return False
    found = torch.cpu.get_capabilities()
    return any(found.get(name) for name in ("avx512_bf16", "amx_bf16", "arm_bf16"))


@cache
def keep_memory_mapped() -> bool:
    """Keep glibc's malloc from giving large buffers back to the system after every layer.

    Otherwise each layer's output is mapped and filled with zeros anew, page by page, which takes a
    sixth of the time. It holds for the whole process. Gives `False`, and changes nothing, where
    the C library is another.
    """
    try:
        library = ctypes.CDLL("libc.so.6")
        library.gnu_get_libc_version  # noqa: B018
        changes = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, 2**31 - 1), (_TOP_PAD, 1 << 26))
        return all(library.mallopt(name, value) for name, value in changes)
    except (OSError, AttributeError):
        return False


def _fold_normalisations(network: nn.Module) -> nn.Module:
    """Fold each batch normalisation that follows a convolution in a row of layers into it."""
    for row in network.modules():
        if isinstance(row, nn.Sequential):
            for index in range(len(row) - 1):
                first, second = row[index], row[index + 1]
                if isinstance(first, nn.Conv3d) and isinstance(second, nn.BatchNorm3d):
                    row[index] = fuse_conv_bn_eval(first, second)
                    row[index + 1] = nn.Identity()
    return network
