import re
from dataclasses import replace

import numpy as np
import pytest

from podium.errors import ModelError, UsageError
from podium.metric.siamese import Siamese, SiameseOptions, clip_embeddings
from podium.networks.layers import LSTM, Array, Linear
from podium.scorers._heads import Joint
from podium.scorers._linear import Member

OPTIONS = SiameseOptions(n_embedding=12, n_first=9, n_second=7)
N_INPUTS = 4


@pytest.fixture
def sequences() -> Array:
    return np.random.default_rng(0).normal(size=(5, 6, N_INPUTS)).astype(np.float32)


def network(options: SiameseOptions = OPTIONS) -> Siamese:
    generator = np.random.default_rng(3)

    def drawn(*shape: int) -> Array:
        return generator.uniform(-0.5, 0.5, shape).astype(np.float32)

    def linear(n_inputs: int, n_outputs: int) -> Linear:
        return Linear(drawn(n_outputs, n_inputs), drawn(n_outputs))

    size = options.n_embedding
    n_sides = 3 if options.reads_difference and options.activation != "linear" else 2
    return Siamese(
        LSTM(drawn(4 * size, N_INPUTS), drawn(4 * size, size), drawn(4 * size), drawn(4 * size)),
        linear(n_sides * size, options.n_first),
        linear(options.n_first, options.n_second),
        linear(options.n_second, 1),
        options,
    )


def trimmed(sequences: Array, clip: int) -> Array:
    """One clip of each sequence, and zeros before it: (performances, clip + 1, dim)."""
    kept = np.zeros_like(sequences[:, : clip + 1])
    kept[:, clip] = sequences[:, clip]
    return kept


def pair_of(made: Siamese, sequences: Array) -> tuple[Array, Array]:
    return made.embedding(sequences), made.embedding(sequences[::-1])


def test_clips_are_embedded_as_the_papers_trimmed_sequences(sequences):
    made = network()
    slow = [made.embedding(trimmed(sequences, clip)) for clip in range(6)]
    np.testing.assert_allclose(
        clip_embeddings(made, sequences), np.stack(slow, axis=1), rtol=1e-5, atol=1e-6
    )


def test_similarity_does_not_depend_on_which_is_named_first(sequences):
    made = network()
    first, second = pair_of(made, sequences)
    np.testing.assert_allclose(made.similarity(first, second), made.similarity(second, first))
    assert (made.similarity(first, second) > 0).all()
    assert (made.similarity(first, second) < 1).all()


def test_a_clip_is_wholly_like_itself_and_half_at_the_border(sequences):
    made = network()
    first, second = pair_of(made, sequences)
    np.testing.assert_array_equal(made.clip_similarity(first, first), np.ones(len(first)))
    unlike = made.dissimilarity(first, second)
    assert (unlike >= 0).all()
    assert unlike.max() > 0
    np.testing.assert_allclose(unlike, made.dissimilarity(second, first), atol=1e-6)
    similarity = replace(made, clip_border=float(unlike.max())).clip_similarity(first, second)
    assert similarity[unlike.argmax()] == pytest.approx(0.5)
    assert similarity.min() == pytest.approx(0.5)


def test_what_is_more_alike_than_each_to_itself_is_no_more_than_alike():
    """D1 and D2 that add up: then a half-sum of a pair can be above that of each with itself."""
    first = Linear(np.array([[0, 0, 1], [0, 0, 0]], np.float32), np.zeros(2, np.float32))
    second = Linear(np.array([[1, 0]], np.float32), np.zeros(1, np.float32))
    output = Linear(np.array([[1]], np.float32), np.zeros(1, np.float32))
    options = SiameseOptions(1, 2, 1, reads_difference=True)
    made = Siamese(network(options).embedding, first, second, output, options)
    one, other = np.array([[0.2]], np.float32), np.array([[0.7]], np.float32)
    assert made.mean_logit(one, other).item() == pytest.approx(0.5)  # their difference
    assert made.logit(one, one).item() == made.logit(other, other).item() == 0
    assert made.dissimilarity(one, other).item() == 0
    assert made.clip_similarity(one, other).item() == 1


def test_the_border_moves_clips_only(sequences):
    made = network()
    pair = pair_of(made, sequences)
    wider = replace(made, clip_border=2.0)
    np.testing.assert_array_equal(wider.similarity(*pair), made.similarity(*pair))
    np.testing.assert_allclose(
        wider.clip_similarity(*pair), np.sqrt(made.clip_similarity(*pair)), rtol=1e-6
    )


def test_a_linear_network_splits_the_score_into_expert_and_query(sequences):
    """Paper, III-B, equations 1 to 3: the score is the expert's term plus the query's."""
    made = network(SiameseOptions(12, 9, 7, activation="linear"))
    weights = np.random.default_rng(1).normal(size=7).astype(np.float32)
    member = Member(made, Joint(), weights, bias=3.5)
    queries, experts = made.embedding(sequences), made.embedding(sequences[::-1] * 2)
    expert_terms, query_terms = member.terms(experts, queries)
    predicted = member.predict(experts, queries)
    np.testing.assert_allclose(expert_terms + query_terms, predicted, rtol=1e-5, atol=1e-5)
    # The expert's term stays the same whoever is compared with, and the other way round.
    other_terms, _ = member.terms(experts, queries[::-1])
    np.testing.assert_array_equal(other_terms, expert_terms)


def test_the_linear_score_equals_the_papers_equations_written_out(sequences):
    made = network(SiameseOptions(12, 9, 7, activation="linear"))
    query, expert = made.embedding(sequences)[:2]
    w1, b1 = made.first.weight, made.first.bias
    w2, b2 = made.second.weight, made.second.bias
    scores = []
    for left, right in ((expert, query), (query, expert)):
        y = [sum(w1[i, j] * x for j, x in enumerate([*left, *right])) + b1[i] for i in range(9)]
        z = [sum(w2[k, i] * y[i] for i in range(9)) + b2[k] for k in range(7)]
        scores.append(sum(z))
    member = Member(made, Joint(), np.ones(7, np.float32), 0.0)
    predicted = member.predict(expert[None], query[None])
    np.testing.assert_allclose(predicted[0], (scores[0] + scores[1]) / 2, rtol=1e-4, atol=1e-5)


def test_relu_does_not_split(sequences):
    made = network(SiameseOptions(12, 9, 7, activation="relu"))
    member = Member(made, Joint(), np.ones(7, np.float32), 0.0)
    queries, experts = made.embedding(sequences) * 9, made.embedding(sequences[::-1]) * -9
    expert_terms, query_terms = member.terms(experts, queries)
    assert not np.allclose(expert_terms + query_terms, member.predict(experts, queries))


def test_an_activation_that_does_not_exist_is_refused():
    message = "activation is 'gelu': choose one of relu, linear"
    with pytest.raises(UsageError, match=f"^{re.escape(message)}$"):
        SiameseOptions(activation="gelu")


# what is saved


def test_it_is_what_was_saved(sequences):
    made = replace(network(), clip_border=0.25)
    arrays = {f"network.0.{name}": values for name, values in made.arrays().items()}
    again = Siamese.from_arrays(arrays, "network.0.", N_INPUTS, OPTIONS)
    pair = pair_of(made, sequences)
    np.testing.assert_array_equal(again.clip_similarity(*pair), made.clip_similarity(*pair))
    np.testing.assert_array_equal(again.similarity(*pair), made.similarity(*pair))


def changed(name: str, values: Array | None) -> dict[str, Array]:
    arrays = {**network().arrays(), name: values}
    return {key: kept for key, kept in arrays.items() if kept is not None}


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("first.bias", None, "the array first.bias is missing"),
        ("first.bias", np.zeros(8, np.float32),
         "the array first.bias is float32 of (8,): it must be float32 of (9,)"),
        ("embedding.lstm.bias_hh_l0", np.full(48, np.nan, np.float32),
         "the array embedding.lstm.bias_hh_l0 holds numbers that are not finite"),
        ("third.weight", np.zeros(3, np.float32),
         "the array third.weight belongs to another network"),
        ("clip_border", np.zeros(1, np.float32), "the array clip_border must be above 0"),
        ("clip_border", np.zeros((), np.float32), "the array clip_border must be above 0"),
        ("clip_border", None, "the array clip_border is missing"),
        ("clip_border", np.ones(2, np.float32),
         "the array clip_border is float32 of (2,): it must be float32 of (1,)"),
    ],
)  # fmt: skip
def test_what_is_no_saved_network_is_refused(name, values, message):
    with pytest.raises(ModelError, match=f"^{re.escape(message)}$"):
        Siamese.from_arrays(changed(name, values), "", N_INPUTS, OPTIONS)
