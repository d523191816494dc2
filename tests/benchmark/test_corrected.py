"""What coaches said of remarks stands in for what a commentator said of that phase."""

import pytest

from podium.benchmark.corrected import read_corrected, read_corrected_moments
from podium.errors import ManifestError, MissingFile

NAMES = {"001": "videos/001.avi", "002": "videos/002.avi", "x": "a/twice.avi", "y": "b/twice.avi"}


def table(tmp_path, *rows: str, columns: str = "file_name,moment,is_true,is_praise"):
    path = tmp_path / "corrections.csv"
    path.write_text("\n".join([columns, *rows]) + "\n")
    return path


def test_verdicts_override_what_was_said_of_the_phase_alone(tmp_path):
    path = table(
        tmp_path,
        "001.avi,entry,no,no", "C:\\dives\\002.avi,splash,yes,no", "002.avi,flight,yes,yes",
        "mine.mp4,entry,yes,no", "twice.avi,entry,yes,no", "001.avi,,yes,no",
    )  # fmt: skip
    found = read_corrected(path, NAMES)
    assert found.unknown == ("mine.mp4", "twice.avi")
    said = {"001": {"entry": "fault", "splash": "fault"}, "003": {"entry": "praise"}}
    assert found.over(said) == {
        "001": {"entry": "none", "splash": "fault"},
        "002": {"splash": "fault", "flight": "praise"},
        "003": {"entry": "praise"},
    }
    assert said["001"]["entry"] == "fault"  # what was given stays as it was


@pytest.mark.parametrize("rows", [("yes,no", "no,no", "yes,yes"), ("no,no", "yes,yes", "yes,no")])
def test_of_several_remarks_a_fault_counts_most(tmp_path, rows):
    path = table(tmp_path, *(f"001.avi,entry,{row}" for row in rows))
    assert read_corrected(path, NAMES).said == {"001": {"entry": "fault"}}


def test_an_older_table_does_not_say_what_is_praise(tmp_path):
    path = table(tmp_path, "001.avi,entry,yes", columns="file_name,moment,is_true")
    assert read_corrected(path, NAMES).said == {"001": {"entry": "fault"}}


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    path = table(tmp_path, "001.avi,entry,maybe,no", "001.avi,entry,yes,x", "001.avi,entry,yes,no")
    with pytest.raises(ManifestError) as refused:
        read_corrected(path, NAMES)
    assert str(refused.value) == (
        f"{path}: line 2: is_true is 'maybe': it must be yes or no; "
        "line 3: is_praise is 'x': it must be yes or no"
    )
    path = table(tmp_path, "001.avi,entry", columns="file_name,moment")
    with pytest.raises(ManifestError) as refused:
        read_corrected(path, NAMES)
    assert str(refused.value) == (
        f"{path}: has no column 'is_true': is it a table of podium corrections?"
    )
    with pytest.raises(MissingFile) as missing:
        read_corrected(tmp_path / "none.csv", NAMES)
    assert str(missing.value) == (
        f"{tmp_path / 'none.csv'}: no such table: podium corrections REPORT --out FILE writes one"
    )


MOMENTS = "file_name,about,moment,start_seconds,is_true,was_seconds"


def test_moments_are_when_coaches_said_and_no_remarks(tmp_path):
    path = table(
        tmp_path,
        "001.avi,moment,board_left,0.8,yes,", "a/002.avi,moment,water,2.1,no,2.25",
        "001.avi,moment,come_out,1.5,no,", "001.avi,entry_angle_degrees,entry,2.0,yes,",
        "mine.mp4,moment,water,1.0,yes,", "001.avi,moment,board_left,0.8,no,0.9",
        columns=MOMENTS,
    )  # fmt: skip
    assert read_corrected_moments(path, NAMES) == {
        "001": {"board_left": 0.9, "come_out": None}, "002": {"water": 2.25}
    }  # fmt: skip
    assert read_corrected(path, NAMES).said == {"001": {"entry": "fault"}}


def test_a_time_that_is_none_is_refused(tmp_path):
    path = table(
        tmp_path, "001.avi,moment,water,1.0,no,soon", "001.avi,moment,water,nan,yes,",
        "001.avi,moment,water,1.0,perhaps,", columns=MOMENTS,
    )  # fmt: skip
    with pytest.raises(ManifestError) as refused:
        read_corrected_moments(path, NAMES)
    assert str(refused.value) == (
        f"{path}: line 2: was_seconds is 'soon': it must be a number of seconds; "
        "line 3: start_seconds is 'nan': it must be a number of seconds; "
        "line 4: is_true is 'perhaps': it must be yes or no"
    )
    with pytest.raises(MissingFile) as missing:
        read_corrected_moments(tmp_path / "none.csv", NAMES)
    assert str(missing.value) == (
        f"{tmp_path / 'none.csv'}: no such table: podium corrections REPORT --out FILE writes one"
    )
