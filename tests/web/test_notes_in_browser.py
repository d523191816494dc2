"""What is drawn on a report that the page shows stays with the page."""

import json
from dataclasses import replace

import numpy as np
import pytest

from podium.assessment.feedback import ClipFeedback, remarks
from podium.assessment.values import Assessment, Score
from podium.report.page import make_report
from podium.video.clips import VideoFacts

from .conftest import running
from .prepared import id_of, put_done

DONE = id_of(10)


@pytest.fixture
def served(browser, make_video, small_model, tmp_path):
    """A page with one assessment that is done."""
    frames = [np.full((96, 128, 3), 10 * number, np.uint8) for number in range(20)]
    clips = (ClipFeedback(0, 0.0, 0.64, 0.1, -6.0, True, "entry"),)
    made = Assessment(
        make_video("dive.mp4", frames), VideoFacts(20, 20, 0, 0.8),
        Score(61.3, 48.0, 70.6, 0.0, 96.0), "407", 3.2, False, (), clips, remarks(clips), "bars",
        "motion",
    )  # fmt: skip
    put_done(tmp_path / "store", 10)
    folder = tmp_path / "store" / "assessments" / DONE / "result"
    make_report(replace(made, name="dive.mp4")).save(folder / "report.html")
    with running(tmp_path / "store", str(small_model.folder)) as server:
        yield server


def test_it_is_there_when_the_report_is_opened_again(served, visit):
    address = f"{served.url}/assessments/{DONE}/report"
    page = visit(address).page
    page.locator("#playing").wait_for(state="visible")
    page.locator("[data-tool=writing]").click()
    page.locator("#sketch-text").fill("knees")
    page.locator("#query").scroll_into_view_if_needed()
    with page.expect_response("**/notes") as answer:
        page.locator("#query-sketch").click()
    assert answer.value.status == 204
    page.locator("#kept", has_text="Saved with this assessment.").wait_for()
    for keys, n in (("Control+z", 0), ("6", 1)):  # what is taken back is kept as well
        with page.expect_response("**/notes"):
            page.locator("#player").focus()
            page.keyboard.press("Escape")
            page.keyboard.press(keys)
            if n:
                page.locator("#query-sketch").click()
        kept = json.loads((served.folder / "assessments" / DONE / "notes.json").read_text())
        assert len(kept["drawings"]) == n
    again = visit(address).page
    again.locator("#query-sketch text").wait_for()
    assert again.locator("#sketches").inner_text().startswith("Yours, 0.00 s: Text: knees")
    with again.expect_download() as download:
        again.locator("#save-report").click()
    kept = served.temporary / "kept.html"
    download.value.save_as(kept)
    alone = visit(kept.as_uri(), offline=True).page
    alone.locator("#query-sketch text").wait_for()
    policy = alone.locator("meta[http-equiv]").get_attribute("content")
    assert policy.startswith("default-src 'none'; img-src ")
    assert alone.locator("#notes").get_attribute("data-address") is None


def test_two_windows_lose_nothing_of_each_other(served, visit):
    address = f"{served.url}/assessments/{DONE}/report"
    windows = [visit(address) for _ in range(2)]
    one, other = (window.page for window in windows)
    kept = served.folder / "assessments" / DONE / "notes.json"
    for page, text in ((one, "knees"), (other, "toes")):
        page.locator("#playing").wait_for(state="visible")
        page.locator("[data-tool=writing]").click()
        page.keyboard.type(text)  # the field has the focus
        page.locator("#query").scroll_into_view_if_needed()
        page.locator("#query-sketch").click()
        page.locator("#kept", has_text="Saved").wait_for()
    together = "Saved, together with what was added in another window."
    assert other.locator("#kept").inner_text() == together
    texts = [drawn["text"] for drawn in json.loads(kept.read_text())["drawings"]]
    assert texts == ["knees", "toes"]
    assert other.locator("#sketches li").count() == 2
    judge(one, "Not true", "a splash")
    one.locator("#kept", has_text=together).wait_for()
    judge(other, "Not true", "the arms")
    other.locator("#kept", has_text="which says something else here").wait_for()
    (verdict,) = json.loads(kept.read_text())["verdicts"]
    assert (verdict["is_true"], verdict["was"]) == (False, "a splash; the arms")
    other.locator("#sketch-undo").click()  # takes back what was drawn here, not there
    other.locator("#kept", has_text="Saved with this assessment.").wait_for()
    texts = [drawn["text"] for drawn in json.loads(kept.read_text())["drawings"]]
    assert texts == ["knees"]
    for window in windows:  # the browser itself notes each answer that is a refusal
        refused = "the server responded with a status of 409 (Conflict)"
        assert all(said.endswith(refused) for said in window.complaints)
        window.complaints.clear()


def judge(page, verdict: str, was: str) -> None:
    """Say of the first remark that it is not so, and what it was."""
    place = page.locator("[data-remark]").first
    place.evaluate("one => one.closest('.folded')?.querySelector('.fold').click()")
    place.get_by_role("button", name=verdict).click()
    place.locator("input").fill(was)
    place.locator("input").press("Tab")
