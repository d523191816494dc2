from dataclasses import replace

import numpy as np
import pytest

from podium.simulation import SimulatedPerformance, SimulationOptions, stage
from podium.simulation.body import Joint
from podium.simulation.camera import View, follow
from podium.simulation.figure import capsules, draw_outfit
from podium.simulation.motion import Entry
from podium.simulation.splash import drops_in_air, make_splash

OPTIONS = SimulationOptions(sensor_noise=0.0)
ENTRY = Entry(seconds=0.0, x_metres=1.0, degrees=0.0, splash_size=0.1, leans=0.0, sweep_metres=0.1)


def white_pixels(performance: SimulatedPerformance) -> int:
    frames = list(performance.frames())[performance.phases[-1].start_frame :]
    return sum(int((frame.min(axis=2) > 190).sum()) for frame in frames[:12])


@pytest.mark.parametrize("seed", [0, 3])
def test_a_bigger_splash_draws_more_white_pixels(seed: int) -> None:
    small, middling, large = (
        white_pixels(stage("107", {"splash": size}, seed, OPTIONS)) for size in (0.0, 0.5, 1.0)
    )
    assert small < middling < large


def test_a_crooked_entry_throws_up_more_water() -> None:
    straight, crooked = (stage("107", {"entry": s}, 0).motion().entry for s in (0.0, 1.0))
    assert straight is not None
    assert crooked is not None
    assert crooked.splash_size > straight.splash_size


def test_a_bigger_splash_rises_higher() -> None:
    heights = []
    for size in (0.1, 0.5, 0.9):
        splash = make_splash(replace(ENTRY, splash_size=size), np.random.default_rng(0))
        heights.append(max(drops_in_air(splash, t)[1][:, 1].max() for t in (0.3, 0.5)))
    assert heights == sorted(heights)


def test_no_drop_is_in_the_air_before_the_entry_or_long_after() -> None:
    splash = make_splash(ENTRY, np.random.default_rng(0))
    for seconds in (-0.1, 0.0, 5.0):
        assert len(drops_in_air(splash, seconds)[0]) == 0


@pytest.mark.parametrize("action", ["107", "307", "tsukahara"])
def test_all_but_a_hand_or_a_foot_stays_in_the_picture(action: str) -> None:
    performance = stage(action, {}, 1, OPTIONS)
    motion = performance.motion()
    views = follow(motion, 1.6, OPTIONS, np.random.default_rng(0))
    n_seen = performance.phases[2].start_frame
    for joints, view in zip(motion.joints[:n_seen], views, strict=False):
        pixels = view.pixels(joints[:, :2])
        size = np.array([view.width, view.height])
        assert ((pixels > 0) & (pixels < size)).all(axis=1).mean() > 0.75
        assert (pixels > -0.15 * size).all()
        assert (pixels < 1.15 * size).all()


def test_a_standing_diver_takes_more_than_half_of_the_height() -> None:
    for seed in range(5):
        views = follow(stage("107", {}, seed).motion(), 1.6, OPTIONS, np.random.default_rng(seed))
        assert all(0.54 < view.pixels_per_metre * 1.6 / view.height < 0.72 for view in views)


def test_a_view_puts_its_centre_in_the_middle_and_up_is_up() -> None:
    view = View(np.array([2.0, 5.0]), 50.0, 320, 240)
    np.testing.assert_allclose(view.pixels(np.array([2.0, 5.0])), [160, 120])
    np.testing.assert_allclose(view.pixels(np.array([3.0, 6.0])), [210, 70])
    np.testing.assert_allclose(view.enlarge(2).pixels(np.array([3.0, 6.0])), [420, 140])


def test_a_capsule_is_its_radius_away_from_its_bone() -> None:
    outline = capsules(np.array([[0.0, 0.0]]), np.array([[10.0, 0.0]]), np.array([[2.0, 1.0]]))[0]
    from_start = np.linalg.norm(outline[7:], axis=1)
    from_end = np.linalg.norm(outline[:7] - [10, 0], axis=1)
    np.testing.assert_allclose(from_start, 2.0)
    np.testing.assert_allclose(from_end, 1.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_landmarks_lie_on_the_drawn_figure(seed: int) -> None:
    performance = stage("307", {}, seed, OPTIONS)
    landmarks = performance.landmarks()
    assert landmarks.shape == (performance.n_frames, len(Joint), 2)
    skin = draw_outfit(performance.script.random(2), is_gymnast=False).skin
    frame = next(iter(performance.frames())).astype(float)
    hues = []
    for joint in (Joint.LEFT_ANKLE, Joint.LEFT_WRIST, Joint.LEFT_ELBOW):
        right, down = landmarks[0, joint].round().astype(int)
        seen = frame[down, right]
        hues.append(np.abs(seen / seen.sum() - np.array(skin) / sum(skin)).max())
    assert max(hues) < 0.03


@pytest.mark.parametrize("action", ["107", "207", "tsukahara"])
def test_the_head_is_above_the_feet_at_the_start(action: str) -> None:
    first = stage(action, {}, 1, OPTIONS).landmarks()[0]
    assert first[Joint.HEAD, 1] < first[Joint.PELVIS, 1] < first[Joint.LEFT_TOE, 1]


def test_a_silhouette_is_the_athlete_and_ends_at_the_water() -> None:
    performance = stage("107", {}, 3, OPTIONS)
    masks = np.stack(list(performance.silhouettes()))
    assert masks.shape == (performance.n_frames, OPTIONS.height, OPTIONS.width)
    right, down = performance.landmarks()[0, Joint.PELVIS].round().astype(int)
    assert masks[0, down, right]
    assert 0.01 < masks[0].mean() < 0.1
    assert not masks[-10:].any()
