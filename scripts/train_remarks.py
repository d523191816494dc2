"""Learn how likely a fault is from measures, of what commentators said of Olympic dives.

    python scripts/train_remarks.py measures.csv unlv-dive

`measures.csv` is what `podium predict unlv-dive/metadata.csv --measures` writes; only rows of the
split `train` are read. Measures itself on dives that were left out, at random and as whole events;
writes the weights that ship and a card.
"""

import argparse
import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save

from podium.machine.files import write_bytes
from podium.measures import Phase
from podium.remarks._learned_arrays import WEIGHTS
from podium.remarks.faults import inputs_of

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SEED, N_FOLDS, N_DRAWS = 19, 5, 1000
PENALTIES = (3.0, 10.0, 30.0, 100.0)
RECALL = 0.8
"""Remarks are made so readily that this share of the faults that were spoken of is found."""

PRAISED = 0.15
"""This share of the dives, those least likely faulty, is praised for a phase."""

TELLS = 0.6
"""Nothing is remarked of a phase whose faults are told apart no better than so (area)."""

USUAL = ("flight_seconds", "jump_height_bodies", "opening_seconds", "tightness",
         "entry_angle_degrees", "line_straightness", "splash_size", "splash_height",
         "splash_seconds")  # fmt: skip


def fitted(rows: Floats, is_fault: Flags, penalty: float) -> tuple[Floats, Floats, Floats]:
    """Fit a logistic regression: weights, and the middle and spread of each number (Newton)."""
    middles = np.nanmedian(rows, axis=0)
    spreads = np.maximum(np.nanstd(rows, axis=0), 1e-6)
    scaled = ready(rows, middles, spreads)
    ridge = penalty * np.eye(scaled.shape[1])
    ridge[0, 0] = 1e-6
    weights = np.zeros(scaled.shape[1])
    for _ in range(30):
        likely = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (likely - is_fault) + ridge @ weights
        curve = (scaled * (likely * (1 - likely))[:, None]).T @ scaled + ridge
        weights = weights - np.linalg.solve(curve, slope)
    return weights, middles, spreads


def ready(rows: Floats, middles: Floats, spreads: Floats) -> Floats:
    """Scale numbers, with a constant before them; what is lacking counts as usual."""
    scaled = np.nan_to_num(np.clip((rows - middles) / spreads, -3, 3))
    return np.hstack([np.ones((len(rows), 1)), scaled])


def left_out(rows: Floats, is_fault: Flags, folds: npt.NDArray[np.intp]) -> Floats:
    """Predict each fold by what the others taught, the penalty chosen on folds among those."""
    likely = np.zeros(len(rows))
    for fold in np.unique(folds):
        others = folds != fold
        penalty = chosen(rows[others], is_fault[others])
        weights, *scale = fitted(rows[others], is_fault[others], penalty)
        likely[~others] = 1 / (1 + np.exp(-ready(rows[~others], *scale) @ weights))
    return likely


def chosen(rows: Floats, is_fault: Flags) -> float:
    """Return the penalty with the least log loss on inner folds."""
    folds = np.random.default_rng(SEED + 1).permutation(len(rows)) % N_FOLDS
    losses = []
    for penalty in PENALTIES:
        likely = np.zeros(len(rows))
        for fold in range(N_FOLDS):
            weights, *scale = fitted(rows[folds != fold], is_fault[folds != fold], penalty)
            likely[folds == fold] = 1 / (1 + np.exp(-ready(rows[folds == fold], *scale) @ weights))
        losses.append(-np.log(np.where(is_fault, likely, 1 - likely) + 1e-9).mean())
    return PENALTIES[int(np.argmin(losses))]


def auc(values: Floats, is_fault: Flags) -> float:
    """Return how often a faulty dive has the higher value; ties count half."""
    apart = values[is_fault][:, None] - values[~is_fault][None]
    return float((np.sign(apart).mean() + 1) / 2)


def interval(values: Floats, is_fault: Flags) -> str:
    """Return the area under the curve with its 95 % interval, in words (bootstrap)."""
    rng = np.random.default_rng(SEED)
    draws = (rng.integers(len(values), size=len(values)) for _ in range(N_DRAWS))
    areas = [auc(values[d], is_fault[d]) for d in draws if 0 < is_fault[d].sum() < len(d)]
    low, high = np.percentile(areas, [2.5, 97.5])
    return f"{auc(values, is_fault):.2f} ({low:.2f} to {high:.2f})"


def threshold(likely: Floats, is_fault: Flags) -> float:
    """Return the probability from which on the wanted share of faults is found."""
    return float(np.quantile(likely[is_fault], 1 - RECALL))


def flags(likely: Floats, is_fault: Flags, is_spoken: Flags, folds: npt.NDArray[np.intp]) -> Flags:
    """Return what is flagged in each fold, by the threshold of the others."""
    borders = {fold: threshold(likely[folds != fold], is_fault[folds != fold]) for fold in folds}
    return (likely >= np.array([borders[fold] for fold in folds])) & is_spoken


def read(path: Path) -> dict[str, dict[str, str]]:
    """Return the rows of a table by the name of their file."""
    with path.open(newline="", encoding="utf-8") as file:
        return {row.get("file_name") or row["id"]: row for row in csv.DictReader(file)}


def numbers(row: dict[str, str]) -> dict[str, float | str | None]:
    """Return what was measured as numbers."""
    return {name: float(row[name]) for name in USUAL if row.get(name)}


def main() -> None:
    """Learn, measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measures", type=Path)
    parser.add_argument("data", type=Path)
    given = parser.parse_args()
    table, said = read(given.measures), read(given.data / "faults.csv")
    dives = [row for row in read(given.data / "metadata.csv").values() if row["split"] == "train"]
    values = [numbers(table.get(dive["file_name"], {})) for dive in dives]
    events = np.array([int(dive["event"]) for dive in dives])
    at_random = np.random.default_rng(SEED).permutation(len(dives)) % N_FOLDS
    score = -np.array([float(dive["score"]) / float(dive["difficulty"]) for dive in dives])
    arrays: dict[str, npt.NDArray[np.float32]] = {}
    lines, faults, praises = [], [], []
    found = np.zeros((len(Phase), 3))
    for index, phase in enumerate(Phase):
        rows = np.stack([inputs_of(one, phase) for one in values])
        words = np.array([said.get(dive["id"], {}).get(phase, "none") for dive in dives])
        is_fault, is_spoken = words == "fault", words != "none"
        likely = left_out(rows, is_fault, at_random)
        events_out = left_out(rows, is_fault, events)
        border = threshold(likely, is_fault)
        tells = auc(likely, is_fault) > TELLS and auc(events_out, is_fault) > TELLS
        flagged = flags(likely, is_fault, is_spoken, at_random) & tells
        found[index] = (flagged & is_fault).sum(), flagged.sum(), is_fault.sum()
        lines.append(
            f"| {phase} | {is_fault.sum()} | {interval(likely, is_fault)} "
            f"| {interval(events_out, is_fault)} | {interval(score, is_fault)} |"
        )
        parts = fitted(rows, is_fault, chosen(rows, is_fault))
        for name, part in zip(("weights", "middles", "spreads"), parts, strict=True):
            arrays[f"{name}.{phase}"] = part.astype(np.float32)
        faults.append(border if tells else 1.0)
        praises.append(min(float(np.quantile(likely, PRAISED)), border / 2) if tells else 0.0)
    arrays["thresholds"] = np.array([*faults, *praises], np.float32)
    for name in USUAL:
        known = np.array([float(str(one[name])) for one in values if name in one], np.float32)
        if len(known):
            arrays[f"usual.{name}"] = np.sort(known)
    true, made, all_faults = found.sum(axis=0)
    card = CARD.format(
        n=len(dives),
        rows="\n".join(lines),
        precision=true / made,
        recall=true / all_faults,
        tells=TELLS,
    )
    print(card)
    write_bytes(WEIGHTS, save(arrays))
    write_bytes(WEIGHTS.parent / "README.md", card.encode())


CARD = """# How likely a fault is, by measures

Written by `scripts/train_remarks.py`; every number was measured in that run, on {n} Olympic dives
that were left out: at random, and as whole events. A fault is what a commentator called one. Area
under the curve, with its 95 % interval; beside it that of the execution score itself.

| phase | faults | left out at random | whole events left out | the score |
| --- | --- | --- | --- | --- |
{rows}

Among phases that the commentator spoke of, what is flagged is a fault in {precision:.2f}, and
{recall:.2f} of the faults are flagged, by thresholds
set on other dives. Of a phase whose area is not above {tells} nothing is remarked.
"""


if __name__ == "__main__":
    main()
