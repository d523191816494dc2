import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from drawn_dives import HEIGHT, N_FRAMES, WIDTH, drawn_dive
from podium.measures import Measurement, Phase
from podium.measures._dive import Moment, Moments
from podium.report.overlay import PARTS, axis_ends, overlay, silhouettes, smooth_path

ENTRY = Measurement("entry_angle_degrees", "degrees", Phase.ENTRY, 12.0, None, None, 0.9, 1.0)


def filled(polygons, scale: int = 4) -> np.ndarray:
    """Which pixels of an enlarged picture lie in polygons."""
    picture = np.zeros((HEIGHT * scale, WIDTH * scale), np.uint8)
    cv2.fillPoly(picture, [np.round(p * scale - 0.5).astype(np.int32) for p in polygons], 1)
    return picture > 0


def test_polygons_are_the_silhouettes():
    dive, frames = drawn_dive()
    for frame, polygons in zip(frames, silhouettes(dive.athlete), strict=True):
        # The bar is far lighter than the wall.
        bar = (frame.min(axis=2) > 110).repeat(4, axis=0).repeat(4, axis=1)
        found = filled(polygons)
        assert (bar & found).sum() / (bar | found).sum() > 0.75
        assert sum(map(len, polygons)) <= 30


def test_what_is_drawn_is_in_shares_of_the_picture_and_small():
    dive, _ = drawn_dive()
    made = overlay(dive, ENTRY)
    assert {
        key: len(made[key]) for key in ("starts", "silhouettes", "axes", "path", "cameras")
    } == (dict.fromkeys(("starts", "silhouettes", "axes", "path", "cameras"), N_FRAMES))
    share = np.array([WIDTH, HEIGHT]) / PARTS
    polygon = np.reshape(made["silhouettes"][10][0], (-1, 2)) * share
    np.testing.assert_allclose(polygon, silhouettes(dive.athlete)[10][0], atol=0.02)
    axis = np.reshape(made["axes"][10], (2, 2)) * share
    np.testing.assert_allclose(axis, axis_ends(dive)[10], atol=0.02)
    assert len(json.dumps(made, separators=(",", ":"))) < 300 * N_FRAMES


def test_an_axis_is_as_long_as_the_body_and_lies_along_it():
    dive, _ = drawn_dive()
    ends = axis_ends(dive)
    np.testing.assert_allclose(ends.mean(axis=1), dive.outline.middle)
    lengths = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    np.testing.assert_allclose(lengths, dive.outline.length)
    upright = ends[0, 1] - ends[0, 0]  # the bar stands in the first frame
    assert abs(upright[0]) < 0.01 * abs(upright[1])


def test_the_path_is_led_into_each_picture_by_its_camera():
    dive, _ = drawn_dive()
    made = overlay(dive)
    share = np.array([WIDTH, HEIGHT]) / PARTS
    for now in (5, 20, 35):
        a, b, c, d, e, f = made["cameras"][now]
        x, y = made["path"][now]
        place = np.array([a * x + c * y + e, b * x + d * y + f]) * share
        np.testing.assert_allclose(place, dive.outline.middle[now], atol=1.5)


def test_the_path_is_smooth_and_bridges_gaps():
    dive, _ = drawn_dive()
    masks = dive.athlete.masks.copy()
    middle = dive.outline.middle.copy()
    for gap in (0, 1, 12, 13, N_FRAMES - 1):
        masks[gap] = False
        middle[gap] = np.nan
    outline = replace(dive.outline, middle=middle)
    path = smooth_path(replace(dive, outline=outline))
    assert np.isfinite(path).all(axis=1).tolist() == [False] * 2 + [True] * 33 + [False]
    assert np.abs(np.diff(path[3:34, 1], n=2)).max() < 1


def test_the_angle_is_shown_while_it_was_measured():
    dive, _ = drawn_dive()
    assert overlay(dive, ENTRY)["entry"] == [27, 30]
    assert overlay(dive)["entry"] == []
    unknown = Measurement("entry_angle_degrees", "degrees", Phase.ENTRY, reason="water_not_found")
    assert overlay(dive, unknown)["entry"] == []
    assert overlay(dive, replace(ENTRY, start_seconds=None))["entry"] == []


@pytest.mark.parametrize(
    ("moments", "first", "last"),
    [
        (Moments(Moment(4), None, Moment(30)), 4, 30),
        (Moments(None, None, None), 0, N_FRAMES - 1),
    ],
)
def test_the_athlete_is_drawn_from_the_board_to_the_water(moments, first, last):
    dive, _ = drawn_dive(moments=moments)
    made = overlay(dive)
    assert (made["first"], made["last"]) == (first, last)


def test_who_is_not_seen_is_not_drawn():
    dive, _ = drawn_dive()
    unseen = replace(dive.athlete, masks=np.zeros_like(dive.athlete.masks))
    nowhere = np.full(N_FRAMES, np.nan)
    outline = replace(
        dive.outline, middle=np.full((N_FRAMES, 2), np.nan), angle=nowhere, length=nowhere
    )
    made = overlay(replace(dive, athlete=unseen, outline=outline))
    assert made["silhouettes"] == made["axes"] == made["path"] == [[]] * N_FRAMES
    json.dumps(made, allow_nan=False)
