"""Which way up a picture is: a dive that lies on its side, or falls upwards, is not scored.

A file that was turned without saying so looks much as before to whatever counts colours and edges.
What gives it away is which way things move: it is learned from turned copies of the performances
in which the event is marked, about that event.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from podium.doubts import Doubt, DoubtKind, Severity
from podium.inputs.saved import array_of
from podium.machine import extras
from podium.video.frames import Frames

TURNED = DoubtKind("turned", values=("degrees",), severity=Severity.GRAVE)
"""The picture seems to be turned by so many `degrees`, anticlockwise."""

Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

N_TURNS = 4
QUARTER = 90

SCALE_FLOOR = 0.05


@dataclass(frozen=True)
class Turn:
    """Turns pictures anticlockwise by so many quarters, after it has mirrored them if it must."""

    quarters: int
    mirrors: bool = False

    def __call__(self, frames: Frames, at_least: int = 1) -> Frames:
        """Turn the pictures of a performance; they keep their width and height."""
        pixels = frames.pixels[:, :, ::-1] if self.mirrors else frames.pixels
        turned = np.ascontiguousarray(np.rot90(pixels, self.quarters, axes=(1, 2)))
        return replace(frames, pixels=_of_size(turned, *frames.pixels.shape[1:3]))


COPIES = (Turn(0), Turn(0, mirrors=True), Turn(1), Turn(2), Turn(3))
"""What is learned from; a mirrored performance is as upright as it is."""


@dataclass(frozen=True)
class Upright:
    """What pictures look like that are turned by 0 to 3 quarters.

    `weights` (dim, 4) and `offsets` (4,) say of a window how much it looks like each.
    """

    weights: Floats
    offsets: Floats

    def quarters(self, windows: Array) -> int:
        """Return by how many quarters a picture seems to be turned; `windows` is (windows, dim)."""
        return int(np.argmax(windows.mean(axis=0, dtype=np.float64) @ self.weights + self.offsets))

    def ask(self, windows: Array) -> tuple[Doubt, ...]:
        """Doubt a performance that does not seem to be upright about its event."""
        quarters = self.quarters(windows) if len(windows) else 0
        return (TURNED(degrees=float(QUARTER * quarters)),) if quarters else ()

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return it as the arrays that are saved."""
        return {"anchor.turns.weights": self.weights, "anchor.turns.offsets": self.offsets}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], dim: int) -> Self | None:
        """Build it from saved arrays; `None` where the model was made without.

        Raises
        ------
        ModelError
            If one of them is missing, or does not fit.
        """
        if "anchor.turns.weights" not in arrays:
            return None
        weights = array_of(arrays, "anchor.turns.weights", (dim, N_TURNS), np.float64)
        return cls(weights, array_of(arrays, "anchor.turns.offsets", (N_TURNS,), np.float64))


def learn_upright(copies: Sequence[Sequence[Array]]) -> Upright:
    """Learn it from the windows about the event, (windows, dim), of each of `COPIES` of each."""
    with extras.needed_for("training", "train"):
        from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    windows = np.concatenate([one for each in copies for one in each]).astype(np.float64)
    sizes = [len(one) for each in copies for one in each]
    turns = np.repeat([turn.quarters for _ in copies for turn in COPIES], sizes)
    scale = windows.std(axis=0)
    scale += SCALE_FLOOR * scale.max() + 1e-9
    mean = windows.mean(axis=0)
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    model.fit((windows - mean) / scale, turns)
    weights = np.ascontiguousarray((model.coef_ / scale).T)
    return Upright(weights, np.asarray(model.intercept_ - mean @ weights, np.float64))


def _of_size(pixels: npt.NDArray[np.uint8], height: int, width: int) -> npt.NDArray[np.uint8]:
    if pixels.shape[1:3] == (height, width):
        return pixels
    from PIL import Image

    return np.stack([np.asarray(Image.fromarray(one).resize((width, height))) for one in pixels])
