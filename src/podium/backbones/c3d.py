"""C3D, the paper's network (Tran et al., 2015), up to fc6; its weights are given by path."""

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from podium.backbones import require_clips
from podium.backbones._engine import Engine, EngineOptions, Precision, as_pixels
from podium.backbones._weights_file import network_of
from podium.checks import check_options
from podium.errors import WeightsError
from podium.machine.files import digest

CROP = 112
ADVICE = "give C3D's weights as safetensors, or as a state_dict saved by PyTorch"
LAYERS = (
    # name, channels in, channels out, pool after (time, space), padding of the pool
    ("conv1", 3, 64, (1, 2), 0),
    ("conv2", 64, 128, (2, 2), 0),
    ("conv3a", 128, 256, None, 0),
    ("conv3b", 256, 256, (2, 2), 0),
    ("conv4a", 256, 512, None, 0),
    ("conv4b", 512, 512, (2, 2), 0),
    ("conv5a", 512, 512, None, 0),
    ("conv5b", 512, 512, (2, 2), 1),
)


@dataclass(frozen=True)
class C3DOptions:
    """How pixels reach the network; the public weights and loaders disagree, so it is a choice.

    `mean` is taken off each channel (in the order of `channels`; the default is the mean of
    Sports-1M as it is usually quoted). `rectified` keeps the ReLU after fc6. `precision` is that of
    the engine: bf16 is about twice as fast, where the processor has it.
    """

    channels: Literal["bgr", "rgb"] = "bgr"
    mean: tuple[float, float, float] = (90.25, 97.66, 101.41)
    rectified: bool = True
    precision: Precision = "fp32"

    def __post_init__(self) -> None:
        check_options(self)


class C3DNetwork(nn.Module):
    """The eight convolutions and fc6, with the key names of the public `c3d.pickle`."""

    def __init__(self) -> None:
        super().__init__()
        for name, n_in, n_out, *_ in LAYERS:
            self.add_module(name, nn.Conv3d(n_in, n_out, kernel_size=3, padding=1))
        self.fc6 = nn.Linear(8192, 4096)

    def forward(self, pixels: Tensor) -> Tensor:
        """Describe (clips, 3, 16, 112, 112) as (clips, 4096), before the ReLU."""
        for name, _, _, pool, padding in LAYERS:
            pixels = getattr(self, name)(pixels)
            if pool is not None:
                time, space = pool
                size = (time, space, space)
                pixels = nn.functional.max_pool3d(pixels, size, size, (0, padding, padding))
            # The greatest of rectified numbers is the rectified greatest, and there are fewer.
            pixels = torch.relu_(pixels)
        features: Tensor = self.fc6(pixels.flatten(1))
        return features


class C3D:
    """The paper's backbone: a 3-D network that learned a million sports videos.

    `weights` is a `c3d.pickle`, `.pth` or `.safetensors` file with the public key names (conv1 ...
    fc6); without it, the file that `PODIUM_C3D_WEIGHTS` names. Nothing in the file is executed.

    Raises
    ------
    WeightsError
        If there are no weights, or they are not C3D's; nothing is loaded then.
    """

    name = "c3d"
    frame_size = (171, 128)
    dim = 4096

    @property
    def device(self) -> str:
        """Where it computes, and how exactly: cpu, cuda, cuda-mixed or mps."""
        return self._engine.computes

    def __init__(self, weights: Path | None = None, options: C3DOptions = C3DOptions()) -> None:
        path = weights or _weights_from_environment()
        self.options = options
        network = network_of(C3DNetwork, path, ADVICE)
        in_order = partial(prepare, options=options)
        self._engine = Engine(network, in_order, EngineOptions(options.precision))
        self.fingerprint = f"c3d-{digest(path)[:16]}-{options}"

    def __call__(self, clips: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Describe clips of (clips, 16, 128, 171, 3) as (clips, 4096); see `Backbone`."""
        require_clips(clips, self.frame_size)
        features = self._engine(clips)
        return np.maximum(features, 0) if self.options.rectified else features


def prepare(clips: npt.NDArray[np.uint8], options: C3DOptions) -> Tensor:
    """Cut the middle 112x112 out of 171x128 frames and order it as the network reads it.

    (clips, 16, 128, 171, 3) of 0-255 -> (clips, 3, 16, 112, 112), the mean taken off.
    """
    top, left = (clips.shape[2] - CROP) // 2, (clips.shape[3] - CROP) // 2
    pixels = clips[:, :, top : top + CROP, left : left + CROP]
    if options.channels == "bgr":
        pixels = pixels[..., ::-1]
    return as_pixels(pixels, options.mean)


def _weights_from_environment() -> Path:
    if chosen := os.environ.get("PODIUM_C3D_WEIGHTS"):
        return Path(chosen)
    raise WeightsError(
        "c3d needs the public Sports-1M weights, which do not ship with Podium: set "
        "PODIUM_C3D_WEIGHTS to the path of c3d.pickle, or choose the backbone motion"
    )
