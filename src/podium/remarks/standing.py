"""How a value stands among those of Olympic dives."""

import numpy as np

from podium.remarks._learned_arrays import learned


def percentile_of(name: str, value: float) -> float | None:
    """Return how many in a hundred of the known dives have a lower value, 0 to 100.

    `None` for a measure of which it is not known. Equal values count half.
    """
    usual = learned().usual.get(name)
    if usual is None:
        return None
    below, upto = (np.searchsorted(usual, value, side) for side in ("left", "right"))
    return float(50 * (below + upto) / len(usual))
