"""What is asked of the page and what it answers, as the description of the interface has it."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from podium.report.notes import (
    MAX_CENTIMETRES,
    MAX_DRAWINGS,
    MAX_FRAME,
    MAX_LETTERS,
    MAX_PLACES,
    MAX_SECONDS,
    MAX_SENTENCE,
    MAX_VERDICTS,
    Tool,
)
from podium.report.offers import Offer
from podium.report.words import ENGLISH
from podium.web.records import Stage, State, is_day

MAX_IN_BATCH = 500

RenderingState = Literal["waiting", "running", "done", "failed", "cancelled"]

Id = Annotated[str, Field(max_length=64)]


Place = Annotated[float, Field(ge=0, le=100_000)]


class Strict(BaseModel):
    """A body in which a name that is not known is a mistake, not ignored."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


def _day(text: str) -> str:
    if text and not is_day(text):
        raise ValueError("must be a day of the calendar, such as 2026-05-31, or empty")
    return text


def _line(text: str) -> str:
    """Return a text as it is seen: what turns the letters about it, or is no letter, is left out.

    What joins letters (of Persian, and of emoji) stays between others.
    """
    seen = "".join(one if one.isprintable() or one in _JOINERS else " " for one in text)
    return " ".join(seen.split()).strip(_JOINERS)


_JOINERS = "\u200c\u200d"


def _said(tags: list[str]) -> list[str]:
    return [tag for tag in tags if tag]


Line = Annotated[str, Field(max_length=200), AfterValidator(_line)]
Tag = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_line)]


class AboutIn(Strict):
    """What people say of an assessment; nothing of it is needed."""

    athlete: Annotated[Line, Field(description="Whose performance it is.")] = ""
    day: Annotated[
        str, Field(max_length=10, description="Such as 2026-05-31."), AfterValidator(_day)
    ] = ""
    event: Annotated[Line, Field(description="Where or at what it was.")] = ""
    tags: Annotated[
        list[Tag], Field(max_length=20, description="Words to find it by."), AfterValidator(_said)
    ] = []
    text: Annotated[str, Field(max_length=4000, description="Notes.")] = ""


class AboutOut(BaseModel):
    """What people said of an assessment, as it is kept."""

    athlete: str
    day: str
    event: str
    tags: list[str]
    text: str


class How(Strict):
    """What was performed, and beside whom it is judged."""

    action: Annotated[str | None, Field(max_length=40, description="Such as 407 or 407C.")] = None
    difficulty: Annotated[
        float | None, Field(gt=0, le=1000, strict=True, description="Such as 3.2.")
    ] = None
    reference: Annotated[
        Id | None, Field(max_length=64, description="The id of your own video of an expert.")
    ] = None
    expert: Annotated[
        str | None, Field(max_length=200, description="The id of an expert of the model.")
    ] = None
    language: Annotated[str, Field(max_length=10, description="The language of the report.")] = (
        ENGLISH
    )
    blur_faces: Annotated[
        bool,
        Field(description="Whether faces are made unrecognisable in the report, as far as found."),
    ] = False


class Wanted(How):
    """One video to be assessed."""

    video: Annotated[Id, Field(max_length=64, description="The id of a video that was sent.")]
    athlete: Annotated[
        tuple[Place, Place] | None,
        Field(description="Where the athlete is in the first frame: pixels from left and top."),
    ] = None
    about: AboutIn | None = None


class WantedBatch(How):
    """Several videos to be assessed in one way."""

    videos: Annotated[list[Id], Field(min_length=1, max_length=MAX_IN_BATCH)]
    abouts: Annotated[
        list[AboutIn] | None,
        Field(max_length=MAX_IN_BATCH, description="What is said of each video, in their order."),
    ] = None


Share = Annotated[float, Field(ge=0, le=1)]


class Drawn(Strict):
    """What somebody drew on one frame of one of the two videos of a report."""

    side: Literal["query", "reference"]
    frame: Annotated[int, Field(ge=0, le=MAX_FRAME, description="In the report's copy, from 0.")]
    seconds: Annotated[float, Field(ge=-MAX_SECONDS, le=MAX_SECONDS)]
    tool: Tool
    places: Annotated[
        list[tuple[Share, Share]],
        Field(
            min_length=1, max_length=MAX_PLACES,
            description="From left and top, as shares of the picture; an angle's corner is second.",
        ),
    ]  # fmt: skip
    text: Annotated[str, Field(max_length=MAX_LETTERS)] = ""
    degrees: Annotated[float | None, Field(ge=0, le=180)] = None
    centimetres: Annotated[float | None, Field(ge=0, le=MAX_CENTIMETRES)] = None
    is_known: Annotated[bool, Field(description="Whether somebody said how long it is.")] = False


Sentence = Annotated[str, Field(max_length=MAX_SENTENCE)]
Seconds = Annotated[float, Field(ge=-MAX_SECONDS, le=MAX_SECONDS)]


class VerdictIn(Strict):
    """What somebody says of a remark or a moment: that it is so or not, and what it really was."""

    about: Annotated[Sentence, Field(description="`clips`, `moment`, or the name of a measure.")]
    moment: Sentence
    start_seconds: Seconds | None
    end_seconds: Seconds | None
    words: Sentence
    is_true: bool
    was: Sentence = ""
    is_praise: bool = False
    was_seconds: Annotated[Seconds | None, Field(description="Of a moment: when it was.")] = None


class Added(Strict):
    """What people added to a report."""

    drawings: Annotated[list[Drawn], Field(max_length=MAX_DRAWINGS)] = []
    verdicts: Annotated[list[VerdictIn], Field(max_length=MAX_VERDICTS)] = []


class VideoOut(BaseModel):
    """A video that was sent."""

    id: str
    name: str
    n_bytes: int


class UploadOut(BaseModel):
    """A video on its way: `received` of its `n_bytes` came; the next part begins there.

    Parts of `part_bytes` suit. `video` is its id once all of it is there.
    """

    id: str
    received: int
    n_bytes: int
    part_bytes: int
    video: str | None


class FrameOut(BaseModel):
    """The first frame of a video as the athlete is looked for in it, and where it lies in it.

    `left`, `top`, `width` and `height` are in pixels of the upright video: bars are left out.
    """

    picture: Annotated[str, Field(description="A data: address.")]
    left: float
    top: float
    width: float
    height: float


class MeasureOut(BaseModel):
    """What was measured, in words."""

    name: str
    value: str


class WhyOut(BaseModel):
    """A grave doubt, and what to do about it ("" if not known), in words."""

    doubt: str
    remedy: str


class AssessmentOut(BaseModel):
    """An assessment, from waiting to done."""

    id: str
    state: State
    stage: Stage | None = None
    video: str
    reference: str | None
    action: str | None
    difficulty: float | None
    language: str
    batch: str | None
    created_seconds: float
    started_seconds: float | None
    ended_seconds: float | None
    error: str | None
    summary: dict[str, Any] | None
    about: AboutOut
    has_voice: Annotated[bool, Field(description="Whether there is a voice note beside it.")]
    recognised: Annotated[str, Field(description="Which dive was recognised, in words, or empty.")]
    measured: list[MeasureOut]
    withheld: Annotated[
        list[WhyOut],
        Field(description="Why there is no score, or no similarity; empty where there is one."),
    ]


class AthleteOut(BaseModel):
    """Somebody whose performances were assessed."""

    name: str
    n: Annotated[int, Field(description="How many assessments are theirs.")]
    first_day: str
    last_day: str


class TableRowOut(BaseModel):
    """What a table says of one video."""

    file_name: str
    about: AboutIn


class TrendOut(BaseModel):
    """How values changed from the first day to the last; the 95 % interval may hold no change."""

    first: float
    change: float
    low: float
    high: float
    direction: Literal["up", "down", "unclear"]


class SeriesOut(BaseModel):
    """One quantity over time; `unit` says how it is written, `{value} s`.

    Values are those of `rows` of the season, by their numbers, with 90 % ranges where known.
    """

    name: str
    label: str
    unit: str
    rows: list[int]
    values: list[float]
    lows: list[float | None]
    highs: list[float | None]
    trend: Annotated[TrendOut | None, Field(description="None where there are too few.")]


class SeasonRowOut(BaseModel):
    """One assessment of an athlete, in short."""

    id: str
    day: str
    video: str
    action: str
    event: str
    tags: list[str]
    text: str
    state: State
    score: float | None
    low: float | None
    high: float | None
    difficulty: float | None


class SeasonOut(BaseModel):
    """One athlete over time."""

    athlete: str
    n: int
    actions: list[str]
    rows: list[SeasonRowOut]
    series: list[SeriesOut]


class DeletedOut(BaseModel):
    """How many assessments were deleted, with all that belonged to them."""

    n: int


class TakenOut(BaseModel):
    """How many assessments were taken in that were not here."""

    n: int


class RenderingIn(Strict):
    """What is to be made of a report to send it, as `podium render` makes it."""

    what: Annotated[
        Offer,
        Field(description="A film with both videos beside each other or one over the other, ..."),
    ]
    plain: Annotated[
        bool, Field(description="Time runs in both as it was filmed, not in step.")
    ] = False
    language: Annotated[str, Field(max_length=10, description="Of what the film says.")] = ENGLISH


class RenderingOut(BaseModel):
    """What can be made of a report (`offers`), and what is being made of it, or was.

    A file that is `done` is there until the page is stopped, or something else is asked for.
    """

    offers: list[Offer]
    what: Offer | None
    plain: bool
    state: RenderingState | None
    share: Annotated[float, Field(description="How much of it is made, 0 to 1.")]
    error: str | None
    name: Annotated[str | None, Field(description="What the file is called.")]
    n_bytes: int | None


class WorkOut(BaseModel):
    """Whether the assessments that wait are being made."""

    goes_on: bool
    n_waiting: int


class BatchOut(BaseModel):
    """Several assessments that were asked for together."""

    id: str
    assessments: list[AssessmentOut]


class ActionOut(BaseModel):
    """An action the model knows, and its usual difficulty."""

    name: str
    difficulty: float


class ExpertOut(BaseModel):
    """An expert's performance that comes with the model."""

    id: str
    action: str | None
    score: float | None


class ChoicesOut(BaseModel):
    """What there is to choose from."""

    model: str
    about: str
    actions: list[ActionOut]
    experts: list[ExpertOut]
    uses_difficulty: bool
    measures_others: Annotated[
        bool, Field(description="Whether actions that the sport has are measured, though unknown.")
    ]
    languages: dict[str, str]
    most_bytes: int


class ComparisonOut(BaseModel):
    """Two assessments beside each other, the earlier first."""

    earlier: AssessmentOut
    later: AssessmentOut
    score_difference: float | None
    ranges_overlap: bool | None
    earlier_clips: list[dict[str, Any]]
    later_clips: list[dict[str, Any]]


class AuditOut(BaseModel):
    """What a table of marks says of its judges."""

    id: str
    name: str
    rule: str | None
    year: int | None
    said: list[str]


class Problem(BaseModel):
    """Why a request was refused."""

    detail: str
