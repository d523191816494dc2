"""Training of remarks reads what coaches corrected, and shows what is then remarked differently."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from podium.measures import Phase
from podium.remarks import Kind, Remark

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return importlib.import_module("train_remarks")


def lesson(script, name: str, said: dict[str, str]):
    clips = np.zeros(3)
    return script.Lesson(name, 1, 20.0, {}, clips, said)


def test_corrections_stand_in_for_the_commentary(script, tmp_path, capsys):
    (tmp_path / "metadata.csv").write_text("id,file_name\n001,videos/001.avi\n002,videos/002.avi\n")
    table = tmp_path / "corrections.csv"
    table.write_text("file_name,moment,is_true\n001.avi,entry,no\nmine.mp4,entry,yes\n")
    lessons = [lesson(script, id_, {"entry": "fault", "splash": "fault"}) for id_ in ("001", "002")]
    learned = script.corrected(lessons, table, tmp_path)
    assert [one.said["entry"] for one in learned] == ["none", "fault"]
    assert [script.told_of(learned, Phase.ENTRY).is_fault.tolist()] == [[False, True]]
    assert [script.told_of(learned, Phase.SPLASH).is_fault.tolist()] == [[True, True]]
    assert capsys.readouterr().out == "corrected: 1 dives; not among them: 1 videos\n"


def test_what_is_remarked_differently_is_listed(script):
    short = Remark(Phase.ENTRY, Kind("entry_short"), "entry_angle_degrees", -20.0, 0.8)
    before = [[None, None] for _ in Phase]
    after = [list(row) for row in before]
    before[2][0], after[2][1] = short, short
    assert script.changes(before, after, ["001", "002"]) == [
        "001, entry: entry_short -> nothing",
        "002, entry: nothing -> entry_short",
    ]
    assert script.changes(before, before, ["001", "002"]) == []
