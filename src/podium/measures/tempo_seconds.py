"""How long a repetition takes."""

from typing import ClassVar

from podium.measures._moving import NO_REPETITION, found, missing
from podium.measures._values import Measurement, Reads
from podium.movement import Movement


class TempoSeconds:
    """Measures the time from the beginning to the end of a repetition, without the rest between."""

    name: ClassVar[str] = "tempo_seconds"
    unit: ClassVar[str] = "seconds"
    phase: ClassVar[None] = None
    reads: ClassVar[Reads] = "joints"

    def __call__(self, movement: Movement) -> Measurement:
        """Measure it: the middle of all repetitions."""
        done = movement.repetitions
        if not done:
            return missing(self, NO_REPETITION)
        return found(self, movement, [one.seconds for one in done])
