"""Learn how likely a fault is, of what commentators said of Olympic dives.

    python scripts/train_remarks.py unlv-dive [--kept FOLDER] [--corrections corrections.csv]

Follows and measures the dives of the split `train`; looks at their entries close up. Measures
itself on dives that were left out, at random and as whole events; writes the usual values, the
weights that ship, and a card. Followed athletes are kept in FOLDER. Of phases that a table of
`podium corrections` names, what coaches said counts in place of the commentary, and what is then
remarked differently, of dives that were left out, is listed.
"""

import argparse
import csv
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from followed import followed
from safetensors.numpy import save

from podium.athlete.follow import frames_of
from podium.athlete.outline import outline
from podium.backbones.c3d_mini_close import C3DMiniClose
from podium.benchmark.corrected import read_corrected
from podium.examination.looks import clips_of
from podium.machine.files import write_bytes
from podium.measures import Dive, Phase, measure
from podium.measures._moments import find_moments
from podium.remarks import Remark
from podium.remarks._learned_arrays import INPUTS, LOOKS, N_CLIPS, USUAL, WEIGHTS, usual
from podium.remarks.faults import inputs_of
from podium.remarks.judging import remark_of
from podium.remarks.standing import LIKE

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Folds = npt.NDArray[np.intp]

SEED, N_FOLDS, N_AGAIN, N_DRAWS = 19, 5, 5, 1000
PENALTIES = (3.0, 10.0, 30.0, 100.0)
LOOKS_PENALTIES = (300.0, 1000.0, 3000.0, 10000.0, 30000.0)
SPOKEN_PENALTY = 0.5
RECALL = 0.82
"""Remarks are made so readily that this share of the faults that were spoken of is found."""

PRAISED = 0.15
"""This share of the dives, those least likely faulty, is praised for a phase."""

LEAST_LIKE = 20
"""Dives of a kind stand among their own where so many of them are known."""

MEASURED = ("flight_seconds", "jump_height_bodies", "opening_seconds", "tightness",
            "entry_angle_degrees", "line_straightness", "splash_size", "splash_height",
            "splash_seconds")  # fmt: skip


@dataclass(frozen=True)
class Lesson:
    """What was measured of a dive, what its entry looks like, and what was said of it."""

    name: str
    event: int
    execution: float
    values: dict[str, float | str | None]
    clips: Floats
    """(clips x numbers,); NaN where the entry was not seen."""

    said: dict[str, str]


@dataclass(frozen=True)
class Told:
    """What is known of a phase: numbers by which faults are told, and what was said, a dive each.

    Columns of `rows` that are among `LOOKS` are learned from `clips`; `wanted` is what they tell.
    """

    names: tuple[str, ...]
    rows: Floats
    clips: Floats
    wanted: dict[str, Floats]
    is_fault: Flags
    is_spoken: Flags
    is_praise: Flags


def lesson(row: dict[str, str], folder: Path, kept: Path, said: dict[str, str]) -> Lesson:
    """Follow, measure and look at a dive of the table."""
    path = folder / row["file_name"]
    athlete, _ = followed(path, kept)
    body = outline(athlete)
    dive = Dive(athlete, body, find_moments(athlete, body), None, frames_of(path).pixels)
    clips = clips_of(dive)
    seen = np.full(N_CLIPS * C3DMiniClose.dim, np.nan) if clips is None else clips.reshape(-1)
    values = {one.name: one.value for one in measure(dive)}
    return Lesson(
        row["id"], int(row["event"]), float(row["score"]) / float(row["difficulty"]), values,
        seen.astype(np.float64), said,
    )  # fmt: skip


def usual_values(lessons: Sequence[Lesson]) -> dict[str, npt.NDArray[np.float32]]:
    """Return the values of the known dives in order, by measure, and by kind where that counts."""
    found: dict[str, list[float]] = {}
    for values in (one.values for one in lessons):
        for name in MEASURED:
            if isinstance(value := values.get(name), int | float):
                found.setdefault(name, []).append(value)
                found.setdefault(f"{name}.{kind_of(name, values)}", []).append(value)
    return {
        name: np.sort(np.array(known, np.float32))
        for name, known in found.items()
        if not name.endswith(".") and ("." not in name or len(known) >= LEAST_LIKE)
    }


def kind_of(name: str, values: dict[str, float | str | None]) -> str:
    """Return of which kind a dive is, as far as it counts for a measure."""
    kind = values.get(LIKE.get(name, ""))
    if isinstance(kind, int | float):
        return "armstand" if kind else "standing"
    return kind or ""


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


def inner_folds(n: int, again: int = 0) -> Folds:
    """Return folds among what is learned from."""
    return np.random.default_rng(SEED + 1 + again).permutation(n) % N_FOLDS


def seen_in(clips: Floats, wanted: Floats) -> tuple[Floats, Floats]:
    """Learn what clips tell: the weights, and what is said of dives that are left out.

    A ridge regression; its penalty has the least squared error on inner folds, drawn several times.
    """
    clips = np.where(np.isnan(clips), np.nanmean(clips, axis=0), clips)
    middles, spreads = clips.mean(axis=0), clips.std(axis=0) + 1e-6
    scaled = (clips - middles) / spreads
    alike = scaled @ scaled.T
    folds = [inner_folds(len(clips), again) for again in range(N_AGAIN)]
    said = [
        np.mean([ridge_left_out(alike, wanted, one, penalty) for one in folds], axis=0)
        for penalty in LOOKS_PENALTIES
    ]
    best = int(np.argmin([((one - wanted) ** 2).mean() for one in said]))
    ridge = alike + LOOKS_PENALTIES[best] * np.eye(len(alike))
    weights = scaled.T @ np.linalg.solve(ridge, wanted - wanted.mean()) / spreads
    return np.array([wanted.mean() - middles @ weights, *weights]), said[best]


def ridge_left_out(alike: Floats, wanted: Floats, folds: Folds, penalty: float) -> Floats:
    """Predict each fold by what the others taught."""
    found = np.zeros(len(wanted))
    for fold in np.unique(folds):
        others, own = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        ridge = alike[np.ix_(others, others)] + penalty * np.eye(len(others))
        middle = wanted[others].mean()
        found[own] = middle + alike[np.ix_(own, others)] @ np.linalg.solve(
            ridge, wanted[others] - middle
        )
    return found


def with_looks(told: Told, others: Flags) -> tuple[Floats, dict[str, Floats]]:
    """Return the rows with what clips tell, learned from some dives, and the weights of that.

    Of those it says what is said of dives that are left out.
    """
    rows, learned = told.rows.copy(), {}
    for name in set(LOOKS).intersection(told.names):
        weights, left = seen_in(told.clips[others], told.wanted[name][others])
        column = weights[0] + told.clips @ weights[1:]  # not known where the entry was not seen
        column[others] = np.where(np.isnan(column[others]), np.nan, left)
        rows[:, told.names.index(name)], learned[name] = column, weights
    return rows, learned


def left_out(told: Told, folds: Folds) -> Floats:
    """Return how likely a fault is (logits) in each fold, by what the others taught."""
    likely = np.zeros(len(folds))
    for fold in np.unique(folds):
        others = folds != fold
        rows, _ = with_looks(told, others)
        penalty = chosen(rows[others], told.is_fault[others])
        weights, *scale = fitted(rows[others], told.is_fault[others], penalty)
        likely[~others] = ready(rows[~others], *scale) @ weights
    return likely


def chosen(rows: Floats, is_fault: Flags) -> float:
    """Return the penalty with the least log loss on inner folds, drawn several times."""
    losses = np.zeros(len(PENALTIES))
    for folds in (inner_folds(len(rows), again) for again in range(N_AGAIN)):
        for index, penalty in enumerate(PENALTIES):
            likely = np.zeros(len(rows))
            for fold in range(N_FOLDS):
                own = folds == fold
                weights, *scale = fitted(rows[~own], is_fault[~own], penalty)
                likely[own] = ready(rows[own], *scale) @ weights
            losses[index] += np.logaddexp(0, np.where(is_fault, -likely, likely)).mean()
    return PENALTIES[int(np.argmin(losses))]


def borders(tolds: Sequence[Told], likely: Floats, shown: Flags, others: Flags) -> Floats:
    """Return from which probability on a fault is remarked in each phase, and up to which praised.

    `likely` are logits and `shown` whether there is a fact to show, (phases, dives). Of what is
    spoken of, the chance that it is a fault is the same at the border of each phase.
    """
    scales = [
        fitted_chance(one[others & told.is_spoken], told.is_fault[others & told.is_spoken])
        for one, told in zip(likely, tolds, strict=True)
    ]
    chances = [a + b * one for (a, b), one in zip(scales, likely, strict=True)]
    of_faults = [
        np.where(is_shown, one, -np.inf)[others & told.is_fault]
        for one, is_shown, told in zip(chances, shown, tolds, strict=True)
    ]
    border = float(np.quantile(np.concatenate(of_faults), 1 - RECALL, method="lower"))
    faults = np.array([(border - a) / b if b > 0 else np.inf for a, b in scales])
    fault = 1 / (1 + np.exp(-faults))
    low = np.quantile(1 / (1 + np.exp(-likely[:, others])), PRAISED, axis=1)
    return np.concatenate([fault, np.minimum(low, fault / 2)])


def fitted_chance(likely: Floats, is_fault: Flags) -> tuple[float, float]:
    """Fit what is spoken of: the logit of a fault is a + b x its logit among all (Platt, 1999)."""
    (constant, slope), (middle,), (spread,) = fitted(likely[:, None], is_fault, SPOKEN_PENALTY)
    return constant - slope * middle / spread, slope / spread


def remarked(
    lessons: Sequence[Lesson], tolds: Sequence[Told], likely: Floats, folds: Folds
) -> list[list[Remark | None]]:
    """Return what is remarked of each phase and dive, by the borders that the other folds set."""
    chance = 1 / (1 + np.exp(-likely))
    shown = np.array(
        [
            [remark_of(one.values, phase, 1.0, 0.0, 0.0) is not None for one in lessons]
            for phase in Phase
        ]
    )
    found = {fold: borders(tolds, likely, shown, folds != fold) for fold in np.unique(folds)}
    n = len(Phase)
    return [
        [
            remark_of(one.values, phase, chance[k, i], *found[folds[i]][[k, n + k]])
            for i, one in enumerate(lessons)
        ]
        for k, phase in enumerate(Phase)
    ]


def auc(values: Floats, is_fault: Flags) -> float:
    """Return how often a faulty dive has the higher value; ties count half."""
    apart = values[is_fault][:, None] - values[~is_fault][None]
    return float((np.sign(apart).mean() + 1) / 2)


def draws(n: int) -> list[npt.NDArray[np.intp]]:
    """Return dives as they are drawn again, to see how sure a number is (bootstrap)."""
    rng = np.random.default_rng(SEED)
    return [rng.integers(n, size=n) for _ in range(N_DRAWS)]


def interval(values: Floats, is_fault: Flags) -> str:
    """Return the area under the curve with its 95 % interval, in words."""
    drawn = (d for d in draws(len(values)) if 0 < is_fault[d].sum() < len(d))
    return in_words(auc(values, is_fault), [auc(values[d], is_fault[d]) for d in drawn])


def in_words(value: float, others: Sequence[float]) -> str:
    """Write a number with where 95 % of those of other draws lie."""
    low, high = np.nanpercentile(others, [2.5, 97.5])
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


def shares(found: list[list[Remark | None]], tolds: Sequence[Told]) -> dict[str, str]:
    """Return how often remarks are right, with intervals, among phases that were spoken of."""
    fault = np.array([[bool(one and not one.is_praise) for one in row] for row in found])
    praise = np.array([[bool(one and one.is_praise) for one in row] for row in found])
    is_fault, spoken, praised = (
        np.array([getattr(told, name) for told in tolds])
        for name in ("is_fault", "is_spoken", "is_praise")
    )

    def share(of: Flags, among: Flags) -> str:
        both, whole = (of & among).sum(axis=0), among.sum(axis=0)
        again = [both[d].sum() / max(whole[d].sum(), 1) for d in draws(len(both))]
        return in_words(both.sum() / max(whole.sum(), 1), again)

    flagged = {str(phase): f"{row.mean():.2f}" for phase, row in zip(Phase, fault, strict=True)}
    return {
        "of what is remarked as a fault, it is one (precision)": share(is_fault, fault & spoken),
        "of the faults, so many are remarked (recall)": share(fault, is_fault),
        "of what is praised, it was praised": share(praised, praise & spoken),
    } | {f"dives of which a fault in the {k} is remarked": v for k, v in flagged.items()}


def told_of(lessons: Sequence[Lesson], phase: Phase) -> Told:
    """Gather what is known of a phase."""
    words = np.array([one.said.get(phase, "none") for one in lessons])
    execution = np.array([one.execution for one in lessons])
    return Told(
        INPUTS[phase],
        np.stack([inputs_of(one.values, phase) for one in lessons]),
        np.stack([one.clips for one in lessons]),
        {"looks_executed": execution, "looks_faulty": (words == "fault").astype(np.float64)},
        words == "fault", words != "none", words == "praise",
    )  # fmt: skip


def knowing(told: Told) -> Told:
    """Return a phase as one who knew the judges' marks could tell it, without the clips."""
    own = [name not in LOOKS for name in told.names]
    rows = np.hstack([told.rows[:, own], told.wanted["looks_executed"][:, None]])
    names = (*(name for name in told.names if name not in LOOKS), "execution")
    return replace(told, names=names, rows=rows)


def changes(
    before: list[list[Remark | None]], after: list[list[Remark | None]], names: Sequence[str]
) -> list[str]:
    """List what is remarked differently of each dive and phase, `dive, phase: before -> after`."""
    return [
        f"{name}, {phase}: {_kind(one)} -> {_kind(other)}"
        for phase, ours, theirs in zip(Phase, before, after, strict=True)
        for name, one, other in zip(names, ours, theirs, strict=True)
        if _kind(one) != _kind(other)
    ]


def _kind(remark: Remark | None) -> str:
    return str(remark.kind) if remark else "nothing"


def corrected(lessons: Sequence[Lesson], table: Path, data: Path) -> list[Lesson]:
    """Return the dives with what coaches said of them in place of what commentators said."""
    names = {id_: row["file_name"] for id_, row in read(data / "metadata.csv", "id").items()}
    known = read_corrected(table, names)
    said = known.over({one.name: one.said for one in lessons})
    print(f"corrected: {len(known.said)} dives; not among them: {len(known.unknown)} videos")
    return [replace(one, said=said[one.name]) for one in lessons]


def show_changes(lessons: Sequence[Lesson], others: Sequence[Lesson], folds: Folds) -> None:
    """Print what is remarked differently of dives that were left out, as both have learned."""
    before, after = (_left_out_remarks(one, folds) for one in (lessons, others))
    lines = changes(before, after, [one.name for one in lessons])
    print("\n".join([f"remarked differently: {len(lines)}", *lines]))


def _left_out_remarks(lessons: Sequence[Lesson], folds: Folds) -> list[list[Remark | None]]:
    tolds = [told_of(lessons, phase) for phase in Phase]
    return remarked(lessons, tolds, np.stack([left_out(told, folds) for told in tolds]), folds)


def weights_of(
    lessons: Sequence[Lesson], tolds: Sequence[Told], likely: Floats
) -> dict[str, npt.NDArray[np.float32]]:
    """Learn what ships, from all dives; borders are those for dives that were left out."""
    arrays, everything = {}, np.ones(len(lessons), np.bool_)
    for phase, told in zip(Phase, tolds, strict=True):
        rows, looks = with_looks(told, everything)
        parts = fitted(rows, told.is_fault, chosen(rows, told.is_fault))
        for name, part in zip(("weights", "middles", "spreads"), parts, strict=True):
            arrays[f"{name}.{phase}"] = part.astype(np.float32)
        arrays |= {name: one.astype(np.float32) for name, one in looks.items()}
    shown = np.array(
        [
            [remark_of(one.values, phase, 1.0, 0.0, 0.0) is not None for one in lessons]
            for phase in Phase
        ]
    )
    arrays["thresholds"] = borders(tolds, likely, shown, everything).astype(np.float32)
    return arrays


def read(path: Path, key: str) -> dict[str, dict[str, str]]:
    """Return the rows of a table by one of its columns."""
    with path.open(newline="", encoding="utf-8") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def lessons_of(data: Path, kept: Path) -> list[Lesson]:
    """Follow and measure the dives to learn from."""
    said, found = read(data / "faults.csv", "id"), []
    for row in read(data / "metadata.csv", "id").values():
        if row["split"] == "train":
            found.append(lesson(row, data, kept, said.get(row["id"], {})))
    return found


def main() -> None:
    """Follow, learn, measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--kept", type=Path, help="where followed athletes are kept")
    parser.add_argument("--corrections", type=Path, help="what podium corrections wrote")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        lessons = lessons_of(given.data, given.kept or Path(made))
    write_bytes(USUAL, save(usual_values(lessons)))
    usual.cache_clear()
    divisions = {
        "random": np.random.default_rng(SEED).permutation(len(lessons)) % N_FOLDS,
        "events": np.array([one.event for one in lessons]),
    }
    if given.corrections:
        before, lessons = lessons, corrected(lessons, given.corrections, given.data)
        show_changes(before, lessons, divisions["random"])
    tolds = [told_of(lessons, phase) for phase in Phase]
    likely = {k: np.stack([left_out(t, folds) for t in tolds]) for k, folds in divisions.items()}
    write_bytes(WEIGHTS, save(weights_of(lessons, tolds, likely["random"])))
    score = -np.array([one.execution for one in lessons])
    rows = [
        f"| {phase} | {told.is_fault.sum()} | {interval(likely['random'][k], told.is_fault)} "
        f"| {interval(likely['events'][k], told.is_fault)} | {interval(score, told.is_fault)} "
        f"| {interval(left_out(knowing(told), divisions['random']), told.is_fault)} |"
        for k, (phase, told) in enumerate(zip(Phase, tolds, strict=True))
    ]
    ours = [
        shares(remarked(lessons, tolds, likely[k], folds), tolds) for k, folds in divisions.items()
    ]
    made_of = [f"| {name} | {ours[0][name]} | {ours[1][name]} |" for name in ours[0]]
    card = CARD.format(
        n=len(lessons), rows="\n".join(rows), remarks="\n".join(made_of),
        backbone=C3DMiniClose().fingerprint,
    )  # fmt: skip
    print(card)
    write_bytes(WEIGHTS.parent / "README.md", card.encode())


CARD = """# How likely a fault is

Written by `scripts/train_remarks.py`; every number was measured in that run, on {n} Olympic dives
that were left out: at random, and as whole events. A fault is what a commentator called one. Area
under the curve, with its 95 % interval; beside it that of the execution score itself.

| phase | faults | left out at random | whole events left out | the score | measures and the score |
| --- | --- | --- | --- | --- | --- |
{rows}

Told by measures; of flight and entry, also by three clips about the moment of the water, close up,
as `{backbone}` describes them. How good the execution and how
faulty the entry looks in them was learned by ridge regressions on the other dives; the score of a
dive is read for no figure of its own, but in the last two columns. About 90 choices of measures and
clips were compared on these folds before.

What a commentator does not mention counts as no fault here, so that no area comes near 1. The last
column is told by the same measures and, instead of the clips, by the true execution score: what one
would have who knew the marks of the judges.

A remark needs a fact that is worse than usual, among dives of the same position, and from an
armstand or not. Among phases that the commentator spoke of, by borders set on other dives:

| remarks | left out at random | whole events left out |
| --- | --- | --- |
{remarks}
"""


if __name__ == "__main__":
    main()
