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
    phase_points,
    remarks,
)
from podium.assessment.worth import LEAST_POINTS, Exchange, Worth

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


def added(clips):
    """What clips are worth, as if it were the sum of what each contributes."""
    known = {one.index: one.contribution for one in clips}

    def worth_of(indices, moment):
        if not set(indices) <= set(known):
            return None
        points = sum(known[index] for index in indices)
        return Worth(points, points - 0.5, points + 0.5, 3)

    return worth_of


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
    worth = Worth(-3.14, -5.0, -1.26, 4)
    (made,) = remarks([clip(0, 0.9), clip(1, 0.25, -9, "water_entry")], lambda *_: worth)
    assert made == Remark(
        0.5, 1.0, -3.14,
        "about the water-entry: less like the expert than any other moment (similarity 0.25)",
        "least", "water_entry", 0.25, -5.0, -1.26,
    )  # fmt: skip
    assert str(made) == (
        "0.5-1.0 s  -3.1 (-5.0 to -1.3)  about the water-entry: less like the expert than any "
        "other moment (similarity 0.25)"
    )


def test_a_remark_on_features_without_times_says_so():
    remark = Remark(float("nan"), float("nan"), -1.0, "unlike the expert")
    assert str(remark) == "time not known  -1.0  unlike the expert"


def test_only_the_least_similar_is_called_so():
    second, first = remarks([clip(0, 0.4, -1), clip(1, 0.9), clip(2, 0.3, -2)])
    assert first.words == "less like the expert than any other moment (similarity 0.30)"
    assert second.words == "unlike the expert (similarity 0.40)"


def test_a_remark_of_a_comparison_names_no_cost():
    (made,) = remarks([clip(0, 0.1, None)])
    assert made.contribution is None
    assert str(made) == ("0.0-0.5 s  less like the expert than any other moment (similarity 0.10)")


def test_neighbours_of_one_moment_are_one_remark():
    clips = [clip(0, 0.4, -1, "flight"), clip(1, 0.3, -2, "flight"), clip(2, 0.2, -4, "entry")]
    entry, flight = remarks(clips, added(clips))
    assert (entry.start_seconds, entry.end_seconds, entry.contribution) == (1.0, 1.5, -4)
    assert (flight.start_seconds, flight.end_seconds, flight.contribution) == (0.0, 1.0, -3)
    assert flight.words == "about the flight: unlike the expert (similarity 0.30)"


def test_clips_with_another_between_them_are_two_remarks():
    assert len(remarks([clip(0, 0.4), clip(1, 0.6), clip(2, 0.4)])) == 2


def test_the_costliest_comes_first_and_equals_keep_their_time():
    clips = [clip(0, 0.4, -1), clip(2, 0.4, -5), clip(4, 0.4, 2), clip(6, 0.4, -1)]
    assert [r.start_seconds for r in remarks(clips, added(clips))] == [1.0, 0.0, 3.0, 2.0]
    plain = [clip(index, 0.4, None) for index in (0, 2, 4)]
    assert [r.start_seconds for r in remarks(plain)] == [0.0, 1.0, 2.0]


def test_a_gain_does_not_stand_among_what_cost_points():
    clips = [clip(0, 0.4, 2), clip(2, 0.4, -5), clip(4, 0.4), clip(6, 0.4, -1)]
    worth = added([clips[0], clips[1], clips[3]])
    found = group_remarks(remarks(clips, worth))
    assert list(found) == ["costs", "gains", "apart"]
    assert [r.contribution for r in found["costs"]] == [-5, -1]
    assert [r.contribution for r in found["gains"]] == [2]
    assert [r.start_seconds for r in found["apart"]] == [2.0]
    assert group_remarks(()) == {}


def test_remarks_of_a_comparison_stand_apart():
    made = remarks([clip(0, 0.4, None)])
    assert group_remarks(made) == {"apart": made}


def test_what_phases_are_worth_is_asked_phase_by_phase():
    clips = [
        clip(0, 0.9, 1, "flight"),
        clip(1, 0.9, 1, "flight"),
        clip(2, 0.9),
        clip(3, 0.9, -4, "entry"),
    ]
    asked = []
    found = phase_points(clips, lambda *what: asked.append(what))
    assert found == ()
    assert asked == [([0, 1], "flight"), ([3], "entry")]
    assert [(one.phase, one.worth.points) for one in phase_points(clips, added(clips))] == [
        ("flight", 2), ("entry", -4),
    ]  # fmt: skip


# what moments are worth


class Summing:
    """Scores by the sum of all clips: an exchange changes it by what differs."""

    def compare(self, queries, references):
        return np.array([[q.features.values.sum() for _ in references] for q in queries])


def of(make_sample, id_: str, *clips: float, action: str = "407"):
    return make_sample(id_, np.array(clips, np.float32)[:, None], action=action)


def test_experts_in_place_of_a_moment_say_what_it_is_worth_and_how_surely(make_sample):
    query = of(make_sample, "q", 1, 1, 1, 1)
    experts = [of(make_sample, f"e{n}", 1, 1, 2 + n, 3 + n) for n in range(4)]
    worth = Exchange(Summing(), query, experts[:1], experts)([2, 3], "entry")
    gains = np.array([3.0, 5, 7, 9])
    assert (worth.points, worth.n_experts) == (-6.0, 4)
    assert [worth.low, worth.high] == pytest.approx(np.percentile(-gains, [5, 95]))


@pytest.mark.parametrize("moment", ["take_off", "flight", ""])
def test_before_the_entry_only_experts_of_the_action_are_asked(make_sample, moment):
    query = of(make_sample, "q", 1, 1)
    others = [of(make_sample, f"o{n}", 5, 5, action="107") for n in range(5)]
    same = [of(make_sample, f"e{n}", 3, 3) for n in range(3)]
    ask = Exchange(Summing(), query, same[:1], [*others, *same])
    assert ask([0], moment).points == -2
    assert ask([0], "splash").n_experts == 8
    assert Exchange(Summing(), query, same[:1], [*others, same[1]])([0], moment) is None


def test_where_experts_do_not_agree_nothing_is_said(make_sample):
    query = of(make_sample, "q", 1, 1)
    apart = [of(make_sample, f"e{n}", 1, value) for n, value in enumerate((0, 3, 5))]
    assert Exchange(Summing(), query, apart)([1], "entry") is None
    little = [of(make_sample, f"e{n}", 1, 1 + LEAST_POINTS / 2) for n in range(3)]
    assert Exchange(Summing(), query, little)([1], "entry") is None


def test_nobody_is_his_own_expert_and_a_few_are_enough(make_sample):
    query = of(make_sample, "q", 1, 1)
    many = [of(make_sample, f"e{n}", 1, 4) for n in range(30)]
    assert Exchange(Summing(), query, [query, *many])([1], "splash").n_experts == 8
    assert Exchange(Summing(), query, [query, *many[:2]])([1], "splash") is None
