"""The page of what was measured of one dive, without a score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from podium.assessment.feedback import Chapter
from podium.examination.values import Examination
from podium.measures import Phase
from podium.report.athlete_view import AthleteView, athlete_view
from podium.report.expert import Expert
from podium.report.moments import dated
from podium.report.page import Report
from podium.report.player import page_values, part_shown, side, spoken
from podium.report.templates import render
from podium.report.words import ENGLISH, Words, load_words
from podium.video.frames import WHOLE, Part
from podium.video.playback import Playback, make_playback


def make_measured_report(
    examined: Examination,
    language: str = ENGLISH,
    *,
    part: Part = WHOLE,
    name: str = "",
    saved: Sequence[tuple[str, str, str]] = (),
    expert: Expert | None = None,
    notes: Sequence[str] = (),
) -> Report:
    """Render what was measured of a video as one file that plays offline, beside an expert if any.

    `part` is where in the video the dive lies. `saved` are files that can be kept: name, key of
    what the button says, and content. `notes` are said above the video.

    Raises
    ------
    UnknownName
        If there are no words in that language.
    MissingFile, VideoError
        If the video cannot be read.
    """
    words, path, frames = load_words(language), examined.path, examined.frames
    page = _Page(
        words=words,
        name=name or path.name,
        examined=examined,
        view=athlete_view(examined, words),
        playback=make_playback(path, part=part_shown(part, frames), box=frames.box),
        parts=parts_of(examined),
        saved=tuple(saved),
        expert=expert,
        notes=(*notes, *([expert.note] if expert and expert.note else [])),
        steps=expert.steps(examined.dive) if expert else None,
    )
    return Report(page.html())


@dataclass(frozen=True)
class _Page:
    """All that the template asks for."""

    words: Words
    name: str
    examined: Examination
    view: AthleteView | None
    playback: Playback
    parts: tuple[Chapter, ...]
    saved: tuple[tuple[str, str, str], ...]
    expert: Expert | None
    notes: tuple[str, ...]
    steps: dict[str, Any] | None

    def html(self) -> str:
        """Fill the template."""
        words = self.words
        return render(
            "measured.html",
            **page_values(words, inside=True),
            title=words("measures.title", name=self.name),
            name=self.name,
            doubts=[(words.doubt(doubt), words.remedy(doubt)) for doubt in self.examined.doubts],
            athlete=self.view,
            query=self.playback,
            reference=self.expert.playback if self.expert else None,
            reference_name=self.expert.name if self.expert else "",
            notes=self.notes,
            bars=self._bars(),
            track_note=words("measures.track") if self.view else "",
            faulty_below=None,
            parts=self.parts,
            steps=words("measures.steps") if self.steps else "",
            saved=self.saved,
            dated=dated(self.examined, (), words),
            data=self._data(),
        )

    def _bars(self) -> list[dict[str, Any]]:
        """Show how far the body is stretched in each frame, from 0 (the first) to 1000."""
        if self.view is None:
            return []
        moments, lengths = self.examined.dive.moments, self.examined.dive.outline.length
        first = moments.board_left.index if moments.board_left else 0
        last = moments.water.index if moments.water else len(lengths) - 1
        starts, end = self.examined.frames.start_seconds, self.examined.frames.end_seconds
        scale, edges = 1000 / (end - starts[0]), [*starts, end]
        longest = float(np.nanmax(lengths[first : last + 1], initial=1e-9))
        return [
            {
                "x": scale * (edges[i] - starts[0]),
                "width": scale * (edges[i + 1] - edges[i]),
                "similarity": float(lengths[i]) / longest,
                "faulty": False,
            }
            for i in range(first, last + 1)
            if np.isfinite(lengths[i])
        ]

    def _data(self) -> dict[str, Any]:
        """Return what the script of the page works with."""
        words, view, expert = self.words, self.view, self.expert
        offset = float(self.examined.frames.start_seconds[0])
        return {
            "query": side(self.playback, offset, None, view.drawn if view else None),
            "reference": expert and side(expert.playback, expert.offset, None, expert.drawn),
            "steps": self.steps,
            "clips": [],
            "marks": sorted(view.marks) if view else [],
            "parts": [[part.start_seconds, words.moment(part.moment)] for part in self.parts],
            "words": spoken(words),
            "decimal": words("decimal"),
            "saved": {file: content for file, _, content in self.saved},
            "name": self.name,
        }


def parts_of(examined: Examination) -> tuple[Chapter, ...]:
    """Return the parts of a dive by the moments that were seen."""
    moments, frames = examined.dive.moments, examined.frames
    begun = {
        Phase.FLIGHT: moments.board_left,
        Phase.ENTRY: moments.come_out,
        Phase.SPLASH: moments.water,
    }
    seen = {phase: moment.index for phase, moment in begun.items() if moment}
    starts = [float(frames.start_seconds[index]) for index in (0, *seen.values())]
    ends = [*starts[1:], frames.end_seconds]
    pairs = zip((Phase.TAKE_OFF, *seen), starts, ends, strict=True)
    return tuple(Chapter(phase, start, end, False) for phase, start, end in pairs)
