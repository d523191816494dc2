"""Many performances: what is learned from them takes memory as they do, not as their pairs.

Beside each stands the slow, obvious way, which holds all pairs and comes to the same.
"""

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import nn

from hostile.commands import SEED
from podium.errors import TrainingError
from podium.evaluation import draws, metrics
from podium.metric import deviation, pairs, threshold
from podium.metric.deviation import fit_deviation
from podium.metric.embedding import fit_normaliser, pad
from podium.metric.learning import LearningOptions, random_metric
from podium.metric.pairs import (
    ExpertPairs,
    Marked,
    MetricData,
    PairOptions,
    Pairs,
    PairSampler,
    best_of,
    later_alike,
)
from podium.metric.siamese import Siamese, SiameseOptions, clip_embeddings
from podium.metric.threshold import measure_border
from podium.scorers import _sequence_regression
from podium.scorers._sequence_regression import Batch, FittingOptions, fit_network
from podium.scorers.pairwise_rank import pair_loss
from podium.witnesses import same_action as kinds
from podium.witnesses.novelty import N_COMPONENTS, learn_novelty
from podium.witnesses.same_action import learn_same_action, low_quantile

MEGABYTE = 2**20
EXPERTS = (LearningOptions.expert_share, LearningOptions.false_alarms)


def performances(n: int, dim: int = 40, n_clips: int = 6, seed: int = SEED) -> list[np.ndarray]:
    generator = np.random.default_rng(seed)
    return [
        (generator.normal(size=dim) + 0.3 * generator.normal(size=(n_clips, dim))).astype(
            np.float32
        )
        for _ in range(n)
    ]


def scored(n: int, n_actions: int = 3, seed: int = SEED) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed + 1)
    names = np.array([f"action {number}" for number in range(n_actions)])
    return generator.normal(60, 15, n).round(1), names[generator.integers(0, n_actions, n)]


def peak_memory(call: Callable[[], Any]) -> int:
    """How many bytes were held at most, of NumPy and Python, beyond those before the call."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# novelty


def obvious_distances(
    looks: list[list[np.ndarray]], n_neighbours: int = 3
) -> npt.NDArray[np.float32]:
    """Hold the difference of any two looks."""
    normaliser = fit_normaliser(np.concatenate([one[0] for one in looks]), N_COMPONENTS)
    components = [normaliser(values) for one in looks for values in one]
    positions = np.stack([np.concatenate([c.mean(axis=0), c.std(axis=0)]) for c in components])
    owners = np.repeat(np.arange(len(looks)), [len(one) for one in looks])
    apart = np.linalg.norm(positions[:, None] - positions[None], axis=2)
    apart[owners[:, None] == owners[None]] = np.inf
    return np.array([float(np.sort(row)[:n_neighbours].mean()) for row in apart], np.float32)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 40, 300])
@pytest.mark.parametrize("varied", [False, True])
def test_novelty_is_bit_for_bit_what_all_beside_all_say(n, varied):
    usual = performances(n)
    variants = [[values + 1, values * 2][: i % 3] for i, values in enumerate(usual)]
    made = learn_novelty(usual, variants if varied else ())
    looks = [[v, *(others if varied else ())] for v, others in zip(usual, variants, strict=True)]
    assert made.distances.tobytes() == obvious_distances(looks).tobytes()


def test_novelty_takes_memory_as_the_performances_do():
    """All beside all of 3,000 would be 1.7 GB."""
    usual = performances(3_000, n_clips=2)
    assert peak_memory(lambda: learn_novelty(usual)) < 30 * MEGABYTE


# pairs


def obvious_pairs(
    scores: np.ndarray, options: PairOptions, generator: np.random.Generator
) -> Pairs:
    """List all pairs, then draw."""
    first, second = np.triu_indices(len(scores), k=1)
    alike = np.abs(scores[first] - scores[second]) < options.threshold
    similar, dissimilar = np.flatnonzero(alike), np.flatnonzero(~alike)
    drawn = np.concatenate(
        [
            generator.choice(found, size=n, replace=n > len(found))
            for found, n in ((similar, options.n_similar), (dissimilar, options.n_dissimilar))
        ]
    )
    drawn = generator.permutation(drawn)
    swap = generator.random(len(drawn)) < 0.5
    a, b = first[drawn], second[drawn]
    return Pairs(np.where(swap, b, a), np.where(swap, a, b), alike[drawn])


def require_same(one: Pairs, other: Pairs) -> None:
    for name in ("first", "second", "similar"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("most", [2**20, 1_000, 1])
@pytest.mark.parametrize("n", [12, 60, 400])
def test_the_pairs_drawn_are_those_drawn_of_all(monkeypatch, n, most):
    """And what is drawn after them is the same, too."""
    monkeypatch.setattr(pairs, "MAX_TABLE", most)
    scores, _ = scored(n)
    options = PairOptions(threshold=9.0, n_similar=50, n_dissimilar=70)
    ours, theirs = np.random.default_rng(SEED), np.random.default_rng(SEED)
    sampler = PairSampler(scores, options)
    for _ in range(3):
        made = sampler.draw(ours)
        require_same(made, obvious_pairs(scores, options, theirs))
    assert ours.bit_generator.state == theirs.bit_generator.state


@pytest.mark.parametrize("n", [0, 1, 2, 3, 33, 200])
@pytest.mark.parametrize("threshold", [0.1, 0.3, 5.0, 1e9])
def test_pairs_are_counted_as_if_they_were_listed(n, threshold):
    """Of tenths, too, whose differences are a threshold but for what is rounded."""
    rng = np.random.default_rng(n)
    for scores in (rng.integers(0, 30, n) / 10, rng.normal(60, 10, n)):
        listed = np.abs(scores[:, None] - scores) < threshold
        np.testing.assert_array_equal(later_alike(scores, threshold), np.triu(listed, 1).sum(1))


def test_counting_the_pairs_of_very_many_is_quick():
    """Row by row, it would take ten thousand million comparisons, and minutes."""
    scores = np.random.default_rng(0).normal(60, 10, 100_000)
    assert len(PairSampler(scores, PairOptions()).draw(np.random.default_rng(0))) == 3_200


def test_where_no_pair_is_marked_nothing_is_drawn():
    for scores in ([], [50.0], [50.0, 90.0]):
        sampler = PairSampler(np.array(scores), PairOptions())
        with pytest.raises(TrainingError) as said:
            sampler.draw(np.random.default_rng(0))
        assert str(said.value) == (
            "the scores of no two performances differ by less than 5: "
            "give more performances, or another threshold"
        )


@pytest.mark.parametrize("n", [1, 2, 12, 200])
def test_pairs_with_experts_are_those_that_were_listed(n):
    scores, actions = scored(n)
    listed = [
        (expert, other)
        for action in np.unique(actions)
        for expert in best_of(scores, actions == action, 0.2)
        for other in np.flatnonzero(actions == action)
        if expert != other
    ]
    rows = np.array(listed + [pair[::-1] for pair in listed], np.int64).reshape(-1, 2)
    alike = np.abs(scores[rows[:, 0]] - scores[rows[:, 1]]) < 5.0
    made = ExpertPairs(scores, actions, 5.0, 0.2)
    assert len(made) == len(rows)
    if len(rows):
        require_same(made.at(np.arange(len(rows))), Pairs(rows[:, 0], rows[:, 1], alike))


def test_drawing_pairs_takes_memory_as_the_performances_do():
    """A list of all pairs of 6,000 would be 290 MB, and half as much again for each number."""
    scores, actions = scored(6_000, n_actions=1)

    def draw() -> None:
        PairSampler(scores, PairOptions()).draw(np.random.default_rng(0))
        experts = ExpertPairs(scores, actions, 5.0, 0.2)
        assert len(experts) == 2 * 1_200 * 5_999
        experts.at(np.arange(len(experts) - 256, len(experts)))

    assert peak_memory(draw) < 60 * MEGABYTE


def test_marked_places_are_found_wherever_the_table_is_divided(monkeypatch):
    table = np.random.default_rng(SEED).random((37, 23)) < 0.3
    for most in (1, 22, 24, 100, 851, 10_000):
        monkeypatch.setattr(pairs, "MAX_TABLE", most)
        marked = Marked(37, lambda rows: table[rows])
        assert len(marked) == table.sum()
        np.testing.assert_array_equal(marked.at(np.arange(len(marked))), np.nonzero(table))


# the border of a clip's similarity


@pytest.fixture
def network() -> Siamese:
    return random_metric(8, SiameseOptions(n_embedding=8, n_first=8, n_second=4), seed=0)


def curriculum(n: int, seed: int) -> MetricData:
    generator = np.random.default_rng(seed)
    lengths = generator.integers(2, 5, n)
    sequences = [[generator.normal(size=(k, 8)).astype(np.float32)] for k in lengths]
    return MetricData(sequences, *scored(n, seed=seed))


def obvious_border(network: Siamese, train: MetricData, validation: MetricData) -> float:
    """Compare every validation performance with every expert of its action, at once."""
    experts = [
        index
        for action in np.unique(train.actions)
        for index in best_of(train.scores, train.actions == action, 0.2)
    ]
    all_pairs = [
        (query, expert)
        for query in range(len(validation.scores))
        for expert in experts
        if train.actions[expert] == validation.actions[query]
    ]
    gaps = np.array([abs(train.scores[e] - validation.scores[q]) for q, e in all_pairs])
    chosen = [all_pairs[i] for i in np.flatnonzero(gaps <= max(gaps.min(), 5.0))]
    ours = [validation.sequences[q][0] for q, _ in chosen]
    theirs = [train.sequences[e][0] for _, e in chosen]
    embedded = clip_embeddings(network, pad([*ours, *theirs], 4))
    unlike = network.dissimilarity(embedded[len(ours) :], embedded[: len(ours)])
    shared = [min(len(a), len(b)) for a, b in zip(ours, theirs, strict=True)]
    clips = np.concatenate([row[-n:] for row, n in zip(unlike, shared, strict=True)])
    return float(np.quantile(clips, 0.8))


def test_the_border_is_that_of_all_pairs(network, monkeypatch):
    train, validation = curriculum(80, SEED), curriculum(30, SEED + 50)
    wanted = np.float32(max(obvious_border(network, train, validation), 1e-3))
    assert measure_border(network, train, validation, 4, 5.0, *EXPERTS) == wanted
    monkeypatch.setattr(threshold, "MAX_PAIRS_AT_ONCE", 7)
    monkeypatch.setattr(pairs, "MAX_TABLE", 11)
    found = measure_border(network, train, validation, 4, 5.0, *EXPERTS)
    assert found == pytest.approx(wanted, rel=1e-5)
    monkeypatch.setattr(threshold, "MAX_BORDER_PAIRS", 40)
    found = measure_border(network, train, validation, 4, 5.0, *EXPERTS)
    assert found == pytest.approx(wanted, rel=0.5)


# whether two are of one action


@pytest.mark.parametrize("share", [0.02, 0.05, 0.5, 0.97])
@pytest.mark.parametrize("n", [1, 2, 3, 50, 1_001])
def test_a_low_quantile_is_numpys_to_the_last_digit(monkeypatch, n, share):
    values = np.random.default_rng(SEED + n).normal(size=n)
    for held in (0, 10, 10_000):
        monkeypatch.setattr(kinds, "N_HELD", held)
        assert low_quantile(np.array_split(values, 13), n, share) == np.quantile(values, share)


def test_a_low_quantile_holds_few_numbers():
    values = np.random.default_rng(0)
    parts = (values.normal(size=5_000) for _ in range(400))
    assert peak_memory(lambda: low_quantile(parts, 2_000_000, 0.02)) < 4 * MEGABYTE


def test_kinds_are_what_all_pairs_say():
    generator = np.random.default_rng(SEED)
    actions = [f"{n}" for n in generator.integers(0, 4, 160)]
    middles = {action: generator.normal(size=30) for action in sorted(set(actions))}
    seen = [(0.3 * middles[a] + generator.normal(size=(5, 30))).astype(np.float32) for a in actions]
    made = learn_same_action(seen, actions)
    order = np.random.default_rng(0).permutation(160)
    found = []
    for part in np.array_split(order, 5):
        fitted = kinds._fit([(seen[i], actions[i]) for i in np.setdiff1d(order, part)], 0.0)
        found += [
            fitted.log_same_action(seen[i], seen[j])
            for index, i in enumerate(part)
            for j in part[:index]
            if actions[i] == actions[j]
        ]
    assert made.threshold == min(float(np.quantile(found, 0.05)), kinds.EVEN)


# deviation


def test_of_many_experts_some_are_taken_evenly(monkeypatch):
    scores, actions = scored(300, n_actions=2)
    all_pairs = deviation._expert_pairs(scores, actions, 0.5)
    monkeypatch.setattr(deviation, "MAX_EXPERTS", 20)
    some = deviation._expert_pairs(scores, actions, 0.5)
    assert len(some) == 2 * 20 * 19 // 2
    assert {tuple(pair) for pair in some} <= {tuple(pair) for pair in all_pairs}
    spread = scores[np.unique(some)]
    assert spread.max() == scores.max()
    assert spread.min() < np.quantile(scores[np.unique(all_pairs)], 0.05)
    made = fit_deviation(performances(300), scores, actions)
    assert np.isfinite(made.directions).all()


def test_deviation_takes_memory_as_the_performances_do():
    """All pairs of the experts of 6,000 would be 400,000, 130 MB at each position."""
    scores, actions = scored(6_000, n_actions=1)
    seen = performances(6_000, dim=16, n_clips=1)
    assert peak_memory(lambda: fit_deviation(seen, scores, actions)) < 60 * MEGABYTE


# measures


def obvious_accuracy(predicted: np.ndarray, true: np.ndarray) -> float:
    wanted = np.sign(true[:, None] - true[None])
    said = np.sign(predicted[:, None] - predicted[None])
    return float(((said[wanted > 0] + 1) / 2).mean())


@pytest.mark.parametrize("n", [2, 3, 7, 50, 313])
def test_the_accuracy_of_pairs_is_that_of_a_table_of_all(n):
    generator = np.random.default_rng(SEED)
    predicted, true = generator.normal(size=n).round(1), np.arange(n) // 2.0
    if n > 2:
        assert metrics.pair_accuracy(predicted, true) == obvious_accuracy(predicted, true)
    else:
        assert np.isnan(metrics.pair_accuracy(predicted, true))


def test_measures_take_memory_as_the_performances_do():
    """A table of 4,000 by 4,000 would be 128 MB, as would 2,000 draws of 8,000."""
    first, second = np.random.default_rng(0).normal(size=(2, 4_000))
    assert peak_memory(lambda: metrics.pair_accuracy(first, second)) < 5 * MEGABYTE
    many = np.arange(8_000.0)
    draw = peak_memory(lambda: metrics.bootstrap(metrics.mse, many, many[::-1], n_resamples=2_000))
    assert draw < 20 * MEGABYTE


@pytest.mark.parametrize("most", [1, 100, 10**6])
def test_an_interval_is_the_same_however_many_are_drawn_at_once(monkeypatch, most):
    first, second = np.random.default_rng(SEED).normal(size=(2, 31))
    rows = np.random.default_rng(5).integers(0, 31, size=(40, 31))
    values = [metrics.mse(first[row], second[row]) for row in rows]
    low, high = np.nanquantile(values, [(1 - 0.95) / 2, 1 - (1 - 0.95) / 2])
    monkeypatch.setattr(draws, "MAX_DRAWN", most)
    made = metrics.bootstrap(metrics.mse, first, second, n_resamples=40, seed=5)
    assert (made.low, made.high) == (low, high)


# networks that rank


class Line(nn.Module):
    """Ranks by a weighted sum of the last clip."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 1)

    def forward(self, sequences: torch.Tensor) -> torch.Tensor:
        return self.layer(sequences[:, -1]).squeeze(-1)


def test_what_decides_when_to_stop_is_compared_in_parts_if_it_is_much(monkeypatch):
    torch.manual_seed(SEED)
    batch = Batch(torch.randn(40, 2, 3), torch.ones(40, 2, dtype=torch.bool), torch.randn(40))
    sizes: list[int] = []

    def loss(network: Line, part: Batch) -> torch.Tensor:
        sizes.append(len(part))
        return pair_loss(network(part.sequences), part.targets, 1.0, 0.35)

    options = FittingOptions(n_epochs=1, batch_size=40)
    torch.manual_seed(1)
    (whole,) = fit_network(Line(), loss, batch, batch, options)
    assert sizes == [40, 40]
    monkeypatch.setattr(_sequence_regression, "MAX_BATCH", 16)
    torch.manual_seed(1)
    (parts,) = fit_network(Line(), loss, batch, batch, options)
    assert sizes[2:] == [40, 16, 16, 8]
    assert parts == pytest.approx(whole, rel=0.2)
