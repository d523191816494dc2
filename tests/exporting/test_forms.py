"""The same programs in eight bits and for OpenVINO: as good as said, or not written."""

import json
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
from scipy.stats import spearmanr

from messages import whole
from podium.backbones import make_backbone
from podium.cli.commands import run
from podium.errors import MissingExtra, ModelError, UsageError
from podium.exporting import export_model
from podium.exporting.backbone import onnx_of_backbone
from podium.exporting.forms import EightBits, Onnx, form_of
from podium.exporting.scorer import _as_given
from podium.model import load_model
from podium.networks.runtime import open_program


@pytest.fixture
def shown(tmp_path):
    """What a folder's description says, and its files."""

    def read(folder):
        described = json.loads((folder / "export.json").read_text("utf-8"))
        return described, {path.name: path.read_bytes() for path in folder.iterdir()}

    return read


def test_a_scorer_in_eight_bits_is_smaller_and_scores_alike(tmp_path, shown):
    pytest.importorskip("onnx", reason="the extra `int8` is not installed")
    export_model("diving", tmp_path / "whole", only="scorer")
    export_model("diving", tmp_path / "small", only="scorer", int8=True)
    _, large = shown(tmp_path / "whole")
    described, small = shown(tmp_path / "small")
    assert len(small["scorer.onnx"]) < len(large["scorer.onnx"]) / 3
    assert described["numbers"] == "eight bits"
    checked = described["scorer"]["checked"]
    assert checked["largest_difference"] <= checked["allowed"]
    assert checked["rank_correlation"] >= 0.99
    model = load_model("diving")
    references = model.scorer.references
    pairs = [(one, references[0]) for one in references]
    scores = [
        [
            open_program(files["scorer.onnx"]).run(None, dict(_as_given(model, *pair)))[0][0]
            for pair in pairs
        ]
        for files in (large, small)
    ]
    assert spearmanr(*scores)[0] > 0.99


@pytest.mark.parametrize(
    ("package", "asked", "form"),
    [
        ("openvino", ["--format", "openvino"], "for OpenVINO"),
        ("onnx", ["--int8"], "as ONNX in eight bits"),
    ],
)
def test_what_cannot_be_written_names_the_form_that_was_asked_for(
    package, asked, form, tmp_path, capsys
):
    pytest.importorskip(package, reason=f"{package} is not installed")
    out = tmp_path / "out"
    assert run(["export", "exercises", "--out", str(out), *asked]) == 2
    assert capsys.readouterr().err == (
        f"podium: the backbone motion cannot be written {form}: those that can are c3d_mini, "
        "c3d_mini_close, figure and posture, alone or joined; --only scorer leaves it out; the "
        f"scorer angle_statistics cannot be written {form}: those that can are ridge and "
        "siamese_lstm; --format safetensors writes the arrays of any: run podium export exercises "
        f"--out {out} --only scorer --format safetensors\n"
    )


def test_a_backbone_in_eight_bits_is_smaller_and_sees_alike():
    pytest.importorskip("onnx", reason="the extra `int8` is not installed")
    backbone = make_backbone("c3d_mini")
    whole_part, small = (
        onnx_of_backbone("c3d_mini", backbone, form()) for form in (Onnx, EightBits)
    )
    assert len(small.files["backbone.onnx"]) < len(whole_part.files["backbone.onnx"]) / 3
    assert small.facts["checked"]["largest_difference"] <= small.facts["checked"]["allowed"]
    assert open_program(small.files["backbone.onnx"]).get_modelmeta().custom_metadata_map[
        "fingerprint"
    ] == (backbone.fingerprint)


def test_what_is_too_far_off_is_not_written():
    form = EightBits()
    wanted = [np.array([float(i)]) for i in range(50, 90)]
    near = [one + (-1) ** i for i, one in enumerate(wanted)]
    assert form.require_alike("scorer", near, wanted)["rank_correlation"] > 0.99
    said = (
        "the exported backbone answers 5 off what Podium answers, more than the 2.67 allowed: "
        "nothing was written; leave --int8 out"
    )
    with pytest.raises(ModelError, match=whole(said)):
        form.require_alike("backbone", [one + 5 for one in wanted], wanted)
    alike = [np.array([80.0 + i / 100]) for i in range(40)]
    said = (
        "in eight bits, scores are in another order (rank correlation -1.000 with Podium's own, at "
        "least 0.99 is asked): nothing was written; leave --int8 out"
    )
    with pytest.raises(ModelError, match=whole(said)):
        form.require_alike("scorer", alike[::-1], alike)


def test_what_reports_to_the_makers_of_openvino_is_kept_out():
    if find_spec("openvino") is None:
        pytest.skip("OpenVINO is not installed: pip install 'podium[openvino]'")
    program = (
        "import sys; from podium.networks._openvino import _openvino; _openvino(); "
        "assert sys.modules['openvino_telemetry'] is None"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["diving", "simulated"])
def test_openvino_answers_the_same(name, tmp_path, shown):
    openvino = pytest.importorskip("openvino", reason="the extra `openvino` is not installed")
    export_model(name, tmp_path / "out", "openvino", only="scorer")
    described, files = shown(tmp_path / "out")
    assert described["kind"] == "openvino"
    assert {"scorer.xml", "scorer.bin", "export.json", "model_card.md"} <= files.keys()
    assert described["scorer"]["file"] == "scorer.xml"
    model = load_model(name)
    one, other = model.scorer.references[:2]
    core = openvino.Core()
    exact = {"INFERENCE_PRECISION_HINT": "f32"}  # else newer processors round to 16 bits
    program = core.compile_model(core.read_model(tmp_path / "out" / "scorer.xml"), "CPU", exact)
    score = next(iter(program(dict(_as_given(model, one, other))).values()))[0]
    assert score == pytest.approx(float(model.scorer.compare([one], [other])[0, 0]), abs=1e-3)


@pytest.mark.parametrize(
    ("name", "package", "said"),
    [
        (
            "int8", "onnx",
            "--int8 needs onnx, which is not installed: pip install 'podium[int8]', or leave it "
            "out",
        ),
        (
            "openvino", "openvino",
            "--format openvino needs OpenVINO, which is not installed: pip install "
            "'podium[openvino]', or export as onnx, which OpenVINO reads",
        ),
    ],
)  # fmt: skip
def test_what_is_not_installed_is_said(name, package, said, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=whole(said)):
        form_of(name)


def test_eight_bits_are_for_onnx_alone(tmp_path, capsys):
    words = ["export", "diving", "--int8", "--format", "safetensors", "--out", str(tmp_path / "o")]
    assert run(words) == 2
    said = "--int8 is for ONNX files, not for safetensors: leave one of the two out"
    assert capsys.readouterr().err == f"podium: {said}\n"
    with pytest.raises(UsageError, match=whole(said)):
        export_model("diving", tmp_path / "o", "safetensors", int8=True)
