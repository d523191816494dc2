"""The page of what was measured, and the same in a report with a score, without a browser."""

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from drawn_dives import HEIGHT, N_FRAMES, WIDTH, drawn_dive, examined
from podium.assessment.feedback import ClipFeedback, PhasePoints, remarks
from podium.assessment.values import Assessment, Score
from podium.assessment.worth import Worth
from podium.examination import KeptExpert
from podium.examination.figure import moment_seconds
from podium.examination.tracing import figure_of
from podium.examination.values import Examination
from podium.measures import Dive, Phase
from podium.remarks import Kind, Remark
from podium.report.in_step import in_step
from podium.report.kept import read_kept
from podium.report.measured_page import make_measured_report, parts_of
from podium.report.page import make_report, make_report_folder
from podium.report.words import languages, load_words
from podium.video.clips import VideoFacts
from podium.video.frames import Frames, Part, decode
from podium.video.gaps import GAP


@pytest.fixture
def filmed(make_video) -> tuple[Path, Dive, Frames]:
    """A drawn dive, and its video read back."""
    dive, frames = drawn_dive()
    path = make_video("dive.mp4", list(frames), frames_per_second=30, crf="12")
    return path, dive, decode(path, width=WIDTH, height=HEIGHT)


def data_of(html: str) -> dict:
    return json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1])


def text_of(html: str) -> str:
    bare = re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.DOTALL)
    return re.sub(r"[^\S\xa0]+", " ", unescape(re.sub(r"<[^>]+>", " ", bare))).strip()


@pytest.mark.parametrize("language", languages())
def test_all_that_was_measured_is_on_the_page(filmed, language):
    path, dive, frames = filmed
    words = load_words(language)
    html = make_measured_report(examined(path, dive, frames), language).html
    text = text_of(html)
    assert words("measures.title", name="dive.mp4") in html
    for key in ("athlete.heading", "measures.heading", "faults.heading", "athlete.remarks"):
        assert words(key) in text
    assert "407C" in text
    assert words("recognised.probability", percent="93") in text
    assert words("angle.past", degrees=12) in text
    reason = words("reason.height_not_given")
    assert words("measures.not_measurable", reason=reason) in text
    for percent in (20, 40, 87, 50):
        assert words("faults.percent", percent=percent) in text
    assert html.count('class="seen"') == 1
    assert len(re.findall(r'src="data:image/jpeg', html)) == 3  # the whole dive, and two remarks


def test_the_script_is_told_what_to_draw_and_where_to_go(filmed):
    path, dive, frames = filmed
    data = data_of(make_measured_report(examined(path, dive, frames)).html)
    drawn = data["query"]["drawn"]
    assert (drawn["width"], drawn["height"], drawn["said"]) == (WIDTH, HEIGHT, "12° past vertical")
    assert len(drawn["starts"]) == len(data["query"]["starts"]) == N_FRAMES
    assert data["marks"] == pytest.approx([4 / 30, 0.9])
    assert data["parts"] == [
        [0.0, "take-off"], [pytest.approx(4 / 30), "flight"],
        [pytest.approx(22 / 30), "entry"], [pytest.approx(1.0), "splash"],
    ]  # fmt: skip


def test_it_asks_nothing_of_any_server(filmed):
    path, dive, frames = filmed
    html = make_measured_report(examined(path, dive, frames)).html
    assert re.search(r"default-src 'none'; img-src data: blob:; media-src blob:;", unescape(html))
    assert re.findall(r"(?:src|href)=\"(?!data:)", html) == []
    assert re.findall(r"https?:", text_of(html)) == []


def test_files_can_be_kept(filmed):
    path, dive, frames = filmed
    saved = (("measures.json", "save.json", '{"measures": []}'),)
    html = make_measured_report(examined(path, dive, frames), saved=saved).html
    assert 'data-save="measures.json"' in html
    assert data_of(html)["saved"] == {"measures.json": '{"measures": []}'}


@pytest.mark.parametrize("name", ["<script>alert(1)</script>.mp4", '"><img src=x>.mp4'])
def test_a_hostile_name_is_text(filmed, name):
    path, dive, frames = filmed
    html = make_measured_report(examined(path, dive, frames), name=name).html
    assert name not in html
    assert name in unescape(html)


def test_nobody_found_is_said_and_leaves_no_empty_box(filmed):
    path, dive, frames = filmed
    nowhere = replace(dive.outline, angle=np.full(N_FRAMES, np.nan))
    unseen = Examination(
        path, frames, replace(dive, outline=nowhere), (), doubts=(GAP(start=1.0, end=2.0),)
    )
    html = make_measured_report(unseen).html
    assert "there is no frame between 1.0 and 2.0 s" in text_of(html)
    assert 'class="athlete"' not in html
    assert 'class="measures"' not in html
    assert 'id="drawn"' not in html
    assert "drawn" not in data_of(html)["query"]


def test_what_there_is_not_has_no_heading(filmed):
    path, dive, frames = filmed
    text = text_of(make_measured_report(Examination(path, frames, dive, ())).html)
    words = load_words()
    for key in ("faults.heading", "athlete.remarks", "recognised.heading", "measures.heading"):
        assert words(key) not in text


def test_a_part_of_a_recording_begins_where_its_frames_do(make_video):
    dive, pixels = drawn_dive()
    black = [np.zeros_like(pixels[0])] * 9
    path = make_video("long.mp4", [*black, *pixels], frames_per_second=30)
    frames = decode(path, width=WIDTH, height=HEIGHT, start_frame=9)
    later = replace(dive, athlete=replace(dive.athlete, start_seconds=frames.start_seconds))
    data = data_of(make_measured_report(examined(path, later, frames), part=Part(3)).html)
    assert data["query"]["offset"] == pytest.approx(0.3)
    assert data["query"]["starts"] == pytest.approx(list(frames.start_seconds), abs=1e-5)


def test_parts_that_were_not_seen_are_left_out(filmed):
    path, dive, frames = filmed
    unseen = replace(dive, moments=replace(dive.moments, come_out=None))
    found = parts_of(Examination(path, frames, unseen, ()))
    assert [part.moment for part in found] == ["take_off", "flight", "splash"]


@pytest.fixture
def assessed(filmed) -> Assessment:
    clips = tuple(
        ClipFeedback(i, 0.6 * i, 0.6 * (i + 1), s, -1.0, s < 0.5, "flight")
        for i, s in enumerate((0.9, 0.2))
    )
    return Assessment(
        filmed[0], VideoFacts(36, 36, 0, 1.2), Score(61.3, 48.0, 70.6, 0.0, 96.0), "407", 3.2,
        False, (), clips, remarks(clips), "bars", "motion",
    )  # fmt: skip


def test_a_report_with_a_score_shows_the_athlete_too(filmed, assessed):
    found = examined(*filmed)
    html = make_report(replace(assessed, examination=found)).html
    words = load_words()
    assert words("score.range") in text_of(html)
    assert words("athlete.remarks") in text_of(html)
    assert words("measures.heading") in text_of(html)
    assert data_of(html)["query"]["drawn"]["said"] == "12° past vertical"
    assert data_of(html)["marks"] == pytest.approx([4 / 30, 0.6, 0.9])
    folder = make_report_folder(replace(assessed, examination=found))
    assert data_of(folder.html)["query"]["drawn"] == data_of(html)["query"]["drawn"]


def test_a_remark_of_clips_is_not_called_clear_where_what_was_measured_is_good(filmed, assessed):
    found, words = examined(*filmed), load_words()
    clear, contradicted = words("remarks.clear", border="0.5"), words("remarks.contradicted")
    assert not [one for one in found.remarks if one.is_praise and one.phase == "flight"]
    plain = text_of(make_report(replace(assessed, examination=found)).html)
    assert (clear in plain, contradicted in plain) == (True, False)
    praise = Remark(Phase.FLIGHT, Kind.TIGHT, "tightness", 0.9, 0.1, is_praise=True)
    praised = replace(found, remarks=(*found.remarks, praise))
    text = text_of(make_report(replace(assessed, examination=praised)).html)
    assert (clear in text, contradicted in text) == (False, True)


def test_an_expert_without_a_video_is_drawn_and_moves_in_step(filmed, assessed, tmp_path):
    words, kept = load_words(), KeptExpert("017", {"flight_seconds": 1.2}, figure_of(filmed[1]))
    found = replace(assessed, examination=examined(*filmed).beside(kept))
    page = make_report(found)
    assert words("player.figure") in text_of(page.html)
    assert words("measures.steps") in text_of(page.html)
    assert words("player.no_expert") not in text_of(page.html)
    data = data_of(page.html)
    steps = in_step(moment_seconds(filmed[1]), kept.figure.moments)
    assert data["steps"]["query"] == pytest.approx(steps["query"])
    assert len(data["reference"]["starts"]) == len(kept.figure.outlines)
    folder = make_report_folder(found).save(tmp_path / "kept" / "report.html").parent
    filed = read_kept(folder)
    assert (filed.reference.path, filed.reference.name) == (folder / "reference.mp4", "017")
    pairs = list(zip(data["steps"]["query"], data["steps"]["reference"], strict=True))
    np.testing.assert_allclose(filed.steps, pairs)
    unseen = examined(*filmed).beside(replace(kept, figure=None))
    assert data_of(make_report(replace(assessed, examination=unseen)).html)["reference"] is None


def test_a_remark_says_what_its_phase_is_worth(filmed, assessed):
    worth = PhasePoints("entry", Worth(-3.14, -5.0, -1.26, 4))
    html = make_report(replace(assessed, examination=examined(*filmed), phase_points=(worth,))).html
    said = (
        "with an expert&#39;s entry in its place, the score would be about 3.1 points higher "
        "(1.3 to 5.0)"
    )
    assert said in html
    assert said not in make_report(replace(assessed, examination=examined(*filmed))).html


def test_without_an_athlete_a_report_is_as_it_was(assessed):
    html = make_report(assessed).html
    assert 'class="athlete"' not in html
    assert 'id="drawn"' not in html
    assert load_words()("measures.heading") not in text_of(html)
