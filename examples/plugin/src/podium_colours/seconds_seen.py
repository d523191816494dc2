"""A measure: for how long the athlete is seen."""

from typing import ClassVar, Literal

import numpy as np

from podium.measures import Dive, Measurement, Phase


class SecondsSeen:
    """Measures for how long the athlete is seen, from the first time to the last."""

    name: ClassVar[str] = "seconds_seen"
    unit: ClassVar[str] = "seconds"
    phase: ClassVar[Phase | None] = Phase.FLIGHT
    reads: ClassVar[Literal["dive", "joints"]] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Measure it; of less than two frames nothing is said."""
        seconds = dive.athlete.start_seconds[dive.outline.is_seen]
        if len(seconds) < 2:
            return Measurement(self.name, self.unit, self.phase, reason="line_not_seen")
        start, end = float(seconds[0]), float(seconds[-1])
        value = float(np.ptp(seconds))
        return Measurement(self.name, self.unit, self.phase, value, value, value, start, end)
