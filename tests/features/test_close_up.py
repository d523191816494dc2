"""What is about the athlete, on a dive that is drawn: where the window stands, and how large."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from drawn_dives import HEIGHT, N_FRAMES, WIDTH, drawn_dive
from podium.backbones import make_backbone
from podium.examination.window import HIGH, STANDS_BEFORE
from podium.features.close_up import (
    ATHLETE_LOST,
    CloseUp,
    Seen,
    close_up,
    look_at,
)
from podium.features.extraction import Extractor, FeatureCache
from podium.measures import Dive, entry_of
from podium.performance import Performance
from podium.video.augmentation import REFRAMED
from podium.video.frames import Frames
from rendered_dives import rendered_dives

SIZE = (80, 60)
ASPECT = 4 / 3


def given(pans: bool = True) -> tuple[Frames, Dive]:
    dive, pixels = drawn_dive(pans=pans)
    numbers = np.arange(N_FRAMES)
    frames = Frames(pixels, numbers / 30, N_FRAMES / 30, numbers, N_FRAMES)
    return frames, replace(dive, pixels=pixels)


def look(pans: bool = True) -> tuple[CloseUp, Dive]:
    frames, dive = given(pans)
    return close_up(frames, Seen(dive, frames.numbers), ASPECT), dive


def test_the_window_follows_the_athlete_and_then_stands_at_the_water() -> None:
    near, dive = look(pans=False)
    entry = entry_of(dive)
    assert entry is not None
    middles = near.corners + np.array([ASPECT / 2, 0.55]) * near.height
    stands = entry.frame - STANDS_BEFORE
    np.testing.assert_allclose(middles[:stands], dive.athlete.middles[:stands])
    np.testing.assert_allclose(middles[stands:], np.tile(entry.place, (N_FRAMES - stands, 1)))
    assert near.height == pytest.approx(HIGH * entry.length)


def test_where_the_camera_pans_the_window_stays_at_one_place_of_the_world() -> None:
    near, dive = look(pans=True)
    entry = entry_of(dive)
    assert entry is not None
    stands = entry.frame - STANDS_BEFORE
    in_the_world = dive.athlete.in_common_picture(near.corners)[stands:]
    np.testing.assert_allclose(in_the_world, np.tile(in_the_world[0], (len(in_the_world), 1)))


def test_it_shows_the_picture_about_the_athlete() -> None:
    near, dive = look()
    shown = near(SIZE)
    assert shown.pixels.shape == (N_FRAMES, 60, 80, 3)
    np.testing.assert_array_equal(shown.start_seconds, near.frames.start_seconds)
    left, top = near.corners[0]
    right, down = dive.athlete.middles[0]
    scale = SIZE[1] / near.height
    there = shown.pixels[0, round((down - top) * scale), round((right - left) * scale)]
    assert there.astype(int).tolist() == pytest.approx([224, 172, 130], abs=3)


def test_of_a_narrower_picture_the_athlete_looks_the_same() -> None:
    near, _ = look()
    whole, narrow = near(SIZE).pixels, near(SIZE, (0.2, 0, 0.7, 1)).pixels
    middle = np.s_[:, 15:45, 35:45]
    assert np.abs(whole[middle].astype(int) - narrow[middle]).mean() < 1
    assert np.abs(whole.astype(int) - narrow).max() > 10  # beyond the border nothing is known


def test_who_is_not_seen_to_meet_the_water_is_not_looked_at_closely() -> None:
    frames, dive = given()
    lost = replace(dive, moments=replace(dive.moments, water=None))
    near = close_up(frames, Seen(lost, frames.numbers), ASPECT)
    assert near.frames.doubts == (ATHLETE_LOST(),)
    assert near.height == HEIGHT
    np.testing.assert_array_equal(near((WIDTH, HEIGHT)).pixels, dive.pixels)


def test_frames_that_are_shown_again_are_looked_at_once_more() -> None:
    frames, dive = given()
    again = np.array([0, 0, 1, 5, 5])
    repeated = replace(
        frames, pixels=frames.pixels[again], start_seconds=np.arange(5) / 30, numbers=again
    )
    near = close_up(repeated, Seen(dive, frames.numbers), ASPECT)(SIZE)
    assert len(near) == 5
    np.testing.assert_array_equal(near.pixels[0], near.pixels[1])
    np.testing.assert_array_equal(near.pixels[3], near.pixels[4])


@pytest.fixture(scope="module")
def rendered(tmp_path_factory) -> Path:
    (path,) = rendered_dives(tmp_path_factory.mktemp("close"), "107B", 81_003)
    return path


def test_a_close_up_is_told_apart_from_the_picture() -> None:
    picture, close = (make_backbone(name) for name in ("c3d_mini", "c3d_mini_close"))
    assert close.fingerprint != picture.fingerprint


def test_features_hold_both_views_of_each_clip_and_of_its_variants(rendered) -> None:
    one = Performance("a", rendered)
    both = Extractor(make_backbone("c3d_mini+c3d_mini_close"))
    alone = Extractor(make_backbone("c3d_mini"))
    near = Extractor(make_backbone("c3d_mini_close"))
    variants = (None, REFRAMED[0])
    half = both.backbone.dim // 2
    for found, picture, close in zip(
        both.variants(one, variants), alone.variants(one, variants), near.variants(one, variants),
        strict=True,
    ):  # fmt: skip
        np.testing.assert_array_equal(found.values[:, :half], picture.values)
        np.testing.assert_array_equal(found.values[:, half:], close.values)
        assert not np.allclose(picture.values, close.values)


def test_what_is_kept_of_one_athlete_is_not_taken_for_another(rendered, tmp_path) -> None:
    one, cache = Performance("a", rendered), FeatureCache(tmp_path)
    near = Extractor(make_backbone("c3d_mini_close"), cache=cache)
    seen = look_at(one)
    usual = near.performance(one)
    lost = replace(seen.dive, moments=replace(seen.dive.moments, water=None))
    named = near.performance(one, Seen(lost, seen.numbers, at=(3.0, 5.0)))
    assert not np.allclose(named.values, usual.values)
    np.testing.assert_array_equal(near.performance(one).values, usual.values)
    again = near.performance(one, Seen(seen.dive, seen.numbers, at=(3.0, 5.0)))
    np.testing.assert_array_equal(again.values, named.values)
