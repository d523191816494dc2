"""Several performances beside each other: scores, measures, where most is lost, what differs.

What differs by no more than the ranges of both leave open is called neither more nor less.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from podium.errors import UsageError
from podium.measures import Measurement, Phase, Reading
from podium.report.kept import Checked
from podium.report.measured import row
from podium.report.words import Words

MOST = 20
"""More do not stand beside each other."""

Verdict = Literal["", "first", "more", "less", "unclear"]
"""Beside the first: more or less than it, or not to be told; "" where nothing can be said."""

MOMENTS = (("flight_seconds", 0), ("opening_seconds", 0), ("flight_seconds", 1))
"""Where a dive is put in step: the board is left, the come-out begins, the water is met; each is
the begin or the end of what was measured."""


@dataclass(frozen=True)
class Told:
    """What is known of one performance."""

    name: str
    """What it is called."""

    score: float | None
    """`None` where it is withheld, or there is none."""

    low: float | None
    """The score's range."""

    high: float | None
    """The score's range."""

    difficulty: float | None
    """How difficult it was."""

    action: str
    """What was performed, or ""."""

    worst_phase: str
    """Where there is most to improve, or ""."""

    measures: tuple[Measurement, ...]
    """What was measured."""

    moments: tuple[float | None, ...]
    """When what happened in all of a kind, in seconds of the video."""


@dataclass(frozen=True)
class Cell:
    """What is said of one performance in one line."""

    value: str = ""
    """In words, "" where nothing is known."""

    span: str = ""
    """From where to where it may be."""

    verdict: Verdict = ""
    """How it stands beside the first."""


@dataclass(frozen=True)
class Line:
    """One quantity of all of them."""

    name: str
    """What it is called."""

    cells: tuple[Cell, ...]
    """In the order of the performances."""


def told_of(result: Checked, name: str) -> Told:
    """Return what a result says of its performance, which is called `name`.

    Raises
    ------
    UnusableFile
        If it is no result of Podium's.
    """
    plain = result.value
    measures = tuple(
        one for one in map(_measure, _objects(result, "measures")) if one.value is not None
    )
    score = result.number_or_none("score")
    return Told(
        name=name,
        score=score,
        low=None if score is None else result.number_or_none("score_low"),
        high=None if score is None else result.number_or_none("score_high"),
        difficulty=result.number_or_none("difficulty"),
        action=result.text("action") if plain.get("action") else "",
        worst_phase=_worst_phase(result),
        measures=measures,
        moments=_moments(result, measures),
    )


def _objects(result: Checked, key: str) -> list[Checked]:
    return result.objects(key) if key in result.value else []


def _measure(one: Checked) -> Measurement:
    value, phase = one.value.get("value"), one.value.get("phase")
    if isinstance(value, str):
        value = one.text("value")
    elif value is not None:
        value = one.number("value")
    if phase is not None and phase not in tuple(Phase):
        raise one.refusal("a measure is of no part of a performance")
    ends = {key: one.number_or_none(key) for key in ("low", "high", "start_seconds", "end_seconds")}
    reason = "" if value is not None else "not_seen"
    known = Phase(phase) if phase else None
    return Measurement(one.text("name"), one.text("unit"), known, value, **ends, reason=reason)


def _worst_phase(result: Checked) -> str:
    """Return where there is most to improve: by what was measured, else by what cost most."""
    for one in _objects(result, "measured_remarks"):
        if not one.value.get("is_praise"):
            return one.text("phase")
    costly = [
        (cost, one)
        for one in _objects(result, "remarks")
        if (cost := one.number_or_none("contribution")) is not None and cost < 0
    ]
    if not costly:
        return ""
    worst = min(costly, key=lambda pair: pair[0])[1]
    return worst.text("moment") if worst.value.get("moment") else ""


def _moments(result: Checked, measures: Sequence[Measurement]) -> tuple[float | None, ...]:
    """Return the moments of a dive, or of the repetitions of an exercise."""
    repeated = _objects(result, "repetitions")
    if repeated:
        keys = "start_seconds", "turn_seconds", "end_seconds"
        return tuple(one.number_or_none(key) for one in repeated for key in keys)
    seen = {one.name: (one.start_seconds, one.end_seconds) for one in measures}
    return tuple(seen.get(name, (None, None))[end] for name, end in MOMENTS)


def steps_between(ours: Told, theirs: Told) -> list[tuple[float, float]]:
    """Return moments of both that belong together, each later than the one before."""
    steps: list[tuple[float, float]] = []
    for our, their in zip(ours.moments, theirs.moments, strict=False):
        if our is None or their is None:
            continue
        if not steps or (our > steps[-1][0] and their > steps[-1][1]):
            steps.append((our, their))
    return steps


def lines_of(several: Sequence[Told], words: Words) -> list[Line]:
    """Put several performances beside each other, a line for each quantity.

    Raises
    ------
    UsageError
        If there are none.
    """
    if not several:
        raise UsageError("nothing to put beside each other: name two performances or more")
    lines = [_scores(several, words), *_executions(several, words), *_known(several, words)]
    names = dict.fromkeys(one.name for told in several for one in told.measures)
    return [*lines, *(_measured(name, several, words) for name in names)]


def _scores(several: Sequence[Told], words: Words) -> Line:
    values = [_Value(one.score, one.low, one.high) for one in several]
    shown = [_number(value, words, words("withheld.score")) for value in values]
    comparable = values if not _differ_in_difficulty(several) else [_Value()] * len(values)
    return Line(words("beside.score"), _with_verdicts(shown, comparable))


def _executions(several: Sequence[Told], words: Words) -> list[Line]:
    """Return how well each was done, whatever it was: only where scores cannot be compared."""
    if not _differ_in_difficulty(several):
        return []
    values = [
        _Value(*(x and x / (one.difficulty or 1) for x in (one.score, one.low, one.high)))
        for one in several
    ]
    shown = [_number(value, words, "") for value in values]
    return [Line(words("beside.execution"), _with_verdicts(shown, values))]


def _differ_in_difficulty(several: Sequence[Told]) -> bool:
    found = {one.difficulty for one in several if one.score is not None}
    return None not in found and len(found) > 1


def _known(several: Sequence[Told], words: Words) -> list[Line]:
    """Return what was performed, and where there is most to improve."""
    actions = [one.action for one in several]
    difficulties = [words.plain(one.difficulty) if one.difficulty else "" for one in several]
    worst = [words.moment(one.worst_phase) if one.worst_phase else "" for one in several]
    named = (
        ("score.action", actions), ("score.difficulty", difficulties), ("several.worst", worst)
    )  # fmt: skip
    return [Line(words(key), tuple(map(Cell, said))) for key, said in named if any(said)]


def _measured(name: str, several: Sequence[Told], words: Words) -> Line:
    found = [{one.name: one for one in told.measures}.get(name) for told in several]
    rows = [row(Reading(one), words) if one else None for one in found]
    shown = [Cell(one.value, one.span) if one else Cell() for one in rows]
    label = next(one.name for one in rows if one)
    return Line(label, _with_verdicts(shown, [_value_of(one) for one in found]))


@dataclass(frozen=True)
class _Value:
    """A number with its range, where there is one."""

    value: float | None = None
    low: float | None = None
    high: float | None = None

    def beside(self, first: "_Value") -> Verdict:
        """Return whether it is more or less than another: by more than both ranges leave open.

        Both are independent, so that their halves add up as the sides of a right angle do.
        """
        if None in (self.value, self.low, self.high, first.value, first.low, first.high):
            return ""
        difference = self._number(self.value) - self._number(first.value)
        doubt = math.hypot(self._half(), first._half())
        if abs(difference) <= doubt:
            return "unclear"
        return "more" if difference > 0 else "less"

    def _half(self) -> float:
        return (self._number(self.high) - self._number(self.low)) / 2

    @staticmethod
    def _number(value: float | None) -> float:
        return 0.0 if value is None else value


def _value_of(one: Measurement | None) -> _Value:
    """Return a number that may be more or less than another; what was counted is another dive."""
    if one is None or one.value is None or isinstance(one.value, str):
        return _Value()
    if one.name == "armstand" or one.name.startswith("half_"):
        return _Value()
    return _Value(float(one.value), one.low, one.high)


def _number(one: _Value, words: Words, otherwise: str) -> Cell:
    if one.value is None:
        return Cell(otherwise)
    if one.low is None or one.high is None:
        return Cell(words.number(one.value))
    span = words("score.span", low=words.number(one.low), high=words.number(one.high))
    return Cell(words.number(one.value), span)


def _with_verdicts(shown: Sequence[Cell], values: Sequence[_Value]) -> tuple[Cell, ...]:
    first, *others = values
    verdicts: list[Verdict] = [one.beside(first) for one in others]
    mark: Verdict = "first" if any(verdicts) else ""
    return tuple(
        Cell(cell.value, cell.span, verdict)
        for cell, verdict in zip(shown, [mark, *verdicts], strict=True)
    )


def to_json(several: Sequence[Told], words: Words) -> dict[str, Any]:
    """Return the table as plain JSON."""
    return {
        "names": [one.name for one in several],
        "rows": [
            {
                "name": line.name,
                "cells": [
                    {"value": one.value, "range": one.span, "beside_first": one.verdict}
                    for one in line.cells
                ],
            }
            for line in lines_of(several, words)
        ],
    }
