"""A backbone as one ONNX file, from the pixels of clips to their features, tried on the spot."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from podium.backbones import (
    Backbone,
    View,
    WritableBackbone,
    keeps_shape,
    parts_of,
    view_of,
)
from podium.errors import UsageError
from podium.exporting.forms import Form, Given, Onnx, Written
from podium.exporting.values import Input, Part, writable
from podium.machine.files import sha256_of
from podium.networks.program import OPSET, Program, Term

N_TRIED = 3
"""So many sets of made-up clips are looked at by what makes a program smaller."""

N_FRAMES = 16
VIEWS: Mapping[View, tuple[str, str]] = {
    View.PICTURE: ("clips", "the whole picture"),
    View.CLOSE_UP: ("clips_close_up", "the window about the athlete (podium.features.close_up)"),
}
"""What the input of each view is called, and what it shows."""

Clips = npt.NDArray[np.uint8]


def onnx_of_backbone(name: str, backbone: Backbone, form: Form | None = None) -> Part:
    """Return a backbone as an ONNX file, or in another form, compared with its own answers.

    Several side by side are one file, with an input for each view that they are shown.

    Raises
    ------
    UsageError
        If one of them cannot be written.
    ModelError
        If the file answers otherwise than the backbone.
    """
    form = form or Onnx()
    parts = [_require_writable(part, form) for part in parts_of(backbone)]
    inputs = {view: _input(backbone, view) for view in dict.fromkeys(map(view_of, parts))}
    program = Program()
    given = {view: one.given_to(program) for view, one in inputs.items()}
    program.answer("features", _side_by_side(parts, given), ("clips", backbone.dim))
    content = program.content({"backbone": name, "fingerprint": backbone.fingerprint})
    written = form("backbone", content, [_tried(parts, inputs, seed) for seed in range(N_TRIED)])
    file, first = next(iter(written.files.items()))
    facts = {
        "name": name,
        "file": file,
        "sha256": sha256_of(first),
        "opset": OPSET,
        "fingerprint": backbone.fingerprint,
        "inputs": [one.to_json() for one in inputs.values()],
        "outputs": [_output(backbone.dim).to_json()],
        "checked": _check(parts, inputs, written, form),
    }
    return Part(written.files, facts)


def _require_writable(part: Backbone, form: Form) -> WritableBackbone:
    if isinstance(part, WritableBackbone):
        return part
    *others, last = writable("podium.backbones")
    raise UsageError(
        f"the backbone {part.name} cannot be written {form.called}: those that can are "
        f"{', '.join(others)} and {last}, alone or joined; --only scorer leaves it out"
    )


def _input(backbone: Backbone, view: View) -> Input:
    name, shown = VIEWS[view]
    width, height = backbone.frame_size
    fitted = "with black about it" if keeps_shape(backbone) else "stretched where need be"
    what = (
        f"the frames of each clip in order of time: red, green, blue of 0-255, of {shown}, "
        f"{width}x{height} pixels, {fitted}"
    )
    return Input(name, ("clips", N_FRAMES, height, width, 3), what, "uint8")


def _output(dim: int) -> Input:
    return Input("features", ("clips", dim), "what each clip shows, as the scorer reads it")


def _side_by_side(parts: list[WritableBackbone], given: Mapping[View, Term]) -> Term:
    rows = [part.steps(given[view_of(part)]) for part in parts]
    return rows[0].beside(*rows[1:], axis=1) if len(rows) > 1 else rows[0]


def _tried(parts: list[WritableBackbone], inputs: Mapping[View, Input], seed: int) -> Given:
    width, height = parts[0].frame_size
    return {
        one.name: made_up_clips(seed + place, width, height)
        for place, one in enumerate(inputs.values())
    }


def _check(
    parts: list[WritableBackbone], inputs: Mapping[View, Input], written: Written, form: Form
) -> dict[str, float]:
    given = _tried(parts, inputs, 0)
    shown = {view: given[one.name] for view, one in inputs.items()}
    wanted = np.concatenate([part(shown[view_of(part)]) for part in parts], axis=1)
    return form.require_alike("backbone", written.run(given), [wanted])


def made_up_clips(seed: int, width: int, height: int) -> Clips:
    """Return clips to try a backbone on, uint8 (4, 16, height, width, 3).

    One of noise, one black, one that brightens to the right, and one of a block that moves.
    """
    clips = np.zeros((4, N_FRAMES, height, width, 3), np.uint8)
    clips[0] = np.random.default_rng(seed).integers(0, 256, clips.shape[1:], dtype=np.uint8)
    clips[2] = np.linspace(0, 255, width).astype(np.uint8)[:, None]
    for frame in range(N_FRAMES):
        top, left = height // 4 + 2 * frame, width // 3 + (2 + seed) * frame
        clips[3, frame] = (40, 110, 160)
        clips[3, frame, top : top + height // 3, left : left + width // 8] = (205, 160, 130)
    return clips
