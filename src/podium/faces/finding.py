"""A video -> where faces are: whoever's by a detector, the athlete's by joints or silhouette."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.athlete import Athlete
from podium.athlete.follow import ROOM
from podium.errors import MissingExtra, NoFolder, WeightsError
from podium.faces.detector import FaceDetector
from podium.faces.heads import head_of, heads_of
from podium.faces.values import NONE, Faces, together
from podium.joints import BlazePose
from podium.joints.follow import Finder, Follower
from podium.video.frames import Frame, Frames, each_frame, probe

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]
Detector = Callable[[Pixels], Floats]
"""Returns circles about the faces in a picture, (faces, 3), in its pixels."""

SHORT_SIDE = 480
"""Larger videos are looked at so small, in pixels."""

LOOKS_PER_SECOND = 10.0
"""So often faces of everybody are looked for, and the athlete's joints: between, the face is on the
way from one place to the next. In a dive joints are looked for in each frame: found in few of them,
a head that whirls is missed by less."""

LARGEST = 0.09
"""The head of an athlete whose silhouette is known is no larger, in lengths of one stretched:
joints that are found beside a somersault lie anywhere."""

AROUND_SECONDS = 0.25
"""A face that was found is hidden so long before and after, too: finding it flickers."""

HOLD_SECONDS = 1.5
"""Where none is found, the last and the next that are no further away are hidden."""

WIDER = 1.4
"""So much wider is what is hidden where no face was found."""

TOO_LARGE = 2.5
"""What was detected so many times as large as the athlete's head is no face."""

SAME = 4.0
"""Heads that lie no more than so many radii apart in two looks are the same one, moved."""

_BOTH = 2


@dataclass(frozen=True)
class Seen:
    """An athlete who was followed, and the frames of it."""

    frames: Frames
    """Those in which the athlete was followed."""

    athlete: Athlete
    """Where the silhouettes are."""


def find_faces(
    video: Path,
    seen: Seen | None = None,
    *,
    detector: Detector | None = None,
    finder: Finder | None = None,
    progress: Callable[[], None] = lambda: None,
) -> Faces:
    """Find faces in all frames of a video.

    Everybody's are looked for by a detector, the athlete's by joints, too; both are what
    `podium fetch pose` gets, unless others are given. Of a dive, in which people are small and
    upside down, `seen` is the athlete, whose head is an end of the silhouette. `progress` is called
    after each frame.

    Raises
    ------
    MissingFile, VideoError
        If the video cannot be read.
    WeightsError, MissingExtra
        If what finds faces is not there, and no athlete was followed.
    """
    detector, finder = _finders(detector, finder, is_needed=seen is None)
    every = 0.0 if seen else 1 / LOOKS_PER_SECOND
    follower = _Sparing(finder, every) if finder else None
    times, detected, heads = _looked_at(video, detector, follower, progress)
    if seen:
        heads = _with_silhouettes(video, times, heads, seen)
    n_found = sum(len(one) + len(other) > 0 for one, other in zip(detected, heads, strict=True))
    shown = _held(times, heads, detected)
    return Faces(times, shown, n_found, are_all_looked_for=detector is not None)


def _finders(
    detector: Detector | None, finder: Finder | None, *, is_needed: bool
) -> tuple[Detector | None, Finder | None]:
    """Return what finds faces, and joints; what is not there is left out, if one of them is."""
    missing: list[MissingExtra | NoFolder | WeightsError] = []
    try:
        finder = finder or BlazePose()
    except (MissingExtra, NoFolder, WeightsError) as error:
        missing.append(error)
    try:
        detector = detector or FaceDetector()
    except (MissingExtra, NoFolder, WeightsError) as error:
        missing.append(error)
    if is_needed and not (detector or finder):
        raise missing[0]
    return detector, finder


def _looked_at(
    video: Path,
    detector: Detector | None,
    follower: "_Sparing | None",
    progress: Callable[[], None],
) -> tuple[Floats, list[Floats], list[Floats]]:
    """Return when each frame is shown, and the circles about everybody's face and the athlete's."""
    about = probe(video)
    scale = min(SHORT_SIDE / min(about.width, about.height), 1)
    width, height = (max(round(scale * side), 1) for side in (about.width, about.height))
    times: list[float] = []
    detected: list[Floats] = []
    due = 0.0
    for frame in each_frame(video, width=width, height=height):
        times.append(frame.start_seconds)
        detected.append(NONE)
        if follower:
            follower.see(frame)
        if detector and frame.start_seconds >= due - 1e-6:
            due = frame.start_seconds + 1 / LOOKS_PER_SECOND
            detected[-1] = detector(frame.pixels) / height
        progress()
    heads = [one / height for one in follower.heads()] if follower else [NONE] * len(times)
    return np.array(times), _plausible(detected, heads), heads


class _Sparing:
    """Finds the athlete's head in some of the frames, and where it is between them."""

    def __init__(self, finder: Finder, every_seconds: float) -> None:
        self._follower, self._every = Follower(finder), every_seconds
        self._due, self._n_frames = 0.0, 0
        self._looked_at: list[int] = []
        self._passed: Pixels | None = None

    def see(self, frame: Frame) -> None:
        """Look at the next frame, if it is time to."""
        self._passed = frame.pixels
        if frame.start_seconds >= self._due - 1e-6:
            self._due = frame.start_seconds + self._every
            self._look(frame.pixels)
        self._n_frames += 1

    def _look(self, picture: Pixels) -> None:
        self._looked_at.append(self._n_frames)
        self._follower.see(picture)
        self._passed = None

    def heads(self) -> list[Floats]:
        """Return the circle about the head in each frame, (0 to 2, 3) each."""
        if self._passed is not None:  # the last frame: between it and none there is nothing
            self._n_frames -= 1
            self._look(self._passed)
            self._n_frames += 1
        found = [head_of(look) if look else NONE for look in self._follower.looks]
        heads: list[Floats] = [NONE] * self._n_frames
        for before, after in zip(range(len(found)), range(1, len(found) + 1), strict=True):
            first, last = self._looked_at[before], self._looked_at[min(after, len(found) - 1)]
            heads[first] = found[before]
            for number in range(first + 1, last):
                share = (number - first) / (last - first)
                heads[number] = _on_the_way(found[before], found[after], share)
        return heads


def _on_the_way(first: Floats, last: Floats, share: float) -> Floats:
    """Return where a head is between two frames; where it is not the same one, it is at both."""
    if len(first) and len(last):
        apart = float(np.linalg.norm(first[0, :2] - last[0, :2]))
        if apart <= SAME * max(first[0, 2], last[0, 2]):
            return (1 - share) * first + share * last
    return together([first, last])


def _plausible(detected: Sequence[Floats], heads: Sequence[Floats]) -> list[Floats]:
    """Leave out what is far larger than the athlete's head usually is."""
    radii = [float(one[0, 2]) for one in heads if len(one)]
    most = TOO_LARGE * float(np.median(radii)) if radii else np.inf
    return [one[one[:, 2] <= most] for one in detected]


def _with_silhouettes(
    video: Path, times: Floats, found: Sequence[Floats], seen: Seen
) -> list[Floats]:
    """Add the heads of silhouettes to the circles of each frame."""
    about, frames = probe(video), seen.frames
    left, top = about.corner(frames.box)
    across, down = about.shape(frames.box)
    high, wide = frames.pixels.shape[1:3]
    scale, corner = (across / wide, down / high), (left, top)
    heads = []
    largest = LARGEST * seen.athlete.reach / ROOM * max(scale) / about.height
    found = [np.minimum(one, (np.inf, np.inf, largest)) for one in found]
    for circles in heads_of(seen.athlete):
        places = circles[:, :2] * scale + corner
        heads.append(np.column_stack([places, circles[:, 2] * max(scale)]) / about.height)
    shown = np.searchsorted(frames.start_seconds, times + 1e-4, side="right") - 1
    return [
        together([one, heads[at]]) if at >= 0 else one
        for one, at in zip(found, shown.tolist(), strict=True)
    ]


def _held(times: Floats, heads: Sequence[Floats], detected: Sequence[Floats]) -> tuple[Floats, ...]:
    """Return what is hidden: the athlete's head, and what was detected about each moment.

    Where there is neither, it is the last and the next that were found.
    """
    found = [together(both) for both in zip(heads, detected, strict=True)]
    known = np.flatnonzero([len(one) > 0 for one in found])
    starts = np.searchsorted(times, times - AROUND_SECONDS - 1e-6)
    stops = np.searchsorted(times, times + AROUND_SECONDS + 1e-6, side="right")
    shown = []
    for number, (start, stop) in enumerate(zip(starts.tolist(), stops.tolist(), strict=True)):
        circles = together([heads[number], *detected[start:stop]])
        if not len(found[number]):
            near = _near(times, known, number)
            held = together([*(found[i] for i in near), *_between(found, near)])
            circles = together([circles, held * (1, 1, WIDER)])
        shown.append(circles)
    return tuple(shown)


def _near(times: Floats, known: npt.NDArray[np.intp], number: int) -> list[int]:
    """Return the last and the next frame in which something was found, if not too far away."""
    at = int(np.searchsorted(known, number))
    beside = [int(i) for i in (*known[max(at - 1, 0) : at], *known[at : at + 1])]
    return [i for i in beside if abs(times[i] - times[number]) <= HOLD_SECONDS]


def _between(found: Sequence[Floats], near: Sequence[int]) -> list[Floats]:
    """Return the circle half way between the first of the last and of the next frame."""
    if len(near) < _BOTH:
        return []
    first, last = (found[i][:1] for i in near)
    return [(first + last) / 2]
