"""What a measure is, and all of them asked about one dive, or about one movement."""

from typing import Any, ClassVar, Protocol, TypeVar

from podium import _catalog
from podium.measures._dive import Dive
from podium.measures._values import Measurement, Phase, Reads
from podium.movement import Movement

PACKAGE = "podium.measures"

Seen = TypeVar("Seen", Dive, Movement, contravariant=True)


class Measure(Protocol[Seen]):
    """Measures one quantity; made without arguments, named as its file is."""

    name: ClassVar[str]
    """As in JSON and tables, such as `entry_angle_degrees`."""

    unit: ClassVar[str]
    """In which it is given, such as `degrees`; "" for a number of something."""

    phase: ClassVar[Phase | None]
    """Of which part of a dive it is; `None` where it reads joints."""

    reads: ClassVar[Reads]
    """What it looks at: `dive`, or `joints` for the movement of anybody."""

    def __call__(self, seen: Seen, /) -> Measurement:
        """Measure it; where it cannot be, the measurement says why."""
        ...


def measure(dive: Dive) -> tuple[Measurement, ...]:
    """Measure all there is to measure of a dive, phase by phase."""
    measures, phases = _that_read("dive"), list(Phase)
    return tuple(one(dive) for one in sorted(measures, key=lambda one: phases.index(one.phase)))


def measure_movement(movement: Movement) -> tuple[Measurement, ...]:
    """Measure all there is to measure of anybody's movement."""
    return tuple(one(movement) for one in _that_read("joints"))


def names_that_read(reads: Reads) -> tuple[str, ...]:
    """List the measures that look at dives, or at joints."""
    return tuple(one.name for one in _that_read(reads))


def _that_read(reads: Reads) -> list[Any]:
    found = [_catalog.find(PACKAGE, name) for name in _catalog.names(PACKAGE)]
    return [one() for one in found if one.reads == reads]
