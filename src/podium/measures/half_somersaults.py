"""How many half somersaults there are."""

from typing import ClassVar

from podium.measures._counted import held_range, why_not
from podium.measures._dive import Dive
from podium.measures._kind import kind_of
from podium.measures._values import Measurement, Phase, Reads


class HalfSomersaults:
    """Counts half somersaults from the take-off to the water.

    By the likeliest way to turn that agrees with all frames: where the head is, how the body lies,
    and how it has turned since the frame before.
    """

    name: ClassVar[str] = "half_somersaults"
    unit: ClassVar[str] = ""
    phase: ClassVar[Phase] = Phase.FLIGHT
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Count them where take-off and water are known."""
        read = kind_of(dive)
        if read is None:
            return Measurement(self.name, self.unit, self.phase, reason=why_not(dive))
        low, high = held_range(read.half_somersaults)
        return Measurement(
            self.name,
            self.unit,
            self.phase,
            int(read.half_somersaults.argmax()),
            low,
            high,
            read.start_seconds,
            read.end_seconds,
        )
