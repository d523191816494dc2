"""What `siamese_lstm` learns of performances that are put in step: what is usual at each moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from podium.features.values import Sample
from podium.inputs.saved import Arrays, array_of
from podium.metric.embedding import Normaliser
from podium.metric.matching import step_cost
from podium.metric.steps import fit_borders
from podium.scorers import Floats
from podium.scorers._target import Target

USUAL_SHARE = 0.95
"""So many of the training performances are in step with a reference as well as is usual."""

FALSE_ALARMS = 0.07
"""The share of the clips of good performances that lie beyond the border."""


@dataclass(frozen=True)
class Steps:
    """How well moments match in training, and from where on a clip is unlike a reference's."""

    usual_cost: float = 1.0
    """By how much matched moments differ at most in nearly all of training (`step_cost`)."""

    borders: tuple[Floats, ...] = ()
    """Of each reference, by its clips, (clips,)."""

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return it as the arrays that are saved."""
        borders = {f"in_step.borders.{i}": values for i, values in enumerate(self.borders)}
        return {"in_step.usual_cost": np.array([self.usual_cost]), **borders}

    @classmethod
    def from_arrays(cls, arrays: Arrays, n_clips: Sequence[int]) -> Self:
        """Build it from saved arrays, for references of so many clips.

        Raises
        ------
        ModelError
            If one of them is missing, or does not fit.
        """
        (cost,) = array_of(arrays, "in_step.usual_cost", (1,), np.float64).tolist()
        borders = [
            array_of(arrays, f"in_step.borders.{i}", (n,), np.float64, above=0)
            for i, n in enumerate(n_clips)
        ]
        return cls(cost, tuple(borders))


def fit_steps(
    train: Sequence[Sample], references: Sequence[Sample], normaliser: Normaliser, target: Target
) -> Steps:
    """Learn it from the training performances beside each reference of their action."""
    scores = target.of(train)
    costs, borders = [], []
    for reference in references:
        theirs = normaliser(reference.features.values)
        others = [i for i, sample in enumerate(train) if _is_other(sample, reference)]
        ours = [normaliser(train[i].features.values) for i in others]
        costs += [step_cost(one, theirs) for one in ours]
        least = float(np.median(scores[others])) if others else 0.0
        are_good = [bool(scores[i] >= least) for i in others]
        borders.append(fit_borders(theirs, ours, are_good, FALSE_ALARMS))
    usual = float(np.quantile(costs, USUAL_SHARE)) if costs else 1.0
    return Steps(usual, tuple(borders))


def _is_other(sample: Sample, reference: Sample) -> bool:
    ours, theirs = sample.performance, reference.performance
    return ours.action == theirs.action and ours.id != theirs.id
