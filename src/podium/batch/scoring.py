"""One video in, one record out: what every process of a batch does, whatever runs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from podium.assessment.question import part_of
from podium.assessment.values import Score
from podium.assessor import Assessor, load
from podium.batch.columns import PREDICTED
from podium.doubts import Doubt, Severity, worst
from podium.errors import NotFetched, PodiumError
from podium.evaluation.predictions import IF_TRUSTED, PROBABILITY
from podium.examination import examine
from podium.examination.values import Examination
from podium.features.extraction import FeatureCache
from podium.machine.addresses import shown
from podium.model import OTHERS, find_model
from podium.performance import SCORE_PREFIX, Performance
from podium.report.measures_table import measures_row
from podium.report.words import load_words
from podium.video.elsewhere import at_hand

Cells = Mapping[str, str]
"""What a table says of one performance, by column."""


@dataclass(frozen=True)
class Record:
    """All that a batch says of one performance; pickled or as JSON, it may come from elsewhere."""

    id: str

    predicted: Cells
    """Its row of a table of predictions; `error` says why there is no score. Empty where it was
    measured alone."""

    measured: Cells | None = None
    """Its row of a table of measures; `None` where none was asked for."""

    @property
    def failed(self) -> bool:
        """Whether it is worth another try."""
        return any(cells.get("error") for cells in (self.predicted, self.measured or {}))

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        measured = None if self.measured is None else dict(self.measured)
        return {"id": self.id, "predicted": dict(self.predicted), "measured": measured}


@dataclass(frozen=True)
class Task:
    """What has to be known to make the record of one performance, on any machine."""

    performance: Performance

    file_name: str
    """What tables call its file."""

    model: str = "diving"
    """A model that ships, or a folder; "" where nothing is scored, and it is measured alone."""

    with_measures: bool = False
    """Whether what the body did is measured, too."""

    allow_parts: tuple[str, ...] = ()
    """The classes of someone else's that the model may run."""

    made_from: str = ""
    """A digest of what its record is made from."""

    written: str = ""
    """The path as the user wrote it, where that of the performance is longer: errors name it."""

    def sent(self) -> "Task":
        """Return it as another process may have it, which works in another folder."""
        path, model = self.performance.path, self.model
        known = self.performance
        here = path if known.address else path.absolute()
        whole = replace(known, path=here, extra=dict(known.extra), scores=dict(known.scores))
        folder = str(Path(model).absolute()) if model and Path(model).is_dir() else model
        written = "" if self.performance.address else str(path)
        return replace(self, performance=whole, model=folder, written=written)


def score_one(
    video: str | Path | Performance,
    *,
    model: str | Path = "diving",
    action: str | None = None,
    difficulty: float | None = None,
    with_measures: bool = False,
    allow_parts: Sequence[str] = (),
) -> Record:
    """Score one video, and return all that `podium predict` says of it; its errors are in it, too.

    The answer hangs on nothing but what is given here, so any engine may call it for each video of
    a table, on any machine that has the video and the model. A model is loaded once a process.
    `predicted` has every column of a table of predictions, "" where there is nothing to say: as
    `score` of what failed, or is withheld for a grave doubt.
    A `Performance` in place of a video says its own id, action, difficulty and part.

    Raises
    ------
    UnknownName, ModelError
        If there is no such model, or it cannot be used.
    """
    path = Path(video.path if isinstance(video, Performance) else video)
    one = Performance(path.stem, path, action=action, difficulty=difficulty)
    performance = video if isinstance(video, Performance) else one
    task = Task(performance, path.name, str(model), with_measures, tuple(allow_parts))
    record = score_task(task)
    return replace(record, predicted={**dict.fromkeys(PREDICTED, ""), **record.predicted})


def score_task(task: Task) -> Record:
    """Make the record of a performance with the model that it names, or by measures alone.

    Raises
    ------
    UnknownName, ModelError
        If there is no such model, or it cannot be used.
    """
    if not task.model:
        return record_of(task, None)
    folder = find_model(task.model)
    stamp = tuple((path.stat().st_mtime_ns, path.stat().st_size) for path in model_files(folder))
    return record_of(task, _loaded(task.model, task.allow_parts, stamp))


def model_files(folder: Path) -> tuple[Path, ...]:
    """Return the files that a model consists of, those of its other scores among them."""
    found = [*folder.iterdir(), *folder.glob(f"{OTHERS}/*/*")]
    return tuple(sorted(path for path in found if path.is_file()))


@lru_cache(maxsize=1)
def _loaded(model: str, allow_parts: tuple[str, ...], _: object) -> Assessor:
    """Load a model once; the last says which state of its files it is of."""
    cache = FeatureCache(tell=lambda _: None)
    return load(model, cache=cache, allow_parts=allow_parts)


def record_of(task: Task, assessor: Assessor | None) -> Record:
    """Make the record of a performance with a model that is loaded; first it is fetched, if far.

    Without a model it is measured alone.
    """
    try:
        with at_hand(task.performance) as here:
            written = shown(task.performance.address) if task.performance.address else task.written
            return _record(replace(task, performance=here, written=written), assessor)
    except NotFetched as error:
        return failed(task, str(error))


def _record(task: Task, assessor: Assessor | None) -> Record:
    performance = task.performance
    seen, measured = _measured(task) if task.with_measures else (None, None)
    if assessor is None:
        return Record(performance.id, {}, measured)
    predicted = {"file_name": task.file_name, "id": performance.id}
    try:
        result, doubts = assessor.score(performance, seen)
    except PodiumError as error:
        return Record(performance.id, {**predicted, "error": _sentence(error, task)}, measured)
    return Record(performance.id, {**predicted, **cells_of(result, doubts)}, measured)


def unfinished(task: Task, why: str) -> Record:
    """Return the record of a performance that nobody finished scoring, of which that is said."""
    where = task.performance.address and shown(task.performance.address)
    return failed(task, f"{where or task.performance.path}: {why}: try it again with --resume")


def failed(task: Task, why: str) -> Record:
    """Return the record of a performance that could not be scored, and the reason."""
    named, error = {"file_name": task.file_name}, {"error": " ".join(why.split())}
    measured = {**named, **error} if task.with_measures else None
    predicted = {**named, "id": task.performance.id, **error} if task.model else {}
    return Record(task.performance.id, predicted, measured)


def _sentence(error: PodiumError, task: Task) -> str:
    said = " ".join(str(error).split())
    return said.replace(str(task.performance.path), task.written) if task.written else said


def _measured(task: Task) -> tuple[Examination | None, Cells]:
    """Examine a performance; return what was seen, for it is scored by that, too, and its row."""
    row, performance = {"file_name": task.file_name}, task.performance
    try:
        part, speed = part_of(performance), performance.playing_speed
        seen = examine(performance.path, part=part, playing_speed=speed)
        return seen, {**row, **measures_row(seen)}
    except PodiumError as error:
        return None, {**row, "error": _sentence(error, task)}


def cells_of(result: Score, doubts: tuple[Doubt, ...]) -> dict[str, str]:
    """Return what a table of predictions says of a score, by column."""
    severity = worst(doubts)
    is_withheld = severity is Severity.GRAVE
    label = {"label": result.label} if result.label and not is_withheld else {}
    numbers = _if_trusted(result)
    if not is_withheld and not result.label:
        numbers |= _shown(result)
    return {
        **label,
        **{key: f"{value:.4f}" for key, value in numbers.items()},
        **{key: f"{value:.4f}" for key, value in _named(result, is_withheld).items()},
        "warnings": "; ".join(map(load_words().doubt, doubts)),
        "doubts": ";".join(dict.fromkeys(str(doubt.kind) for doubt in doubts)),
        "severity": severity or "",
        "is_remembered": "true" if result.is_remembered else "false",
    }


def _named(score: Score, is_withheld: bool) -> dict[str, float]:
    """Return the other scores, each with its range, as the first one is in the table."""
    found: dict[str, float] = {}
    for one in score.named:
        column, value = f"{SCORE_PREFIX}{one.name}", one.score
        numbers = {"": value.value, "_low": value.low, "_high": value.high}
        if not is_withheld:
            found |= {f"{column}{end}": number for end, number in numbers.items()}
        found |= {f"{column}{end}{IF_TRUSTED}": number for end, number in numbers.items()}
    return found


def _if_trusted(score: Score) -> dict[str, float]:
    """Return what is in the table whether or not it is to be trusted, as is said beside it."""
    if score.label:
        return {f"{PROBABILITY}{name}": chance for name, chance in score.probabilities.items()}
    return {
        "score_if_trusted": score.value,
        "low_if_trusted": score.low,
        "high_if_trusted": score.high,
    }


def _shown(score: Score) -> dict[str, float]:
    """Return a score that may be shown, as a mark as well where the scores follow a rule."""
    shown = {"score": score.value, "score_low": score.low, "score_high": score.high}
    if (mark := score.mean_marks) is not None:
        shown |= {"mark": mark.mark, "mark_low": mark.low, "mark_high": mark.high}
    return shown
