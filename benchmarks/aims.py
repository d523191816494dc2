"""Gather how well athletes are measured: what was aimed at, what was reached, and the floors.

    python benchmarks/aims.py [--video unlv-dive/videos/001.mp4]

Reads the cards that the training scripts write beside what they learn, the evidence of the model
`diving`, and the results of other benchmarks; writes `results/aims.json` and the table in
docs/measures.md. With `--video`, it times `podium measure` and `podium score` on that video anew.
What nobody measured is said to be so.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from measuring import RESULTS, write

REPOSITORY = Path(__file__).parent.parent
PACKAGE = REPOSITORY / "src" / "podium"
PAGE = REPOSITORY / "docs" / "measures.md"
START, END = "<!-- aims: made by python benchmarks/aims.py -->", "<!-- end of aims -->"
N_RUNS = 3
FLAGGING_ALL = 0.57
"""What is a fault among the phases that the commentator spoke of."""

PHASES = {"take_off": 0.75, "flight": 0.72, "entry": 0.80, "splash": 0.87}
"""The areas under the curve that were aimed at."""

Figures = tuple[float, ...]
"""A value, and where it is known its 95 % interval."""


@dataclass(frozen=True)
class Row:
    """One line: `at_random` and `whole_events` say what was left out; `None` is not measured."""

    what: str
    aim: float
    at_random: Figures | None = None
    whole_events: Figures | None = None
    floor: Figures | None = None
    floor_is: str = ""
    less_is_better: bool = False
    unit: str = ""
    note: str = ""

    @property
    def is_reached(self) -> bool | None:
        """Whether the aim is reached in all that was measured; `None` where nothing was."""
        found = [one[0] for one in (self.at_random, self.whole_events) if one]
        fits = [one <= self.aim if self.less_is_better else one >= self.aim for one in found]
        return all(fits) if fits else None


def table_of(card: Path, place: int = 0) -> list[dict[str, str]]:
    """Return the rows of a table of a card, by the names of its columns; 0 is the first."""
    parts = [part for part in card.read_text("utf-8").split("\n\n") if part.startswith("|")]
    lines = parts[place].splitlines()
    names, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(names, row, strict=True)) for row in rows]


def figures(cell: str) -> Figures:
    """Read `0.82 (0.68 to 0.94)` as numbers."""
    return tuple(float(one) for one in re.findall(r"-?\d*\.?\d+", cell))


def moments() -> list[Row]:
    """How often a moment is found within two frames of its mark, and of that less its drift."""
    rows = table_of(PACKAGE / "measures" / "_learned" / "moments.md")
    found = {
        (row["left out"], row["moment"], column): figures(row[column])
        for row in rows
        for column in ("2", "2, less drift")
    }
    names = {"board_left": "take-off", "come_out": "come-out", "water": "water"}
    columns = {"2": "", "2, less drift": " of the mark less its drift"}
    return [
        Row(
            f"{said} found within 2 frames{of}", 0.90,
            found["dives at random", name, column], found["whole events", name, column],
        )
        for name, said in names.items()
        for column, of in columns.items()
    ]  # fmt: skip


def dives() -> list[Row]:
    """How often turns, position and the dive are told."""
    rows = table_of(PACKAGE / "measures" / "_learned" / "turns.md")
    found = {row["left out"]: row for row in rows if row["moments"] == "found"}
    aims = (
        ("half somersaults exact", 0.90, 0.55),
        ("half twists exact where it twists", 0.60, None),
        ("none where it does not", 0.95, None),
        ("position", 0.85, 0.57),
        ("armstand", 0.98, 0.83),
        ("action", 0.85, None),
        ("action where its probability is over .9", 0.95, None),
    )
    return [
        Row(
            name, aim, figures(found["at random"][name]), figures(found["whole events"][name]),
            None if floor is None else (floor,), "" if floor is None else "the commonest answer",
        )
        for name, aim, floor in aims
    ]  # fmt: skip


def faults() -> list[Row]:
    """How well faults are told, and what is remarked."""
    card = PACKAGE / "remarks" / "_learned" / "README.md"
    rows = [
        Row(
            f"a fault in the {row['phase'].replace('_', '-')} (AUC, {row['faults']} faults)",
            PHASES[row["phase"]], figures(row["left out at random"]),
            figures(row["whole events left out"]), figures(row["the score"]), "the score itself",
        )
        for row in table_of(card)
    ]  # fmt: skip
    said = {row["remarks"]: row for row in table_of(card, 1)}
    floors = {"precision": FLAGGING_ALL, "recall": 1.0}
    return [
        *rows,
        *(
            Row(f"remarks: {name}", 0.80, figures(row["left out at random"]),
                figures(row["whole events left out"]), (floor,), "flagging all")
            for name, floor in floors.items()
            for row in [next(row for said_of, row in said.items() if name in said_of)]
        ),
    ]  # fmt: skip


def sides() -> list[Row]:
    """Whether the angle tells short from over; nothing is learned for it."""
    found = saved("entry_sides")
    area = (found["area"], *found["area_interval"]) if found else None
    said, right = ((found[f"right_{by}"],) if found else None for by in ("as_said", "left_out"))
    return [
        Row("entry short or over (AUC)", 0.90, area),
        Row("entry short or over, right, as remarks say it", 0.85, said),
        Row("entry short or over, right, by the border that parts all others best", 0.85, right),
    ]


def scores() -> list[Row]:
    """How well scores are predicted."""
    about = json.loads((PACKAGE / "models" / "diving" / "config.json").read_text("utf-8"))
    evidence = about["evidence"]
    parts = evidence["results"], evidence["left_out"]
    ours, floors = ([part[name] for part in parts] for name in ("siamese_lstm", "difficulty"))
    return [
        Row("score, rank correlation, at random", 0.87, _rho(ours[0]), None, _rho(floors[0]),
            "difficulty alone"),
        Row("score, rank correlation, whole events", 0.85, None, _rho(ours[1]), _rho(floors[1]),
            "difficulty alone"),
        Row("score, mean squared error, whole events", 45.0, None, _mse(ours[1]), _mse(floors[1]),
            "difficulty alone", less_is_better=True),
        Row("a portrait crop within 3 points", 0.90, _portrait()),
    ]  # fmt: skip


def _rho(row: Mapping[str, Any]) -> Figures:
    return row["spearman"], *row["interval"]


def _mse(row: Mapping[str, Any]) -> Figures:
    return row["mse"], *row["mse_interval"]


def _portrait() -> Figures | None:
    kinds = (saved("robustness") or {}).get("kinds", {})
    found = kinds.get("portrait, about the athlete")
    return (found["close"],) if found else None


def rendered() -> list[Row]:
    """How far measures are from the truth of rendered dives, and athletes from where they are."""
    found = saved("rendered_measures") or {}
    aims = (
        ("angle", 3.0, "degrees"), ("height", 5.0, "%"), ("opening", 1.0, "frames"),
        ("tightness", 5.0, "%"), ("splash", 15.0, "%"),
    )  # fmt: skip
    return [
        *(
            Row(f"rendered dives: {name}, median error", aim, _one(found, name), unit=unit,
                less_is_better=True, note=NOT_RENDERED.get(name, "") if found else "")
            for name, aim, unit in aims
        ),
        Row("rendered dives: the box overlaps by .7 (share of frames)", 0.95, _one(found, "box")),
    ]  # fmt: skip


NOT_RENDERED = {
    "height": "in the rendered hall the camera's own movement is not seen, so the jump is not told"
}


def _one(found: Mapping[str, Any], name: str) -> Figures | None:
    return (float(found[name]),) if name in found else None


def speed() -> list[Row]:
    """How long commands take, in seconds of one processor."""
    found = saved("speed") or {}
    return [
        Row(f"podium {command}: {what}", aim, _one(found.get(command, {}), key), unit=unit,
            less_is_better=True)
        for command, seconds in (("measure", 3.0), ("score", 4.0))
        for what, key, aim, unit in (
            ("processor's time", "seconds", seconds, "s"),
            ("memory of its largest process", "megabytes", 1000.0, "MB"),
        )
    ]  # fmt: skip


def saved(name: str) -> dict[str, Any] | None:
    """Return the result of another benchmark, where there is one."""
    path = RESULTS / f"{name}.json"
    found: dict[str, Any] | None = json.loads(path.read_text("utf-8")) if path.exists() else None
    return found


def timed(video: Path) -> dict[str, dict[str, float]]:
    """Run commands as processes of their own, without anything kept of earlier runs."""
    return {
        command: {
            name: statistics.median(run[name] for run in runs) for name in ("seconds", "megabytes")
        }
        for command in ("measure", "score")
        for runs in [[_run(command, video) for _ in range(N_RUNS)]]
    }


def _run(command: str, video: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as cache:
        words = [sys.executable, "-c", "from podium.cli import main; main()", command, str(video)]
        own = {**os.environ, "OMP_NUM_THREADS": "1", "PODIUM_CACHE": cache}
        child = subprocess.Popen(words, env=own, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"podium {command} {video} failed: {child.returncode}")
    return {"seconds": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss / 1024}


def all_rows() -> list[Row]:
    """Return every line, in the order of the aims."""
    parts = (moments, dives, sides, faults, rendered, scores, speed)
    return [row for part in parts for row in part()]


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write the rows of the result as a table."""
    lines = [
        "| what | aim | dives left out at random | whole events left out | floor | reached |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        reached = {True: "yes", False: "no", None: "not measured"}[row["is_reached"]]
        reached += f": {row['note']}" if row["note"] else ""
        sign = "at most " if row["less_is_better"] else ""
        floor = f"{_cell(row['floor'], row)} ({row['floor_is']})" if row["floor"] else ""
        cells = (
            row["what"], f"{sign}{_cell([row['aim']], row)}", _cell(row["at_random"], row),
            _cell(row["whole_events"], row), floor, reached,
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(found: Sequence[float] | None, row: Mapping[str, Any]) -> str:
    """Write a value with its interval."""
    if not found:
        return ""
    numbers = [f"{one:.3g}" if abs(one) < 1000 else f"{one:,.0f}" for one in found]
    unit = f" {row['unit']}" if row["unit"] else ""
    between = f" ({numbers[1]} to {numbers[2]})" if len(numbers) == 3 else ""
    return f"{numbers[0]}{unit}{between}"


def page(text: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Put the table into the page, in the place of the one that is there."""
    before, rest = text.split(START)
    return f"{before}{START}\n{table(rows)}\n{END}{rest.split(END)[1]}"


def main() -> None:
    """Gather, write and render."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--video", type=Path)
    given = parser.parse_args()
    if given.video:
        write("speed", timed(given.video))
    rows = [{**asdict(row), "is_reached": row.is_reached} for row in all_rows()]
    print(write("aims", {"rows": rows}))
    PAGE.write_text(page(PAGE.read_text("utf-8"), rows), "utf-8")


if __name__ == "__main__":
    main()
