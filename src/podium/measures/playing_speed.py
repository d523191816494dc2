"""How fast the video is played: gravity is the same everywhere."""

from math import sqrt
from typing import ClassVar

from podium.measures._answers import found, frame_seconds, missing, no_fall
from podium.measures._dive import Dive
from podium.measures._fall import GRAVITY, LOWER_METRES, fall
from podium.measures._values import Measurement, Phase, Reads

UNCERTAIN = 0.08
"""Of the speed: nine in ten of 300 dives of one competition lie within half of it of their median,
and by how much the middle falls in all may be off by as much again."""


class PlayingSpeed:
    """Measures how many times as fast as it was a dive is played: 0.5 in half the speed.

    By how fast the body gains speed as it falls, where the height of the board above the water is
    given, which says how long a metre is in the picture.
    """

    name: ClassVar[str] = "playing_speed"
    unit: ClassVar[str] = "times"
    phase: ClassVar[Phase] = Phase.FLIGHT
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Measure it where the height was given and the path through the air was seen."""
        if dive.height_metres is None:
            return missing(self, "height_not_given")
        flown = fall(dive)
        if flown is None or flown.drop <= 0:
            return missing(self, no_fall(dive))
        metres = (dive.height_metres - LOWER_METRES) / flown.drop
        gained = flown.acceleration * metres / frame_seconds(dive) ** 2
        speed = sqrt(gained / GRAVITY)
        return found(self, dive, speed, UNCERTAIN * speed, flown.start, flown.end)
