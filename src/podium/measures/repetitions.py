"""How often a movement was repeated."""

from typing import ClassVar

from podium.measures._moving import NO_REPETITION, missing, seconds_of
from podium.measures._values import Measurement, Reads
from podium.movement import Movement


class Repetitions:
    """Counts the repetitions that go out and come back."""

    name: ClassVar[str] = "repetitions"
    unit: ClassVar[str] = ""
    phase: ClassVar[None] = None
    reads: ClassVar[Reads] = "joints"

    def __call__(self, movement: Movement) -> Measurement:
        """Count them; half a one at the beginning or the end does not count."""
        if not movement.repetitions:
            return missing(self, NO_REPETITION)
        count = float(len(movement.repetitions))
        start, end = seconds_of(movement)
        return Measurement(self.name, self.unit, None, count, None, None, start, end)
