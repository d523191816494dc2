"""A report on one page: its words are those of the report, and all letters are there."""

import base64
import io
import json
from dataclasses import asdict

import numpy as np
import pytest
from PIL import Image

from podium.assessment.feedback import ClipFeedback, remarks
from podium.assessment.values import Assessment, Score
from podium.errors import UnusableFile
from podium.report.captions import font_of, lines_of
from podium.report.one_page import HEIGHT, MAX_SIDE, WIDTH, Printed, make_pdf, read_printed
from podium.report.page import make_report, make_report_folder
from podium.report.sheet import MAX_ROWS, Said, Sheet
from podium.report.words import languages, load_words
from podium.video.clips import VideoFacts
from podium.witnesses.order import OUT_OF_ORDER

SHEET = Sheet("Ada", "61.3 of 96.0", ("Range",), (Said("Work on this", "the knees", "1.2 s"),))


@pytest.fixture
def make_assessment(make_video):
    def make(*doubts) -> Assessment:
        clips = (ClipFeedback(0, 0.0, 0.64, 0.1, -6.0, True, "entry"),)
        frames = [np.full((96, 128, 3), 10 * number, np.uint8) for number in range(20)]
        return Assessment(
            make_video("dive.mp4", frames), VideoFacts(20, 20, 0, 0.8),
            Score(61.3, 48.0, 70.6, 0.0, 96.0), "407", 3.2, False, (), clips, remarks(clips),
            "bars", "motion", doubts,
        )  # fmt: skip

    return make


def drawn(pdf: bytes) -> np.ndarray:
    """Return the one picture that a page consists of, (height, width, 3)."""
    assert pdf.startswith(b"%PDF-")
    assert pdf.count(b"/Type /Page\n") == 1
    begin, end = pdf.index(b"\xff\xd8\xff"), pdf.rindex(b"\xff\xd9") + 2
    return np.asarray(Image.open(io.BytesIO(pdf[begin:end])).convert("RGB"))


def page_of(tmp_path, sheet: object, rest: str = ""):
    path = tmp_path / "report.html"
    held = json.dumps({"sheet": sheet}).replace("<", "\\u003c")
    path.write_text(f'<script type="application/json" id="data">{held}</script>{rest}')
    return path


def image(size: tuple[int, int], id_: str = "work-picture", kind: str = "jpeg") -> str:
    file = io.BytesIO()
    Image.new("RGB", size, (250, 10, 10)).save(file, kind)
    letters = base64.b64encode(file.getvalue()).decode()
    return f'<img class="first" id="{id_}" src="data:image/{kind};base64,{letters}" alt="">'


@pytest.mark.parametrize("language", languages())
def test_it_says_what_the_report_says(make_assessment, tmp_path, language):
    words = load_words(language)
    path = make_report(make_assessment(), language).save(tmp_path / "dive.html")
    printed = read_printed(path)
    sheet, number = printed.sheet, words.number
    assert sheet.headline == f"{number(61.3)} {words('score.of')} {number(96.0)}"
    assert f"{number(48.0)} " in sheet.lines[0]
    assert f"{number(70.6)} " in sheet.lines[0]
    assert sheet.said[0].heading == words("glance.work")
    assert printed.pictures[0] is not None
    made = drawn(make_pdf(printed))
    assert made.shape == (HEIGHT, WIDTH, 3)
    assert 0.005 < (made.min(axis=2) < 128).mean() < 0.3


def test_a_score_that_is_withheld_is_nowhere_on_it(make_assessment, tmp_path):
    folder = make_report_folder(make_assessment(OUT_OF_ORDER())).save(tmp_path / "report.html")
    sheet = read_printed(folder.parent).sheet
    assert sheet == read_printed(tmp_path / "result.json").sheet
    assert sheet.headline == "No score"
    assert sheet.lines[0].startswith(
        "Why: the moments of this video do not come in the usual order"
    )
    assert sheet.lines[1].startswith("What to do: ")
    assert not any(number in str(asdict(sheet)) for number in ("61", "48.0", "70.6"))


@pytest.mark.parametrize("language", languages())
def test_every_letter_of_every_language_is_in_the_font(language):
    font = font_of(20)
    missing = bytes(font.getmask("\U000e0fff"))
    letters = {letter for text in load_words(language).strings.values() for letter in text}
    assert {
        one for one in letters if not one.isspace() and bytes(font.getmask(one)) == missing
    } == set()


def test_what_a_language_holds_together_stays_on_one_line():
    text = "Entrée\u00a0: 87 %\n des  plongeons\u00a0!"
    assert lines_of(text, 20, 125.0, 9) == ["Entrée :", "87 % des", "plongeons !"]


def test_pictures_are_on_it_and_too_much_stays_on_it(tmp_path):
    rows = tuple((f"measure {i}", "1.5 s " * 40) for i in range(MAX_ROWS))
    sheet = asdict(SHEET) | {"columns": ("Measure", "Value"), "rows": rows}
    rest = image((300, 200)) + image((200, 900), "strobe-picture", "png")
    made = drawn(make_pdf(read_printed(page_of(tmp_path, sheet, rest)))).astype(int)
    red = (made[..., 0] > 200) & (made[..., 1] < 60)
    assert 0.02 < red.mean() < 0.3
    assert (made[-60:] > 200).all()


@pytest.mark.parametrize(
    ("sheet", "rest", "why"),
    [
        (None, "", "has nothing for one page: make the report anew with podium score or compare"),
        ({"title": "a"}, "", "sheet lacks headline, lines"),
        (asdict(SHEET) | {"title": "x" * 1001}, "",
         "a page has 0 lines of measures: it must be at most 40, of texts of at most 1,000 "
         "letters"),
        (asdict(SHEET), image((1, MAX_SIDE + 1)), "a picture in it is larger than 4096 pixels"),
        (asdict(SHEET), image((9, 9)).replace("base64,", "base64,AAAA"),
         "a picture in it is damaged"),
        (asdict(SHEET), image((9, 9)).replace("base64,", "base64,?"), "a picture in it is damaged"),
    ],
)  # fmt: skip
def test_a_page_that_is_none_is_refused(tmp_path, sheet, rest, why):
    path = page_of(tmp_path, sheet, rest)
    with pytest.raises(UnusableFile) as refused:
        read_printed(path)
    assert str(refused.value) == f"{path}: {why}"


def test_without_pictures_it_is_words(tmp_path):
    printed = read_printed(page_of(tmp_path, asdict(SHEET)))
    assert printed == Printed(SHEET, (None, None), None, (None, None))
    drawn(make_pdf(printed))


def test_the_moment_of_a_picture_is_what_the_button_beside_it_plays(tmp_path):
    shown = (
        '<div><img class="first" id="work-picture" src="data:,x" alt=""><p>late</p>'
        '<button data-play="1.2" data-until="2.4"></button></div>'
        '<section></section><img id="good-picture" src="data:,y">'
        '<section><button data-play="7" data-until="9"></button></section>'
    )
    printed = read_printed(page_of(tmp_path, asdict(SHEET), shown))
    assert printed.moments == (pytest.approx(1.8), None)
