"""Stored results -> which of the paper's claims hold here, judged by intervals."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podium.benchmark.markdown import gap, number, with_interval
from podium.benchmark.run import Results

PRINTED: Mapping[str, Any] = json.loads(
    (Path(__file__).parent / "_protocol" / "paper_printed.json").read_text("utf-8")
)
"""The numbers that the paper prints."""

YES, NOT_SHOWN, NO, OPPOSITE = "yes", "not shown", "**no**", "**no, the opposite**"
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
    """Say of each of the paper's claims that was measured whether it holds here."""
    return (
        *_levels(results),
        *_gaps(results),
        *_faults(results),
        *_clusters(results),
        *_transfer(results),
    )


def verdict(row: Mapping[str, Any]) -> str:
    """Say whether the intervals of a comparison are for the claim, against it, or neither."""
    return _judged(_side(row["rho"]["interval"]) - _side(row["mse"]["interval"]))


def silhouettes(results: Results, system: str, space: str) -> list[float]:
    """Give how far apart the types are in a space of a system's, by split."""
    return [c.extras["clusters"][space] for c in results.of(system) if "clusters" in c.extras]


def _levels(results: Results) -> list[Finding]:
    row, printed = results.tables["summary"].get("siamese_best"), PRINTED["systems"]["siamese_best"]
    if not row:
        return []
    claims = (
        (f"The best performer's bias reaches a rho of {printed['rho']:.2f}", "rho", 1, 2),
        (f"The best performer's bias has an MSE of {printed['mse']:.1f} or less", "mse", -1, 1),
    )
    return [
        Finding(
            words,
            number(printed[measure], digits),
            with_interval(row[measure], row[f"{measure}_interval"], digits),
            _judged(sign * _side(row[f"{measure}_interval"], printed[measure]), NO),
        )
        for words, measure, sign, digits in claims
    ]


def _gaps(results: Results) -> list[Finding]:
    """Compare the paper's systems with each other (tables I, II and V)."""
    printed, found = PRINTED["systems"], []
    for row in results.tables.get("claims", ()):
        if row["first"] in printed and row["second"] in printed:
            first, second = printed[row["first"]], printed[row["second"]]
            told = _both(
                f"{first['rho'] - second['rho']:+.2f}", f"{first['mse'] - second['mse']:+.0f}"
            )
            here = _both(gap(row["rho"], 2), gap(row["mse"], 0))
            found.append(Finding(row["claim"], told, here, verdict(row)))
    return found


def _faults(results: Results) -> list[Finding]:
    """Compare flags by similarity with those by a falling score, and with flagging everything."""
    rows, printed = results.tables.get("faults") or {}, PRINTED["faults"]
    if not {"Ours", *FALLING, EVERY_CLIP} <= {*rows}:
        return []
    measured = [
        Finding(
            f"Low similarity finds faults with a better {measure} than a falling score",
            " against ".join(f"{printed[t][measure]:.2f}" for t in ("Ours", *FALLING)),
            _against(rows, measure, FALLING),
            _above_all(rows, measure, FALLING),
        )
        for measure in ("precision", "recall")
    ]
    words = "Low similarity is more precise than flagging every clip (a floor the paper lacks)"
    here = _against(rows, "precision", [EVERY_CLIP])
    return [*measured, Finding(words, "", here, _above_all(rows, "precision", [EVERY_CLIP]))]


def _against(rows: Mapping[str, Any], measure: str, others: Sequence[str]) -> str:
    parts = [rows[title]["all"] for title in ("Ours", *others)]
    return " against ".join(with_interval(p[measure], p[f"{measure}_interval"], 2) for p in parts)


def _above_all(rows: Mapping[str, Any], measure: str, others: Sequence[str]) -> str:
    ours = rows["Ours"]["all"][f"{measure}_interval"]
    sides = {_apart(ours, rows[title]["all"][f"{measure}_interval"]) for title in others}
    return _judged(sides.pop() if len(sides) == 1 else 0)


def _clusters(results: Results) -> list[Finding]:
    """Compare how far types are apart before and after the bias (figure 5)."""
    before, found = silhouettes(results, "siamese_best", "O"), []
    for system, bias in (("siamese_worst", "worst"), ("siamese_best", "best")):
        after = silhouettes(results, system, "D2")
        if before and after:
            words = f"Types form clusters in D2 with the {bias} performer's bias, and none in O"
            here = f"silhouettes over splits {_spread(after)} against {_spread(before)}"
            side = _apart((min(after), max(after)), (min(before), max(before)))
            found.append(Finding(words, "by eye", here, _judged(side)))
    return found


def _transfer(results: Results) -> list[Finding]:
    """Compare the metric frozen from diving with what is fitted from the start (table VI).

    Where it is no better than a constant, that others are worse shows nothing of it.
    """
    printed, found = PRINTED["vaults"], []
    for task in results.tables.get("transfer", {}).get("tasks", ()):
        floors = [row for row in task["rows"] if row["system"] == "constant"]
        above = all(verdict(floor["frozen_less_this"]) == YES for floor in floors)
        for row in task["rows"]:
            if row["system"] in printed:
                ours, theirs = printed["siamese_best"], printed[row["system"]]
                found.append(
                    Finding(
                        f"{task['title']}: a metric frozen from diving beats {row['title']}",
                        f"{_both(f'{ours[0] - theirs[0]:+.2f}', f'{ours[1] - theirs[1]:+.2f}')} "
                        "(UNLV-Vault)",
                        _both(
                            *(
                                gap(row["frozen_less_this"][m], d)
                                for m, d in (("rho", 2), ("mse", 3))
                            )
                        ),
                        _unless(above, verdict(row["frozen_less_this"])),
                    )
                )
    return found


def _unless(above_the_floor: bool, said: str) -> str:
    return NOT_SHOWN if said == YES and not above_the_floor else said


def _both(rho: str, mse: str) -> str:
    return f"rho {rho}, MSE {mse}"


def _judged(side: int, refuted: str = OPPOSITE) -> str:
    if side > 0:
        return YES
    return refuted if side < 0 else NOT_SHOWN


def _side(interval: Sequence[float] | None, of: float = 0.0) -> int:
    """Say on which side of a value an interval lies: 1 above, -1 below, 0 not wholly on either."""
    low, high = interval or (of, of)
    return (low > of) - (high < of)


def _apart(first: Sequence[float] | None, second: Sequence[float] | None) -> int:
    """Say whether the first interval lies wholly above (1) or below (-1) the second."""
    if not first or not second:
        return 0
    return (first[0] > second[1]) - (first[1] < second[0])


def _spread(values: Sequence[float]) -> str:
    return f"{sum(values) / len(values):.2f} ({min(values):.2f} to {max(values):.2f})"
