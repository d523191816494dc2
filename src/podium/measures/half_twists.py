"""How many half twists there are."""

from typing import ClassVar

from podium.measures._classes import CLASSES
from podium.measures._counted import held_range, why_not
from podium.measures._dive import Dive
from podium.measures._kind import kind_of
from podium.measures._values import Measurement, Phase, Reads


class HalfTwists:
    """Counts half twists, turns about the long axis of the body; 0 where it does not twist."""

    name: ClassVar[str] = "half_twists"
    unit: ClassVar[str] = ""
    phase: ClassVar[Phase] = Phase.FLIGHT
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Tell it by how the body looks in the air, its somersaults taken away."""
        read = kind_of(dive)
        if read is None:
            return Measurement(self.name, self.unit, self.phase, reason=why_not(dive))
        probable = read.classes["half_twists"]
        low, high = held_range(probable)
        return Measurement(
            self.name,
            self.unit,
            self.phase,
            int(CLASSES["half_twists"][int(probable.argmax())]),
            low,
            high,
            read.start_seconds,
            read.end_seconds,
        )
