"""What a scorer itself points at, as values: each published method has its own kind of feedback."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from podium.checks import is_finite, require
from podium.features.values import Sample

ExplanationKind = Literal[
    "terms", "falling_score", "shows_skill", "lacks_skill", "skill_class", "joint_move"
]
"""`terms` of a sum that is the score; where the `falling_score` falls; the clip that weighs most as
showing skill, or lack of it; the `skill_class` of what is most alike; which joint should move where
(`joint_move`)."""


@dataclass(frozen=True)
class Explanation:
    """One thing that a scorer points at; times are in seconds of the video, where it is of one.

    `values` are numbers by their names, of each kind its own: `expert_points` and `own_points`
    (terms), `points` (falling_score, joint_move), `share` (shows_skill, lacks_skill), `n` and `of`
    (skill_class). `name` is the expert, the class or the joint; `direction` (dims,) is where that
    joint should go, of length 1.
    """

    kind: ExplanationKind
    values: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    name: str = ""
    direction: tuple[float, ...] = ()
    start_seconds: float | None = None
    end_seconds: float | None = None

    def __post_init__(self) -> None:
        for name, value in self.values.items():
            require(is_finite(value), name, value, "a finite number")


def at_clip(sample: Sample, clip: int) -> dict[str, Any]:
    """Return when a clip of a performance is; nothing where its times are not known."""
    features = sample.features
    start, end = float(features.start_seconds[clip]), float(features.end_seconds[clip])
    known = is_finite(start) and is_finite(end)
    return {"start_seconds": start, "end_seconds": end} if known else {}
