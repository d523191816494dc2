"""The athlete -> one physical quantity a file. A new file here is measured everywhere."""

from typing import ClassVar, Protocol

from podium import _catalog
from podium.measures._dive import Dive
from podium.measures._look import look
from podium.measures._values import Measurement, Phase, Reading

__all__ = ["Dive", "Measure", "Measurement", "Phase", "Reading", "look", "measure"]


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
    measures = [_catalog.find(__name__, name)() for name in _catalog.names(__name__)]
    phases = list(Phase)
    return tuple(one(dive) for one in sorted(measures, key=lambda one: phases.index(one.phase)))
