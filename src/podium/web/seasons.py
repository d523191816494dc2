"""One athlete over time: scores and measures with their ranges, and whether they changed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

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
    shown = [_Shown(day, job) for day, _, job in own if action in ("", action_of(job))]
    first = EXECUTION if _differ_in_difficulty(shown) else SCORE
    series = [_series(name, shown, words) for name in (first, *LISTED)]
    return SeasonOut(
        athlete=athlete,
        actions=actions,
        n=len(own),
        rows=[_row(one) for one in shown],
        series=[one for one in series if one.values],
    )


def action_of(job: Job) -> str:
    """Return which action an assessment is of: the one that was asked for, or that was taken."""
    return str(job.request.action or (job.summary or {}).get("action") or "")


class _Shown:
    """One assessment of a season, read once: its day, its numbers by name, and their units."""

    def __init__(self, day: str, job: Job) -> None:
        self.day, self.job, self.summary = day, job, job.summary or {}
        self.ordinal = date.fromisoformat(day).toordinal()
        self.difficulty: float | None = job.request.difficulty or self.summary.get("difficulty")
        self.units: dict[str, str] = {}
        self.values: dict[str, _Value] = {}
        if job.state == "done":
            self._read()

    def _read(self) -> None:
        for one in self.summary.get("measures") or ():
            if isinstance(one["value"], int | float):
                name = one["name"]
                self.values[name] = _Value(float(one["value"]), one["low"], one["high"])
                self.units[name] = one["unit"]
        if (value := self.summary.get("score")) is None:
            return
        ends = self.summary.get("score_low"), self.summary.get("score_high")
        self.values[SCORE] = _Value(value, *ends)
        if by := self.difficulty:
            low, high = (None if one is None else one / by for one in ends)
            self.values[EXECUTION] = _Value(value / by, low, high)


def _row(shown: _Shown) -> SeasonRowOut:
    job, summary = shown.job, shown.summary
    return SeasonRowOut.model_construct(  # as it is: checking hundreds of rows takes a while
        id=job.id, day=shown.day, video=job.video_name, action=action_of(job),
        event=job.about.event, tags=list(job.about.tags), text=job.about.text, state=job.state,
        score=summary.get("score"), low=summary.get("score_low"), high=summary.get("score_high"),
        difficulty=shown.difficulty,
    )  # fmt: skip


def _series(name: str, shown: Sequence[_Shown], words: Words) -> SeriesOut:
    rows = [number for number, one in enumerate(shown) if name in one.values]
    found = [shown[row].values[name] for row in rows]
    ranges = [v.high - v.low for v in found if v.low is not None and v.high is not None]
    widths = ranges if len(ranges) == len(found) else []
    line = trend([shown[row].ordinal for row in rows], [one.value for one in found], widths)
    return SeriesOut.model_construct(
        name=name,
        label=words.either(f"measure.{name}", words.either(f"season.{name}", name)),
        unit=_unit(shown[rows[0]].units.get(name, ""), words) if rows else "",
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
    scored = [one.difficulty for one in shown if SCORE in one.values]
    return None not in scored and len(set(scored)) > 1
