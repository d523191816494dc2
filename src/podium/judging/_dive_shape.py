"""A dive as its number says it."""

from dataclasses import dataclass
from typing import Literal

Direction = Literal["forward", "back", "reverse", "inward"]
Position = Literal["straight", "pike", "tuck", "free"]

DIRECTIONS: tuple[Direction, ...] = ("forward", "back", "reverse", "inward")
"""In the order of their digits, 1 to 4."""

POSITIONS: dict[str, Position] = {"A": "straight", "B": "pike", "C": "tuck", "D": "free"}
"""By their letters."""


@dataclass(frozen=True)
class Dive:
    """What is done in a dive, in the order of its number."""

    direction: Direction
    """Which way it turns: forward, back, reverse (forward take-off, turning back) or inward."""

    half_somersaults: int
    """How many half somersaults there are."""

    half_twists: int = 0
    """How many half twists there are."""

    is_flying: bool = False
    """Whether the body is straight for a part of it."""

    is_armstand: bool = False
    """Whether it begins with an armstand."""

    position: Position | None = None
    """The position of the body; `None` where the number has no letter."""
