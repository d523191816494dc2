"""One athlete over time: scores and measures with their ranges, and whether they changed."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from podium.evaluation.trend import trend
from podium.report.words import Words
from podium.web.messages import SeasonOut, SeasonRowOut, SeriesOut, TrendOut
from podium.web.records import LISTED, Job, day_of

SCORE, EXECUTION = "score", "execution"


@dataclass(frozen=True)
class _Value:
    """A number of an assessment, with its range where one is known."""

    value: float
    low: float | None = None
    high: float | None = None


def season(athlete: str, jobs: Sequence[Job], action: str, words: Words) -> SeasonOut:
    """Return what became of an athlete, in the order of days; of one action, or of all ("")."""
    own = sorted(((day_of(job), job.created_seconds, job) for job in jobs), key=lambda one: one[:2])
    actions = sorted({action_of(job) for job in jobs if job.state == "done"} - {""})
    shown = [(day, job) for day, _, job in own if action in ("", action_of(job))]
    kinds: list[tuple[str, Callable[[Job], _Value | None]]] = [
        (EXECUTION, _execution) if _differ_in_difficulty(shown) else (SCORE, _score),
        *((name, _measured(name)) for name in LISTED),
    ]
    series = [_series(name, find, shown, words) for name, find in kinds]
    return SeasonOut(
        athlete=athlete,
        actions=actions,
        n=len(own),
        rows=[_row(day, job) for day, job in shown],
        series=[one for one in series if one.values],
    )


def action_of(job: Job) -> str:
    """Return which action an assessment is of: the one that was asked for, or that was taken."""
    return str(job.request.action or (job.summary or {}).get("action") or "")


def _row(day: str, job: Job) -> SeasonRowOut:
    summary = job.summary or {}
    return SeasonRowOut(
        id=job.id, day=day, video=job.video_name, action=action_of(job),
        event=job.about.event, tags=list(job.about.tags), text=job.about.text, state=job.state,
        score=summary.get("score"), low=summary.get("score_low"), high=summary.get("score_high"),
        difficulty=_difficulty(job),
    )  # fmt: skip


_Shown = Sequence[tuple[str, Job]]
"""Assessments in the order of days, each with its day."""


def _series(
    name: str, find: Callable[[Job], _Value | None], shown: _Shown, words: Words
) -> SeriesOut:
    every = [find(job) if job.state == "done" else None for _, job in shown]
    rows = [number for number, value in enumerate(every) if value is not None]
    found = [value for value in every if value is not None]
    days = [date.fromisoformat(shown[row][0]).toordinal() for row in rows]
    ranges = [v.high - v.low for v in found if v.low is not None and v.high is not None]
    widths = ranges if len(ranges) == len(found) else []
    line = trend(days, [one.value for one in found], widths)
    return SeriesOut(
        name=name,
        label=words.either(f"measure.{name}", words.either(f"season.{name}", name)),
        unit=_unit(name, shown[rows[0]][1], words) if rows else "",
        rows=rows,
        values=[one.value for one in found],
        lows=[one.low for one in found],
        highs=[one.high for one in found],
        trend=TrendOut(**asdict(line), direction=line.direction) if line else None,
    )


def _unit(name: str, job: Job, words: Words) -> str:
    """Return how a value is written, `{value} s`."""
    if name in (SCORE, EXECUTION):
        return "{value}"
    unit = next(one["unit"] for one in _measures_of(job) if one["name"] == name)
    return words.either(f"unit.{unit}", "{value}") if unit != "share" else "{value}"


def _difficulty(job: Job) -> float | None:
    found: float | None = job.request.difficulty or (job.summary or {}).get("difficulty")
    return found


def _differ_in_difficulty(shown: _Shown) -> bool:
    """Return whether scores are of dives of several difficulties: then they say little."""
    scored = [_difficulty(job) for _, job in shown if _score(job)]
    return None not in scored and len(set(scored)) > 1


def _score(job: Job) -> _Value | None:
    summary = job.summary or {}
    if (value := summary.get("score")) is None:
        return None
    return _Value(value, summary.get("score_low"), summary.get("score_high"))


def _execution(job: Job) -> _Value | None:
    score, difficulty = _score(job), _difficulty(job)
    if score is None or not difficulty:
        return None
    low, high = (None if one is None else one / difficulty for one in (score.low, score.high))
    return _Value(score.value / difficulty, low, high)


def _measures_of(job: Job) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (job.summary or {}).get("measures") or []
    return found


def _measured(name: str) -> Callable[[Job], _Value | None]:
    def find(job: Job) -> _Value | None:
        for one in _measures_of(job):
            if one["name"] == name and isinstance(one["value"], int | float):
                return _Value(float(one["value"]), one["low"], one["high"])
        return None

    return find
