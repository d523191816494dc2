"""The page on a phone of 360 pixels: nothing is cut off, nothing too small to be touched."""

import json

import pytest

from browsing import breaches
from podium.web.records import About
from videos import write_video

from .conftest import running
from .prepared import id_of, put_done
from .test_renderings import DONE, put_report

WIDE, HIGH, LEAST = 360, 640, 40

TOUCHED = """least => {
  const found = [];
  for (const one of document.querySelectorAll("a, button, select, summary, input, textarea")) {
    const shown = one.matches(".file input") ? one.parentElement : one;
    const box = shown.getBoundingClientRect();
    if (!one.checkVisibility({ visibilityProperty: true }) || !box.width) continue;
    const scrolls = one.closest(".scroll, .strip, .chapters");
    const isCut = !scrolls && (box.left < 0 || box.right > innerWidth);
    if (Math.min(box.width, box.height) < least - 0.5 || isCut) {
      found.push([Math.round(box.width), Math.round(box.height), Math.round(box.right),
        one.outerHTML.slice(0, 90)]);
    }
  }
  return found;
}"""
"""What is smaller than it must be to be touched, or lies beyond the edge."""


@pytest.fixture(scope="module")
def served(browser, small_model, tmp_path_factory):
    """A page with assessments whose names and notes are long, one of which plays."""
    folder = tmp_path_factory.mktemp("thumb")
    store = folder / "store"
    put_report(store, lambda name, frames: write_video(folder / name, frames))
    about = About(
        "Ada Augusta of Somewhere", "2026-05-31", "National championships, final round",
        ("cup", "windy"), "A note about the take-off that is long enough to be wrapped.",
    )  # fmt: skip
    clip = {"start_seconds": 0.0, "end_seconds": 0.6, "similarity": 0.4, "faulty": True}
    for number in range(5):
        put_done(store, number, about, video_name=f"training_{number}_" + "x" * 40 + ".mp4")
        result = store / "assessments" / id_of(number) / "result" / "result.json"
        plain = {"schema": "podium-result", "schema_version": 1, "score": 61.3, "clips": [clip]}
        result.write_text(json.dumps(plain))
    put_done(store, 20, state="failed", error="its video is gone: send it again", summary={})
    with running(store, str(small_model.folder)) as server:
        yield server


@pytest.fixture
def page(served, visit):
    page = visit(f"{served.url}/", has_touch=True, is_mobile=True).page
    page.set_viewport_size({"width": WIDE, "height": HIGH})
    page.locator("#rows tr").nth(6).wait_for()
    return page


def fits(page) -> None:
    assert page.evaluate(TOUCHED, LEAST) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDE
    assert breaches(page) == []


def test_upload_list_and_what_is_asked_of_a_row(page):
    fits(page)
    row = page.locator(f"#rows tr[data-id='{id_of(3)}']")
    box = row.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= WIDE
    assert "Compared with -" in " ".join(row.evaluate(
        "row => [...row.cells].map(one => (one.dataset.label || '') + ' ' + one.textContent)"
    ))  # fmt: skip
    row.get_by_role("button", name="Details of").tap()
    page.locator("#details[open]").wait_for()
    fits(page)
    page.locator("#details-close").tap()
    page.locator(f"#rows tr[data-id='{DONE}']").get_by_role("button", name="A film or").tap()
    page.locator("#sending[open]").wait_for()
    fits(page)


def test_two_that_are_compared(page):
    for number in (3, 4):
        page.locator(f"#rows tr[data-id='{id_of(number)}'] input").tap()
    page.locator("#beside-rows td").first.wait_for()
    fits(page)
    box = page.locator("#comparison table").bounding_box()
    assert box["x"] + box["width"] <= WIDE


def test_a_season(page, served):
    page.goto(f"{served.url}/athletes?athlete=Ada+Augusta+of+Somewhere")
    page.locator("#rows tr").nth(4).wait_for()
    fits(page)
    box = page.locator("#all table").bounding_box()
    assert box["x"] + box["width"] <= WIDE


def test_a_report(page, served):
    page.goto(f"{served.url}/assessments/{DONE}/report")
    page.locator("#playing").wait_for(state="visible")
    for fold in page.locator("button.fold").all():
        fold.tap()
    fits(page)
