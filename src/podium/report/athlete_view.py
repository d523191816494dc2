"""All that a page shows of the athlete: pictures, measures, remarks, and what is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from podium.assessment.feedback import PhasePoints
from podium.examination.values import Examination
from podium.measures import Phase, Reading
from podium.remarks import Remark
from podium.report.athlete_pictures import picture_of
from podium.report.key_frames import picture_address
from podium.report.measured import Row, recognised, row
from podium.report.overlay import overlay
from podium.report.remark_words import remark_sentences
from podium.report.stroboscope import Stroboscope, stroboscope
from podium.report.words import Words
from podium.video.frames import Frames

ENTRY_ANGLE = "entry_angle_degrees"


@dataclass(frozen=True)
class Fault:
    """How likely there is a fault in a phase, 0 to 1."""

    phase: Phase
    probability: float


@dataclass(frozen=True)
class Shown:
    """A remark as it is shown: in words, when it was seen, and a picture of that moment."""

    words: str
    is_praise: bool
    phase: Phase
    when: str
    start_seconds: float | None
    picture: str
    end_seconds: float | None = None
    measure: str = ""


@dataclass(frozen=True)
class AthleteView:
    """What the blocks about the athlete ask for; pictures are `data:` addresses, or ""."""

    strobe: str
    strobe_note: str
    recognised: str
    probability: float
    faults: tuple[Fault, ...]
    remarks: tuple[Shown, ...]
    rows: tuple[Row, ...]
    drawn: dict[str, Any]

    def phases(self) -> list[tuple[Phase, list[Row]]]:
        """Return the lines of the table phase by phase."""
        parts = [(phase, [row for row in self.rows if row.phase == phase]) for phase in Phase]
        return [(phase, rows) for phase, rows in parts if rows]

    @property
    def marks(self) -> list[float]:
        """Return when what is remarked was seen."""
        return [one.start_seconds for one in self.remarks if one.start_seconds is not None]


def athlete_view(
    examined: Examination, words: Words, points: Sequence[PhasePoints] = ()
) -> AthleteView | None:
    """Put an examination into words and pictures; `None` where nobody was seen.

    `points` are what phases are worth, where a score says that.
    """
    if not examined.dive.outline.is_seen.any():
        return None
    made = stroboscope(examined.dive, examined.frames.pixels)
    readings = {one.measurement.name: one for one in examined.readings}
    found = examined.recognised
    return AthleteView(
        strobe=picture_address(made.pixels) if made else "",
        strobe_note=_strobe_note(made, words) if made else "",
        recognised=recognised(found, words),
        probability=found.probability if found else 0.0,
        faults=tuple(Fault(phase, share) for phase, share in examined.faults),
        remarks=_remarks(examined, readings, words, points),
        rows=tuple(row(one, words) for one in examined.readings),
        drawn=_drawn(examined, readings, words),
    )


def _strobe_note(made: Stroboscope, words: Words) -> str:
    seconds = made.seconds
    start, end, step = (
        words.number(float(one), 2) for one in (seconds[0], seconds[-1], np.diff(seconds).mean())
    )
    return words("athlete.strobe_note", start=start, end=end, step=step)


def _drawn(examined: Examination, readings: dict[str, Reading], words: Words) -> dict[str, Any]:
    """Return what is drawn over the video, with the entry angle in words."""
    entry = readings.get(ENTRY_ANGLE)
    said = row(entry, words).value if entry else ""
    return overlay(examined.dive, entry.measurement if entry else None) | {"said": said}


def _remarks(
    examined: Examination,
    readings: dict[str, Reading],
    words: Words,
    points: Sequence[PhasePoints],
) -> tuple[Shown, ...]:
    return tuple(
        _shown(remark, sentence, readings[remark.measure], examined, words)
        for remark, sentence in remark_sentences(examined, words, points)
    )


def _shown(
    said: Remark, sentence: str, reading: Reading, examined: Examination, words: Words
) -> Shown:
    one, picture = row(reading, words), ""
    index = _frame_of(reading, examined.frames)
    if index is not None:
        upright = said.phase is Phase.ENTRY
        pixels = picture_of(examined.dive, examined.frames.pixels, index, vertical=upright)
        picture = picture_address(pixels)
    end = reading.measurement.end_seconds
    return Shown(
        sentence, said.is_praise, said.phase, one.when, one.start_seconds, picture, end,
        said.measure,
    )  # fmt: skip


def _frame_of(reading: Reading, frames: Frames) -> int | None:
    """Return the frame that shows a measure best: the last of an entry, else the middle one."""
    start, end = reading.measurement.start_seconds, reading.measurement.end_seconds
    if start is None:
        return None
    end = start if end is None else end
    best = end if reading.measurement.phase is Phase.ENTRY else (start + end) / 2
    return int(np.abs(frames.start_seconds - best).argmin())
