"""What a measure is, and all of them asked about one dive."""

from typing import ClassVar, Protocol

from podium import _catalog
from podium.measures._dive import Dive
from podium.measures._values import Measurement, Phase

PACKAGE = "podium.measures"


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


def measure(dive: Dive) -> tuple[Measurement, ...]:
    """Measure all there is to measure of a dive, phase by phase."""
    measures = [_catalog.find(PACKAGE, name)() for name in _catalog.names(PACKAGE)]
    phases = list(Phase)
    return tuple(one(dive) for one in sorted(measures, key=lambda one: phases.index(one.phase)))
