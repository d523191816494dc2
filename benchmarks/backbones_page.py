"""Write docs/backbones.md from benchmarks/results/backbones.json and the files of the backbones."""

import json
from pathlib import Path
from typing import Any

from podium import _catalog

REPOSITORY = Path(__file__).parent.parent
RESULT = REPOSITORY / "benchmarks" / "results" / "backbones.json"
PAGE = REPOSITORY / "docs" / "backbones.md"

TEXT = """# Backbones
What looks at the clips of a video: 16 frames in, one row of numbers out. Made by
`python benchmarks/backbones_page.py` from what `python benchmarks/backbones.py` measured.

| backbone | what it is | numbers a clip | weights, MB | seconds a dive | rho, 95 % interval |
|---|---|---|---|---|---|
{rows}

Seconds are the processor's, with {threads} thread(s), from the video file to features, a dive of
151 frames of 320x240: the median of {rounds} rounds over {timed} dives. Rho is the rank correlation
of execution = score / difficulty with what a plain ridge regression says of it, for {n} training
dives of UNLV-Dive in five folds; the test dives were not looked at.{seen}{absent}
"""
SEEN = """

*: learned from these very dives, so its rho is too good; its card says how it does on others."""
ABSENT = """

Not measured here: {names}."""


def row_of(name: str, row: dict[str, Any]) -> str:
    """Return one backbone's row of the table."""
    found = row["execution"]
    low, high = found["interval"]
    star = "*" if row["has_seen_these_dives"] else ""
    cells = (
        f"`{name}`",
        row["what"].removesuffix("."),
        str(row["dim"]),
        f"{row['megabytes']:.1f}" if row["megabytes"] else "none",
        f"{row['seconds_a_dive']:.2g}",
        f"{found['rho']:.2f} ({low:.2f} to {high:.2f}){star}",
    )
    return f"| {' | '.join(cells)} |"


def page(result: dict[str, Any]) -> str:
    """Build the page of what was measured."""
    rows = result["backbones"]
    absent = [f"`{name}`" for name in _catalog.names("podium.backbones") if name not in rows]
    return TEXT.format(
        threads=result["threads"],
        rounds=result["rounds"],
        timed=result["timed"],
        n=next(iter(rows.values()))["execution"]["n"],
        rows="\n".join(row_of(name, row) for name, row in rows.items()),
        seen=SEEN if any(row["has_seen_these_dives"] for row in rows.values()) else "",
        absent=ABSENT.format(names=", ".join(absent)) if absent else "",
    )


def main() -> None:
    """Read the JSON and write the page."""
    PAGE.write_text(page(json.loads(RESULT.read_text())))
    print(PAGE)


if __name__ == "__main__":
    main()
