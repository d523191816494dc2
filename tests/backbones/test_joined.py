"""Several backbones side by side."""

import re

import numpy as np
import pytest

from podium.backbones import Backbone, make_backbone
from podium.backbones.motion import Motion
from podium.backbones.posture import Posture
from podium.errors import UnknownName, UsageError
from podium.features.extraction import Extractor


def clips() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (2, 16, 120, 160, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def joined() -> Backbone:
    return make_backbone("motion+posture")


def test_features_are_those_of_each_in_the_order_named(joined):
    expected = np.concatenate([Motion()(clips()), Posture()(clips())], axis=1)
    np.testing.assert_array_equal(joined(clips()), expected)
    assert joined.dim == expected.shape[1]


def test_it_is_named_and_told_apart_by_its_parts(joined):
    assert joined.name == "motion+posture"
    assert joined.fingerprint == f"{Motion().fingerprint}+{Posture().fingerprint}"
    assert make_backbone("posture+motion").fingerprint != joined.fingerprint


def test_one_name_is_that_backbone_alone():
    assert type(make_backbone("motion")) is Motion


def test_no_clips_become_no_rows(joined):
    assert joined(clips()[:0]).shape == (0, joined.dim)


class Doubtful:
    """Guesses, and says so."""

    name, frame_size, dim, fingerprint = "doubtful", (160, 120), 1, "doubtful-1"

    def __call__(self, clips: np.ndarray) -> np.ndarray:
        return self.describe(clips)[0]

    def describe(self, clips: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
        return np.zeros((len(clips), 1), np.float32), ("half of it is a guess",)


def test_doubts_of_a_part_are_told():
    name = f"motion+{__name__}:Doubtful"
    both = make_backbone(name, (name,))
    assert both.describe(clips())[1] == ("half of it is a guess",)


def test_ones_that_read_other_sizes_are_refused():
    both = f"motion+{__name__}:Large"
    message = (
        "backbones that read frames of different sizes cannot be joined (motion 160x120, large "
        "320x240): choose backbones that read frames of one size"
    )
    with pytest.raises(UsageError, match=f"^{re.escape(message)}$"):
        make_backbone(both, (both,))


class Large(Doubtful):
    """Reads larger frames."""

    name, frame_size = "large", (320, 240)


@pytest.mark.parametrize("name", ["motion+motion", "motion+posture+motion"])
def test_one_that_is_named_twice_is_refused(name):
    message = f"{name!r} joins a backbone with itself: name each once"
    with pytest.raises(UsageError, match=f"^{re.escape(message)}$"):
        make_backbone(name)


def test_an_unknown_part_is_named():
    with pytest.raises(UnknownName, match=r"^no backbone is called 'other': choose one of "):
        make_backbone("motion+other")


def test_it_makes_features_of_a_video(joined, data_folder):
    path = data_folder / "dives" / "springboard_640x480.mp4"
    assert Extractor(joined).video(path).values.shape[1] == joined.dim
