"""What every backbone must do."""

from typing import Any

import numpy as np
import numpy.typing as npt

from podium.backbones import Backbone
from podium.testing._broken import hold

SAME = 1e-5
"""How far a feature may be from itself in another batch, of its length: a network sums in another
order there."""


def check_backbone(backbone: Backbone) -> None:
    """Check that a backbone describes clips as Podium needs it, on clips of noise.

    Raises
    ------
    ContractBroken
        If it does not.
    """
    width, height = backbone.frame_size
    hold(width > height > 0, backbone, f"frame_size {(width, height)} must be (width, height)")
    hold(backbone.name and backbone.fingerprint, backbone, "must have a name and a fingerprint")
    shape = (2, 16, height, width, 3)
    clips = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    before = clips.copy()
    features = backbone(clips)
    hold(np.array_equal(clips, before), backbone, "must leave the clips as they are")
    _check_features(backbone, features)
    _check_batches(backbone, clips, features)
    _check_refusals(backbone)


def _check_features(backbone: Backbone, features: npt.NDArray[Any]) -> None:
    found = f"{features.dtype} of {features.shape}"
    wanted = f"float32 of (2, {backbone.dim})"
    hold(found == wanted, backbone, f"features of 2 clips are {found}: they must be {wanted}")
    hold(np.isfinite(features).all(), backbone, "features must be finite")
    differ = np.abs(features[0] - features[1]).max() > 0
    hold(differ, backbone, "different clips must have different features")


def _check_batches(
    backbone: Backbone, clips: npt.NDArray[np.uint8], features: npt.NDArray[Any]
) -> None:
    none = backbone(clips[:0]).shape
    hold(none == (0, backbone.dim), backbone, f"no clips must become (0, {backbone.dim})")
    alone, again = backbone(clips[1:]), backbone(clips[1:])
    hold(np.array_equal(alone, again), backbone, "the same clip must have the same features")
    apart = np.linalg.norm(alone - features[1:])
    close = apart < SAME * np.linalg.norm(alone)
    hold(close, backbone, "a clip must have the same features alone as among others")


def _check_refusals(backbone: Backbone) -> None:
    width, height = backbone.frame_size
    wanted = (16, height, width, 3)
    shapes = ((1, 8, height, width, 3), (1, 16, width, height, 3), (16, height, width, 3), (0,))
    wrong: list[npt.NDArray[Any]] = [np.zeros(shape, np.uint8) for shape in shapes]
    for clips in (*wrong, np.zeros((1, *wanted), np.float32)):
        found = f"{clips.dtype} of {clips.shape}"
        message = f"clips are {found}: they must be uint8 of (clips, {str(wanted)[1:]}"
        try:
            backbone(clips)
            said = ""
        except ValueError as error:
            said = str(error)
        hold(said == message, backbone, f"must refuse {found} (podium.backbones.require_clips)")
