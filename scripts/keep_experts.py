"""Keep beside a model what is measured of its experts: their videos do not ship.

    python scripts/keep_experts.py src/podium/models/diving unlv-dive/metadata.csv

Measures each reference of the model on its video, found in the table by its id, and writes
`experts.json` and `experts.safetensors` into the folder: values, and the outline of the body frame
by frame; nothing of the picture. Run it whenever the model was trained anew.
"""

import argparse
from pathlib import Path

from podium.assessment.question import part_of
from podium.datasets.manifest import Manifest
from podium.errors import PodiumError
from podium.examination import KeptExpert, examine, write_experts
from podium.examination.kept import MEASURES, OUTLINES
from podium.examination.tracing import figure_of
from podium.model import load_model
from podium.performance import Performance

MAX_BYTES = 1_000_000
"""What is kept of all experts takes no more than this."""


def kept(performance: Performance) -> KeptExpert:
    """Measure an expert, and keep the values and the figure."""
    seen = examine(performance.path, part=part_of(performance))
    values = {name: value for name, value in seen.values.items() if value is not None}
    return KeptExpert(performance.id, values, figure_of(seen.dive))


def keep_experts(folder: Path, table: Path) -> list[str]:
    """Write what is kept of a model's experts, and return the ids of those not in the table.

    Raises
    ------
    PodiumError
        If it would take more than `MAX_BYTES`.
    """
    known = {performance.id: performance for performance in Manifest(table).performances()}
    ids = [one.performance.id for one in getattr(load_model(folder).scorer, "references", ())]
    write_experts(folder, [kept(known[id_]) for id_ in ids if id_ in known])
    size = sum((folder / name).stat().st_size for name in (MEASURES, OUTLINES))
    if size > MAX_BYTES:
        raise PodiumError(f"{folder}: its experts take {size:,} bytes, more than {MAX_BYTES:,}")
    print(f"{len(ids)} experts, {size:,} bytes")
    return [id_ for id_ in ids if id_ not in known]


def main() -> None:
    """Read what is asked for, and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("table", type=Path)
    given = parser.parse_args()
    if missing := keep_experts(given.model, given.table):
        print(f"not in the table: {', '.join(missing)}")


if __name__ == "__main__":
    main()
