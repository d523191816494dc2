"""All that an audit finds out about a panel, as one value."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from podium.audit.agreement import Agreement, agree
from podium.audit.chance import Range
from podium.audit.changes import Changes, Counting, find_changes
from podium.audit.opinion import SecondOpinion, second_opinion
from podium.audit.predicted import Predicted
from podium.audit.premium import Premium, against_rivals, own_country
from podium.audit.table import MarkTable
from podium.audit.trends import Trends, find_trends
from podium.judging import ScoringRule

NO_PREMIUM: dict[str, Any] = {
    "value": None,
    "low": None,
    "high": None,
    "n_matched": 0,
    "judges": [],
}
"""Where no mark is known to be for an athlete of the judge's own country."""


@dataclass(frozen=True)
class Scores:
    """How the published scores agree with the rule."""

    n: int
    """How many performances have one."""

    n_unlike: int
    """How many of them are not what the rule makes of marks, difficulty and penalty: a penalty
    that the table does not have, or another year's rule."""


@dataclass(frozen=True)
class Audit:
    """What a table of marks says of its judges: numbers with ranges, and no motives."""

    n_marks: int
    """How many marks."""

    n_judges: int
    """Of how many judges."""

    n_performances: int
    """On how many performances."""

    n_sessions: int
    """In how many sessions, each with its own standings."""

    rule: str | None
    """The rule that marks and panels follow; `None` where none was given, and none applied."""

    year: int | None
    """The year whose rule it is; `None`: the latest that is known."""

    order_from: str
    """The column that says when a performance took place; "" where none does."""

    scores: Scores | None
    """How published scores agree with the rule; `None` without a rule or without scores."""

    own_country: Premium | None
    """By how much marks for athletes of the judge's own country are higher."""

    rivals: Premium | None
    """By how much marks for rivals differ where medals were near for a judge's compatriot."""

    agreement: Agreement
    """How far judges lie from each other."""

    trends: Trends
    """What marks follow beside the performance."""

    changes: Changes
    """What would have been different."""

    second_opinion: SecondOpinion | None
    """Podium's marks beside the panels'; `None` where no predictions were given."""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON; the names are part of the command line's contract."""
        found: dict[str, Any] = _plain(self)
        own, rivals = found.pop("own_country"), found.pop("rivals")
        return {"own_country_premium": own or NO_PREMIUM, "rivals_premium": rivals, **found}


def audit_marks(
    table: MarkTable,
    rule: ScoringRule | None = None,
    *,
    year: int | None = None,
    seed: int = 0,
    predicted: Sequence[Predicted] | None = None,
) -> Audit:
    """Audit a panel: own-country premium, agreement, trends, and what it changed.

    Without a rule none is applied: marks may be on any scale, and places are by their means.
    `year` is that whose rule counts; without one, the latest does. `predicted` is what Podium said
    of the videos: a second opinion beside the panel.

    Raises
    ------
    UsageError
        If it is not known how panels were counted in that year.
    ManifestError
        If the predictions are of none of the performances.
    """
    counting = Counting(table, rule, year)
    scale = (float(table.mark.min()), float(table.mark.max()))
    if rule is not None:
        scale = rule.lowest_mark, rule.highest_mark
    return Audit(
        n_marks=len(table),
        n_judges=len(table.judges),
        n_performances=len(table.performances),
        n_sessions=len(table.sessions),
        rule=rule.name if rule else None,
        year=year if rule else None,
        order_from=table.order_from,
        scores=_check_scores(table, counting, rule) if rule else None,
        own_country=own_country(table, seed),
        rivals=against_rivals(table, counting.places_of_performances(), seed),
        agreement=agree(table, scale),
        trends=find_trends(table),
        changes=find_changes(table, counting),
        second_opinion=second_opinion(table, counting, predicted) if predicted else None,
    )


def _check_scores(table: MarkTable, counting: Counting, rule: ScoringRule) -> Scores | None:
    known = np.isfinite(table.score)
    apart = np.abs(counting.scores[known] - table.score[known])
    n_unlike = int(np.count_nonzero(apart >= rule.tolerance_points))
    return Scores(int(known.sum()), n_unlike) if known.any() else None


def _plain(value: Any) -> Any:
    """Return values as JSON has them; what is not known is null, and a value's range beside it."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if not is_dataclass(value):
        return value
    found: dict[str, Any] = {}
    for field in fields(value):
        one = getattr(value, field.name)
        is_main = isinstance(one, Range) and field.name in ("premium", "slope")
        found.update(_plain(one) if is_main else {field.name: _plain(one)})
    return found
