"""What the measures of turns say alike: which whole number is likeliest, and why there is none."""

import numpy as np
import numpy.typing as npt

from podium.measures._dive import Dive

Floats = npt.NDArray[np.float64]

HELD = 0.9
"""A range holds the truth at least so often."""


def why_not(dive: Dive) -> str:
    """Return the reason why a dive could not be read for turns."""
    if dive.moments.board_left is None:
        return "take_off_not_found"
    return "water_not_found" if dive.moments.water is None else "flight_too_short"


def held_range(probable: Floats) -> tuple[int, int]:
    """Return the lowest and highest of whole numbers that hold the truth nine times of ten.

    From the likeliest on, the likelier neighbour is taken in; (numbers from 0 on,).
    """
    low = high = int(probable.argmax())
    padded = np.concatenate([[-1.0], probable, [-1.0]])
    while probable[low : high + 1].sum() < HELD and (low > 0 or high < len(probable) - 1):
        if padded[low] > padded[high + 2]:
            low -= 1
        else:
            high += 1
    return low, high
