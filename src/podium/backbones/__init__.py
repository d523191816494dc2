"""Clip -> feature: one backbone a file. A new file here is a new choice everywhere."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from podium import _catalog
from podium.doubts import Doubt
from podium.networks.devices import CPU
from podium.networks.program import Term


class View(StrEnum):
    """What of each frame a backbone is shown."""

    PICTURE = "picture"
    """All of it."""

    CLOSE_UP = "close_up"
    """What is about the athlete."""


class Backbone(Protocol):
    """What looks at a clip and describes it as one row of numbers.

    `frame_size` is (width, height) of the frames it is given, `dim` the length of a feature, and
    `fingerprint` changes whenever the features of a clip would.
    """

    name: str
    frame_size: tuple[int, int]
    dim: int
    fingerprint: str

    def __call__(self, clips: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Describe clips of (clips, 16, height, width, 3), 0-255, as (clips, dim)."""
        ...


def make_backbone(name: str, allow_parts: Collection[str] = ()) -> Backbone:
    """Build a backbone by its name; names joined by `+` stand for all of them side by side.

    Those of someone else's, `package.module:Class`, must be among `allow_parts`: pass the name
    itself if the user wrote it (`podium._catalog.resolve`).

    Raises
    ------
    PodiumError
        If there is none of that name, its weights are not there, or those joined do not fit.
    """
    from podium.backbones._joined import Joined

    parts: list[Backbone] = [kind() for kind in _catalog.resolve(__name__, name, allow_parts)]
    return parts[0] if len(parts) == 1 else Joined(parts)


def keeps_shape(backbone: Backbone) -> bool:
    """Return whether a backbone wants pictures that are not stretched (its `keeps_shape`).

    They then have black about them, where their shape is not that of its frames.
    """
    return bool(getattr(backbone, "keeps_shape", False))


def device_of(backbone: Backbone) -> str:
    """Return where a backbone of PyTorch's computes, as its `device` says; else the processor."""
    return "+".join(sorted({str(getattr(part, "device", CPU)) for part in parts_of(backbone)}))


@runtime_checkable
class JoinedBackbone(Backbone, Protocol):
    """A backbone that is several side by side."""

    parts: Sequence[Backbone]
    """Each of them, in the order of their numbers in a feature."""


def parts_of(backbone: Backbone) -> Sequence[Backbone]:
    """Return the backbones that one is made of: itself, where it is no joined one."""
    return backbone.parts if isinstance(backbone, JoinedBackbone) else (backbone,)


def view_of(backbone: Backbone) -> View:
    """Return what of each frame a backbone is shown: all, unless its `view` says otherwise."""
    return View(getattr(backbone, "view", View.PICTURE))


@runtime_checkable
class DoubtingBackbone(Backbone, Protocol):
    """A backbone that can say what of its features is a guess."""

    def describe(
        self, clips: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.float32], tuple[Doubt, ...]]:
        """Return the features of clips, and what is to be doubted of them."""
        ...


@runtime_checkable
class WritableBackbone(Backbone, Protocol):
    """A backbone that other programs can run: all it does can be written as ONNX."""

    def steps(self, clips: Term) -> Term:
        """Write how clips, uint8 (clips, 16, height, width, 3), become features, (clips, dim)."""
        ...


def describe(
    backbone: Backbone, clips: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.float32], tuple[Doubt, ...]]:
    """Return the features of clips, (clips, dim), and the backbone's doubts, if it has any."""
    if isinstance(backbone, DoubtingBackbone):
        return backbone.describe(clips)
    return backbone(clips), ()


def require_clips(
    clips: npt.NDArray[np.uint8], frame_size: tuple[int, int], n_frames: int = 16
) -> None:
    """Refuse clips of another shape or type than a backbone reads.

    Raises
    ------
    ValueError
        If `clips` is not uint8 of (clips, n_frames, height, width, 3).
    """
    width, height = frame_size
    wanted = (n_frames, height, width, 3)
    if clips.dtype != np.uint8 or clips.shape[1:] != wanted:
        raise ValueError(
            f"clips are {clips.dtype} of {clips.shape}: they must be uint8 of "
            f"(clips, {', '.join(map(str, wanted))})"
        )
