"""One athlete over time: scores and measures with their ranges, and whether they changed."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple

from podium.evaluation.trend import trend
from podium.report.words import Words
from podium.web.messages import SeasonOut, SeasonRowOut, SeriesOut, TrendOut
from podium.web.records import LISTED, Job, day_of

SCORE, EXECUTION = "score", "execution"

N_AHEAD = 12
"""So many of the newest rows are shown at first: the rest lies below what a screen shows."""


class _Value(NamedTuple):
    """A number of an assessment, with its range where one is known."""

    value: float
    low: float | None = None
    high: float | None = None


def season(athlete: str, jobs: Sequence[Job], action: str, words: Words) -> SeasonOut:
    """Return what became of an athlete, in the order of days; of one action, or of all ("")."""
    shown = [one for one in _by_day(jobs) if action in ("", action_of(one.job))]
    first = EXECUTION if _differ_in_difficulty(shown) else SCORE
    series = [_series(name, shown, words) for name in (first, *LISTED)]
    return SeasonOut(
        athlete=athlete,
        actions=_actions(jobs),
        n=len(jobs),
        rows=[_row(one) for one in shown],
        series=[one for one in series if one.values],
    )


def season_ahead(athlete: str, jobs: Sequence[Job], words: Words) -> str:
    """Return what a page shows of a season first, as JSON: the main curve and the newest rows.

    Of the others it says the day alone, and of measures nothing: a page asks for them once this is
    on screen.
    """
    shown = _by_day(jobs)
    first = _series(EXECUTION if _differ_in_difficulty(shown) else SCORE, shown, words)
    newest = max(len(shown) - N_AHEAD, 0)
    rows: list[dict[str, Any]] = [{"day": one.day} for one in shown[:newest]]
    rows += [_row(one).model_dump() for one in shown[newest:]]
    ahead = {
        "athlete": athlete,
        "actions": _actions(jobs),
        "n": len(jobs),
        "rows": rows,
        "series": [first.model_dump()] if first.values else [],
        "is_part": True,
    }
    return json.dumps(ahead, separators=(",", ":"))


def _by_day(jobs: Iterable[Job]) -> list["_Shown"]:
    own = [(day_of(job), job.created_seconds, job) for job in jobs]
    return [_Shown(day, job) for day, _, job in sorted(own, key=itemgetter(0, 1))]


def _actions(jobs: Sequence[Job]) -> list[str]:
    return sorted({action_of(job) for job in jobs if job.state == "done"} - {""})


def action_of(job: Job) -> str:
    """Return which action an assessment is of: the one that was asked for, or that was taken."""
    return str(job.request.action or (job.summary or {}).get("action") or "")


class _Shown:
    """One assessment of a season: its day, its numbers by name, and their units.

    Measures are read once they are asked for: most of the time goes there.
    """

    def __init__(self, day: str, job: Job) -> None:
        self.day, self.job, self.summary = day, job, job.summary or {}
        self.difficulty: float | None = job.request.difficulty or self.summary.get("difficulty")

    @property
    def is_scored(self) -> bool:
        """Return whether there is a score: one that is withheld is none."""
        return self.job.state == "done" and self.summary.get("score") is not None

    def value(self, name: str) -> _Value | None:
        """Return a number by its name, if there is one."""
        if self.job.state != "done":
            return None
        if name not in (SCORE, EXECUTION):
            return self._measured.get(name, (None, ""))[0]
        value, by = self.summary.get("score"), self.difficulty if name == EXECUTION else 1
        if value is None or not by:
            return None
        low, high = self.summary.get("score_low"), self.summary.get("score_high")
        return _Value(
            value / by, None if low is None else low / by, None if high is None else high / by
        )

    def unit(self, name: str) -> str:
        """Return the unit of what was measured."""
        return "" if name in (SCORE, EXECUTION) else self._measured[name][1]

    @cached_property
    def _measured(self) -> dict[str, tuple[_Value, str]]:
        return {
            one["name"]: (_Value(float(one["value"]), one["low"], one["high"]), one["unit"])
            for one in self.summary.get("measures") or ()
            if isinstance(one["value"], int | float)
        }


def _row(shown: _Shown) -> SeasonRowOut:
    job, summary = shown.job, shown.summary
    return SeasonRowOut.model_construct(  # as it is: checking hundreds of rows takes a while
        id=job.id, day=shown.day, video=job.video_name, action=action_of(job),
        event=job.about.event, tags=list(job.about.tags), text=job.about.text, state=job.state,
        score=summary.get("score"), low=summary.get("score_low"), high=summary.get("score_high"),
        difficulty=shown.difficulty,
    )  # fmt: skip


def _series(name: str, shown: Sequence[_Shown], words: Words) -> SeriesOut:
    known = [(row, value) for row, one in enumerate(shown) if (value := one.value(name))]
    rows, found = [row for row, _ in known], [value for _, value in known]
    ranges = [v.high - v.low for v in found if v.low is not None and v.high is not None]
    widths = ranges if len(ranges) == len(found) else []
    days = [date.fromisoformat(shown[row].day).toordinal() for row in rows]
    line = trend(days, [one.value for one in found], widths)
    return SeriesOut.model_construct(
        name=name,
        label=words.either(f"season.{name}", words.either(f"measure.{name}", name)),
        unit=_unit(shown[rows[0]].unit(name), words) if rows else "",
        rows=rows,
        values=[one.value for one in found],
        lows=[one.low for one in found],
        highs=[one.high for one in found],
        trend=TrendOut(**asdict(line), direction=line.direction) if line else None,
    )


def _unit(unit: str, words: Words) -> str:
    """Return how a value is written, `{value} s`."""
    plain = "{value}"
    return plain if unit in ("", "share") else words.either(f"unit.{unit}", plain)


def _differ_in_difficulty(shown: Sequence[_Shown]) -> bool:
    """Return whether scores are of dives of several difficulties: then they say little."""
    scored = [one.difficulty for one in shown if one.is_scored]
    return None not in scored and len(set(scored)) > 1
