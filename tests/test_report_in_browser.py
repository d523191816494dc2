"""The report in a real browser: what it shows is checked by the pixels of the decoded frames."""

import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from browsing import NOTE_PAINTED, SETTLED, decoded, settled, shown, shown_in_firefox
from podium.alignment import Alignment
from podium.assessment import Assessment, Reference, Score
from podium.clips import VideoFacts
from podium.feedback import ClipFeedback, remarks
from podium.panel import Marks
from podium.report import make_report, make_report_folder

RATE = 25
N_QUERY, N_REFERENCE = 48, 60


def frame(number: int, total: int) -> np.ndarray:
    """A frame that no other is like: its number in six black or white squares, and a bar."""
    picture = np.full((96, 128, 3), 90, np.uint8)
    for bit in range(6):
        picture[8:40, 4 + 20 * bit : 20 + 20 * bit] = 255 if number >> bit & 1 else 0
    picture[60:, : 1 + 127 * number // total] = (200, 120, 40)
    return picture


def number_in(picture: np.ndarray) -> int:
    """Read the number back out of a frame."""
    return sum((picture[12:36, 8 + 20 * bit : 16 + 20 * bit].mean() > 128) << bit
               for bit in range(6))  # fmt: skip


@pytest.fixture
def assessed(make_video) -> Assessment:
    similarities, costs = (0.9, 0.1, 0.7), (0.5, -6.0, -0.2)
    clips = tuple(
        ClipFeedback(i, 0.64 * i, 0.64 * (i + 1), s, c, s < 0.5, ("take_off", "flight", "entry")[i])
        for i, (s, c) in enumerate(zip(similarities, costs, strict=True))
    )
    ours = make_video("dive.mp4", [frame(i, N_QUERY) for i in range(N_QUERY)], bf="0", crf="12")
    theirs = make_video(
        "expert.mp4", [frame(i, N_REFERENCE) for i in range(N_REFERENCE)], bf="0", crf="12"
    )
    return Assessment(
        ours, VideoFacts(48, 48, 0, 1.92), Score(61.3, 48.0, 70.6, 0.0, 96.0, Marks(6.5, 5.0, 7.5)),
        "407", 3.2, False, (Reference("expert", 90.0, 0.5, theirs),), clips, remarks(clips), "bars",
        "motion", ("no difficulty was given: 3.2 was assumed",),
        Alignment((0.0, 0.96, 1.92), (0.0, 0.72, 2.4), (0.02, 0.08, 0.02), 0.3),
    )  # fmt: skip


@pytest.fixture
def report(assessed, tmp_path, visit):
    """The report of that assessment, opened from the disk without a network."""
    path = make_report(assessed).save(tmp_path / "out" / "report.html")
    page = visit(path.as_uri(), offline=True).page
    page.locator("#playing").wait_for(state="visible")
    return page


def in_step(assessed: Assessment, number: int) -> int:
    """Say which frame of the expert belongs to a frame of the query."""
    return int(assessed.alignment.reference_at((number + 0.5) / RATE) * RATE)


def test_ten_frames_on_both_sides_show_the_frames_expected(report, assessed):
    ours, theirs = decoded(assessed.video_path), decoded(assessed.references[0].path)
    report.locator("#player").focus()
    for number in range(1, 11):
        report.keyboard.press("ArrowRight")
        there = in_step(assessed, number)
        for name, frames, expected in (("query", ours, number), ("reference", theirs, there)):
            picture = shown(report, name).astype(int)
            assert number_in(picture) == expected
            assert np.abs(picture - frames[expected]).mean() < 6
    assert report.locator("#query-at").inner_text() == f"0.40 s, frame 11 of {N_QUERY}"


def test_there_and_back_never_slips(report):
    report.keyboard.press("End")  # not in the player: nothing happens
    assert number_in(shown(report, "query")) == 0
    report.locator("#player").focus()
    report.keyboard.press("End")
    assert number_in(shown(report, "query")) == N_QUERY - 1
    for _ in range(5):
        report.keyboard.press("ArrowLeft")
    assert number_in(shown(report, "query")) == N_QUERY - 6
    report.keyboard.press("Home")
    assert number_in(shown(report, "query")) == 0


def test_the_worst_clip_by_keyboard_only(report):
    for _ in range(20):
        report.keyboard.press("Tab")
        if report.evaluate("document.activeElement.closest('.remarks') !== null"):
            break
    report.keyboard.press("Enter")
    assert number_in(shown(report, "query")) == 16
    current = report.locator(".strip figure[aria-current=true]")
    assert "unlike" in current.inner_text()
    assert report.locator("#scrubber").get_attribute("aria-valuetext") == (
        f"0.64 s, frame 17 of {N_QUERY}, flight"
    )


def test_marks_are_gone_through_by_key(report):
    report.keyboard.press("Control+ArrowRight")
    assert number_in(shown(report, "query")) == 16
    report.keyboard.press("Control+ArrowRight")
    assert number_in(shown(report, "query")) == 32
    report.keyboard.press("Control+ArrowLeft")
    assert number_in(shown(report, "query")) == 16


def test_plain_time_from_where_the_user_sets_it(report, assessed):
    for _ in range(10):
        report.keyboard.press("ArrowRight")
    report.keyboard.press("F8")
    assert report.locator("#timing").input_value() == "start"
    assert number_in(shown(report, "reference")) == 10
    for _ in range(3):
        report.keyboard.press("Shift+ArrowRight")
    assert report.locator("#timing").input_value() == "own"
    assert number_in(shown(report, "reference")) == 13
    report.keyboard.press("ArrowRight")
    assert number_in(shown(report, "reference")) == 14
    report.keyboard.press("F8")
    assert number_in(shown(report, "reference")) == in_step(assessed, 11)


def test_plain_time_from_a_common_event(report, assessed):
    report.locator("#timing").select_option(label="plain time, from the entry")
    report.locator("#timing").evaluate("select => select.blur()")
    for _ in range(2):
        report.keyboard.press("Control+ArrowRight")
    offset = assessed.alignment.reference_at(1.28) - 1.28
    assert number_in(shown(report, "query")) == 32
    assert number_in(shown(report, "reference")) == int((32.5 / RATE + offset) * RATE)


def saved_picture(page) -> Image.Image:
    with page.expect_download() as download:
        page.locator("#save-picture").click()
    assert download.value.suggested_filename == "dive.mp4-6.png"
    return Image.open(io.BytesIO(Path(download.value.path()).read_bytes()))


def test_overlay_and_export(report, assessed):
    for _ in range(5):
        report.keyboard.press("ArrowRight")
    report.keyboard.press("F9")
    assert report.locator("#overlay").get_attribute("aria-pressed") == "true"
    boxes = [report.locator(f"#{name}").bounding_box() for name in ("query", "reference")]
    assert boxes[0] == boxes[1]
    assert report.locator("#reference").evaluate("v => getComputedStyle(v).opacity") == "0.5"
    settled(report)
    assert saved_picture(report).size == (128, 96)
    report.keyboard.press("F9")
    both = np.asarray(saved_picture(report).convert("RGB"))
    assert both.shape == (96, 256, 3)
    assert (number_in(both[:, :128]), number_in(both[:, 128:])) == (5, in_step(assessed, 5))


def test_the_clips_and_all_data_can_be_kept(report, assessed):
    names = {"CSV": "clips.csv", "JSON": "result.json", "VTT": "timeline.vtt"}
    for label, name in names.items():
        with report.expect_download() as download:
            report.get_by_role("button", name=re.compile(label)).click()
        assert download.value.suggested_filename == name
        kept = Path(download.value.path()).read_text("utf-8")
        assert "0.9" in kept or "take-off" in kept


def test_it_plays_to_the_end_in_step(report, assessed):
    report.locator("#player").focus()
    report.keyboard.press("ArrowUp")
    assert report.locator("#speed").input_value() == "1.5"
    report.keyboard.press(" ")
    report.locator("#play", has_text="Pause").wait_for()
    report.locator("#play", has_text="Play").wait_for()
    assert number_in(shown(report, "query")) == N_QUERY - 1
    assert abs(number_in(shown(report, "reference")) - in_step(assessed, N_QUERY - 1)) <= 1


@pytest.mark.parametrize("speed", ["0.125", "2"])
def test_speed_is_true_to_time(report, speed):
    report.locator("#speed").select_option(speed)
    report.locator("#play").click()
    assert report.locator("#query").evaluate("video => video.playbackRate") == float(speed)
    clocks = report.evaluate(
        """() => new Promise(resolve => {
          const video = document.getElementById("query"), seen = [];
          const look = () => {
            if (video.currentTime > 0) seen.push([performance.now() / 1000, video.currentTime]);
            if (seen.length && (video.ended || seen.at(-1)[0] - seen[0][0] > 0.7)) resolve(seen);
            else requestAnimationFrame(look);
          };
          look();
        })"""
    )
    (passed, went), (first, began) = clocks[-1], clocks[0]
    assert went - began == pytest.approx((passed - first) * float(speed), abs=0.3)


def test_nothing_serious_hinders_anybody(report):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for dark in ("light", "dark"):
        report.emulate_media(color_scheme=dark, reduced_motion="reduce")
        found = axe.run(report).response["violations"]
        serious = [v for v in found if v["impact"] in ("serious", "critical")]
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in serious] == []


def test_all_controls_have_a_name_and_a_focus_that_shows(report):
    report.locator("#player").focus()
    named = set()
    for _ in range(25):
        report.keyboard.press("Tab")
        name, outline = report.evaluate(
            """() => { const e = document.activeElement; return [
              e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.[0]?.textContent,
              getComputedStyle(e).outlineStyle]; }"""
        )
        if report.evaluate("document.activeElement === document.body"):
            break  # past the end
        named.add((name or "").strip())
        assert outline == "solid", name
        assert name
    assert {"Play", "Frame back", "Frame on", "Previous mark", "Overlay"} <= named


def test_it_prints_to_one_page(report):
    pages = re.findall(rb"/Type\s*/Page\b", report.pdf(prefer_css_page_size=True))
    assert len(pages) == 1


def test_the_query_plays_alone_beside_an_expert_that_ships(assessed, tmp_path, visit):
    shipped = replace(assessed.references[0], path=None)
    alone = replace(assessed, references=(shipped,), alignment=None)
    page = visit(make_report(alone).save(tmp_path / "alone.html").as_uri(), offline=True).page
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert number_in(shown(page, "query")) == 4
    page.keyboard.press("F9")
    assert page.locator("#reference").count() == 0


def test_a_folder_plays_the_videos_beside_it(assessed, tmp_path, visit):
    path = make_report_folder(assessed).save(tmp_path / "kept" / "report.html")
    page = visit(path.as_uri(), offline=True).page
    page.locator("#playing").wait_for(state="visible")
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    settled(page)
    seconds = page.evaluate("() => [...document.querySelectorAll('video')].map(v => v.currentTime)")
    expected = [7.5 / RATE, (in_step(assessed, 7) + 0.5) / RATE]
    assert seconds == pytest.approx(expected, abs=1e-3)
    picture = np.asarray(Image.open(io.BytesIO(page.locator("#query").screenshot())).convert("L"))
    assert picture.std() > 40  # it is shown, not black


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>.mp4", "{{7*7}}.mp4"])
def test_a_hostile_name_is_text(assessed, tmp_path, visit, name):
    path = make_report(replace(assessed, name=name, action=name)).save(tmp_path / "h.html")
    page = visit(path.as_uri(), offline=True).page
    assert page.locator("h1").inner_text() == name
    assert page.locator("img[src=x]").count() == 0
    assert page.title() == f"{name}: 61.3 points"


def test_without_the_script_all_numbers_can_be_read(assessed, tmp_path, visit):
    path = make_report(assessed).save(tmp_path / "plain.html")
    page = visit(path.as_uri(), java_script_enabled=False).page
    assert "The videos need JavaScript" in page.locator("#player").inner_text()
    assert page.locator("tbody tr").count() == 3


# in Firefox, where there is one


@pytest.mark.slow
def test_the_report_in_firefox(assessed, tmp_path, firefox):
    ours, theirs = decoded(assessed.video_path), decoded(assessed.references[0].path)
    firefox.goto(make_report(assessed).save(tmp_path / "report.html").as_uri())
    firefox.wait("!document.getElementById('playing').hidden")
    firefox.evaluate(NOTE_PAINTED)
    firefox.evaluate("document.getElementById('player').focus()")
    for number in range(1, 11):
        firefox.press("ArrowRight")
        for name, frames, expected in (
            ("query", ours, number), ("reference", theirs, in_step(assessed, number))
        ):  # fmt: skip
            picture = shown_in_firefox(firefox, name).astype(int)
            assert number_in(picture) == expected
            assert np.abs(picture - frames[expected]).mean() < 6
    firefox.press("Control+ArrowRight")
    assert number_in(shown_in_firefox(firefox, "query")) == 16
    firefox.press("F8")
    assert number_in(shown_in_firefox(firefox, "reference")) == 16
    firefox.press("F9")
    assert firefox.evaluate("return getComputedStyle(reference).opacity") == "0.5"
    firefox.press("Home")
    firefox.press("ArrowUp")
    firefox.press("ArrowUp")
    firefox.press(" ")
    firefox.wait("document.getElementById('play').textContent === 'Pause'")
    firefox.wait("document.getElementById('play').textContent === 'Play'")
    assert number_in(shown_in_firefox(firefox, "query")) == N_QUERY - 1
    asked = firefox.evaluate("return performance.getEntriesByType('resource').map(e => e.name)")
    assert [url for url in asked if not url.startswith(("blob:", "data:"))] == []


@pytest.mark.slow
def test_a_folder_plays_in_firefox(assessed, tmp_path, firefox):
    firefox.goto(make_report_folder(assessed).save(tmp_path / "kept" / "report.html").as_uri())
    firefox.wait("!document.getElementById('playing').hidden")
    firefox.evaluate(NOTE_PAINTED)
    for _ in range(7):
        firefox.press("ArrowRight")
    firefox.wait(f"({SETTLED})()")
    seconds = firefox.evaluate("return [query.currentTime, reference.currentTime]")
    expected = [7.5 / RATE, (in_step(assessed, 7) + 0.5) / RATE]
    assert seconds == pytest.approx(expected, abs=1e-3)
