"""The page of two movements in a real browser: the skeleton lies on the person."""

import io
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from browsing import breaches, settled
from movement.exercising import bell, curls, less_bent
from podium.joints import Joints
from podium.movement import compare
from podium.report.movement_page import make_movement_report
from podium.report.skeleton import ACROSS, BONES
from videos import write_video

HEIGHT, WIDTH = 270, 480
ONLY_LIMBS = """() => {
  document.getElementById("query").style.visibility = "hidden";
  for (const one of document.querySelectorAll("#query-drawn path")) {
    one.style.stroke = "#00ff00";
    one.style.fill = "none";
    one.style.strokeWidth = "3px";
  }
}"""
ALL_AGAIN = """() => {
  document.getElementById("query").style.visibility = "";
  for (const one of document.querySelectorAll("#query-drawn path")) one.removeAttribute("style");
}"""


def filmed(joints: Joints) -> list[np.ndarray]:
    """A person of thick white limbs, on black."""
    names = [(f"{side} {a}", f"{side} {b}") for side in ("left", "right") for a, b in BONES]
    names += [(f"left {name}", f"right {name}") for name in ACROSS]
    ends = [pair for pair in names if set(pair) <= set(joints.names)]
    pictures = []
    for i in range(len(joints)):
        picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        for one, other in ends:
            places = [np.round(joints.of(name)[i] * HEIGHT).astype(int) for name in (one, other)]
            cv2.line(picture, *(tuple(map(int, p)) for p in places), (255, 255, 255), 9)
        pictures.append(picture)
    return pictures


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("compared")
    ours, theirs = curls(bell(2), left=less_bent(0, 30.0), size=0.22), curls(bell(2), size=0.22)
    paths = [
        write_video(folder / name, filmed(one), frames_per_second=30, crf="12")
        for name, one in (("mine.mp4", ours), ("expert.mp4", theirs))
    ]
    made = make_movement_report(compare(ours, theirs), *paths)
    return made.save(folder / "out.html")


@pytest.fixture
def page(visit, report: Path):
    opened = visit(report.as_uri())
    settled(opened.page)
    return opened.page


def screen(page) -> np.ndarray:
    shown = page.locator(".screen").first.screenshot()
    return np.asarray(Image.open(io.BytesIO(shown)).convert("RGB")).astype(int)


def test_the_skeleton_lies_on_the_person_in_every_frame_that_is_gone_to(page):
    for _ in range(3):
        page.locator("#mark-on").click()
        settled(page)
        page.locator("#drawn").uncheck()
        person = screen(page).min(axis=2) > 128
        page.locator("#drawn").check()
        page.evaluate(ONLY_LIMBS)
        red, green, _ = np.moveaxis(screen(page), -1, 0)
        page.evaluate(ALL_AGAIN)
        limbs = (green > 150) & (red < 100)
        assert limbs.sum() > 500
        assert (limbs & person).sum() / limbs.sum() > 0.95


def test_the_joint_is_named_and_can_be_gone_to(page):
    named = page.locator("ol > li").first
    assert "left elbow bends" in named.inner_text()
    named.locator("button.link").click()
    settled(page)
    said = page.locator("#query-at").inner_text()
    assert 1.0 <= float(said.split(" ")[0]) <= 1.6


def test_the_line_of_the_moment_moves_through_all_curves(page):
    def at() -> set[str]:
        return {line.get_attribute("x") for line in page.locator(".curves .now").all()}

    before = at()
    page.locator("#mark-on").click()
    settled(page)
    assert len(at()) == 1
    assert at() != before


def test_all_can_be_kept_as_data(page):
    with page.expect_download() as kept:
        page.locator('[data-save="result.json"]').click()
    plain = json.loads(Path(kept.value.path()).read_text())
    assert plain["compared"] == "joints"
    assert plain["differences"][0]["joint"] == "left elbow"


@pytest.mark.parametrize("width", [1200, 360])
def test_everybody_can_use_it(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    assert breaches(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_a_phone_facts_have_the_whole_width(page):
    page.set_viewport_size({"width": 360, "height": 800})
    widths = page.evaluate(
        "[...document.querySelectorAll('.score dl, .score dd')].map(e => e.clientWidth)"
    )
    assert min(widths[1:]) > 0.9 * widths[0]


def test_a_difference_may_be_called_not_true(page):
    row = page.locator("ol > li .verdict").first
    row.locator("button").last.click()
    row.locator("input").fill("the camera was lower")
    row.locator("input").press("Enter")
    with page.expect_download() as download:
        page.locator('[data-save="result.json"]').click()
    (verdict,) = json.loads(Path(download.value.path()).read_text("utf-8"))["verdicts"]
    assert (verdict["about"], verdict["is_true"]) == ("left elbow", False)
    assert verdict["was"] == "the camera was lower"
