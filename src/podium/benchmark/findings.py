"""Stored results -> which of the paper's claims hold here.

One test, named before these numbers were measured: a claim holds where the interval of the gap in
rank correlation (of the mean squared error where the claim is of that) lies wholly on its side,
after Bonferroni's correction for all the claims of the chapter.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

from podium.benchmark.markdown import gap, number, with_interval
from podium.benchmark.results import (
    Claim,
    FaultRow,
    Found,
    Range,
    Results,
    TransferRow,
    TransferTask,
)
from podium.evaluation.resampling import Comparison
from podium.inputs.saved import record_of


@dataclass(frozen=True)
class Level:
    """How close a system comes, as the paper prints it."""

    spearman: float
    mse: float


@dataclass(frozen=True)
class PrintedType:
    """The best and the worst score of a type of dive, and how many dives have them."""

    best: float
    n_best: int
    worst: float
    n_worst: int


@dataclass(frozen=True)
class PrintedFaults:
    """How well faulty clips are found, as the paper prints it."""

    precision: float
    recall: float


@dataclass(frozen=True)
class Printed:
    """The numbers that the paper prints, by the names of systems and types."""

    systems: Mapping[str, Level]
    types: Mapping[str, PrintedType]
    by_type: Mapping[str, Mapping[str, Level]]
    vaults: Mapping[str, Level]
    faults: Mapping[str, PrintedFaults]


PRINTED = record_of(
    Printed,
    json.loads((Path(__file__).parent / "_protocol" / "paper_printed.json").read_text("utf-8")),
    "paper_printed.json",
)

YES, NOT_SHOWN, NO, OPPOSITE = "yes", "not shown", "**no**", "**no, the opposite**"
NORMAL = NormalDist()
FALLING = ("C3D + LSTM", "C3D + LSTM + SVR")
"""What flags a clip where its running score falls (table VIII)."""

EVERY_CLIP = "Every clip (floor)"


@dataclass(frozen=True)
class Finding:
    """A claim of the paper's, its numbers, those found here, and whether it holds, as texts."""

    claim: str
    printed: str
    here: str
    verdict: str


def findings(results: Results) -> tuple[Finding, ...]:
    """Judge for each of the paper's claims that was measured whether it holds here."""
    return _judged(results, n_claims(results))


def n_claims(results: Results) -> int:
    """Return how many claims are judged on these results: the paper's, and those of Podium's."""
    own = [row for row in results.tables.claims if not _is_printed(row)]
    return len(_judged(results, 1)) + len(own)


def _judged(results: Results, n: int) -> tuple[Finding, ...]:
    return (
        *_levels(results, n),
        *_gaps(results, n),
        *_faults(results, n),
        *_clusters(results),
        *_transfer(results, n),
    )


def verdict(row: Claim | Comparison, n: int) -> str:
    """Return whether a comparison is for the claim, against it, or neither, as one of `n` claims.

    The rank correlation decides; the squared error where there is none, as of a constant.
    """
    if row.spearman.interval is None:
        return _verdict_of(-_side(widened(row.mse.gap, row.mse.interval, n)))
    return _verdict_of(_side(widened(row.spearman.gap, row.spearman.interval, n)))


def widened(value: float | None, interval: Range | None, n: int) -> Range | None:
    """Widen a 95 % interval about its value as Bonferroni's correction for `n` claims asks.

    As far as a normal distribution would be: its ends are then about those of 1 - .05 / n.
    """
    if interval is None:
        return None
    about = sum(interval) / 2 if value is None else value
    factor = widening(n)
    return about + factor * (interval[0] - about), about + factor * (interval[1] - about)


def silhouettes(results: Results, system: str, space: str) -> list[float]:
    """Return how far apart the types are in a space of a system's, by split."""
    return [c.extras["clusters"][space] for c in results.of(system) if "clusters" in c.extras]


def widening(n: int) -> float:
    """Return how many times as wide as at 95 % an interval is at 1 - .05 / n."""
    return NORMAL.inv_cdf(1 - 0.025 / n) / NORMAL.inv_cdf(0.975)


def _levels(results: Results, n: int) -> list[Finding]:
    row, printed = results.tables.summary.get("siamese_best"), PRINTED.systems["siamese_best"]
    if not row:
        return []
    return [
        Finding(
            f"The best performer's bias reaches a rho of {printed.spearman:.2f}",
            number(printed.spearman, 2),
            with_interval(row.spearman, row.spearman_interval, 2),
            _verdict_of(
                _side(widened(row.spearman, row.spearman_interval, n), printed.spearman), NO
            ),
        ),
        Finding(
            f"The best performer's bias has an MSE of {printed.mse:.1f} or less",
            number(printed.mse, 1),
            with_interval(row.mse, row.mse_interval, 1),
            _verdict_of(-_side(widened(row.mse, row.mse_interval, n), printed.mse), NO),
        ),
    ]


def _is_printed(row: Claim) -> bool:
    return {row.first, row.second} <= {*PRINTED.systems}


def _gaps(results: Results, n: int) -> list[Finding]:
    """Compare the paper's systems with each other (tables I, II and V)."""
    printed, found = PRINTED.systems, []
    for row in results.tables.claims:
        if _is_printed(row):
            first, second = printed[row.first], printed[row.second]
            told = _both(
                f"{first.spearman - second.spearman:+.2f}", f"{first.mse - second.mse:+.0f}"
            )
            here = _both(gap(row.spearman, 2), gap(row.mse, 0))
            found.append(Finding(row.claim, told, here, verdict(row, n)))
    return found


def _faults(results: Results, n: int) -> list[Finding]:
    """Compare flags by similarity with those by a falling score, and with flagging everything."""
    rows, printed = results.tables.faults, PRINTED.faults
    if not {"Ours", *FALLING, EVERY_CLIP} <= {*rows}:
        return []
    theirs = [printed[title] for title in ("Ours", *FALLING)]
    measured = [
        Finding(
            f"Low similarity finds faults with a better {word} than a falling score",
            " against ".join(f"{value:.2f}" for value in told),
            _against(rows, share, FALLING),
            _above_all(rows, share, FALLING, n),
        )
        for word, share, told in (
            ("precision", _precision, [level.precision for level in theirs]),
            ("recall", _recall, [level.recall for level in theirs]),
        )
    ]
    words = "Low similarity is more precise than flagging every clip (a floor the paper lacks)"
    here = _against(rows, _precision, [EVERY_CLIP])
    return [*measured, Finding(words, "", here, _above_all(rows, _precision, [EVERY_CLIP], n))]


Share = Callable[[Found], tuple[float | None, Range | None]]
"""One of the two measures of found faults, with its interval."""


def _precision(found: Found) -> tuple[float | None, Range | None]:
    return found.precision, found.precision_interval


def _recall(found: Found) -> tuple[float | None, Range | None]:
    return found.recall, found.recall_interval


def _against(rows: Mapping[str, FaultRow], share: Share, others: Sequence[str]) -> str:
    shares = (share(rows[title].all) for title in ("Ours", *others))
    return " against ".join(with_interval(value, interval, 2) for value, interval in shares)


def _above_all(rows: Mapping[str, FaultRow], share: Share, others: Sequence[str], n: int) -> str:
    ours, *theirs = (widened(*share(rows[title].all), n) for title in ("Ours", *others))
    sides = {_apart(ours, interval) for interval in theirs}
    return _verdict_of(sides.pop() if len(sides) == 1 else 0)


def _clusters(results: Results) -> list[Finding]:
    """Compare how far types are apart before and after the bias (figure 5)."""
    before, found = silhouettes(results, "siamese_best", "O"), []
    for system, bias in (("siamese_worst", "worst"), ("siamese_best", "best")):
        after = silhouettes(results, system, "D2")
        if before and after:
            words = f"Types form clusters in D2 with the {bias} performer's bias, and none in O"
            here = f"silhouettes over splits {_spread(after)} against {_spread(before)}"
            side = _apart((min(after), max(after)), (min(before), max(before)))
            found.append(Finding(words, "by eye", here, _verdict_of(side)))
    return found


def _transfer(results: Results, n: int) -> list[Finding]:
    """Compare the metric frozen from diving with what is fitted from the start (table VI).

    Where it is no better than a constant, that others are worse shows nothing of it.
    """
    tasks = results.tables.transfer.tasks if results.tables.transfer else ()
    return [
        _transfer_finding(task, row, n)
        for task in tasks
        for row in task.rows
        if row.system in PRINTED.vaults
    ]


def _transfer_finding(task: TransferTask, row: TransferRow, n: int) -> Finding:
    ours, theirs = PRINTED.vaults["siamese_best"], PRINTED.vaults[row.system]
    less = row.frozen_less_this
    told = _both(f"{ours.spearman - theirs.spearman:+.2f}", f"{ours.mse - theirs.mse:+.2f}")
    floors = [other for other in task.rows if other.system == "constant"]
    above = all(verdict(floor.frozen_less_this, n) == YES for floor in floors)
    return Finding(
        f"{task.title}: a metric frozen from diving beats {row.title}",
        f"{told} (UNLV-Vault)",
        _both(gap(less.spearman, 2), gap(less.mse, 3)),
        _unless(above, verdict(less, n)),
    )


def _unless(above_the_floor: bool, said: str) -> str:
    return NOT_SHOWN if said == YES and not above_the_floor else said


def _both(spearman: str, mse: str) -> str:
    return f"rho {spearman}, MSE {mse}"


def _verdict_of(side: int, refuted: str = OPPOSITE) -> str:
    if side > 0:
        return YES
    return refuted if side < 0 else NOT_SHOWN


def _side(interval: Sequence[float] | None, of: float = 0.0) -> int:
    """Return the side of a value that an interval is on: 1 above, -1 below, 0 on neither wholly."""
    low, high = interval or (of, of)
    return (low > of) - (high < of)


def _apart(first: Sequence[float] | None, second: Sequence[float] | None) -> int:
    """Return whether the first interval lies wholly above (1) or below (-1) the second."""
    if not first or not second:
        return 0
    return (first[0] > second[1]) - (first[1] < second[0])


def _spread(values: Sequence[float]) -> str:
    return f"{sum(values) / len(values):.2f} ({min(values):.2f} to {max(values):.2f})"
