"""A model as a folder for other programs: its parts, a description, and its card."""

import io
import json
import os
import shlex
import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from podium.errors import UsageError
from podium.exporting.values import Part
from podium.machine.files import read_bytes, write_bytes
from podium.model import SHIPPED, Model, find_model, load_model
from podium.scorers import ComparingScorer

ExportFormat = Literal["onnx", "openvino", "safetensors"]
PartChoice = Literal["backbone", "scorer"]

DESCRIPTION = "export.json"
CARD = "model_card.md"
REFERENCES = "references.npy"

MAX_CARD_BYTES = 1_000_000
"""How large the card of a model may be."""

LEFT_OUT = (
    "finding the athlete, the event and the clips in a video; doubts, which widen a range or "
    "withhold a score; limits of what can be awarded; remarks and similarity by clip"
)
"""What Podium does beside the parts that are written."""


@dataclass(frozen=True)
class Exported:
    """What was written, and where."""

    folder: Path
    """The folder."""

    files: tuple[str, ...]
    """The names of what is in it."""

    checked: Mapping[str, Mapping[str, float]]
    """Of each part that runs: how far it is from Podium's own answers, and how far it may be."""


def export_model(
    name_or_path: str | Path,
    out: Path,
    format: ExportFormat = "onnx",
    *,
    only: PartChoice | None = None,
    int8: bool = False,
    allow_parts: Collection[str] = (),
) -> Exported:
    """Write a model for other programs: its backbone and its scorer, or one of the two.

    `int8` makes ONNX files smaller, with weights of eight bits. `out` must be new or empty. All
    parts are made and compared with Podium's own answers before anything is written.

    Raises
    ------
    UsageError
        If a part cannot be written in that format, or the folder holds something.
    ModelError, UnknownName
        If the model cannot be read, or what was made of it answers otherwise.
    """
    _require_choices(format, only, int8)
    _require_free(out)
    model = load_model(name_or_path, allow_parts=allow_parts)
    parts = _parts(model, name_or_path, out, "int8" if int8 else format, only)
    described = {
        **_about(model, name_or_path, format),
        **({"numbers": "eight bits"} if int8 else {}),
        **{part: dict(made.facts) for part, made in parts.items()},
    }
    files = {name: content for made in parts.values() for name, content in made.files.items()}
    if "scorer" in parts and isinstance(model.scorer, ComparingScorer):
        described["references"], files[REFERENCES] = _references(model.scorer)
    files[CARD] = read_bytes(find_model(name_or_path) / "README.md", MAX_CARD_BYTES)
    files[DESCRIPTION] = (json.dumps(described, indent=1, ensure_ascii=False) + "\n").encode()
    _write(out, files)
    facts = {part: made.facts for part, made in parts.items()}
    checked = {part: known["checked"] for part, known in facts.items() if "checked" in known}
    return Exported(out, tuple(files), checked)


def _parts(
    model: Model, name_or_path: str | Path, out: Path, form: str, only: PartChoice | None
) -> dict[str, Part]:
    """Make the parts asked for; say all that is in the way of them, and what can be written."""
    parts: dict[str, Part] = {}
    refusals: list[str] = []
    for part, make in _makers(form).items():
        if only in (None, part):
            try:
                parts[part] = make(model)
            except UsageError as error:
                refusals.append(str(error))
    if refusals:
        kept = next(iter(parts), "scorer")
        works = form if parts else "safetensors"  # which any scorer can be written as
        chosen = "--int8" if works == "int8" else f"--format {works}"
        given = shlex.join([str(name_or_path), "--out", str(out), "--only", kept])
        said = "; ".join(refusals)
        raise UsageError(f"{said}: run podium export {given} {chosen}")
    return parts


def _makers(form: str) -> dict[str, Callable[[Model], Part]]:
    if form == "safetensors":
        from podium.exporting.arrays import arrays_of_backbone, arrays_of_scorer

        return {
            "backbone": lambda model: arrays_of_backbone(model.backbone_name, model.backbone),
            "scorer": arrays_of_scorer,
        }
    from podium.exporting.backbone import onnx_of_backbone
    from podium.exporting.forms import form_of
    from podium.exporting.scorer import onnx_of_scorer

    written = form_of(form)
    return {
        "backbone": lambda model: onnx_of_backbone(model.backbone_name, model.backbone, written),
        "scorer": lambda model: onnx_of_scorer(model, written),
    }


def _require_choices(format: str, only: str | None, int8: bool) -> None:
    if format not in get_args(ExportFormat):
        raise UsageError(f"there is no format {format!r}: choose onnx, openvino or safetensors")
    if int8 and format != "onnx":
        raise UsageError(f"--int8 is for ONNX files, not for {format}: leave one of the two out")
    if only not in (None, "backbone", "scorer"):
        raise UsageError(f"no part is called {only!r}: choose backbone or scorer")


def _require_free(out: Path) -> None:
    if out.is_dir() and (held := next(out.iterdir(), None)):
        raise UsageError(f"{out}: is not empty (it holds {held.name}): name a new or empty folder")


def _about(model: Model, name_or_path: str | Path, format: str) -> dict[str, Any]:
    is_shipped = find_model(name_or_path).parent == SHIPPED
    return {
        "format": 1,
        "kind": format,
        "made_by": f"podium {version('podium')}",
        "model": model.name,
        "licence": _licence(is_shipped),
        "trained_on": model.evidence.data,
        "card": CARD,
        "clips": asdict(model.clip_options),
        "aligned_at": model.anchor.event if model.anchor else "the end of the video",
        "score_range": list(model.score_range),
        "left_out": LEFT_OUT,
    }


def _licence(is_shipped: bool) -> str:
    if is_shipped:
        return "Apache-2.0"
    return "the scorer is whose it is that trained it; what ships with Podium is under Apache-2.0"


def _references(scorer: ComparingScorer) -> tuple[dict[str, Any], bytes]:
    """Return what is said of the references, and their features in a file of one array."""
    kept = scorer.references
    starts = np.cumsum([0, *(len(one.features) for one in kept)])
    rows = [
        {
            "id": one.performance.id,
            "action": one.performance.action,
            "difficulty": one.performance.difficulty,
            "score": one.performance.score,
            "first_clip": int(start),
            "n_clips": len(one.features),
        }
        for one, start in zip(kept, starts, strict=False)
    ]
    file = io.BytesIO()
    np.save(file, np.concatenate([one.features.values for one in kept]), allow_pickle=False)
    how = "the mean of the scores beside all references of the action of the query, never itself"
    facts: dict[str, Any] = {"file": REFERENCES, "score_is": how, "references": rows}
    target = scorer.target
    if target.uses_execution:
        known = {action: known.usual for action, known in target.by_action.items()}
        facts["usual_difficulty"] = {"of_all": target.overall.usual, "by_action": known}
    return facts, file.getvalue()


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder whole or not at all."""
    out.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        for name, content in files.items():
            write_bytes(made / name, content)
        made.chmod(0o755)
        if out.exists():
            out.rmdir()
        os.replace(made, out)
    finally:
        shutil.rmtree(made, ignore_errors=True)
