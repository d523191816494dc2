"""Joints that were found before are kept in the cache, so that no video is followed twice."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from podium.doubts import Doubt
from podium.joints.follow import Finder, JointsOptions, find_joints
from podium.joints.values import Joints
from podium.joints.weights import FINGERPRINT
from podium.keypoints import BLAZEPOSE
from podium.machine.cache import ArrayCache
from podium.machine.files import digest
from podium.video.frames import DECODER_VERSION, require_allowed
from podium.video.limits import WHOLE, Box, Part

VERSION = 2
"""To be changed where other joints, or doubts, are found in the same video."""

_ARRAYS = ("positions", "visibility", "times", "depth", "world")


def kept_joints(
    video: Path,
    part: Part = WHOLE,
    box: Box | None = None,
    options: JointsOptions = JointsOptions(),
    cache: ArrayCache | None = None,
    finder: Finder | None = None,
    progress: Callable[[], None] = lambda: None,
) -> Joints:
    """Return what `find_joints` finds, from the cache where the same file was followed before.

    Without a `cache` it is the user's. What is kept holds for the content of the file, not its
    name, and for a video that is within the limits of today. A `finder` in place of the networks
    must find the same.

    Raises
    ------
    PodiumError
        As `find_joints` does.
    """
    cache = cache or ArrayCache(tell=lambda _: None)
    key = _key(video, part, box, options) if video.is_file() else ""
    if key and (found := _read(cache, key)) is not None:
        require_allowed(video, float(found.times[-1]), part)
        return found
    joints = find_joints(video, part, box, options, finder, progress)
    arrays = {name: getattr(joints, name) for name in _ARRAYS}
    doubts = [doubt.to_json() for doubt in joints.doubts]
    cache.keep(key, arrays, {"width": joints.width, "doubts": doubts})
    return joints


def _key(video: Path, part: Part, box: Box | None, options: JointsOptions) -> str:
    made_from = ("joints", VERSION, FINGERPRINT, DECODER_VERSION, digest(video), part, box, options)
    return hashlib.sha256(repr(made_from).encode()).hexdigest()


def _read(cache: ArrayCache, key: str) -> Joints | None:
    kept = cache.kept(key, _ARRAYS)
    if kept is None:
        return None
    arrays, about = kept
    try:
        doubts = tuple(Doubt.from_json(doubt) for doubt in about["doubts"])
        return Joints(names=BLAZEPOSE, width=float(about["width"]), doubts=doubts, **arrays)
    except (LookupError, TypeError, ValueError):  # of another version of Podium
        return None
