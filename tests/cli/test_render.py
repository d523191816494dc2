"""`podium render`: what it writes, and what it refuses."""

from dataclasses import asdict

from podium.cli.app import Exit
from podium.report import film
from podium.report.filed import json_in
from report.test_film import HEIGHT, WIDTH, drawing, write_report
from report.test_one_page import SHEET, page_of


def test_a_film_is_written_whole(podium, tmp_path, monkeypatch):
    monkeypatch.setattr(film, "PANEL_WIDTH", WIDTH)
    monkeypatch.setattr(film, "PANEL_HEIGHT", HEIGHT)
    out = tmp_path / "film" / "side_by_side.mp4"
    code, said, told = podium("render", write_report(tmp_path), "--out", out)
    assert (code, said) == (Exit.DONE, "")
    assert told.endswith(f", 1.4 s, {out.stat().st_size:,} bytes)\n")
    assert [one.name for one in out.parent.iterdir()] == [out.name]


def test_what_it_refuses(podium, tmp_path):
    write_report(tmp_path)
    before = (tmp_path / "query.mp4").read_bytes()
    assert podium("render", tmp_path, "--out", tmp_path / "query.mp4") == (
        Exit.USAGE, "",
        f"podium: {tmp_path / 'query.mp4'}: is an input and would be overwritten: "
        "choose another file\n",
    )  # fmt: skip
    assert (tmp_path / "query.mp4").read_bytes() == before
    assert podium("render", tmp_path, "--out", tmp_path / "film.avi") == (
        Exit.USAGE, "",
        f"podium: --out {tmp_path / 'film.avi'} must end in .mp4, .pdf, .kva or .html: "
        "name another file for what is made of the report\n",
    )  # fmt: skip
    assert podium("render", tmp_path) == (
        Exit.USAGE, "", "podium: podium render needs --out or --still: name a file to write\n"
    )  # fmt: skip
    missing = tmp_path / "none"
    assert podium("render", missing, "--out", tmp_path / "film.mp4") == (
        Exit.INPUT, "",
        f"podium: {missing / 'result.json'}: no such file: name the folder that podium score "
        "--report-dir wrote\n",
    )  # fmt: skip
    assert not (tmp_path / "film.mp4").exists()


def test_one_page_is_written_whole(podium, tmp_path):
    report = page_of(tmp_path, asdict(SHEET))
    out = tmp_path / "page" / "dive.pdf"
    assert podium("render", report, "--out", out) == (Exit.DONE, "", f"page: {out}\n")
    assert out.read_bytes().startswith(b"%PDF-")
    assert [one.name for one in out.parent.iterdir()] == [out.name]


def test_marks_go_to_kinovea_and_come_back(podium, tmp_path):
    drawn = [drawing("query", 3), drawing("reference", 12, tool="circle")]
    report = write_report(tmp_path / "one", drawings=drawn)
    out, expert = tmp_path / "dive.kva", tmp_path / "dive-expert.kva"
    said = podium("render", report, "--out", out)
    assert said == (Exit.DONE, "", f"marks: {out}\nmarks: {expert}\n")
    bare = write_report(tmp_path / "two")
    page = bare / "report.html"
    page.write_text('<script type="application/json" id="notes">{"drawings": []}</script>')
    kept = bare / "kept.html"
    code, _, told = podium("render", bare, "--marks", out, "--expert-marks", expert, "--out", kept)
    assert code == Exit.DONE
    taken = [f"{path}: drawings taken over: 1" for path in (out, expert)]
    assert told.splitlines() == [*taken, f"report: {kept}"]
    notes = json_in(kept.read_bytes(), "notes", kept)["drawings"]
    assert [(one["side"], one["frame"], one["tool"]) for one in notes] == [
        ("query", 3, "line"), ("reference", 12, "circle")
    ]  # fmt: skip
    elsewhere = tmp_path / "kept.html"
    assert podium("render", bare, "--marks", out, "--out", elsewhere)[2].endswith(
        f"podium: {elsewhere}: the videos of this report lie in {bare}: write it there\n"
    )
    assert not elsewhere.exists()
