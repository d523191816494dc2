"""One labelled execution of an action: the value that every data set yields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

from podium.checks import is_finite, require

SLOWEST, FASTEST = 0.02, 4.0
"""So many times as fast as it was a video may be played: cameras take 1,500 frames a second."""

LEAST_RATE, HIGHEST_RATE = 1.0, 1000.0
"""So many frames a second a file of a sequence may have."""

SCORE_PREFIX = "score_"
"""Columns that begin so hold another score of the same performance, by the rest of their name."""

_OTHERWISE = ("range", "best", "low", "high", "if_trusted")
"""What Podium itself says of a score, in columns that are called so."""

Split = Literal["train", "validation", "test"]

Kind = Literal["positions", "angles"]
"""What a file of a sequence holds, (frames, joints, 2 or 3): where joints are, or how they are bent
(in degrees, about each of three axes)."""


def require_frames(start_frame: int, end_frame: int | None) -> None:
    """Refuse a part of a video that starts before it, or ends before it starts.

    Raises
    ------
    UsageError
        If it does.
    """
    require(start_frame >= 0, "start_frame", start_frame, "0 or more")
    fits = end_frame is None or end_frame >= start_frame
    require(fits, "end_frame", end_frame, f"start_frame, {start_frame}, or more")


def require_speed(playing_speed: float | None) -> None:
    """Refuse a speed at which nothing is played.

    Raises
    ------
    UsageError
        If it is none.
    """
    is_speed = playing_speed is None or (
        is_finite(playing_speed) and SLOWEST <= playing_speed <= FASTEST
    )
    allowed = f"from {SLOWEST:g} to {FASTEST:g} times as fast as it was, or None"
    require(is_speed, "playing_speed", playing_speed, allowed)


def require_rate(frames_per_second: float | None) -> None:
    """Refuse a rate at which nothing is recorded.

    Raises
    ------
    UsageError
        If it is none.
    """
    is_rate = frames_per_second is None or (
        is_finite(frames_per_second) and LEAST_RATE <= frames_per_second <= HIGHEST_RATE
    )
    allowed = f"from {LEAST_RATE:g} to {HIGHEST_RATE:g}, or None"
    require(is_rate, "frames_per_second", frames_per_second, allowed)


@lru_cache(maxsize=1_000)
def score_named(column: str) -> str:
    """Return which score a column of a table holds: "elements" of `score_elements`; "" if none."""
    name = column.removeprefix(SCORE_PREFIX)
    is_other = name in _OTHERWISE or name.endswith(("_low", "_high", "_if_trusted"))
    return "" if name == column or is_other else name


@dataclass(frozen=True)
class Phase:
    """A named part of a performance, such as the entry; frames are 0-based and inclusive."""

    name: str
    start_frame: int
    end_frame: int

    def __post_init__(self) -> None:
        require_frames(self.start_frame, self.end_frame)


@dataclass(frozen=True)
class Performance:
    """One labelled execution: where its video is and what is known of it.

    `score` and `difficulty` are in the points of its competition; `None` means not known.
    `scores` are others of the same performance by their names, such as elements and components.
    `start_frame` and `end_frame` (0-based, inclusive) bound the part of the video that counts; the
    video may be a recording of hours. It is played `playing_speed` times as fast as it was done: in
    slow motion 0.5 or 0.25.
    `kind` says what a file of a sequence in place of a video holds; `None` is positions; and
    `frames_per_second` how often it was recorded, `None` where that is not known.
    `address` is where the video lies, where that is not here: it is fetched when it is looked at
    (`podium.video.elsewhere`), and `path` is only its name.
    `listed` is how its table spells the name of its file, where that is encoded in another way than
    on the disk: what is said of it in tables does not hang on the disk.
    `extra` keeps the columns of a table that Podium has no use for.
    """

    id: str
    path: Path
    score: float | None = None
    action: str | None = None
    difficulty: float | None = None
    judges: tuple[float, ...] = ()
    split: Split | None = None
    start_frame: int | None = None
    end_frame: int | None = None
    event: str | None = None
    athlete: str | None = None
    is_reference: bool = False
    phases: tuple[Phase, ...] = ()
    playing_speed: float | None = None
    kind: Kind | None = None
    frames_per_second: float | None = None
    address: str = ""
    listed: str = ""
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    scores: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        for name in ("score", "difficulty"):
            value = getattr(self, name)
            require(value is None or is_finite(value), name, value, "a finite number, or None")
        require(all(map(is_finite, self.judges)), "judges", self.judges, "finite marks")
        are_scores = all(map(is_finite, self.scores.values()))
        require(are_scores, "scores", dict(self.scores), "finite numbers by name")
        is_split = self.split is None or self.split in get_args(Split)
        require(is_split, "split", self.split, f"one of {', '.join(get_args(Split))}, or None")
        is_kind = self.kind is None or self.kind in get_args(Kind)
        require(is_kind, "kind", self.kind, f"one of {', '.join(get_args(Kind))}, or None")
        require_frames(self.start_frame or 0, self.end_frame)
        require_speed(self.playing_speed)
        require_rate(self.frames_per_second)

    def same_frames(self, id: str) -> "Performance":
        """Return what is seen of it under another name, without what is known of it."""
        return Performance(
            id, self.path, start_frame=self.start_frame, end_frame=self.end_frame,
            kind=self.kind, playing_speed=self.playing_speed,
            frames_per_second=self.frames_per_second,
        )  # fmt: skip

    @property
    def execution(self) -> float | None:
        """The score with the difficulty divided out, where both are known."""
        if self.score is None or self.difficulty is None:
            return None
        return self.score / self.difficulty
