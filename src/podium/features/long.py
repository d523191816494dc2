"""Features of a performance of minutes or hours, in memory that does not grow with it.

The video is decoded twice: once to find out which frames count (`podium.video.sketch`), then a few
clips at a time, each of which is forgotten once the backbone has described it.
"""

from contextlib import closing
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from podium.backbones import Backbone, View, describe, keeps_shape, parts_of, view_of
from podium.doubts import Doubt
from podium.errors import PodiumError, TooLong, VideoError
from podium.performance import Performance
from podium.video.clips import ClipOptions, ClipPlan, Clips, counting, plan_clips, windows_of
from podium.video.fitted import decode_fitted, surrounded
from podium.video.frames import probe
from podium.video.limits import VideoLimits
from podium.video.sketch import Sketch, sketch

CLIPS_AT_ONCE = 8
"""So many clips are in memory while a backbone looks at them."""


class Described(NamedTuple):
    """What a backbone said of each clip, (clips, dim), where they lie, and what it doubts."""

    values: npt.NDArray[np.float32]
    clips: ClipPlan | Clips
    doubts: tuple[Doubt, ...]


def is_long(performance: Performance) -> bool:
    """Return whether a performance has more frames than may be held, as far as its file says."""
    most = VideoLimits.allowed().n_frames
    start, end = performance.start_frame or 0, performance.end_frame
    if end is not None:
        return end - start + 1 > most
    try:
        about = probe(performance.path)
    except PodiumError:  # the decoder has the better words for it
        return False
    promised = about.n_frames or about.seconds * about.frames_per_second
    return promised - start > most


def sketched(performance: Performance, backbone: Backbone, options: ClipOptions) -> Sketch:
    """Look at a long performance once, and keep of it which frames count.

    Raises
    ------
    PodiumError
        If the video cannot be used.
    """
    width, height = backbone.frame_size
    how = partial(decode_fitted, how=sketch) if keeps_shape(backbone) else sketch
    seen = how(
        performance.path, width=width, height=height,
        start_frame=performance.start_frame, end_frame=performance.end_frame,
    )  # fmt: skip
    counted = counting(seen, options, performance.playing_speed)
    assert isinstance(counted, Sketch)
    return counted


def described(frames: Sketch, backbone: Backbone, options: ClipOptions) -> Described:
    """Let a backbone describe the clips of a long performance, a few at a time.

    Raises
    ------
    VideoError
        If the video cannot be read a second time, or is too short for a clip.
    TooLong
        If the backbone is shown the athlete close up, who is followed through all frames at once.
    """
    if any(view_of(part) is View.CLOSE_UP for part in parts_of(backbone)):
        raise TooLong.of_file(
            frames.path,
            "has more frames than an athlete can be followed through at once: cut the performance "
            "out of it first, or bound it in a table by start_frame and end_frame",
        )
    plan = plan_clips(frames, options)
    rows: list[npt.NDArray[np.float32]] = []
    doubts: dict[Doubt, None] = {}
    with closing(frames.pictures()) as shown:
        for pixels in windows_of(shown, plan, options, CLIPS_AT_ONCE):
            clips = surrounded(pixels, *backbone.frame_size)
            said = [describe(part, clips) for part in parts_of(backbone)]
            rows.append(np.concatenate([values for values, _ in said], axis=1))
            doubts |= dict.fromkeys(doubt for _, some in said for doubt in some)
    if (n := sum(map(len, rows))) != len(plan.starts):
        raise VideoError.of_file(
            frames.path,
            f"showed {n} clips when it was read again, not {len(plan.starts)}: it was changed "
            "meanwhile, so try again",
        )
    return Described(np.concatenate(rows).astype(np.float32), plan, tuple(doubts))
