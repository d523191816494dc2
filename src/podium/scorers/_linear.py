"""The lines at the end of `siamese_lstm`: from what networks and last clips say to the score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from podium.features.values import Sample
from podium.inputs.saved import Arrays, array_of
from podium.metric.siamese import Siamese, SiameseOptions
from podium.networks.layers import Array
from podium.scorers import Floats
from podium.scorers._heads import Head, SamplePairs
from podium.scorers._penalty import fit_penalised

ALPHAS = 10.0 ** np.arange(0, 5.1, 0.5)
"""Penalties of the last layer to choose from; without one, as the paper's, few pairs upset it."""

STEADY_SHARE = 1 / 6
"""What holds a line steady holds it back already: of the penalty chosen without, so much is left.
So dives of broadcasts left out were ordered as well as before, and their scores hardly drawn more
to the mean."""

SCALE_FLOOR = 0.05
"""Units of D2 that hardly vary in training must not decide a score: their scale stays this large,
as a share of the largest."""


@dataclass(frozen=True)
class Member:
    """One network with its linear layer, in the target's unit.

    `weights` is (inputs,), as many as its `head` reads.
    """

    network: Siamese
    head: Head
    weights: Array
    bias: float

    def predict(self, references: Array, queries: Array, pairs: SamplePairs = ()) -> Array:
        """Return predictions from pairs of embeddings, (pairs,); `pairs` are what was embedded."""
        inputs = self.head.inputs(self.network, references, queries, pairs)
        return np.asarray(inputs @ self.weights + np.float32(self.bias), np.float32)

    def terms(self, references: Array, queries: Array) -> tuple[Array, Array]:
        """Return the expert's term of predictions, and the query's (equations 1-3, III-B).

        They add up with the activation `linear` only, for `Joint` and `JointInOrder`. The biases
        belong to the expert's term.
        """
        nothing = np.zeros_like(references)
        expert = self.predict(references, nothing)
        return expert, self.predict(nothing, queries) - self.predict(nothing, nothing)

    def arrays(self, number: int) -> dict[str, npt.NDArray[Any]]:
        """Return it as arrays, as the member of that number is saved; without its bias."""
        state = self.network.arrays()
        found = {f"network.{number}.{key}": values for key, values in state.items()}
        return {**found, f"head.{number}.weights": self.weights}

    @classmethod
    def from_arrays(
        cls,
        arrays: Arrays,
        number: int,
        bias: float,
        head: Head,
        n_components: int,
        options: SiameseOptions,
    ) -> Self:
        """Return the member that was saved with that number.

        Raises
        ------
        ModelError
            If one of its arrays is missing, or does not fit.
        """
        network = Siamese.from_arrays(arrays, f"network.{number}.", n_components, options)
        weights = array_of(arrays, f"head.{number}.weights", (head.n_inputs(network),))
        return cls(network, head, weights, bias)


def fit_member(
    head: Head,
    network: Siamese,
    inputs: npt.NDArray[Any],
    targets: Floats,
    groups: Sequence[str],
) -> Member:
    """Fit the last layer by `fit_ridge`; `groups` are those of the rows that are no variants."""
    weights, bias = fit_nonnegative_ridge(inputs, targets, groups, head.n_costs(network))
    return Member(network, head, weights.astype(np.float32), bias)


def fit_nonnegative_ridge(
    inputs: npt.NDArray[Any], targets: Floats, groups: Sequence[str], n_costs: int
) -> tuple[npt.NDArray[Any], float]:
    """Fit a line in which the last `n_costs` inputs, none above 0, can only cost.

    An input that would gain is left out, until none does. So a performance that differs from its
    reference in nothing never scores less than beside another.
    """
    n_free = inputs.shape[1] - n_costs
    kept = np.arange(inputs.shape[1])
    while True:
        fitted, bias = fit_ridge(inputs[:, kept], targets, groups)
        gains = (kept >= n_free) & (fitted < 0)
        if not gains.any():
            weights = np.zeros(inputs.shape[1])
            weights[kept] = fitted
            return weights, bias
        kept = kept[~gains]


@dataclass(frozen=True)
class LastClips:
    """A line over all that the last clips show: `weights` (clips, dim) and `bias`.

    In the target's unit. Where a performance has fewer clips, its first stands for those it lacks.
    """

    weights: npt.NDArray[np.float64]
    bias: float

    def predict(self, samples: Sequence[Sample]) -> Floats:
        """Predict from the last clips, (performances,)."""
        last = _last_clips(samples, len(self.weights))
        return np.asarray(np.einsum("pcd,cd->p", last, self.weights) + self.bias, np.float64)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return it as the arrays that are saved."""
        return {"last_clips.weights": self.weights, "last_clips.bias": np.array([self.bias])}

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, npt.NDArray[Any]], n_clips: int | None, dim: int | None
    ) -> Self:
        """Build it from saved arrays, for so many clips of `dim` numbers, where these are given.

        Raises
        ------
        ModelError
            If one of them is missing, or does not fit.
        """
        weights = array_of(arrays, "last_clips.weights", (n_clips, dim), np.float64)
        return cls(weights, float(array_of(arrays, "last_clips.bias", (1,), np.float64)[0]))


def fit_last_clips(
    train: Sequence[Sample],
    targets: Floats,
    n_clips: int,
    groups: Sequence[str],
    steadiness: float = 0.0,
) -> LastClips:
    """Fit the line by `fit_ridge`; `groups` are those of the performances, variants follow.

    With some `steadiness`, variants are no more performances: the line is held to say the same of
    them as of their own (`fit_steady_ridge`).
    """
    last = _last_clips(train, n_clips)
    rows, n_own = last.reshape(len(last), -1), len(groups)
    if steadiness and len(rows) > n_own:
        owners = np.repeat(np.arange(n_own), [len(sample.variants) for sample in train[:n_own]])
        moves = rows[n_own:] - rows[owners]
        weights, bias = fit_steady_ridge(rows[:n_own], targets[:n_own], moves, groups, steadiness)
    else:
        weights, bias = fit_ridge(rows, targets, groups)
    return LastClips(weights.reshape(last.shape[1:]), bias)


def fit_steady_ridge(
    inputs: npt.NDArray[Any],
    targets: Floats,
    moves: npt.NDArray[Any],
    groups: Sequence[str],
    steadiness: float,
) -> tuple[npt.NDArray[Any], float]:
    """Fit targets to inputs, (rows, numbers), so that `moves` of inputs change little.

    `moves` is (changes, numbers): by how much a copy of a performance differs from it. All of them
    together weigh `steadiness` times as much as the rows. Return weights and bias.
    """
    from sklearn.linear_model import Ridge

    mean, scale = _scale_of(inputs)
    scaled, middle = (inputs - mean) / scale, targets.mean()
    penalty = STEADY_SHARE * fit_penalised(scaled, targets, groups, ALPHAS).alpha_
    held = moves / scale * np.sqrt(steadiness * len(inputs) / len(moves))
    wanted = np.concatenate([targets - middle, np.zeros(len(moves))])
    fitted = Ridge(penalty, fit_intercept=False).fit(np.concatenate([scaled, held]), wanted)
    weights = fitted.coef_ / scale
    return weights, float(middle - mean @ weights)


def fit_ridge(
    inputs: npt.NDArray[Any], targets: Floats, groups: Sequence[str]
) -> tuple[npt.NDArray[Any], float]:
    """Fit targets to inputs, (rows, numbers), each brought to its own scale; return weights, bias.

    The penalty is chosen by leaving out of the first rows, as many as there are `groups`, one
    group or one row. Those that follow are variants of these: one that is left out would be known
    by its variant, so they have no say.
    """
    from sklearn.linear_model import Ridge

    n_own = len(groups)
    mean, scale = _scale_of(inputs)
    scaled = (inputs - mean) / scale
    fitted = fit_penalised(scaled[:n_own], targets[:n_own], groups, ALPHAS)
    if n_own < len(inputs):
        fitted = Ridge(fitted.alpha_ * len(inputs) / n_own).fit(scaled, targets)
    weights = fitted.coef_ / scale
    return weights, float(fitted.intercept_ - mean @ weights)


def _scale_of(inputs: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return the mean and the scale of each number, (numbers,), of (rows, numbers)."""
    scale = inputs.std(axis=0)
    return inputs.mean(axis=0), scale + SCALE_FLOOR * scale.max() + 1e-9


def repeat_first(values: npt.NDArray[np.float32], n_clips: int) -> npt.NDArray[np.float32]:
    """Repeat the first clip of (clips, dim), where there are fewer than `n_clips`."""
    missing = max(n_clips - len(values), 0)
    return np.concatenate([np.repeat(values[:1], missing, axis=0), values])


def _last_clips(samples: Sequence[Sample], n_clips: int) -> Floats:
    rows = [repeat_first(sample.features.values, n_clips)[-n_clips:] for sample in samples]
    return np.stack(rows).astype(np.float64)
