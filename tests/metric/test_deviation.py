import re

import numpy as np
import pytest

from podium.errors import UsageError
from podium.metric.deviation import FARTHEST, Deviation, DeviationOptions, fit_deviation

N_CLIPS, DIM = 4, 5


def performances(n: int, seed: int) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Two actions far apart; a faulty clip's first number is 3 larger, and costs 15 points.

    In the first clip everything varies ten times as much as in the others.
    """
    generator = np.random.default_rng(seed)
    actions = np.array(["a", "b"])[generator.integers(0, 2, n)]
    faulty = generator.random((n, N_CLIPS)) < 0.2
    clips = generator.normal(0, 0.3, (n, N_CLIPS, DIM)).astype(np.float32)
    clips[..., 0] += 3 * faulty
    clips[:, 0] *= 10
    clips += 50 * (actions == "b")[:, None, None]
    return list(clips.astype(np.float32)), 90 - 15.0 * faulty.sum(axis=1), actions


@pytest.fixture(scope="module")
def learned() -> Deviation:
    return fit_deviation(*performances(120, 1), DeviationOptions(n_directions=DIM))


def test_a_clip_is_no_distance_from_itself(learned: Deviation) -> None:
    clips = performances(1, 2)[0][0]
    np.testing.assert_array_equal(learned.distances(clips, clips), np.zeros(N_CLIPS))
    assert not learned.differences(clips, clips).any()


def test_faulty_clips_are_beyond_the_border_at_every_place(learned: Deviation) -> None:
    queries, scores, actions = performances(300, 3)
    experts = {a: queries[np.flatnonzero((actions == a) & (scores == 90))[0]] for a in "ab"}
    beyond = np.stack(
        [learned.distances(q, experts[a]) > 1 for q, a in zip(queries, actions, strict=True)]
    )
    plain = np.stack(queries) - 50 * (actions == "b")[:, None, None]
    plain[:, 0] /= 10
    faulty = plain[..., 0] > 1.5
    assert beyond[faulty].mean() > 0.95
    assert (beyond & ~faulty).mean(axis=0).max() < 0.25


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_the_chosen_share_of_clips_of_new_good_performances_is_beyond_the_border(
    share: float,
) -> None:
    learned_from = performances(150, 4)
    options = DeviationOptions(n_directions=5, false_alarms=share, expert_share=0.15)
    deviation = fit_deviation(*learned_from, options)
    old, new = _faultless(*learned_from), _faultless(*performances(400, 10))
    found = [
        deviation.distances(query, reference) > 1
        for action in "ab"
        for query in new[action]
        for reference in old[action][:10]
    ]
    np.testing.assert_allclose(np.mean(found), share, atol=0.05)


def _faultless(
    sequences: list[np.ndarray], scores: np.ndarray, actions: np.ndarray
) -> dict[str, list[np.ndarray]]:
    return {
        action: [sequences[i] for i in np.flatnonzero((actions == action) & (scores == 90))]
        for action in "ab"
    }


def test_experts_that_cannot_be_left_out_still_give_a_border() -> None:
    sequences, scores, actions = performances(30, 11)
    options = DeviationOptions(expert_share=2 / 30)  # one pair only
    deviation = fit_deviation(sequences, scores, np.full(len(actions), "a"), options)
    assert np.isfinite(deviation.directions).all()
    assert deviation.directions.any()


def test_differences_are_in_units_of_each_place(learned: Deviation) -> None:
    sequences, _, actions = performances(400, 5)
    of_one = [s for s, a in zip(sequences, actions, strict=True) if a == "a"]
    found = np.stack([learned.differences(s, of_one[0]) for s in of_one[1:]])
    assert found.shape == (len(of_one) - 1, N_CLIPS, DIM)
    np.testing.assert_allclose(found.std(axis=0), 0.9, atol=0.2)


def test_no_difference_counts_for_more_than_the_farthest(learned: Deviation) -> None:
    clips, reference = performances(2, 12)[0]
    clips[-1, 0] = reference[-1, 0] + 1e6
    clips[-2, 0] = reference[-2, 0] - 1e6
    found = learned.differences(clips, reference)
    assert (found[-1, 0], found[-2, 0]) == (FARTHEST, -FARTHEST)


def test_clips_are_matched_from_the_end(learned: Deviation) -> None:
    clips, reference = performances(2, 6)[0]
    whole = learned.distances(clips, reference)
    np.testing.assert_allclose(learned.distances(clips[1:], reference), whole[1:], rtol=1e-5)
    longer = np.concatenate([clips[:1], clips])
    np.testing.assert_allclose(learned.distances(longer, reference)[1:], whole, rtol=1e-5)
    shorter = learned.distances(clips, reference[1:])
    np.testing.assert_allclose(shorter[1:], whole[1:], rtol=1e-5)
    differences = learned.differences(clips[1:], reference)
    assert not differences[0].any()
    np.testing.assert_array_equal(differences[1:], learned.differences(clips, reference)[1:])


def test_a_place_that_few_reach_is_judged_as_the_next_one() -> None:
    sequences, scores, actions = performances(40, 7)
    sequences[0] = np.concatenate([sequences[0][:1], sequences[0]])
    deviation = fit_deviation(sequences, scores, actions)
    assert deviation.scale.shape == (N_CLIPS + 1, DIM)
    np.testing.assert_array_equal(deviation.scale[0], deviation.scale[1])
    np.testing.assert_array_equal(deviation.directions[0], deviation.directions[1])


def test_an_action_of_one_performance_each_still_gives_a_border() -> None:
    sequences, scores, _ = performances(12, 8)
    actions = np.array([f"action {i}" for i in range(12)])
    deviation = fit_deviation(sequences, scores, actions)
    assert np.isfinite(deviation.directions).all()


def test_it_is_the_same_after_saving(learned: Deviation) -> None:
    again = Deviation.from_arrays(learned.arrays())
    clips, reference = performances(2, 9)[0]
    np.testing.assert_array_equal(
        again.distances(clips, reference), learned.distances(clips, reference)
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_directions": 0}, "n_directions must be 1 or more, and shrinkage above 0"),
        ({"shrinkage": 0.0}, "n_directions must be 1 or more, and shrinkage above 0"),
        (
            {"expert_share": 0.0},
            "expert_share must be above 0 and up to 1, false_alarms between 0 and 1",
        ),
        (
            {"false_alarms": 1.0},
            "expert_share must be above 0 and up to 1, false_alarms between 0 and 1",
        ),
    ],
)
def test_options_that_mean_nothing_are_refused(options: dict[str, float], message: str) -> None:
    values = {
        "n_directions": 16,
        "expert_share": 0.15,
        "false_alarms": 0.07,
        "shrinkage": 0.3,
    } | options
    shown = ", ".join(f"{key}={value}" for key, value in values.items())
    with pytest.raises(
        UsageError, match=rf"^{re.escape(f'DeviationOptions({shown}): {message}')}$"
    ):
        DeviationOptions(**options)
