"""What was saved of a benchmark: plain values, each looked at before it is believed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from podium.machine.files import read_json

MAX_BYTES = 256 * 2**20

CELL = {
    "system": str, "split": int, "n_train": int, "seconds": int | float, "predictions": dict,
    "measures": dict,
}  # fmt: skip
MORE_OF_CELL = {"extras": dict, "made_from": str}
RESULTS = {"cells": list, "about": dict, "systems": dict, "tables": dict}
ABOUT = {
    "backbone": str, "commit": str | None, "keypoints": str | None, "left_out": dict,
    "n_performances": int, "seeds": list, "versions": dict,
}  # fmt: skip


def read_results(path: Path) -> dict[str, Any]:
    """Read the parts of results; `about`, `systems` and `cells` hold what is asked of them.

    Raises
    ------
    UnusableFile, OSError, KeyError, TypeError
        If it is no such file, or a part is missing or of another kind.
    """
    results: dict[str, Any] = _with(RESULTS, read_json(path, MAX_BYTES))
    _with(ABOUT, results["about"])
    for system in results["systems"].values():
        _with({"title": str}, system)
    for cell in results["cells"]:
        _require_cell(cell)
    return results


def read_row(path: Path) -> dict[str, Any]:
    """Read what one system came to on one split; raise as `read_results` does."""
    cell: dict[str, Any] = read_json(path, MAX_BYTES)
    _require_cell(cell)
    return cell


def _require_cell(cell: Any) -> None:
    _with(CELL, cell)
    _with({name: kind for name, kind in MORE_OF_CELL.items() if name in cell}, cell)
    for predicted in cell["predictions"].values():
        _require_kind(predicted, int | float)


def _with(parts: Mapping[str, Any], found: Any) -> dict[str, Any]:
    """Return a dictionary that has all of these parts, each of its kind."""
    _require_kind(found, dict)
    for name, kind in parts.items():
        _require_kind(found[name], kind)
    plain: dict[str, Any] = found
    return plain


def _require_kind(value: object, kind: Any) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r:.100} stands where {getattr(kind, '__name__', kind)} belongs")
