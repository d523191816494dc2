"""What must not change a score, and what must: benchmarks/metamorphic.py, in small."""

import importlib
from dataclasses import replace

import numpy as np
import pytest

import podium
from podium.datasets.simulated import Simulated
from podium.datasets.unlv_dive import UnlvDive
from podium.features.extraction import FeatureCache
from podium.features.values import Sample
from podium.simulation import SimulationOptions


@pytest.fixture
def metamorphic(monkeypatch):
    """Import the measurement, which is no package."""
    monkeypatch.syspath_prepend("benchmarks")
    return importlib.import_module("metamorphic")


FRAMES = np.arange(60, dtype=np.uint8)[:, None, None, None] * np.ones((1, 48, 64, 3), np.uint8)


@pytest.mark.parametrize(
    ("name", "shape", "first"),
    [
        ("mirrored", (60, 48, 64, 3), [0, 1, 2]),
        ("half the size", (60, 24, 32, 3), [0, 1, 2]),
        ("1.5 times the size", (60, 72, 96, 3), [0, 1, 2]),
        ("cropped by 5 %", (60, 46, 60, 3), [0, 1, 2]),
        ("24 frames a second", (48, 48, 64, 3), [0, 1, 2, 3, 5]),
        ("60 frames a second, each picture twice", (120, 48, 64, 3), [0, 0, 1, 1]),
        ("60 frames a second, means in between", (119, 48, 64, 3), [0, 0, 1, 1]),
    ],
)
def test_copies_show_the_same(metamorphic, name, shape, first):
    changed = metamorphic.COPIES[name].change(FRAMES)
    assert changed.shape == shape
    assert changed[: len(first), 0, 0, 0].tolist() == first


def test_a_remuxed_video_has_the_identical_score(metamorphic, small_model, tmp_path):
    judge = podium.load(small_model.folder, cache=FeatureCache(tmp_path / "features"))
    video = small_model.video("test", "107")
    other = metamorphic.remuxed(video, tmp_path / "other.mkv")
    assert other.read_bytes() != video.read_bytes()
    scores = [judge.assess(path, action="107", difficulty=2.0).score for path in (video, other)]
    assert scores[0] == scores[1]


def test_a_performance_is_most_like_itself(metamorphic, small_model):
    judge = podium.load(small_model.folder, cache=FeatureCache(small_model.cache / "features"))
    samples = [
        Sample(p, judge.model.extractor(judge._extractor.cache).performance(p))
        for p in small_model.performances()
    ]
    found = metamorphic.comparisons(judge.model.scorer, samples)
    assert len(found) == 3
    assert all(all(holds) for holds in found.values())


def test_one_clip_is_spoilt_and_no_other(metamorphic):
    clips = np.random.default_rng(0).integers(0, 255, (4, 16, 2, 2, 3)).astype(np.uint8)
    found = metamorphic.spoilt(clips, 1, 3)
    assert list(found) == ["frozen", "reversed", "swapped"]
    for changed in found.values():
        np.testing.assert_array_equal(changed[[0, 2, 3]], clips[[0, 2, 3]])
    assert (found["frozen"][1] == clips[1, 0]).all()
    np.testing.assert_array_equal(found["reversed"][1][::-1], clips[1])
    np.testing.assert_array_equal(found["swapped"][1], clips[3])


@pytest.mark.slow
def test_a_spoilt_clip_of_a_rendered_dive_is_the_least_like_its_own(metamorphic, tmp_path):
    options = SimulationOptions(n_performances=8, seed=60_003, flawless_share=1.0)
    dataset = Simulated(tmp_path, options)
    dataset.render()
    found = metamorphic.least_similar(podium.load("simulated"), dataset.performances())
    for row in found.values():
        assert row["beside itself"] >= 0.85


@pytest.mark.slow
def test_copies_of_a_real_dive_have_about_its_score(metamorphic, data_folder, tmp_path):
    judge = podium.load("diving", cache=FeatureCache(tmp_path / "features"))
    dive = UnlvDive(data_folder / "unlv-dive").performances()[11]
    assert dive.split == "train"
    sample = Sample(replace(dive, judges=()), judge.model.extractor().performance(dive))
    moved = dict(metamorphic.moves(metamorphic.Fold(judge, [sample]), {dive.id}))
    assert moved.pop("remuxed") == metamorphic.Move(0.0, is_doubted=False)
    assert max(copy.moved for copy in moved.values()) < 1
