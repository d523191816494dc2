"""Measure whether the entry angle tells dives called short from those called over the vertical.

    python benchmarks/entry_sides.py measures.csv unlv-dive

`measures.csv` is what `podium predict unlv-dive/metadata.csv --measures` writes;
`benchmarks/data/entry_sides.csv` holds which training dives a commentator called short (-1) or over
(1), read by a person from the commentary. Writes `results/entry_sides.json`: how often the larger
angle is called over, how often a dive is on the side on which Podium's remarks put it, and how
often by the border that parts all others best.
"""

import argparse
import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt
from measuring import write

from podium.remarks.standing import usual_angle

Floats = npt.NDArray[np.float64]

SIDES = Path(__file__).parent / "data" / "entry_sides.csv"
SEED, N_DRAWS = 19, 1000


def read(path: Path, key: str) -> dict[str, dict[str, str]]:
    """Return the rows of a table by one of its columns."""
    with path.open(newline="", encoding="utf-8") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def auc(angles: Floats, sides: Floats) -> float:
    """Return how often a dive called over has the larger angle; ties count half."""
    apart = angles[sides > 0][:, None] - angles[sides < 0][None]
    return float((np.sign(apart).mean() + 1) / 2)


def border(angles: Floats, sides: Floats) -> float:
    """Return the angle that parts most dives rightly."""
    right = [(np.where(angles >= one, 1, -1) == sides).mean() for one in angles]
    return float(angles[int(np.argmax(right))])


def left_out(angles: Floats, sides: Floats) -> float:
    """Return the share of dives that the border of all others puts on their side."""
    others = [np.arange(len(angles)) != index for index in range(len(angles))]
    borders = np.array([border(angles[other], sides[other]) for other in others])
    return float((np.where(angles >= borders, 1, -1) == sides).mean())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measures", type=Path)
    parser.add_argument("data", type=Path)
    given = parser.parse_args()
    names = {
        row["id"]: row["file_name"] for row in read(given.data / "metadata.csv", "id").values()
    }
    table, called = read(given.measures, "file_name"), read(SIDES, "id")
    found = {id_: table.get(names[id_], {}).get("entry_angle_degrees") for id_ in called}
    measured = [id_ for id_, angle in found.items() if angle]
    angles = np.array([float(found[id_] or 0) for id_ in measured])
    sides = np.array([float(called[id_]["side"]) for id_ in measured])
    rng = np.random.default_rng(SEED)
    draws = [rng.integers(len(angles), size=len(angles)) for _ in range(N_DRAWS)]
    low, high = np.percentile([auc(angles[draw], sides[draw]) for draw in draws], [2.5, 97.5])
    result = {
        "n_short": int((sides < 0).sum()),
        "n_over": int((sides > 0).sum()),
        "n_called": len(called),
        "area": round(auc(angles, sides), 4),
        "area_interval": [round(float(low), 4), round(float(high), 4)],
        "right_as_said": round(float((np.where(angles < usual_angle(), -1, 1) == sides).mean()), 4),
        "right_left_out": round(left_out(angles, sides), 4),
    }
    print(f"{write('entry_sides', result)}: {result}")


if __name__ == "__main__":
    main()
