"""The report in a real browser: what it shows is checked by the pixels of the decoded frames."""

import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from browsing import (
    NOTE_PAINTED,
    SETTLED,
    breaches,
    decoded,
    reference_at,
    settled,
    shown,
    shown_in_firefox,
    tab_through,
    untranslated,
)
from podium.assessment.feedback import ClipFeedback, remarks
from podium.assessment.question import NO_DIFFICULTY
from podium.assessment.values import Assessment, Reference, Score
from podium.features.alignment import Alignment
from podium.judging import Marks
from podium.report.page import make_report, make_report_folder
from podium.report.words import languages, load_words
from podium.video.clips import VideoFacts
from podium.video.frames import Part
from podium.witnesses.order import OUT_OF_ORDER

NO_PICTURE = load_words()("save.no_picture")
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
        ours, VideoFacts(48, 48, 0, 1.92),
        Score(61.3, 48.0, 70.6, 0.0, 96.0, Marks(6.5, 5.0, 7.5), judge_sd=0.56),
        "407", 3.2, False, (Reference("expert", 90.0, 0.5, theirs),), clips, remarks(clips), "bars",
        "motion", (NO_DIFFICULTY(difficulty=3.2),),
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
    """Return which frame of the expert belongs to a frame of the query."""
    return int(reference_at(assessed.alignment, (number + 0.5) / RATE) * RATE)


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
    offset = reference_at(assessed.alignment, 1.28) - 1.28
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


CLOCKS = """() => new Promise(resolve => {
  const video = name => document.getElementById(name), seen = [];
  const look = () => {
    const [ours, theirs] = [video("query"), video("reference")];
    if (ours.currentTime > 0.1) {
      seen.push([performance.now() / 1000, ours.currentTime, theirs.currentTime, theirs.paused]);
    }
    if (ours.paused || (seen.length && seen.at(-1)[0] - seen[0][0] > 1.5)) resolve(seen);
    else requestAnimationFrame(look);
  };
  look();
})"""
"""Note the time of the wall, of the query and of the reference while they play."""


def looked_at_often(report) -> np.ndarray:
    """Play until the clocks were looked at twice: a busy machine may see only the end."""
    while True:
        report.locator("#play").click()
        clocks = np.array(report.evaluate(CLOCKS), float)
        if not report.locator("#query").evaluate("video => video.paused"):
            report.locator("#play").click()
        if len(clocks) > 1 and clocks[-1, 0] > clocks[0, 0]:
            return clocks
        report.keyboard.press("Home")


@pytest.mark.parametrize("speed", ["0.125", "0.25", "0.5", "0.75", "1", "1.5", "2"])
def test_speed_is_true_to_time(report, speed):
    report.locator("#timing").select_option("start")
    report.locator("#speed").select_option(speed)
    if float(speed) < 0.5:
        report.locator("#player").focus()
        for _ in range(3):
            report.keyboard.press("ArrowRight")
    clocks = looked_at_often(report)
    rate = report.locator("#query").evaluate("video => video.playbackRate")
    passed, went, theirs = clocks[-1, :3] - clocks[0, :3]
    assert rate == float(speed)
    assert 0 < went / passed < 1.15 * rate  # a busy machine plays slower than it is told to
    assert theirs == pytest.approx(went, rel=0.25)


def test_they_stay_in_step_while_they_play(report, assessed):
    report.locator("#speed").select_option("0.5")
    report.locator("#play").click()
    clocks = np.array(report.evaluate(CLOCKS), float)
    apart = [abs(theirs - reference_at(assessed.alignment, ours)) for _, ours, theirs, _ in clocks]
    assert len(apart) > 10
    assert np.median(apart) < 0.08  # two frames
    assert np.quantile(apart, 0.9) < 0.25


def test_frames_of_unequal_length_are_gone_through_one_by_one(
    assessed, make_video, visit, tmp_path
):
    gaps = [40, 40, 7, 200, 33, 11, 90, 40, 500, 17]
    times = [int(t) for t in np.cumsum([0, *gaps * 2])]
    frames = [frame(i, len(times)) for i in range(len(times))]
    uneven = make_video("uneven.mp4", frames, times_ms=times, bf="0", crf="12")
    made = replace(assessed, video_path=uneven, alignment=None)
    page = visit(make_report(made).save(tmp_path / "uneven.html").as_uri(), offline=True).page
    page.locator("#playing").wait_for(state="visible")
    said = page.locator("#query-at")
    for number in range(1, len(times)):
        page.keyboard.press("ArrowRight")
        assert number_in(shown(page, "query")) == number
        seconds, _, place = said.inner_text().partition(" s, ")
        assert float(seconds) == pytest.approx(times[number] / 1000, abs=0.006)
        assert place == f"frame {number + 1} of {len(times)}"
        there = np.searchsorted(np.arange(N_REFERENCE) / RATE, page.evaluate("query.currentTime"))
        assert number_in(shown(page, "reference")) == min(there - 1, N_REFERENCE - 1)
    for number in reversed(range(len(times) - 1)):
        page.keyboard.press("ArrowLeft")
        assert number_in(shown(page, "query")) == number


def in_a_recording(assessed: Assessment, make_video) -> Assessment:
    """The same two performances, each somewhere in a longer recording."""
    other = [frame(63, 64)]
    ours = other * 30 + [frame(i, N_QUERY) for i in range(N_QUERY)] + other * 20
    theirs = other * 10 + [frame(i, N_REFERENCE) for i in range(N_REFERENCE)] + other * 40
    day = make_video("day.mp4", ours, bf="0", crf="12")
    night = make_video("night.mp4", theirs, bf="0", crf="12")
    clips = tuple(
        replace(c, start_seconds=c.start_seconds + 1.2, end_seconds=c.end_seconds + 1.2)
        for c in assessed.clips
    )
    steps = assessed.alignment
    moved = replace(
        steps, query_seconds=tuple(t + 1.2 for t in steps.query_seconds),
        reference_seconds=tuple(t + 0.4 for t in steps.reference_seconds),
    )  # fmt: skip
    expert = replace(assessed.references[0], path=night, part=Part(10, 9 + N_REFERENCE))
    return replace(
        assessed, video_path=day, part=Part(30, 29 + N_QUERY), clips=clips, alignment=moved,
        remarks=remarks(clips), references=(expert,),
    )  # fmt: skip


def test_a_performance_in_a_recording_is_all_that_is_gone_through(
    assessed, make_video, visit, tmp_path
):
    made = in_a_recording(assessed, make_video)
    page = visit(make_report(made).save(tmp_path / "day.html").as_uri(), offline=True).page
    page.locator("#playing").wait_for(state="visible")
    page.locator("#player").focus()
    for number in range(1, 11):
        page.keyboard.press("ArrowRight")
        assert number_in(shown(page, "query")) == number
        assert number_in(shown(page, "reference")) == in_step(assessed, number)
    assert page.locator("#query-at").inner_text() == f"1.60 s, frame 11 of {N_QUERY}"
    page.keyboard.press("Control+ArrowRight")
    assert number_in(shown(page, "query")) == 16
    assert float(page.locator("#playhead").get_attribute("x")) == pytest.approx(1000 * 16 / 48)
    page.keyboard.press("F8")
    assert page.locator("#timing").input_value() == "start"
    assert number_in(shown(page, "reference")) == 16
    page.locator("#timing").select_option("end")
    assert number_in(shown(page, "reference")) == 16 + N_REFERENCE - N_QUERY
    page.locator("#timing").select_option("step")
    box = page.locator("#track").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 24.5 / N_QUERY, box["y"] + 5)
    assert number_in(shown(page, "query")) == 24
    page.locator("#play").click()
    page.locator("#play", has_text="Play").wait_for()
    assert number_in(shown(page, "query")) == N_QUERY - 1
    assert abs(number_in(shown(page, "reference")) - in_step(assessed, N_QUERY - 1)) <= 1
    page.keyboard.press("Home")
    assert number_in(shown(page, "query")) == 0


@pytest.mark.parametrize("width", [1200, 320])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_nothing_hinders_anybody(report, colours, width):
    report.set_viewport_size({"width": width, "height": 900})
    report.emulate_media(color_scheme=colours)
    report.locator("#overlay").click()
    assert breaches(report) == []
    assert report.evaluate("document.documentElement.scrollWidth") <= width  # it reflows


@pytest.mark.parametrize("width", [1200, 320])
def test_all_that_takes_the_focus_is_named_outlined_in_sight_and_large(report, width):
    report.set_viewport_size({"width": width, "height": 600})
    report.keyboard.press("F9")
    stops = tab_through(report)
    assert [stop for stop in stops if not stop["name"]] == []
    assert [s for s in stops if s["outline"] != "solid" or s["thick"] < 2] == []
    assert [stop for stop in stops if stop["covered"] or stop["small"]] == []
    names = {stop["name"] for stop in stops}
    assert {"Play", "Frame back", "Frame on", "Previous mark", "Overlay", "Moment"} <= names


def test_who_wants_no_motion_sees_none(report):
    moves = """[...document.querySelectorAll("*")].filter(e => {
      const s = getComputedStyle(e);
      return parseFloat(s.transitionDuration) || parseFloat(s.animationDuration)
        || s.scrollBehavior === "smooth" || e.autoplay;
    }).length"""
    report.emulate_media(reduced_motion="no-preference")
    assert report.evaluate(moves) > 0
    report.emulate_media(reduced_motion="reduce")
    assert report.evaluate(moves) == 0


def test_the_scrubber_is_a_slider_with_words(report):
    scrubber = report.get_by_role("slider", name="Moment", exact=True)
    for _ in range(20):
        report.keyboard.press("ArrowRight")
    assert scrubber.get_attribute("aria-valuetext") == f"0.80 s, frame 21 of {N_QUERY}, flight"
    assert report.locator("#doubt").inner_text() == ("The expert's moment may be 0.07 s off here.")


def many(assessed: Assessment, n: int, *, withheld: bool) -> Assessment:
    """The same, in so many clips, of which every second is at fault."""
    seconds = 1.92 / n
    clips = tuple(
        ClipFeedback(i, seconds * i, seconds * (i + 1), 0.2 if i % 2 else 0.8,
                     (0.3, -1.0, 0.3, 1.0)[i % 4], bool(i % 2),
                     ("take_off", "flight", "entry")[3 * i // n])
        for i in range(n)
    )  # fmt: skip
    doubts = (*assessed.doubts, OUT_OF_ORDER()) * 2
    if not withheld:
        doubts = tuple(doubt.taken_lightly() for doubt in doubts)
    return replace(assessed, clips=clips, remarks=remarks(clips), doubts=doubts)


@pytest.mark.parametrize(
    ("n", "language", "withheld"),
    [
        *((120, language, withheld) for language in languages() for withheld in (False, True)),
        (3, "en", False), (12, "de", False), (12, "fr", True),
    ],
)  # fmt: skip
def test_it_prints_to_one_page(assessed, tmp_path, visit, n, language, withheld):
    made = many(assessed, n, withheld=withheld)
    path = make_report(made, language).save(tmp_path / "report.html")
    page = visit(path.as_uri(), offline=True).page
    page.locator("#playing").wait_for(state="visible")
    for how in ({"prefer_css_page_size": True}, {"format": "A4"}, {"format": "Letter"}):
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(**how))) == 1
    page.emulate_media(media="print")
    assert page.locator(".withheld" if withheld else ".score").is_visible()
    assert page.locator(".strip figure:visible").count() == min(n, 16)
    assert page.locator(".strip figure.faulty:visible").count() == min(n // 2, 16)
    assert page.locator(".remarks li:visible").count() == min(n // 2, 6)
    assert page.locator(".printed").count() == (n > 12)
    assert page.locator(".player").is_hidden()


@pytest.mark.parametrize("width", [1200, 320])
@pytest.mark.parametrize("language", languages())
def test_what_is_withheld_is_small_and_behind_a_click(assessed, tmp_path, visit, language, width):
    made = replace(assessed, doubts=(OUT_OF_ORDER(), *assessed.doubts))
    path = make_report(made, language).save(tmp_path / "report.html")
    page = visit(path.as_uri(), offline=True).page
    page.set_viewport_size({"width": width, "height": 900})
    number = page.get_by_text(re.compile(r"61[.,]3"))
    assert (number.count(), number.is_visible()) == (1, False)
    words = load_words(language)
    assert page.locator(".missing").inner_text() == words("withheld.score")
    page.get_by_text(words("withheld.number")).click()
    assert number.is_visible()
    assert number.evaluate("one => parseFloat(getComputedStyle(one).fontSize)") < 16
    assert breaches(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


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
    page.locator("#save-picture").click()  # browsers let no page read what another file shows
    assert page.locator("#trouble").inner_text() == NO_PICTURE


def test_a_folder_without_its_videos_says_so(assessed, tmp_path, visit):
    path = make_report_folder(assessed).save(tmp_path / "kept" / "report.html")
    (path.parent / "query.mp4").unlink()
    visited = visit(path.as_uri(), offline=True)
    trouble = visited.page.locator("#trouble")
    trouble.get_by_text("This browser cannot play the video.").wait_for()
    assert "ERR_FILE_NOT_FOUND" in visited.complaints.pop()


def test_players_read_the_chapters(report, assessed, visit):
    cues = report.evaluate("""() => new Promise((resolve, reject) => {
      const video = document.getElementById("query"), track = document.createElement("track");
      const text = JSON.parse(document.getElementById("data").textContent).saved["timeline.vtt"];
      track.kind = "chapters";
      track.src = URL.createObjectURL(new Blob([text], { type: "text/vtt" }));
      const plain = cue => [cue.startTime, cue.endTime, cue.text];
      track.onload = () => resolve([...track.track.cues].map(plain));
      track.onerror = reject;
      video.append(track);
      track.track.mode = "hidden";
    })""")
    assert cues == [[0, 0.64, "take-off"], [0.64, 1.28, "flight ▼ unlike"], [1.28, 1.92, "entry"]]


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>.mp4", "{{7*7}}.mp4"])
def test_a_hostile_name_is_text(assessed, tmp_path, visit, name):
    path = make_report(replace(assessed, name=name, action=name)).save(tmp_path / "h.html")
    page = visit(path.as_uri(), offline=True).page
    assert page.locator("h1").inner_text() == name
    assert page.locator("img[src=x]").count() == 0
    assert page.title() == f"{name}: 61.3 points (48.0 to 70.6)"


def test_without_the_script_all_numbers_can_be_read(assessed, tmp_path, visit):
    path = make_report(assessed).save(tmp_path / "plain.html")
    page = visit(path.as_uri(), java_script_enabled=False).page
    assert "The videos need JavaScript" in page.locator("#player").inner_text()
    assert page.locator("tbody tr").count() == 3


def test_a_made_up_language_reaches_all_of_the_report(assessed, tmp_path, visit, made_up_language):
    path = make_report(assessed, made_up_language).save(tmp_path / "tlh.html")
    page = visit(path.as_uri(), offline=True).page
    page.locator("#playing").wait_for(state="visible")
    assert page.locator("html").get_attribute("lang") == made_up_language
    page.keyboard.press("ArrowRight")
    assert untranslated(page, "dive.mp4", "expert.mp4") == set()
    plain = replace(assessed, score=None, references=(), alignment=None)
    path = make_report(plain, made_up_language, max_video_bytes=1).save(tmp_path / "plain.html")
    page = visit(path.as_uri(), offline=True).page
    assert untranslated(page, "dive.mp4") == set()


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
