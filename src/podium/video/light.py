"""Pictures of high dynamic range, as a screen without it shows them.

Phones record them by default (HLG, also beneath Dolby Vision 8.4), cameras and films use PQ. Read
as if they were made for a usual screen they are grey and flat.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from podium.doubts import DoubtKind
from podium.video.decoder import Picture
from podium.video.limits import Light

Floats = npt.NDArray[np.float32]

WHITE_NITS = 203.0
"""The light of white paper in such pictures (ITU-R BT.2408): white on a usual screen."""

PEAK_NITS = 1_000.0
"""The brightest that is still told apart; it becomes the white of the screen."""

KNEE = 0.75
"""Light up to this share of white is shown as it is; what is brighter is pressed into the rest."""

HIGH_DYNAMIC_RANGE = DoubtKind("high_dynamic_range", values=("system",))
"""The video is of high dynamic range (`system` HLG or PQ): its light was changed to a screen's."""

_STEPS = 4_096

_TO_NARROW = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32
)
"""From the primaries of BT.2020 to those of BT.709, both linear (ITU-R BT.2407)."""

_LUMINANCE = np.array([0.2627, 0.6780, 0.0593], np.float32)


def pixels_of(picture: Picture) -> npt.NDArray[np.uint8]:
    """Return a picture that came from a child, as it lies in the file, (height, width, 3)."""
    rows = np.frombuffer(picture.content, np.uint8).reshape(picture.height, picture.row_bytes)
    rows = np.ascontiguousarray(rows[:, : picture.pixel_bytes * picture.width])
    if picture.light is Light.SDR:
        return rows.reshape(picture.height, picture.width, 3)
    numbers = rows.view("<u2").reshape(picture.height, picture.width, 3)
    return on_screen(numbers, picture.light)


def on_screen(pixels: npt.NDArray[np.uint16], light: Light) -> npt.NDArray[np.uint8]:
    """Return a picture (height, width, 3) of HLG or PQ as a usual screen shows it, 0-255.

    ITU-R BT.2100 says how bright each number is; what a screen cannot show is pressed together in
    its brightest third, by the brightest of the three colours, so that none changes its tint.
    """
    linear = _linear(light)[pixels >> 4]
    if light is Light.HLG:
        linear *= np.power(linear @ _LUMINANCE, np.float32(0.2))[..., None]
        linear *= np.float32(PEAK_NITS / WHITE_NITS)
    narrow = np.maximum(linear @ _TO_NARROW.T, 0)
    brightest = np.maximum(narrow.max(axis=-1, keepdims=True), np.float32(1e-6))
    shown = narrow * (_press(brightest) / brightest)
    numbers = (np.minimum(shown, 1) * (_STEPS - 1) + 0.5).astype(np.intp)
    return np.asarray(_coded()[numbers], np.uint8)


def _press(light: Floats) -> Floats:
    """Press light from the knee to the peak into what is left up to 1, ever more the brighter."""
    most = (PEAK_NITS / WHITE_NITS - KNEE) / (1 - KNEE)
    above = np.maximum(light - KNEE, 0) / (1 - KNEE)
    pressed = above * (1 + above / most**2) / (1 + above)
    return np.asarray(np.where(light > KNEE, KNEE + (1 - KNEE) * pressed, light), np.float32)


@cache
def _linear(light: Light) -> Floats:
    """Return how much light each number means, of 1 (HLG) or of white (PQ)."""
    signal = np.arange(_STEPS) / (_STEPS - 1)
    if light is Light.HLG:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
        return scene.astype(np.float32)
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    power = signal ** (1 / m2)
    nits = 10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    return (nits / WHITE_NITS).astype(np.float32)


@cache
def _coded() -> npt.NDArray[np.uint8]:
    """Return the number, 0-255, that a screen shows as so much light, of `_STEPS` from 0 to 1."""
    light = np.arange(_STEPS) / (_STEPS - 1)
    return np.round(255 * light ** (1 / 2.2)).astype(np.uint8)
