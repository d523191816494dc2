"""How likely there is a fault in each phase: a small logistic regression over measures.

Learned from what commentators said of Olympic dives: scripts/train_remarks.py.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from podium.measures import Phase
from podium.remarks._learned_arrays import INPUTS, learned

Floats = npt.NDArray[np.float64]

USUAL_ANGLE = -6.0
"""Degrees: the usual angle at the water, which commentators call vertical."""


def fault_probabilities(values: Mapping[str, float | str | None]) -> dict[Phase, float]:
    """Return the probability of a fault in each phase, from measures by name.

    What was not measured counts as usual; a phase of which nothing was measured is left out.
    """
    found = {}
    for phase in Phase:
        row = inputs_of(values, phase)
        if np.isnan(row).all():
            continue
        scaled = (row - learned().middles[phase]) / learned().spreads[phase]
        weights = learned().weights[phase]
        total = weights[0] + float(weights[1:] @ np.nan_to_num(np.clip(scaled, -3, 3)))
        found[phase] = float(1 / (1 + np.exp(-total)))
    return found


def inputs_of(values: Mapping[str, float | str | None], phase: Phase) -> Floats:
    """Return the numbers by which faults of a phase are told, NaN where one is lacking."""
    return np.array([_input(values, name) for name in INPUTS[phase]])


def _input(values: Mapping[str, float | str | None], name: str) -> float:
    value = values.get("entry_angle_degrees" if name == "angle_off" else name)
    if not isinstance(value, int | float):
        return float("nan")
    if name == "angle_off":
        return abs(value - USUAL_ANGLE)
    if name.startswith("splash"):
        return float(np.log(value + 0.05))
    return float(value)
