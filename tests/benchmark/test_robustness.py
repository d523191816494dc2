"""What becomes of a score in another file of a dive: benchmarks/robustness.py, in small."""

import importlib
from dataclasses import replace

import numpy as np
import pytest

from podium.video.clips import counting
from podium.video.frames import decode
from videos import Pixels, scene

SIZE = {"width": 64, "height": 48}


@pytest.fixture
def robustness(monkeypatch):
    """Import the measurement, which is no package."""
    monkeypatch.syspath_prepend("benchmarks")
    return importlib.import_module("robustness")


def dive(module, n: int = 72):
    """A bar that moves over a texture, and another that moves the other way."""
    grey = np.random.default_rng(0).integers(0, 60, (12, 16, 1), np.uint8)
    texture = np.kron(grey, np.ones((4, 4, 1), np.uint8))
    pixels: Pixels = np.stack([scene(i) // 2 + texture for i in range(n)])
    return module.Dive(pixels, n - 24, pixels[::-1], n - 30)


def shown(path):
    return counting(decode(path, **SIZE))


NAMES = (
    "a quarter of the frames missing, true times", "24 made 30 frames a second by repeats",
    "25 made 30 frames a second by repeats", "60 frames a second", "120 frames a second",
    "HLG, ten bits", "PQ, ten bits", "letter box", "pillar box", "bars on all sides",
    "pixels twice as wide as high", "mirrored by the track's matrix",
    "turned by the track's matrix", "encoded again, crf 35", "half the size",
    "1.5 times the size", "starts at an hour", "transport stream, clock begins again",
    "AVI with empty repeats", "AVI, frames stored out of order", "no clock",
)  # fmt: skip


def test_each_kind_that_a_player_shows_alike_is_tried(robustness):
    alike = {name for name, kind in robustness.KINDS.items() if kind.group == robustness.ALIKE}
    assert alike == {*NAMES, "ten seconds of still pool before"}


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_shows_what_the_dive_shows(robustness, tmp_path, name):
    whole = dive(robustness)
    frames = shown(robustness.KINDS[name].make(whole, tmp_path))
    assert len(frames) == pytest.approx(72, abs=2)
    last = min(len(frames), 60)
    apart = [
        np.abs(frames.pixels[-last - shift : -shift or None].astype(int)
               - whole.pixels[-last:][: len(frames.pixels[-last - shift : -shift or None])]).mean()
        for shift in (0, 1)
    ]  # fmt: skip
    assert min(apart) < 14


@pytest.mark.parametrize(
    ("name", "n_frames"),
    [
        ("cut 6 frames after the entry", 55),
        ("first half missing", 48),
        ("another dive after it", 144),
        ("slow motion, 2 times", 143),
        ("slow motion, 8 times", 569),
        ("half a second without frames", 57),
    ],
)
def test_a_copy_has_so_many_frames(robustness, tmp_path, name, n_frames):
    path = robustness.KINDS[name].make(dive(robustness), tmp_path)
    assert decode(path, **SIZE).n_decoded == n_frames


def test_a_portrait_copy_is_cut_about_white_water(robustness):
    pixels = np.zeros((30, 48, 64, 3), np.uint8)
    pixels[..., 2] = 200
    pixels[10:, 20:30, 38:44] = 255
    pixels[:, :, :10] = 255  # a sign
    found = robustness.at_athlete(robustness.Dive(pixels, 10, pixels, 10))
    assert found.shape == (30, 48, 28, 3)
    assert (found[10:, 20:30].max(axis=(0, 1, 3)) == 255).sum() == 6
    assert found[..., 0].max(axis=(0, 1)).nonzero()[0].min() > 4


def test_in_betweens_are_means(robustness):
    frames = np.array([0, 80, 240], np.uint8)[:, None, None, None]
    found = robustness.with_in_betweens(frames, 4).ravel().tolist()
    assert found == [0, 20, 40, 60, 80, 120, 160, 200, 240]


def test_copies_are_summed_up(robustness):
    seen = robustness.Seen(is_withheld=False, said=("gap",), is_held=True, moved=1.0, width=1.0)
    rows = [seen, replace(seen, is_held=False, moved=5.0, said=()),
            robustness.Seen(is_withheld=True, said=("VideoError",))]  # fmt: skip
    found = robustness.summed_up(rows)
    assert found == {
        "dives": 3, "scored": 2, "median": 3.0, "nine_in_ten": 4.6, "close": 0.3333,
        "held": 0.3333, "wider": 1.0, "mild": 0.3333, "withheld": 0.3333, "misleads": 0.3333,
        "said": {"gap": 0.3333, "VideoError": 0.3333},
    }  # fmt: skip


def test_a_dive_is_looked_at_beside_its_copies(robustness, small_model):
    one, other = (replace(p, extra={}) for p in small_model.performances()[:2])
    kinds = ("pillar box", "black")
    found = robustness.look(robustness.Task(small_model.folder, one, other, kinds))
    assert {robustness.UNTOUCHED, *kinds} <= set(found)
    assert found[robustness.UNTOUCHED].moved == 0
    assert found[robustness.UNTOUCHED].is_held
