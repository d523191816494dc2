"""Whether a dive begins with an armstand."""

from typing import ClassVar

from podium.measures._counted import why_not
from podium.measures._dive import Dive
from podium.measures._kind import kind_of
from podium.measures._values import Measurement, Phase, Reads


class Armstand:
    """Says whether the dive begins with an armstand: 1 if so, 0 if not."""

    name: ClassVar[str] = "armstand"
    unit: ClassVar[str] = ""
    phase: ClassVar[Phase] = Phase.TAKE_OFF
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Tell it by how the body stands before it leaves, and how often it turns after."""
        read = kind_of(dive)
        if read is None:
            return Measurement(self.name, self.unit, self.phase, reason=why_not(dive))
        likely = read.armstand
        return Measurement(
            self.name,
            self.unit,
            self.phase,
            int(likely > 0.5),
            int(likely > 0.9),
            int(likely >= 0.1),
            read.start_seconds,
            read.end_seconds,
        )
