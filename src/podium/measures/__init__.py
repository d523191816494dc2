"""The athlete -> one physical quantity a file. A new file here is measured everywhere."""

from typing import ClassVar, Protocol

from podium.measures._dive import Dive
from podium.measures._values import Measurement, Phase

__all__ = ["Dive", "Measure", "Measurement", "Phase"]


class Measure(Protocol):
    """Measures one quantity of a dive; made without arguments, named as its file is."""

    name: ClassVar[str]
    """As in JSON and tables, such as `entry_angle_degrees`."""

    unit: ClassVar[str]
    """In which it is given, such as `degrees`; "" for a number of something."""

    phase: ClassVar[Phase]

    def __call__(self, dive: Dive) -> Measurement:
        """Measure it; where it cannot be, the measurement says why."""
        ...
