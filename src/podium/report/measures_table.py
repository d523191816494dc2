"""What was measured of many dives, as rows of a table; the columns are part of the contract."""

from collections.abc import Mapping

from podium.examination.values import Examination
from podium.measures import Phase, names_that_read

MEASURED = (
    "flight_seconds", "jump_height_bodies", "tightness", "opening_seconds",
    "entry_angle_degrees", "splash_size",
)  # fmt: skip
"""The quantities of a dive that have a column by their own name."""

COUNTED = ("half_somersaults", "half_twists", "position", "armstand")

OTHERS = tuple(name for name in names_that_read("dive") if name not in (*COUNTED, *MEASURED))
"""All else that is measured, which may grow."""

COLUMNS = (
    "file_name", *COUNTED, *MEASURED,
    *(f"fault_{phase}" for phase in Phase), *(f"said_{phase}" for phase in Phase),
    "recognised_action", "recognised_probability", *OTHERS, "error",
)  # fmt: skip


def measures_row(examination: Examination) -> Mapping[str, str]:
    """Return what was measured of a dive, by column; empty where it could not be."""
    found = {name: _cell(examination.values.get(name)) for name in (*COUNTED, *MEASURED, *OTHERS)}
    found |= {f"fault_{phase}": f"{share:.4f}" for phase, share in examination.faults}
    for remark in examination.remarks:
        found[f"said_{remark.phase}"] = "praise" if remark.is_praise else "fault"
    if (dive := examination.recognised) is not None:
        found["recognised_action"] = dive.action or ""
        found["recognised_probability"] = f"{dive.probability:.4f}"
    return found


def _cell(value: float | str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return f"{value:.0f}" if value == round(value) else f"{value:.4f}"
