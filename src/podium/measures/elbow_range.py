"""How far the elbows bend in a repetition."""

from typing import ClassVar

from podium.measures._moving import range_of
from podium.measures._values import Measurement, Reads
from podium.movement import Movement


class ElbowRange:
    """Measures how far the elbows bend from the least to the most in a repetition."""

    name: ClassVar[str] = "elbow_range"
    unit: ClassVar[str] = "degrees"
    phase: ClassVar[None] = None
    reads: ClassVar[Reads] = "joints"

    def __call__(self, movement: Movement) -> Measurement:
        """Measure it: the middle of all repetitions, both sides together."""
        return range_of(self, movement, "elbow")
