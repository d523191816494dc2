"""`podium cut`, on two dives that are joined with a pause, and what it refuses."""

import json

import numpy as np
import pytest
from PIL import Image

from podium.cli.app import Exit
from podium.datasets.manifest import Manifest
from podium.datasets.unlv_dive import UnlvDive
from podium.video.frames import decode
from videos import write_video

PAUSE = 60


def _pause(pixels, generator):
    """Show a picture for a while, with the noise of a camera."""
    noise = generator.integers(0, 5, (PAUSE, *pixels.shape), dtype=np.uint8)
    return list(np.minimum(pixels, 250) + noise)


@pytest.fixture(scope="module")
def training(tmp_path_factory, data_folder):
    dives = [one for one in UnlvDive(data_folder / "unlv-dive").performances() if one.score][:2]
    generator, shown, spans = np.random.default_rng(1), [], []
    for dive in dives:
        pixels = decode(
            dive.path, width=160, height=120,
            start_frame=dive.start_frame, end_frame=dive.end_frame,
        ).pixels  # fmt: skip
        shown += _pause(pixels[0], generator)
        spans.append((len(shown), len(shown) + len(pixels) - 1))
        shown += list(pixels)
    shown += _pause(shown[-1], generator)
    path = tmp_path_factory.mktemp("training") / "training.mp4"
    return write_video(path, shown, frames_per_second=30), spans


def test_a_recording_becomes_a_table_that_predict_reads(podium, training, tmp_path):
    path, spans = training
    table, sheet = path.parent / "cut.csv", tmp_path / "sheet.jpg"
    code, out, err = podium("cut", path, "--out", table, "--sheet", sheet, "--json")
    assert (code, err) == (Exit.DONE, f"table: {table}\ncontact sheet: {sheet}\n")
    assert table.read_text().startswith("file_name,id,start_frame,end_frame\ntraining.mp4,")
    rows = Manifest(table).performances()
    assert [row.id for row in rows] == ["training-1", "training-2"]
    for row, (start, end) in zip(rows, spans, strict=True):
        assert abs(row.start_frame - start) <= 15
        assert abs(row.end_frame - end) <= 15
    found = json.loads(out)
    assert [one["start_frame"] for one in found["performances"]] == [r.start_frame for r in rows]
    with Image.open(sheet) as picture:
        assert max(picture.size) < 2_000


def test_where_nothing_is_found_nothing_is_invented(podium, make_video, tmp_path):
    path, table = make_video("pool.mp4", 90), tmp_path / "cut.csv"
    assert podium("cut", path, "--out", table) == (
        Exit.DONE, "performances found: 0\n", f"table: {table}\n"
    )  # fmt: skip
    assert table.read_text() == "file_name,id,start_frame,end_frame\n"


def test_a_table_elsewhere_says_where_it_belongs(podium, make_video, tmp_path):
    path, table = make_video("pool.mp4", 90), tmp_path / "out" / "cut.csv"
    _, _, err = podium("cut", path, "--out", table)
    assert err == (
        f"table: {table}\n"
        f"a table lies in the folder of its videos or above it: put cut.csv into {tmp_path} "
        "before podium predict reads it\n"
    )


def test_what_it_refuses(podium, make_video, tmp_path):
    path = make_video("pool.mp4", 20)
    before = path.read_bytes()
    assert podium("cut", path, "--out", path) == (
        Exit.USAGE, "", f"podium: {path}: is an input and would be overwritten: "
        "choose another file\n",
    )  # fmt: skip
    assert podium("cut", path, "--out", tmp_path / "a.csv", "--sheet", tmp_path / "a.png") == (
        Exit.USAGE, "",
        f"podium: --sheet {tmp_path / 'a.png'} must end in .jpg: a contact sheet is a picture\n",
    )  # fmt: skip
    assert podium("cut", path, "--out", tmp_path / "a.jpg", "--sheet", tmp_path / "a.jpg") == (
        Exit.USAGE, "",
        f"podium: {tmp_path / 'a.jpg'}: the table and the sheet would be one file: name two\n",
    )  # fmt: skip
    assert podium("cut", path, "--out", tmp_path / "a.csv", "--model", "simulated") == (
        Exit.INPUT, "",
        "podium: the model simulated knows no event to find performances by: choose diving, or "
        "train one with podium train --event\n",
    )  # fmt: skip
    assert path.read_bytes() == before
    assert not (tmp_path / "a.csv").exists()
