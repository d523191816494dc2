"""A video -> a dive as measures see it."""

from pathlib import Path

from podium.athlete.follow import follow, frames_of
from podium.athlete.outline import outline
from podium.athlete.track import Seed
from podium.measures._dive import Dive
from podium.measures._moments import find_moments
from podium.video.frames import Frames


def look(
    video: Path | Frames, seed: Seed | None = None, height_metres: float | None = None
) -> Dive:
    """Follow the athlete of a dive, see how the body lies, and find the moments that divide it.

    Frames are those of `podium.athlete.follow.frames_of`. With a `seed` the athlete is who is
    there; `height_metres` is that of the platform or board, where it is given.

    Raises
    ------
    PodiumError
        If the file cannot be used.
    """
    frames = video if isinstance(video, Frames) else frames_of(video)
    athlete = follow(frames, seed)
    seen = outline(athlete)
    moments = find_moments(athlete, seen)
    return Dive(athlete, seen, moments, height_metres, frames.pixels)
