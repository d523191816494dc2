"""The paper's scorer (Jain, Harit and Sharma): learn what is alike, then score beside an expert.

Phase one learns from pairs of any performances when two are alike (`metric_learning`). Phase two
freezes that network and fits one linear layer from D2 of (reference, query) pairs of the same
action to the score (paper, III-B). Beyond the paper: several networks, each stopped on another
part of the training performances, are averaged; and the target may be the execution.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self, get_args

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from podium.errors import ModelError, TrainingError, UnusableReference, UsageError
from podium.features.extraction import Features, Sample
from podium.metric.deviation import Deviation, DeviationOptions, fit_deviation
from podium.metric.embedding import N_CLIPS, Normaliser, fit_normaliser, padded
from podium.metric.learning import Curriculum, LearningOptions, learn_metric
from podium.metric.pairs import PairOptions
from podium.metric.siamese import Siamese, SiameseOptions, clip_embeddings
from podium.performance import Performance
from podium.saved import Arrays, array_of, record_of, shown, values_of
from podium.scorers import Floats, ScorerState
from podium.scorers._linear import (
    Head,
    LastClips,
    Member,
    fit_last_clips,
    fit_member,
    head_inputs,
    lengthened,
    n_head_inputs,
)
from podium.scorers._references import ReferenceChoice, choose_references, partners
from podium.scorers._restored import restored_network
from podium.scorers._target import Target, TargetChoice, choose_target
from podium.video.clips import VideoFacts

MAX_NUMBERS = 50_000_000
"""How many numbers of all references a saved network may hold at a time."""


@dataclass(frozen=True)
class SiameseLSTMOptions:
    """All that the paper leaves open, and what it fixes, with its values as defaults.

    `n_networks` networks are averaged; with 1, a fifth of the training performances is held back
    to stop it. `n_components` is how many components of the features it reads. `combine` says how
    the predictions from several references become one. `n_metric_actions` restricts phase one to
    the most frequent actions (the paper: 3 of 6); 0 means all. `head` is what the last layer reads:
    `joint` is the paper's D2. `query_and_difference` is what the query shows by itself (its D2
    beside itself, and its embedding) and how far from the reference's that is, which can only cost:
    none scores less beside itself than beside another. `joint_and_clips` is D2, the query's
    embedding, and how each clip differs from the reference's, and how much (`deviation`). With
    `n_last_clips`, the score is the mean of what the networks say and what a ridge regression says
    that reads so many of the query's last clips at full detail: what decides a dive, its splash, is
    a small part of what the networks' few components hold. With `scores_variants`, what gives the
    score is also fitted to augmented variants, where there are any, so that they score alike; the
    paper's are for pairs only. `clip_metric` is what the similarity of a clip comes
    from: the paper's network, the clips' `deviation`, or both alike; `clip_measure` is what it is
    of the network's: `sigmoid` the paper's, `share` how much less alike than each is to itself
    (`Siamese.clip_similarity`).
    """

    references: ReferenceChoice = "best"
    combine: Literal["mean", "median"] = "mean"
    target: TargetChoice = "auto"
    head: Head = "query_and_difference"
    clip_metric: Literal["network", "deviation", "both"] = "network"
    n_networks: int = 5
    n_components: int = 32
    n_last_clips: int = 4
    n_metric_actions: int = 0
    learn_metric: bool = True
    scores_variants: bool = True
    clip_measure: Literal["share", "sigmoid"] = "share"
    learning: LearningOptions = field(default_factory=LearningOptions)
    pairs: PairOptions = field(default_factory=PairOptions)
    siamese: SiameseOptions = field(default_factory=SiameseOptions)
    deviation: DeviationOptions = field(default_factory=DeviationOptions)

    def __post_init__(self) -> None:
        if min(self.n_networks, self.n_components) < 1:
            raise UsageError(
                "n_networks and n_components must be 1 or more, "
                f"not {self.n_networks} and {self.n_components}"
            )
        if min(self.n_last_clips, self.n_metric_actions) < 0:
            raise UsageError(
                "n_last_clips and n_metric_actions must be 0 or more, "
                f"not {self.n_last_clips} and {self.n_metric_actions}"
            )
        if self.head not in get_args(Head):
            raise UsageError(f"head is {self.head!r}: choose one of {', '.join(get_args(Head))}")


def as_printed(
    references: ReferenceChoice = "best", n_pairs: int = 3200, learn_metric: bool = True
) -> SiameseLSTMOptions:
    """Give the paper's own setting, with nothing of Podium's beside it.

    One network, learned from `n_pairs` pairs of the three most frequent actions by the paper's
    loss alone; a linear layer on D2; the score itself as the target; the sigmoid as similarity.
    What the paper leaves open is as in the other scorers: 128 components, ReLU, M of 64.
    """
    n_similar = round(n_pairs * 1300 / 3200)
    return SiameseLSTMOptions(
        references=references,
        target="score",
        head="joint",
        n_networks=1,
        n_components=128,
        n_last_clips=0,
        n_metric_actions=3,
        learn_metric=learn_metric,
        scores_variants=False,
        clip_measure="sigmoid",
        learning=LearningOptions(clip_weight=0.0, noise=0.0),
        pairs=PairOptions(n_similar=n_similar, n_dissimilar=n_pairs - n_similar),
        siamese=SiameseOptions(reads_difference=False),
    )


class SiameseLSTM:
    """Compares with an expert of the same action: the paper's two phases, with feedback by clip."""

    name = "siamese_lstm"

    def __init__(self, options: SiameseLSTMOptions = SiameseLSTMOptions(), seed: int = 0) -> None:
        self.options, self.seed = options, seed
        self.target = Target(uses_execution=False)
        self.references: tuple[Sample, ...] = ()
        self.members: tuple[Member, ...] = ()
        self.line: LastClips | None = None
        self.n_clips = 1

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Learn the metric, choose the references, and fit the score to both.

        Without `validation`, each network is stopped on its own part of `train`.

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
        self.n_clips = max(len(s.features) for s in train)
        self.normaliser = fit_normaliser(
            np.concatenate([s.features.values for s in train]), self.options.n_components
        )
        if self._reads_deviation():
            self.deviation = self._fitted_deviation(train)
        self.line = self._fitted_line(train)
        networks = [
            self._network(fitted, stopped, number)
            for number, (fitted, stopped) in enumerate(self._parts(train, validation))
        ]
        return self._with_references(networks, train, self.options.references)

    def with_references(self, choice: ReferenceChoice, train: Sequence[Sample]) -> Self:
        """Give this scorer with other references, its last layer fitted anew beside them.

        `train` is what it was fitted on; phase one, which knows no references, is not repeated.
        """
        other = copy.copy(self)
        other.options = replace(self.options, references=choice)
        networks = [member.network for member in self.members]
        return other._with_references(networks, train, choice)

    def _with_references(
        self, networks: Sequence[Siamese], train: Sequence[Sample], choice: ReferenceChoice
    ) -> Self:
        self.references = choose_references(train, choice)
        self.members = tuple(self._with_head(network, train) for network in networks)
        return self

    def refitted(
        self, train: Sequence[Sample], references: ReferenceChoice | None = None
    ) -> "SiameseLSTM":
        """Keep the metric frozen, and fit references and last layer to other performances.

        This is how the paper changes the bias (table I), and goes from dives to vaults (VI).
        """
        options = replace(self.options, references=references or self.options.references)
        other = SiameseLSTM(options, self.seed)
        other.target = choose_target(train, options.target)
        other.n_clips, other.normaliser = self.n_clips, self.normaliser
        other.line = other._fitted_line(train)
        other.references = choose_references(train, options.references)
        other.members = tuple(other._with_head(member.network, train) for member in self.members)
        return other

    def embeddings(self, samples: Sequence[Sample]) -> npt.NDArray[np.float32]:
        """Give the paper's O of each performance by the first network, (performances, M)."""
        with torch.inference_mode():
            embedded = self.members[0].network.embedding(self._sequences(samples))
        found: npt.NDArray[np.float32] = embedded.numpy()
        return found

    def joint_embeddings(self, samples: Sequence[Sample]) -> npt.NDArray[np.float32]:
        """Give D2 of each performance beside its references (mean), (performances, n_second).

        A performance that is the only reference of its action stands beside itself.
        """
        ours = torch.from_numpy(self.embeddings(samples))
        theirs = torch.from_numpy(self.embeddings(self.references))
        rows = []
        with torch.inference_mode():
            for sample, embedded in zip(samples, ours, strict=True):
                places = self._places_beside(sample)
                beside = embedded.expand(len(places), -1)
                joint = self.members[0].network.joint(theirs[places], beside)
                rows.append(joint.mean(dim=0).numpy())
        return np.stack(rows)

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,), against the references of their action."""
        scores = self.compare(queries, self.references)
        chosen = [self._places(self.partners(query, self.references)) for query in queries]
        return np.array(
            [self._combined(row[places]) for row, places in zip(scores, chosen, strict=True)]
        )

    def compare(self, queries: Sequence[Sample], references: Sequence[Sample]) -> Floats:
        """Score each query against each reference in points, (queries, references)."""
        if not queries or not references:
            return np.zeros((len(queries), len(references)))
        values = np.mean(
            [self._grid(member, queries, references) for member in self.members], axis=0
        )
        if self.line:
            values = (values + self.line.predict(queries)[:, None]) / 2
        divisors = self.target.divisors(queries)
        return np.asarray(values * divisors[:, None], np.float64)

    def partners(self, query: Sample, references: Sequence[Sample]) -> tuple[Sample, ...]:
        """Pick those of the references that a query is to be compared with.

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

    def similarity(self, query: Sample, references: Sequence[Sample]) -> Floats:
        """Say how alike whole performances are, 0 to 1, (references,).

        The paper's similarity, as a share of that which each of the two has to itself.
        """
        rows = []
        with torch.inference_mode():
            for member in self.members:
                network = member.network
                embedded = network.embedding(self._sequences([query, *references]))
                theirs, ours = embedded[1:], embedded[:1].expand(len(references), -1)
                itself = network.similarity(theirs, theirs) * network.similarity(ours, ours)
                share = network.similarity(theirs, ours) / itself.sqrt()
                rows.append(share.clamp(max=1).numpy())
        return np.asarray(np.mean(rows, axis=0), np.float64)

    def clip_similarity(self, query: Sample, reference: Sample) -> Floats:
        """Say how alike each clip of the query is to the reference's, 0 to 1, (clips,) (IV).

        Clips are matched from the end. Where the query has more of them, the reference's first
        clip stands for those it lacks. Of `both` metrics the similarity is the geometric mean.
        """
        found = []
        if self.options.clip_metric != "deviation":
            found.append(self._network_similarity(query, reference))
        if self.options.clip_metric != "network":
            ours, theirs = query.features.values, reference.features.values
            found.append(np.exp2(-(self.deviation.distances(ours, theirs) ** 2)))
        return np.asarray(np.prod(found, axis=0) ** (1 / len(found)), np.float64)

    def _network_similarity(self, query: Sample, reference: Sample) -> Floats:
        n_ours = len(query.features)
        theirs = lengthened(self.normaliser(reference.features.values), n_ours)
        ours = self.normaliser(query.features.values)
        both = padded([ours, theirs], self.n_clips)
        rows = []
        with torch.inference_mode():
            for member in self.members:
                embedded = clip_embeddings(member.network, both)
                rows.append(self._clip_measure(member.network, *embedded[[1, 0]]).numpy())
        return np.asarray(np.mean(rows, axis=0), np.float64)[-n_ours:]

    def state(self) -> ScorerState:
        """Give all that `restore` needs."""
        arrays: dict[str, npt.NDArray[Any]] = dict(self.normaliser.arrays())
        if self._reads_deviation():
            arrays |= self.deviation.arrays()
        if self.line:
            arrays |= self.line.arrays()
        for number, member in enumerate(self.members):
            for key, value in member.network.state_dict().items():
                arrays[f"network.{number}.{key}"] = value.numpy()
            arrays[f"head.{number}.weights"] = member.weights.numpy()
        for number, reference in enumerate(self.references):
            arrays[f"reference.{number}"] = reference.features.values
        config = {
            "options": asdict(self.options),
            "seed": self.seed,
            "n_clips": self.n_clips,
            "target": self.target.to_json(),
            "biases": [member.bias for member in self.members],
            "references": [_reference_to_json(reference) for reference in self.references],
        }
        return ScorerState(arrays, config)

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Make a fitted scorer of a saved state; `ModelError` where it does not fit."""
        kinds = {"options": Any, "seed": int, "n_clips": N_CLIPS, "target": Any}
        lists = {"biases": tuple[float, ...], "references": tuple[_Reference, ...]}
        plain = values_of(state.config, "scorer", **kinds, **lists)
        scorer = cls(_options_of(plain["options"]), plain["seed"])
        scorer.n_clips, scorer.target = plain["n_clips"], Target.from_json(plain["target"])
        scorer.normaliser = Normaliser.of_arrays(state.arrays)
        dim, n_last_clips = len(scorer.normaliser.mean), scorer.options.n_last_clips
        if scorer._reads_deviation():
            scorer.deviation = Deviation.of_arrays(state.arrays, dim)
        if n_last_clips:
            scorer.line = LastClips.of_arrays(state.arrays, n_last_clips, dim)
        scorer.members = tuple(
            scorer._member_of(state.arrays, number, bias)
            for number, bias in enumerate(plain["biases"])
        )
        scorer.references = tuple(
            about.sample(array_of(state.arrays, f"reference.{number}", (about.n_clips, dim)))
            for number, about in enumerate(plain["references"])
        )
        scorer._require_whole()
        return scorer

    def _member_of(self, arrays: Arrays, number: int, bias: float) -> Member:
        network = restored_network(
            lambda: Siamese(self.normaliser.dim, self.options.siamese),
            arrays,
            f"network.{number}.",
        )
        if not network.clip_border > 0:
            raise ModelError(f"the array network.{number}.clip_border must be above 0")
        n_differences = self.deviation.scale.size if self._reads_deviation() else 0
        n_inputs = n_head_inputs(self.options.head, network, n_differences)
        weights = array_of(arrays, f"head.{number}.weights", (n_inputs,))
        return Member(network, self.options.head, torch.from_numpy(np.array(weights)), bias)

    def _require_whole(self) -> None:
        """Refuse a scorer without a network or a reference, or one that would need much memory."""
        if not self.members or not self.references:
            raise ModelError("scorer.biases or scorer.references is empty: it needs one of each")
        width = max(self.normaliser.dim, 4 * self.options.siamese.n_embedding)
        if (n := (1 + len(self.references)) * self.n_clips * width) > MAX_NUMBERS:
            raise ModelError(
                f"scorer.n_clips is {self.n_clips}: with its references and sizes that makes {n:,} "
                f"numbers at a time, more than {MAX_NUMBERS:,}"
            )

    def _clip_measure(self, network: Siamese, theirs: Tensor, ours: Tensor) -> Tensor:
        if self.options.clip_measure == "sigmoid":
            return network.similarity(theirs, ours)
        return network.clip_similarity(theirs, ours)

    def _fitted_deviation(self, train: Sequence[Sample]) -> Deviation:
        return fit_deviation(
            [s.features.values for s in train],
            self.target.of(train),
            np.array([s.performance.action or "" for s in train]),
            self.options.deviation,
        )

    def _fitted_line(self, train: Sequence[Sample]) -> "LastClips | None":
        if not self.options.n_last_clips:
            return None
        rows = self._with_variants(train)
        return fit_last_clips(rows, self.target.of(rows), self.options.n_last_clips, len(train))

    def _reads_deviation(self) -> bool:
        return self.options.head == "joint_and_clips" or self.options.clip_metric != "network"

    def _parts(
        self, train: Sequence[Sample], validation: Sequence[Sample]
    ) -> list[tuple[list[Sample], list[Sample]]]:
        """For each network: what it learns from, and what it is stopped on."""
        if validation:
            return [(list(train), list(validation))] * self.options.n_networks
        order = np.random.default_rng(self.seed).permutation(len(train))
        n_parts = min(max(self.options.n_networks, 5), len(train))
        parts = np.array_split(order, n_parts)
        return [
            (
                [train[i] for j, part in enumerate(parts) if j != number % n_parts for i in part],
                [train[i] for i in parts[number % n_parts]],
            )
            for number in range(self.options.n_networks)
        ]

    def _network(self, fitted: list[Sample], stopped: list[Sample], number: int) -> Siamese:
        seed = self.seed * 1000 + number
        if not self.options.learn_metric:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                return Siamese(self.normaliser.dim, self.options.siamese).eval()
        network = learn_metric(
            self._curriculum(self._metric_samples(fitted)),
            self._curriculum(stopped),
            self.n_clips,
            self.options.learning,
            replace(self.options.pairs, threshold=self._threshold()),
            self.options.siamese,
            seed,
        )
        return network

    def _threshold(self) -> float:
        """Give the threshold in the target's unit: 5 points are 1.5 of execution."""
        if not self.target.uses_execution:
            return self.options.pairs.threshold
        return self.options.pairs.threshold / self.target.overall.usual

    def _metric_samples(self, samples: list[Sample]) -> list[Sample]:
        if not self.options.n_metric_actions:
            return samples
        actions = [s.performance.action for s in samples]
        frequent = sorted(dict.fromkeys(actions), key=actions.count, reverse=True)
        kept = frequent[: self.options.n_metric_actions]
        return [s for s in samples if s.performance.action in kept]

    def _curriculum(self, samples: Sequence[Sample]) -> Curriculum:
        return Curriculum(
            [
                [self.normaliser(f.values) for f in (sample.features, *sample.variants)]
                for sample in samples
            ],
            self.target.of(samples),
            np.array([s.performance.action or "" for s in samples]),
        )

    def _with_head(self, network: Siamese, train: Sequence[Sample]) -> Member:
        """Fit the last layer on every (reference, query) pair of the same action."""
        rows = self._with_variants(train)
        pairs = [
            (query, reference)
            for query in range(len(rows))
            for reference in self._training_places(rows[query])
        ]
        n_own = sum(query < len(train) for query, _ in pairs)
        if len({query for query, _ in pairs[:n_own]}) < 3:
            raise TrainingError(
                "fewer than three performances have a reference of their action other than "
                "themselves: give more performances of each action"
            )
        targets = self.target.of(rows)[[query for query, _ in pairs]]
        with torch.inference_mode():
            ours = network.embedding(self._sequences(rows))[[query for query, _ in pairs]]
            theirs = network.embedding(self._sequences(self.references))
            differences = self._differences([(rows[q], self.references[r]) for q, r in pairs])
            beside = theirs[[r for _, r in pairs]]
            inputs = head_inputs(self.options.head, network, beside, ours, differences).numpy()
        return fit_member(self.options.head, network, inputs, targets, n_own)

    def _with_variants(self, train: Sequence[Sample]) -> list[Sample]:
        """Let variants stand behind the performances, each as one of its own."""
        if not self.options.scores_variants:
            return list(train)
        variants = [
            replace(sample, features=features, variants=())
            for sample in train
            for features in sample.variants
        ]
        return [*train, *variants]

    def _differences(self, pairs: Sequence[tuple[Sample, Sample]]) -> Tensor | None:
        """Give how the clips of (query, reference) pairs differ, (pairs, places x dim)."""
        if self.options.head != "joint_and_clips":
            return None
        rows = [
            self.deviation.differences(q.features.values, r.features.values).ravel()
            for q, r in pairs
        ]
        return torch.from_numpy(np.stack(rows))

    def _training_places(self, query: Sample) -> list[int]:
        """Find the references of a training query: those of its action, itself left out."""
        is_constant = self.options.references == "constant"
        return [
            place
            for place, reference in enumerate(self.references)
            if reference.performance.id != query.performance.id
            and (is_constant or reference.performance.action == query.performance.action)
        ]

    def _places_beside(self, sample: Sample) -> list[int]:
        """Find what a training or other performance stands beside: itself where all else fails."""
        itself = [r.performance.id == sample.performance.id for r in self.references]
        if places := self._training_places(sample):
            return places
        if any(itself):
            return [itself.index(True)]
        return self._places(self.partners(sample, self.references))

    def _places(self, chosen: Sequence[Sample]) -> list[int]:
        ids = [reference.performance.id for reference in self.references]
        return [ids.index(reference.performance.id) for reference in chosen]

    def _grid(
        self, member: Member, queries: Sequence[Sample], references: Sequence[Sample]
    ) -> npt.NDArray[np.float32]:
        with torch.inference_mode():
            ours = member.network.embedding(self._sequences(queries))
            theirs = member.network.embedding(self._sequences(references))
            rows = [
                member.predict(
                    theirs,
                    embedded.expand(len(references), -1),
                    self._differences([(query, reference) for reference in references]),
                )
                for query, embedded in zip(queries, ours, strict=True)
            ]
        grid: npt.NDArray[np.float32] = torch.stack(rows).numpy()
        return grid

    def _sequences(self, samples: Sequence[Sample]) -> Tensor:
        return padded([self.normaliser(s.features.values) for s in samples], self.n_clips)

    def _combined(self, scores: Floats) -> float:
        return float(np.median(scores) if self.options.combine == "median" else np.mean(scores))


def _reference_to_json(reference: Sample) -> dict[str, Any]:
    performance, features = reference.performance, reference.features
    return {
        "id": performance.id,
        "file_name": performance.path.name,
        "score": performance.score,
        "action": performance.action,
        "difficulty": performance.difficulty,
        "backbone": features.backbone,
        "start_seconds": _times(features.start_seconds),
        "end_seconds": _times(features.end_seconds),
    }


def _times(values: Floats) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), 6) for value in values]


@dataclass(frozen=True)
class _Reference:
    """What is saved of a reference beside its features."""

    id: str
    file_name: str
    score: float | None
    action: str | None
    difficulty: float | None
    backbone: str
    start_seconds: tuple[float | None, ...]
    end_seconds: tuple[float | None, ...]

    @property
    def n_clips(self) -> int:
        if not 0 < len(self.start_seconds) == len(self.end_seconds):
            raise ModelError(f"the reference {shown(self.id)} has times of no or of unlike clips")
        return len(self.start_seconds)

    def sample(self, values: npt.NDArray[np.float32]) -> Sample:
        performance = Performance(
            self.id,
            Path(Path(self.file_name).name),
            self.score,
            self.action,
            self.difficulty,
            is_reference=True,
        )
        features = Features(
            values=values,
            start_seconds=_times_of(self.start_seconds),
            end_seconds=_times_of(self.end_seconds),
            backbone=self.backbone,
            video=VideoFacts(0, 0, 0, float("nan")),
        )
        return Sample(performance, features)


def _times_of(plain: Sequence[float | None]) -> Floats:
    return np.array([np.nan if time is None else time for time in plain], np.float64)


def _options_of(plain: Any) -> SiameseLSTMOptions:
    """Make options; a model that was saved before the last clips had a line of theirs has none."""
    if not isinstance(plain, Mapping):
        raise ModelError("scorer.options must be an object")
    return record_of(SiameseLSTMOptions, {"n_last_clips": 0, **plain}, "scorer.options")
