"""The paper's scorer (Jain, Harit and Sharma): learn what is alike, then score beside an expert.

Phase one learns from pairs of any performances when two are alike (`metric.learning`). Phase two
freezes that network and fits one linear layer from D2 of (reference, query) pairs of the same
action to the score (paper, III-B). Beyond the paper: several networks, each stopped on another
part of the training performances, are averaged; and the target may be the execution.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from podium.doubts import Doubt
from podium.errors import ModelError, TrainingError, UnusableReference, UsageError
from podium.features.values import Sample
from podium.inputs.saved import array_of, values_of
from podium.metric.curves import Curve
from podium.metric.deviation import Deviation, fit_deviation
from podium.metric.embedding import N_CLIPS, Normaliser, fit_normaliser, pad
from podium.metric.matching import (
    Ints,
    ask_steps,
    averaged,
    count_from_end,
    put_in_step,
    step_cost,
)
from podium.metric.siamese import Siamese
from podium.networks.layers import Array
from podium.networks.program import Term
from podium.scorers import Floats, LearnedNetwork, ScorerState
from podium.scorers._clip_metrics import ClipMetric, DeviationClips, InStepClips, NetworkClips
from podium.scorers._explanations import Explanation
from podium.scorers._heads import make_head
from podium.scorers._in_step import Steps, fit_steps
from podium.scorers._learned import Learned
from podium.scorers._linear import LastClips, Member, fit_last_clips, fit_member
from podium.scorers._references import (
    ReferenceChoice,
    choose_references,
    partners,
    training_indices,
)
from podium.scorers._saved import (
    SavedReference,
    options_of,
    options_to_json,
    reference_to_json,
    require_memory,
)
from podium.scorers._siamese_networks import NetworkLearning
from podium.scorers._siamese_options import SiameseLSTMOptions
from podium.scorers._siamese_steps import mean_of_members, with_last_clips
from podium.scorers._target import Target, choose_target

__all__ = ["SiameseLSTM", "SiameseLSTMOptions"]


class SiameseLSTM:
    """Compares with an expert of the same action: the paper's two phases, with feedback by clip."""

    name = "siamese_lstm"
    normaliser = Learned[Normaliser]()
    clip_metric = Learned[ClipMetric]()
    references = Learned[tuple[Sample, ...]]()
    members = Learned[tuple[Member, ...]]()

    def __init__(self, options: SiameseLSTMOptions = SiameseLSTMOptions(), seed: int = 0) -> None:
        self.options, self.seed = options, seed
        self.target = Target(uses_execution=False)
        self.deviation: Deviation | None = None
        self.last_clips: LastClips | None = None
        self.usual_steps = Steps()
        self.n_clips = 1
        self.curves: tuple[Curve, ...] = ()

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Learn the metric, choose the references, and fit the score to both.

        Without `validation`, each network is stopped on its own part of `train`.

        Raises
        ------
        TrainingError
            If there is too little to learn from.
        """
        learning = self._begun(train)
        numbers = range(self.options.n_networks)
        networks, curves = zip(*learning.learned(numbers, train, validation), strict=True)
        self.curves = tuple(curve for curve in curves if curve)
        return self._fit_scores(train, networks)

    def n_networks(self, train: Sequence[Sample]) -> int:
        """Return how many networks it has where it learns from these."""
        return self.options.for_performances(_longest(train)).n_networks

    def learn_networks(
        self, numbers: Iterable[int], train: Sequence[Sample], validation: Sequence[Sample] = ()
    ) -> Iterator[LearnedNetwork]:
        """Yield the networks of these numbers; see `PartwiseScorer`."""
        for network, curve in self._begun(train).learned(numbers, train, validation):
            yield LearnedNetwork(network.arrays(), curve)

    def fit_with(self, networks: Sequence[LearnedNetwork], train: Sequence[Sample]) -> Self:
        """Take networks that have learned, and fit the score to them; see `PartwiseScorer`.

        Raises
        ------
        TrainingError, ModelError
            If there is too little to learn from, or a network does not fit.
        """
        dim = self._begun(train).normaliser.dim
        self.curves = tuple(one.curve for one in networks if one.curve)
        known = [Siamese.from_arrays(n.arrays, "", dim, self.options.siamese) for n in networks]
        return self._fit_scores(train, known)

    def refit(
        self, train: Sequence[Sample], references: ReferenceChoice | None = None, **changes: Any
    ) -> "SiameseLSTM":
        """Return it with the metric as it is, and references and last layer fitted anew.

        This is how the paper changes the bias (table I), and goes from dives to vaults (VI). How
        clips may deviate is part of the metric. `changes` are of options that the last layer alone
        reads, such as `target` and `constant_action`.
        """
        references = references or self.options.references
        options = replace(self.options, references=references, **changes)
        other = SiameseLSTM(options, self.seed)
        other.target = choose_target(train, options.target)
        other.n_clips, other.normaliser = self.n_clips, self.normaliser
        other.deviation = self.deviation
        return other._fit_scores(train, [member.network for member in self.members])

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Return scores in points, (performances,): the mean beside the references of each."""
        scores = self.compare(queries, self.references)
        chosen = [self.indices(self.partners(query, self.references)) for query in queries]
        means = [np.mean(row[indices]) for row, indices in zip(scores, chosen, strict=True)]
        return np.array(means, np.float64)

    def compare(self, queries: Sequence[Sample], references: Sequence[Sample]) -> Floats:
        """Return the score of each query beside each reference in points, (queries, references)."""
        members = self.members
        if not queries or not references:
            return np.zeros((len(queries), len(references)))
        values = np.mean([self._grid(member, queries, references) for member in members], axis=0)
        if self.last_clips:
            share = self.options.last_clips_share
            last = self.last_clips.predict(queries)[:, None]
            values = (1 - share) * values + share * last
        return self.target.points(values.T, queries).T

    def explain(self, query: Sample, references: Sequence[Sample] = ()) -> tuple[Explanation, ...]:
        """Part the score into each expert's term and the query's, where it is their sum.

        That is so of a linear network (equations 1 to 3) whose last layer reads nothing beside it;
        else there is nothing to say. See `ExplainingScorer`.
        """
        if not self._adds_up:
            return ()
        chosen = references or self.partners(query, self.references)
        parts = [
            member.terms(
                self.embedded(member.network, chosen),
                np.repeat(self.embedded(member.network, [query]), len(chosen), axis=0),
            )
            for member in self.members
        ]
        experts, own = (np.mean(part, axis=0) for part in zip(*parts, strict=True))
        unit = self.target.points_of(np.ones(1), query) - self.target.points_of(np.zeros(1), query)
        scores = self.target.points_of(experts + own, query)
        return tuple(
            Explanation(
                "terms",
                {"expert_points": float(score - mine), "own_points": float(mine)},
                reference.performance.id,
            )
            for reference, score, mine in zip(chosen, scores, own * unit, strict=True)
        )

    @property
    def _adds_up(self) -> bool:
        is_joint = self.options.head in ("joint", "joint_in_order")
        is_linear = self.options.siamese.activation == "linear"
        return is_joint and is_linear and not self.last_clips

    def partners(self, query: Sample, references: Sequence[Sample]) -> tuple[Sample, ...]:
        """Return those of the references that a query is to be compared with.

        Raises
        ------
        UnusableReference
            If there is none but the query itself.
        """
        chosen = partners(query, references, self.options.references, self.similarity)
        if not chosen:
            raise UnusableReference(
                f"{query.performance.id} can only be compared with itself: give another reference"
            )
        return chosen

    def indices(self, chosen: Sequence[Sample]) -> list[int]:
        """Return where some of the references are among them all."""
        ids = [reference.performance.id for reference in self.references]
        return [ids.index(reference.performance.id) for reference in chosen]

    def similarity(self, query: Sample, references: Sequence[Sample]) -> Floats:
        """Return how alike whole performances are, 0 to 1, (references,).

        The paper's similarity, as a share of that which each of the two has to itself.
        """
        rows = []
        for member in self.members:
            network = member.network
            embedded = self.embedded(network, [query, *references])
            theirs, ours = embedded[1:], np.repeat(embedded[:1], len(references), axis=0)
            itself = network.similarity(theirs, theirs) * network.similarity(ours, ours)
            share = network.similarity(theirs, ours) / np.sqrt(itself)
            rows.append(np.minimum(share, 1))
        return np.asarray(np.mean(rows, axis=0), np.float64)

    def clip_similarity(self, query: Sample, reference: Sample) -> Floats:
        """Return how alike each clip of the query is to the reference's, 0 to 1, (clips,) (IV).

        Which clips are compared is what `matched` says.
        """
        return self.clip_metric(query, reference)

    def matched(self, query: Sample, reference: Sample) -> Ints:
        """Return which clip of the reference each clip of the query is compared with, (clips,)."""
        if not self.options.in_step:
            return count_from_end(len(query.features), len(reference.features))
        return put_in_step(*(self.normaliser(s.features.values) for s in (query, reference)))

    def ask_steps(self, query: Sample, reference: Sample) -> tuple[Doubt, ...]:
        """Doubt two performances whose moments, put in step, differ nearly as any two do."""
        if not self.options.in_step:
            return ()
        both = (self.normaliser(s.features.values) for s in (query, reference))
        return ask_steps(step_cost(*both), self.usual_steps.usual_cost)

    def embedded(self, network: Siamese, samples: Sequence[Sample]) -> Array:
        """Return performances as one of the networks sums them up, (performances, n_embedding).

        Only those of one length are read together: what is said of one never hangs on the others.
        """
        n_clips = -(-self.n_clips // self.n_together)
        read = [averaged(self.normaliser(s.features.values), self.n_together) for s in samples]
        lengths = np.array([max(len(one), n_clips) for one in read])
        found = np.empty((len(read), network.n_embedding), np.float32)
        for length in np.unique(lengths):
            which = np.flatnonzero(lengths == length)
            found[which] = network.embedding(pad([read[i] for i in which], n_clips))
        return found

    @property
    def n_together(self) -> int:
        """How many neighbouring clips the networks read as one."""
        return -(-self.n_clips // self.options.n_steps) if self.options.in_step else 1

    def steps(self, query: Term, reference: Term | None) -> Term:
        """Write how features become predictions; see `WritableScorer`.

        Raises
        ------
        UsageError
            If moments are put in step before they are compared.
        """
        if self.options.in_step:
            raise UsageError(
                "siamese_lstm cannot be written as ONNX with matching in_step: train it with "
                "matching from_end; --format safetensors writes the arrays of any"
            )
        assert reference is not None
        both = query, reference
        value = mean_of_members(self.members, self.normaliser, self.n_clips, both)
        if self.last_clips is None:
            return value
        return with_last_clips(value, self.last_clips, self.options.last_clips_share, query)

    def state(self) -> ScorerState:
        """Return all that `restore` needs."""
        arrays: dict[str, npt.NDArray[Any]] = dict(self.normaliser.arrays())
        for part in (self.deviation, self.last_clips):
            arrays |= part.arrays() if part else {}
        arrays |= self.usual_steps.arrays() if self.options.in_step else {}
        for number, member in enumerate(self.members):
            arrays |= member.arrays(number)
        for number, reference in enumerate(self.references):
            arrays[f"reference.{number}"] = reference.features.values
        config = {
            "options": options_to_json(self.options),
            "seed": self.seed,
            "n_clips": self.n_clips,
            "target": self.target.to_json(),
            "biases": [member.bias for member in self.members],
            "references": [reference_to_json(reference) for reference in self.references],
        }
        return ScorerState(arrays, config)

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Return the fitted scorer of a saved state; `ModelError` where it does not fit."""
        kinds = {"options": Any, "seed": int, "n_clips": N_CLIPS, "target": Any}
        lists = {"biases": tuple[float, ...], "references": tuple[SavedReference, ...]}
        plain = values_of(state.config, "scorer", **kinds, **lists)
        arrays, options = state.arrays, options_of(plain["options"])
        scorer = cls(options, plain["seed"])
        scorer.n_clips, scorer.target = plain["n_clips"], Target.from_json(plain["target"])
        scorer.normaliser = Normaliser.from_arrays(arrays)
        dim, n_components = len(scorer.normaliser.mean), scorer.normaliser.dim
        if options.reads_deviation:
            scorer.deviation = Deviation.from_arrays(arrays, dim)
        if options.n_last_clips:
            scorer.last_clips = LastClips.from_arrays(arrays, options.n_last_clips, dim)
        head = make_head(options.head, scorer.deviation, scorer.normaliser)
        scorer.members = tuple(
            Member.from_arrays(arrays, number, bias, head, n_components, options.siamese)
            for number, bias in enumerate(plain["biases"])
        )
        scorer.references = tuple(
            about.sample(array_of(arrays, f"reference.{number}", (about.n_clips, dim)))
            for number, about in enumerate(plain["references"])
        )
        if not scorer.members or not scorer.references:
            raise ModelError("scorer.biases or scorer.references is empty: it needs one of each")
        width = max(n_components, 4 * options.siamese.n_embedding)
        require_memory(scorer.n_clips, len(scorer.references), width)
        if options.in_step:
            scorer.usual_steps = Steps.from_arrays(
                arrays, [len(s.features) for s in scorer.references]
            )
        scorer.clip_metric = scorer._make_clip_metric()
        return scorer

    def _begun(self, train: Sequence[Sample]) -> NetworkLearning:
        """Learn what networks begin with, and return what learns them.

        Raises
        ------
        TrainingError
            If there is too little to learn from.
        """
        if len(train) < 5:
            raise TrainingError(
                f"{len(train)} performances are too few to learn from: give 5 or more with scores"
            )
        self.target = choose_target(train, self.options.target)
        self.n_clips = _longest(train)
        self.options = self.options.for_performances(self.n_clips)
        self.normaliser = fit_normaliser(
            np.concatenate([s.features.values for s in train]), self.options.n_components
        )
        self.deviation = self._fit_deviation(train) if self.options.reads_deviation else None
        return NetworkLearning(
            self.options, self.target, self.normaliser, self.n_clips, self.n_together, self.seed
        )

    def _fit_deviation(self, train: Sequence[Sample]) -> Deviation:
        return fit_deviation(
            [s.features.values for s in train],
            self.target.of(train),
            np.array([s.performance.action or "" for s in train]),
            self.options.deviation,
        )

    def _fit_scores(self, train: Sequence[Sample], networks: Sequence[Siamese]) -> Self:
        """Fit what gives the score, with the metric frozen: phase two."""
        rows = self._with_variants(train)
        if n_clips := self.options.n_last_clips:
            groups, targets = [s.group for s in train], self.target.of(rows)
            steadiness = self.options.steadiness
            self.last_clips = fit_last_clips(rows, targets, n_clips, groups, steadiness)
        self.references = choose_references(
            train, self.options.references, self.options.constant_action
        )
        if self.options.in_step:
            self.usual_steps = fit_steps(train, self.references, self.normaliser, self.target)
        self.members = tuple(self._fit_member(network, rows, len(train)) for network in networks)
        self.clip_metric = self._make_clip_metric()
        return self

    def _make_clip_metric(self) -> ClipMetric:
        if self.options.in_step:
            return InStepClips(self.normaliser, self.references, self.usual_steps)
        if self.options.clip_metric == "deviation" and self.deviation:
            return DeviationClips(self.deviation)
        networks = [member.network for member in self.members]
        return NetworkClips(networks, self.normaliser, self.n_clips, self.options.clip_measure)

    def _fit_member(self, network: Siamese, rows: Sequence[Sample], n_train: int) -> Member:
        """Fit the last layer on every (reference, query) pair of the same action.

        The first `n_train` of the `rows` are performances, and the others variants of them.
        """
        indices = [
            (query, reference)
            for query, row in enumerate(rows)
            for reference in training_indices(row, self.references, self.options.references)
        ]
        own = [rows[query] for query, _ in indices if query < n_train]
        if len({sample.performance.id for sample in own}) < 3:
            raise TrainingError(
                "fewer than three performances have a reference of their action other than "
                "themselves: give more performances of each action"
            )
        head = make_head(self.options.head, self.deviation, self.normaliser)
        queries, references = ([pair[side] for pair in indices] for side in (0, 1))
        ours = self.embedded(network, rows)[queries]
        theirs = self.embedded(network, self.references)[references]
        pairs = [(rows[query], self.references[reference]) for query, reference in indices]
        inputs = head.inputs(network, theirs, ours, pairs)
        groups = [sample.group for sample in own]
        return fit_member(head, network, inputs, self.target.of(rows)[queries], groups)

    def _with_variants(self, train: Sequence[Sample]) -> list[Sample]:
        """Return the performances, and behind them their variants, each as one of its own."""
        if not self.options.scores_variants:
            return list(train)
        variants = [
            replace(sample, features=features, variants=())
            for sample in train
            for features in sample.variants
        ]
        return [*train, *variants]

    def _grid(
        self, member: Member, queries: Sequence[Sample], references: Sequence[Sample]
    ) -> Array:
        ours = self.embedded(member.network, queries)
        theirs = self.embedded(member.network, references)
        rows = [
            member.predict(
                theirs,
                np.repeat(embedded[None], len(references), axis=0),
                [(query, reference) for reference in references],
            )
            for query, embedded in zip(queries, ours, strict=True)
        ]
        return np.stack(rows)


def _longest(train: Sequence[Sample]) -> int:
    """Return how many clips the longest has."""
    return max((len(sample.features) for sample in train), default=1)
