"""How fast a fall is played, told by gravity and the length of the body, without any height."""

from math import sqrt

from podium.measures._answers import frame_seconds
from podium.measures._dive import Dive
from podium.measures._fall import fall

BODIES_GAINED = 10.48
"""A falling body gains so many of its silhouette's lengths a second, each second: the median of 99
of the 300 training dives. Nine in ten came within 9 % of the speed that this makes of it."""


def pace(dive: Dive) -> float | None:
    """Return how many times as fast as it was a dive is played; `None` where no fall was seen."""
    flown = fall(dive)
    if flown is None or flown.acceleration <= 0:
        return None
    gained = flown.acceleration / flown.body / frame_seconds(dive) ** 2
    return sqrt(gained / BODIES_GAINED)
