"""What is kept of experts without their videos: read back, or refused where it is spoilt."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from drawn_dives import drawn_dive, examined
from podium.errors import ModelError, UnusableFile
from podium.examination import KeptExpert, read_experts, write_experts
from podium.examination.figure import Figure
from podium.examination.kept import MAX_EXPERTS, MEASURES, OUTLINES
from podium.examination.tracing import figure_of
from podium.model import SHIPPED, load_model

ROOT = Path(__file__).parents[2]
VALUES = {"flight_seconds": 1.47, "position": "C", "half_somersaults": 7.0}


@pytest.fixture
def kept(tmp_path) -> Path:
    """Two experts, one of whom was not seen."""
    figure = figure_of(drawn_dive()[0])
    write_experts(tmp_path, [KeptExpert("017", VALUES, figure), KeptExpert("018", {})])
    return tmp_path


def test_what_is_kept_is_read_back(kept):
    figure = figure_of(drawn_dive()[0])
    found = read_experts(kept)
    assert list(found) == ["017", "018"]
    assert found["017"].values == VALUES
    assert (found["018"].values, found["018"].figure) == ({}, None)
    np.testing.assert_allclose(found["017"].figure.outlines, figure.outlines, atol=6e-4)
    np.testing.assert_allclose(found["017"].figure.seconds, figure.seconds, atol=1e-6)
    np.testing.assert_allclose(found["017"].figure.moments, figure.moments, atol=1e-6)


def test_what_was_not_seen_stays_unseen(tmp_path):
    figure = figure_of(drawn_dive()[0])
    outlines = figure.outlines.copy()
    outlines[3] = np.nan
    unsure = Figure(outlines, figure.seconds, (None, *figure.moments[1:]))
    write_experts(tmp_path, [KeptExpert("017", {}, unsure)])
    found = read_experts(tmp_path)["017"].figure
    assert np.isnan(found.outlines[3]).all()
    assert np.isfinite(found.outlines[4]).all()
    assert found.moments[0] is None


def test_a_folder_without_experts_has_none(tmp_path):
    assert read_experts(tmp_path) == {}


def test_a_figure_that_is_nowhere_near_is_not_kept(tmp_path):
    figure = figure_of(drawn_dive()[0])
    far = Figure(figure.outlines * 1000, figure.seconds, figure.moments)
    with pytest.raises(ValueError, match="outlines"):
        write_experts(tmp_path, [KeptExpert("017", {}, far)])
    assert not list(tmp_path.iterdir())


def changed(folder: Path, change) -> None:
    """Change what is kept as JSON."""
    path = folder / MEASURES
    plain = json.loads(path.read_text())
    change(plain)
    path.write_text(json.dumps(plain))


def arrays_changed(folder: Path, **arrays) -> None:
    """Put other arrays in the place of some."""
    path = folder / OUTLINES
    path.write_bytes(save(load(path.read_bytes()) | {f"0.{k}": v for k, v in arrays.items()}))


def first(plain) -> dict:
    return plain["experts"][0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p.update(format=2),
         "experts.json.format is 2: it must be a whole number from 1 to 1"),
        (lambda p: p.pop("experts"), "experts.json lacks experts"),
        (lambda p: p.update(experts=[first(p)] * (MAX_EXPERTS + 1)),
         "experts.json has 1001 experts, more than 1000"),
        (lambda p: first(p).update(n_frames=-1),
         "experts.json: experts[0].n_frames is -1: it must be 0 to 3000"),
        (lambda p: first(p).update(n_frames=10**9),
         "experts.json: experts[0].n_frames is 1000000000: it must be 0 to 3000"),
        (lambda p: first(p).update(n_frames=5),
         "the array outlines is int16 of (32, 32, 2): it must be int16 of (5, 32, 2)"),
        (lambda p: first(p)["numbers"].update(flight_seconds="x"),
         "experts.json: experts[0].numbers.flight_seconds is 'x': it must be a number of at most "
         "1e+12"),
        (lambda p: first(p).pop("letters"), "experts.json: experts[0] lacks letters"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(kept, change, message):
    changed(kept, change)
    with pytest.raises(ModelError) as caught:
        read_experts(kept)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"seconds": np.zeros(33, np.float32)}, "the array seconds is not in order of time"),
        ({"seconds": np.full(33, np.nan, np.float32)},
         "the array seconds holds numbers that are not finite"),
        ({"moments": np.zeros((2, 2), np.float32)},
         "the array moments is float32 of (2, 2): it must be float32 of (3, 2)"),
        ({"outlines": np.zeros((32, 32, 2), np.float32)},
         "the array outlines is float32 of (32, 32, 2): it must be int16 of (32, 32, 2)"),
    ],
)  # fmt: skip
def test_outlines_that_do_not_fit_are_refused(kept, arrays, message):
    arrays_changed(kept, **arrays)
    with pytest.raises(ModelError) as caught:
        read_experts(kept)
    assert str(caught.value) == message


def test_a_damaged_or_missing_file_is_said(kept):
    (kept / MEASURES).write_text("[")
    with pytest.raises(UnusableFile):
        read_experts(kept)
    (kept / MEASURES).unlink()
    with pytest.raises(FileNotFoundError):
        read_experts(kept)


def test_values_of_an_expert_stand_beside_those_that_were_measured(tmp_path):
    dive, _ = drawn_dive()
    made = examined(tmp_path / "dive.mp4", dive, None)
    theirs = made.beside(KeptExpert("017", VALUES))
    values = {one.measurement.name: one.reference_value for one in theirs.readings}
    assert (values["flight_seconds"], values["position"]) == (1.47, "C")
    assert values["entry_angle_degrees"] is None
    assert made.beside(None) is made
    filmed = replace(made, expert=made)
    assert filmed.beside(KeptExpert("017", VALUES)) is filmed


def test_experts_that_ship_are_small_and_are_those_of_the_model():
    model = load_model("diving")
    ids = {reference.performance.id for reference in model.scorer.references}
    assert set(model.experts) == ids
    assert all(one.figure and "entry_angle_degrees" in one.values for one in model.experts.values())
    size = sum((SHIPPED / "diving" / name).stat().st_size for name in (MEASURES, OUTLINES))
    assert size < 1_000_000


def test_a_model_that_is_saved_again_keeps_its_experts(tmp_path):
    model = load_model("diving")
    model.save(tmp_path)
    again = load_model(tmp_path).experts
    assert set(again) == set(model.experts)
    one = next(iter(model.experts))
    np.testing.assert_array_equal(again[one].figure.outlines, model.experts[one].figure.outlines)


def test_a_model_whose_experts_are_spoilt_says_so(tmp_path):
    load_model("diving").save(tmp_path)
    changed(tmp_path, lambda plain: first(plain).update(n_frames=-1))
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: is not a complete model (experts.json: experts[0].n_frames is -1: it must be "
        "0 to 3000): train it again, or copy the folder again"
    )
    (tmp_path / OUTLINES).unlink()
    changed(tmp_path, lambda plain: first(plain).update(n_frames=1))
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path)
    assert "experts.safetensors: No such file or directory" in str(caught.value)


def test_the_script_keeps_what_a_table_shows(tmp_path, data_folder):
    spec = importlib.util.spec_from_file_location("keep", ROOT / "scripts" / "keep_experts.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    table = data_folder / "unlv-dive" / "metadata.csv"
    known = {one.id: one for one in script.Manifest(table).performances()}
    made, ships = script.kept(known["008"]), load_model("diving").experts["008"]
    assert {k: v for k, v in made.values.items() if isinstance(v, str)} == {
        k: v for k, v in ships.values.items() if isinstance(v, str)
    }
    assert made.values["flight_seconds"] == pytest.approx(ships.values["flight_seconds"], abs=0.1)
    assert made.figure.outlines.shape[1:] == ships.figure.outlines.shape[1:]
