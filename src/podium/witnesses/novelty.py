"""How unlike a video is to those the model was trained on, measured and never guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from podium.doubts import Doubt, DoubtKind, Severity
from podium.folds.division import are_grouped, parts
from podium.inputs.saved import array_of, part_of

if TYPE_CHECKING:  # it brings PyTorch along, which reading what a model says of itself can spare
    from podium.metric.embedding import Normaliser

NOVEL = DoubtKind("novel", values=("share",), optional=("about",), severity=Severity.GRAVE)
"""Only a `share` of the training performances, 0 to 1, lies as far from the others."""

Array = npt.NDArray[np.float32]

N_COMPONENTS = 24
N_NEIGHBOURS = 3
FALSE_ALARM_RATE = 0.01
"""A video is called unlike the training when fewer than this share of those lie so far out."""

DUPLICATE_RATIO = 0.05
"""A video nearer to a training performance than this share of how far such usually lie apart is
that performance. Read again, a dive lay within 1e-6; no two of the 300 within
half that distance.
"""

MAX_ASKED = 10_000
"""Of more looks at performances, so many are asked, evenly, how far they are from the others: to
ask each would take time as the square of their number, and say no more."""


@dataclass(frozen=True)
class Novelty:
    """Where the training performances lie, and how far each is from the others.

    `positions` is (performances, 2 * components): the mean and the spread of its clips' components.
    `distances` (performances,) is each one's mean distance to its three nearest others; of more
    than `MAX_ASKED`, that of so many.
    """

    normaliser: "Normaliser"
    positions: Array
    distances: Array

    def p_value(self, values: Array) -> float:
        """Return the share of training performances lies farther out than these clips, 0 to 1.

        `values` is (clips, dim). Near 0 means unlike anything seen in training.
        """
        distance = _nearest(
            np.linalg.norm(self.positions - _position(self.normaliser, values), axis=1)
        )
        return float((1 + (self.distances >= distance).sum()) / (1 + len(self.distances)))

    def is_novel(self, values: Array) -> bool:
        """Return whether a performance is too far out for the model to be trusted."""
        smallest = 1 / (1 + len(self.distances))
        return self.p_value(values) <= max(FALSE_ALARM_RATE, smallest)

    def ask(self, values: Array, about: str = "") -> tuple[Doubt, ...]:
        """Doubt clips, (clips, dim), that are too far out for the model to be trusted."""
        if not self.is_novel(values):
            return ()
        return (NOVEL(share=round(self.p_value(values), 6), about=about),)

    def has_seen(self, values: Array) -> bool:
        """Return whether these clips, (clips, dim), are those of a training performance."""
        nearest = np.linalg.norm(self.positions - _position(self.normaliser, values), axis=1).min()
        return bool(nearest < DUPLICATE_RATIO * np.median(self.distances))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return it as the arrays that are saved."""
        inner = {f"novelty.{key}": value for key, value in self.normaliser.arrays().items()}
        return {**inner, "novelty.places": self.positions, "novelty.distances": self.distances}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """Build it from saved arrays.

        Raises
        ------
        ModelError
            If one of them is missing, or does not fit.
        """
        from podium.metric.embedding import Normaliser

        normaliser = Normaliser.from_arrays(part_of(arrays, "novelty."))
        positions = array_of(arrays, "novelty.places", (None, 2 * normaliser.dim))
        n_asked = len(positions)
        if len(np.atleast_1d(arrays.get("novelty.distances", []))) != n_asked:
            n_asked = min(n_asked, MAX_ASKED)
        distances = array_of(arrays, "novelty.distances", (n_asked,), least=0)
        return cls(normaliser, positions, distances)


def learn_novelty(
    features: Sequence[Array],
    variants: Sequence[Sequence[Array]] = (),
    groups: Sequence[str] = (),
) -> Novelty:
    """Learn what usual performances look like from their features, each (clips, dim).

    The `variants` of each are as usual as it is; none of its own is among the others of one, nor
    any of its group, where `groups` are named: so much may those of a new group lie apart.
    """
    from podium.metric.embedding import fit_normaliser

    normaliser = fit_normaliser(np.concatenate(features), N_COMPONENTS)
    looks = [[values, *others] for values, others in zip_longest(features, variants, fillvalue=())]
    owners = np.repeat(np.arange(len(looks)), [len(one) for one in looks])
    positions = np.stack([_position(normaliser, values) for one in looks for values in one])
    n = len(positions)
    asked = np.linspace(0, n - 1, min(n, MAX_ASKED)).round().astype(np.int64)
    if are_grouped(groups):
        distances = _left_out_distances(looks, groups, asked)
    else:
        distances = np.array([_to_others(i, positions, owners) for i in asked])
    return Novelty(normaliser, positions, distances.astype(np.float32))


def _left_out_distances(
    looks: Sequence[Sequence[Array]], groups: Sequence[str], asked: npt.NDArray[np.int64]
) -> Array:
    """Return how far each look that is asked is from the nearest of other groups, (asked,).

    What clips are made of is learned from these others, too: of a group that it knows, it would
    keep what sets it apart.
    """
    from podium.metric.embedding import fit_normaliser

    found: dict[int, float] = {}
    numbers = np.split(np.arange(sum(map(len, looks))), np.cumsum([len(one) for one in looks])[:-1])
    wanted = set(asked.tolist())
    for part in parts(groups, 0):
        others = [looks[i] for i in np.setdiff1d(np.arange(len(looks)), part)]
        normaliser = fit_normaliser(np.concatenate([one[0] for one in others]), N_COMPONENTS)
        known = np.stack([_position(normaliser, look) for one in others for look in one])
        for i in part:
            for number, look in zip(numbers[i], looks[i], strict=True):
                if number in wanted:
                    at = _position(normaliser, look)
                    found[number] = _nearest(np.linalg.norm(known - at, axis=1))
    return np.array([found[number] for number in asked], np.float32)


def _to_others(which: int, positions: Array, owners: npt.NDArray[np.int64]) -> float:
    """Return how far one look is from the nearest of other performances: one row of all by all."""
    apart = np.linalg.norm(positions[which] - positions, axis=1)
    apart[owners == owners[which]] = np.inf
    return _nearest(apart)


def _position(normaliser: "Normaliser", values: Array) -> Array:
    components = normaliser(values)
    return np.concatenate([components.mean(axis=0), components.std(axis=0)])


def _nearest(distances: npt.NDArray[np.floating[Any]]) -> float:
    if len(distances) > N_NEIGHBOURS:
        distances = np.partition(distances, N_NEIGHBOURS)
    return float(np.sort(distances[:N_NEIGHBOURS]).mean())
