"""What the report needs of an examination: the dive, what was measured of it, and what it means."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from podium.doubts import Doubt
from podium.measures import Dive, Phase, Reading
from podium.video.frames import Frames


class Recognised(Protocol):
    """Which dive it is."""

    @property
    def action(self) -> str | None:
        """Return its number without the letter, such as `407`, where there is such a dive."""
        ...

    @property
    def position(self) -> str | None:
        """Return the letter of the position, where it is known."""
        ...

    @property
    def probability(self) -> float:
        """Return how likely that is, 0 to 1."""
        ...


class Said(Protocol):
    """A remark: what is said of a phase, and the measure that shows it."""

    @property
    def phase(self) -> Phase:
        """Return which part of the dive is meant."""
        ...

    @property
    def measure(self) -> str:
        """Return the name of the measure that shows it."""
        ...

    @property
    def is_praise(self) -> bool:
        """Return whether it was done well."""
        ...


class Examined(Protocol):
    """A dive, its measures, and what follows from them."""

    @property
    def path(self) -> Path:
        """Return where its video is."""
        ...

    @property
    def frames(self) -> Frames:
        """Return the frames in which the athlete was followed."""
        ...

    @property
    def doubts(self) -> Sequence[Doubt]:
        """Return what is not to be trusted."""
        ...

    @property
    def dive(self) -> Dive:
        """Return the athlete in each frame, and the moments."""
        ...

    @property
    def readings(self) -> Sequence[Reading]:
        """Return what was measured, beside others."""
        ...

    @property
    def faults(self) -> Sequence[tuple[Phase, float]]:
        """Return how likely there is a fault in each phase, 0 to 1."""
        ...

    @property
    def recognised(self) -> Recognised | None:
        """Return which dive it is, where that is known."""
        ...

    @property
    def remarks(self) -> Sequence[Said]:
        """Return what is said of it, the weightiest first."""
        ...
