"""The first screen of a report: what to work on, played slowly; and whether remarks are true."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from browsing import breaches, tab_through, untranslated
from drawn_dives import HEIGHT, WIDTH, drawn_dive, examined
from podium.assessment.feedback import ClipFeedback, remarks
from podium.assessment.values import Assessment, Reference, Score
from podium.features.alignment import Alignment
from podium.report.glance import glance
from podium.report.key_frames import Moment
from podium.report.page import make_report
from podium.report.words import load_words
from podium.video.clips import VideoFacts
from podium.video.frames import decode


@pytest.fixture
def assessed(make_video) -> Assessment:
    """A drawn dive that was measured, beside itself."""
    dive, pixels = drawn_dive()
    path = make_video("dive.mp4", list(pixels.repeat(2, axis=1).repeat(2, axis=2)),
                      frames_per_second=30, bf="0")  # fmt: skip
    frames = decode(path, width=WIDTH, height=HEIGHT)
    clips = tuple(
        ClipFeedback(i, 0.5 * i, 0.5 * (i + 1), s, c, s < 0.5, ("flight", "entry")[i])
        for i, (s, c) in enumerate(((0.9, 0.5), (0.1, -6.0)))
    )
    return Assessment(
        path, VideoFacts(32, 32, 0, 1.0), Score(61.3, 48.0, 70.6, 0.0, 96.0), "407", 3.2, False,
        (Reference("expert", 90.0, 0.5, path),), clips, remarks(clips), "bars", "motion",
        alignment=Alignment((0.0, 1.0), (0.0, 1.0), (0.0, 0.0), 0.0),
        examination=examined(path, dive, frames),
    )  # fmt: skip


@pytest.fixture
def page(assessed, tmp_path, visit):
    path = make_report(assessed).save(tmp_path / "out" / "report.html")
    page = visit(path.as_uri(), offline=True).page
    page.locator("#playing").wait_for(state="visible")
    return page


def test_it_says_what_to_work_on_and_plays_that_slowly_in_step(page):
    work = page.locator(".glance .work")
    box = work.bounding_box()
    assert box["y"] + box["height"] < 900  # without scrolling
    assert work.locator("img").is_visible()
    page.locator("#timing").select_option("start")
    work.get_by_role("button").click()
    page.locator("#play", has_text="Pause").wait_for()
    assert page.locator("#speed").input_value() == "0.25"
    assert page.locator("#timing").input_value() == "step"
    page.locator("#play", has_text="Play").wait_for()
    there = page.evaluate("query.currentTime")
    until = float(work.get_by_role("button").get_attribute("data-until"))
    assert there == pytest.approx(min(until, 32 / 30), abs=0.15)
    assert page.locator(".glance .good").count() == 1


def test_what_clips_say_stands_in_where_nothing_was_measured(assessed, tmp_path, visit):
    plain = replace(assessed, examination=None)
    path = make_report(plain, "de").save(tmp_path / "plain.html")
    page = visit(path.as_uri(), offline=True).page
    said = page.locator(".glance .what").all_inner_texts()
    assert said == [
        "Eintauchen: dem Vorbild so wenig ähnlich wie sonst nirgends (Ähnlichkeit 0,10)",
        "Flug: dem Vorbild am ähnlichsten (Ähnlichkeit 0,90; 1 ist gleich)",
    ]


def test_the_rest_folds(page):
    heading = page.get_by_role("button", name="The same as a table")
    table = page.locator(".table table")
    assert (heading.get_attribute("aria-expanded"), table.is_visible()) == ("false", False)
    heading.click()
    assert (heading.get_attribute("aria-expanded"), table.is_visible()) == ("true", True)
    heading.click()
    page.emulate_media(media="print")
    assert page.locator(".strip").is_visible()  # folded on the screen, not on paper
    assert page.locator(".glance").is_hidden()


def kept(page) -> list[dict]:
    with page.expect_download() as download:
        page.get_by_role("button", name="Everything as data").click()
    return json.loads(Path(download.value.path()).read_text("utf-8")).get("verdicts", [])


def test_remarks_are_said_to_be_true_or_not_and_that_is_kept(page, visit, tmp_path):
    row = page.locator(".remarks li .verdict").first
    row.get_by_role("button", name="True", exact=False).first.click()
    assert [one["is_true"] for one in kept(page)] == [True]
    row.get_by_role("button", name="Not true").click()
    page.keyboard.type("a <b>splash")
    page.keyboard.press("Tab")
    (verdict,) = kept(page)
    assert (verdict["is_true"], verdict["was"], verdict["about"]) == (False, "a <b>splash", "clips")
    assert (verdict["moment"], verdict["start_seconds"]) == ("entry", 0.5)
    assert breaches(page) == []
    with page.expect_download() as download:
        page.locator("#save-report").click()
    again = tmp_path / "again.html"
    download.value.save_as(again)
    other = visit(again.as_uri(), offline=True).page
    row = other.locator(".remarks li .verdict").first
    assert row.locator("input").input_value() == "a <b>splash"
    row.get_by_role("button", name="Not true").click()  # taken back
    assert kept(other) == []


@pytest.mark.parametrize("width", [1200, 320])
def test_nothing_hinders_anybody(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.get_by_role("button", name="The dive").click()
    page.locator(".seen .verdict button").last.click()
    assert breaches(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    stops = tab_through(page)
    assert [stop for stop in stops if not stop["name"]] == []
    assert [stop for stop in stops if stop["covered"] or stop["small"]] == []


def test_a_made_up_language_reaches_it(assessed, tmp_path, visit, made_up_language):
    path = make_report(assessed, made_up_language).save(tmp_path / "tlh.html")
    page = visit(path.as_uri(), offline=True).page
    page.locator(".remarks .verdict button").nth(1).click()
    rest = untranslated(page, "dive.mp4", "407C", "new measure", "never heard of", "expert")
    assert rest == set()


def test_what_is_to_be_improved_is_not_called_good_as_well():
    words = load_words("en")

    def good(first: str, *similarities: float) -> str | None:
        clips = [
            ClipFeedback(i, 0.5 * i, 0.5 * (i + 1), one, -6.0 if i == 2 else 0.5, one < 0.5,
                         (first, "entry", "entry")[i])
            for i, one in enumerate(similarities)
        ]  # fmt: skip
        seen = glance(None, remarks(clips), [Moment(one, "", "") for one in clips], words)
        assert seen.work is not None
        assert seen.work.moment == "entry"
        return seen.good and seen.good.moment

    assert good("flight", 0.8, 0.95, 0.1) == "flight"
    assert good("entry", 0.8, 0.95, 0.1) is None
