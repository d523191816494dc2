"""Phase one of `siamese_lstm`: several networks, each stopped on other training performances."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from podium.features.values import Sample
from podium.folds.division import Ints, choice_groups, drawn_parts
from podium.metric.curves import Curve, Look
from podium.metric.embedding import Normaliser
from podium.metric.learning import learn_metric, random_metric
from podium.metric.matching import averaged
from podium.metric.pairs import PAPER_THRESHOLD, SHARE_OF_SPREAD, MetricData, PairOptions
from podium.metric.siamese import Siamese
from podium.scorers import Floats
from podium.scorers._siamese_options import SiameseLSTMOptions
from podium.scorers._target import Target

MAX_TIMES_OFF = 3.0
"""So many times as wide or as narrow as those of dives, scores are on a scale of their own."""

MIN_PARTS = 5
"""Into how many parts performances are divided at least, one of which stops a network."""


@dataclass(frozen=True)
class NetworkLearning:
    """Learns as many networks as the options say."""

    options: SiameseLSTMOptions
    target: Target
    normaliser: Normaliser
    n_clips: int
    n_together: int
    """How many neighbouring clips the networks read as one."""

    seed: int

    def learned(
        self, numbers: Iterable[int], train: Sequence[Sample], validation: Sequence[Sample]
    ) -> Iterator[tuple[Siamese, Curve | None]]:
        """Yield networks, and how each learned: `None` for one that stayed as chance made it.

        Without `validation`, each is stopped on its own part of `train`. What stops a network is of
        the actions that it learns from, as what teaches it is.
        """
        actions = self._actions(train)
        parts = self._parts(_of_actions(train, actions), self._stopping(validation, actions))
        for number in numbers:
            yield self._network(number, *parts[number])

    def _actions(self, train: Sequence[Sample]) -> list[str | None]:
        """Return the actions that the networks learn from, the most frequent first."""
        actions = [sample.performance.action for sample in train]
        frequent = sorted(dict.fromkeys(actions), key=actions.count, reverse=True)
        return frequent[: self.options.n_metric_actions or None]

    def _stopping(
        self, validation: Sequence[Sample], actions: Sequence[str | None]
    ) -> Sequence[Sample]:
        """Return those that have the actions; all where these alone are all alike, or all apart."""
        chosen = _of_actions(validation, actions)
        if not chosen or not _has_pairs(self.target.of(chosen), self._pairs(validation).points):
            return validation
        return chosen

    def _parts(
        self, train: Sequence[Sample], validation: Sequence[Sample]
    ) -> list[tuple[list[Sample], list[Sample]]]:
        """Return what each network learns from, and what it is stopped on."""
        n_networks = self.options.n_networks
        if validation:
            return [(list(train), list(validation))] * n_networks
        parts = self._stopping_parts(train)
        n_parts = len(parts)
        return [
            (
                [train[i] for j, part in enumerate(parts) if j != number % n_parts for i in part],
                [train[i] for i in parts[number % n_parts]],
            )
            for number in range(n_networks)
        ]

    def _stopping_parts(self, train: Sequence[Sample]) -> list[Ints]:
        """Return parts that networks can be stopped on, of whole groups where these have pairs.

        Performances whose scores are all alike, or all apart, stop nothing; where no group is of
        use, performances are drawn at random.
        """
        n_parts = max(self.options.n_networks, MIN_PARTS)
        groups = choice_groups([sample.group for sample in train])
        drawn = [drawn_parts(names, self.seed, n_parts) for names in (groups, [""] * len(train))]
        scores, threshold = self.target.of(train), self._pairs(train).points
        useful = [[part for part in parts if _can_stop(scores, part, threshold)] for parts in drawn]
        return next(filter(None, useful), drawn[-1])

    def _network(
        self, number: int, fitted: list[Sample], stopped: list[Sample]
    ) -> tuple[Siamese, Curve | None]:
        seed = self.seed * 1000 + number
        if not self.options.learn_metric:
            return random_metric(self.normaliser.dim, self.options.siamese, seed), None
        looks: list[Look] = []
        network = learn_metric(
            self._data(fitted),
            self._data(stopped),
            -(-self.n_clips // self.n_together),
            self.options.learning,
            self._pairs([*fitted, *stopped]),
            self.options.siamese,
            seed,
            looks.append,
        )
        return network, Curve(f"network {number + 1}", tuple(looks))

    def _pairs(self, train: Sequence[Sample]) -> PairOptions:
        """Return them with the threshold in the target's unit: 5 points are 1.5 of execution.

        Where no threshold was chosen, and no difficulty is divided out or scores are on another
        scale than those of dives, it follows the spread of what is learned: 5 points would call
        right and wrong, 1 and 0, the same, and all vaults.
        """
        pairs, spread = self.options.pairs, float(self.target.of(train).std())
        if self.target.uses_execution and self.target.combined == "times":
            usual = self.target.overall.usual
            if pairs.threshold is not None or _as_of_dives(spread * usual):
                return replace(pairs, threshold=pairs.points / usual)
        if pairs.threshold is not None or not spread:
            return pairs
        return replace(pairs, threshold=SHARE_OF_SPREAD * spread)

    def _data(self, samples: Sequence[Sample]) -> MetricData:
        return MetricData(
            [
                [
                    averaged(self.normaliser(f.values), self.n_together)
                    for f in (sample.features, *sample.variants)
                ]
                for sample in samples
            ],
            self.target.of(samples),
            np.array([s.performance.action or "" for s in samples]),
        )


def _of_actions(samples: Sequence[Sample], actions: Sequence[str | None]) -> list[Sample]:
    return [sample for sample in samples if sample.performance.action in actions]


def _as_of_dives(spread: float) -> bool:
    """Return whether scores are on the scale of dives: 5 points are about a third of theirs."""
    share = SHARE_OF_SPREAD * spread / PAPER_THRESHOLD
    return 1 / MAX_TIMES_OFF < share < MAX_TIMES_OFF


def _can_stop(scores: Floats, part: Ints, threshold: float) -> bool:
    """Return whether a part, and what is left without it, both have pairs of either kind."""
    return all(_has_pairs(ones, threshold) for ones in (scores[part], np.delete(scores, part)))


def _has_pairs(scores: Floats, threshold: float) -> bool:
    """Return whether some scores are similar, and others are not."""
    if len(scores) < 2:
        return False
    return bool(np.ptp(scores) >= threshold > np.diff(np.sort(scores)).min())
