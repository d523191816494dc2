"""Who stands beside the athlete: an expert's video, or the figure that was kept of one."""

from dataclasses import dataclass
from typing import Any

from podium.examination.figure import Figure, Moments, moment_seconds
from podium.examination.values import Examination
from podium.measures import Dive
from podium.report.figure import film_of
from podium.report.in_step import in_step
from podium.report.overlay import overlay
from podium.report.player import part_shown
from podium.report.words import Words
from podium.video.frames import WHOLE
from podium.video.playback import Playback, make_playback


@dataclass(frozen=True)
class Expert:
    """What plays beside the athlete.

    `offset` is when in its own time it begins, `moments` are what puts it in step, `drawn` is what
    is drawn over it, and `note` says what it is where it is no video.
    """

    name: str
    playback: Playback
    offset: float
    moments: Moments
    drawn: dict[str, Any] | None = None
    note: str = ""

    def steps(self, ours: Dive) -> dict[str, Any] | None:
        """Return how it keeps in step with a dive, `None` where no moment was seen in both."""
        return in_step(moment_seconds(ours), self.moments)


def filmed_expert(theirs: Examination, name: str = "") -> Expert:
    """Show the video of an expert, with what was followed in it; `name` is what it is called.

    Raises
    ------
    MissingFile, VideoError
        If the video cannot be read.
    """
    frames, dive = theirs.frames, theirs.dive
    copy = make_playback(theirs.path, part=part_shown(WHOLE, frames), box=frames.box)
    drawn = overlay(dive) | {"said": ""} if dive.outline.is_seen.any() else None
    offset = float(frames.start_seconds[0])
    return Expert(name or theirs.path.name, copy, offset, moment_seconds(dive), drawn)


def drawn_expert(figure: Figure, name: str, words: Words) -> Expert:
    """Show the figure that was kept of an expert whose video is not at hand."""
    offset = float(figure.seconds[0])
    note = words("player.figure")
    return Expert(name, film_of(figure), offset, figure.moments, note=note)
