"""A second opinion beside a panel: Podium's marks as those of one more judge, with their limits."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from podium.audit.agreement import usual_spread, weighted_kappa
from podium.audit.chance import Range, clustered_error, t_range
from podium.audit.changes import Counting
from podium.audit.predicted import Predicted
from podium.audit.table import Floats, Ints, MarkTable
from podium.errors import ManifestError


@dataclass(frozen=True)
class Beside:
    """One performance as the panel and as Podium saw it."""

    performance: str
    """What the table of marks calls it."""

    file_name: str
    """Its video, as the table of predictions names it."""

    panel: Range
    """The mean of the marks that count, and the range of the panel's mean (nineteen in twenty)."""

    podium: Range
    """Podium's mark, and the range that holds the panel's nine times in ten."""

    score: float
    """As published; else what the rule makes of the marks; nan where neither is known."""

    podium_score: Range
    """Podium's, with its range; nan where the table of predictions has none."""

    apart: float
    """How far the two ranges of marks lie from each other; 0 where they meet."""


@dataclass(frozen=True)
class OneMoreJudge:
    """How well Podium agrees with the panel, beside how well a judge does with the others."""

    n: int
    """On how many performances."""

    bias: Range
    """The mean of Podium's mark less the panel's; marks for one athlete go together."""

    sd: float
    """Of Podium's mark less the panel's."""

    rms_units: float
    """The root of its mean square, in units of what is usual between a judge and the others."""

    kappa: float
    """Quadratically weighted kappa of Podium's mark with the panel's median."""

    sd_judges: float
    """Of a judge's mark less the mean of the others', on the same performances."""

    kappa_judges: float
    """Quadratically weighted kappa of a judge's mark with the median of the others', there."""

    half_width: float
    """Half the width of Podium's range in marks: the mean."""

    share_held: float
    """How often Podium's range holds the panel's mark, from 0 to 1."""


@dataclass(frozen=True)
class SecondOpinion:
    """Podium's range beside each panel's."""

    n_unmatched: int
    """Performances that the predictions do not name, or not only one of them."""

    n_failed: int
    """Performances whose video could not be used."""

    n_withheld: int
    """Performances of which Podium withholds its score, or doubts it gravely."""

    n_remembered: int
    """Performances that the model learned from: of these it has no opinion of its own."""

    n_beyond: int
    """Performances of which the two ranges do not meet."""

    agreement: OneMoreJudge | None
    """`None` where no performance is left to compare."""

    performances: tuple[Beside, ...]
    """All that were compared, those farthest apart first."""


def second_opinion(
    table: MarkTable, counting: Counting, predicted: Sequence[Predicted]
) -> SecondOpinion:
    """Put Podium's marks beside the panels'.

    A performance is matched by the column `file_name` of the marks, else by `performance`, with the
    `file_name` or the `id` of a prediction.

    Raises
    ------
    ManifestError
        If no performance is matched.
    """
    matched = _matched(table, predicted)
    usable = {n: one for n, one in matched.items() if _left_out(one) is None}
    counts = Counter(_left_out(one) for one in matched.values())
    beside = _beside(table, counting, usable) if usable else []
    ordered = sorted(beside, key=lambda one: (-one.apart, -_difference(one)))
    return SecondOpinion(
        n_unmatched=len(table.performances) - len(matched),
        n_failed=counts["failed"],
        n_withheld=counts["withheld"],
        n_remembered=counts["remembered"],
        n_beyond=sum(one.apart > 0 for one in beside),
        agreement=_agreement(table, list(usable), beside) if beside else None,
        performances=tuple(ordered),
    )


def _difference(one: Beside) -> float:
    return abs(one.podium.value - one.panel.value)


def _left_out(one: Predicted) -> str | None:
    """Return why a prediction is no opinion; `None` where it is one."""
    if one.failed:
        return "failed"
    if one.is_remembered:
        return "remembered"
    return "withheld" if one.withheld else None


def _matched(table: MarkTable, predicted: Sequence[Predicted]) -> dict[int, Predicted]:
    """Find the prediction of each performance; one that two performances claim is of neither."""
    of_file = _named_once(predicted, lambda one: one.file_name)
    of_id = _named_once(predicted, lambda one: one.id)
    found = {
        number: one
        for number, name in enumerate(table.named_elsewhere)
        if name and (one := of_file.get(name) or of_id.get(name))
    }
    claimed = Counter((one.file_name, one.id) for one in found.values())
    matched = {n: one for n, one in found.items() if claimed[one.file_name, one.id] == 1}
    if not matched:
        raise ManifestError(
            f"the predictions are of none of the {len(table.performances)} performances: give the "
            "marks a column file_name that names the video of each as the predictions do (such as "
            f"{predicted[0].file_name!r}), or call each performance by that or by its id"
        )
    return matched


def _named_once(
    predicted: Iterable[Predicted], name: Callable[[Predicted], str]
) -> Mapping[str, Predicted]:
    """Return predictions by a name that no other has."""
    predicted = list(predicted)
    counts = Counter(map(name, predicted))
    return {name(one): one for one in predicted if counts[name(one)] == 1}


def _beside(table: MarkTable, counting: Counting, usable: Mapping[int, Predicted]) -> list[Beside]:
    marks, errors, scores = counting.mean_marks(), _errors(table), _scores(table, counting)
    freedom = len(table) - len(table.performances)
    found = []
    for number, one in usable.items():
        panel = t_range(float(marks[number]), float(errors[number]), freedom)
        found.append(
            Beside(
                performance=table.performances[number],
                file_name=one.file_name,
                panel=panel,
                podium=one.mark,
                score=float(scores[number]),
                podium_score=one.score,
                apart=max(one.mark.low - panel.high, panel.low - one.mark.high, 0.0),
            )
        )
    return found


def _errors(table: MarkTable) -> Floats:
    """Return the standard error of each panel's mean, by what is usual at its level.

    A panel's own marks are too few to say how far they scatter: five that are equal are not exact.
    """
    n = table.n_in_panel
    return np.asarray(_usual(table) * np.sqrt(n - 1) / n)  # usual beside the n - 1 others


def _usual(table: MarkTable) -> Floats:
    """Return what is usual at the level of each performance, (performances,)."""
    usual = np.zeros(len(table.performances))
    usual[table.performance] = usual_spread(table)
    return usual


def _scores(table: MarkTable, counting: Counting) -> Floats:
    if counting.rule is None:
        return table.score
    return np.where(np.isfinite(table.score), table.score, counting.scores)


def _agreement(table: MarkTable, numbers: list[int], beside: Sequence[Beside]) -> OneMoreJudge:
    """Measure Podium as a judge is measured."""
    podium = np.array([one.podium.value for one in beside])
    panel = np.array([one.panel.value for one in beside])
    low, high = (np.array([getattr(one.podium, end) for one in beside]) for end in ("low", "high"))
    apart = podium - panel
    here = np.isin(table.performance, numbers)
    return OneMoreJudge(
        n=len(beside),
        bias=_bias(apart, table.athlete[numbers]),
        sd=float(apart.std()),
        rms_units=_rms_units(apart, _usual(table)[numbers]),
        kappa=weighted_kappa(podium, table.panel_median[numbers]),
        sd_judges=float(table.deviation[here].std()),
        kappa_judges=weighted_kappa(table.mark[here], table.others_median[here]),
        half_width=float((high - low).mean() / 2),
        share_held=float(((low <= panel) & (panel <= high)).mean()),
    )


def _bias(apart: Floats, athlete: Ints) -> Range:
    value = float(apart.mean())
    error, n = clustered_error((apart - value) / len(apart), athlete)
    return t_range(value, error, n - 1)


def _rms_units(apart: Floats, usual: Floats) -> float:
    if not (usual > 0).all():
        return math.nan
    return float(np.sqrt(((apart / usual) ** 2).mean()))
