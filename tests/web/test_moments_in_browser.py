"""Whether a moment is where the report says, or when it really was: said in a real browser."""

import json
from dataclasses import replace

import numpy as np
import pytest

from browsing import breaches, breaches_in_firefox, untranslated
from drawn_dives import HEIGHT, WIDTH, drawn_dive, examined
from podium.assessment.feedback import Chapter, ClipFeedback, remarks
from podium.assessment.values import Assessment, Score
from podium.measures._dive import Moment
from podium.report.corrections import find_corrections
from podium.report.measured_page import make_measured_report
from podium.report.moments import Dated, dated
from podium.report.page import make_report
from podium.report.words import languages, load_words
from podium.video.clips import VideoFacts
from podium.video.frames import decode

from .conftest import running
from .prepared import id_of, put_done

DONE = id_of(10)
N_FRAMES = 20


def assessed(make_video) -> Assessment:
    frames = [np.full((96, 128, 3), 10 * number, np.uint8) for number in range(N_FRAMES)]
    clips = (
        ClipFeedback(0, 0.0, 0.4, 0.1, -6.0, True, "flight"),
        ClipFeedback(1, 0.4, 0.8, 0.9, 0.0, False, "entry"),
    )
    return Assessment(
        make_video("dive.mp4", frames), VideoFacts(N_FRAMES, N_FRAMES, 0, 0.8),
        Score(61.3, 48.0, 70.6, 0.0, 96.0), "407", 3.2, False, (), clips, remarks(clips), "bars",
        "motion",
    )  # fmt: skip


@pytest.fixture
def served(browser, make_video, small_model, tmp_path):
    """A page with one assessment that is done, of an action whose phases are known."""
    put_done(tmp_path / "store", 10)
    result = tmp_path / "store" / "assessments" / DONE / "result"
    make_report(replace(assessed(make_video), name="dive.mp4")).save(result / "report.html")
    (result / "result.json").write_text('{"video": {"file": "dive.mp4"}}')
    with running(tmp_path / "store", str(small_model.folder)) as server:
        yield server


def kept(server) -> list[dict]:
    path = server.folder / "assessments" / DONE / "notes.json"
    return json.loads(path.read_text())["verdicts"]


ENTRY = {
    "about": "moment", "moment": "entry", "start_seconds": 0.4, "end_seconds": None,
    "words": "entry begins", "is_true": False, "was": "",
}  # fmt: skip


def sent(seconds: str):
    """Tell the answer to what was sent with a time in it from those before."""
    return lambda answer: f'"was_seconds":{seconds}' in (answer.request.post_data or "")


def test_a_moment_is_put_right_where_the_video_shows_it(served, visit):
    page = visit(f"{served.url}/assessments/{DONE}/report").page
    page.locator("#playing").wait_for(state="visible")
    place = page.locator(".dated")
    place.locator("h2 button").click()
    entry = place.locator("li").nth(1)
    assert entry.inner_text().startswith("0.40 s: entry begins")
    entry.get_by_role("button", name="0.40 s").click()
    page.locator("#player").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    entry.get_by_role("button", name="Not true: entry begins").click()
    with page.expect_response(sent("0.52")) as answer:
        entry.get_by_role("button", name="As the video shows now: entry begins").click()
    assert answer.value.status == 204
    assert kept(served) == [ENTRY | {"was_seconds": pytest.approx(0.52)}]
    assert breaches(page) == []
    with page.expect_response(sent("0.55")):
        entry.locator("input").fill("0,55")
        entry.locator("input").press("Tab")
    assert kept(served) == [ENTRY | {"was_seconds": 0.55}]
    again = visit(f"{served.url}/assessments/{DONE}/report").page
    again.locator("#playing").wait_for(state="visible")
    again.locator(".dated h2 button").click()
    assert again.locator(".dated li").nth(1).locator("input").input_value() == "0.55"
    (row,) = find_corrections([served.folder]).rows
    assert {**ENTRY, "was_seconds": 0.55, "is_praise": False}.items() <= row.items()


def test_it_is_kept_in_a_report_that_is_one_file(visit, make_video, tmp_path):
    path = make_report(assessed(make_video)).save(tmp_path / "report.html")
    page = visit(path.as_uri()).page
    page.locator(".dated h2 button").click()
    flight = page.locator(".dated li").first
    flight.get_by_role("button", name="True: flight begins", exact=True).click()
    with page.expect_download() as download:
        page.locator("#save-report").click()
    saved = tmp_path / "kept.html"
    download.value.save_as(saved)
    (row,) = find_corrections([saved]).rows
    assert (row["about"], row["moment"], row["is_true"], row["was_seconds"]) == (
        "moment", "flight", True, None
    )  # fmt: skip


@pytest.mark.slow
def test_it_is_said_in_firefox(served, firefox):
    firefox.goto(f"{served.url}/assessments/{DONE}/report")
    firefox.wait("!document.getElementById('playing').hidden")
    firefox.evaluate("document.querySelector('.dated h2 button').click()")
    firefox.evaluate("document.querySelectorAll('.dated .verdict')[1].children[1].click()")
    firefox.evaluate("""const field = document.querySelectorAll('.dated input')[1];
        field.value = '0.6'; field.dispatchEvent(new Event('change'));""")
    firefox.wait("document.getElementById('kept').textContent.startsWith('Saved')")
    assert kept(served) == [ENTRY | {"was_seconds": 0.6}]
    assert breaches_in_firefox(firefox) == []


def test_two_windows_that_say_other_times_lose_neither(served, visit):
    windows = [visit(f"{served.url}/assessments/{DONE}/report") for _ in range(2)]
    for window in windows:
        window.page.locator("#playing").wait_for(state="visible")
        window.page.locator(".dated h2 button").click()
    for window, seconds in zip(windows, ("0.5", "0.6"), strict=True):
        entry = window.page.locator(".dated li").nth(1)
        entry.get_by_role("button", name="Not true: entry begins").click()
        with window.page.expect_response(
            lambda answer: answer.request.method == "PUT" and answer.status == 204
            and '"was_seconds"' in answer.request.post_data
        ):  # fmt: skip
            entry.locator("input").fill(seconds)
            entry.locator("input").press("Tab")
    windows[1].page.locator("#kept", has_text="another window").wait_for()
    (verdict,) = kept(served)
    assert (verdict["was_seconds"], verdict["was"]) == (0.5, "0.6 s")
    refused = "the server responded with a status of 409 (Conflict)"
    assert all(said.endswith(refused) for window in windows for said in window.complaints)
    for window in windows:
        window.complaints.clear()


@pytest.mark.parametrize("come_out", [None, Moment(20, 2.0)])
def test_the_moments_of_a_dive_come_before_phases_of_clips(make_video, come_out):
    dive, pixels = drawn_dive()
    dive = replace(dive, moments=replace(dive.moments, come_out=come_out))
    path = make_video("dive.mp4", list(pixels), frames_per_second=30)
    frames = decode(path, width=WIDTH, height=HEIGHT)
    words = load_words("de")
    phases = (Chapter("flight", 0.0, 0.4, False), Chapter("", 0.4, 0.8, False))
    assert dated(None, phases, words) == (Dated("flight", "Flug beginnt", "0,00 s", 0.0),)
    found = dated(examined(path, dive, frames), phases, words)
    seen = {name: one for name, one in vars(dive.moments).items() if one}
    assert [one.name for one in found] == list(seen)
    for one in found:
        assert one.start_seconds == frames.start_seconds[seen[one.name].index]
    html = make_measured_report(examined(path, dive, frames)).html
    for name in ("board is left", "body opens", "water is met"):
        said = f"the {name}" in html.partition('id="data"')[0]
        assert said == (name != "body opens" or come_out is not None)


def test_a_made_up_language_reaches_it(visit, make_video, tmp_path, made_up_language):
    path = make_report(assessed(make_video), made_up_language).save(tmp_path / "report.html")
    page = visit(path.as_uri()).page
    page.locator(".dated h2 button").click()
    page.locator(".dated .verdict button").nth(1).click()
    shown = page.locator(".dated").evaluate("one => one.outerHTML")
    other = visit("about:blank").page
    other.set_content(f"<title></title>{shown}")
    assert untranslated(other, *languages().values()) == set()
