"""Pairs of performances and whether they are alike: what the metric is learned from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.checks import check_options
from podium.errors import TrainingError, UsageError

Indices = npt.NDArray[np.int64]

PAPER_THRESHOLD = 5.0
"""In points of a dive (V-A)."""

SHARE_OF_SPREAD = 0.35
"""What 5 points are of the standard deviation of the scores of dives."""

MAX_TABLE = 2**20
"""How many truth values of a table of all performances beside all are held at once."""


@dataclass(frozen=True)
class PairOptions:
    """Which pairs are drawn; the defaults are the paper's (V-A).

    Each side of each pair is then one of its performance's variants at random.
    """

    threshold: float | None = None
    """Two performances are similar if their scores differ by less than so many points.

    `None` follows the scale of the scores: the paper's 5 points where difficulties are known, as of
    dives, else `SHARE_OF_SPREAD` of the standard deviation of the training scores.
    """

    n_similar: int = 1300
    """How many similar pairs are drawn, with replacement where there are fewer."""

    n_dissimilar: int = 1900
    """How many dissimilar pairs are drawn, with replacement where there are fewer."""

    @property
    def points(self) -> float:
        """The threshold, which is the paper's where none was chosen."""
        return PAPER_THRESHOLD if self.threshold is None else self.threshold

    def __post_init__(self) -> None:
        check_options(self)
        if not self.points > 0 or self.n_similar < 1 or self.n_dissimilar < 1:
            raise UsageError(
                f"{self} draws no pairs: the threshold must be above 0 and both counts 1 or more"
            )


@dataclass(frozen=True)
class MetricData:
    """What the metric is learned from: the sequences of each performance, and its score."""

    sequences: Sequence[Sequence[npt.NDArray[np.float32]]]
    """The variants of each performance, itself first, each (clips, dim) and normalised."""

    scores: npt.NDArray[np.float64]
    """The score of each, (performances,), in the unit of the pairs' threshold."""

    actions: npt.NDArray[np.str_]
    """The action of each, (performances,)."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of performances by their index in the list: (pairs,) each; `similar` is the label."""

    first: Indices
    second: Indices
    similar: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.first)

    def __repr__(self) -> str:
        n_similar = int(self.similar.sum())
        return f"Pairs({n_similar} similar, {len(self) - n_similar} dissimilar)"


class PairSampler:
    """Draws pairs of performances, balanced as options say, again and again.

    `scores` is (performances,).
    """

    def __init__(self, scores: npt.NDArray[np.float64], options: PairOptions) -> None:
        self._options = options
        self._similar = _kind(scores, options.points, alike=True)
        self._dissimilar = _kind(scores, options.points, alike=False)

    def draw(self, generator: np.random.Generator) -> Pairs:
        """Draw a balanced set of pairs; both orders of a pair are as likely (paper, III-C).

        Raises
        ------
        TrainingError
            If there is no similar or no dissimilar pair among the performances.
        """
        n_similar, n_dissimilar = self._options.n_similar, self._options.n_dissimilar
        similar = self._draw(self._similar, n_similar, "similar", generator)
        dissimilar = self._draw(self._dissimilar, n_dissimilar, "dissimilar", generator)
        first, second = np.concatenate([similar, dissimilar], axis=1)
        drawn = generator.permutation(len(first))
        swap = generator.random(len(drawn)) < 0.5
        a, b = first[drawn], second[drawn]
        return Pairs(np.where(swap, b, a), np.where(swap, a, b), drawn < n_similar)

    def _draw(self, marked: "Marked", n: int, kind: str, generator: np.random.Generator) -> Indices:
        """Draw pairs of one kind, (2, pairs)."""
        if not len(marked):
            threshold = f"{self._options.points:.3g}"
            gap = f"less than {threshold}" if kind == "similar" else f"{threshold} or more"
            raise TrainingError(
                f"the scores of no two performances differ by {gap}: give more performances, or "
                "another threshold"
            )
        return marked.at(generator.choice(len(marked), size=n, replace=n > len(marked)))


def sample_pairs(
    scores: npt.NDArray[np.float64], options: PairOptions, generator: np.random.Generator
) -> Pairs:
    """Draw a balanced set of pairs, once (`PairSampler`).

    Raises
    ------
    TrainingError
        If there is no similar or no dissimilar pair among the performances.
    """
    return PairSampler(scores, options).draw(generator)


def _kind(scores: npt.NDArray[np.float64], threshold: float, alike: bool) -> "Marked":
    """Mark all pairs that are alike, or all that are not, each with the earlier one first."""
    n = len(scores)
    n_alike = later_alike(scores, threshold)
    counts = n_alike if alike else np.arange(n - 1, -1, -1) - n_alike

    def mark(rows: Indices) -> npt.NDArray[np.bool_]:
        is_pair = rows[:, None] < np.arange(n)
        is_pair &= (np.abs(scores[rows, None] - scores) < threshold) == alike
        return np.asarray(is_pair)

    return Marked(n, mark, counts)


def later_alike(scores: npt.NDArray[np.float64], threshold: float) -> Indices:
    """Count for each of the scores, (rows,), those after it that differ by less than a threshold.

    Rows are put into blocks of 1, 2, 4 and so on: what is after a row are the blocks beside its
    own, in which scores in order are counted at once. So time grows hardly faster than the rows.
    """
    values, ranks = np.unique(scores, return_inverse=True)
    first = _first_alike(values, scores, ranks, threshold)
    end = len(values) - _first_alike(-values[::-1], -scores, len(values) - 1 - ranks, threshold)
    rows, found, size = np.arange(len(scores)), np.zeros(len(scores), np.int64), 1
    while size < len(scores):
        blocks = rows // size
        in_order = np.sort(blocks * len(values) + ranks)
        here = np.flatnonzero(blocks % 2 == 0)
        beside = (blocks[here] + 1) * len(values)
        ends = np.searchsorted(in_order, beside + end[here])
        found[here] += ends - np.searchsorted(in_order, beside + first[here])
        size *= 2
    return found


def _first_alike(
    values: npt.NDArray[np.float64],
    scores: npt.NDArray[np.float64],
    ranks: Indices,
    threshold: float,
) -> Indices:
    """Find the lowest of `values`, which are in order, that each score is alike: its index.

    `ranks` says which of them is the score itself.
    """
    low, high = np.zeros_like(ranks), ranks.copy()
    while (low < high).any():
        middle = (low + high) // 2
        is_alike = np.abs(scores - values[middle]) < threshold
        high, low = np.where(is_alike, middle, high), np.where(is_alike, low, middle + 1)
    return np.asarray(low, np.int64)


class Marked:
    """The indices that are marked in a table too large to be held: they are counted, and found.

    `mark` makes some rows of the table, (rows, columns) of truth values, by their numbers, and
    `counts` says how many are marked in each row, where that is known. Indices are in order, row by
    row.
    """

    def __init__(
        self,
        n_rows: int,
        mark: Callable[[Indices], npt.NDArray[np.bool_]],
        counts: Indices | None = None,
    ) -> None:
        self._mark, rows = mark, np.arange(n_rows)
        if counts is None:
            counted = [mark(part).sum(axis=1) for part in self._parts(rows)]
            counts = np.concatenate([np.zeros(0, np.int64), *counted])
        self._ends = np.cumsum(counts, dtype=np.int64)

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def at(self, numbers: Indices) -> Indices:
        """Find the marked indices of such numbers, from 0: rows and columns, (2, indices)."""
        rows = np.searchsorted(self._ends, numbers, side="right")
        places = numbers - np.concatenate([[0], self._ends])[rows]  # among those of its row
        columns = np.empty(len(numbers), np.int64)
        for part in self._parts(np.unique(rows)):
            here = np.flatnonzero((rows >= part[0]) & (rows <= part[-1]))
            own, found = np.nonzero(self._mark(part))
            starts = np.searchsorted(own, np.arange(len(part)))
            columns[here] = found[starts[np.searchsorted(part, rows[here])] + places[here]]
        return np.stack([rows, columns])

    def _parts(self, rows: Indices) -> list[Indices]:
        """Divide rows so that what is made of some at once fits into memory."""
        n_columns = self._mark(rows[:1]).shape[1] if len(rows) else 1
        n_at_once = max(MAX_TABLE // max(n_columns, 1), 1)
        return [rows[start : start + n_at_once] for start in range(0, len(rows), n_at_once)]


def best_of(
    scores: npt.NDArray[np.float64], members: npt.NDArray[np.bool_], share: float
) -> Indices:
    """Find the best `share` of some performances, at least one: their indices, best first."""
    indices = np.flatnonzero(members)
    n_best = max(round(len(indices) * share), 1)
    return indices[np.argsort(-scores[indices], kind="stable")[:n_best]]


class ExpertPairs:
    """All pairs of an expert with another of the same action, in both orders; none is held.

    The experts of an action are its best `expert_share`, at least one: beside them, and only
    beside them, a difference is a fault. Empty where no action has two performances.
    """

    def __init__(
        self,
        scores: npt.NDArray[np.float64],
        actions: npt.NDArray[np.str_],
        threshold: float,
        expert_share: float,
    ) -> None:
        self._scores, self._threshold = scores, threshold
        groups = [actions == action for action in np.unique(actions)]
        best = [best_of(scores, group, expert_share) for group in groups]
        self._members = np.concatenate([np.flatnonzero(group) for group in groups])
        self._experts = np.concatenate(best)
        n_experts, sizes = [len(b) for b in best], [int(group.sum()) for group in groups]
        self._start = np.repeat(np.cumsum([0, *sizes[:-1]]), n_experts)
        self._ends = np.cumsum(np.repeat(np.array(sizes) - 1, n_experts))

    def __len__(self) -> int:
        return 2 * int(self._ends[-1])

    def at(self, numbers: Indices) -> Pairs:
        """Return the pairs of such numbers, from 0: first those that name the expert first."""
        half = len(self) // 2
        index = numbers % half
        which = np.searchsorted(self._ends, index, side="right")
        expert, start = self._experts[which], self._start[which]
        other = index - np.concatenate([[0], self._ends])[which]  # the expert itself left out
        found = self._members[start + other]
        found = np.where(found >= expert, self._members[start + other + 1], found)
        swap = numbers >= half
        first, second = np.where(swap, found, expert), np.where(swap, expert, found)
        alike = np.abs(self._scores[first] - self._scores[second]) < self._threshold
        return Pairs(first, second, alike)
