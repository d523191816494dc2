"""The small 3-D network that ships: its shapes, its mirror, and its training end to end."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from podium.backbones._c3d_mini_network import GROUP_DIM, C3DMiniNetwork, in_parts
from podium.backbones._weights_file import network_of
from podium.backbones.c3d_mini import ADVICE, N_GROUPS, WEIGHTS, C3DMini
from podium.errors import WeightsError

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture(scope="module")
def backbone() -> C3DMini:
    return C3DMini()


def a_clip(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (1, 16, 120, 160, 3), dtype=np.uint8)


def test_a_clip_and_its_mirror_image_are_described_alike(backbone):
    clip = a_clip()
    np.testing.assert_allclose(backbone(clip[:, :, :, ::-1]), backbone(clip), rtol=1e-4, atol=1e-4)


def test_it_sees_the_order_of_time(backbone):
    clip = np.zeros((1, 16, 120, 160, 3), np.uint8)
    for number in range(16):
        clip[0, number, 5 * number : 5 * number + 40, 60:90] = 200
    forth, back = backbone(clip), backbone(clip[:, ::-1])
    assert np.abs(forth - back).max() > 0.1


@pytest.fixture(scope="module")
def learnt() -> C3DMiniNetwork:
    return network_of(C3DMiniNetwork, WEIGHTS, ADVICE)


def tensor(clips: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(clips)).permute(0, 4, 1, 2, 3).float()


def test_features_say_how_much_how_far_and_how_varied_each_channel_is_in_each_half(
    backbone, learnt
):
    clip = a_clip(1)
    rows = []
    for pixels in (clip, clip[:, :, :, ::-1]):
        with torch.inference_mode():
            maps = learnt.seen(tensor(pixels)).numpy()[0]  # (channels, groups, rows, columns)
        row = []
        for half in (maps[:, :2], maps[:, 2:]):
            row += [half[c].mean() for c in range(len(half))]
            row += [np.mean([half[c, g].max() for g in (0, 1)]) for c in range(len(half))]
            row += [np.mean([half[c, g].std(ddof=1) for g in (0, 1)]) for c in range(len(half))]
        rows.append(row)
    np.testing.assert_allclose(backbone(clip)[0], np.mean(rows, axis=0), rtol=1e-5, atol=1e-5)


def described_by(network: C3DMiniNetwork, clips: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        both = network(tensor(clips)), network(tensor(clips[:, :, :, ::-1]))
    return (sum(both) / 2).numpy()


def test_it_sees_what_the_network_sees_that_is_trained(backbone, learnt):
    clips = np.concatenate([a_clip(2), a_clip(3) // 4, np.sort(a_clip(4), axis=3)])
    np.testing.assert_allclose(backbone(clips), described_by(learnt, clips), rtol=1e-5, atol=1e-5)


def test_what_was_just_trained_is_what_is_run(tmp_path):
    torch.manual_seed(0)
    network, clips = C3DMiniNetwork(), np.concatenate([a_clip(5), a_clip(6)])
    network(tensor(clips))  # means and variances
    path = tmp_path / "trained.safetensors"
    save_file(network.state_dict(), path)
    np.testing.assert_allclose(
        C3DMini(path)(clips), described_by(network.eval(), clips), rtol=1e-5, atol=1e-5
    )


def test_a_clip_is_described_by_the_same_bytes_in_any_batch(backbone):
    clips = np.concatenate([a_clip(seed) for seed in range(3)])
    alone = np.concatenate([backbone(clip[None]) for clip in clips])
    np.testing.assert_array_equal(backbone(clips), alone)


def test_its_fingerprint_is_that_of_features_kept_before(backbone):
    assert backbone.fingerprint == "c3d_mini-2-33f374e41efc046a-fp32"


def test_groups_become_parts_in_order_of_time():
    groups = torch.arange(4.0).reshape(1, N_GROUPS, 1).expand(1, N_GROUPS, GROUP_DIM)
    assert in_parts(groups)[0, :, 0].tolist() == [0.5, 2.5]


def test_what_ships_is_small():
    assert WEIGHTS.stat().st_size < 12e6


def test_another_network_s_weights_are_refused(tmp_path):
    path = tmp_path / "other.safetensors"
    save_file({"layers.0.0.weight": torch.zeros(1)}, path)
    with pytest.raises(WeightsError, match=re.escape("give weights written by scripts/")):
        C3DMini(path)


def script() -> ModuleType:
    path = SCRIPTS / "train_c3d_mini.py"
    spec = importlib.util.spec_from_file_location("c3d_mini_s_training", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def training() -> ModuleType:
    return script()


@pytest.fixture
def few(training, tmp_path):
    """A recipe of four batches, and what it learns from: made-up dives and one rendered."""
    recipe = training.Recipe(
        n_epochs=2, clips_an_epoch=4, n_dive_clips=2, n_rendered_clips=1, n_exercise_clips=1,
        n_appearance=4, n_motion=3, n_rendered_dives=1,
    )  # fmt: skip
    rng = np.random.default_rng(0)

    def dive(is_marked: bool) -> object:
        return training.Filmed(
            pixels=rng.integers(0, 256, (40, 120, 160, 3), dtype=np.uint8),
            appearance=rng.standard_normal((40, 4)).astype(np.float32),
            motion=rng.standard_normal((7, 3)).astype(np.float32),
            starts=np.arange(0, 25, 4),
            stages=np.repeat([0, 1, 2, 3], 10) if is_marked else np.full(40, training.UNKNOWN),
            water=np.linspace(1, -1, 40) if is_marked else np.full(40, np.nan),
            dive=np.array([4, 1, 2, 1]) if is_marked else np.full(4, training.UNKNOWN),
        )

    def batches(seed: int = 0) -> object:
        renderings = training.rendered(recipe, tmp_path, lambda line: None)
        return training.Batches([dive(True), dive(True)], [dive(False)], renderings, recipe)

    return batches()


@pytest.mark.slow
def test_training_runs_end_to_end_and_twice_the_same(training, few, tmp_path):
    lines: list[str] = []
    network, means = training.learned(few, 0, lines.append)
    again, _ = training.learned(few, 0, lines.append)
    for key, value in network.state_dict().items():
        assert torch.equal(value, again.state_dict()[key]), key
    assert set(means) == set(few.recipe.weights)
    assert all(np.isfinite(value) for value in means.values())
    path = tmp_path / "mini.safetensors"
    save_file({k: v.contiguous() for k, v in network.state_dict().items()}, path)
    assert C3DMini(path)(a_clip()).shape == (1, C3DMini.dim)
    text = training.card(few.recipe, few, means, 1.0)
    assert "It never saw a score, a judge's mark or a commentary." in text


@pytest.mark.slow
def test_a_batch_is_the_same_whoever_draws_it_and_another_is_another(few):
    first, again, other = few[0], few[0], few[1]
    for key in first:
        np.testing.assert_array_equal(first[key], again[key])
    assert (first["pixels"] != other["pixels"]).any()


def test_dive_numbers_are_read(training):
    assert training._classes_of("5253B").tolist() == [4, 1, 5, 1]
    assert training._classes_of("407C").tolist() == [3, 2, 7, 0]
    assert training._classes_of("").tolist() == [training.UNKNOWN] * 4
