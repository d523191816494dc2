"""What is kept of experts whose videos are not at hand: measures, and the outline of the body.

Two files lie beside a model: `experts.json` (measures, by name) and `experts.safetensors` (outlines
as whole numbers; no picture). Both may be a stranger's, and are believed only as far as they fit.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save

from podium.checks import require
from podium.errors import ModelError
from podium.examination.figure import N_CORNERS, Figure, Moments
from podium.inputs.saved import Arrays, array_of, part_of, read_arrays, record_of, values_of
from podium.machine.files import read_json, write_bytes

MEASURES, OUTLINES = "experts.json", "experts.safetensors"
FORMAT = 1
MAX_JSON_BYTES = 2_000_000
"""How large the file of measures may be."""

MAX_EXPERTS, MAX_FRAMES = 1_000, 3_000
"""How many experts there may be, and of how many frames a figure."""

PARTS = 1_000
"""Outlines are kept in so many parts of a body's length."""

UNSEEN = np.iinfo(np.int16).min
"""Stands where the body was not seen."""

NEVER = -1.0
"""Stands where a moment was not seen."""


@dataclass(frozen=True)
class KeptExpert:
    """An expert's dive without its video: what was measured, and a figure if the body was seen."""

    id: str
    values: Mapping[str, float | str]
    figure: Figure | None = None


@dataclass(frozen=True)
class _Saved:
    """An expert as JSON has it: `numbers` and `letters` are measures, by name."""

    id: str
    n_frames: int
    numbers: Mapping[str, float]
    letters: Mapping[str, str]


def write_experts(folder: Path, experts: Iterable[KeptExpert]) -> None:
    """Write experts beside a model, in the place of any that were there."""
    listed = list(experts)
    arrays: dict[str, npt.NDArray[Any]] = {}
    for number, expert in enumerate(listed):
        if expert.figure:
            arrays |= {f"{number}.{key}": one for key, one in _arrays(expert.figure).items()}
    plain = {"format": FORMAT, "experts": [_plain(expert) for expert in listed]}
    write_bytes(folder / OUTLINES, save(arrays))
    write_bytes(folder / MEASURES, (json.dumps(plain, indent=1) + "\n").encode())


def read_experts(folder: Path) -> dict[str, KeptExpert]:
    """Return the experts that lie beside a model, by id; none where none were kept.

    Raises
    ------
    ModelError, UnusableFile
        If a file is damaged, or is not what was written.
    OSError
        If one of the two files is missing.
    """
    if not (folder / MEASURES).exists() and not (folder / OUTLINES).exists():
        return {}
    found = read_json(folder / MEASURES, MAX_JSON_BYTES)
    kinds = {"format": range(FORMAT, FORMAT + 1), "experts": tuple[Any, ...]}
    listed = values_of(found, MEASURES, **kinds)["experts"]
    if len(listed) > MAX_EXPERTS:
        raise ModelError(f"{MEASURES} has {len(listed)} experts, more than {MAX_EXPERTS}")
    arrays = read_arrays(folder / OUTLINES)
    experts = [_expert(plain, number, arrays) for number, plain in enumerate(listed)]
    return {expert.id: expert for expert in experts}


def _plain(expert: KeptExpert) -> dict[str, Any]:
    values = expert.values.items()
    return {
        "id": expert.id,
        "n_frames": len(expert.figure.outlines) if expert.figure else 0,
        "numbers": {k: round(float(v), 5) for k, v in values if not isinstance(v, str)},
        "letters": {k: v for k, v in values if isinstance(v, str)},
    }


def _arrays(figure: Figure) -> dict[str, npt.NDArray[Any]]:
    scaled = np.round(figure.outlines * PARTS)
    farthest = float(np.nanmax(np.abs(scaled), initial=0.0))
    most = np.iinfo(np.int16).max
    require(farthest <= most, "outlines", farthest / PARTS, f"at most {most / PARTS:g} bodies away")
    moments = [list(moment or (NEVER, NEVER)) for moment in figure.moments]
    return {
        "outlines": np.where(np.isfinite(scaled), scaled, UNSEEN).astype(np.int16),
        "seconds": figure.seconds.astype(np.float32),
        "moments": np.array(moments, np.float32),
    }


def _expert(plain: Any, number: int, arrays: Arrays) -> KeptExpert:
    name = f"{MEASURES}: experts[{number}]"
    saved = record_of(_Saved, plain, name)
    if not 0 <= saved.n_frames <= MAX_FRAMES:
        raise ModelError(f"{name}.n_frames is {saved.n_frames}: it must be 0 to {MAX_FRAMES}")
    figure = _figure(part_of(arrays, f"{number}."), saved.n_frames) if saved.n_frames else None
    return KeptExpert(saved.id, {**saved.numbers, **saved.letters}, figure)


def _figure(arrays: Arrays, n_frames: int) -> Figure:
    whole = array_of(arrays, "outlines", (n_frames, N_CORNERS, 2), np.int16)
    outlines = np.where(whole == UNSEEN, np.nan, whole / PARTS).astype(np.float32)
    seconds = array_of(arrays, "seconds", (n_frames + 1,), least=0.0).astype(np.float64)
    if not (np.diff(seconds) > 0).all():
        raise ModelError("the array seconds is not in order of time")
    return Figure(outlines, seconds, _moments(array_of(arrays, "moments", (3, 2), least=NEVER)))


def _moments(rows: npt.NDArray[Any]) -> Moments:
    board, opened, water = (
        None if row[0] < 0 else (float(row[0]), max(float(row[1]), 0.0)) for row in rows
    )
    return board, opened, water
