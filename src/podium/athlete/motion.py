"""What moves, once the camera's own movement is taken out."""

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from podium.athlete.values import CameraMotion

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

APART_SECONDS = 1 / 15
"""How far apart in time pictures are compared: what moves has then left its place."""

_CERTAIN = 250
"""Where, of 255, a picture that was moved still shows what was in it, and not its border."""


def each_difference(
    pixels: Pixels, camera: CameraMotion, frames_per_second: float
) -> Iterator[npt.NDArray[np.uint8]]:
    """Yield of each frame how much it differs from both neighbours, (height, width), 0 to 255.

    The lower of the two differences: where something was, and is no more, one of them is low. At
    the first and last frames there is but one, which counts half.
    """
    apart = max(1, round(APART_SECONDS * frames_per_second))
    for index, frame in enumerate(pixels):
        others = [i for i in (index - apart, index + apart) if 0 <= i < len(pixels)]
        found = [_difference(frame, pixels[i], camera.between(i, index)) for i in others]
        if len(found) == 2:
            yield np.minimum(found[0], found[1])
        else:
            yield found[0] // 2 if found else np.zeros(frame.shape[:2], np.uint8)


def _difference(
    frame: Pixels, other: Pixels, movement: npt.NDArray[np.float64]
) -> npt.NDArray[np.uint8]:
    moved, inside = moved_as(other, movement)
    red, green, blue = cv2.split(cv2.absdiff(frame, moved))
    difference = cv2.max(cv2.max(red, green), blue)
    difference[inside < _CERTAIN] = 0
    return np.asarray(difference, np.uint8)


def moved_as(picture: Pixels, movement: npt.NDArray[np.float64]) -> tuple[Pixels, Pixels]:
    """Return a picture moved as a camera did, and how much of each pixel lay in it, 0 to 255."""
    height, width = picture.shape[:2]
    size, whole = (width, height), np.full((height, width), 255, np.uint8)
    inside = cv2.warpAffine(whole, movement[:2], size)
    return np.asarray(cv2.warpAffine(picture, movement[:2], size)), np.asarray(inside)


def skin_likeness(pixels: Pixels) -> Floats:
    """Return how much each pixel of a picture has the hue of skin, of any lightness, 0 to 1.

    A weak cue: the hues of skin lie close together, and water, sky and most walls lie elsewhere
    (Chai and Ngan, 1999), but so do wood and sand.
    """
    planes = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb).astype(np.float32)
    red, blue = planes[..., 1], planes[..., 2]
    return np.asarray(np.clip((red - 132) / 12, 0, 1) * np.clip((135 - blue) / 12, 0, 1))
