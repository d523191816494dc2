"""The dives and vaults that can be simulated, with their difficulty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from podium.errors import UnknownName
from podium.simulation.options import Sport

Position = Literal["straight", "pike", "tuck"]
POSITION_LETTERS: dict[Position, str] = {"straight": "A", "pike": "B", "tuck": "C"}


@dataclass(frozen=True)
class Action:
    """One dive or vault: which way it turns, how often, in which position, and what it is worth."""

    name: str
    position: Position
    difficulty: float
    faces_forward: bool
    """Whether the athlete starts facing the way that they travel."""
    turns_forward: bool
    """Whether the somersaults turn forwards, as the athlete feels it."""
    half_somersaults: int
    half_twists: int = 0

    @property
    def number(self) -> str:
        """The action with the letter of its position, such as 107B."""
        return f"{self.name}{POSITION_LETTERS[self.position]}"

    @property
    def has_twist(self) -> bool:
        """Whether the athlete also turns about the long axis."""
        return self.half_twists > 0


# Difficulties follow World Aquatics' table for the 10 m platform, to within 0.1.
DIVES = (
    Action("107", "pike", 3.0, True, True, 7),
    Action("107", "tuck", 2.8, True, True, 7),
    Action("207", "pike", 3.6, False, False, 7),
    Action("207", "tuck", 3.3, False, False, 7),
    Action("307", "pike", 3.7, True, False, 7),
    Action("307", "tuck", 3.4, True, False, 7),
    Action("407", "pike", 3.5, False, True, 7),
    Action("407", "tuck", 3.2, False, True, 7),
    Action("5253", "pike", 3.2, False, False, 5, 3),
    Action("5253", "tuck", 3.0, False, False, 5, 3),
    Action("5152", "pike", 3.0, True, True, 5, 2),
    Action("5152", "tuck", 2.9, True, True, 5, 2),
)
# Half somersaults count from the table to the mat; a full twist is two half twists.
VAULTS = (
    Action("handspring-front-", "tuck", 4.8, True, True, 3),
    Action("handspring-front-", "pike", 5.2, True, True, 3),
    Action("tsukahara-", "tuck", 4.4, True, True, 3),
    Action("tsukahara-", "pike", 4.6, True, True, 3),
    Action("tsukahara-full-", "straight", 5.6, True, True, 3, 2),
    Action("tsukahara-full-", "pike", 5.3, True, True, 3, 2),
)


def actions_of(sport: Sport) -> tuple[Action, ...]:
    """Every action of a sport, in each position that it can be performed in."""
    return DIVES if sport == "diving" else VAULTS


def action_names(sport: Sport) -> tuple[str, ...]:
    """Return the actions of a sport without their position letters, each once."""
    return tuple(dict.fromkeys(action.name.rstrip("-") for action in actions_of(sport)))


def variants_of(name: str) -> tuple[Action, ...]:
    """One action in every position; raises `UnknownName` for an action that is not known."""
    variants = tuple(action for action in DIVES + VAULTS if action.name.rstrip("-") == name)
    if not variants:
        known = ", ".join(action_names("diving") + action_names("vault"))
        raise UnknownName(f"action is {name!r}; the simulated ones are {known}")
    return variants


USUAL_DIVES = ("107B", "207C", "407C", "5253B")
"""The dives that are simulated unless others are asked for: few, so that each has its experts."""


def chosen_actions(sport: Sport, numbers: tuple[str, ...]) -> dict[str, tuple[Action, ...]]:
    """Return the actions of these numbers by name, each with its positions; () for the usual ones.

    Raises
    ------
    UnknownName
        If the sport has no action of such a number.
    """
    known = {action.number: action for action in actions_of(sport)}
    wanted = numbers or (USUAL_DIVES if sport == "diving" else tuple(known))
    for number in wanted:
        if number not in known:
            raise UnknownName(
                f"number is {number!r}; the simulated ones in {sport} are {', '.join(known)}"
            )
    chosen: dict[str, tuple[Action, ...]] = {}
    for action in (known[number] for number in wanted):
        name = action.name.rstrip("-")
        chosen[name] = (*chosen.get(name, ()), action)
    return chosen
