"""In which direction a dive turns."""

from typing import ClassVar

from podium.measures._counted import why_not
from podium.measures._dive import Dive
from podium.measures._kind import kind_of
from podium.measures._values import Measurement, Phase, Reads


class Direction:
    """Tells the direction: forward, back, reverse or inward.

    Forward and reverse dives leave facing the water, back and inward ones facing the platform;
    forward and back dives turn the way they travel, reverse and inward ones against it.
    """

    name: ClassVar[str] = "direction"
    unit: ClassVar[str] = ""
    phase: ClassVar[Phase] = Phase.TAKE_OFF
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Tell it where take-off and water are known."""
        read = kind_of(dive)
        if read is None:
            return Measurement(self.name, self.unit, self.phase, reason=why_not(dive))
        return Measurement(
            self.name,
            self.unit,
            self.phase,
            max(read.directions, key=lambda name: read.directions[name]),
            start_seconds=read.start_seconds,
            end_seconds=read.end_seconds,
        )
