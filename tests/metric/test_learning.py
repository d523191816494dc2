import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from podium.errors import UsageError
from podium.metric.curves import Curve, Look
from podium.metric.learning import LearningOptions, learn_metric
from podium.metric.losses import clip_loss, pair_loss
from podium.metric.pairs import MetricData, PairOptions
from podium.metric.siamese import Siamese, SiameseOptions, clip_embeddings
from podium.metric.threshold import measure_border
from podium.metric.trainable import TrainableSiamese

N_CLIPS, DIM, THRESHOLD = 4, 3, 5.0


def made_up(n: int, seed: int) -> MetricData:
    """Performances whose score is 90 less 60 for each clip with a fault in its first number."""
    generator = np.random.default_rng(seed)
    faults = generator.random((n, N_CLIPS)) < 0.2
    sequences = generator.normal(0, 0.3, (n, N_CLIPS, DIM)).astype(np.float32)
    sequences[..., 0] += 3 * faults
    scores = 90 - 15.0 * faults.sum(axis=1)
    return MetricData([[s] for s in sequences], scores, np.array(["a"] * n))


@pytest.fixture(scope="module")
def learned() -> tuple[Siamese, MetricData, MetricData]:
    train, validation = made_up(80, 1), made_up(40, 2)
    network = learn_metric(
        train,
        validation,
        N_CLIPS,
        LearningOptions(n_epochs=15, batch_size=64, false_alarms=0.05),
        PairOptions(threshold=THRESHOLD, n_similar=300, n_dissimilar=300),
        SiameseOptions(),
        seed=0,
    )
    return network, train, validation


def naive_loss(
    network: TrainableSiamese, first: torch.Tensor, second: torch.Tensor, labels: torch.Tensor
) -> torch.Tensor:
    """The LSTM over both sides of each pair, pair by pair."""
    losses = [
        nn.functional.binary_cross_entropy_with_logits(
            network.logit(network.embedding(a[None]), network.embedding(b[None])), label[None]
        )
        for a, b, label in zip(first, second, labels, strict=True)
    ]
    return torch.stack(losses).mean()


def gradients(network: TrainableSiamese, loss: torch.Tensor) -> dict[str, torch.Tensor]:
    network.zero_grad()
    loss.backward()
    return {name: p.grad.clone() for name, p in network.named_parameters()}


@pytest.mark.parametrize("kind", ["some pairs", "all pairs of a block"])
@pytest.mark.parametrize("activation", ["relu", "linear"])
def test_embedding_each_sequence_once_is_the_naive_way(kind, activation):
    torch.manual_seed(3)
    network = TrainableSiamese(DIM, SiameseOptions(n_embedding=8, activation=activation))
    sequences = torch.randn(7, N_CLIPS, DIM)
    if kind == "some pairs":
        first, second = torch.randint(7, (2, 30))
    else:
        first, second = torch.nonzero(~torch.eye(7, dtype=torch.bool), as_tuple=True)
    labels = torch.randint(2, (len(first),)).float()
    once = pair_loss(network, sequences, first, second, labels)
    naive = naive_loss(network, sequences[first], sequences[second], labels)
    assert once.item() == pytest.approx(naive.item(), rel=1e-5)
    expected = gradients(network, naive)
    for name, found in gradients(network, once).items():
        torch.testing.assert_close(found, expected[name], rtol=1e-5, atol=1e-6)


def test_all_clips_alike_is_the_product_of_each_by_hand():
    logits = torch.tensor([[0.0, 1.0], [2.0, -1.0]])
    chance = torch.sigmoid(logits).prod(dim=1)
    by_hand = -(torch.log(chance[0]) + torch.log(1 - chance[1])) / 2
    assert clip_loss(logits, torch.tensor([1.0, 0.0])).item() == pytest.approx(by_hand.item())


def test_certain_likeness_of_unlike_pairs_is_a_large_and_finite_loss():
    loss = clip_loss(torch.full((1, 9), 90.0), torch.zeros(1))
    assert 10 < loss.item() < 20


def test_faulty_clips_are_found_though_only_scores_are_known(learned):
    network, _, _ = learned
    queries = made_up(60, 3)
    expert = np.zeros((1, N_CLIPS, DIM), np.float32)
    sequences = np.stack([s[0] for s in queries.sequences])
    theirs, ours = clip_embeddings(network, expert), clip_embeddings(network, sequences)
    found = network.clip_similarity(theirs, ours) < 0.5
    faulty = sequences[..., 0] > 1.5
    assert (found & faulty).sum() / faulty.sum() > 0.8
    assert (found & faulty).sum() / found.sum() > 0.7


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_the_chosen_share_of_good_clips_is_below_the_border(learned, share):
    network, train, validation = learned
    border = measure_border(network, train, validation, N_CLIPS, THRESHOLD, 0.2, share)
    network = replace(network, clip_border=border)
    experts = np.flatnonzero(train.scores == train.scores.max())[:16]
    good = np.flatnonzero(validation.scores == train.scores.max())
    ours = clip_embeddings(network, _stacked(validation, good))
    theirs = clip_embeddings(network, _stacked(train, experts))
    below = [network.clip_similarity(expert[None], ours) < 0.5 for expert in theirs]
    assert np.mean(below) == pytest.approx(share, abs=0.05)


def _stacked(part: MetricData, indices: np.ndarray) -> np.ndarray:
    return np.stack([part.sequences[i][0] for i in indices])


def test_without_an_alike_pair_the_nearest_scores_serve(learned):
    network, train, validation = learned
    far = MetricData(validation.sequences, validation.scores - 1000, validation.actions)
    border = measure_border(network, train, far, N_CLIPS, THRESHOLD, 0.2, 0.2)
    assert np.isfinite(border)
    assert border > 0


def test_without_an_expert_of_the_action_there_is_no_border(learned):
    network, train, validation = learned
    others = MetricData(
        validation.sequences, validation.scores, np.array(["b"] * len(validation.scores))
    )
    assert measure_border(network, train, others, N_CLIPS, THRESHOLD, 0.2, 0.2) is None


def test_the_border_of_all_alike_clips_still_divides(learned):
    network, train, _ = learned
    same = MetricData([train.sequences[0]] * 6, np.full(6, 90.0), np.array(["a"] * 6))
    assert measure_border(network, same, same, N_CLIPS, THRESHOLD, 0.2, 0.2) == np.float32(1e-3)


def looks_of(n_pairs: int, **given: int) -> list[Look]:
    """All looks while 60 performances are learned from, with 10 pairs a step."""
    looks: list[Look] = []
    options = LearningOptions(batch_size=10, clip_weight=0, noise=0, **given)
    pairs = PairOptions(threshold=THRESHOLD, n_similar=n_pairs // 2, n_dissimilar=n_pairs // 2)
    both = made_up(60, 1), made_up(30, 2)
    learn_metric(*both, N_CLIPS, options, pairs, SiameseOptions(), 0, looks.append)
    return looks


def test_the_loss_is_looked_at_every_few_steps_however_long_an_epoch_is():
    one_epoch = looks_of(200, n_epochs=1, look_every=6, patience=99)
    assert [look.step for look in one_epoch] == [6, 12, 18, 20]
    short = looks_of(40, n_epochs=3, look_every=6, patience=99)
    assert [look.step for look in short] == [4, 8, 12]


def test_looking_more_often_teaches_nothing_else():
    often, seldom = (looks_of(200, n_epochs=2, look_every=n, patience=99) for n in (5, 99))
    at = {look.step: look.validation_loss for look in often}
    assert [at[look.step] for look in seldom] == [look.validation_loss for look in seldom]
    means = [np.mean([look.train_loss for look in part]) for part in (often[:4], often[4:])]
    assert means == pytest.approx([look.train_loss for look in seldom])


def test_learning_stops_in_the_middle_of_an_epoch():
    looks = looks_of(20_000, n_epochs=1, look_every=5, patience=3)
    curve = Curve("network 1", tuple(looks))
    assert looks[-1].step < 2_000
    assert looks.index(curve.kept) == len(looks) - 4


def test_what_is_kept_is_the_first_of_the_least_losses():
    losses = [0.7, float("nan"), 0.5, 0.5, 0.6]
    looks = tuple(Look(step, 0.9, loss) for step, loss in enumerate(losses, 1))
    assert Curve("network 1", looks).kept.step == 3
    assert Curve("network 1", (Look(1, 0.9), Look(2, 0.8))).kept.step == 2


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_of_false_alarms_outside_0_to_1_is_refused(share):
    message = f"false_alarms is {share}: it must lie between 0 and 1"
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        LearningOptions(false_alarms=share)


def test_what_learns_nothing_is_refused():
    message = (
        "LearningOptions(learning_rate=0.001, weight_decay=0.0001, batch_size=256, n_epochs=40, "
        "look_every=0, patience=6, clip_weight=2.0, expert_share=0.2, noise=0.7, false_alarms=0.2) "
        "learns nothing: batch_size, n_epochs, look_every and patience must be 1 or more, "
        "learning_rate above 0"
    )
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        LearningOptions(look_every=0)
