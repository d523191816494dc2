"""What single frames show, by MobileNet (Howard et al., 2017), which learned a million photographs.

Each of a clip's frames is described by itself, as the network that names what is in a photograph
sees it, and a clip by the mean of its frames: it sees scene and posture, and no order of time. It
is the yardstick for networks that see movement. Its weights are given by path.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from podium.backbones import require_clips
from podium.checks import check_options
from podium.errors import UsageError, WeightsError
from podium.machine import extras
from podium.machine.files import digest
from podium.networks.lite import open_lite

Array = npt.NDArray[np.float32]

SIZE = 224
ADVICE = (
    "give a MobileNet v1 embedding extractor (.tflite) that reads frames of 224x224 and gives "
    "1024 numbers"
)


@dataclass(frozen=True)
class MobileNetV1Options:
    """Which frames of a clip are looked at: every `step`th, counted back from the last."""

    step: int = 1

    def __post_init__(self) -> None:
        check_options(self)
        if not 1 <= self.step <= 16:
            raise UsageError(f"step is {self.step}: it must be from 1 to 16")


class MobileNetV1:
    """Describes a clip by the mean of what a photograph network sees in each frame.

    `weights` is a TensorFlow Lite file with 8-bit numbers, such as Coral's
    `mobilenet_v1_1.0_224_quant_embedding_extractor.tflite`; without it, the file that
    `PODIUM_MOBILENET_WEIGHTS` names. The middle 224x224 of frames of 299x224 is looked at.

    Raises
    ------
    WeightsError
        If there are no weights, or they are not MobileNet's.
    MissingExtra
        If what runs them is not installed.
    """

    name = "mobilenet_v1"
    frame_size = (299, 224)
    dim = 1024

    def __init__(
        self, weights: Path | None = None, options: MobileNetV1Options = MobileNetV1Options()
    ) -> None:
        path = weights or _weights_from_environment()
        self.options = options
        self._network = _Network(path)
        self.fingerprint = f"mobilenet_v1-{digest(path)[:16]}-{options}"

    def __call__(self, clips: npt.NDArray[np.uint8]) -> Array:
        """Describe clips of (clips, 16, 224, 299, 3) as (clips, 1024); see `Backbone`."""
        require_clips(clips, self.frame_size)
        means = [self.frames(clip[:: -self.options.step]).mean(axis=0) for clip in clips]
        return np.asarray(means, np.float32).reshape(len(clips), self.dim)

    def frames(self, frames: npt.NDArray[np.uint8]) -> Array:
        """Describe frames of (frames, 224, 299, 3), each by itself, as (frames, 1024)."""
        left = (self.frame_size[0] - SIZE) // 2
        middles = frames[:, :, left : left + SIZE]
        return np.asarray([self._network(frame) for frame in middles], np.float32)


class _Network:
    """The network of a TensorFlow Lite file: one frame in, one row out."""

    def __init__(self, path: Path) -> None:
        self._interpreter = _interpreter_of(path)
        (taken,), (given,) = (
            self._interpreter.get_input_details(),
            self._interpreter.get_output_details(),
        )
        self._input, self._output = taken["index"], given["index"]
        self._scale, self._zero = given["quantization"]

    def __call__(self, frame: npt.NDArray[np.uint8]) -> Array:
        """Describe a frame, (224, 224, 3), as (1024,)."""
        self._interpreter.set_tensor(self._input, np.ascontiguousarray(frame)[None])
        self._interpreter.invoke()
        row = self._interpreter.get_tensor(self._output).ravel().astype(np.float32)
        return np.asarray((row - np.float32(self._zero)) * np.float32(self._scale))


def _interpreter_of(path: Path) -> Any:
    with extras.needed_for("the backbone mobilenet_v1", "mobilenet", "choose another backbone"):
        interpreter = open_lite(
            path, ADVICE, n_threads=os.cpu_count(), problem="is damaged or not a network"
        )
    _require_fit(path, interpreter)
    return interpreter


def _require_fit(path: Path, interpreter: Any) -> None:
    taken = [_type_and_shape(one) for one in interpreter.get_input_details()]
    given = [_type_and_shape(one) for one in interpreter.get_output_details()]
    if (taken, given) != (["uint8 of (1, 224, 224, 3)"], ["uint8 of (1, 1, 1, 1024)"]):
        raise WeightsError(
            f"{path}: reads {', '.join(taken)} and gives {', '.join(given)}, "
            f"and was not loaded: {ADVICE}"
        )


def _type_and_shape(tensor: dict[str, Any]) -> str:
    return f"{np.dtype(tensor['dtype'])} of {tuple(tensor['shape'].tolist())}"


def _weights_from_environment() -> Path:
    if chosen := os.environ.get("PODIUM_MOBILENET_WEIGHTS"):
        return Path(chosen)
    raise WeightsError(
        "mobilenet_v1 needs its public weights, which do not ship with Podium: set "
        "PODIUM_MOBILENET_WEIGHTS to the path of "
        "mobilenet_v1_1.0_224_quant_embedding_extractor.tflite, or choose another backbone"
    )
