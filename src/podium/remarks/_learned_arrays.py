"""What was learned of faults, and the usual values: read from the files that ship."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.inputs.saved import array_of, read_arrays
from podium.measures import Phase

Floats = npt.NDArray[np.float64]

WEIGHTS = Path(__file__).parent / "_learned" / "remarks.safetensors"
USUAL = Path(__file__).parent / "_learned" / "usual.safetensors"

INPUTS: Mapping[Phase, tuple[str, ...]] = {
    Phase.TAKE_OFF: ("flight_seconds", "armstand"),
    Phase.FLIGHT: ("tightness", "looks_executed"),
    Phase.ENTRY: ("angle_off", "splash_size", "looks_executed", "looks_faulty"),
    Phase.SPLASH: ("splash_size", "splash_height"),
}
"""By which numbers faults of a phase are told: measures, or what `podium.remarks.faults` makes."""

LOOKS = ("looks_executed", "looks_faulty")
"""What clips of the entry tell: the execution score, and whether a fault was found in the entry."""

N_CLIPS, N_LOOKS = 3, 1152
"""In so many clips the entry is looked at; each is so many numbers."""


@dataclass(frozen=True)
class Learned:
    """Of each phase, the weights; and from which probability on something is remarked."""

    weights: Mapping[Phase, Floats]
    """The constant, then one a number of `INPUTS`, for numbers of mean 0 and spread 1."""

    middles: Mapping[Phase, Floats]
    spreads: Mapping[Phase, Floats]
    thresholds: Floats
    """From which probability of a fault on it is remarked, a phase each; then, up to which there
    is praise."""

    looks: Mapping[str, Floats]
    """Of each of `LOOKS` a constant, then how much each number of the clips tells of it."""


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

    return Learned(
        each("weights", 1),
        each("middles", 0),
        each("spreads", 0),
        array_of(arrays, "thresholds", (2 * len(INPUTS),)).astype(np.float64),
        {
            name: array_of(arrays, name, (1 + N_CLIPS * N_LOOKS,)).astype(np.float64)
            for name in LOOKS
        },
    )


@cache
def usual() -> Mapping[str, Floats]:
    """Return the values of the known dives, in order, by measure, or by measure and kind of dive.

    Raises
    ------
    ModelError
        If an array does not fit.
    """
    arrays = read_arrays(USUAL)
    return {name: array_of(arrays, name, (None,)).astype(np.float64) for name in arrays}
