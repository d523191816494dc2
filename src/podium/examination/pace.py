"""A dive as fast as it was: slow motion is found by how bodies fall, and looked at in real time."""

from collections.abc import Callable
from dataclasses import replace

from podium.athlete import Seed
from podium.doubts import DoubtKind
from podium.measures import Dive, look, pace
from podium.video.frames import Frames

SLOW_MOTION = DoubtKind("slow_motion", values=("times",))
"""The video is played `times` as slowly as it was done: it was looked at as fast as it was."""

SLOWER = (2, 4, 8)
"""So many times as slow a video is taken for, one after the other, until a fall is one."""

LIKELY = (0.72, 1.42)
"""A fall that is played so many times as fast as bodies fall is one, and says how fast exactly."""

NEAR_USUAL, NEAR_WHOLE = 0.2, 0.12
"""Cameras slow down by 2, 4 or 8, or another whole number: one so near, as a share, is meant."""

Decode = Callable[[float | None], Frames]
"""Decodes the frames of a video that is played so many times as fast as it was."""

Find = Callable[[Frames], Seed | None]
"""Says where the athlete is in the first of these frames, where it is not who moves most."""


def at_true_speed(
    decode: Decode, find: Find, height_metres: float | None, playing_speed: float | None
) -> tuple[Frames, Dive, float]:
    """Look at a dive as fast as it was; return its frames, the dive, and how fast it is played.

    Where that is not known (`None`), a dive is played as fast as it was, unless no body is seen to
    fall so and one is where 2, 4 or 8 times as much time passes from frame to frame. Frames keep
    their times in the file; the dive's are those of what was done.
    """
    frames = decode(playing_speed)
    seed = find(frames)
    dive = _look(frames, seed, height_metres, playing_speed or 1.0)
    if playing_speed is not None or _is_likely(dive):
        return frames, dive, playing_speed or 1.0
    for times in SLOWER:
        seen = _look(_every(frames, times), seed, height_metres, 1 / times)
        if _is_likely(seen):
            found = 1 / _likely_times(times / (pace(seen) or 1.0))
            frames = decode(found)
            return frames, _look(frames, find(frames), height_metres, found), found
    return frames, dive, 1.0


def _look(
    frames: Frames, seed: Seed | None, height_metres: float | None, playing_speed: float
) -> Dive:
    return look(frames.at_times(playing_speed), seed, height_metres)


def _is_likely(dive: Dive) -> bool:
    found = pace(dive)
    return found is not None and LIKELY[0] <= found <= LIKELY[1]


def _every(frames: Frames, times: int) -> Frames:
    """Keep every so-manieth frame."""
    return replace(
        frames,
        pixels=frames.pixels[::times],
        start_seconds=frames.start_seconds[::times],
        numbers=frames.numbers[::times],
    )


def _likely_times(times: float) -> float:
    """Return how many times as slow it is likely to be where it was measured as so many."""
    usual = min(SLOWER, key=lambda one: abs(one - times) / one)
    if abs(times - usual) <= NEAR_USUAL * usual:
        return float(usual)
    nearest = max(round(times), 1)
    return float(nearest) if abs(times - nearest) <= NEAR_WHOLE * nearest else times
