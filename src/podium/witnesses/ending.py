"""Whether a performance is there to its end: a dive without its entry is not scored as if whole.

What a file's header promises is one witness (`VideoFacts.end_is_missing`). Another is what the last
clip looks like: a file that was cut and saved again promises nothing more. Where performances are
aligned at an event, that the event is missing says it better (`podium.features.event`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from podium.doubts import Doubt, DoubtKind
from podium.inputs.saved import array_of
from podium.machine import extras
from podium.witnesses._folds import chosen, interleaved, measure_left_out, normaliser_of

if TYPE_CHECKING:
    from podium.metric.embedding import Normaliser

STOPS_EARLY = DoubtKind("stops_early")
"""The video seems to stop before the performance does."""

Array = npt.NDArray[np.float32]

MIN_PERFORMANCES = 50
"""With fewer to learn from, a threshold that is rarely crossed cannot be told."""

FALSE_ALARM_RATE = 0.02
"""Which share of whole performances may be taken for cut."""

PENALTY = 0.1


@dataclass(frozen=True)
class EndingDetector:
    """How the last clip of a performance differs from those before it.

    `weights` (components,) and `offset` make a number of a clip's components, the higher the more
    it looks like a last one; below `threshold` it is taken for one that is not.
    """

    weights: npt.NDArray[np.float64]
    offset: float
    threshold: float

    def looks_last(self, components: Array) -> npt.NDArray[np.float64]:
        """Return how much each clip, (clips, components), looks like a last one."""
        found: npt.NDArray[np.float64] = components.astype(np.float64) @ self.weights + self.offset
        return found

    def is_missing(self, components: Array) -> bool:
        """Return whether a performance, (clips, components), seems to stop before its end."""
        return bool(self.looks_last(components)[-1] < self.threshold)

    def ask(self, components: Array) -> tuple[Doubt, ...]:
        """Doubt a performance, (clips, components), that seems to stop before its end."""
        return (STOPS_EARLY(),) if self.is_missing(components) else ()

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return it as the arrays that are saved."""
        return {
            "ending.weights": self.weights,
            "ending.levels": np.array([self.offset, self.threshold]),
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
        if "ending.weights" not in arrays:
            return None
        weights = array_of(arrays, "ending.weights", (n_components,), np.float64)
        offset, threshold = array_of(arrays, "ending.levels", (2,), np.float64)
        return cls(weights, float(offset), float(threshold))


def learn_ending(
    features: Sequence[Array], normaliser: "Normaliser", groups: Sequence[str] = ()
) -> EndingDetector | None:
    """Learn what last clips look like from whole performances, each (clips, dim).

    The threshold is set on performances that were left out when the weights were fitted, so that
    `FALSE_ALARM_RATE` of whole ones fall below it; those of one of the `groups`, where they are
    named, were left out together. `None` where there are too few, or no clip before the last.
    """
    long = [i for i, values in enumerate(features) if len(values) > 1]
    whole, groups = [features[i] for i in long], chosen(groups, long)
    if len(whole) < MIN_PERFORMANCES:
        return None
    seeing = normaliser_of(normaliser, groups)

    def fit(ones: Sequence[Array]) -> tuple["Normaliser", EndingDetector]:
        seen = seeing(ones)
        return seen, EndingDetector(*_fit([seen(values) for values in ones]), 0.0)

    left_out = [*measure_left_out(interleaved(whole, groups), fit, _last_of)]
    weights, offset = _fit([normaliser(values) for values in whole])
    return EndingDetector(weights, offset, float(np.quantile(left_out, FALSE_ALARM_RATE)))


def _last_of(fitted: tuple["Normaliser", EndingDetector], features: Sequence[Array]) -> list[float]:
    """Return how much the last clip of each performance looks like one."""
    normaliser, ending = fitted
    return [float(ending.looks_last(normaliser(values))[-1]) for values in features]


def _fit(components: Sequence[Array]) -> tuple[npt.NDArray[np.float64], float]:
    with extras.needed_for("training", "train"):
        from sklearn.linear_model import LogisticRegression

    is_last = np.concatenate([np.arange(len(values)) == len(values) - 1 for values in components])
    model = LogisticRegression(C=PENALTY, class_weight="balanced", max_iter=2000)
    model.fit(np.concatenate(components).astype(np.float64), is_last)
    return model.coef_[0], float(model.intercept_[0])
