"""The outcome of looking at one performance: values only, which the report and JSON render."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, Self

from podium.assessment.exercise import Exercise
from podium.assessment.feedback import ClipFeedback, PhasePoints, Remark, without_points
from podium.assessment.segments import Segment
from podium.checks import is_finite, require, require_share
from podium.doubts import Doubt, Severity, worst
from podium.errors import UsageError
from podium.evaluation.labelling import Labelling
from podium.examination.values import Examination
from podium.features.alignment import Alignment
from podium.judging import Marks
from podium.scorers import Explanation
from podium.video.clips import VideoFacts
from podium.video.frames import WHOLE, Part

SHORT_RANGE = 10
"""Scores that lie closer together are said to the hundredth."""


@dataclass(frozen=True)
class Score:
    """A score in points with the range that holds it nine times in ten.

    `range_low` and `range_high` are the lowest and highest score there can be at any difficulty in
    question, `best` is the highest at the one that was given or assumed, where known. `marks` is
    the same as marks of a panel, where the scores come from one, in the steps that judges give,
    `mean_marks` the same on no step, and `judge_sd` by how much one judge differs from it.
    `is_remembered` says that the model learned from this very
    performance, or from one that the video is a copy of. Where performances are of two classes,
    such as correct and wrong, `label` is the likelier one, `probabilities` (0 to 1) has both, and
    the score is how likely the better one is. `named` are the scores that the performance has
    besides, or those of which this one is the first, named `headline`.
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
    mean_marks: Marks | None = None
    label: str = ""
    probabilities: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    headline: str = ""
    named: "tuple[NamedScore, ...]" = ()

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

    def as_class(self, labelling: Labelling | None) -> Self:
        """Return it with the class that it means, where it is one."""
        if labelling is None:
            return self
        chances = MappingProxyType(labelling.probabilities(self.value))
        return replace(self, label=labelling.label(self.value), probabilities=chances)

    def __str__(self) -> str:
        if self.label:
            return f"{self.label} (probability {self.probabilities[self.label]:.2f})"
        return f"{self.value:.1f} of {self.of:.1f} ({self.low:.1f} to {self.high:.1f})"


@dataclass(frozen=True)
class NamedScore:
    """One of several scores of a performance, such as that of its elements, and how good it is."""

    name: str
    """What it is of."""

    score: Score
    """The score with its own range."""

    rank_correlation: float | None
    """Of such scores with the true ones, on performances left out of training; where known."""

    n_measured: int
    """On so many."""

    @property
    def n_digits(self) -> int:
        """How many digits are shown: of short ranges, such as 1 to 5, two."""
        return 2 if self.score.range_high - self.score.range_low <= SHORT_RANGE else 1

    def __str__(self) -> str:
        one = self.score
        numbers = (one.value, one.low, one.high, one.range_low, one.range_high)
        value, low, high, least, most = (f"{number:.{self.n_digits}f}" for number in numbers)
        said = f"{self.name} {value} ({low} to {high})"
        limits = f"{least} to {most} in training"
        if self.rank_correlation is None:
            return f"{said}; {limits}"
        how = f"rank correlation {self.rank_correlation:.2f} on {self.n_measured} left out"
        return f"{said}; {limits}; {how}"


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


class Renderer(Protocol):
    """Puts an assessment into words: the stage after this one (`podium.report`) has it."""

    def report(self, assessment: "Assessment", language: str) -> Any:
        """Return the report."""
        ...

    def to_json(self, assessment: "Assessment") -> dict[str, Any]:
        """Return plain JSON."""
        ...

    def fragment(self, assessment: "Assessment") -> str:
        """Return a piece of HTML that a notebook shows."""
        ...

    def to_pandas(self, assessment: "Assessment") -> Any:
        """Return the clips as a data frame of pandas."""
        ...

    def sentences(self, doubts: Sequence[Doubt]) -> tuple[str, ...]:
        """Return what doubts say, in English."""
        ...


@dataclass(frozen=True)
class Assessment:
    """How well one performance was done, beside the references it was compared with.

    `video` is `None` where features were given instead of one, `score` where two videos were only
    compared. The score is kept as it was computed, even where it is withheld (`is_withheld`):
    `shown_score` is what may be shown. `difficulty_is_assumed` says that it was
    not given, so that the usual one of the action was taken; `difficulty_range` is what the score's
    range then covers. `alignment` puts the video in step
    with the first reference whose video is at hand, and `compared_seconds` (clips,) are when in it
    the moments are that clips were compared with, empty where these were counted from the end.
    `name` is what reports call the video, where
    that is not the name of its file. `part` is where in its video the performance lies; all seconds
    count from the first frame of the file. `phase_points` are what phases are worth, where experts
    agree on that. `segments` are the elements of a long performance, in order. `explanations` are
    what the scorer itself points at, where its method has feedback of its own. `examination` is
    what was measured of the athlete, where the sport has measures and there is a video; `exercise`
    is how a person who exercises moves, where the model says what argues for its class. `renderer`
    puts it into words.
    """

    video_path: Path
    video: VideoFacts | None
    score: Score | None
    action: str | None
    difficulty: float | None
    difficulty_is_assumed: bool
    references: tuple[Reference, ...]
    clips: tuple[ClipFeedback, ...]
    remarks: tuple[Remark, ...]
    model: str
    backbone: str
    doubts: tuple[Doubt, ...] = ()
    alignment: Alignment | None = None
    compared_seconds: tuple[float, ...] = ()
    name: str | None = None
    difficulty_range: tuple[float, float] | None = None
    part: Part = WHOLE
    phase_points: tuple[PhasePoints, ...] = ()
    segments: tuple[Segment, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    examination: Examination | None = field(default=None, repr=False, compare=False)
    exercise: Exercise | None = field(default=None, repr=False, compare=False)
    renderer: "Renderer | None" = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        if not self.is_withheld:
            return self.if_trusted
        missing = "similarity" if self.score is None else "score"
        return f"no {missing} (not to be trusted: {self.if_trusted})"

    def with_examination(self, examination: Examination | None) -> Self:
        """Return it with what was measured of the athlete, and what that contradicts."""
        said = {doubt.kind for doubt in self.doubts}
        more = [d for d in examination.contradictions if d.kind not in said] if examination else []
        return replace(self, examination=examination, doubts=(*self.doubts, *more))

    def with_exercise(self, exercise: Exercise | None) -> Self:
        """Return it with how a person who exercises moves, and what is gravely doubted of that."""
        more = exercise.doubts if exercise else ()
        return replace(self, exercise=exercise, doubts=(*self.doubts, *more))

    @property
    def is_withheld(self) -> bool:
        """Whether a grave doubt keeps the score, or the similarity as a whole, from being shown."""
        return worst(self.doubts) is Severity.GRAVE

    @property
    def shown_score(self) -> Score | None:
        """The score that may be shown: `None` where it is withheld, or there is none."""
        return None if self.is_withheld else self.score

    def as_shown(self) -> Self:
        """Return what may be shown beside the score: where it is withheld, nothing of points."""
        if not self.is_withheld:
            return self
        clips, lines = without_points(self.clips, self.remarks)
        exercise = self.exercise and replace(self.exercise, arguments=())
        segments = tuple(one.without_points() for one in self.segments)
        return replace(
            self,
            clips=clips,
            remarks=lines,
            phase_points=(),
            segments=segments,
            explanations=(),
            exercise=exercise,
        )

    @property
    def if_trusted(self) -> str:
        """What would be said, in English, if nothing were in doubt."""
        if self.score is None:
            return f"similarity {self.similarity:.2f} to {self.references[0].id}"
        if not self.difficulty:
            return str(self.score)
        if not self.difficulty_is_assumed:
            return f"{self.score}, difficulty {self.difficulty:g}"
        return f"{self.score}, difficulty {self.difficulty:g} (assumed{self._difficulty_note()})"

    @property
    def named_lines(self) -> tuple[str, ...]:
        """What is said, in English, of each score that may be shown beside the first."""
        score = self.shown_score
        if score is None or not score.named:
            return ()
        first = (f"shown first: {score.headline}",) if score.headline else ()
        return (*first, *map(str, score.named))

    def _difficulty_note(self) -> str:
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

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is to be doubted, in English."""
        return self._renderer.sentences(self.doubts)

    def report(self, language: str = "en") -> Any:
        """Return the report that a coach keeps: one HTML file that opens offline."""
        return self._renderer.report(self, language)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON; the names are part of the command line's contract."""
        return self._renderer.to_json(self)

    def to_pandas(self) -> Any:
        """Return what may be shown of each clip as a `pandas.DataFrame`, a row each.

        Raises
        ------
        MissingExtra
            If pandas is not installed.
        """
        return self._renderer.to_pandas(self)

    def _repr_html_(self) -> str | None:
        """Return what a notebook shows: nothing of its own where nobody puts it into words."""
        return self.renderer.fragment(self) if self.renderer else None

    @property
    def _renderer(self) -> "Renderer":
        if self.renderer is None:
            raise UsageError(
                "this assessment was not made by an assessor: give it renderer=RENDERER from "
                "podium.report"
            )
        return self.renderer
