"""The report a coach keeps: one HTML file that opens offline and asks nothing of any server."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from podium.assessment import Assessment
from podium.errors import PodiumError
from podium.feedback import FAULTY_BELOW, ClipFeedback
from podium.files import write_bytes
from podium.panel import JUDGE_SD
from podium.templates import render
from podium.video import decode, probe

KEY_FRAME_WIDTH = 200
KEY_FRAME_HEIGHT = 400
"""Key frames fit into this size, however tall and narrow the video is."""


@dataclass(frozen=True)
class Moment:
    """A clip as the report shows it: what was measured, and its key frames as `data:` addresses.

    A key frame is "" where there is no picture, as for the references that ship.
    """

    clip: ClipFeedback
    picture: str
    reference_picture: str


@dataclass(frozen=True)
class Report:
    """A finished report; `html` is the whole file."""

    html: str

    def save(self, path: str | Path) -> Path:
        """Write the report to a file, whole or not at all, and say where it is."""
        target = Path(path)
        # A file name may hold what is no character; it is then shown by its number.
        write_bytes(target, self.html.encode("utf-8", "backslashreplace"))
        return target


def make_report(assessment: Assessment) -> Report:
    """Render an assessment with the key frames of its videos."""
    ours = _key_frames(assessment.video_path, _middles(assessment.clips))
    theirs = _reference_frames(assessment)
    moments = [
        Moment(clip, picture, reference)
        for clip, picture, reference in zip(assessment.clips, ours, theirs, strict=True)
    ]
    html = render(
        "report.html",
        assessment=assessment,
        moments=moments,
        has_reference_pictures=any(theirs),
        faulty_below=FAULTY_BELOW,
        judge_sd=JUDGE_SD,
        name=assessment.video_path.name,
    )
    return Report(html)


def _middles(clips: Sequence[ClipFeedback]) -> list[float]:
    return [(clip.start_seconds + clip.end_seconds) / 2 for clip in clips]


def _reference_frames(assessment: Assessment) -> list[str]:
    """Take the frames of the first reference that has a video, its clips counted from the end."""
    path = next((r.path for r in assessment.references if r.path), None)
    if path is None or not assessment.clips:
        return [""] * len(assessment.clips)
    # The same moment counted from the end: what a clip is compared with when both keep one pace.
    end = assessment.clips[-1].end_seconds
    seconds = [_length(path) - (end - middle) for middle in _middles(assessment.clips)]
    pictures = _key_frames(path, [max(second, 0.0) for second in seconds])
    return pictures


def _length(path: Path) -> float:
    return probe(path).seconds


def _key_frames(path: Path, seconds: Sequence[float]) -> list[str]:
    """Show the frame on screen at each of these times, as JPEG in a `data:` address."""
    if not seconds or not np.isfinite(seconds).all():
        return [""] * len(seconds)
    try:
        video = probe(path)
        scale = min(KEY_FRAME_WIDTH / video.width, KEY_FRAME_HEIGHT / video.height)
        width, height = (max(round(scale * size), 1) for size in (video.width, video.height))
        frames = decode(path, width=width, height=height)
    except PodiumError:  # the video was readable a moment ago; a report without pictures is left
        return [""] * len(seconds)
    shown = np.searchsorted(frames.start_seconds, seconds, side="right") - 1
    return [_as_address(Image.fromarray(frames.pixels[max(i, 0)])) for i in shown]


def _as_address(picture: Image.Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
