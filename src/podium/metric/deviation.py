"""How far each clip is from the reference's, beside how far the clips of good performances differ.

The paper's network sees all clips of all actions on one scale, on which the turning of a
somersault is large and a crooked entry small. Here each position in time, counted from
the end, has its own scale: what varies there among performances of one action. Nothing but the
scores is needed to learn it, and a few dozen performances are enough.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from podium.checks import check_options
from podium.errors import UsageError
from podium.inputs.saved import array_of
from podium.metric.pairs import best_of

Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

SCALE_FLOOR = 0.05
"""Numbers that hardly vary at a position must not decide: their scale stays so large, as a share of
the largest."""

FARTHEST = 5.0
"""Differences count for no more than so many times a position's scale, or one odd clip could move a
score by dozens of points."""

MIN_EXPERTS = 5
"""Where the share of an action's best gives fewer, so many are taken for experts, but no more than
a quarter of all."""

MAX_EXPERTS = 256
"""Of more experts of an action, so many are taken evenly: their pairs would fill memory, and say no
more."""

MIN_PERFORMANCES = 10
"""A position that fewer performances reach is judged by the next later one."""


@dataclass(frozen=True)
class DeviationOptions:
    """In how many directions clips may deviate, and what is still good."""

    n_directions: int = 16
    """How many directions each position in time has: those in which its clips differ most."""

    expert_share: float = 0.15
    """The best of each action so many, as a share, are good performances (see `MIN_EXPERTS`).

    Few, so that hardly any of their clips is faulty.
    """

    false_alarms: float = 0.07
    """The share of the clips of good performances that lie beyond the border at each position.

    Each is compared with the others without its having been learned from.
    """

    shrinkage: float = 0.3
    """How much the directions are made alike in size.

    The fewer good performances there are, the more it helps.
    """

    def __post_init__(self) -> None:
        check_options(self)
        if self.n_directions < 1 or self.shrinkage <= 0:
            raise UsageError(f"{self}: n_directions must be 1 or more, and shrinkage above 0")
        if not (0 < self.expert_share <= 1 and 0 < self.false_alarms < 1):
            raise UsageError(
                f"{self}: expert_share must be above 0 and up to 1, false_alarms between 0 and 1"
            )


@dataclass(frozen=True)
class Deviation:
    """The scale of each position, (positions, dim), and directions, (positions, dim, n_directions).

    The last position is the last clip. A difference times the directions is 1 long at the border.
    """

    scale: Array
    directions: Array

    def differences(self, query: Array, reference: Array) -> Array:
        """Return how a query's features, (clips, dim), differ from a reference's, (positions, dim).

        In the scale of each position, `FARTHEST` at most. Clips are matched from the end; 0 at
        positions that one of the two does not reach.
        """
        shared = min(len(query), len(reference), len(self.scale))
        found = np.zeros_like(self.scale)
        if shared:
            found[-shared:] = (query[-shared:] - reference[-shared:]) / self.scale[-shared:]
        return found.clip(-FARTHEST, FARTHEST)

    def distances(self, query: Array, reference: Array) -> Floats:
        """Return how far each clip of a query is from the reference's, (clips,), 1 at the border.

        Where the query has more clips, the reference's first stands for those it lacks, and the
        first position for those before it.
        """
        lacking = np.arange(len(query)) - len(query)
        positions = np.maximum(lacking, -len(self.scale))
        theirs = reference[np.maximum(lacking, -len(reference))]
        along = np.einsum("cd,cdk->ck", query - theirs, self.directions[positions])
        return np.asarray(np.linalg.norm(along, axis=-1), np.float64)

    def arrays(self) -> dict[str, Array]:
        """Return it as the arrays that are saved."""
        return {"deviation.scale": self.scale, "deviation.directions": self.directions}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], dim: int | None = None) -> Self:
        """Build it from saved arrays, which must be for features of `dim` numbers, if given.

        Raises
        ------
        ModelError
            If one of them is missing, or does not fit.
        """
        scale = array_of(arrays, "deviation.scale", (None, dim), above=0)
        return cls(scale, array_of(arrays, "deviation.directions", (*scale.shape, None)))


def fit_deviation(
    sequences: Sequence[Array],
    scores: Floats,
    actions: npt.NDArray[np.str_],
    options: DeviationOptions = DeviationOptions(),
) -> Deviation:
    """Learn it from training performances: features, each (clips, dim), scores and actions."""
    n_positions = max(len(sequence) for sequence in sequences)
    positions: list[tuple[Array, Array]] = []
    for from_end in range(1, n_positions + 1):
        there = np.array([len(sequence) >= from_end for sequence in sequences])
        if positions and there.sum() < MIN_PERFORMANCES:
            positions.append(positions[-1])
            continue
        clips = np.stack([s[-from_end] for s in sequences if len(s) >= from_end])
        positions.append(
            _of_position(clips.astype(np.float64), scores[there], actions[there], options)
        )
    scales, directions = zip(*reversed(positions), strict=True)
    return Deviation(np.stack(scales), np.stack(directions))


def _of_position(
    clips: Floats, scores: Floats, actions: npt.NDArray[np.str_], options: DeviationOptions
) -> tuple[Array, Array]:
    """Return one position's scale, (dim,), and directions, (dim, n_directions)."""
    centred = clips.copy()
    for action in np.unique(actions):
        centred[actions == action] -= clips[actions == action].mean(axis=0)
    spread = centred.std(axis=0)
    scale = spread + SCALE_FLOOR * spread.max() + 1e-6
    centred /= scale
    n_directions = min(options.n_directions, *centred.shape)
    directions = np.linalg.svd(centred, full_matrices=False)[2][:n_directions].T
    along = centred @ directions
    pairs = _expert_pairs(scores, actions, options.expert_share)
    # Where no action has two experts, the differences of all from their action's mean serve.
    between = along[pairs[:, 0]] - along[pairs[:, 1]] if len(pairs) else along
    whitening = _whitening(between, options.shrinkage)
    distances = _left_out_distances(between, pairs, options.shrinkage)
    border = np.quantile(distances, 1 - options.false_alarms)
    found = np.zeros((len(scale), options.n_directions), np.float32)
    found[:, :n_directions] = directions @ whitening / scale[:, None] / max(float(border), 1e-6)
    return scale.astype(np.float32), found


def _expert_pairs(
    scores: Floats, actions: npt.NDArray[np.str_], share: float
) -> npt.NDArray[np.int64]:
    """List the indices of any two experts of one action, `MAX_EXPERTS` at most, (pairs, 2)."""
    found = [np.empty((0, 2), np.int64)]
    for action in np.unique(actions):
        n = int((actions == action).sum())
        at_least = min(MIN_EXPERTS, n // 4) / n
        experts = best_of(scores, actions == action, max(share, at_least))
        if len(experts) > MAX_EXPERTS:
            experts = experts[np.linspace(0, len(experts) - 1, MAX_EXPERTS).round().astype(int)]
        found.append(experts[np.stack(np.triu_indices(len(experts), k=1), axis=1)])
    return np.concatenate(found)


def _left_out_distances(between: Floats, pairs: npt.NDArray[np.int64], shrinkage: float) -> Floats:
    """Return how far each expert is from the others by what was learned without it.

    What was learned from a difference makes it look small: with few experts the border would be
    far too near. Where all differences are one expert's, none can be left out.
    """
    found = []
    for expert in np.unique(pairs):
        own = (pairs == expert).any(axis=1)
        if not own.all():
            whitening = _whitening(between[~own], shrinkage)
            found.append(np.linalg.norm(between[own] @ whitening, axis=1))
    if not found:
        found = [np.linalg.norm(between @ _whitening(between, shrinkage), axis=1)]
    return np.concatenate(found)


def _whitening(between: Floats, shrinkage: float) -> Floats:
    """Return the matrix after which differences are as large in each direction as in the others."""
    covariance = between.T @ between / len(between)
    size = len(covariance)
    shrunk = covariance + (shrinkage * np.trace(covariance) / size + 1e-9) * np.eye(size)
    return np.asarray(np.linalg.cholesky(np.linalg.inv(shrunk)), np.float64)
