"""How long the athlete was in the air."""

from typing import ClassVar

from podium.measures._answers import missing, no_fall, seconds_between
from podium.measures._dive import Dive
from podium.measures._values import Measurement, Phase, Reads


class FlightSeconds:
    """Measures the time from leaving the platform or board to meeting the water, as it is played.

    A video in slow motion makes it longer.
    """

    name: ClassVar[str] = "flight_seconds"
    unit: ClassVar[str] = "seconds"
    phase: ClassVar[Phase] = Phase.FLIGHT
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Measure it where both moments were found."""
        board, water = dive.moments.board_left, dive.moments.water
        if not board or not water:
            return missing(self, no_fall(dive))
        return seconds_between(self, dive, board, water)
