"""Pictures of a report that was kept, made anew from its videos, such as those without faces."""

from dataclasses import replace

import numpy as np
from PIL import Image

from podium.errors import UnusableFile
from podium.examination import examine
from podium.report.kept import KeptReport, Side
from podium.report.one_page import Printed
from podium.report.stroboscope import Stroboscope, png, stroboscope
from podium.video.frames import Frames, decode, probe


def pictured_anew(printed: Printed, kept: KeptReport, shown: KeptReport) -> Printed:
    """Return what goes on a page with pictures of what is `shown` in place of what was `kept`.

    A picture of a moment that is not known is left out.
    """
    about = probe(shown.query.path)
    frames = decode(shown.query.path, width=about.width, height=about.height)
    pictures = tuple(
        _picture_at(frames, moment - shown.query.offset_seconds) if moment is not None else None
        for moment in printed.moments
    )
    made = whole_dive(kept.query, shown.query) if printed.whole else None
    whole = Image.fromarray(made.pixels) if made else None
    return replace(printed, pictures=pictures, whole=whole)


def _picture_at(frames: Frames, seconds: float) -> Image.Image:
    index = int(np.abs(frames.start_seconds - seconds).argmin())
    return Image.fromarray(frames.pixels[index])


def picture_of(kept: Side, shown: Side) -> bytes:
    """Show a whole dive at once, as it is shown, in one picture (PNG).

    Raises
    ------
    VideoError
        If the video cannot be used.
    UnusableFile
        If too little of the athlete is seen in it.
    """
    made = whole_dive(kept, shown)
    if made is None:
        raise UnusableFile.of_file(
            kept.path, "too little of the athlete is seen in it for one picture of the dive"
        )
    return png(made)


def whole_dive(kept: Side, shown: Side) -> Stroboscope | None:
    """Show a whole dive at once, as it is shown; the athlete is followed in what was kept."""
    examined = examine(kept.path)
    pixels = examined.frames.pixels
    if shown != kept:
        high, wide = pixels.shape[1:3]
        same = decode(shown.path, width=wide, height=high, box=examined.frames.box)
        on_screen = np.searchsorted(same.start_seconds, examined.frames.start_seconds + 1e-4) - 1
        pixels = same.pixels[np.maximum(on_screen, 0)]
    return stroboscope(examined.dive, pixels)
