"""Two movements beside each other: what was made different is said, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from movement.exercising import bell, curls, hidden, less_bent, plank
from podium.errors import FeatureError, UsageError
from podium.joints import mirror
from podium.joints.cuts import PERSON_CHANGES
from podium.movement import Difference, Part, compare, movement_of
from podium.movement.comparing import MIRRORED_IS_LIKER, NO_REPETITIONS, form_likeness
from podium.movement.doubts import SEEN_TOO_LITTLE

EXPERT = curls(bell(3))


def test_somebody_is_like_themselves():
    found = compare(EXPERT, EXPERT)
    assert found.form == pytest.approx(1.0)
    assert found.framing == found.person == 1.0
    assert found.differences == ()
    assert found.doubts == ()
    assert [pair.likeness for pair in found.pairs] == pytest.approx([1.0] * 3)


@pytest.mark.parametrize(("seconds", "rate"), [(1.2, 30.0), (3.5, 30.0), (2.0, 15.0), (2.0, 60.0)])
def test_another_pace_or_rate_is_no_other_form(seconds, rate):
    found = compare(curls(bell(3, seconds, rate), rate=rate), EXPERT)
    assert len(found.pairs) == 3
    assert found.form > 0.93
    assert found.differences == ()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_joint_that_bends_less_is_named_with_repetition_part_and_degrees(number):
    found = compare(curls(bell(3), left=less_bent(number, 25.0)), EXPERT)
    first, *others = found.differences
    assert (first.angle, first.repetition, first.part) == ("left elbow", number, Part.TURN)
    assert first.degrees == pytest.approx(25, abs=4)
    assert first.ours_degrees - first.theirs_degrees == pytest.approx(first.degrees)
    turn = 0.5 + 2 * number + 1
    assert first.start_seconds < turn < first.end_seconds
    assert others == []
    assert found.form < 0.99


def test_the_most_important_comes_first():
    found = compare(curls(bell(3), left=lambda elbow: elbow + 40), EXPERT)
    weights = [one.importance for one in found.differences]
    assert weights == sorted(weights, reverse=True)
    assert {one.angle for one in found.differences} == {"left elbow"}
    assert len(found.differences) == 3, "once a repetition"


def test_each_repetition_stands_beside_the_one_it_is_most_like():
    changed = curls(bell(3), left=less_bent(1, 60.0))
    found = compare(changed, changed)
    assert [(pair.ours, pair.theirs) for pair in found.pairs][1] == (1, 1)


def test_form_framing_and_person_are_kept_apart():
    nearer = compare(curls(bell(3), size=0.5, aside=0.2), EXPERT)
    assert nearer.form == pytest.approx(1.0, abs=0.01)
    assert nearer.framing is not None
    assert nearer.framing < 0.6
    assert nearer.person == pytest.approx(1.0)
    longer = compare(curls(bell(3), arms=1.4), EXPERT)
    assert longer.person is not None
    assert longer.person < 0.6
    assert longer.form > 0.9
    assert longer.framing is not None
    assert longer.framing > 0.8


def test_without_a_picture_framing_is_not_known():
    assert compare(replace(EXPERT, width=0.0), EXPERT).framing is None


def test_the_other_hand_is_noticed_and_compared_as_asked():
    one_arm = curls(bell(3), left=lambda elbow: np.full_like(elbow, 170.0))
    other_arm = mirror(one_arm)
    found = compare(one_arm, other_arm)
    assert found.other_way is not None
    assert found.other_way > found.form + 0.2
    assert [doubt.kind for doubt in found.doubts] == [MIRRORED_IS_LIKER]
    turned = compare(one_arm, other_arm, mirrored=True)
    assert turned.is_mirrored
    assert turned.form == pytest.approx(found.other_way)
    assert turned.form == pytest.approx(1.0)
    assert turned.other_way == pytest.approx(found.form)
    assert turned.doubts == ()


@pytest.mark.parametrize(("metres", "length"), [(0.0, None), (1.4, 0.14)])
def test_hips_that_sink_are_said_in_lengths_where_one_is_known(metres, length):
    still = np.zeros(90)
    sunk = np.where(np.arange(90) >= 30, 0.1, 0.0)
    found = compare(plank(sunk, metres=metres), plank(still, metres=metres))
    [line] = [one for one in found.differences if one.angle == "body line"]
    assert line.sink_bodies == pytest.approx(0.1, abs=0.01)
    assert line.sink_metres == (length and pytest.approx(length, abs=0.015))
    assert (line.repetition, line.part) == (None, None)
    assert line.start_seconds == pytest.approx(1.0, abs=0.2)
    assert line.end_seconds == pytest.approx(89 / 30, abs=0.1)


def test_where_nothing_repeats_the_whole_is_compared_and_that_is_said():
    found = compare(plank(np.zeros(60)), plank(np.zeros(90)), theirs_name="expert.mp4")
    assert [(pair.ours, pair.theirs) for pair in found.pairs] == [(None, None)]
    assert found.doubts == (NO_REPETITIONS(), NO_REPETITIONS(about="expert.mp4"))


def test_a_side_that_only_one_shows_is_compared_with_the_one_the_other_shows():
    found = compare(hidden(EXPERT, "left"), hidden(EXPERT, "right"))
    assert "elbow" in found.names
    assert "left elbow" not in found.names
    assert found.form > 0.95


def test_two_who_show_no_joint_in_common_are_refused():
    nobody = replace(EXPERT, visibility=np.zeros_like(EXPERT.visibility))
    with pytest.raises(
        FeatureError,
        match=r"^no joint was seen in both for long enough to be compared: choose videos in which "
        r"the whole person is in the picture$",
    ):
        compare(nobody, EXPERT)


def test_likeness_of_form_alone_is_the_same_number():
    changed = curls(bell(3), left=less_bent(1, 40.0))
    alone = form_likeness(movement_of(changed), movement_of(EXPERT))
    assert alone == compare(changed, EXPERT).form


def test_a_difference_of_no_number_is_refused():
    with pytest.raises(UsageError, match=r"^degrees is nan: it must be a finite number$"):
        Difference("trunk", float("nan"), 1.0, 2.0, 8.0, None, None, 0.0, 1.0)


def unseen_in(joints, share: float):
    """The same joints, of which in this share of the frames none was seen."""
    visibility = np.array(joints.visibility)
    visibility[: round(share * len(joints))] = 0
    return replace(joints, visibility=visibility)


def test_whoever_is_seen_in_too_few_frames_is_not_compared():
    found = compare(unseen_in(EXPERT, 0.2), EXPERT, theirs_name="expert.mp4")
    assert found.doubts[0] == SEEN_TOO_LITTLE(percent=80.0)
    assert found.is_withheld
    other = compare(EXPERT, unseen_in(EXPERT, 0.2), theirs_name="expert.mp4")
    assert SEEN_TOO_LITTLE(percent=80.0, about="expert.mp4") in other.doubts
    assert other.is_withheld
    assert not compare(unseen_in(EXPERT, 0.05), EXPERT).is_withheld


def test_a_cut_in_either_withholds_the_likeness():
    cut = replace(EXPERT, doubts=(PERSON_CHANGES(seconds=2.0),))
    assert compare(cut, EXPERT).doubts == (PERSON_CHANGES(seconds=2.0),)
    other = compare(EXPERT, cut, theirs_name="expert.mp4")
    assert other.doubts == (PERSON_CHANGES(seconds=2.0, about="expert.mp4"),)
    assert other.is_withheld
