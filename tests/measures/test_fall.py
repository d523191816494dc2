"""Heights, distances and times of dives that are drawn, so that they are known."""

from dataclasses import replace

import numpy as np
import pytest

from podium.athlete.camera import CameraMotion
from podium.athlete.outline import outline
from podium.athlete.values import Athlete
from podium.measures import Dive, measure
from podium.measures._dive import Moment, Moments

N, BOARD, COME_OUT, WATER = 90, 20, 50, 62
RISE_SPEED, GAIN, AWAY = 4.0, 1.0, 0.8
"""Pixels a frame, a squared frame, a frame."""


def drawn(*, mirrored: bool = False, camera: float = 0.0, per_second: float = 30.0) -> Dive:
    """A rod that stands, jumps and falls; the camera moves down by so many pixels a frame."""
    frames = np.arange(N, dtype=float)
    flown = np.clip(frames - BOARD, 0, WATER - BOARD)
    right, down = 100 + AWAY * flown, 300 - RISE_SPEED * flown + GAIN / 2 * flown**2
    middles = np.stack([320 - right if mirrored else right, down - camera * frames], axis=1)
    rows, columns = np.abs(np.arange(96) - 47.5)[:, None], np.abs(np.arange(96) - 47.5)[None]
    masks = np.broadcast_to((rows < 40) & (columns < 5), (N, 96, 96)).copy()
    steps = np.tile(np.eye(3), (N - 1, 1, 1))
    steps[:, 1, 2] = -camera
    moved = CameraMotion(steps, np.ones(N - 1))
    seen = Athlete(frames / per_second, 320, 240, middles, 48.0, masks, np.ones(N), moved)
    moments = Moments(Moment(BOARD, 1.0), Moment(COME_OUT, 1.0), Moment(WATER, 1.0))
    return Dive(seen, outline(seen), moments, height_metres=10.0)


def values(dive: Dive) -> dict[str, float | str | None]:
    return {one.name: one.value for one in measure(dive)}


BODY = 80.0
DROP = -RISE_SPEED * 42 + GAIN / 2 * 42**2
EXPECTED = {
    "flight_seconds": 42 / 30,
    "opening_seconds": 12 / 30,
    "jump_height_bodies": RISE_SPEED**2 / 2 / GAIN / BODY,
    "jump_height_metres": RISE_SPEED**2 / 2 / GAIN * 9.9 / DROP,
    "distance_bodies": AWAY * 42 / BODY,
    "opening_height_bodies": 0.5 + (12 * (-RISE_SPEED + 36 * GAIN)) / BODY,
    "playing_speed": np.sqrt(GAIN * 9.9 / DROP * 900 / 9.81),
}
SEEN = {
    "as it is": drawn(),
    "mirrored": drawn(mirrored=True),
    "followed by the camera": drawn(camera=7.0),
}


@pytest.mark.parametrize("how", SEEN)
@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_drawn_is_measured(name: str, how: str) -> None:
    assert values(SEEN[how])[name] == pytest.approx(EXPECTED[name], rel=0.01)


def test_in_slow_motion_times_are_longer_and_heights_are_not() -> None:
    fast, slow = values(drawn()), values(drawn(per_second=15.0))
    for name, factor in (("flight_seconds", 2), ("playing_speed", 0.5), ("jump_height_metres", 1)):
        assert slow[name] == pytest.approx(factor * fast[name])


def test_a_cut_before_the_dive_moves_nothing() -> None:
    dive = drawn()
    steps = dive.athlete.camera.steps.copy()
    steps[5, :2, :2] = [[0, -0.6], [0.6, 0]]
    cut = replace(dive.athlete, camera=CameraMotion(steps, dive.athlete.camera.agreement))
    assert values(replace(dive, athlete=cut)) == pytest.approx(values(dive))


NEVER = Moments(None, None, None)
ONLY_BOARD = replace(NEVER, board_left=Moment(BOARD))
ONLY_WATER = replace(NEVER, water=Moment(WATER))


@pytest.mark.parametrize(
    ("dive", "name", "reason"),
    [
        (replace(drawn(), moments=NEVER), "flight_seconds", "board_not_found"),
        (replace(drawn(), moments=ONLY_BOARD), "flight_seconds", "water_not_found"),
        (replace(drawn(), moments=ONLY_WATER), "opening_seconds", "come_out_not_found"),
        (replace(drawn(), height_metres=None), "jump_height_metres", "height_not_given"),
        (replace(drawn(), height_metres=None), "playing_speed", "height_not_given"),
    ],
)
def test_why_something_was_not_measured(dive: Dive, name: str, reason: str) -> None:
    assert {one.name: one.reason for one in measure(dive)}[name] == reason


def test_heights_are_not_measured_where_the_camera_is_not_known() -> None:
    dive = drawn()
    unknown = CameraMotion(dive.athlete.camera.steps, np.full(N - 1, 0.2))
    found = measure(replace(dive, athlete=replace(dive.athlete, camera=unknown)))
    reasons = {one.name: one.reason for one in found}
    assert reasons["jump_height_bodies"] == "camera_not_known"
    assert reasons["flight_seconds"] == ""
