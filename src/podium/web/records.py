"""What the page writes down of videos and assessments, and reads again without trusting it."""

import json
import math
import re
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from podium.doubts import Doubt, Severity
from podium.errors import UnusableFile
from podium.machine.files import read_json
from podium.measures import Phase
from podium.report.notes import Notes, notes_in_file

State = Literal["waiting", "running", "done", "failed", "cancelled"]
Stage = Literal["loading", "looking", "writing"]
_Kind = TypeVar("_Kind")
ENDED: tuple[State, ...] = ("done", "failed", "cancelled")

MAX_DESCRIPTION_BYTES = 2**20
MAX_STAGE_BYTES = 4096
MAX_RESULT_BYTES = 64 * 2**20
MAX_ERROR_LETTERS = 4000
"""What is kept of the reason why an assessment failed."""

MAX_SECONDS = 253_402_300_800.0
"""No time is later: the end of the year 9999, which browsers can still write."""


NOTES = "notes.json"
"""What was added to a report, beside the assessment's own file."""

VOICE = "voice"
"""A voice note, beside it; what kind of sound it is is seen by how it begins."""

LISTED = (
    "flight_seconds", "jump_height_bodies", "tightness", "opening_seconds",
    "entry_angle_degrees", "splash_size",
)  # fmt: skip
"""The measures that a list shows; the report has all."""


@dataclass(frozen=True)
class StoredVideo:
    """A video that was sent, under a name that was made up here; `name` is what it was called."""

    id: str
    name: str
    n_bytes: int
    created_seconds: float


@dataclass(frozen=True)
class Request:
    """What is to be assessed, and how: the ids of videos, and words of the user.

    `reference` is a video of the user's own, `expert` a reference of the model.
    """

    video: str
    model: str
    action: str | None = None
    difficulty: float | None = None
    reference: str | None = None
    expert: str | None = None
    language: str = "en"
    athlete: tuple[float, float] | None = None
    """Where the athlete is in the first frame, in pixels from the left and from the top."""

    blur_faces: bool = False
    """Whether faces are made unrecognisable in the report."""

    def videos(self) -> set[str]:
        """Return the ids of the videos that it needs."""
        return {video for video in (self.video, self.reference) if video}


@dataclass(frozen=True)
class About:
    """What people say of an assessment; nothing of it is needed."""

    athlete: str = ""
    """Whose performance it is."""

    day: str = ""
    """When it was, such as `2026-05-31`; where it is not said, the day it was sent counts."""

    event: str = ""
    """Where or at what it was."""

    tags: tuple[str, ...] = ()
    """Words to find it by."""

    text: str = ""
    """Notes."""


@dataclass(frozen=True)
class Job:
    """One assessment, from the request to the outcome."""

    id: str
    request: Request
    video_name: str
    reference_name: str | None
    created_seconds: float
    state: State = "waiting"
    batch: str | None = None
    started_seconds: float | None = None
    ended_seconds: float | None = None
    error: str | None = None
    summary: dict[str, Any] | None = None
    about: About = About()


def day_of(job: Job) -> str:
    """Return the day of a performance: the one that was said, else when it was sent (UTC)."""
    return job.about.day or datetime.fromtimestamp(job.created_seconds, UTC).date().isoformat()


def is_day(text: str) -> bool:
    """Return whether a text is a day of the calendar, such as `2026-05-31`."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class _SavedDoubt(BaseModel):
    """A doubt as `Doubt.to_json` gives it."""

    kind: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$")]
    severity: Severity
    about: str
    values: dict[str, float | str]


class _SavedDive(BaseModel):
    """The dive that was recognised."""

    action: Annotated[str, Field(max_length=10)]
    position: Annotated[str, Field(max_length=1)]
    probability: float


class _SavedMeasure(BaseModel):
    """What was measured, as a list shows it; that there is none is not kept."""

    name: Annotated[str, Field(pattern=r"^[a-z_]{1,60}$")]
    unit: Annotated[str, Field(max_length=40)]
    phase: Phase | None
    """Of movements of joints there is none."""

    value: float | Annotated[str, Field(max_length=40)] | None
    low: float | None = None
    high: float | None = None


class _Summary(BaseModel):
    """What lists and comparisons show of a result, so that they need not read every one."""

    score: float | None = None
    score_low: float | None = None
    score_high: float | None = None
    score_if_trusted: float | None = None
    low_if_trusted: float | None = None
    high_if_trusted: float | None = None
    score_range: list[float] | None = None
    similarity: float | None = None
    action: str | None = None
    difficulty: float | None = None
    difficulty_is_assumed: bool | None = None
    warnings: list[str]
    doubts: list[_SavedDoubt] = []
    recognised: _SavedDive | None = None
    measures: Annotated[list[_SavedMeasure], Field(max_length=100)] = []


_VIDEOS, _JOBS = TypeAdapter(StoredVideo), TypeAdapter(Job)
_STAGES: TypeAdapter[Stage] = TypeAdapter(Stage)


def new_id() -> str:
    """Invent a name for a video, an assessment or a batch."""
    return secrets.token_hex(16)


def is_id(name: str) -> bool:
    """Return whether a name may have been made up here."""
    return re.fullmatch(r"[0-9a-f]{32}", name) is not None


def as_bytes(record: StoredVideo | Job) -> bytes:
    """Return a record as the JSON that is written down."""
    return json.dumps(asdict(record)).encode("ascii")


def read_video(folder: Path) -> StoredVideo:
    """Read the description of a video from its folder.

    Raises
    ------
    UnusableFile
        If it is not what Podium wrote there.
    OSError
        If it cannot be opened.
    """
    path = folder / "about.json"
    video = _read_checked(_VIDEOS, path)
    _require(path, video.id == folder.name, "its id is not that of its folder")
    _require(path, _is_time(video.created_seconds), "its time is impossible")
    return video


def read_job(folder: Path) -> Job:
    """Read the description of an assessment from its folder.

    Raises
    ------
    UnusableFile
        If it is not what Podium wrote there.
    OSError
        If it cannot be opened.
    """
    path = folder / "job.json"
    job = _read_checked(_JOBS, path)
    _require(path, job.id == folder.name, "its id is not that of its folder")
    _require(path, job.batch is None or is_id(job.batch), "its batch is not an id")
    times = job.created_seconds, job.started_seconds, job.ended_seconds
    _require(path, all(_is_time(t) for t in times), "its time is impossible")
    _require(path, not job.about.day or is_day(job.about.day), "its day is impossible")
    if job.state != "done" and job.summary is None:
        return job
    return replace(job, summary=_summary_of(job.summary, path))


DESCRIPTIONS: dict[str, Callable[[Path], object]] = {
    "videos": read_video,
    "assessments": read_job,
}
"""What reads the description of a thing, by the folder that those things lie in."""


def read_summary(result: Path) -> dict[str, Any]:
    """Read from a `result.json` what lists and comparisons show.

    Raises
    ------
    UnusableFile
        If it is not the result of an assessment.
    OSError
        If it cannot be opened.
    """
    found = _sound(read_json(result, MAX_RESULT_BYTES), result)
    video = found.get("video") if isinstance(found, dict) else None
    warnings = video.get("warnings") if isinstance(video, dict) else None
    return _summary_of({**found, "warnings": warnings} if video else None, result)


def read_clips(result: Path) -> list[dict[str, Any]]:
    """Read from a `result.json` what became of each clip.

    Raises
    ------
    UnusableFile
        If it is not the result of an assessment.
    OSError
        If it cannot be opened.
    """
    found = _sound(read_json(result, MAX_RESULT_BYTES), result)
    clips = found.get("clips") if isinstance(found, dict) else None
    if isinstance(clips, list) and all(isinstance(clip, dict) for clip in clips):
        return clips
    raise _unlike_ours(result, "it has no clips")


def read_stage(folder: Path) -> Stage:
    """Read from its folder how far an assessment is."""
    try:
        told = read_json(folder / "progress.json", MAX_STAGE_BYTES)
        return _STAGES.validate_python(told["stage"])
    except (OSError, UnusableFile, LookupError, TypeError, ValidationError):
        return "loading"


def read_notes(folder: Path) -> Notes:
    """Read from its folder what was added to a report; nothing where there is no such file.

    Raises
    ------
    UnusableFile
        If it is not what Podium wrote there.
    OSError
        If it cannot be opened.
    """
    path = folder / NOTES
    if not path.exists():
        return Notes()
    return notes_in_file(_sound(read_json(path, MAX_DESCRIPTION_BYTES), path), path)


def make_storable(text: str) -> str:
    """Return a text that every browser can show: what is no character is a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _read_checked(kind: TypeAdapter[_Kind], path: Path) -> _Kind:
    found = _sound(read_json(path, MAX_DESCRIPTION_BYTES), path)
    try:
        return kind.validate_python(found)
    except ValidationError as error:
        raise _unlike_ours(path, _first_of(error)) from error


def _summary_of(plain: dict[str, Any] | None, path: Path) -> dict[str, Any]:
    try:
        summary = _Summary.model_validate(plain)
    except ValidationError as error:
        raise _unlike_ours(path, _first_of(error)) from error
    shown = summary.score, summary.score_low, summary.score_high
    withheld = summary.score_if_trusted, summary.low_if_trusted, summary.high_if_trusted
    has_score = all(number is not None for number in shown)
    is_alike = summary.score is None and summary.similarity is not None
    is_doubted = any(doubt.severity is Severity.GRAVE for doubt in summary.doubts)
    is_withheld = is_doubted and all(number is not None for number in withheld)
    _require(
        path,
        has_score or is_alike or (summary.score is None and is_withheld),
        "it has neither a score with its range nor a similarity",
    )
    shown_measures = [one for one in summary.measures if one.name in LISTED]
    return summary.model_copy(update={"measures": shown_measures}).model_dump(mode="json")


def doubts_of(summary: dict[str, Any]) -> list[Doubt]:
    """Return what was doubted of an assessment, from its summary; older ones do not say."""
    return [Doubt.from_json(plain) for plain in summary.get("doubts", ())]


def _sound(value: Any, path: Path) -> Any:
    """Clean texts so that they can be shown, and refuse numbers that are none."""
    if isinstance(value, dict):
        return {make_storable(key): _sound(inner, path) for key, inner in value.items()}
    if isinstance(value, list):
        return [_sound(inner, path) for inner in value]
    if isinstance(value, float):
        _require(path, math.isfinite(value), "a number is not finite")
    return make_storable(value) if isinstance(value, str) else value


def _is_time(seconds: float | None) -> bool:
    return seconds is None or 0 <= seconds <= MAX_SECONDS


def _require(path: Path, is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise _unlike_ours(path, otherwise)


def _first_of(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, found["loc"]))
    return f"{where}: {found['msg']}" if where else found["msg"]


def _unlike_ours(path: Path, reason: str) -> UnusableFile:
    return UnusableFile.of_file(path, f"is not what Podium wrote there ({reason})")
