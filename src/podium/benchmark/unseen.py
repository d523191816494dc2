"""In how many videos joints were not seen, and what share of them."""

from collections.abc import Iterable

import numpy as np

from podium.backbones.pose import NOBODY_SEEN
from podium.benchmark.results import UnseenJoints
from podium.doubts import Doubt
from podium.features.values import Sample
from podium.joints.follow import JOINTS_UNSEEN


def unseen_joints(posed: Iterable[Sample]) -> UnseenJoints:
    """Count the dives in which joints were not seen, and what share of them on average."""
    shares = [_share_unseen(sample.features.doubts) for sample in posed]
    return UnseenJoints(
        n=len(shares),
        n_filled=sum(share > 0 for share, _ in shares),
        unseen=round(float(np.mean([share for share, _ in shares])), 4),
        n_nobody=sum(n_clips > 0 for _, n_clips in shares),
    )


def _share_unseen(doubts: Iterable[Doubt]) -> tuple[float, int]:
    """Return the share of joints not seen in a video, 0 to 1, in whole per cent.

    And the number of clips in which nobody was seen.
    """
    values = {doubt.kind: doubt.values for doubt in doubts}
    unseen = values.get(JOINTS_UNSEEN, {"percent": 0.0})["percent"]
    nobody = values.get(NOBODY_SEEN, {"n": 0})["n"]
    return round(float(unseen)) / 100, int(nobody)
