"""How high the athlete jumped, in metres."""

from typing import ClassVar

from podium.measures._answers import found, missing, no_fall
from podium.measures._dive import Dive
from podium.measures._fall import LOWER_METRES, fall
from podium.measures._values import Measurement, Phase, Reads


class JumpHeightMetres:
    """Measures by how much the body's middle rises after the board was left, in metres.

    From how long it rises and how long it falls, where the height of the board above the water is
    given: squared, the times are to one another as the heights are, at whatever speed it is played.
    """

    name: ClassVar[str] = "jump_height_metres"
    unit: ClassVar[str] = "metres"
    phase: ClassVar[Phase] = Phase.TAKE_OFF
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Measure it where the height was given and the path through the air was seen."""
        if dive.height_metres is None:
            return missing(self, "height_not_given")
        flown = fall(dive)
        if flown is None or flown.drop <= 0:
            return missing(self, no_fall(dive))
        metres = (dive.height_metres - LOWER_METRES) / flown.drop
        rise, margin = flown.rise * metres, flown.rise_margin * metres
        return found(self, dive, rise, margin, flown.start, flown.end)
