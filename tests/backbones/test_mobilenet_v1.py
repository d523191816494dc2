import pickle
import sys
from pathlib import Path

import numpy as np
import pytest

from messages import whole
from podium.backbones.mobilenet_v1 import ADVICE, MobileNetV1, MobileNetV1Options
from podium.errors import MissingExtra, UsageError, WeightsError


def noise(n_clips: int = 1) -> np.ndarray:
    shape = (n_clips, 16, 224, 299, 3)
    return np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)


@pytest.fixture(scope="module")
def mobilenet(mobilenet_weights) -> MobileNetV1:
    return MobileNetV1(mobilenet_weights)


def test_a_clip_is_the_mean_of_its_frames(mobilenet):
    clip = noise()
    frames = [np.repeat(clip[:, i : i + 1], 16, axis=1) for i in range(16)]
    each = np.concatenate([mobilenet(still) for still in frames])
    np.testing.assert_allclose(mobilenet(clip)[0], each.mean(axis=0), rtol=1e-5)
    assert each.std(axis=0).max() > 0


def test_every_second_frame_counts_back_from_the_last(mobilenet, mobilenet_weights):
    clip = noise()
    halved = MobileNetV1(mobilenet_weights, MobileNetV1Options(step=2))
    twice = np.repeat(clip[:, 1::2], 2, axis=1)
    np.testing.assert_allclose(halved(clip), mobilenet(twice), rtol=1e-5)


def test_only_the_middle_is_looked_at(mobilenet):
    clip = noise()
    changed = clip.copy()
    changed[..., :37, :] = changed[..., 37 + 224 :, :] = 0
    np.testing.assert_array_equal(mobilenet(changed), mobilenet(clip))


def test_the_weights_may_be_named_by_the_environment(mobilenet, mobilenet_weights, monkeypatch):
    monkeypatch.setenv("PODIUM_MOBILENET_WEIGHTS", str(mobilenet_weights))
    assert MobileNetV1().fingerprint == mobilenet.fingerprint


def test_weights_that_were_never_named_are_asked_for(monkeypatch):
    monkeypatch.delenv("PODIUM_MOBILENET_WEIGHTS", raising=False)
    message = (
        "mobilenet_v1 needs its public weights, which do not ship with Podium: set "
        "PODIUM_MOBILENET_WEIGHTS to the path of "
        "mobilenet_v1_1.0_224_quant_embedding_extractor.tflite, or choose another backbone"
    )
    with pytest.raises(WeightsError, match=whole(message)):
        MobileNetV1()


def test_a_missing_file_is_said(tmp_path):
    path = tmp_path / "none.tflite"
    with pytest.raises(WeightsError, match=whole(f"{path}: no such weights file: check the path")):
        MobileNetV1(path)


def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch):
    path = tmp_path / "a.tflite"
    path.write_bytes(b"weights")
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    message = (
        "the backbone mobilenet_v1 needs LiteRT, which is not installed: "
        "pip install 'podium[mobilenet]', or choose another backbone"
    )
    with pytest.raises(MissingExtra, match=whole(message)):
        MobileNetV1(path)


class Sentinel:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


@pytest.mark.parametrize("kind", ["empty", "text", "pickle"])
def test_what_is_no_network_is_refused_and_not_executed(tmp_path, kind):
    path, sentinel = tmp_path / "a.tflite", tmp_path / "sentinel"
    pickled = pickle.dumps(Sentinel(sentinel))
    path.write_bytes({"empty": b"", "text": b"weights" * 100, "pickle": pickled}[kind])
    message = f"{path}: is damaged or not a network, and was not loaded: {ADVICE}"
    with pytest.raises(WeightsError, match=whole(message)):
        MobileNetV1(path)
    assert not sentinel.exists()


@pytest.mark.parametrize("share", [0.001, 0.02, 0.5, 0.99])
def test_a_truncated_file_is_refused(mobilenet_weights, tmp_path, share):
    path = tmp_path / "a.tflite"
    content = mobilenet_weights.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    message = f"{path}: is damaged or not a network, and was not loaded: {ADVICE}"
    with pytest.raises(WeightsError, match=whole(message)):
        MobileNetV1(path)


def test_another_network_is_refused(mobilenet_weights):
    path = mobilenet_weights.with_name("movenet_single_pose_lightning_ptq.tflite")
    if not path.is_file():
        pytest.skip(f"there is no other network at {path}")
    message = (
        f"{path}: reads uint8 of (1, 192, 192, 3) and gives float32 of (1, 1, 17, 3), "
        f"and was not loaded: {ADVICE}"
    )
    with pytest.raises(WeightsError, match=whole(message)):
        MobileNetV1(path)


@pytest.mark.parametrize("step", [0, 17])
def test_steps_that_leave_no_frame_are_refused(step):
    with pytest.raises(UsageError, match=whole(f"step is {step}: it must be from 1 to 16")):
        MobileNetV1Options(step=step)
