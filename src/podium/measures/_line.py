"""The line before the water: in which frames the body is stretched, and how it turns there."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.measures._dive import Dive

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

BEFORE_SECONDS, AFTER_SECONDS = 0.4, 0.15
"""How far from the moment at which the water is met the line is looked for."""

THIN = 0.45
"""A line is so much narrower than long, or more."""

VISIBLE = 0.4
"""Of the stretched body so much is to be seen, or it is no line but what is left of one."""

FASTEST = 1000.0
"""Nobody turns faster, in degrees a second: what does is something else, such as the splash."""

TURNS_SECONDS = 0.27
"""For so long before the water it is looked at which way the body turns."""

STRETCHED_PERCENTILE = 80
"""Of the lengths in the line; the longest ones hold water or wall as well."""


@dataclass(frozen=True)
class Line:
    """The body as a line, in frames that follow each other, the last one half in the water."""

    frames: Ints
    angles: Floats
    """How far the axis is from upright in each of them, in radians, counter-clockwise."""

    turning: float
    """1 if the axis turns counter-clockwise in the picture, -1 if clockwise, 0 if it does not."""

    length: float
    """Of the stretched body, in pixels of the picture of the last of the frames."""

    visible: Floats
    """How much of the stretched body is to be seen in each of them; about 1 above the water."""


def line_before_water(dive: Dive) -> Line | None:
    """Return the line in which the body meets the water; `None` if none is seen, or no water."""
    frames = stretched_frames(dive)
    if not frames.size:
        return None
    lengths = dive.outline.length * scales(dive)
    runs = _runs(dive, frames)
    run = max(runs, key=lambda frames: float(_upright_length(dive, frames).sum()))
    length = float(np.percentile(lengths[run], STRETCHED_PERCENTILE))
    return Line(
        run,
        _unwrapped(from_upright(dive.outline.angle[run])),
        _turning(dive, run),
        length / float(scales(dive)[run[-1]]),
        lengths[run] / length,
    )


def stretched_frames(dive: Dive) -> Ints:
    """Return the frames about the water in which the body is a line; none if no water is met."""
    if dive.moments.water is None:
        return np.empty(0, np.intp)
    since = since_water(dive)
    looked_at = np.flatnonzero((since >= -BEFORE_SECONDS) & (since <= AFTER_SECONDS))
    body = dive.outline
    lengths = body.length * scales(dive)
    is_line = np.isfinite(body.angle) & (body.width < THIN * body.length)
    if not is_line[looked_at].any():
        return np.empty(0, np.intp)
    stretched = np.percentile(lengths[looked_at][is_line[looked_at]], STRETCHED_PERCENTILE)
    is_line &= lengths > VISIBLE * stretched
    return np.asarray(looked_at[is_line[looked_at]])


def scales(dive: Dive) -> Floats:
    """Return how much larger things are in the common picture than in each frame, (frames,)."""
    to_first = dive.athlete.camera.to_first()[:, :2, :2]
    return np.asarray(np.sqrt(np.abs(np.linalg.det(to_first))))


def since_water(dive: Dive) -> Floats:
    """Return how long after the water was met each frame is, (frames,)."""
    assert dive.moments.water is not None
    seconds = dive.athlete.start_seconds
    return np.asarray(seconds - seconds[min(dive.moments.water.index, len(seconds) - 1)])


def from_upright(angles: Floats) -> Floats:
    """Return how far axes are from upright, from -pi/2 to pi/2."""
    return np.asarray(angles % np.pi - np.pi / 2)


def _unwrapped(angles: Floats) -> Floats:
    """Return angles without jumps; the last one lies from -pi/2 to pi/2."""
    even = np.unwrap(angles, period=np.pi)
    return np.asarray(even - np.pi * np.round(even[-1] / np.pi))


def _turns(dive: Dive, frames: Ints) -> Floats:
    """Return how far the axis turns from each frame to the next, the shorter way."""
    return (np.diff(dive.outline.angle[frames]) + np.pi / 2) % np.pi - np.pi / 2


def _is_possible(dive: Dive, frames: Ints, turns: Floats) -> npt.NDArray[np.bool_]:
    seconds = np.diff(dive.athlete.start_seconds[frames])
    return np.abs(np.rad2deg(turns)) < FASTEST * seconds


def _runs(dive: Dive, frames: Ints) -> list[Ints]:
    """Part frames where one is missing between them, or the axis jumps."""
    joined = (np.diff(frames) == 1) & _is_possible(dive, frames, _turns(dive, frames))
    return np.split(frames, np.flatnonzero(~joined) + 1)


def _upright_length(dive: Dive, frames: Ints) -> Floats:
    return dive.outline.length[frames] * np.abs(np.sin(dive.outline.angle[frames]))


def _turning(dive: Dive, run: Ints) -> float:
    """Return which way the body turns, by the clearest of the turns before the water."""
    seconds = dive.athlete.start_seconds
    first = int(np.searchsorted(seconds, seconds[run[-1]] - TURNS_SECONDS))
    frames = np.arange(min(first, int(run[0])), int(run[-1]) + 1)
    body = dive.outline
    slender = 1 - body.width[frames] / body.length[frames]
    turns = _turns(dive, frames)
    weights = np.minimum(slender[1:], slender[:-1])
    is_clear = np.isfinite(turns) & _is_possible(dive, frames, turns)
    return float(np.sign((turns * weights)[is_clear].sum()))
