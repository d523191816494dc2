"""`podium check` on whatever a table may hold: it answers, and its answer is bounded."""

import csv
import io
import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from podium.cli.app import Exit
from podium.cli.commands import run
from podium.datasets.manifest import KNOWN_COLUMNS
from podium.errors import PodiumError
from podium.inputs.problems import MAX_VALUE_CHARACTERS
from podium.judging import rules
from podium.proofreading import proofread

COLUMNS = [*KNOWN_COLUMNS, "dive_number", "height"]
CELL = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["a.npy", "407", "407C", "9.9", "1e12", "-1e12", "1e-12", "7;7;7", "7;7;7;7;7;7;-1e12",
         "nan", "test", "train", "{x}", "{0!r}", "true", "9" * 4_000, "a:1-2;b:2-3", "10 m"]
    ),
)  # fmt: skip
FUZZ = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(
    st.lists(st.lists(CELL, min_size=1, max_size=len(COLUMNS)), min_size=1, max_size=5),
    st.sampled_from([None, *rules()]),
)
@example([["a.npy", "{x}", "1e12", "train", "{y}", "1e12", "1e12;1e12;1e12"]] * 2, None)
def test_any_table_is_answered(tmp_path, rows, rule):
    (tmp_path / "a.npy").touch()
    text = io.StringIO(newline="")
    csv.writer(text).writerows([COLUMNS, *rows])
    table = tmp_path / "t.csv"
    table.write_bytes(text.getvalue().encode("utf-8", "replace"))
    try:
        proof = proofread(table, rule)
    except PodiumError as error:
        said = str(error)
        assert said.startswith(f"{table}: ")
        return
    assert json.loads(json.dumps(proof.to_json()))["n_rows"] <= len(rows)
    assert all(len(words) < 6 * MAX_VALUE_CHARACTERS for _, words in proof.problems)
    assert all(len(words) < 6 * MAX_VALUE_CHARACTERS for _, words in proof.warnings)


@pytest.mark.parametrize("how", [[], ["--json"]])
def test_names_cannot_steer_the_terminal(tmp_path, capsys, how):
    table = tmp_path / "t.csv"
    name = "a\x1b[2J\u202e.npy"
    (tmp_path / name).touch()
    table.write_text(f"file_name,id,athlete\n{name},1,x\n{name},2,x\n", encoding="utf-8")
    assert run(["check", str(table), *how]) == Exit.INPUT
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err
    assert "\u202e" not in out + err
    assert "a\\" in out
