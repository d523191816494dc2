"""How high the athlete jumped, against the own body."""

from typing import ClassVar

from podium.measures._answers import found, missing, no_fall
from podium.measures._dive import Dive
from podium.measures._fall import fall
from podium.measures._values import Measurement, Phase, Reads


class JumpHeightBodies:
    """Measures by how much the body's middle rises after the board was left.

    In lengths of the stretched body; the middle's path in the air is a parabola.
    """

    name: ClassVar[str] = "jump_height_bodies"
    unit: ClassVar[str] = "bodies"
    phase: ClassVar[Phase] = Phase.TAKE_OFF
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Measure it where the path through the air was seen."""
        flown = fall(dive)
        if flown is None:
            return missing(self, no_fall(dive))
        rise, margin = flown.rise / flown.body, flown.rise_margin / flown.body
        return found(self, dive, rise, margin, flown.start, round(flown.top))
