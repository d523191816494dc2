"""What is exported answers as Podium does, and a file that does not is never written."""

import json
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from messages import whole
from podium.backbones import make_backbone
from podium.cli.commands import run
from podium.errors import ModelError, UsageError
from podium.evaluation.labelling import Labelling
from podium.exporting import export_model
from podium.exporting.backbone import made_up_clips, onnx_of_backbone
from podium.exporting.forms import SHARE_ALLOWED, require_alike
from podium.exporting.scorer import onnx_of_scorer
from podium.features.values import Features, Sample
from podium.metric.siamese import SiameseOptions
from podium.model import SHIPPED, load_model
from podium.networks.program import Program
from podium.networks.runtime import open_program
from podium.performance import Performance
from podium.scorers import Scorer, ScorerState
from podium.scorers.ridge import Ridge
from podium.scorers.siamese_lstm import SiameseLSTM
from samples import QUICK

EXAMPLE = Path(__file__).parents[2] / "examples" / "score_without_podium.py"


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> Path:
    """The scorer of the model of dives, as other programs read it."""
    out = tmp_path_factory.mktemp("exported") / "diving"
    export_model("diving", out, only="scorer")
    return out


def description(folder: Path) -> dict:
    return json.loads((folder / "export.json").read_text("utf-8"))


@pytest.mark.parametrize("name", ["c3d_mini", "posture+figure", "c3d_mini+c3d_mini_close"])
def test_a_backbone_is_one_file_from_pixels_to_features(name):
    backbone = make_backbone(name)
    part = onnx_of_backbone(name, backbone)
    session = open_program(part.files["backbone.onnx"])
    clips = made_up_clips(7, *backbone.frame_size)[2:]
    given = {one["name"]: clips for one in part.facts["inputs"]}
    (found,) = session.run(None, given)
    wanted = backbone(clips)
    assert found.shape == (2, backbone.dim) == wanted.shape
    np.testing.assert_allclose(found, wanted, atol=1e-4 * np.abs(wanted).max())
    assert part.facts["checked"]["largest_difference"] <= part.facts["checked"]["allowed"]
    assert session.get_modelmeta().custom_metadata_map == {
        "backbone": name,
        "fingerprint": backbone.fingerprint,
    }


def test_each_view_that_backbones_are_shown_is_an_input():
    backbone = make_backbone("c3d_mini+c3d_mini_close")
    inputs = onnx_of_backbone(backbone.name, backbone).facts["inputs"]
    assert [(one["name"], one["type"], one["shape"]) for one in inputs] == [
        ("clips", "uint8", ["clips", 16, 120, 160, 3]),
        ("clips_close_up", "uint8", ["clips", 16, 120, 160, 3]),
    ]
    assert inputs[1]["what"] == (
        "the frames of each clip in order of time: red, green, blue of 0-255, of the window about "
        "the athlete (podium.features.close_up), 160x120 pixels, stretched where need be"
    )


def test_what_counts_by_rules_alone_cannot_be_written():
    said = (
        "the backbone motion cannot be written as ONNX: those that can are c3d_mini, "
        "c3d_mini_close, figure and posture, alone or joined; --only scorer leaves it out"
    )
    with pytest.raises(UsageError, match=whole(said)):
        onnx_of_backbone("motion+figure", make_backbone("motion+figure"))


def test_the_list_of_backbones_that_can_be_written_is_whole():
    from podium.exporting.values import writable

    can = list(writable("podium.backbones"))
    assert can == ["c3d_mini", "c3d_mini_close", "figure", "posture"]


def sample_of(id: str, n_clips: int, dim: int, seed: int = 0) -> Sample:
    values = np.random.default_rng(seed).standard_normal((n_clips, dim)).astype(np.float32)
    times = np.full(n_clips, np.nan)
    known = Performance(id, Path(), score=40.0 + seed, action="ab"[seed % 2], difficulty=2.0)
    return Sample(known, Features(values, times, times, "made up", None))


def written(scorer: Scorer, dim: int) -> bytes:
    program = Program()
    query = program.given("query", ("performances", "clips", dim))
    reference = program.given("reference", ("performances", "reference_clips", dim))
    program.answer("value", scorer.steps(query, reference), ("performances",))
    return program.content()


@pytest.mark.parametrize(
    "options",
    [
        QUICK,
        replace(QUICK, head="joint", n_last_clips=0, n_networks=2),
        replace(QUICK, head="joint_and_clips", siamese=SiameseOptions(activation="linear")),
        replace(QUICK, siamese=SiameseOptions(reads_difference=False), n_last_clips=6),
    ],
)
def test_every_head_of_the_papers_scorer_is_written(options):
    scorer = SiameseLSTM(options).fit([sample_of(str(n), 3 + n % 4, 9, n) for n in range(24)])
    session = open_program(written(scorer, 9))
    for n_ours, n_theirs in ((1, 4), (5, 5), (9, 2), (3, 11)):
        query, other = sample_of("q", n_ours, 9, 50), sample_of("r", n_theirs, 9, 51)
        wanted = scorer.compare([query], [other])[0] / scorer.target.divisors([query])
        given = {"query": query.features.values[None], "reference": other.features.values[None]}
        (found,) = session.run(None, given)
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4)


def test_ridge_is_written_for_performances_of_any_length():
    scorer = Ridge().fit([sample_of(str(n), 3 + n % 4, 9, n) for n in range(24)])
    session = open_program(written(scorer, 9))
    for n_clips in (1, 3, 6, 7, 12):
        two = [sample_of(name, n_clips, 9, 60 + n) for n, name in enumerate("ab")]
        query = np.stack([one.features.values for one in two])
        (found,) = session.run(None, {"query": query, "reference": query})
        wanted = scorer.predict(two) / scorer.target.divisors(two)
        np.testing.assert_allclose(found, wanted, rtol=1e-4)


def test_the_example_scores_as_podium_does_without_it(exported, tmp_path):
    model = load_model("diving")
    reference = next(r for r in model.scorer.references if r.performance.action == "407")
    values = reference.features.values[1:] * np.float32(1.01)
    np.save(tmp_path / "features.npy", values)
    known = Performance("mine", Path(), action="407", difficulty=3.2)
    times = np.full(len(values), np.nan)
    sample = Sample(known, Features(values, times, times, model.reads, None))
    wanted = float(model.scorer.predict([sample])[0])
    half = model.calibration.half_width() * 3.2
    words = [EXAMPLE, exported, tmp_path / "features.npy", "407", "3.2"]
    alone = f"import sys; sys.modules['podium'] = None; sys.argv = {[str(w) for w in words]}\n"
    code = f"{alone}import runpy; runpy.run_path(sys.argv[0], run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stderr == ""
    assert done.stdout == f"{wanted:.1f} ({wanted - half:.1f} to {wanted + half:.1f})\n"


def test_the_description_says_what_is_in_the_folder(exported):
    about = description(exported)
    assert sorted(path.name for path in exported.iterdir()) == [
        "export.json", "model_card.md", "references.npy", "scorer.onnx",
    ]  # fmt: skip
    assert about["licence"] == "Apache-2.0"
    assert "backbone" not in about
    names = [one["name"] for one in about["scorer"]["inputs"]]
    assert names == ["query", "reference", "difficulty"]
    assert [one["name"] for one in about["scorer"]["outputs"]] == [
        "score", "score_low", "score_high",
    ]  # fmt: skip
    assert about["scorer"]["reads"] == load_model("diving").reads
    rows, kept = about["references"]["references"], np.load(exported / "references.npy")
    assert sum(row["n_clips"] for row in rows) == len(kept)


def test_the_arrays_of_any_model_make_its_scorer_again(tmp_path):
    from safetensors.numpy import load_file

    made = export_model("exercises", tmp_path / "out", "safetensors", only="scorer")
    assert made.files == ("scorer.safetensors", "model_card.md", "export.json")
    about = description(tmp_path / "out")["scorer"]
    scorer = load_model("exercises").scorer
    again = type(scorer).restore(
        ScorerState(load_file(tmp_path / "out" / about["file"]), about["config"])
    )
    assert again.state().arrays.keys() == scorer.state().arrays.keys()


def test_the_weights_of_a_backbone_are_the_file_that_pytorch_reads(tmp_path):
    export_model("diving", tmp_path / "out", "safetensors", only="backbone")
    parts = description(tmp_path / "out")["backbone"]["parts"]
    assert [part["file"] for part in parts] == ["c3d_mini.safetensors"] * 2
    assert parts[0]["arrays"]["layers.0.0.weight"] == [32, 3, 1, 7, 7]


def test_a_file_that_answers_otherwise_is_not_written(tmp_path, monkeypatch):
    true = SiameseLSTM.steps
    monkeypatch.setattr(SiameseLSTM, "steps", lambda *given: true(*given) + 1)
    said = (
        "the exported scorer answers 3.6 off what Podium answers, more than the 0.0108 allowed: "
        "nothing was written; please report it with the model's config"
    )
    with pytest.raises(ModelError, match=whole(said)):
        export_model("diving", tmp_path / "out", only="scorer")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_number_is_not_alike():
    said = (
        "the exported scorer answers nan off what Podium answers, more than the 0.0001 allowed: "
        "nothing was written; please report it with the model's config"
    )
    with pytest.raises(ModelError, match=whole(said)):
        require_alike("scorer", [np.array([np.nan])], [np.array([1.0])], SHARE_ALLOWED)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["diving", "--format", "x"],
            "there is no format 'x': choose onnx, openvino or safetensors",
        ),
        (["diving", "--only", "x"], "no part is called 'x': choose backbone or scorer"),
        (
            ["exercises", "--only", "scorer"],
            "the scorer angle_statistics cannot be written as ONNX: those that can are ridge and "
            "siamese_lstm; --format safetensors writes the arrays of any: run podium export "
            "exercises --out {out} --only scorer --format safetensors",
        ),
        (
            ["exercises"],
            "the backbone motion cannot be written as ONNX: those that can are c3d_mini, "
            "c3d_mini_close, figure and posture, alone or joined; --only scorer leaves it out; the "
            "scorer angle_statistics cannot be written as ONNX: those that can are ridge and "
            "siamese_lstm; --format safetensors writes the arrays of any: run podium export "
            "exercises --out {out} --only scorer --format safetensors",
        ),
        (
            ["exercises", "--format", "safetensors"],
            "the backbone motion has no weights of its own as safetensors: --only scorer leaves it "
            "out: run podium export exercises --out {out} --only scorer --format safetensors",
        ),
    ],
)
def test_what_cannot_be_exported_is_said(words, said, tmp_path, capsys):
    out = tmp_path / "out"
    assert run(["export", *words, "--out", str(out)]) == 2
    assert capsys.readouterr().err == f"podium: {said.format(out=out)}\n"
    assert not (tmp_path / "out").exists()


def test_the_command_that_is_advised_works(tmp_path, capsys):
    out = tmp_path / "the out"
    assert run(["export", "exercises", "--out", str(out)]) == 2
    advised = capsys.readouterr().err.strip().rpartition(": run podium ")[2]
    assert run(shlex.split(advised)) == 0
    assert (out / "scorer.safetensors").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert run(["export", "diving", "--out", str(tmp_path)]) == 2
    said = f"{tmp_path}: is not empty (it holds mine.txt): name a new or empty folder"
    assert capsys.readouterr().err == f"podium: {said}\n"


def test_the_command_says_how_far_it_is_off(tmp_path, capsys):
    words = ["export", "simulated", "--only", "scorer", "--out", str(tmp_path / "out"), "--json"]
    assert run(words) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["files"] == ["scorer.onnx", "references.npy", "model_card.md", "export.json"]
    assert 0 <= answer["scorer_difference"] <= answer["scorer_allowed"]


def test_a_model_of_classes_answers_how_likely_the_better_one_is(small_model):
    model = load_model(small_model.folder)
    known = replace(model, labelling=Labelling("wrong", "right", slope=0.05, offset=-2.0))
    part = onnx_of_scorer(known)
    assert [(one["name"], one["what"]) for one in part.facts["outputs"]] == [
        ("probability", "how likely it is 'right' rather than 'wrong', 0 to 1")
    ]
    session = open_program(part.files["scorer.onnx"])
    given = {
        one.name: np.zeros((2, 3, one.shape[2]), np.float32) for one in session.get_inputs()[:2]
    }
    given |= {one.name: np.ones(2, np.float32) for one in session.get_inputs()[2:]}
    (chances,) = session.run(None, given)
    assert chances.shape == (2,)
    assert 0 < chances[0] == chances[1] < 1


def test_the_licence_of_a_model_of_ones_own_is_not_podiums(tmp_path):
    shutil.copytree(SHIPPED / "diving", tmp_path / "diving")
    export_model(tmp_path / "diving", tmp_path / "out", only="scorer")
    assert description(tmp_path / "out")["licence"] == (
        "the scorer is whose it is that trained it; what ships with Podium is under Apache-2.0"
    )
