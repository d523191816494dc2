"""Athletes who are followed once, however many tests look at the same frames."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator

import numpy as np
import pytest

from podium.athlete.follow import follow
from podium.athlete.track import Seed
from podium.athlete.values import Athlete
from podium.measures import _look
from podium.video.frames import Frames

MOST = 200
"""So many are kept: a megabyte or less each."""


class _Followed:
    """Follows as Podium does, and knows the answer to a question that was asked before."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[object, ...], Athlete] = OrderedDict()

    def __call__(self, frames: Frames, seed: Seed | None = None) -> Athlete:
        asked = (
            hashlib.blake2b(np.ascontiguousarray(frames.pixels)).digest(), frames.pixels.shape,
            frames.start_seconds.tobytes(), frames.end_seconds, seed,
        )  # fmt: skip
        if asked not in self._known:
            self._known[asked] = _sealed(follow(frames, seed))
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        return self._known[asked]


def _sealed(athlete: Athlete) -> Athlete:
    """Let nobody change what others are given, too."""
    for array in (athlete.middles, athlete.masks, athlete.evidence):
        array.setflags(write=False)
    return athlete


@pytest.fixture(scope="session")
def _followed() -> _Followed:
    return _Followed()


@pytest.fixture
def follows_once(_followed: _Followed) -> Iterator[None]:
    """Follow nobody again in frames in which another test did: for tests of what comes after that.

    That it is the same each time is tried in tests/athlete/test_follow.py.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_look, "follow", _followed)
        yield
