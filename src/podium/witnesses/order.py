"""Whether the moments of a performance come in the usual order: a shuffled dive is no dive.

Novelty looks at all clips of a video at once, so it cannot see in which order they come. Here each
clip is asked which position, counted from the end, it looks like.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from podium.doubts import Doubt, DoubtKind, Severity
from podium.inputs.saved import array_of
from podium.machine import extras
from podium.witnesses._folds import chosen, interleaved, measure_left_out, normaliser_of

if TYPE_CHECKING:
    from podium.metric.embedding import Normaliser

OUT_OF_ORDER = DoubtKind("out_of_order", optional=("about",), severity=Severity.GRAVE)
"""The moments do not come in the usual order."""

Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

MIN_PERFORMANCES = 50
"""With fewer to learn from, a threshold that is rarely crossed cannot be told; and a position that
fewer reach is one with the next later one."""

FALSE_ALARM_RATE = 0.02
"""Which share of usual performances may be taken for disordered."""

FARTHEST = -12.0
"""One clip that looks like no position must not decide alone: its logarithm counts for no less."""


@dataclass(frozen=True)
class Order:
    """What the clips at each position look like, beside those at the others.

    `weights` (components, positions) and `offsets` (positions,) make the chance of each position,
    the last one being the last clip; below `threshold` clips look like other positions than theirs.
    """

    weights: Floats
    offsets: Floats
    threshold: float

    def mean_log_likelihood(self, components: Array) -> float:
        """Return how much the clips, (clips, components), look like their own positions; 0 at most.

        The mean logarithm of the chance of each clip's position.
        """
        logits = components.astype(np.float64) @ self.weights + self.offsets
        logits -= logits.max(axis=1, keepdims=True)
        chances = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        own = chances[np.arange(len(chances)), _positions(len(chances), len(self.offsets))]
        return float(np.maximum(own, FARTHEST).mean())

    def is_out_of_order(self, components: Array) -> bool:
        """Return whether the clips of a performance, (clips, components), seem out of order."""
        return self.mean_log_likelihood(components) < self.threshold

    @property
    def n_positions(self) -> int:
        """How many positions there are: one for each clip of a usual performance."""
        return int(self.weights.shape[1])

    def ask(self, components: Array, about: str = "") -> tuple[Doubt, ...]:
        """Doubt a performance, (clips, components), whose clips seem out of order."""
        return (OUT_OF_ORDER(about=about),) if self.is_out_of_order(components) else ()

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return it as the arrays that are saved."""
        return {
            "order.weights": self.weights,
            "order.offsets": self.offsets,
            "order.threshold": np.array([self.threshold]),
        }

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, npt.NDArray[Any]], n_components: int | None = None
    ) -> Self | None:
        """Build it from saved arrays, for clips of so many components, if that is given.

        `None` where the model was made without.

        Raises
        ------
        ModelError
            If one of them is missing, or does not fit.
        """
        if "order.weights" not in arrays:
            return None
        weights = array_of(arrays, "order.weights", (n_components, None), np.float64)
        offsets = array_of(arrays, "order.offsets", weights.shape[1:], np.float64)
        return cls(
            weights, offsets, float(array_of(arrays, "order.threshold", (1,), np.float64)[0])
        )


def learn_order(
    features: Sequence[Array],
    normaliser: "Normaliser",
    variants: Sequence[Sequence[Array]] = (),
    groups: Sequence[str] = (),
) -> Order | None:
    """Learn the usual order of clips from performances, each (clips, dim), and their `variants`.

    The threshold is set on performances that were left out when the weights were fitted, so that
    `FALSE_ALARM_RATE` of usual ones fall below it; those of one of the `groups`, where they are
    named, were left out together. `None` where too few have two or more.
    """
    long = [i for i, values in enumerate(features) if len(values) > 1]
    looks = [[features[i], *(variants[i] if variants else ())] for i in long]
    if len(looks) < MIN_PERFORMANCES:
        return None
    # In a table every fifth may be the longest: then a position would be missing in a fold.
    mixed = np.random.default_rng(0).permutation(len(looks))
    looks, groups = [looks[i] for i in mixed], chosen(groups, [long[i] for i in mixed])
    longest = sorted((len(one[0]) for one in looks), reverse=True)
    n_positions = longest[MIN_PERFORMANCES - 1]
    seeing = normaliser_of(normaliser, groups)

    def fit(ones: Sequence[Sequence[Array]]) -> tuple["Normaliser", Order]:
        seen = seeing([one[0] for one in ones])
        return seen, Order(*_fit(_seen(ones, seen), n_positions), 0.0)

    left_out = [*measure_left_out(interleaved(looks, groups), fit, _in_place)]
    fitted = _fit(_seen(looks, normaliser), n_positions)
    return Order(*fitted, float(np.quantile(left_out, FALSE_ALARM_RATE)))


def _seen(looks: Sequence[Sequence[Array]], normaliser: "Normaliser") -> list[list[Array]]:
    return [[normaliser(look) for look in one] for one in looks]


def _in_place(fitted: tuple["Normaliser", Order], looks: Sequence[Sequence[Array]]) -> list[float]:
    """Return how much each performance, and each variant of it, is in the usual order."""
    normaliser, order = fitted
    return [order.mean_log_likelihood(look) for one in _seen(looks, normaliser) for look in one]


def _positions(n_clips: int, n_positions: int) -> npt.NDArray[np.int64]:
    """Return the position of each clip; those before the first position are with it."""
    return np.maximum(np.arange(n_clips) - n_clips + n_positions, 0)


def _fit(looks: Sequence[Sequence[Array]], n_positions: int) -> tuple[Floats, Floats]:
    with extras.needed_for("training", "train"):
        from sklearn.linear_model import LogisticRegression

    components = [look for one in looks for look in one]
    positions = np.concatenate([_positions(len(values), n_positions) for values in components])
    model = LogisticRegression(max_iter=2000)
    model.fit(np.concatenate(components).astype(np.float64), positions)
    weights, offsets = model.coef_, model.intercept_
    if n_positions == 2:  # scikit-learn keeps one row for two classes
        weights, offsets = np.vstack([0 * weights, weights]), np.append(0, offsets)
    return weights.T, offsets
