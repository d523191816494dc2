"""How likely there is a fault in each phase: a small logistic regression over measures.

It also reads how the entry looks in three clips, close up. Learned from what commentators said of
Olympic dives: scripts/train_remarks.py.
"""

import numpy as np
import numpy.typing as npt

from podium.measures import Phase
from podium.remarks._learned_arrays import INPUTS, learned
from podium.remarks.standing import LIKE, Values, like, usual_angle, usual_value

Floats = npt.NDArray[np.float64]
Array = npt.NDArray[np.float32]

UNLIKE = 5.0
"""In spreads: no known dive looks so far from what is usual."""

KIND = "armstand"
"""Says of what kind a dive is; alone it says nothing of how it was done."""


def fault_probabilities(values: Values) -> dict[Phase, float]:
    """Return the probability of a fault in each phase, from measures by name.

    What was not measured counts as usual; a phase of which nothing was measured is left out.
    """
    found = {}
    for phase in Phase:
        row = inputs_of(values, phase)
        if np.isnan(row[[name != KIND for name in INPUTS[phase]]]).all():
            continue
        scaled, weights = _scaled(values, phase), learned().weights[phase]
        total = weights[0] + float(weights[1:] @ np.nan_to_num(np.clip(scaled, -3, 3)))
        found[phase] = float(1 / (1 + np.exp(-total)))
    return found


def looks_of(clips: Array) -> dict[str, float]:
    """Return how well a dive looks executed, and how faulty its entry looks (about 0 to 1).

    Both stand by their names among the values of measures; clips unlike all that was learned from,
    as rendered ones may be, tell nothing. Takes the features of clips about the entry,
    (clips, numbers), of the backbone `c3d_mini_close`.
    """
    seen = clips.reshape(-1).astype(np.float64)
    looks = learned().looks.items()
    found = {name: float(weights[0] + seen @ weights[1:]) for name, weights in looks}
    return {} if (np.abs(_scaled(found, Phase.ENTRY)) > UNLIKE).any() else found


def inputs_of(values: Values, phase: Phase) -> Floats:
    """Return the numbers by which faults of a phase are told, NaN where one is lacking."""
    return np.array([_input(values, name) for name in INPUTS[phase]])


def _scaled(values: Values, phase: Phase) -> Floats:
    """Return the same numbers, of mean 0 and spread 1 among the known dives."""
    return (inputs_of(values, phase) - learned().middles[phase]) / learned().spreads[phase]


def _input(values: Values, name: str) -> float:
    value = values.get("entry_angle_degrees" if name == "angle_off" else name)
    if not isinstance(value, int | float):
        return float("nan")
    if name == "angle_off":
        return abs(value - usual_angle())
    if name.startswith("splash"):
        return float(np.log(value + 0.05))
    return value - (usual_value(name, like(name, values)) or 0.0) if name in LIKE else float(value)
