"""A video becomes joints: one person is followed from frame to frame, and gaps are filled."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from podium.checks import check_options
from podium.doubts import DoubtKind
from podium.errors import UsageError, VideoError
from podium.joints.blazepose import LEAST_SURE, BlazePose, Look
from podium.joints.cuts import PERSON_CHANGES, change_of_person, small
from podium.joints.regions import Region
from podium.joints.values import LEAST_VISIBILITY, Joints
from podium.keypoints import BLAZEPOSE
from podium.video.frames import each_frame, probe
from podium.video.limits import WHOLE, Box, Part

Array = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

JOINTS_UNSEEN = DoubtKind("joints_unseen", values=("percent",))
"""`percent` of the joints were not seen: where they are is worked out from the others, and from
other frames."""

MOST_BACK = 60
"""Through so many pictures at most a person is followed back."""

ADVICE = "film one person, the whole body, in good light"


@dataclass(frozen=True)
class JointsOptions:
    """How large and how often a video is looked at."""

    short_side: int = 480
    """In pixels: larger videos are made so small before they are looked at."""

    frames_per_second: float = 30.0
    """No more frames are looked at than so many a second."""

    def __post_init__(self) -> None:
        check_options(self, short_side=16)
        if self.frames_per_second <= 0:
            raise UsageError(f"frames_per_second is {self.frames_per_second:g}: it must be above 0")


class Finder(Protocol):
    """What finds a person and their joints in pictures, as `BlazePose` does."""

    def search(self, picture: Pixels) -> Region | None:
        """Find where in a picture, (height, width, 3), a person is; `None` if nobody."""
        ...

    def look(self, picture: Pixels, region: Region) -> Look:
        """Find the joints of the person in a region of a picture, (height, width, 3)."""
        ...


def find_joints(
    video: Path,
    part: Part = WHOLE,
    box: Box | None = None,
    options: JointsOptions = JointsOptions(),
    finder: Finder | None = None,
    progress: Callable[[], None] = lambda: None,
) -> Joints:
    """Find the joints of the person in a video, or in a part of it, frame by frame.

    With a `box`, no more of each picture is looked at than that, and places are counted in it.
    `progress` is called after each frame. Times count from the first frame of the part.

    Raises
    ------
    MissingFile, VideoError
        If the video cannot be read, or shows nobody.
    WeightsError, MissingExtra
        If what finds joints is not there.
    """
    finder = finder or BlazePose()
    width, height = _size(video, box, options.short_side)
    times: list[float] = []
    pictures: list[npt.NDArray[np.float32]] = []
    follower = Follower(finder)
    every, due = 1 / options.frames_per_second, 0.0
    for frame in each_frame(video, width=width, height=height, part=part, box=box):
        if frame.start_seconds < due - every / 4:
            continue
        due = max(due + every, frame.start_seconds + every / 2)
        times.append(frame.start_seconds)
        follower.see(frame.pixels)
        pictures.append(small(frame.pixels))
        progress()
    if not any(follower.looks):
        raise VideoError.of_file(video, f"nobody was seen in it: {ADVICE}")
    joints = joined(follower.looks, np.asarray(times), (width, height))
    seconds = change_of_person(pictures, joints)
    if seconds is None:
        return joints
    return replace(joints, doubts=(*joints.doubts, PERSON_CHANGES(seconds=seconds)))


def _size(video: Path, box: Box | None, short_side: int) -> tuple[int, int]:
    """Return (width, height) of what a video shows, made so small that it is looked at fast."""
    across, down = probe(video).shape(box)
    scale = min(short_side / min(across, down), 1)
    return max(round(across * scale), 1), max(round(down * scale), 1)


class Follower:
    """Finds the same person in one picture after the other.

    Where the person was, they are looked for next; the whole picture is searched only where they
    were lost. Once they are found again, they are followed back through the pictures before.
    """

    def __init__(self, finder: Finder) -> None:
        self.looks: list[Look | None] = []
        """What was found in each picture; `None` where nobody was."""

        self._finder = finder
        self._region: Region | None = None
        self._without: deque[Pixels] = deque(maxlen=MOST_BACK)

    def see(self, picture: Pixels) -> None:
        """Find the joints in the next picture, (height, width, 3)."""
        look = self._look(picture, self._region)
        if look is None:
            look = self._look(picture, self._finder.search(picture))
        self.looks.append(look)
        self._region = look.next_region if look else None
        if look is None:
            self._without.append(picture)
        elif self._without:
            self._follow_back(look)

    def _follow_back(self, look: Look) -> None:
        """Look in the pictures in which nobody was found, from the last one back."""
        found: Look | None = look
        for number, picture in enumerate(reversed(self._without), start=2):
            if (found := self._look(picture, found.next_region if found else None)) is None:
                break
            self.looks[-number] = found
        self._without.clear()

    def _look(self, picture: Pixels, region: Region | None) -> Look | None:
        if region is None:
            return None
        look = self._finder.look(picture, region)
        return look if look.sureness >= LEAST_SURE else None


def joined(
    looks: Sequence[Look | None], times: npt.NDArray[np.float64], size: tuple[int, int]
) -> Joints:
    """Put what was found in frames of `size` (width, height) together, at least one of them.

    Where nobody was found in a frame, joints are where they were on the way between the frames
    before and after.
    """
    found = [look for look in looks if look is not None]
    at = np.flatnonzero([look is not None for look in looks])
    (width, height), n_frames = size, len(looks)
    visibility = np.zeros((len(looks), len(BLAZEPOSE)), np.float32)
    visibility[at] = [look.visibility for look in found]
    unseen = float((visibility < LEAST_VISIBILITY).mean())
    return Joints(
        positions=_filled([look.places / height for look in found], at, n_frames),
        visibility=visibility,
        names=BLAZEPOSE,
        times=times,
        width=width / height,
        depth=_filled([look.depth / height for look in found], at, n_frames),
        world=_filled([look.world for look in found], at, n_frames),
        doubts=(JOINTS_UNSEEN(percent=round(100 * unseen, 3)),) if unseen else (),
    )


def _filled(known: Sequence[Any], at: npt.NDArray[np.intp], n_frames: int) -> Array:
    """Return arrays that are known `at` some frames, one each, for all frames, (frames, ...)."""
    rows = np.stack(known).reshape(len(known), -1)
    frames = np.arange(n_frames)
    columns = [np.interp(frames, at, column) for column in rows.T]
    return np.stack(columns, axis=1).reshape(n_frames, *known[0].shape).astype(np.float32)
