"""How a value stands among those of Olympic dives."""

import numpy as np
import numpy.typing as npt

from podium.remarks._learned_arrays import learned

Floats = npt.NDArray[np.float64]

BETTER_WHEN_HIGHER = ("flight_seconds", "jump_height_bodies", "opening_seconds")
"""Of the other measures whose usual values are known, less is better."""

FROM_VERTICAL = "entry_angle_degrees"
"""Less of it is better to either side."""


def percentile_of(name: str, value: float) -> float | None:
    """Return how many in a hundred of the known dives have a lower value, 0 to 100.

    `None` for a measure of which it is not known. Equal values count half.
    """
    usual = learned().usual.get(name)
    return None if usual is None else _lower(usual, value)


def better_percent(name: str, value: float) -> float | None:
    """Return how many in a hundred of the known dives do better, 0 to 100; `None` if not known.

    More time in the air is better; less of a splash, and an angle closer to the vertical.
    """
    usual = learned().usual.get(name)
    if usual is None:
        return None
    if name == FROM_VERTICAL:
        return _lower(np.sort(np.abs(usual)), abs(value))
    lower = _lower(usual, value)
    return 100 - lower if name in BETTER_WHEN_HIGHER else lower


def times_usual(name: str, value: float) -> float | None:
    """Return how many times as large as the usual (median) a value is; `None` if not known."""
    usual = learned().usual.get(name)
    middle = 0.0 if usual is None else float(np.median(usual))
    return value / middle if middle > 0 else None


def _lower(usual: Floats, value: float) -> float:
    below, upto = (np.searchsorted(usual, value, side) for side in ("left", "right"))
    return float(50 * (below + upto) / len(usual))
