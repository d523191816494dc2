from dataclasses import replace

import numpy as np
import pytest

from messages import whole
from podium.errors import ModelError, UsageError
from podium.keypoints import BLAZEPOSE, COCO, KINECT, Angles, Keypoints, Layout
from podium.performance import Performance
from podium.scorers import ScorerState
from podium.scorers._body_angles import BENT, series_of
from podium.scorers._picture_angles import ALL, series_in_picture
from podium.scorers._trees import Trees, grow
from podium.scorers.angle_statistics import (
    AngleStatistics,
    AngleStatisticsOptions,
    smoothed,
    statistics,
)

LEFT_ELBOW = 0
"""The place of the left elbow among the numbers of a frame."""


def standing(skeleton=KINECT, bend: float = 90.0, n_dims: int = 3) -> np.ndarray:
    """A body that stands upright and bends its left elbow so far, (1, joints, dims)."""
    joints = {
        "shoulder": (0.2, 1.4, 0), "elbow": (0.2, 1.1, 0), "wrist": (0.2, 0.8, 0),
        "hip": (0.15, 0.9, 0), "knee": (0.15, 0.5, 0), "ankle": (0.15, 0.1, 0),
    }  # fmt: skip
    body = np.zeros((1, len(skeleton), 3))
    for name, (x, y, z) in joints.items():
        for side, sign in (("left", 1), ("right", -1)):
            body[0, skeleton.index(f"{side} {name}")] = sign * x, y, z
    turn = np.radians(180 - bend)
    elbow = body[0, skeleton.index("left elbow")]
    body[0, skeleton.index("left wrist")] = elbow + 0.3 * np.array([np.sin(turn), -np.cos(turn), 0])
    return body[:, :, :n_dims]


@pytest.mark.parametrize("skeleton", [KINECT, COCO], ids=["kinect", "coco"])
@pytest.mark.parametrize("n_dims", [2, 3])
@pytest.mark.parametrize("bend", [30.0, 90.0, 170.0])
def test_a_joint_is_bent_as_far_as_it_is(skeleton, n_dims, bend):
    body = standing(skeleton, bend, n_dims)
    found = series_of(body, Layout("positions", len(skeleton), n_dims))
    assert BENT[0][1] == "{side} elbow"
    assert found[0, LEFT_ELBOW] == pytest.approx(bend)
    assert found[0, LEFT_ELBOW + 1] == pytest.approx(180)


def test_where_it_stands_how_tall_it_is_and_which_way_it_faces_play_no_part():
    body = np.concatenate([standing(bend=bend) for bend in (60, 90, 120)])
    turn = np.radians(35)
    turned = body @ np.array(
        [[np.cos(turn), 0, -np.sin(turn)], [0, 1, 0], [np.sin(turn), 0, np.cos(turn)]]
    )
    layout = Layout("positions", len(KINECT), 3)
    other = 1.7 * turned + np.array([3.0, -1.0, 2.0])
    np.testing.assert_allclose(series_of(other, layout), series_of(body, layout), atol=1e-6)


def test_angles_go_on_beyond_half_a_turn():
    degrees = np.zeros((4, 2, 3))
    degrees[:, 0, 0] = 170, 178, -174, -166
    degrees[:, 1, 2] = np.nan
    found = Angles.of(degrees)
    np.testing.assert_allclose(found.degrees[:, 0, 0], [170, 178, 186, 194])
    assert (found.degrees[:, 1] == 0).all()
    assert found.layout == "angles-2x3"
    assert [doubt.kind.name for doubt in found.doubts] == ["keypoints_filled"]


def test_speeds_and_ranges_are_those_of_the_movement(make_sample):
    degrees = np.zeros((33, 1, 3), np.float32)
    degrees[:, 0, 1] = 2 * np.arange(33)
    sample = make_sample("a", Angles(degrees).clips())
    facts = replace(sample.features.video, n_used=33, n_frames=33)
    features = replace(sample.features, backbone="file-angles-1x3", video=facts)
    options = AngleStatisticsOptions(n_smoothed=1)
    found = statistics(replace(sample, features=features), options)
    low, high = found[0 * 3 + 1], found[6 * 3 + 1]
    assert (low, high) == (0, 64)
    assert found[9 * 3 + 1] == 2  # the median speed, degrees a frame
    assert found[-1] == pytest.approx(np.log(33))


def at_rate(sample, frames_per_second: float | None):
    """The same, recorded at another rate."""
    n = len(sample.features)
    ends = 16 * np.arange(1, n + 1) / (frames_per_second or np.nan)
    facts = replace(sample.features.video, n_used=16 * n, n_frames=16 * n)
    return replace(
        sample,
        features=replace(
            sample.features, start_seconds=ends - ends[0], end_seconds=ends, video=facts
        ),
    )


def swing(make_sample, hertz: float, n_frames: int):
    degrees = np.zeros((n_frames, 1, 3), np.float32)
    degrees[:, 0, 0] = 40 * np.sin(np.arange(n_frames) / hertz * 4)
    sample = make_sample("swing", Angles(degrees).clips())
    features = replace(sample.features, backbone="file-angles-1x3")
    return at_rate(replace(sample, features=features), hertz)


def test_the_same_movement_at_another_rate_is_as_fast(make_sample):
    options = AngleStatisticsOptions(n_smoothed=1)
    slow, fast = (swing(make_sample, hertz, n) for hertz, n in ((30.0, 96), (60.0, 192)))
    known = [statistics(one, options, 30.0) for one in (slow, fast)]
    np.testing.assert_allclose(known[1], known[0], rtol=0.03, atol=1.5)
    at_half = statistics(at_rate(fast, None), options, 30.0)  # nobody says how fast it was
    assert at_half[9 * 3] == pytest.approx(known[0][9 * 3] / 2, rel=0.05)


def test_a_rate_is_learned_where_all_are_known(samples):
    known = [at_rate(sample, 60.0) for sample in samples]
    options = AngleStatisticsOptions(n_trees=5, regression="trees")
    assert AngleStatistics(options).fit(known).frames_per_second == pytest.approx(60)
    state = AngleStatistics(options).fit(known).state()
    assert AngleStatistics.restore(state).frames_per_second == pytest.approx(60)
    assert (
        AngleStatistics(options).fit([*known[1:], at_rate(known[0], None)]).frames_per_second == 0
    )


def test_a_rate_that_is_none_is_refused(samples):
    state = AngleStatistics(AngleStatisticsOptions(n_trees=5, regression="trees")).fit(samples)
    saved = state.state()
    message = "the scorer's frames_per_second is 1e+09: it must be 0, or from 1 to 1000"
    with pytest.raises(ModelError, match=whole(message)):
        AngleStatistics.restore(
            ScorerState(saved.arrays, {**saved.config, "frames_per_second": 1e9})
        )


def push_up(n_frames: int = 32, is_mirrored: bool = False) -> np.ndarray:
    """A body of 33 joints that lies, and bends its elbows by turns, (frames, 33, 3)."""
    body = np.zeros((n_frames, len(BLAZEPOSE), 3))
    bent = np.radians(45 + 45 * np.cos(np.arange(n_frames) / 5))
    upper = 0.15 * np.stack([np.sin(bent), np.cos(bent)], axis=1)
    lower = 0.15 * np.stack([-np.sin(bent), np.cos(bent)], axis=1)
    shoulder = np.array([0.3, 0.5])
    for side in ("left", "right"):
        at = {"shoulder": shoulder, "elbow": shoulder + upper, "wrist": shoulder + upper + lower,
              "hip": (0.6, 0.55), "knee": (0.9, 0.6), "ankle": (1.2, 0.65)}  # fmt: skip
        for joint, where in at.items():
            body[:, BLAZEPOSE.index(f"{side} {joint}"), :2] = where
    if is_mirrored:
        body[..., 0] = 1.3 - body[..., 0]
    return body


def test_a_body_in_a_picture_is_the_same_from_both_sides():
    names = ("elbow", "hip", "body line", "hands")
    found = series_in_picture(push_up(), names)
    assert found[:, 0].min() < 10 < 170 < found[:, 0].max()
    np.testing.assert_allclose(found[:, 1], 180, atol=1e-3)
    assert np.ptp(found[:, 3]) > 0.5
    np.testing.assert_allclose(series_in_picture(push_up(is_mirrored=True), names), found)
    assert series_in_picture(push_up()).shape == (32, len(ALL))


def test_depth_that_a_network_guessed_plays_no_part():
    body = push_up()
    body[..., 2] = np.random.default_rng(0).normal(size=body.shape[:2])
    np.testing.assert_array_equal(series_in_picture(body), series_in_picture(push_up()))


def test_an_angle_that_there_is_not_is_refused():
    message = (
        "angles[0] is 'wing': choose one of elbow, shoulder, hip, knee, body line, trunk, hands"
    )
    with pytest.raises(UsageError, match=whole(message)):
        AngleStatisticsOptions(angles=("wing",))


def push_ups(make_sample, n: int = 24):
    """Performances of push-ups: correct ones bend their elbows far, wrong ones half as far."""
    made = []
    for number in range(n):
        is_correct = number % 2
        body = push_up(48)
        body = body if is_correct else body[[12] * 24 + [15] * 24]
        noise = np.random.default_rng(number).normal(scale=0.003, size=body.shape)
        values = Keypoints((body + noise).astype(np.float32)).clips()
        sample = make_sample(f"p{number}", values, score=float(is_correct), action="pushup")
        features = replace(
            sample.features, backbone="pose-1-keypoints-33x3",
            start_seconds=np.array([1.0, 1.5, 2.0]), end_seconds=np.array([1.5, 2.0, 2.5]),
        )  # fmt: skip
        made.append(replace(sample, features=features, group=f"g{number % 8}"))
    return made


OF_PUSH_UPS = AngleStatisticsOptions(
    regression="trees", n_trees=30, n_smoothed=1, angles=("elbow", "hip")
)


def test_each_angle_is_held_against_correct_ones(make_sample):
    samples = push_ups(make_sample)
    scorer = AngleStatistics(OF_PUSH_UPS).fit(samples[2:])
    wrong, correct = samples[:2]
    series = smoothed(wrong, OF_PUSH_UPS)[:, 0]
    found = {(one.angle, one.at): one for one in scorer.arguments(wrong)}
    assert list(found) == [(a, at) for a in ("elbow", "hip") for at in ("least", "half", "most")]
    least = found["elbow", "least"]
    assert least.value == pytest.approx(series.min())
    assert least.seconds == pytest.approx(1 + 1.5 * series.argmin() / 48)
    others = [smoothed(one, OF_PUSH_UPS)[:, 0].min() for one in samples[3::2]]
    expected = np.percentile(others, [10, 50, 90])
    np.testing.assert_allclose((least.low, least.usual, least.high), expected, rtol=1e-5)
    assert least.beyond == pytest.approx(least.value - least.high)
    assert found["elbow", "half"].seconds is None
    before = float(scorer.predict([wrong])[0])
    assert least.score_if_usual > before + 0.3 > found["hip", "least"].score_if_usual
    most = {(one.angle, one.at): one for one in scorer.arguments(correct)}["elbow", "half"]
    assert most.beyond == 0
    assert most.score_if_usual == pytest.approx(scorer.predict([correct])[0], abs=0.1)


def test_what_is_usual_is_kept_with_the_model(make_sample):
    samples = push_ups(make_sample)
    scorer = AngleStatistics(OF_PUSH_UPS).fit(samples)
    state = scorer.state()
    assert state.config["correct"] == ["", "pushup"]
    again = AngleStatistics.restore(state)
    for one, other in zip(again.arguments(samples[0]), scorer.arguments(samples[0]), strict=True):
        assert one == other


def test_where_there_are_no_classes_or_no_names_nothing_is_argued(make_sample, samples):
    assert AngleStatistics(OF_PUSH_UPS).fit(samples).arguments(samples[0]) == ()
    scored = [
        replace(one, performance=replace(one.performance, score=float(number)))
        for number, one in enumerate(push_ups(make_sample))
    ]
    scorer = AngleStatistics(OF_PUSH_UPS).fit(scored)
    assert scorer.arguments(scored[0]) == ()
    assert not scorer.argues
    assert "correct" not in scorer.state().config


def some_rows(n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    rows = generator.normal(size=(n, 7)).astype(np.float32)
    return rows, rows[:, 2] * 3 + generator.normal(size=n)


def test_trees_as_arrays_answer_as_scikit_learn_does():
    from sklearn.ensemble import ExtraTreesRegressor

    rows, targets = some_rows()
    ours = grow(rows, targets, 20, 0.5, 2, seed=3)
    theirs = ExtraTreesRegressor(20, max_features=0.5, min_samples_leaf=2, random_state=3)
    asked = np.random.default_rng(1).normal(size=(500, 7)).astype(np.float32)
    np.testing.assert_allclose(ours(asked), theirs.fit(rows, targets).predict(asked), rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "node", "value"),
    [("trees.right", 0, 0), ("trees.right", 0, 10**6), ("trees.inputs", 0, 7),
     ("trees.inputs", -1, 0), ("trees.roots", 0, 10**6)],
)  # fmt: skip
def test_trees_that_lead_nowhere_are_refused(name, node, value):
    rows, targets = some_rows()
    arrays = grow(rows, targets, 3, 0.5, 2, seed=3).arrays()
    spoilt = arrays[name].copy()
    spoilt[node] = value
    message = "the arrays trees.* lead to nodes or inputs that there are not"
    with pytest.raises(ModelError, match=whole(message)):
        Trees.from_arrays({**arrays, name: spoilt}, 7)


@pytest.fixture
def samples(make_sample):
    """Two exercises, one with wide and one with small swings: what is much differs."""
    generator, made = np.random.default_rng(0), []
    for number in range(40):
        width = generator.random()
        usual = (20, 70)[number % 2]
        degrees = np.zeros((48, 2, 3), np.float32)
        degrees[:, 0, 0] = (usual + 10 * width) * np.sin(np.arange(48) / 5)
        values = Angles(degrees + generator.normal(size=degrees.shape).astype(np.float32)).clips()
        sample = make_sample(f"s{number}", values, score=10 * width, action="ab"[number % 2])
        features = replace(sample.features, backbone="file-angles-2x3")
        made.append(replace(sample, features=features, group=f"g{number % 8}"))
    return made


@pytest.mark.parametrize("regression", ["auto", "trees", "ridge"])
def test_what_is_much_is_so_among_those_of_its_action(samples, regression):
    options = AngleStatisticsOptions(regression=regression, n_trees=40)
    scorer = AngleStatistics(options).fit(samples[:30])
    true = [sample.performance.score for sample in samples[30:]]
    assert np.corrcoef(scorer.predict(samples[30:]), true)[0, 1] > 0.8
    config = scorer.state().config["regression"]
    assert regression in (config, "auto")


def test_validation_performances_choose(samples):
    scorer = AngleStatistics(AngleStatisticsOptions(n_trees=20))
    assert scorer.fit(samples[:30], samples[30:]).predict(samples[:1]).shape == (1,)


def test_it_is_restored_without_scikit_learn(samples, monkeypatch):
    import sys

    scorer = AngleStatistics(AngleStatisticsOptions(n_trees=20, regression="trees")).fit(samples)
    for name in [name for name in sys.modules if name.partition(".")[0] == "sklearn"]:
        monkeypatch.setitem(sys.modules, name, None)
    state = scorer.state()
    again = AngleStatistics.restore(ScorerState(state.arrays, state.config))
    np.testing.assert_array_equal(again.predict(samples), scorer.predict(samples))


def test_joints_without_known_names_are_read_by_their_places(make_sample):
    body = np.random.default_rng(0).normal(size=(20, 5, 2))
    found = series_of(body, Layout("positions", 5, 2))
    expected = Keypoints(body.astype(np.float32)).normalise().positions
    np.testing.assert_allclose(found, expected.reshape(20, 10))


def test_a_kind_that_is_none_is_refused(tmp_path):
    message = "kind is 'bones': it must be one of positions, angles, or None"
    with pytest.raises(UsageError, match=whole(message)):
        Performance("a", tmp_path, kind="bones")
