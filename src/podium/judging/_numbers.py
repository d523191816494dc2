"""What a sport's numbers of actions mean, and the difficulties that they have, by year."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from podium.judging._panel import Years


@dataclass(frozen=True)
class KnownDifficulty:
    """A difficulty of an action, and the years for which it is known."""

    value: float
    """The difficulty."""

    years: Years
    """When it is known to hold."""

    source: str
    """Where it is known from: `formula` (the rules'), `components` (that give the rules' table, and
    go on beyond it) or `results`."""

    components: Mapping[str, float] | None = None
    """What it is the sum of, by the letter of the component, where the rules print that."""


class Numbers(Protocol):
    """What reads the numbers of a sport's actions."""

    @property
    def heights(self) -> tuple[float, ...]:
        """Return the heights, in metres, for which there are difficulties."""
        ...

    def meaning(self, number: str) -> Mapping[str, object]:
        """Return what a number says of an action, by plain names.

        Raises
        ------
        UsageError
            If it is not the number of an action.
        """
        ...

    def difficulties(self, number: str, height: float) -> tuple[KnownDifficulty, ...]:
        """Return the difficulties that are known of an action at a height, the oldest first.

        Raises
        ------
        UsageError
            If it is not the number of an action.
        """
        ...


def in_year(known: tuple[KnownDifficulty, ...], year: int | None) -> KnownDifficulty | None:
    """Return the difficulty that held in a year, without one the latest; `None`: not known."""
    if year is None:
        return known[-1] if known else None
    return next((one for one in reversed(known) if year in one.years), None)
