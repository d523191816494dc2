"""What doubts say, in English, for tests that match whole messages."""

from collections.abc import Iterable
from typing import Any

from podium.doubts import Doubt
from podium.report.words import load_words


def sentences(of: Any) -> tuple[str, ...]:
    """Return what the doubts of a video, or of whatever else has some, say."""
    doubts: Iterable[Doubt] = of.doubts
    return tuple(map(load_words().doubt, doubts))
