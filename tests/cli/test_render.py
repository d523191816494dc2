"""`podium render`: what it writes, and what it refuses."""

from dataclasses import asdict

import numpy as np
import pytest

from podium.cli.app import Exit
from podium.faces import Faces
from podium.report import faceless, film
from podium.report.filed import json_in
from podium.video.frames import decode, each_frame, probe
from report.test_film import HEIGHT, WIDTH, drawing, write_report
from report.test_one_page import SHEET, page_of
from videos import write_video


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


@pytest.mark.parametrize("kind", ["mp4", "pdf", "kva", "html", "png"])
def test_what_is_not_there_is_refused_by_its_name(podium, tmp_path, kind):
    write_report(tmp_path / "report")
    missing, out = tmp_path / "none.html", tmp_path / f"out.{kind}"
    how = "--still" if kind == "png" else "--out", out
    assert podium("render", missing, *how) == (
        Exit.INPUT, "",
        f"podium: {missing}: no such file or folder: name a report, or the folder of one\n",
    )  # fmt: skip
    marks = tmp_path / "none.kva"
    for option in ("--marks", "--expert-marks"):
        assert podium("render", tmp_path / "report", *how, option, marks) == (
            Exit.INPUT, "",
            f"podium: {marks}: no such file: name the marks that Kinovea saved\n",
        )  # fmt: skip
    assert not out.exists()


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


def test_faces_are_hidden_in_films_pages_and_pictures_only(podium, tmp_path):
    report, out = write_report(tmp_path), tmp_path / "marks.kva"
    assert podium("render", report, "--out", out, "--blur-faces") == (
        Exit.USAGE, "",
        "podium: --blur-faces is for films, pages and pictures (.mp4, .pdf, .png), not for .kva: "
        "for a report without faces, score the video with --blur-faces\n",
    )  # fmt: skip
    assert not out.exists()


def test_a_film_without_faces_is_made_of_copies_without_them(podium, tmp_path, monkeypatch):
    """All of both videos is taken for a face here: nothing of them may be left."""
    monkeypatch.setattr(film, "PANEL_WIDTH", WIDTH)
    monkeypatch.setattr(film, "PANEL_HEIGHT", HEIGHT)
    monkeypatch.setattr(faceless, "find_faces", everywhere)
    report, out = write_report(tmp_path), tmp_path / "film.mp4"
    noise = np.random.default_rng(1).integers(0, 256, (24, HEIGHT, WIDTH, 3), np.uint8)
    for name in ("query", "reference"):
        write_video(tmp_path / f"{name}.mp4", list(noise), frames_per_second=30)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    said = podium("render", report, "--out", out)
    assert (said[0], colours(out) > 100) == (Exit.DONE, True)
    code, _, told = podium("render", report, "--out", out, "--blur-faces")
    assert (code, colours(out) < 30) == (Exit.DONE, True)
    lines = [line for line in told.splitlines() if line.startswith("Faces in ")]
    assert lines == [
        f"Faces in {called}: found in 24 of 24 frames and made unrecognisable; in 0 more, hidden "
        "where they had been a moment before or after. Only the face of the athlete was looked "
        "for, nobody else's: look at it before you share it."
        for called in ("mine.mp4", "expert.mp4")
    ]
    out.unlink()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def colours(out):
    """How many colours, coarsely, the first picture of the performance has."""
    about = probe(out)
    shown = next(each_frame(out, width=about.width, height=about.height)).pixels
    panel = shown[film.TOP + 2 : film.TOP + HEIGHT - 2, 2 : WIDTH - 2].reshape(-1, 3)
    return len({tuple(pixel // 16) for pixel in panel})


def everywhere(video, seen=None, *, progress):
    frames = decode(video, width=WIDTH, height=HEIGHT)
    circle = np.array([[WIDTH / HEIGHT / 2, 0.5, WIDTH / HEIGHT]])
    return Faces(frames.start_seconds, (circle,) * len(frames), len(frames), False)
