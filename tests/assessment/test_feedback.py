from dataclasses import replace

import numpy as np
import pytest

from podium.assessment.feedback import (
    FAULTY_BELOW,
    Chapter,
    ClipFeedback,
    Remark,
    chapters,
    clip_feedback,
    group_remarks,
    remarks,
)

WEIGHTS = np.array([1.0, -2.0, 0.5])


class Comparing:
    """Scores by the product of the clips' sums, and finds clips alike as a table says."""

    def __init__(self, *similarities: list[float]) -> None:
        self.similarities = list(similarities)

    def compare(self, queries, references):
        return np.array([[self.one(q, r) for r in references] for q in queries])

    def one(self, query, reference) -> float:
        clips = [10 + float(row @ WEIGHTS) for row in query.features.values]
        return sum(clips) * clips[-1] - 3 * float(reference.features.values.sum())

    def clip_similarity(self, query, reference):
        return np.array(self.similarities.pop(0))


def clip(index: int, similarity: float, cost: float | None = -1.0, moment: str = ""):
    faulty = similarity < FAULTY_BELOW
    return ClipFeedback(index, index * 0.5, index * 0.5 + 0.5, similarity, cost, faulty, moment)


# clip by clip


def obvious_contribution(scorer, query, reference, index: int) -> float:
    ours = [row.copy() for row in query.features.values]
    theirs = list(reference.features.values)
    while len(theirs) < len(ours):
        theirs.insert(0, theirs[0])
    theirs = theirs[len(theirs) - len(ours) :]
    exchanged = [*ours[:index], theirs[index], *ours[index + 1 :]]
    other = replace(query, features=replace(query.features, values=np.array(exchanged)))
    return scorer.one(query, reference) - scorer.one(other, reference)


@pytest.mark.parametrize("n_ours", [1, 3, 5])
@pytest.mark.parametrize("n_theirs", [1, 3, 4])
def test_a_contribution_is_what_the_exchange_of_a_clip_changes(make_sample, n_ours, n_theirs):
    query = make_sample("q", n_clips=n_ours)
    experts = [make_sample("r", n_clips=n_theirs), make_sample("s", n_clips=4)]
    scorer = Comparing([0.6] * n_ours, [0.8] * n_ours)
    before = query.features.values.copy()
    for index, made in enumerate(clip_feedback(scorer, query, experts)):
        one, other = (obvious_contribution(scorer, query, expert, index) for expert in experts)
        assert made.contribution == pytest.approx((one + other) / 2)
    np.testing.assert_array_equal(query.features.values, before)


def test_the_experts_own_clips_contribute_nothing(make_sample):
    query = make_sample("q")
    same = replace(query, performance=make_sample("r").performance)
    assert [c.contribution for c in clip_feedback(Comparing([1] * 4), query, [same])] == [0] * 4


def test_similarities_are_means_over_the_references_and_mark_the_faulty(make_sample):
    scorer = Comparing([0.2, 0.5, 0.9], [0.6, 0.5, 1.0])
    experts = [make_sample("r"), make_sample("s")]
    made = clip_feedback(scorer, make_sample("q", n_clips=3), experts)
    assert [c.similarity for c in made] == pytest.approx([0.4, 0.5, 0.95])
    assert [c.faulty for c in made] == [True, False, False]


def test_clips_carry_their_times_and_places(make_sample):
    query = make_sample("q", n_clips=3)
    made = clip_feedback(Comparing([1, 1, 1]), query, [make_sample("r")])
    assert [(c.index, c.start_seconds, c.end_seconds) for c in made] == [
        (0, 0.0, 1.0), (1, 1.0, 2.0), (2, 2.0, 3.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("n_clips", "expected"),
    [
        (2, ["flight", "entry"]),
        (3, ["take-off", "flight", "entry"]),
        (5, ["take-off", "take-off", "take-off", "flight", "entry"]),
    ],
)
def test_moments_are_counted_from_the_end(make_sample, n_clips, expected):
    query, moments = make_sample("q", n_clips=n_clips), ("take-off", "flight", "entry")
    made = clip_feedback(Comparing([1] * n_clips), query, [make_sample("r")], moments)
    assert [c.moment for c in made] == expected


def test_without_moments_none_are_named(make_sample):
    made = clip_feedback(Comparing([1] * 4), make_sample("q"), [make_sample("r")])
    assert [c.moment for c in made] == [""] * 4


def test_a_mere_comparison_has_no_contributions(make_sample):
    made = clip_feedback(
        Comparing([1] * 4), make_sample("q"), [make_sample("r")], with_contributions=False
    )
    assert [c.contribution for c in made] == [None] * 4


# chapters


def test_neighbours_of_one_moment_are_a_chapter():
    made = chapters(
        [clip(0, 0.9, 0, "flight"), clip(1, 0.1, 0, "flight"), clip(2, 0.9, 0, "entry")]
    )
    assert made == (Chapter("flight", 0.0, 1.0, True), Chapter("entry", 1.0, 1.5, False))


def test_without_moments_every_clip_is_a_chapter_and_without_times_none():
    assert len(chapters([clip(0, 0.9), clip(1, 0.9)])) == 2
    unknown = replace(clip(0, 0.9), start_seconds=float("nan"))
    assert chapters([unknown]) == ()


# remarks


def test_clips_like_the_experts_need_no_remark():
    assert remarks([]) == ()
    assert remarks([clip(0, 0.5), clip(1, 0.9)]) == ()


def test_a_remark_says_when_what_it_cost_and_why():
    (made,) = remarks([clip(0, 0.9), clip(1, 0.25, -3.14, "water_entry")])
    assert made == Remark(
        0.5, 1.0, -3.14,
        "about the water-entry: less like the expert than any other moment (similarity 0.25)",
        "least", "water_entry", 0.25,
    )  # fmt: skip
    assert str(made) == (
        "0.5-1.0 s  -3.1  about the water-entry: less like the expert than any other moment "
        "(similarity 0.25)"
    )


def test_a_remark_on_features_without_times_says_so():
    remark = Remark(float("nan"), float("nan"), -1.0, "unlike the expert")
    assert str(remark) == "time not known  -1.0  unlike the expert"


def test_only_the_least_similar_is_called_so():
    first, second = remarks([clip(0, 0.4, -1), clip(1, 0.9), clip(2, 0.3, -2)])
    assert first.words == "less like the expert than any other moment (similarity 0.30)"
    assert second.words == "unlike the expert (similarity 0.40)"


def test_a_clip_that_costs_points_is_remarked_though_it_is_alike():
    assert remarks([clip(0, 0.7, -1.0), clip(1, 0.8, 3.0)]) == ()
    first, second = remarks([clip(0, 0.2, -2.0), clip(1, 0.7, -1.1), clip(2, 0.8, -3.0)])
    assert first.words == "cost points, though not unlike the expert (similarity 0.70)"
    assert first.contribution == pytest.approx(-4.1)
    assert second.words == "less like the expert than any other moment (similarity 0.20)"


def test_a_remark_of_a_comparison_names_no_cost():
    (made,) = remarks([clip(0, 0.1, None)])
    assert made.contribution is None
    assert str(made) == ("0.0-0.5 s  less like the expert than any other moment (similarity 0.10)")


def test_neighbours_of_one_moment_are_one_remark():
    clips = [clip(0, 0.4, -1, "flight"), clip(1, 0.3, -2, "flight"), clip(2, 0.2, -4, "entry")]
    entry, flight = remarks(clips)
    assert (entry.start_seconds, entry.end_seconds, entry.contribution) == (1.0, 1.5, -4)
    assert (flight.start_seconds, flight.end_seconds, flight.contribution) == (0.0, 1.0, -3)
    assert flight.words == "about the flight: unlike the expert (similarity 0.30)"


def test_clips_with_another_between_them_are_two_remarks():
    assert len(remarks([clip(0, 0.4), clip(1, 0.6), clip(2, 0.4)])) == 2


def test_the_costliest_comes_first_and_equals_keep_their_time():
    clips = [clip(0, 0.4, -1), clip(2, 0.4, -5), clip(4, 0.4, 2), clip(6, 0.4, -1)]
    assert [r.start_seconds for r in remarks(clips)] == [1.0, 0.0, 3.0, 2.0]
    plain = [clip(index, 0.4, None) for index in (0, 2, 4)]
    assert [r.start_seconds for r in remarks(plain)] == [0.0, 1.0, 2.0]


def test_a_gain_does_not_stand_among_what_cost_points():
    made = remarks([clip(0, 0.4, 2), clip(2, 0.4, -5), clip(4, 0.4, -0.04), clip(6, 0.4, -1)])
    found = group_remarks(made)
    assert list(found) == ["costs", "gains"]
    assert [r.contribution for r in found["costs"]] == [-5, -1]
    assert [str(r).split()[2] for r in found["gains"]] == ["+0.0", "+2.0"]
    assert group_remarks(()) == {}


def test_remarks_of_a_comparison_stand_apart():
    made = remarks([clip(0, 0.4, None)])
    assert group_remarks(made) == {"apart": made}
