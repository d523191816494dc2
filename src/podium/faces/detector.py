"""Finds faces in a picture, whoever's: BlazeFace (Bazarevsky et al., 2019), up to five metres away.

The numbers are those that the network was trained with (MediaPipe 0.10.21,
face_detection_full_range; Apache-2.0).
"""

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.joints.regions import Region
from podium.joints.weights import ADVICE, FACES, kept_folder
from podium.machine import extras
from podium.networks.lite import LiteNetwork

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

SIDE, STRIDE = 192, 4
"""How large a picture is looked at, and every so many pixels there is an answer."""

N_ANSWERS = (SIDE // STRIDE) ** 2

LEAST_SURE = 0.6
"""What the network is less sure of is no face."""

STEP = 0.5
"""Squares of a picture that are looked at one after the other begin so much of a side apart."""

SQUARE = 1.2
"""A picture whose sides differ by less than this factor is looked at as a whole only."""


class FaceDetector:
    """Finds all faces in a picture; `folder` holds the file of the network.

    Raises
    ------
    WeightsError
        If it is not there (`podium fetch pose` gets it), or is another.
    MissingExtra
        If what runs it is not installed.
    """

    def __init__(self, folder: Path | None = None) -> None:
        with extras.needed_for("finding faces", "pose", "leave the faces as they are"):
            self._network = LiteNetwork(
                (folder or kept_folder()) / FACES.name, (1, SIDE, SIDE, 3),
                [(1, N_ANSWERS, 16), (1, N_ANSWERS, 1)], ADVICE,
            )  # fmt: skip

    def __call__(self, picture: Pixels) -> Floats:
        """Return circles about the faces in a picture, (faces, 3): right, down, radius in pixels.

        Several may be about one face.
        """
        height, width = picture.shape[:2]
        return np.concatenate([self._look(picture, one) for one in squares_of(width, height)])

    def _look(self, picture: Pixels, region: Region) -> Floats:
        answers, sure = self._network(region.cut(picture, SIDE)[None] * 2 - 1)
        is_face = 1 / (1 + np.exp(-np.clip(sure[0, :, 0], -80, 80))) >= LEAST_SURE
        boxes = answers[0, is_face, :4] / np.float32(SIDE)
        middles = region.place(boxes[:, :2] + _middles()[is_face])
        radii = boxes[:, 2:4].max(axis=1) * region.side / 2
        return np.column_stack([middles, radii]).astype(np.float64)


def squares_of(width: int, height: int) -> list[Region]:
    """Return what of a picture is looked at: all of it, and where it is long, squares of it."""
    short, long = min(width, height), max(width, height)
    whole = Region(width / 2, height / 2, float(long))
    if long < SQUARE * short:
        return [whole]
    n_steps = int(np.ceil((long / short - 1) / STEP))
    along = short / 2 + (long - short) * np.arange(n_steps + 1) / n_steps
    places = [(at, height / 2) if width > height else (width / 2, at) for at in along.tolist()]
    return [whole, *(Region(x, y, float(short)) for x, y in places)]


@cache
def _middles() -> npt.NDArray[np.float32]:
    """Return where each answer is counted from, (answers, 2) of 0 to 1."""
    places = (np.arange(SIDE // STRIDE) + 0.5) * STRIDE / SIDE
    return np.stack(np.meshgrid(places, places), axis=-1).reshape(-1, 2).astype(np.float32)
