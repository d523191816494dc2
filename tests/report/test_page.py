import base64
import hashlib
import io
import json
import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from podium.assessment.feedback import FAULTY_BELOW, ClipFeedback, remarks
from podium.assessment.values import Assessment, Reference, Score
from podium.assessment.worth import Worth
from podium.errors import UnknownName
from podium.features.alignment import Alignment
from podium.judging import Marks
from podium.report.key_frames import KEY_FRAME_HEIGHT, KEY_FRAME_WIDTH
from podium.report.page import (
    FILES_BESIDE,
    Report,
    make_report,
    make_report_folder,
)
from podium.report.rendering import RENDERER
from podium.report.words import languages, load_words
from podium.video.clips import VideoFacts
from podium.video.frames import Part, probe
from podium.video.gaps import DAMAGED_PARTS
from podium.video.layout import REPEATED_FRAMES
from podium.witnesses.order import OUT_OF_ORDER
from podium.witnesses.same_action import OTHER_ACTION

VOID = {"meta", "img", "br", "rect", "line", "hr", "input", "link"}


class Page(HTMLParser):
    """Reads a page: its text, its tags with their attributes, and whether they are balanced."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[str] = []
        self.cells: list[list[str]] = []
        self.scripts: dict[str | None, str] = {}
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.cells.append([])
        if tag in ("td", "th"):
            self.cells[-1].append("")
        if tag in ("dd", "dt", "li", "h2", "br"):
            self.pieces.append(" ")

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] == ["script"]:
            name = self.tags[-1][1].get("id")
            self.scripts[name] = self.scripts.get(name, "") + data
        if {"style", "script", "noscript"} & set(self.open):
            return
        self.pieces.append(data)
        if self.open and self.open[-1] in ("td", "th"):
            self.cells[-1][-1] += data

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())

    def attributes(self, tag: str, name: str) -> list[str | None]:
        return [found.get(name) for kind, found in self.tags if kind == tag]


def clips(n: int = 3, costs: bool = True) -> tuple[ClipFeedback, ...]:
    similarities = [0.81, 0.12, 0.5, 0.33][:n]
    return tuple(
        ClipFeedback(
            i, 0.16 + 0.2 * i, 0.36 + 0.2 * i, s, (1.26, -7.5, 0.0, -1.0)[i] if costs else None,
            s < FAULTY_BELOW, ("take_off", "flight", "entry", "splash")[i],
        )
        for i, s in enumerate(similarities)
    )  # fmt: skip


@pytest.fixture
def assessed(make_video) -> Assessment:
    feedback = clips()
    return Assessment(
        video_path=make_video("dive.mp4", 20),
        video=VideoFacts(20, 16, 4, 0.64),
        score=Score(61.26, 48.04, 70.55, 0.0, 96.0, Marks(6.5, 5.0, 7.5), judge_sd=0.56),
        action="407",
        difficulty=3.2,
        difficulty_is_assumed=True,
        references=(Reference("017", 95.5, 0.4321, make_video("expert.mp4", 30)),),
        clips=feedback,
        remarks=remarks(feedback, worth_of),
        model="bars",
        backbone="motion",
        doubts=(
            DAMAGED_PARTS(n=3),
            REPEATED_FRAMES(n=2),
        ),
        renderer=RENDERER,
    )


def compared(assessed: Assessment) -> Assessment:
    feedback = clips(costs=False)
    return replace(
        assessed, score=None, action=None, difficulty=None, difficulty_is_assumed=False,
        clips=feedback, remarks=remarks(feedback), doubts=(),
        references=(replace(assessed.references[0], score=None),),
    )  # fmt: skip


def data_of(page: Page) -> dict:
    return json.loads(page.scripts["data"])


def page_of(assessment: Assessment) -> Page:
    return Page(make_report(assessment).html)


# what it says


def test_a_score_is_never_without_its_range(assessed):
    text = page_of(assessed).text
    assert "61.3 of 96.0" in text
    assert "Range 48.0 to 70.5 (holds nine scores in ten)" in text
    assert "As a judge's mark 6.5 (5.0 to 7.5; one judge differs from the panel by about" in text
    assert "Action 407" in text
    assert "Difficulty 3.2 (assumed)" in text


def test_a_difficulty_that_was_given_is_not_called_assumed(assessed):
    assert "assumed" not in page_of(replace(assessed, difficulty_is_assumed=False)).text


def test_a_score_that_is_no_panels_has_no_marks(assessed):
    plain = replace(assessed, score=replace(assessed.score, marks=None))
    assert "judge's mark" not in page_of(plain).text


def test_every_warning_is_read_first(assessed):
    text = page_of(assessed).text
    assert (
        "Read this first 3 damaged parts of the video were skipped What to do: copy the file again "
        "from the camera frames that only repeat the one before were left out: 2 Moments to look at"
    ) in text
    assert "Read this first" not in page_of(replace(assessed, doubts=())).text


@pytest.fixture
def withheld(assessed) -> Assessment:
    return replace(assessed, doubts=(*assessed.doubts, OUT_OF_ORDER()))


def test_a_score_that_is_withheld_is_no_number_in_large_type(withheld):
    html = make_report(withheld).html
    page = Page(html)
    assert page.text.partition("Moments to look at")[0].strip() == (
        "dive.mp4: no score dive.mp4 No score Podium gives none here, because it could not be "
        "trusted: the moments of this video do not come in the usual order What to do: give one "
        "performance only, forwards, at its true speed and until a second after its end: cut away "
        "other attempts, replays and slow motion, and cut the start if much comes before it The "
        "videos and what was unlike the expert's are shown all the same. Action 407 Difficulty "
        "3.2 (assumed) The number that is "
        "not to be trustedIf it could be trusted: 61.3 of 96.0 (48.0 to 70.5). Do not use it. "
        "Work on this Flight: less like the expert than any other moment (similarity 0.12) "
        "Play it beside the expert at a quarter speed (0.4 to 0.6 s) "
        "What was good Take-off: most like the expert's (similarity 0.81; 1 is the same) "
        "Play it beside the expert at a quarter speed (0.2 to 0.4 s) "
        "Also to be read 3 damaged parts of the video were skipped What to do: copy the file again "
        "from the camera frames that only repeat the one before were left out: 2"
    )
    assert "strong" not in {tag for tag, _ in page.tags}
    assert (
        '<details><summary>The number that is not to be trusted</summary><p class="note">If' in html
    )
    assert "no score" not in make_report(replace(withheld, doubts=())).html


def test_what_is_withheld_says_nothing_of_points(withheld):
    page = page_of(withheld)
    assert "Unlike the expert (points cannot be trusted here, so none are given)" in page.text
    assert "Points cannot be trusted here, so none are shown." in page.text
    assert "-7.5" not in page.text
    assert page.cells[2] == ["2", "0.36", "0.56", "0.12", "", "unlike"]
    assert "-7.5" not in data_of(page)["saved"]["clips.csv"]
    result = json.loads(data_of(page)["saved"]["result.json"])
    assert {clip["contribution"] for clip in result["clips"]} == {None}
    assert result["score"] is None


def test_what_is_withheld_is_said_in_every_language(withheld):
    words = load_words("de")
    html = make_report(withheld, "de").html
    assert "<title>dive.mp4: keine Wertung</title>" in html
    assert words.doubt(OUT_OF_ORDER()) in html
    assert words.remedy(OUT_OF_ORDER()) in html
    assert "61,3 von 96,0 (48,0 bis 70,5)" in html


def test_two_videos_beside_each_other_have_no_similarity_either(assessed):
    text = page_of(replace(compared(assessed), doubts=(OUT_OF_ORDER(about="expert.mp4"),))).text
    assert "No similarity Podium gives none here" in text
    assert "the moments of the reference expert.mp4 do not come in the usual order" in text
    assert "If it could be trusted: Similarity 0.43. Do not use it." in text
    assert "Two videos were compared" not in text
    assert "no score was given, so nothing is said of points" in text


def test_references_frames_and_model_are_named(assessed):
    text = page_of(assessed).text
    assert "Compared with 017 (95.50 points), similarity 0.43." in text
    assert "16 of 20 frames were used (0.6 s). Model bars, backbone motion." in text


def test_several_references_are_all_named(assessed):
    others = (*assessed.references, Reference("own", None, 0.9))
    text = page_of(replace(assessed, references=others)).text
    assert "Compared with 017 (95.50 points), similarity 0.43; own, similarity 0.90." in text


def test_a_score_is_out_of_what_the_assumed_difficulty_allows(assessed):
    score = replace(assessed.score, high=101.0, range_high=123.0, best=96.0)
    made = replace(assessed, score=score, difficulty_range=(2.7, 4.1))
    text = page_of(made).text
    assert "61.3 of 96.0" in text
    assert "3.2 (assumed; the range, and the scale below, are for 2.7 to 4.1)" in text
    assert "<span>0.0</span><span>123.0</span>" in make_report(made).html


def test_remarks_are_in_the_order_of_the_assessment(assessed):
    text = page_of(assessed).text
    assert (
        "0.4 to 0.6 s, -7.5 points (-9.0 to -6.0): about the flight: less like the expert than any "
        "other moment (similarity 0.12)"
    ) in text
    flawless = replace(assessed, remarks=())
    assert "No moment is more unlike the expert's than like it." in page_of(flawless).text


COSTS = (
    "What cost points (a minus shows how much higher the score would be with experts' clips in "
    "that place (in brackets: nine experts in ten); these are not deductions and do not add up to "
    "what is missing)"
)
GAINS = (
    "Unlike the expert, but cost no points (with experts' clips in their place the score would be "
    "lower)"
)
APART = "Unlike the expert (of points nothing can be said here that all experts agree on)"


def worth_of(indices, moment):
    """What clips are worth, as if it were what the first of them contributes."""
    points = {1: -7.5, 5: 3.0}.get(indices[0])
    return None if points is None else Worth(points, points - 1.5, points + 1.5, 4)


def test_what_cost_points_is_parted_from_what_did_not(assessed):
    gain = replace(clips()[1], index=5, similarity=0.2, contribution=3.0, moment="splash")
    unsure = replace(gain, index=7, moment="entry")
    made = replace(assessed, remarks=remarks((*clips(), gain, unsure), worth_of))
    text = page_of(made).text
    assert f"Moments to look at {COSTS} 0.4 to 0.6 s, -7.5 points" in text
    assert text.index(COSTS) < text.index("-7.5 points") < text.index(GAINS)
    assert text.index(GAINS) < text.index("+3.0 points (+1.5 to +4.5): about the splash: unlike")
    assert text.index(APART) < text.index("0.4 to 0.6 s: about the entry: unlike the expert")
    assert GAINS not in page_of(assessed).text


def test_a_comparison_speaks_of_no_points(assessed):
    text = page_of(compared(assessed)).text
    assert (
        "Moments to look at Unlike the expert (no score was given, so nothing is said of points)"
    ) in text
    assert COSTS not in text


def test_the_table_holds_the_numbers_of_the_assessment(assessed):
    page = page_of(assessed)
    assert page.cells == [
        ["Clip", "From (s)", "To (s)", "Similarity", "Points", "Verdict"],
        ["1", "0.16", "0.36", "0.81", "+1.3", "alike"],
        ["2", "0.36", "0.56", "0.12", "-7.5", "unlike"],
        ["3", "0.56", "0.76", "0.50", "+0.0", "alike"],
    ]
    assert page.attributes("figure", "class") == [None, "faulty", None]


def test_the_range_is_drawn_to_scale(assessed):
    svg = re.search(r'<div class="range">(.*?)</div>', make_report(assessed).html, re.DOTALL)
    _, band, mark = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', svg[1])
    assert float(band[0]) == pytest.approx(100 * 48.04 / 96)
    assert float(band[1]) == pytest.approx(100 * (70.55 - 48.04) / 96)
    assert float(mark[0]) + 0.3 == pytest.approx(100 * 61.26 / 96)


def test_two_videos_are_compared_without_a_score(assessed):
    text = page_of(compared(assessed)).text
    assert text.startswith("dive.mp4: comparison")
    assert "0.43 similarity" in text
    assert "Two videos were compared; no score was given." in text
    assert "Moments to look at" in text
    assert "holds nine scores in ten" not in text
    assert "None" not in text


def test_an_assessment_without_clips_has_no_timeline(assessed):
    text = page_of(replace(assessed, clips=(), remarks=(), references=())).text
    assert "61.3 of 96.0" in text
    assert "Timeline" not in text
    assert "Compared with" not in text


# what it asks for and lets in


def fingerprint(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_it_asks_nothing_of_any_server(assessed):
    html = make_report(assessed).html
    page = Page(html)
    plain = re.sub(r'data:image/jpeg\S+|<script type="text/plain".*?</script>', "", html)
    assert not re.search(r"https?:|//|@import|url\(", plain)
    assert not {"link", "iframe", "form", "object"} & {tag for tag, _ in page.tags}
    assert page.attributes("video", "src") == [None, None]
    policies = [a["content"] for tag, a in page.tags if a.get("http-equiv") is not None]
    script = re.search(r"<script>(.*)</script>", html, re.DOTALL)[1]
    style = re.search(r"<style>(.*)</style>", html, re.DOTALL)[1]
    assert policies == [
        "default-src 'none'; img-src data: blob:; media-src blob:; "
        f"style-src {fingerprint(style)}; script-src {fingerprint(script)}; "
        "base-uri 'none'; form-action 'none'"
    ]
    assert not any(name.startswith("on") or name == "style"
                   for _, found in page.tags for name in found)  # fmt: skip
    assert all(source.startswith("data:image/jpeg;base64,")
               for source in page.attributes("img", "src"))  # fmt: skip


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>.mp4", "{{7*7}}.mp4", "a\"b'c&amp;.mp4", "{% raw %}.mp4"]
)
def test_hostile_names_are_shown_as_text(assessed, name):
    def called(name: str) -> Page:
        path = assessed.video_path.with_name(name)
        path.write_bytes(assessed.video_path.read_bytes())
        reference = replace(assessed.references[0], id=name)
        return page_of(
            replace(
                assessed, video_path=path, action=name, model=name, references=(reference,),
                doubts=(OTHER_ACTION(about=name),),
            )
        )  # fmt: skip

    hostile, harmless = called(name), called("plain.mp4")
    assert hostile.text.count(name) == harmless.text.count("plain.mp4") == 7
    assert hostile.tags == harmless.tags
    assert data_of(hostile)["name"] == name


def test_a_name_that_is_no_text_is_shown_by_its_numbers(assessed, tmp_path):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.mp4"))
    report = make_report(replace(assessed, video_path=assessed.video_path.rename(odd)))
    content = report.save(tmp_path / "out.html").read_bytes().decode("utf-8")
    assert "<h1>\\udcff.mp4</h1>" in content


# pictures


def pictures(assessment: Assessment) -> list[Image.Image]:
    prefix = "data:image/jpeg;base64,"
    tags = [found for tag, found in page_of(assessment).tags if tag == "img"]
    found = [one["src"] for one in tags if one.get("class") != "first"]  # those of the timeline
    opened = [Image.open(io.BytesIO(base64.b64decode(s.removeprefix(prefix)))) for s in found]
    assert {picture.format for picture in opened} <= {"JPEG"}
    return opened


def test_each_clip_is_shown_beside_the_reference(assessed):
    shown = pictures(assessed)
    assert [picture.size for picture in shown] == [(200, 150)] * 6
    text = page_of(assessed).text
    assert "The lower picture is the reference at the same time before the end." in text


def test_a_reference_without_a_video_has_no_picture(assessed):
    shipped = replace(assessed, references=(replace(assessed.references[0], path=None),))
    assert len(pictures(shipped)) == 3
    assert "The lower picture" not in page_of(shipped).text


def test_the_picture_is_the_middle_of_the_clip(assessed, make_video):
    frames = [np.full((48, 64, 3), 10 * number, np.uint8) for number in range(20)]
    shown = pictures(replace(assessed, video_path=make_video("steps.mp4", frames), references=()))
    middles = [int((clip.start_seconds + clip.end_seconds) / 2 * 25) for clip in clips()]
    for picture, number in zip(shown, middles, strict=True):
        assert np.asarray(picture).mean() == pytest.approx(10 * number, abs=4)


def test_a_tall_and_narrow_video_is_shown_small(assessed, make_video):
    frames = [np.full((2000, 16, 3), 90, np.uint8)] * 20
    tall = replace(assessed, video_path=make_video("tall.mp4", frames), references=())
    assert {picture.size for picture in pictures(tall)} == {(3, KEY_FRAME_HEIGHT)}
    wide = [np.full((16, 2000, 3), 90, np.uint8)] * 20
    flat = replace(assessed, video_path=make_video("wide.mp4", wide), references=())
    assert {picture.size for picture in pictures(flat)} == {(KEY_FRAME_WIDTH, 2)}


def test_a_video_that_is_gone_leaves_a_report_without_pictures(assessed):
    assessed.video_path.unlink()
    page = page_of(replace(assessed, references=()))
    assert page.attributes("img", "src") == []
    assert "61.3 of 96.0" in page.text


def test_features_instead_of_a_video_leave_a_report_without_pictures(assessed):
    unknown = tuple(replace(c, start_seconds=np.nan, end_seconds=np.nan) for c in assessed.clips)
    page = page_of(replace(assessed, clips=unknown, references=()))
    assert page.attributes("img", "src") == []


# playing


def video_inside(page: Page, name: str) -> tuple[list[float], dict]:
    """The presentation times of the video inside, and what the script is told of it."""
    with av.open(io.BytesIO(base64.b64decode(page.scripts[f"{name}-video"]))) as container:
        times = [frame.time for frame in container.decode(video=0)]
    return times, data_of(page)[name]


def test_both_videos_are_inside_frame_for_frame(assessed):
    page = page_of(assessed)
    for name, n_frames in (("query", 20), ("reference", 30)):
        times, told = video_inside(page, name)
        assert times == pytest.approx(np.arange(n_frames) / 25)
        assert told == {"starts": pytest.approx(times, abs=1e-6), "end": n_frames / 25,
                        "offset": 0.0, "file": None}  # fmt: skip


def later(seconds: float, assessed: Assessment) -> Assessment:
    """The same performance, so much later in its recording."""
    moved = tuple(
        replace(c, start_seconds=c.start_seconds + seconds, end_seconds=c.end_seconds + seconds)
        for c in assessed.clips
    )
    return replace(assessed, clips=moved, remarks=remarks(moved))


def test_of_a_recording_only_the_performance_is_shown_by_its_own_clock(assessed, make_video):
    recording = make_video(
        "day.mp4", [np.full((48, 64, 3), 5 * number, np.uint8) for number in range(50)]
    )
    theirs = replace(assessed.references[0], path=recording, part=Part(20, 39))
    moved = replace(
        later(0.4, assessed), video_path=recording, part=Part(10, 29), references=(theirs,)
    )
    page = page_of(moved)
    for name, first in (("query", 10), ("reference", 20)):
        times, told = video_inside(page, name)
        assert times == pytest.approx(np.arange(20) / 25)
        starts = [(first + number) / 25 for number in range(20)]
        assert told == {"starts": pytest.approx(starts), "end": pytest.approx((first + 20) / 25),
                        "offset": first / 25, "file": None}  # fmt: skip
    shades = [np.asarray(picture).mean() / 5 for picture in pictures(moved)]
    ours = [int((clip.start_seconds + clip.end_seconds) / 2 * 25) for clip in moved.clips]
    end = moved.clips[-1].end_seconds
    before = [end - (clip.start_seconds + clip.end_seconds) / 2 for clip in moved.clips]
    assert shades[::2] == pytest.approx(ours, abs=0.8)
    assert shades[1::2] == pytest.approx([40 - 25 * seconds for seconds in before], abs=1.2)
    bars = re.compile(r'<rect x="([\d.]+)" y="[\d.]+" width="[\d.]+" height="[\d.]+" fill="var')
    track, whole = (
        [float(x) for x in bars.findall(make_report(one).html.partition('id="track"')[2])][:4]
        for one in (moved, assessed)
    )
    assert track == pytest.approx(whole)
    assert data_of(page)["clips"] == pytest.approx([c.start_seconds for c in moved.clips])


def test_without_the_experts_video_yours_plays_alone_and_the_report_says_why(assessed):
    shipped = replace(assessed, references=(replace(assessed.references[0], path=None),))
    page = page_of(shipped)
    assert "The expert's video is not here" in page.text
    assert page.attributes("video", "id") == ["query"]
    assert data_of(page)["reference"] is None
    assert "The expert's video is not here" not in page_of(assessed).text


def test_videos_too_large_for_one_file_are_left_out_and_the_report_says_so(assessed):
    report = make_report(assessed, max_video_bytes=2048)
    page = Page(report.html)
    assert report.videos_are_left_out
    assert page.attributes("video", "id") == []
    assert (
        "The videos are not inside this file: they would take 1 MB, and at most 0.00195312 MB "
        "fit. Write the report as a folder to have them beside it (--report-dir)."
    ) in page.text
    assert len(pictures(assessed)) == 6


def test_in_step_says_how_sure_it_is(assessed):
    steps = Alignment((0.1, 0.5), (0.2, 0.4), (0.05, 0.1), 0.25)
    page = page_of(replace(assessed, alignment=steps))
    assert "usually to within 0.08 s. Matched moments still differ by 0.25" in page.text
    assert "(0 is the same video, 1 no better than chance)" in page.text
    assert data_of(page)["steps"] == {
        "query": [0.1, 0.5], "reference": [0.2, 0.4], "doubt": [0.05, 0.1],
    }  # fmt: skip
    assert "could not be aligned" in page_of(assessed).text


def test_a_remark_says_how_sure_it_is(assessed):
    text = page_of(assessed).text
    assert "(similarity 0.12) Clear: far below the border of 0.5." in text
    near = replace(assessed.remarks[0], similarity=0.47)
    assert "Doubtful: close to the border" in page_of(replace(assessed, remarks=(near,))).text


# in another language


def test_the_report_speaks_german(assessed):
    report = make_report(assessed, "de")
    page = Page(report.html)
    assert page.attributes("html", "lang") == ["de"]
    assert "61,3 von 96,0" in page.text
    assert "3 beschädigte Stellen des Videos wurden übergangen" in page.text
    assert "dem Vorbild so wenig ähnlich wie sonst nirgends (Ähnlichkeit 0,12)" in page.text
    assert page.cells[1] == ["1", "0,16", "0,36", "0,81", "+1,3", "ähnlich"]


def test_a_language_that_is_not_there_is_refused(assessed):
    with pytest.raises(
        UnknownName,
        match=rf"^no language is called 'xx': choose one of {', '.join(languages())}, "
        "or add a file to podium/report/_words$",
    ):
        make_report(assessed, "xx")


# a folder


def test_a_folder_holds_the_videos_pictures_and_data(assessed, tmp_path):
    target = make_report_folder(assessed).save(tmp_path / "kept" / "report.html")
    found = {p.relative_to(target.parent).as_posix() for p in target.parent.rglob("*.*")}
    assert found - {f"frames/clip-0{i}{of}.jpg" for i in (1, 2, 3) for of in ("", "-reference")} \
        == set(FILES_BESIDE)  # fmt: skip
    page = Page(target.read_text("utf-8"))
    assert set(page.scripts) == {"data", "notes", None}
    assert data_of(page)["query"]["file"] == "query.mp4"
    assert probe(target.with_name("reference.mp4")).n_frames == 30
    kept = json.loads(target.with_name("result.json").read_text("utf-8"))
    assert (kept["schema"], kept["schema_version"], kept["score"]) == ("podium-result", 1, 61.26)


# saving


def test_it_is_saved_whole_where_asked(assessed, tmp_path):
    report = make_report(assessed)
    assert isinstance(report, Report)
    target = tmp_path / "new" / "report.html"
    assert report.save(str(target)) == target
    assert target.read_text("utf-8") == report.html
    assert [path.name for path in target.parent.iterdir()] == ["report.html"]


def test_the_same_assessment_gives_the_same_bytes(assessed):
    assert make_report(assessed) == make_report(assessed)
