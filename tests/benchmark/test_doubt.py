"""How often a doubt is false or missing: benchmarks/doubt.py, in small, and whole where it can."""

import importlib
from dataclasses import replace

import numpy as np
import pytest

from podium.backbones import make_backbone
from podium.datasets.unlv_dive import UnlvDive
from podium.features.extraction import Extractor, FeatureCache, extract
from podium.features.values import Sample
from podium.witnesses import learn_usual


@pytest.fixture
def doubt(monkeypatch):
    """Import the measurement, which is no package."""
    monkeypatch.syspath_prepend("benchmarks")
    return importlib.import_module("doubt")


@pytest.fixture
def made_up(make_sample):
    """A factory of performances whose clips each look like their place."""

    def make(n: int, seed: int, shift: float = 0.0) -> list[Sample]:
        generator = np.random.default_rng(seed)
        stages = 3 * np.random.default_rng(99).normal(size=(5, 8)) + shift
        values = [(stages + generator.normal(size=(5, 8))).astype(np.float32) for _ in range(n)]
        return [make_sample(f"{seed}-{i}", v) for i, v in enumerate(values)]

    return make


def test_false_alarms_are_rare_and_what_is_foreign_or_shuffled_is_doubted(doubt, made_up):
    far = [sample.features for sample in made_up(20, 1, shift=20.0)]
    found = doubt.measure_folds(made_up(100, 0), {"far": far}, 1)
    assert found[doubt.LEFT_OUT]["asked"] == 100
    assert found[doubt.LEFT_OUT]["any"] <= 0.08
    assert found["far"] == {"asked": 100, "novelty": 1, "order": found["far"]["order"], "end": 0,
                            "any": 1}  # fmt: skip
    assert found["dives, clips reversed"]["order"] >= 0.95
    assert found["dives, clips shuffled"]["order"] >= 0.9


def test_a_missing_end_is_a_doubt(doubt, made_up):
    known = learn_usual(made_up(100, 0))
    usual = made_up(1, 2)[0].features
    assert doubt.doubts(known, usual) == [False, False, False, False]
    for missing in ({"end_is_missing": True}, {"missing_event": "splash"}):
        cut = replace(usual, video=replace(usual.video, **missing))
        assert doubt.doubts(known, cut) == [False, False, True, True]


@pytest.mark.parametrize("n_clips", [2, 5])
def test_orders_are_not_their_own(doubt, n_clips):
    generator = np.random.default_rng(0)
    own = list(range(n_clips))
    for draw in (doubt.shuffled, doubt.exchanged):
        for order in (draw(n_clips, generator) for _ in range(20)):
            assert order != own
            assert sorted(order) == own


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_real_dives_are_rarely_doubted_and_what_is_none_nearly_always(
    doubt, data_folder, tmp_path, monkeypatch
):
    """By one small backbone, as all of `diving` takes minutes: `make bench` measures that.

    Of 100 dives up to nine are within what chance does to one in twenty.
    """
    for name in ("N_DIVES", "N_VAULTS", "N_STILLS", "N_NOISES", "N_PUSHUPS"):
        monkeypatch.setattr(doubt, name, 4)
    dataset = UnlvDive(data_folder / "unlv-dive")
    dives = [p for p in dataset.performances() if p.split != "test"][::3]
    extractor = Extractor(make_backbone("c3d_mini"), cache=FeatureCache())
    samples = extract(dives, extractor).samples
    foreign = doubt.foreign_sets(data_folder, tmp_path, extractor, dives)
    found = doubt.measure_folds(samples, foreign, 1)
    assert found[doubt.LEFT_OUT]["any"] <= 0.09
    for name in (*foreign, "dives, clips shuffled", "dives, clips reversed"):
        assert found[name]["any"] >= 0.9, name
