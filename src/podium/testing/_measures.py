"""What every measure must do, on made-up dives of which all, little or nothing is seen."""

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt

from podium.athlete.outline import outline
from podium.athlete.values import Athlete, CameraMotion
from podium.measures import Dive, Measure, Measurement, Phase
from podium.measures._dive import Moment, Moments
from podium.testing._broken import hold

N_FRAMES = 60
FRAMES_PER_SECOND = 30
NEVER = Moments(None, None, None)
WHOLE = Moments(Moment(8, 2.0), Moment(40, 2.0), Moment(50, 2.0))

NOTHING = ("nobody seen, no moment found", "one frame")
"""The dives of which nothing can be measured."""


def check_measure(measure: Measure[Dive]) -> None:
    """Check that a measure of dives answers every one with a value or a reason.

    Raises
    ------
    ContractBroken
        If it does not.
    """
    hold(measure.name and isinstance(measure.unit, str), measure, "must have a name and a unit")
    hold(measure.reads == "dive", measure, "reads must be dive: others are not checked here")
    hold(measure.phase in list(Phase), measure, f"its phase must be one of {', '.join(Phase)}")
    hold(measure.__doc__, measure, "must have a docstring")
    for what, dive in made_up_dives().items():
        found = measure(dive)
        hold(isinstance(found, Measurement), measure, f"{what}: must give a Measurement")
        named = (found.name, found.unit, found.phase)
        own = (measure.name, measure.unit, measure.phase)
        hold(named == own, measure, f"{what}: must be named {own}, not {named}")
        hold(found == measure(dive), measure, f"{what}: the same dive must give the same")
        _check_value(measure, found, what)
        is_seen = found.value is not None and what in NOTHING
        hold(not is_seen, measure, f"{what}: there is nothing to measure, and a value was given")


def _check_value(measure: Measure[Dive], found: Measurement, what: str) -> None:
    if isinstance(found.value, int | float):
        hold(math.isfinite(found.value), measure, f"{what}: its value must be finite")
        if found.low is not None and found.high is not None:
            is_within = found.low <= found.value <= found.high
            hold(is_within, measure, f"{what}: its value must lie within its range")
    if found.start_seconds is not None and found.end_seconds is not None:
        lies = 0 <= found.start_seconds <= found.end_seconds <= N_FRAMES / FRAMES_PER_SECOND
        hold(lies, measure, f"{what}: it must be seen within the video")


@cache
def made_up_dives() -> Mapping[str, Dive]:
    """Return dives of a rod that turns twice, by what is seen of them."""
    rods, nobody = _rods(N_FRAMES), np.zeros((N_FRAMES, 96, 96), bool)
    ends = Moments(Moment(0), Moment(0), Moment(N_FRAMES - 1))
    return {
        "as it should be": _dive(rods, WHOLE),
        "no moment found": _dive(rods, NEVER),
        "nobody seen": _dive(nobody, WHOLE),
        NOTHING[0]: _dive(nobody, NEVER),
        NOTHING[1]: _dive(_rods(1), NEVER),
        "two frames": _dive(_rods(2), Moments(Moment(0), None, Moment(1))),
        "the moments at the ends": _dive(rods, ends),
        "all in one frame": _dive(rods, Moments(Moment(5), Moment(5), Moment(5))),
        "only the water": _dive(rods, replace(NEVER, water=Moment(50))),
        "height given": replace(_dive(rods, WHOLE), height_metres=10.0),
    }


def _dive(masks: npt.NDArray[np.bool_], moments: Moments) -> Dive:
    n = len(masks)
    camera = CameraMotion(np.broadcast_to(np.eye(3), (n - 1, 3, 3)), np.ones(n - 1))
    middles = np.stack([100 + np.arange(n), 60 + 0.05 * np.arange(n) ** 2], axis=1)
    seconds = np.arange(n) / FRAMES_PER_SECOND
    seen = Athlete(seconds, 320, 240, middles, 48.0, masks, np.ones(n), camera)
    return Dive(seen, outline(seen), moments)


def _rods(n: int) -> npt.NDArray[np.bool_]:
    """Draw a rod that turns twice, as silhouettes, (frames, 96, 96)."""
    right, down = np.meshgrid(np.arange(96) - 47.5, np.arange(96) - 47.5)
    angles = np.pi / 2 + np.linspace(0, 4 * np.pi, n)[:, None, None]
    along = right * np.cos(angles) - down * np.sin(angles)
    across = right * np.sin(angles) + down * np.cos(angles)
    return np.asarray((abs(along) <= 35) & (abs(across) <= 6))
