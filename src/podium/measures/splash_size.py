"""How much white water a dive throws up."""

from typing import ClassVar

from podium.measures._dive import Dive
from podium.measures._splash import rising, splash_of, why_no_splash
from podium.measures._values import Measurement, Phase, Reads

LOW, HIGH, SPARE = 0.25, 2.0, 0.08
"""Nine in ten rendered splashes are from so many times to so many times as large, give or take."""


class SplashSize:
    """Measures the white water at its largest, in squared lengths of the stretched body.

    Thin spray counts by how white it is; what was as bright before the dive does not count.
    """

    name: ClassVar[str] = "splash_size"
    unit: ClassVar[str] = "squared body lengths"
    phase: ClassVar[Phase] = Phase.SPLASH
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Measure it where the water is met in the video, and shown for a while after."""
        splash = splash_of(dive)
        if splash is None:
            return Measurement(self.name, self.unit, self.phase, reason=why_no_splash(dive))
        early = rising(splash)
        size = float(splash.sizes[early].max())
        low, high = max(0.0, LOW * size - SPARE), HIGH * size + SPARE
        seconds = splash.seconds[early]
        start, end = float(seconds[0]), float(seconds[-1])
        return Measurement(self.name, self.unit, self.phase, size, low, high, start, end)
