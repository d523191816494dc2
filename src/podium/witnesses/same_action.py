"""Whether two performances are of one action: beside another action's expert, a score says nothing.

It is learned from the training performances, whose actions are known, what each action looks like
at each position counted from the end.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from podium.doubts import Doubt, DoubtKind, Severity
from podium.errors import ModelError
from podium.inputs.saved import MAX_NUMBER, array_of, part_of, value_of
from podium.machine import extras
from podium.recognition.doubts import UNLIKE_ACTION
from podium.witnesses._folds import chosen, drawn, measure_left_out

if TYPE_CHECKING:
    from podium.metric.embedding import Normaliser

OTHER_ACTION = DoubtKind("other_action", values=("about",), severity=Severity.GRAVE)
"""A reference seems to be of another action than the video."""

Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

MIN_PERFORMANCES = 50
MIN_PAIRS = 50
"""With fewer to learn from, or fewer pairs of one action, a border cannot be told."""

FALSE_ALARM_RATE = 0.05
"""Which share of pairs of one action may be taken for two actions'."""

CONTRADICTED_RATE = 0.01
"""In which share of performances the action that was given may be taken for a wrong one; of others,
that were left out of this, too, nearly twice as many are (benchmarks/doubt.py)."""

EVEN = float(np.log(0.5))
"""As likely of one action as of two, as a logarithm."""

N_COMPONENTS = 64
N_POSITIONS = 6
N_HELD = 10_000
"""So many numbers more than are needed are held before they are let go."""

SEPARATOR = "\0"
"""Between the names of actions, where they are saved: none holds it."""

MIN_LOG_PROBABILITY = -60.0
"""No action is less likely than this for any performance, as a logarithm."""


@dataclass(frozen=True)
class ActionClassifier:
    """What actions look like: `weights` (positions x components, actions), `offsets` (actions,).

    Two performances that are less likely than `threshold` (a logarithm) to be of one action are
    taken for two actions'; it is no higher than `EVEN`. `names` are the actions; one that is given
    is contradicted where its lead over the likeliest, 0 at most, is below `least_lead`. Without
    names, as in models saved before, none is.
    """

    normaliser: "Normaliser"
    weights: Floats
    offsets: Floats
    threshold: float
    names: tuple[str, ...] = ()
    least_lead: float = -MAX_NUMBER

    def leads(self, values: Array) -> Floats:
        """Return how much likelier a performance, (clips, dim), is each action than the likeliest.

        As logarithms, 0 at most.
        """
        logits = _row(self.normaliser, values) @ self.weights + self.offsets
        return np.asarray(logits - logits.max(), np.float64)

    def ask_action(self, values: Array, action: str | None) -> tuple[Doubt, ...]:
        """Doubt that a performance, (clips, dim), is of the action that was given."""
        if action not in self.names:
            return ()
        leads = self.leads(values)
        if leads[self.names.index(action)] >= self.least_lead:
            return ()
        return (UNLIKE_ACTION(action=action, looks_like=self.names[int(np.argmax(leads))]),)

    def log_probabilities(self, values: Array) -> Floats:
        """Return the logarithms of how likely a performance, (clips, dim), is each action."""
        leads = self.leads(values)
        return np.asarray(
            np.maximum(leads - np.log(np.exp(leads).sum()), MIN_LOG_PROBABILITY), np.float64
        )

    def log_same_action(self, query: Array, reference: Array) -> float:
        """Return how likely two performances are of one action, as a logarithm."""
        return float(
            np.logaddexp.reduce(self.log_probabilities(query) + self.log_probabilities(reference))
        )

    def are_different(self, query: Array, reference: Array) -> bool:
        """Return whether two performances, each (clips, dim), seem to be of two actions."""
        return bool(self.log_same_action(query, reference) < self.threshold)

    def ask(self, query: Array, reference: Array, about: str) -> tuple[Doubt, ...]:
        """Doubt a reference, called `about`, that seems to be of another action than the query."""
        if not self.are_different(query, reference):
            return ()
        return (OTHER_ACTION(about=about),)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return it as the arrays that are saved."""
        return {
            **{f"kinds.{key}": value for key, value in self.normaliser.arrays().items()},
            "kinds.weights": self.weights,
            "kinds.offsets": self.offsets,
            "kinds.threshold": np.array([self.threshold]),
            **self._named(),
        }

    def _named(self) -> dict[str, npt.NDArray[Any]]:
        if not self.names:
            return {}
        text = SEPARATOR.join(self.names).encode()
        return {
            "kinds.names": np.frombuffer(text, np.uint8),
            "kinds.least_lead": np.array([self.least_lead]),
        }

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, npt.NDArray[Any]], dim: int | None = None
    ) -> Self | None:
        """Build it from saved arrays, for features of `dim` numbers, if that is given.

        `None` where the model was made without.

        Raises
        ------
        ModelError
            If one of them is missing, or does not fit.
        """
        from podium.metric.embedding import Normaliser

        own = part_of(arrays, "kinds.")
        if not own:
            return None
        normaliser = Normaliser.from_arrays(own, dim)
        weights = array_of(
            arrays, "kinds.weights", (N_POSITIONS * normaliser.dim, None), np.float64
        )
        offsets = array_of(arrays, "kinds.offsets", weights.shape[1:], np.float64)
        threshold = float(array_of(arrays, "kinds.threshold", (1,), np.float64)[0])
        if "kinds.names" not in arrays:
            return cls(normaliser, weights, offsets, threshold)
        least = float(array_of(arrays, "kinds.least_lead", (1,), np.float64)[0])
        return cls(normaliser, weights, offsets, threshold, _names(arrays, len(offsets)), least)


def learn_same_action(
    features: Sequence[Array], actions: Sequence[str | None], groups: Sequence[str] = ()
) -> ActionClassifier | None:
    """Learn it from performances, each (clips, dim), and their actions.

    The threshold is set on pairs of performances that were both left out when the rest was learned,
    with all of their `groups`, where these are named.
    Where actions are easily told apart it would lie above `EVEN`, and pairs that are likelier of
    one action than of two would be doubted: there it is `EVEN`. `None` where too few have an
    action, or all the same one.
    """
    times = Counter(actions)
    kept = [i for i, action in enumerate(actions) if action is not None and times[action] > 1]
    named = [(features[i], str(actions[i])) for i in kept]
    if len(named) < MIN_PERFORMANCES or len({action for _, action in named}) < 2:
        return None
    folds = [
        (_drop_single_actions(others), left_out)
        for others, left_out in drawn(named, chosen(groups, kept))
    ]
    folds = [fold for fold in folds if len({action for _, action in fold[0]}) > 1]
    n_pairs = sum(_n_pairs(queries) for _, queries in folds)
    if n_pairs < MIN_PAIRS:
        return None
    likely = measure_left_out(folds, _fit, _of_pairs)
    threshold = min(low_quantile(likely, n_pairs, FALSE_ALARM_RATE), EVEN)
    leads = [*measure_left_out(folds, _fit, _own_leads)]
    least = min(float(np.quantile(leads, CONTRADICTED_RATE)), EVEN) if leads else -MAX_NUMBER
    return replace(_fit(named, threshold), least_lead=least)


def low_quantile(parts: Iterable[Floats], n: int, share: float) -> float:
    """Return what `np.quantile` would of `n` numbers that come in parts, holding few of them."""
    position = share * (n - 1)
    low, within = int(position), position - int(position)
    lowest: Floats = np.empty(0)
    for part in parts:
        lowest = np.concatenate([lowest, part])
        if len(lowest) > 2 * (low + 2) + N_HELD:
            lowest = np.partition(lowest, low + 1)[: low + 2]
    ordered = np.sort(lowest)
    below, above = ordered[low], ordered[min(low + 1, n - 1)]
    if within < 0.5:  # as NumPy does, to the last digit
        return float(below + (above - below) * within)
    return float(above - (above - below) * (1 - within))


def _n_pairs(queries: Sequence[tuple[Array, str]]) -> int:
    times = Counter(action for _, action in queries)
    return sum(n * (n - 1) // 2 for n in times.values())


def _drop_single_actions(named: Sequence[tuple[Array, str]]) -> list[tuple[Array, str]]:
    """Leave out actions of a single performance: how much such differ cannot be told."""
    times = Counter(action for _, action in named)
    return [(values, action) for values, action in named if times[action] > 1]


def _of_pairs(kinds: ActionClassifier, queries: Sequence[tuple[Array, str]]) -> Iterator[Floats]:
    """Return how likely pairs of one action are to be so.

    For each query that of all pairs with those before it, (pairs,).
    """
    before: dict[str, list[Floats]] = {}
    for values, action in queries:
        ours = kinds.log_probabilities(values)
        if theirs := before.setdefault(action, []):
            yield np.logaddexp.reduce(ours + np.stack(theirs), axis=1)
        theirs.append(ours)


def _own_leads(kinds: ActionClassifier, queries: Sequence[tuple[Array, str]]) -> list[float]:
    """Return the lead of each query's own action, of those that it may be taken for."""
    return [
        float(kinds.leads(values)[kinds.names.index(action)])
        for values, action in queries
        if action in kinds.names
    ]


def _names(arrays: Mapping[str, npt.NDArray[Any]], n_actions: int) -> tuple[str, ...]:
    """Return the names of the actions, as they were saved."""
    text = array_of(arrays, "kinds.names", (None,), np.uint8).tobytes().decode(errors="replace")
    names = value_of(tuple[str, ...], text.split(SEPARATOR), "kinds.names")
    if len(names) != n_actions:
        raise ModelError(f"the array kinds.names holds {len(names)} names: it must be {n_actions}")
    return tuple(names)


def _fit(train: Sequence[tuple[Array, str]], threshold: float = 0.0) -> ActionClassifier:
    with extras.needed_for("training", "train"):
        from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    from podium.metric.embedding import fit_normaliser

    normaliser = fit_normaliser(np.concatenate([values for values, _ in train]), N_COMPONENTS)
    rows = np.stack([_row(normaliser, values) for values, _ in train])
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    model.fit(rows, [action for _, action in train])
    weights, offsets = model.coef_, model.intercept_
    if len(offsets) == 1:  # scikit-learn keeps one row for two classes
        weights, offsets = np.vstack([0 * weights, weights]), np.append(0, offsets)
    return ActionClassifier(
        normaliser, weights.T, offsets, threshold, tuple(str(name) for name in model.classes_)
    )


def _row(normaliser: "Normaliser", values: Array) -> Floats:
    """Put the last clips into one row; the first stands for those that are lacking."""
    components = normaliser(values)[-N_POSITIONS:]
    lacking = np.repeat(components[:1], N_POSITIONS - len(components), axis=0)
    return np.concatenate([lacking, components]).ravel().astype(np.float64)
