"""Whether two files show people who exercise, and where their joints are."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.athlete import frames_of
from podium.errors import FeatureError, TooLong, VideoError
from podium.joints import BlazePose, Joints, kept_joints
from podium.joints.blazepose import Look
from podium.joints.follow import Finder
from podium.joints.regions import Region
from podium.measures import Reading, look, measure_movement
from podium.movement import Comparison
from podium.movement.angles import TRUNK, angles_of
from podium.movement.doubts import share_well_seen
from podium.skeletons import is_skeleton, read_skeleton
from podium.video import probe

Pixels = npt.NDArray[np.uint8]

SEEN_FRAMES = 0.7
"""Someone who exercises is seen in so many frames: of 10 dives from broadcasts nobody was in more
than 0.65, of 6 push-ups everybody in 0.88 or more. Of a body so many joints must be seen:"""

SEEN_JOINTS = 0.4

HEAD_DOWN = 135.0
"""Whoever dives has the trunk so far from upright at some time, in degrees: 152 and more in
rendered dives in which somebody is seen, 122 and less in push-ups."""

LOST_FRAMES, LOST = 20, 0.35
"""Once nobody was found in so many frames, and in this share of those so far, it is given up."""


@dataclass(frozen=True)
class People:
    """Where the joints are in two files, and which of these are videos."""

    ours: Joints
    """Of the performance."""

    theirs: Joints
    """Of what it is compared with."""

    are_videos: tuple[bool, bool]
    """Whether each was a video, or else a file of a skeleton."""


def people_in(
    video: Path, reference: Path, frames_per_second: float | None = None
) -> People | None:
    """Find the joints in two files; `None` where both are videos that show nobody who exercises.

    Dives are such: their athletes are too small and too fast, or are seen to leave the board and
    meet the water. `frames_per_second` is the rate of skeleton files that do not say it.

    Raises
    ------
    FeatureError
        If a skeleton file cannot be read, or the video beside one shows nobody for long enough.
    PodiumError
        If a file cannot be used, or what finds joints is not there.
    """
    paths = video, reference
    are_videos = not is_skeleton(video), not is_skeleton(reference)
    for path, is_video in zip(paths, are_videos, strict=True):
        if is_video:
            probe(path)  # a wrong name is said at once, not once the other was looked at
    with ThreadPoolExecutor(len(paths)) as pool:
        looked = list(pool.map(lambda path: _joints_in(path, frames_per_second), paths))
    found = [
        one if _is_person(one, is_v) else None for one, is_v in zip(looked, are_videos, strict=True)
    ]
    ours, theirs = found
    if ours and theirs and all(are_videos) and is_head_down(theirs) and is_dive(reference):
        return None
    if ours and theirs:
        return People(ours, theirs, are_videos)
    if all(are_videos):
        return _hardly_seen(paths, looked, found)
    path = paths[found.index(None)]
    raise FeatureError.of_file(
        path,
        "nobody is seen in it for long enough to be compared with a skeleton: film one person, the "
        "whole body",
    )


def is_head_down(joints: Joints) -> bool:
    """Return whether somebody's head is beneath the hips at some time: it costs nothing to ask."""
    leans = angles_of(joints).of(TRUNK)
    return bool((leans[np.isfinite(leans)] >= HEAD_DOWN).any())


def is_dive(video: Path) -> bool:
    """Return whether somebody is seen to leave a board and to meet the water; not for minutes.

    Raises
    ------
    PodiumError
        If the video cannot be used.
    """
    try:
        moments = look(frames_of(video)).moments
    except TooLong:  # no dive has so many frames
        return False
    return moments.board_left is not None and moments.water is not None


def _hardly_seen(
    paths: tuple[Path, Path], looked: Sequence[Joints | None], found: Sequence[Joints | None]
) -> People | None:
    """Return two of whom one exercises and the other is hardly seen, which is doubted then.

    `None` where nobody exercises, or one of them dives.
    """
    ours, theirs = looked
    if ours is None or theirs is None or not any(one is not None for one in found):
        return None
    both = ((ours, paths[0]), (theirs, paths[1]))
    if any(is_head_down(one) and is_dive(path) for one, path in both):
        return None
    return People(ours, theirs, (True, True))


def person_in(path: Path, frames_per_second: float | None = None) -> Joints | None:
    """Find the joints of the person in a file; `None` where a video shows nobody who exercises.

    `frames_per_second` is the rate of a skeleton file that does not say it.

    Raises
    ------
    PodiumError
        If the file cannot be used, or what finds joints is not there.
    """
    joints = _joints_in(path, frames_per_second)
    return joints if _is_person(joints, not is_skeleton(path)) else None


def _joints_in(path: Path, frames_per_second: float | None) -> Joints | None:
    """Find the joints in a file, however well they are seen; `None` where nobody is for long."""
    if is_skeleton(path):
        return read_skeleton(path, frames_per_second)
    watching = _Watching(BlazePose())
    try:
        return kept_joints(path, finder=watching, progress=watching.count)
    except _NobodyHere:
        return None
    except VideoError:
        if watching.n_frames and watching.n_lost == watching.n_frames:
            return None
        raise


def _is_person(joints: Joints | None, is_video: bool) -> bool:
    """Return whether somebody who exercises is seen: in files of skeletons somebody always is."""
    return joints is not None and (not is_video or share_well_seen(joints) >= SEEN_FRAMES)


def readings_of(comparison: Comparison) -> tuple[Reading, ...]:
    """Measure both movements: each value of ours with the other's beside it."""
    theirs = {one.name: one.value for one in measure_movement(comparison.theirs)}
    return tuple(
        Reading(one, reference_value=theirs[one.name]) for one in measure_movement(comparison.ours)
    )


class _NobodyHere(Exception):
    """So little is seen of a person that looking on is a waste."""


@dataclass
class _Watching:
    """Looks for joints as another does, until nobody was found for too long."""

    finder: Finder
    n_frames: int = 0
    n_lost: int = 0

    def search(self, picture: Pixels) -> Region | None:
        """Find where a person is, and count how often nobody is found."""
        region = self.finder.search(picture)
        self.n_lost += region is None
        if self.n_lost > max(LOST_FRAMES, LOST * self.n_frames):
            raise _NobodyHere
        return region

    def look(self, picture: Pixels, region: Region) -> Look:
        """Find the joints of the person in a region."""
        return self.finder.look(picture, region)

    def count(self) -> None:
        """Count a frame that was looked at."""
        self.n_frames += 1
