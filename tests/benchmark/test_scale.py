"""How time and memory grow: the table of docs/scale.md, from what was measured."""

import importlib
import json

import pytest


@pytest.fixture
def scale(monkeypatch):
    """Import the measurement, which is no package."""
    monkeypatch.syspath_prepend("benchmarks")
    return importlib.import_module("scale")


def test_the_page_has_the_table_of_what_was_measured(scale):
    measured = dict(sorted(scale.kept().items()))
    assert scale.table_of(measured) in scale.PAGE.read_text()
    assert scale.growth_of(measured) == json.loads(scale.RESULTS.read_text())["exponents"]


def test_a_table_that_is_measured_anew_takes_the_place_of_the_old_one(scale, tmp_path, monkeypatch):
    (tmp_path / "scale.md").write_text(
        "# Growth\n\n| | old |\n|---|---|\n| x | 1 s |\n\nAnd so on.\n"
    )
    monkeypatch.setattr(scale, "PAGE", tmp_path / "scale.md")
    monkeypatch.setattr(scale, "RESULTS", tmp_path / "scale.json")
    rows = {n: {"merge": {"seconds": n / 100, "megabytes": 9}} for n in (10, 1000)}
    scale.write(rows)
    assert scale.kept() == rows
    assert scale.PAGE.read_text() == (
        "# Growth\n\n| | 10 | 1,000 | grows to the power of |\n| --- | --- | --- | --- |\n"
        "| `podium merge` | 0.1 s, 9 MB | 10 s, 9 MB | 1.00 |\n\nAnd so on.\n"
    )
