"""The network of moments learns from what coaches put right, and shows what is then found."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from podium.measures._moments import MARKED, N_NUMBERS

pytest.importorskip("torch", reason="the extra `train` is not installed")
SCRIPTS = Path(__file__).parents[2] / "scripts"
NAMES = [f"number_{number}" for number in range(N_NUMBERS)]


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return importlib.import_module("train_moments")


def lesson(script, id_: str, marks: tuple[float, ...]):
    described = {name: np.zeros(30) for name in NAMES}
    return script.Lesson(id_, described, np.array(marks), "1", "407C", np.arange(30) / 30)


def test_marks_are_where_coaches_said(script):
    one = lesson(script, "001", (3.0, 8.0, 20.0, 25.0))
    right = script.put_right(one, {"board_left": 0.17, "water": None})
    assert right.marks[:3].tolist() == [5.0, 8.0, 20.0]
    assert np.isnan(right.marks[3])
    assert one.marks.tolist() == [3.0, 8.0, 20.0, 25.0]  # what was marked stays as it was
    assert script.put_right(one, {}).marks.tolist() == one.marks.tolist()


def test_a_moment_that_nobody_knows_counts_neither_way(script):
    marks = np.array([[3.0, 8.0, 20.0, np.nan], [3.0, 8.0, 20.0, 25.0]])
    found = np.full((2, 2 * len(MARKED)), 1.0)
    found[0, 3] = np.nan
    rows = script.card_rows("dives", found, np.zeros((2, len(MARKED))), marks)
    assert [row.split(" | ")[1:3] for row in rows] == [[name, "1.000"] for name in MARKED]
    given, wanted, _ = script.batch([(np.zeros((30, N_NUMBERS), np.float32), marks[0])], 0.8)
    assert wanted[0, 3].sum() == 0  # nothing is learned of it
    assert given.shape == (1, N_NUMBERS, 30)


def test_what_is_then_found_is_listed(script, capsys, monkeypatch):
    before = [lesson(script, id_, (3.0, 8.0, 20.0, 25.0)) for id_ in ("001", "002", "003")]
    after = [script.put_right(before[0], {"water": 0.9}), *before[1:]]
    asked = []

    def errors(lessons, parts, recipe):
        asked.append(parts)
        found = np.full((3, 2 * len(MARKED)), 2.0)
        found[0, 3] = 26 - lessons[0].marks[3]  # a network that finds it in frame 26
        return found

    monkeypatch.setattr(script, "errors", errors)
    script.show_changes(before, after, [[0], [1, 2]], script.Recipe())
    assert asked == [[[0]], [[0]]]  # only where a dive was put right
    assert capsys.readouterr().out == (
        "001 water: marked in frame 25, said 27; late by +1 of the mark, then -1 of what was said\n"
    )
