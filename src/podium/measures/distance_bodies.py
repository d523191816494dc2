"""How far from the board the water was met."""

from typing import ClassVar

from podium.measures._answers import found, missing, no_fall
from podium.measures._dive import Dive
from podium.measures._fall import fall
from podium.measures._values import Measurement, Phase, Reads

UNCERTAIN = 0.25
"""Bodies: the middle of the body is so near to above the edge when the board is left."""


class DistanceBodies:
    """Measures how far away from the board the body's middle was when it met the water.

    From where it was when the board was left, which is above its edge; in lengths of the stretched
    body.
    """

    name: ClassVar[str] = "distance_bodies"
    unit: ClassVar[str] = "bodies"
    phase: ClassVar[Phase] = Phase.ENTRY
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Measure it where the path through the air was seen."""
        flown = fall(dive)
        if flown is None:
            return missing(self, no_fall(dive))
        distance = abs(flown.away) / flown.body
        return found(self, dive, distance, UNCERTAIN, flown.start, flown.end)
