"""The outcome of looking at one performance: values only, which the report and JSON render."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from podium.assessment.feedback import ClipFeedback, Remark
from podium.checks import is_finite, require, require_share
from podium.errors import UsageError
from podium.features.alignment import Alignment
from podium.judging import Marks
from podium.video.clips import VideoFacts
from podium.video.frames import WHOLE, Part


@dataclass(frozen=True)
class Score:
    """A score in points with the range that holds it nine times in ten.

    `range_low` and `range_high` are the lowest and highest score there can be at any difficulty in
    question, `best` is the highest at the one that was given or assumed, where known. `marks` is
    the same as mean marks of a panel, where the scores come from one, and `judge_sd` by how much
    one judge differs from it. `is_remembered` says that the model learned from this very
    performance.
    """

    value: float
    low: float
    high: float
    range_low: float
    range_high: float
    marks: Marks | None = None
    is_remembered: bool = False
    best: float | None = None
    judge_sd: float | None = None

    def __post_init__(self) -> None:
        for name in ("value", "low", "high", "range_low", "range_high"):
            require(is_finite(getattr(self, name)), name, getattr(self, name), "a finite number")
        require(self.low <= self.high, "high", self.high, f"low, {self.low:g}, or more")
        fits = self.range_low <= self.range_high
        require(fits, "range_high", self.range_high, f"range_low, {self.range_low:g}, or more")

    @property
    def of(self) -> float:
        """What the score is out of: the highest at its difficulty, or the highest there can be."""
        return self.range_high if self.best is None else self.best

    def __str__(self) -> str:
        return f"{self.value:.1f} of {self.of:.1f} ({self.low:.1f} to {self.high:.1f})"


@dataclass(frozen=True)
class Reference:
    """A performance that was compared with: its name, score (where known), similarity 0 to 1.

    `part` is where in its video it lies.
    """

    id: str
    score: float | None
    similarity: float
    path: Path | None = None
    name: str | None = None
    part: Part = WHOLE

    def __post_init__(self) -> None:
        require_share("similarity", self.similarity)

    @property
    def shown_name(self) -> str:
        """What its video is called in a report: the name of the file, unless it has another."""
        return self.name or (self.path.name if self.path else self.id)


@dataclass(frozen=True)
class Assessment:
    """How well one performance was done, beside the references it was compared with.

    `score` is `None` where two videos were only compared. `difficulty_is_assumed` says that it was
    not given, so that the usual one of the action was taken; `difficulty_range` is what the score's
    range then covers. `alignment` puts the video in step
    with the first reference whose video is at hand. `name` is what reports call the video, where
    that is not the name of its file. `part` is where in its video the performance lies; all seconds
    count from the first frame of the file. `report_maker` is what makes a report of it.
    """

    video_path: Path
    video: VideoFacts
    score: Score | None
    action: str | None
    difficulty: float | None
    difficulty_is_assumed: bool
    references: tuple[Reference, ...]
    clips: tuple[ClipFeedback, ...]
    remarks: tuple[Remark, ...]
    model: str
    backbone: str
    warnings: tuple[str, ...] = ()
    alignment: Alignment | None = None
    name: str | None = None
    difficulty_range: tuple[float, float] | None = None
    part: Part = WHOLE
    report_maker: "Callable[[Assessment, str], Any] | None" = field(
        default=None, repr=False, compare=False
    )

    def __str__(self) -> str:
        if self.score is None:
            return f"similarity {self.similarity:.2f} to {self.references[0].id}"
        if not self.difficulty:
            return str(self.score)
        if not self.difficulty_is_assumed:
            return f"{self.score}, difficulty {self.difficulty:g}"
        return f"{self.score}, difficulty {self.difficulty:g} (assumed{self._covered()})"

    def _covered(self) -> str:
        low, high = self.difficulty_range or (0.0, 0.0)
        return f"; the range is for {low:g} to {high:g}" if low < high else ""

    @property
    def shown_name(self) -> str:
        """What the video is called in a report: the name of the file, unless it has another."""
        return self.name or self.video_path.name

    @property
    def similarity(self) -> float:
        """How alike the whole performance is to its references, 0 to 1: their mean."""
        if not self.references:
            return float("nan")
        return sum(r.similarity for r in self.references) / len(self.references)

    def report(self, language: str = "en") -> Any:
        """Make the report that a coach keeps: one HTML file that opens offline."""
        if self.report_maker is None:
            raise UsageError("this assessment was not made by an assessor: use make_report(it)")
        return self.report_maker(self, language)

    def to_json(self) -> dict[str, Any]:
        """Give it as plain JSON; the names are part of the command line's contract."""
        plain: dict[str, Any] = {
            "action": self.action,
            "difficulty": self.difficulty,
            "difficulty_is_assumed": self.difficulty_is_assumed,
            "difficulty_range": self.difficulty_range and list(self.difficulty_range),
            "similarity": self.similarity,
            "references": [
                {"id": r.id, "score": r.score, "similarity": r.similarity} for r in self.references
            ],
            "clips": [asdict(clip) for clip in self.clips],
            "remarks": [_remark_to_json(remark) for remark in self.remarks],
            "model": self.model,
            "backbone": self.backbone,
            "alignment": _alignment_to_json(self.alignment),
            "video": {
                "file": self.name or str(self.video_path),
                "frames": self.video.n_frames,
                "used_frames": self.video.n_different,
                "promised_frames": self.video.n_promised,
                "end_is_missing": self.video.end_is_missing,
                "missing_event": self.video.missing_event,
                "first_used_frame": self.video.first_used,
                "start_frame": self.part.start_frame,
                "end_frame": self.part.end_frame,
                "seconds": self.video.seconds,
                "warnings": list(self.warnings),
            },
        }
        if self.score is not None:
            plain = {**_score_to_json(self.score), **plain}
        cleaned: dict[str, Any] = _without_nan(plain)
        return cleaned


def _score_to_json(score: Score) -> dict[str, Any]:
    return {
        "score": score.value,
        "score_low": score.low,
        "score_high": score.high,
        "score_range": [score.range_low, score.range_high],
        "score_best": score.of,
        "marks": None if score.marks is None else asdict(score.marks),
        "is_remembered": score.is_remembered,
    }


def _remark_to_json(remark: Remark) -> dict[str, Any]:
    names = ("start_seconds", "end_seconds", "contribution", "words")
    return {name: getattr(remark, name) for name in names}


def _alignment_to_json(alignment: Alignment | None) -> dict[str, Any] | None:
    if alignment is None:
        return None
    return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(alignment).items()}


def _without_nan(value: Any) -> Any:
    """JSON has no NaN: what is not known is null."""
    if isinstance(value, dict):
        return {key: _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_nan(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
