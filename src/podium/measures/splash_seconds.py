"""How long the splash lasts."""

from typing import ClassVar

from podium.measures._dive import Dive
from podium.measures._splash import LASTS_SECONDS, splash_of, why_no_splash
from podium.measures._values import Measurement, Phase, Reads

CLEAR = 0.15
"""It lasts while it is so large, in squared body lengths."""

MOST_LACKING_SECONDS = 0.1
"""So much may be lacking of the time over which it is looked at."""


class SplashSeconds:
    """Measures for how long there is much white water, up to the second that is looked at.

    Where the video ends while the water is still white, it is not known how long it lasts.
    """

    name: ClassVar[str] = "splash_seconds"
    unit: ClassVar[str] = "seconds"
    phase: ClassVar[Phase] = Phase.SPLASH
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Measure it where the water is met in the video, and shown for a while after."""
        splash = splash_of(dive)
        if splash is None:
            return Measurement(self.name, self.unit, self.phase, reason=why_no_splash(dive))
        first, last = float(splash.seconds[0]), float(splash.seconds[-1])
        clear = splash.sizes > CLEAR
        shown = last - first
        if clear[-1] and shown < LASTS_SECONDS - MOST_LACKING_SECONDS:
            return Measurement(self.name, self.unit, self.phase, reason="video_ends_too_early")
        frame = shown / max(len(clear) - 1, 1)
        lasts = float(clear.sum()) * frame
        low, high = max(0.0, lasts - 2 * frame), lasts + 2 * frame
        return Measurement(self.name, self.unit, self.phase, lasts, low, high, first, last)
