"""What was learned of faults, and the usual values: read from the file that ships."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.inputs.saved import array_of, part_of, read_arrays
from podium.measures import Phase

Floats = npt.NDArray[np.float64]

WEIGHTS = Path(__file__).parent / "_learned" / "remarks.safetensors"

INPUTS: Mapping[Phase, tuple[str, ...]] = {
    Phase.TAKE_OFF: ("flight_seconds",),
    Phase.FLIGHT: ("tightness",),
    Phase.ENTRY: ("angle_off", "splash_size"),
    Phase.SPLASH: ("splash_size", "splash_height"),
}
"""By which measures faults of a phase are told; `angle_off` is how far the angle is from usual."""


@dataclass(frozen=True)
class Learned:
    """Of each phase, the weights; of each measure, the values of the known dives, in order."""

    weights: Mapping[Phase, Floats]
    """The constant, then one a number of `INPUTS`, for numbers of mean 0 and spread 1."""

    middles: Mapping[Phase, Floats]
    spreads: Mapping[Phase, Floats]
    thresholds: Floats
    """From which probability of a fault on it is remarked, a phase each; then, up to which there
    is praise."""

    usual: Mapping[str, Floats]


@cache
def learned() -> Learned:
    """Return what ships.

    Raises
    ------
    ModelError
        If an array is missing, or does not fit.
    """
    arrays = read_arrays(WEIGHTS)

    def each(name: str, more: int) -> dict[Phase, Floats]:
        return {
            phase: array_of(arrays, f"{name}.{phase}", (len(inputs) + more,)).astype(np.float64)
            for phase, inputs in INPUTS.items()
        }

    usual = part_of(arrays, "usual.")
    return Learned(
        each("weights", 1),
        each("middles", 0),
        each("spreads", 0),
        array_of(arrays, "thresholds", (2 * len(INPUTS),)).astype(np.float64),
        {name: array_of(usual, name, (None,)).astype(np.float64) for name in usual},
    )
