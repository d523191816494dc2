"""What people said of remarks, gathered from all places where it is kept."""

import csv
import io
import json

import pytest

VERDICT = {
    "about": "entry_angle_degrees", "moment": "entry", "start_seconds": 1.5, "end_seconds": None,
    "words": "=Entry 12 degrees past vertical", "is_true": False, "was": "the splash",
}  # fmt: skip
TRUE = {**VERDICT, "about": "clips", "words": "unlike", "is_true": True, "was": ""}


def script(id_: str, plain: dict) -> str:
    text = json.dumps(plain).replace("<", "\\u003c")
    return f'<script type="application/json" id="{id_}">{text}</script>\n'


@pytest.fixture
def places(tmp_path):
    """A report, the folder of another, and the folder of a page with one assessment."""
    report = tmp_path / "a.html"
    report.write_text(script("notes", {"verdicts": [VERDICT]}) + script("data", {"name": "a.mp4"}))
    folder = tmp_path / "kept"
    folder.mkdir()
    result = {"video": {"file": "b.mp4"}, "score": 3}
    (folder / "result.json").write_text(json.dumps(result | {"verdicts": [TRUE]}))
    one = tmp_path / "store" / "assessments" / ("0" * 32)
    (one / "result").mkdir(parents=True)
    (one / "result" / "result.json").write_text(json.dumps({"video": {"file": "c.mp4"}}))
    (one / "notes.json").write_text(json.dumps({"drawings": [], "verdicts": [VERDICT, TRUE]}))
    return report, folder, tmp_path / "store"


def test_they_are_one_table(podium, places, tmp_path):
    out = tmp_path / "corrections.csv"
    code, said, err = podium("corrections", *places, "--out", out)
    assert (code, said, err) == (0, "", "4 remarks judged: 2 true, 2 not\n")
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    assert [row["file_name"] for row in rows] == ["a.mp4", "b.mp4", "c.mp4", "c.mp4"]
    assert [row["is_true"] for row in rows] == ["no", "yes", "no", "yes"]
    assert rows[0] == {
        "file_name": "a.mp4", "about": "entry_angle_degrees", "moment": "entry",
        "start_seconds": "1.5000", "end_seconds": "", "words": "'=Entry 12 degrees past vertical",
        "is_true": "no", "was": "the splash", "was_seconds": "", "is_praise": "no",
        "report": str(places[0]),
    }  # fmt: skip
    code, said, _ = podium("corrections", places[0])
    assert (code, said.splitlines()[1].split(",")[0]) == (0, "a.mp4")


def test_a_report_that_is_given_twice_is_taken_once(podium, places):
    report = places[0]
    said = "the same report was given before: what is said twice is taken once"
    code, table, err = podium("corrections", report, report.parent / "." / "a.html")
    assert (code, len(table.splitlines())) == (0, 2)
    assert err == f"{report}: {said}\n1 remarks judged: 0 true, 1 not\n"


def test_a_copy_of_a_report_and_its_folder_are_one(podium, places, tmp_path):
    result = (places[1] / "result.json").read_text()
    data = {"name": "b.mp4", "saved": {"result.json": '{"video": {"file": "b.mp4"}, "score": 3.0}'}}
    copy = tmp_path / "copy.html"
    copy.write_text(script("notes", {"verdicts": [TRUE, VERDICT]}) + script("data", data))
    code, table, err = podium("corrections", places[1], copy)
    assert [line.strip().split(",")[-1] for line in table.splitlines()[1:]] == [
        str(places[1] / "result.json"), str(copy),
    ]  # fmt: skip
    said = "the same report was given before: what is said twice is taken once"
    assert (code, err) == (0, f"{copy}: {said}\n2 remarks judged: 1 true, 1 not\n")
    other = tmp_path / "other.json"  # says the same of another performance of that name
    other.write_text(result.replace('"score": 3', '"score": 4'))
    assert podium("corrections", places[1], other)[2] == "2 remarks judged: 2 true, 0 not\n"


def test_they_are_json(podium, places):
    code, said, _ = podium("corrections", places[1], "--json")
    (row,) = json.loads(said)["corrections"]
    assert (code, row) == (0, {**TRUE, "was_seconds": None, "is_praise": False,
                               "file_name": "b.mp4",
                               "report": str(places[1] / "result.json")})  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.html", "<p>",
         "is no report of Podium: name a report that was kept (.html), a result.json or a folder"),
        ("x.html", " ",
         "is empty, no report of Podium: name a report that was kept, or its folder"),
        ("x.html", script("data", {"name": "a.mp4"}),
         "is a report of another version of Podium, or damaged: what was said in it cannot be "
         "read here; keep it, and read it with the version that made it"),
        ("x.json", "{}", "is no result of podium score: it names no video"),
        ("x.json", '{"video": {"file": "a"}, "verdicts": 3}',
         "notes.verdicts must be a list of at most 20,000 entries"),
    ],
)  # fmt: skip
def test_what_is_none_is_refused(podium, tmp_path, name, content, said):
    path = tmp_path / name
    path.write_text(content)
    assert podium("corrections", path) == (3, "", f"podium: {path}: {said}\n")


def test_a_place_without_a_report_is_refused(podium, tmp_path):
    said = "holds no report: name the folder of one, or the file"
    assert podium("corrections", tmp_path) == (3, "", f"podium: {tmp_path}: {said}\n")
    gone = tmp_path / "gone"
    said = "no such file or folder: name a report, or the folder of one"
    assert podium("corrections", gone) == (3, "", f"podium: {gone}: {said}\n")


def test_moments_are_counted_by_themselves(podium, tmp_path):
    moment = {**VERDICT, "about": "moment", "moment": "water", "was": ""}
    said = [
        {**moment, "was_seconds": 1.62}, {**moment, "moment": "come_out"},
        {**moment, "moment": "board_left", "is_true": True}, TRUE,
    ]  # fmt: skip
    report = tmp_path / "a.html"
    report.write_text(script("notes", {"verdicts": said}) + script("data", {"name": "a.mp4"}))
    code, table, err = podium("corrections", report)
    assert (code, err) == (
        0,
        "1 remarks judged: 1 true, 0 not\n"
        "3 moments judged: 1 true, 2 not, of which 1 with their time\n",
    )
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["was_seconds"] for row in rows] == ["1.6200", "", "", ""]
