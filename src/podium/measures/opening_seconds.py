"""How long before the water the body opened."""

from typing import ClassVar

from podium.measures._answers import missing, seconds_between
from podium.measures._dive import Dive
from podium.measures._values import Measurement, Phase, Reads


class OpeningSeconds:
    """Measures the time from the come-out, when the body begins to open, to the water."""

    name: ClassVar[str] = "opening_seconds"
    unit: ClassVar[str] = "seconds"
    phase: ClassVar[Phase] = Phase.FLIGHT
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Measure it where both moments were found."""
        come_out, water = dive.moments.come_out, dive.moments.water
        if not water:
            return missing(self, "water_not_found")
        if not come_out:
            return missing(self, "come_out_not_found")
        return seconds_between(self, dive, come_out, water)
