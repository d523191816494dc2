import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages import whole
from podium.errors import FeatureError
from podium.metric.embedding import Normaliser, fit_normaliser, pad


def clips(n: int = 200, dim: int = 6, seed: int = 0) -> np.ndarray:
    """Correlated numbers of very different scales."""
    generator = np.random.default_rng(seed)
    mixed = generator.normal(size=(n, dim)) @ generator.normal(size=(dim, dim))
    return (mixed * 10.0 ** np.arange(-2, dim - 2) + 5).astype(np.float32)


# normaliser


@pytest.mark.parametrize("n_components", [1, 3, 6, 50])
def test_the_first_component_has_unit_variance_and_the_others_less(n_components):
    values = clips()
    normaliser = fit_normaliser(values, n_components)
    normalised = normaliser(values)
    assert normalised.dtype == np.float32
    assert normalised.shape == (200, min(n_components, 6)) == (200, normaliser.dim)
    variances = normalised.var(axis=0)
    assert variances[0] == pytest.approx(1, rel=1e-3)
    assert (np.diff(variances) < 1e-6).all()
    np.testing.assert_allclose(normalised.mean(axis=0), 0, atol=1e-3)


def test_components_are_those_of_the_singular_values():
    values = clips().astype(np.float64)
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    _, singular, directions = np.linalg.svd(scaled, full_matrices=False)
    sizes = singular / np.sqrt(len(values))
    components = fit_normaliser(clips(), 4).components
    for i in range(4):
        expected = directions[i] / np.sqrt(sizes[i] * sizes[0])
        expected *= np.sign(expected @ components[:, i])
        np.testing.assert_allclose(components[:, i], expected, rtol=1e-3, atol=1e-4)


def test_components_are_orthogonal_and_uncorrelated():
    values = clips()
    normaliser = fit_normaliser(values, 6)
    lengths = np.linalg.norm(normaliser.components, axis=0)
    unit = normaliser.components / lengths
    np.testing.assert_allclose(unit.T @ unit, np.eye(6), atol=1e-5)
    correlations = np.corrcoef(normaliser(values).T)
    np.testing.assert_allclose(correlations, np.eye(6), atol=5e-3)


def test_the_scale_of_a_feature_does_not_matter():
    values = clips()
    one = fit_normaliser(values, 3)(values)
    other = fit_normaliser(values * 1000, 3)(values * 1000)
    np.testing.assert_allclose(one, other, atol=1e-3)


@pytest.mark.parametrize(
    "values",
    [np.full((20, 4), 7.0), np.zeros((20, 4)), np.ones((1, 4)), clips(2), clips(3, 10)],
    ids=["constant", "zeros", "one clip", "two clips", "fewer clips than numbers"],
)
def test_little_to_learn_from_gives_finite_numbers(values):
    values = values.astype(np.float32)
    normaliser = fit_normaliser(values, 3)
    assert normaliser.dim >= 1
    assert np.isfinite(normaliser(values)).all()


def test_a_feature_that_never_changes_is_left_out_of_the_scale():
    values = clips()
    values[:, 2] = 3
    assert np.isfinite(fit_normaliser(values, 6)(values)).all()
    assert fit_normaliser(values, 6).scale[2] == 1


def test_features_of_another_length_are_refused():
    normaliser = fit_normaliser(clips(), 3)
    message = (
        "features have 5 numbers per clip, but the model reads 6: use the backbone that the model "
        "was trained with"
    )
    with pytest.raises(FeatureError, match=whole(message)):
        normaliser(clips(dim=5))


def test_a_normaliser_survives_being_saved():
    normaliser = fit_normaliser(clips(), 3)
    again = Normaliser.from_arrays(normaliser.arrays())
    np.testing.assert_array_equal(again(clips(seed=1)), normaliser(clips(seed=1)))


def test_what_it_is_fitted_to_is_left_as_it_was():
    values = clips()
    before = values.copy()
    fit_normaliser(values, 3)(values)
    np.testing.assert_array_equal(values, before)


# padding


@given(lengths=st.lists(st.integers(1, 8), min_size=1, max_size=5), n_clips=st.integers(1, 10))
def test_zeros_come_first_and_all_end_together(lengths, n_clips):
    sequences = [np.full((n, 2), i + 1, np.float32) for i, n in enumerate(lengths)]
    longest = max(n_clips, *lengths) if lengths else n_clips
    expected = [
        [[0.0, 0.0]] * (longest - n) + [[i + 1.0, i + 1.0]] * n for i, n in enumerate(lengths)
    ]
    assert pad(sequences, n_clips).tolist() == expected


def test_padding_keeps_the_order_of_clips():
    sequence = np.arange(6, dtype=np.float32).reshape(3, 2)
    assert pad([sequence], 4).tolist() == [[[0, 0], [0, 1], [2, 3], [4, 5]]]
    assert pad([sequence[::-1]], 3).tolist() == [[[4, 5], [2, 3], [0, 1]]]
