"""When the moments of a performance are, as a report says it, so that people can put them right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from podium.assessment.feedback import Chapter
from podium.examination.values import Examination
from podium.report.notes import MOMENT
from podium.report.words import Words


@dataclass(frozen=True)
class Dated:
    """A moment, and when it is in seconds of the video."""

    name: str
    """`board_left`, or the phase that begins."""

    words: str
    """What happens."""

    when: str
    """When, in words."""

    start_seconds: float
    """When."""

    @property
    def verdict(self) -> dict[str, Any]:
        """Return what a verdict on it is known by."""
        return {
            "about": MOMENT,
            "moment": self.name,
            "start_seconds": round(self.start_seconds, 4),
            "end_seconds": None,
            "words": self.words,
        }


def dated(
    examined: Examination | None, parts: Sequence[Chapter], words: Words
) -> tuple[Dated, ...]:
    """Return the moments of a dive; of another action, where its phases begin."""
    if examined is not None and any(vars(examined.dive.moments).values()):
        return _of_dive(examined, words)
    return tuple(
        Dated(
            part.moment, words("moments.begins", phase=words.moment(part.moment)),
            words("measures.at", seconds=words.number(part.start_seconds, 2)), part.start_seconds,
        )
        for part in parts
        if part.moment
    )  # fmt: skip


def _of_dive(examined: Examination, words: Words) -> tuple[Dated, ...]:
    starts = examined.frames.start_seconds
    found = []
    for name, moment in vars(examined.dive.moments).items():
        if moment is None:
            continue
        seconds = float(starts[moment.index])
        when = words("measures.at", seconds=words.number(seconds, 2))
        found.append(Dated(name, words(f"moments.{name}"), when, seconds))
    return tuple(found)
