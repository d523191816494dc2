"""What was measured: a value with its range, when it was seen, or why there is none."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from podium.checks import is_finite, require

Reads = Literal["dive", "joints"]
"""What a measure looks at: a `Dive`, or the `Movement` of anybody whose joints were seen."""


class Phase(StrEnum):
    """Of which part of a performance something is said."""

    TAKE_OFF = "take_off"
    FLIGHT = "flight"
    ENTRY = "entry"
    SPLASH = "splash"


@dataclass(frozen=True)
class Measurement:
    """One quantity of one performance: `value`, in `unit`, or the `reason` why there is none.

    A letter, such as that of a position, is a value as well. It is believed to lie from `low` to
    `high` nine times of ten, where that is known. It was seen from `start_seconds` to
    `end_seconds`, counted from the first frame of the file. A `reason` is a word for what was
    lacking, such as `water_not_found`. Of a whole movement, not of a part of a dive, `phase` is
    `None`.
    """

    name: str
    unit: str
    phase: Phase | None
    value: float | str | None = None
    low: float | None = None
    high: float | None = None
    start_seconds: float | None = None
    end_seconds: float | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        require((self.value is None) == bool(self.reason), "reason", self.reason, "given, or value")
        for name in ("low", "high", "start_seconds", "end_seconds"):
            value = getattr(self, name)
            require(value is None or is_finite(value), name, value, "a finite number, or None")

    def at_times(self, factor: float) -> "Measurement":
        """Return the same, seen at so many times its time."""
        seen = (self.start_seconds, self.end_seconds)
        start, end = (None if at is None else at * factor for at in seen)
        return replace(self, start_seconds=start, end_seconds=end)


@dataclass(frozen=True)
class Reading:
    """A measurement beside those of others.

    `percentile` is how many in a hundred of the dives that are known are lower, 0 to 100, and
    `reference_value` the same measure of the performance that was compared with. `among` names the
    kind of those dives, where not all are alike: a position, `armstand` or `standing`.
    """

    measurement: Measurement
    percentile: float | None = None
    reference_value: float | str | None = None
    among: str = ""

    def __post_init__(self) -> None:
        given = self.percentile
        fits = given is None or (is_finite(given) and 0 <= given <= 100)
        require(fits, "percentile", given, "from 0 to 100, or None")
