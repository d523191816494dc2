"""Writing frames to a video file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from podium.errors import UsageError


def write_video(
    path: str | os.PathLike[str],
    frames: Iterable[NDArray[np.uint8]],
    frames_per_second: int,
) -> None:
    """Write frames (height, width, 3) as an H.264 video that every phone can play.

    The file appears under its name only when it is whole. Raises `UsageError` without frames.
    """
    target = Path(path)
    partial = target.with_name(f".{target.stem}.{os.getpid()}.partial{target.suffix or '.mp4'}")
    try:
        if not _encode(partial, frames, frames_per_second):
            raise UsageError(f"there are no frames to write to {target}")
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)


def _encode(path: Path, frames: Iterable[NDArray[np.uint8]], frames_per_second: int) -> int:
    n_frames = 0
    with av.open(str(path), "w", format="mp4") as container:
        # The same frames are to give the same file: one thread, and none of the slower presets,
        # whose look-ahead (mbtree) was seen to give other bytes from one run to the next.
        stream = container.add_stream(
            "libx264", rate=frames_per_second, options={"preset": "superfast", "crf": "26"}
        )
        stream.thread_count = 1
        stream.pix_fmt = "yuv420p"
        for frame in frames:
            if not n_frames:
                stream.height, stream.width = frame.shape[:2]
            picture = av.VideoFrame.from_ndarray(frame, format="rgb24")
            container.mux(stream.encode(picture.reformat(format="yuv420p")))
            n_frames += 1
        container.mux(stream.encode())
    return n_frames
