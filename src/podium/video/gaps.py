"""What a video file promised and did not show: its end, frames within, damaged parts."""

import numpy as np
import numpy.typing as npt

from podium.doubts import Doubt, DoubtKind
from podium.video.decoder import End

MISSING_SECONDS = 0.25
"""Where no number of frames is promised, a picture that lacks this long is called incomplete."""

DAMAGED_PARTS = DoubtKind("damaged_parts", values=("n",))
"""`n` damaged parts of the video were skipped."""

FRAMES_MISSING = DoubtKind("frames_missing", values=("n", "promised"))
"""Only `n` of the `promised` frames could be read."""

PICTURE_ENDS_EARLY = DoubtKind("picture_ends_early", values=("end", "promised"))
"""The picture ends at `end` of `promised` seconds."""

GAP = DoubtKind("gap", values=("start", "end"))
"""No frame comes between `start` and `end`, in seconds."""


NO_CLOCK = DoubtKind("no_clock")
"""The file does not say when its frames are shown: 30 a second are assumed."""

CLOCK_RESTARTED = DoubtKind("clock_restarted", values=("n",))
"""The clock of the file began again `n` times: what follows is shown after what was before."""


def missing_end(first_seconds: float, end_seconds: float, end: End) -> tuple[Doubt, ...]:
    """Doubt a picture that ends before its header says it should; `end_seconds` from the first.

    Where only the whole file says how long it is, it may be sound that goes on for so long. A clock
    that began again tells nothing of how long it is.
    """
    if end.n_restarts:
        return ()
    if not end.stream_seconds and end.others_seconds > end.seconds - MISSING_SECONDS:
        return ()
    promised = end.stream_seconds + first_seconds if end.stream_seconds else end.seconds
    reached = first_seconds + end_seconds
    if reached > promised - MISSING_SECONDS:
        return ()
    return (PICTURE_ENDS_EARLY(end=round(reached, 3), promised=round(promised, 3)),)


def missing_middle(start_seconds: npt.NDArray[np.float64], end: End) -> tuple[Doubt, ...]:
    """Report where no frame comes for long: of those before the first wanted, the longest only."""
    steps = np.diff(start_seconds)
    usual = float(np.median(steps)) if len(steps) else 0.0
    before = np.array([[end.gap_start, end.gap_end]]) - end.first_seconds
    gaps = np.concatenate([before, np.stack([start_seconds[:-1], start_seconds[1:]], axis=1)])
    return tuple(
        GAP(start=round(float(gap_start), 3), end=round(float(gap_end), 3))
        for gap_start, gap_end in gaps
        if gap_end - gap_start > max(MISSING_SECONDS, 10 * usual)
    )


def damage(n_damaged: int, n_decoded: int, n_promised: int) -> tuple[Doubt, ...]:
    """Doubt a video of which parts could not be read; `n_promised` is 0 where that is not known."""
    doubts = []
    if n_damaged:
        doubts.append(DAMAGED_PARTS(n=n_damaged))
    if n_decoded < n_promised:
        doubts.append(FRAMES_MISSING(n=n_decoded, promised=n_promised))
    return tuple(doubts)


def clock(end: End) -> tuple[Doubt, ...]:
    """Say of a file that its clock stands still, or how often it began again."""
    if not end.has_clock:
        return (NO_CLOCK(),)
    return (CLOCK_RESTARTED(n=end.n_restarts),) if end.n_restarts else ()
