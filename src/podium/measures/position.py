"""In which position the somersaults are done."""

from typing import ClassVar

from podium.measures._counted import why_not
from podium.measures._dive import Dive
from podium.measures._kind import kind_of
from podium.measures._values import Measurement, Phase, Reads


class Position:
    """Tells the position of the body, by its letter: A straight, B pike, C tuck, D free."""

    name: ClassVar[str] = "position"
    unit: ClassVar[str] = ""
    phase: ClassVar[Phase] = Phase.FLIGHT
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Tell it by how the body looks in the air, its turning taken away."""
        read = kind_of(dive)
        if read is None:
            return Measurement(self.name, self.unit, self.phase, reason=why_not(dive))
        return Measurement(
            self.name,
            self.unit,
            self.phase,
            read.likeliest("position")[0],
            start_seconds=read.start_seconds,
            end_seconds=read.end_seconds,
        )
