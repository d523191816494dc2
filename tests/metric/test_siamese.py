import re

import numpy as np
import pytest
import torch

from podium.errors import UsageError
from podium.metric.siamese import Siamese, SiameseOptions, clip_embeddings
from podium.scorers._heads import Joint
from podium.scorers._linear import Member

OPTIONS = SiameseOptions(n_embedding=12, n_first=9, n_second=7)


@pytest.fixture
def sequences() -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).normal(size=(5, 6, 4)).astype(np.float32))


def network(options: SiameseOptions = OPTIONS) -> Siamese:
    torch.manual_seed(0)
    return Siamese(4, options).eval()


def trimmed(sequences: torch.Tensor, clip: int) -> torch.Tensor:
    """One clip of each sequence, and zeros before it: (performances, clip + 1, dim)."""
    kept = torch.zeros_like(sequences[:, : clip + 1])
    kept[:, clip] = sequences[:, clip]
    return kept


def test_clips_are_embedded_as_the_papers_trimmed_sequences(sequences: torch.Tensor) -> None:
    made = network()
    with torch.inference_mode():
        slow = [made.embedding(trimmed(sequences, clip)) for clip in range(6)]
        torch.testing.assert_close(
            clip_embeddings(made, sequences), torch.stack(slow, dim=1), rtol=1e-5, atol=1e-6
        )


def test_similarity_does_not_depend_on_which_is_named_first(sequences: torch.Tensor) -> None:
    made = network()
    with torch.inference_mode():
        first, second = made.embedding(sequences), made.embedding(sequences.flip(0))
        torch.testing.assert_close(made.similarity(first, second), made.similarity(second, first))
        assert (made.similarity(first, second) > 0).all()
        assert (made.similarity(first, second) < 1).all()


def test_a_clip_is_wholly_like_itself_and_half_at_the_border(sequences: torch.Tensor) -> None:
    made = network()
    with torch.inference_mode():
        first, second = made.embedding(sequences), made.embedding(sequences.flip(0))
        torch.testing.assert_close(made.clip_similarity(first, first), torch.ones(len(first)))
        unlike = made.dissimilarity(first, second)
        assert (unlike >= 0).all()
        assert unlike.max() > 0
        torch.testing.assert_close(unlike, made.dissimilarity(second, first))
        made.clip_border.fill_(float(unlike.max()))
        similarity = made.clip_similarity(first, second)
    assert similarity[unlike.argmax()].item() == pytest.approx(0.5)
    assert similarity.min().item() == pytest.approx(0.5)


def test_what_is_more_alike_than_each_to_itself_is_no_more_than_alike() -> None:
    """D1 and D2 that add up: then a half-sum of a pair can be above that of each with itself."""
    made = network(SiameseOptions(1, 2, 1, reads_difference=True))
    with torch.inference_mode():
        for layer in (made.first, made.second, made.output):
            layer.weight.zero_()
            layer.bias.zero_()
        made.first.weight[0, 2] = made.second.weight[0, 0] = made.output.weight[0, 0] = 1.0
        one, other = torch.tensor([[0.2]]), torch.tensor([[0.7]])
        assert made.mean_logit(one, other).item() == pytest.approx(0.5)  # their difference
        assert made.logit(one, one).item() == made.logit(other, other).item() == 0
        assert made.dissimilarity(one, other).item() == 0
        assert made.clip_similarity(one, other).item() == 1


def test_the_border_moves_clips_only(sequences: torch.Tensor) -> None:
    made = network()
    with torch.inference_mode():
        pair = made.embedding(sequences), made.embedding(sequences.flip(0))
        whole, clip = made.similarity(*pair), made.clip_similarity(*pair)
        made.clip_border.fill_(2.0)
        torch.testing.assert_close(made.similarity(*pair), whole)
        torch.testing.assert_close(made.clip_similarity(*pair), clip.sqrt())


def test_a_linear_network_splits_the_score_into_expert_and_query(sequences: torch.Tensor) -> None:
    """Paper, III-B, equations 1 to 3: the score is the expert's term plus the query's."""
    made = network(SiameseOptions(12, 9, 7, activation="linear"))
    weights = torch.from_numpy(np.random.default_rng(1).normal(size=7).astype(np.float32))
    member = Member(made, Joint(), weights, bias=3.5)
    with torch.inference_mode():
        queries = made.embedding(sequences)
        experts = made.embedding(sequences.flip(0) * 2)
        expert_terms, query_terms = member.terms(experts, queries)
        torch.testing.assert_close(expert_terms + query_terms, member.predict(experts, queries))
        # The expert's term stays the same whoever is compared with, and the other way round.
        other_terms, _ = member.terms(experts, queries.flip(0))
        torch.testing.assert_close(other_terms, expert_terms)


def test_the_linear_score_equals_the_papers_equations_written_out(sequences: torch.Tensor) -> None:
    made = network(SiameseOptions(12, 9, 7, activation="linear"))
    weights = torch.ones(7)
    with torch.inference_mode():
        query, expert = made.embedding(sequences)[0], made.embedding(sequences)[1]
        w1, b1 = made.first.weight, made.first.bias
        w2, b2 = made.second.weight, made.second.bias
        scores = []
        for left, right in ((expert, query), (query, expert)):
            y = [sum(w1[i, j] * x for j, x in enumerate([*left, *right])) + b1[i] for i in range(9)]
            z = [sum(w2[k, i] * y[i] for i in range(9)) + b2[k] for k in range(7)]
            scores.append(sum(z))
        predicted = Member(made, Joint(), weights, 0.0).predict(expert[None], query[None])
        torch.testing.assert_close(predicted[0], (scores[0] + scores[1]) / 2, rtol=1e-4, atol=1e-5)


def test_relu_does_not_split(sequences: torch.Tensor) -> None:
    made = network(SiameseOptions(12, 9, 7, activation="relu"))
    member = Member(made, Joint(), torch.ones(7), 0.0)
    with torch.inference_mode():
        queries, experts = made.embedding(sequences) * 9, made.embedding(sequences.flip(0)) * -9
        expert_terms, query_terms = member.terms(experts, queries)
        assert not torch.allclose(expert_terms + query_terms, member.predict(experts, queries))


def test_an_activation_that_does_not_exist_is_refused() -> None:
    message = "activation is 'gelu': choose one of relu, linear"
    with pytest.raises(UsageError, match=f"^{re.escape(message)}$"):
        SiameseOptions(activation="gelu")
