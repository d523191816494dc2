import csv
import io

import pytest

from podium.inputs.spreadsheet import as_it_was, csv_text, harmless


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a;=1+1", "a;'=1+1"),
        ("x\t=1", "x\t'=1"),
        ("\t=1", "'\t'=1"),
        ("a;'=1", "a;''=1"),
        ("=1;@x\n-y", "'=1;'@x\n'-y"),
    ],
)
def test_what_another_separator_would_make_a_cell_is_made_harmless_too(text, wanted):
    """German spreadsheets take a semicolon for the end of a cell."""
    assert harmless(text) == wanted
    assert as_it_was(wanted) == text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-x", "@SUM(A1)", "\t1", "\r1", "  =1"])
def test_text_that_a_spreadsheet_would_run_is_made_harmless(text):
    assert harmless(text) == f"'{text}"
    (row,) = csv.DictReader(io.StringIO(csv_text(["name"], [{"name": text}]), newline=""))
    assert row["name"] == f"'{text}"


def test_other_text_and_numbers_stay_as_they_are():
    columns = ("name", "points", "n", "faulty", "unknown", "nothing")
    row = {"name": "dive, 1=2", "points": -7.5, "n": -3, "faulty": True, "unknown": float("nan")}
    assert csv_text(columns, [row]) == (
        'name,points,n,faulty,unknown,nothing\r\n"dive, 1=2",-7.5000,-3,yes,,\r\n'
    )
