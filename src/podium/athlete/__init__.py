"""Frames become the athlete: where the body is in each of them, and which pixels are it."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.athlete.camera import estimate_camera as estimate_camera
    from podium.athlete.follow import frames_of as frames_of
    from podium.athlete.outline import Outline as Outline
    from podium.athlete.track import Seed as Seed
    from podium.athlete.values import Athlete as Athlete
    from podium.athlete.values import CameraMotion as CameraMotion

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "camera": ("estimate_camera",),
        "follow": ("frames_of",),
        "outline": ("Outline",),
        "track": ("Seed",),
        "values": ("Athlete", "CameraMotion"),
    },
)
