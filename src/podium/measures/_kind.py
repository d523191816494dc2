"""What kind of dive it is, as far as turns and looks tell: one finding, which measures share."""

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.measures._appearance import flying, standing, travel
from podium.measures._classes import CLASSES, probabilities
from podium.measures._described import body_length
from podium.measures._dive import Dive
from podium.measures._path import HYPOTHESES, Hypothesis
from podium.measures._turning import Turning, turning

Floats = npt.NDArray[np.float64]

LEAST = 1e-3
"""Nothing is thought less probable for looks alone."""

STRETCHED = 0.85
"""A body that keeps so much of its full length is straight: of 300 dives in pike, tuck or free
none kept more than 0.76."""

_FLYING, _SHORTEST = (0.2, 0.95), 15
"""It is looked at from when to when in the flight; so many in a hundred frames may be shorter."""

_SURE = 0.9
"""How probable it is then that it is straight, and that it does not twist."""


@dataclass(frozen=True)
class Kind:
    """How a dive turns and looks."""

    turning: Turning
    turns: Floats
    """How probable each way to turn is: (hypotheses, half turns from 0 on)."""

    travel: int
    """1 where it travels to the right of the picture, -1 to the left."""

    classes: dict[str, Floats]
    """How probable each of `podium.measures._classes.CLASSES` is, by name."""

    start_seconds: float
    end_seconds: float

    @property
    def best(self) -> tuple[Hypothesis, int]:
        """The most probable way to turn: which way and from where, and how many half turns."""
        return _best(self.turns)

    @property
    def half_somersaults(self) -> Floats:
        """How probable each number of half somersaults is, from 0 on."""
        return np.asarray(self.turns.sum(axis=0))

    @property
    def armstand(self) -> float:
        """How probable it is that the dive begins with an armstand."""
        return float(self.turns[[one.is_armstand for one in HYPOTHESES]].sum())

    @property
    def forward(self) -> float:
        """How probable it is that it turns as a forward dive does, its head going on first."""
        way = [one.clockwise == self.travel for one in HYPOTHESES]
        return float(self.turns[way].sum())

    @property
    def directions(self) -> dict[str, float]:
        """How probable each direction is, by its name."""
        forward, faces = self.forward, float(self.classes["faces_water"][1])
        return {
            "forward": forward * faces,
            "back": forward * (1 - faces),
            "reverse": (1 - forward) * faces,
            "inward": (1 - forward) * (1 - faces),
        }

    def likeliest(self, name: str) -> tuple[str, float]:
        """Return the most probable class, and how probable it is."""
        index = int(self.classes[name].argmax())
        return CLASSES[name][index], float(self.classes[name][index])


_kept: OrderedDict[int, tuple[Dive, Kind | None]] = OrderedDict()
_MOST_KEPT = 2


def kind_of(dive: Dive) -> Kind | None:
    """Read a dive; `None` where its take-off or entry is not known. The last ones are kept."""
    if id(dive) not in _kept:
        _kept[id(dive)] = dive, _read(dive)  # with the dive, so that its id is not given anew
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return _kept[id(dive)][1]


def _read(dive: Dive) -> Kind | None:
    turned = turning(dive)
    if turned is None:
        return None
    stood = standing(dive, turned)
    armstand = probabilities("armstand", stood)
    turns = turns_of(turned, armstand)
    row = np.concatenate([flying(turned, *_best(turns)), stood])
    classes = {name: probabilities(name, row) for name in CLASSES if name != "armstand"}
    if _is_straight(dive, turned):
        classes |= {
            "position": _surely("position", "A"),
            "half_twists": _surely("half_twists", "0"),
        }
    seconds = dive.athlete.start_seconds[turned.flight.first :]
    end = seconds[len(turned.flight.shapes) - 1]
    return Kind(turned, turns, travel(dive, turned), classes, float(seconds[0]), float(end))


def _is_straight(dive: Dive, turned: Turning) -> bool:
    """Return whether the body stays stretched, as that of no dive that was learned from."""
    lengths = turned.flight.outline.length
    start, stop = (round(len(lengths) * share) for share in _FLYING)
    seen = lengths[start:stop][np.isfinite(lengths[start:stop])]
    if not len(seen):
        return False
    return float(np.percentile(seen, _SHORTEST)) > STRETCHED * body_length(dive.outline)


def _surely(name: str, value: str) -> Floats:
    """Return the probabilities of classes where one of them is seen plainly."""
    is_it = np.array(CLASSES[name]) == value
    return np.where(is_it, _SURE, (1 - _SURE) / (len(is_it) - 1))


def turns_of(turned: Turning, armstand: Floats) -> Floats:
    """Return how probable each way to turn is, given whether it looks like an armstand."""
    looks = np.log([armstand[int(one.is_armstand)] + LEAST for one in HYPOTHESES])
    likely = turned.log_likelihoods + looks[:, None]
    powers = np.exp(likely - likely.max())
    return np.asarray(powers / powers.sum())


def _best(turns: Floats) -> tuple[Hypothesis, int]:
    hypothesis, halves = np.unravel_index(turns.argmax(), turns.shape)
    return HYPOTHESES[hypothesis], int(halves)
