"""The dives that there are, and how usual they are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from podium.errors import UsageError
from podium.inputs.saved import Arrays, array_of, read_arrays
from podium.judging import Dive, read_dive
from podium.judging._dive_shape import POSITIONS
from podium.judging._dives import DiveNumbers

WEIGHTS = Path(__file__).parent / "_learned" / "usual_dives.safetensors"
"""How many of the training dives were of each action, by its number."""

USUAL_HEIGHT = 10.0
"""What is usual was learned from dives from so many metres."""

SELDOM = 0.1
"""How many dives are none of those that are usual."""


@dataclass(frozen=True)
class Candidate:
    """An action: its number without a letter, what that means, and the positions there are."""

    action: str
    dive: Dive
    positions: str


@cache
def candidates(height_metres: float | None = None) -> tuple[Candidate, ...]:
    """Return all dives there are, from a height those that have a difficulty there.

    Flying dives are left out, for which nothing is measured yet.
    """
    found = []
    for action in _numbers():
        letters = "".join(one for one in POSITIONS if _is_there(action + one, height_metres))
        if letters:
            found.append(Candidate(action, read_dive(action), letters))
    return tuple(found)


def _numbers() -> Iterator[str]:
    yield from (f"{way}0{halves}" for way in "1234" for halves in range(1, 12))
    yield from (f"5{way}{number}" for way in "1234" for number in range(11, 100))
    yield from (f"6{way}{number}" for way in "123" for number in (*range(1, 10), *range(11, 100)))
    yield "600"


def _is_there(number: str, height_metres: float | None) -> bool:
    try:
        read_dive(number)
    except UsageError:
        return False
    numbers = DiveNumbers()
    if height_metres not in numbers.heights:
        return True
    return bool(numbers.difficulties(number, height_metres))


@cache
def usual(height_metres: float | None = None) -> Mapping[str, float]:
    """Return how usual each action is, its probability before anything is seen.

    From another height than was learned from, all are as usual as each other.
    """
    names = [one.action for one in candidates(height_metres)]
    even = {name: 1 / len(names) for name in names}
    if height_metres not in (None, USUAL_HEIGHT):
        return even
    counted = {name: float(array_of(_counts(), name, (1,))[0]) for name in _counts()}
    total = sum(counted.get(name, 0.0) for name in names)
    shares = {name: counted.get(name, 0.0) / total for name in names}
    return {name: (1 - SELDOM) * shares[name] + SELDOM * even[name] for name in names}


@cache
def _counts() -> Arrays:
    return read_arrays(WEIGHTS)
