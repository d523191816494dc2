"""Results and splits of benchmarks that someone else wrote: believed once they were looked at."""

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from hostile.confinement import SEED
from podium.benchmark.provenance import About
from podium.benchmark.results import ResultRow, Results, SplitMeasures, SystemNote
from podium.benchmark.splits import load_splits
from podium.benchmark.tables import load_all, render
from podium.errors import ManifestError, ModelError, PodiumError

CELL = ResultRow("ridge", 0, 3, 0.1, {"a": 50.0}, SplitMeasures(spearman=0.5, mse=1.0))
ABOUT = About(
    backbone="motion", commit="abc", keypoints=None, left_out={}, seeds=(0,), n_performances=4,
    versions={"podium": "0.1.0"},
)  # fmt: skip


@pytest.fixture
def plain(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "x.json"
    Results(ABOUT, {"ridge": SystemNote("ridge")}, (CELL,)).save(path)
    return json.loads(path.read_text("utf-8"))


def write(folder: Path, value: object) -> Path:
    path = folder / "x.json"
    path.write_text(json.dumps(value), "utf-8")
    return path


def whole(message: str) -> str:
    return rf"^{re.escape(message)}$"


@pytest.mark.parametrize(
    ("part", "value", "reason"),
    [
        (("cells",), 5, "5 stands where list belongs"),
        (("cells", 0), [], "[] stands where dict belongs"),
        (("cells", 0, "system"), 5, "5 stands where str belongs"),
        (("cells", 0, "split"), "0", "'0' stands where int belongs"),
        (("cells", 0, "predictions"), [1], "[1] stands where dict belongs"),
        (("cells", 0, "predictions", "a"), "x", "'x' stands where int | float belongs"),
        (("cells", 0, "measures"), None, "None stands where dict belongs"),
        (("about", "versions"), "x" * 999, f"'{'x' * 99} stands where dict belongs"),
        (("about", "backbone"), {}, "{} stands where str belongs"),
        (
            ("about", "seeds"),
            ["x"],
            "about.seeds[0] is 'x': it must be a whole number of at most 18446744073709551616",
        ),
        (
            ("about", "colour"),
            "red",
            "about has 'colour', which this version of Podium does not know",
        ),
        (("systems", "ridge"), 5, "5 stands where dict belongs"),
        (("systems", "ridge"), {}, "'title'"),
        (("tables",), [], "[] stands where dict belongs"),
    ],
)
def test_a_part_of_another_kind_is_refused(tmp_path, plain, part, value, reason):
    inner = plain
    for name in part[:-1]:
        inner = inner[name]
    inner[part[-1]] = value
    path = write(tmp_path, plain)
    message = f"{path}: is not a file of results ({reason}): make it again"
    with pytest.raises(ModelError, match=whole(message)):
        Results.load(path)


@pytest.mark.parametrize("content", [b"[" * 1_000_000, b'{"cells": NaN}', b"\xff", b"{" * 99])
def test_what_is_no_json_is_refused(tmp_path, content):
    path = tmp_path / "x.json"
    path.write_bytes(content)
    start = re.escape(f"{path}: is not a file of ")
    end = r"\([^\n]{,200}\): make it again$"
    with pytest.raises(ModelError, match=rf"^{start}results {end}"):
        Results.load(path)
    with pytest.raises(ManifestError, match=rf"^{start}splits {end}"):
        load_splits(path)


def test_tables_are_not_made_of_results_that_lack_them(tmp_path, plain):
    folder = tmp_path / "out"
    folder.mkdir()
    write(folder, plain)
    message = (
        f"{folder}: its results lack what the tables are made of (KeyError: 'python'): make them "
        "again"
    )
    with pytest.raises(ModelError, match=whole(message)):
        render(folder, tmp_path)
    assert [path.name for path in folder.iterdir()] == ["x.json"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"seed": "0", "train": [], "test": []}, "a seed and two lists of ids are a split"),
        ({"seed": True, "train": [], "test": []}, "a seed and two lists of ids are a split"),
        ({"seed": 0, "train": "ab", "test": []}, "a seed and two lists of ids are a split"),
        ({"seed": 0, "train": [1], "test": []}, "ids are text"),
        ({"seed": 0, "train": [["a"]], "test": []}, "ids are text"),
        ({"seed": 0, "train": ["a"], "test": ["a"]}, "a is in train and in test of split 0"),
        ([], "list indices must be integers or slices, not str"),
    ],
)
def test_splits_of_another_kind_are_refused(tmp_path, row, reason):
    path = write(tmp_path, [row])
    message = f"{path}: is not a file of splits ({reason}): make it again"
    with pytest.raises(ManifestError, match=whole(message)):
        load_splits(path)


def test_results_with_anything_in_the_place_of_anything_are_read_or_refused(tmp_path, plain):
    draw = random.Random(SEED)
    anything = (None, 5, -1.5, "x", [], {}, [[]], {"a": 1}, True, 10**400)
    text = json.dumps(plain)
    for _ in range(200):
        changed = json.loads(text)
        inner: Any = changed
        while True:
            keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
            key = draw.choice(keys)
            if not (isinstance(inner[key], dict | list) and inner[key] and draw.random() < 0.8):
                break
            inner = inner[key]
        inner[key] = draw.choice(anything)
        folder = write(tmp_path, changed).parent
        try:
            load_all(folder)
            render(folder, tmp_path / "elsewhere")
        except PodiumError as error:
            refusal = str(error)
            assert refusal.startswith(str(tmp_path))
