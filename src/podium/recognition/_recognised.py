"""Which dive it is: what turns and looks tell together, among the dives that there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from podium.judging import read_dive
from podium.measures import Dive
from podium.measures._classes import CLASSES
from podium.measures._kind import Kind, kind_of
from podium.measures._path import HYPOTHESES, Hypothesis
from podium.recognition._candidates import Candidate, candidates, usual

Floats = npt.NDArray[np.float64]

USUAL_WEIGHT = 0.5
"""How far it counts that a dive is usual: less than fully, for athletes choose rare ones too."""

LEAST_TURNS, LEAST = 1e-3, 1e-2
"""No single witness (turns, looks) makes a dive less probable: it may have been deceived."""


@dataclass(frozen=True)
class Recognised:
    """The likeliest dive, and how probable it is."""

    action: str
    """Its number without the letter of its position, such as 407."""

    position: str
    """A straight, B pike, C tuck, D free."""

    half_somersaults: int
    half_twists: int
    armstand: bool
    probability: float
    """That it is this action."""

    probabilities: Mapping[str, float] = field(repr=False)
    """Of every dive there is, by its number without a letter."""

    positions: Mapping[str, Mapping[str, float]] = field(repr=False)
    """How probable each position is if it is that action, by the action and by the letter."""

    def contradicts(self, number: str) -> float:
        """Return how probable it is that the video shows another dive than `number`.

        With a letter, another position contradicts too. A number that is not known among dives
        without flying is not judged: 0.
        """
        action = number.rstrip("ABCDabcd")
        if action not in self.probabilities:
            return 0.0
        letter = number[len(action) :].upper()
        same = self.positions[action].get(letter, 0.0) if letter else 1.0
        return 1 - self.probabilities[action] * same

    def turns_as(self, number: str) -> float:
        """Return how probable it is that it has the somersaults and twists of a dive's number."""
        wanted = _turns(number)
        return sum(p for action, p in self.probabilities.items() if _turns(action) == wanted)


def _turns(number: str) -> tuple[int, int]:
    dive = read_dive(number)
    return dive.half_somersaults, dive.half_twists


def recognise(dive: Dive) -> Recognised | None:
    """Tell which dive it is; `None` where take-off or entry was not found."""
    read = kind_of(dive)
    return None if read is None else recognised(read, dive.height_metres)


def recognised(read: Kind, height_metres: float | None = None) -> Recognised:
    """Tell which dive was read, from a height if that is known."""
    possible, common = candidates(height_metres), usual(height_metres)
    likely = np.array(
        [_log_likelihood(one, read) + USUAL_WEIGHT * np.log(common[one.action]) for one in possible]
    )
    powers = np.exp(likely - likely.max())
    shares = powers / powers.sum()
    best = possible[int(shares.argmax())]
    positions = {one.action: _positions(one, read) for one in possible}
    return Recognised(
        best.action,
        max(positions[best.action], key=lambda letter: positions[best.action][letter]),
        best.dive.half_somersaults,
        best.dive.half_twists,
        best.dive.is_armstand,
        float(shares.max()),
        {one.action: float(share) for one, share in zip(possible, shares, strict=True)},
        positions,
    )


def _log_likelihood(one: Candidate, read: Kind) -> float:
    """Return how well what was read agrees with a dive, as a logarithm."""
    dive = one.dive
    way = read.travel if dive.direction in ("forward", "back") else -read.travel
    turns = read.turns[HYPOTHESES.index(Hypothesis(way, dive.is_armstand))]
    faces = int(dive.direction in ("forward", "reverse"))
    twists = _of_class(read, "half_twists", str(dive.half_twists))
    looks = np.log(np.array([read.classes["faces_water"][faces], twists]) + LEAST)
    return float(looks.sum() + np.log(turns[dive.half_somersaults] + LEAST_TURNS))


def _of_class(read: Kind, name: str, value: str) -> float:
    """Return how probable a class is; one that is not told apart is not expected."""
    return float(read.classes[name][CLASSES[name].index(value)]) if value in CLASSES[name] else 0.0


def _positions(one: Candidate, read: Kind) -> dict[str, float]:
    """Return how probable each position is that there is of a dive, by its letter."""
    found = {letter: _of_class(read, "position", letter) + LEAST for letter in one.positions}
    total = sum(found.values())
    return {letter: value / total for letter, value in found.items()}
