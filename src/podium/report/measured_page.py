"""The page of what was measured of one dive, without a score."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from podium.assessment.feedback import Chapter
from podium.measures import Dive, Phase
from podium.report.athlete_view import AthleteView, athlete_view
from podium.report.examined import Examined
from podium.report.page import Report
from podium.report.player import SPEEDS, page_script, part_shown, policy, side
from podium.report.templates import render, source
from podium.report.words import ENGLISH, Words, load_words
from podium.video.frames import WHOLE, Frames, Part
from podium.video.playback import Playback, make_playback


def make_measured_report(
    path: Path,
    examined: Examined,
    frames: Frames,
    language: str = ENGLISH,
    *,
    part: Part = WHOLE,
    name: str = "",
    saved: Sequence[tuple[str, str, str]] = (),
) -> Report:
    """Render what was measured of a video as one file that plays offline.

    `frames` are those in which the athlete was followed. `saved` are files that can be kept: name,
    key of what the button says, and content.

    Raises
    ------
    UnknownName
        If there are no words in that language.
    MissingFile, VideoError
        If the video cannot be read.
    """
    words = load_words(language)
    page = _Page(
        words=words,
        name=name or path.name,
        frames=frames,
        dive=examined.dive,
        view=athlete_view(examined, frames, words),
        playback=make_playback(path, part=part_shown(part, frames), box=frames.box),
        parts=parts_of(examined.dive, frames),
        saved=tuple(saved),
    )
    return Report(page.html())


@dataclass(frozen=True)
class _Page:
    """All that the template asks for."""

    words: Words
    name: str
    frames: Frames
    dive: Dive
    view: AthleteView | None
    playback: Playback
    parts: tuple[Chapter, ...]
    saved: tuple[tuple[str, str, str], ...]

    def html(self) -> str:
        """Fill the template."""
        style, script = Markup(source("report.css")), Markup(page_script())
        return render(
            "measured.html",
            words=self.words,
            number=self.words.number,
            policy=policy(style, script, inside=True),
            style=style,
            script=script,
            title=self.words("measures.title", name=self.name),
            name=self.name,
            warnings=self._warnings(),
            athlete=self.view,
            query=self.playback,
            reference=None,
            inside=True,
            notes=(),
            bars=self._bars(),
            track_note=self.words("measures.track") if self.view else "",
            faulty_below=None,
            parts=self.parts,
            steps="",
            speeds=SPEEDS,
            saved=self.saved,
            base64=lambda content: base64.b64encode(content).decode(),
            data=self._data(),
        )

    def _warnings(self) -> list[str]:
        said = [self.words.doubt(doubt) for doubt in self.frames.doubts]
        return said if self.view else [*said, self.words("athlete.not_found")]

    def _bars(self) -> list[dict[str, Any]]:
        """Show how far the body is stretched in each frame, from 0 (the first) to 1000."""
        if self.view is None:
            return []
        moments, lengths = self.dive.moments, self.dive.outline.length
        first = moments.board_left.index if moments.board_left else 0
        last = moments.water.index if moments.water else len(lengths) - 1
        starts, end = self.frames.start_seconds, self.frames.end_seconds
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
        words, view, offset = self.words, self.view, float(self.frames.start_seconds[0])
        return {
            "query": side(self.playback, offset, None, view.drawn if view else None),
            "reference": None,
            "steps": None,
            "clips": [],
            "marks": sorted(view.marks) if view else [],
            "parts": [[part.start_seconds, words.moment(part.moment)] for part in self.parts],
            "words": words.of("player") | words.of("save"),
            "decimal": words("decimal"),
            "saved": {file: content for file, _, content in self.saved},
            "name": self.name,
        }


def parts_of(dive: Dive, frames: Frames) -> tuple[Chapter, ...]:
    """Return the parts of a dive by the moments that were seen."""
    moments = dive.moments
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
