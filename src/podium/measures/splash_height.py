"""How high the water goes up."""

from typing import ClassVar

import numpy as np

from podium.measures._dive import Dive
from podium.measures._splash import rising, splash_of, why_no_splash
from podium.measures._values import Measurement, Phase, Reads

PERCENTILE = 90
"""Of its heights over time, so that a single frame does not decide."""

UNCERTAIN = 0.4
"""In body lengths: so far off nine in ten rendered splashes are measured, at the most."""


class SplashHeight:
    """Measures how high white water reaches above where the body went in, in body lengths.

    Of the picture: a camera that looks down sees it lower, and water that spreads away higher.
    """

    name: ClassVar[str] = "splash_height"
    unit: ClassVar[str] = "body lengths"
    phase: ClassVar[Phase] = Phase.SPLASH
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Measure it where the water is met in the video, and shown for a while after."""
        splash = splash_of(dive)
        if splash is None:
            return Measurement(self.name, self.unit, self.phase, reason=why_no_splash(dive))
        early = rising(splash)
        height = float(np.percentile(splash.heights[early], PERCENTILE))
        low, high = max(0.0, height - UNCERTAIN), height + UNCERTAIN
        seconds = splash.seconds[early]
        start, end = float(seconds[0]), float(seconds[-1])
        return Measurement(self.name, self.unit, self.phase, height, low, high, start, end)
