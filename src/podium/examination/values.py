"""What came of looking at a dive itself, without any model of scores: values only."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from podium.doubts import Doubt
from podium.examination.kept import KeptExpert
from podium.examination.pace import SLOW_MOTION
from podium.measures import Dive, Phase, Reading
from podium.recognition import Recognised
from podium.recognition.doubts import UNLIKE_ACTION
from podium.remarks import Remark
from podium.video.frames import Frames


@dataclass(frozen=True)
class Examination:
    """What was measured of a dive, how it stands beside others, and what was found in the file."""

    path: Path
    """The video."""

    frames: Frames
    """The frames in which the athlete was followed."""

    dive: Dive
    """The athlete in each of them, and the moments that divide the dive."""

    readings: tuple[Reading, ...]
    """What was measured, phase by phase."""

    expert: "Examination | None" = None
    """The expert's dive whose values stand beside them, where a video of one was given."""

    kept: KeptExpert | None = None
    """The expert whose values stand beside them, where there is no video of one."""

    doubts: tuple[Doubt, ...] = ()
    """What is not to be trusted."""

    recognised: Recognised | None = None
    """Which dive it is, where take-off and entry were seen."""

    faults: tuple[tuple[Phase, float], ...] = ()
    """How likely there is a fault in each phase, 0 to 1."""

    remarks: tuple[Remark, ...] = ()
    """What is said of it, the weightiest first."""

    playing_speed: float = 1.0
    """How many times as fast as it was the video is played; seconds of values are those of what was
    done, times at which something is seen those of the file."""

    @property
    def contradictions(self) -> tuple[Doubt, ...]:
        """What the video contradicts of what was said of it, or of its clock."""
        kinds = (UNLIKE_ACTION, SLOW_MOTION)
        return tuple(doubt for doubt in self.doubts if doubt.kind in kinds)

    @property
    def values(self) -> dict[str, float | str | None]:
        """What was measured, by the names of measures."""
        return {one.measurement.name: one.measurement.value for one in self.readings}

    def beside(self, expert: KeptExpert | None) -> Self:
        """Return it with an expert's values beside it, where none of a video's stand there."""
        if expert is None or self.expert is not None:
            return self
        theirs = expert.values
        readings = tuple(
            replace(one, reference_value=theirs.get(one.measurement.name)) for one in self.readings
        )
        return replace(self, readings=readings, kept=expert)
