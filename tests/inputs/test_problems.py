import re
from pathlib import Path

import pytest

from podium.datasets.manifest import Manifest
from podium.errors import ManifestError
from podium.inputs.problems import MAX_SPANS, SHOWN, Problems, kind_of, spans


def missing(*lines: int) -> Problems:
    found = Problems()
    for line in lines:
        found.add(line, "{name} does not exist", name=f"{line}.mp4")
    return found


def test_a_few_are_said_in_full_by_their_lines():
    assert missing(2, 3, 4).sentences() == (
        "line 2: 2.mp4 does not exist; line 3: 3.mp4 does not exist; line 4: 4.mp4 does not exist"
    )
    said = missing(*range(2, 2 + SHOWN)).sentences()
    assert said.count("does not exist") == SHOWN
    assert "more like it" not in said


def test_no_problem_is_nothing_to_say():
    assert not Problems()
    assert Problems().sentences() == ""


def test_the_rest_of_a_kind_is_said_by_its_lines():
    assert missing(*range(2, 42)).sentences() == (
        "line 2: 2.mp4 does not exist; line 3: 3.mp4 does not exist; line 4: 4.mp4 does not exist; "
        "line 5: 5.mp4 does not exist; line 6: 6.mp4 does not exist, and 35 more like it "
        "(lines 7 to 41)"
    )
    assert missing(*range(2, 8)).sentences().endswith(", and 1 more like it (line 7)")


def test_another_kind_is_not_counted_among_them():
    found = missing(*range(2, 10))
    found.add(4, "score {text!r} must be a number", text="many")
    assert len(found) == 9
    assert found.sentences() == (
        "line 2: 2.mp4 does not exist; line 3: 3.mp4 does not exist; line 4: 4.mp4 does not exist; "
        "line 4: score 'many' must be a number; line 5: 5.mp4 does not exist; "
        "line 6: 6.mp4 does not exist, and 3 more like it (lines 7 to 9)"
    )


@pytest.mark.parametrize("n", [1, 5, 6, 40, 200])
@pytest.mark.parametrize("step", [1, 2, 3])
def test_every_line_can_be_found_again(n, step):
    lines = list(range(2, 2 + n * step, step))
    said = missing(*lines).sentences()
    found = [int(line) for line in re.findall(r"line (\d+):", said)]
    for first, last in re.findall(r"(\d+)(?: to (\d+))?(?=[,)])", said.partition("(line")[2]):
        found += range(int(first), int(last or first) + 1)
    assert found == lines


def test_numbers_that_follow_one_another_are_one_span():
    assert spans([(3, 3)]) == "3"
    assert spans([(3, 4)]) == "3, 4"
    assert spans([(3, 3), (7, 9), (50, 50)]) == "3, 7 to 9, 50"


def test_of_very_many_lines_the_first_are_named_and_the_last():
    lines = range(2, 2 + 2 * 1_000, 2)
    said = missing(*lines).sentences()
    named = ", ".join(map(str, lines[SHOWN : SHOWN + MAX_SPANS]))
    assert said.endswith(f"and 995 more like it (lines {named} and others up to 2000)")
    assert len(missing(*range(2, 200_000, 2)).sentences()) < 2_000


def test_a_value_as_long_as_a_book_is_cut():
    found = Problems()
    found.add(2, "{name!r} is odd", name="x" * 401)
    assert found.sentences() == f"line 2: '{'x' * 400}...' is odd"


def test_values_that_hold_braces_stay_as_they_are():
    found = Problems()
    found.add(2, "{name} is odd", name="{x}")
    assert found.sentences() == "line 2: {x} is odd"


def test_a_table_of_forty_missing_files_is_a_short_message(tmp_path):
    table = Path(tmp_path / "metadata.csv")
    table.write_text("file_name,score\n" + "".join(f"{i}.mp4,5\n" for i in range(40)))
    shown = "; ".join(f"line {i + 2}: file_name '{i}.mp4' does not exist" for i in range(5))
    message = (
        f"{table}: 40 problems, nothing was done: {shown}, and 35 more like it (lines 7 to 41)"
    )
    with pytest.raises(ManifestError, match=rf"^{re.escape(message)}$"):
        Manifest(table).performances()


def test_what_differs_in_names_and_numbers_only_is_of_one_kind():
    one = kind_of("a.mp4: frame 12 of 'x' is black", "a.mp4")
    assert one == kind_of("b.mp4: frame 3,400 of 'yy' is black", "b.mp4")
    assert kind_of("/a/b.mp4: frame 1 is black") == kind_of("/c.mp4: frame 22 is black")
    assert one != kind_of("a.mp4: frame 12 of 'x' is white", "a.mp4")


def test_kinds_are_ordered_by_their_first_lines():
    found = Problems()
    for line in range(2, 10):
        found.add(line, "{why}", "late" if line > 3 else "early", why=f"it is {line}")
    assert found.kinds(2) == (
        (((2, "it is 2"), (3, "it is 3")), 2),
        (((4, "it is 4"), (5, "it is 5")), 6),
    )
