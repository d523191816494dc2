"""How high above the water the body opened."""

from typing import ClassVar

from podium.measures._answers import found, missing, no_fall
from podium.measures._dive import Dive
from podium.measures._fall import fall
from podium.measures._values import Measurement, Phase, Reads

AT_WATER = 0.5
"""Bodies: so high above the water the middle of a stretched body is that meets it."""


class OpeningHeightBodies:
    """Measures how high above the water the body's middle was at the come-out.

    In lengths of the stretched body.
    """

    name: ClassVar[str] = "opening_height_bodies"
    unit: ClassVar[str] = "bodies"
    phase: ClassVar[Phase] = Phase.FLIGHT
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Measure it where the moments and the path through the air were found."""
        flown, come_out = fall(dive), dive.moments.come_out
        if flown is None:
            return missing(self, no_fall(dive))
        if not come_out:
            return missing(self, "come_out_not_found")
        height = (flown.below(flown.end) - flown.below(come_out.index)) / flown.body
        margin = flown.speed(come_out.index) * come_out.uncertainty / flown.body
        return found(self, dive, height + AT_WATER, margin, come_out.index, flown.end)
