"""What the page and the report ask of a browser is known to more than one of them.

Where a Firefox is installed, it tries them for real (the tests with `firefox` in their names).
Where there is none, what only Chromium knows, or Firefox learned a short while ago, is looked for
by name.
"""

import re
from pathlib import Path

import pytest

from podium.assessment.feedback import ClipFeedback, remarks
from podium.assessment.values import Assessment, Reference, Score
from podium.features.alignment import Alignment
from podium.report.page import make_report
from podium.report.templates import render, source
from podium.report.words import languages, load_words
from podium.video.clips import VideoFacts

EVERYWHERE = ("webkitGetAsEntry", "webkitdirectory")
"""By these names they are in Firefox (50) and Safari (11.1), too."""

ONLY_CHROMIUM = re.compile(
    r"""
    (?<![\w:-])-(?:webkit|moz|ms)-[a-z-]+ | ::-(?:webkit|moz)-[a-z-]+ | \bwebkit\w+
    | \bmoz[A-Z]\w+ | \bnavigator\.(?:connection|usb|hid|serial|bluetooth|keyboard)\b
    | \bshow(?:OpenFile|SaveFile|Directory)Picker\b | \bgetAsFileSystemHandle\b | \blaunchQueue\b
    | \buserAgentData\b | \bdeviceMemory\b | \bwindow\.chrome\b | \bchrome\.\w+
    | \bperformance\.memory\b | \bmeasureUserAgentSpecificMemory\b | \bEyeDropper\b
    | \bBarcodeDetector\b | \bFaceDetector\b | \bIdleDetector\b | \bImageCapture\b
    | \bMediaStreamTrack(?:Processor|Generator)\b | \bcaptureStream\b
    | \bdocumentPictureInPicture\b | \brequestPictureInPicture\b | \bpaintWorklet\b
    | \btrustedTypes\b
    | \bcaptureStackTrace\b | \bscheduler\.(?:postTask|yield)\b | \bnavigation\.navigate\b
    | \bcontrolsList\b
    | \brequestVideoFrameCallback\b | \bstartViewTransition\b | ::view-transition\b
    | \bview-transition-name\b | \bpopover\b | \bshowPopover\b | \bcommandfor\b
    | \bdocument\.requestStorageAccessFor\b | \bnavigator\.(?:share|canShare|wakeLock|getBattery)\b
    | \bscrollIntoViewIfNeeded\b | \bspeculationrules\b | \bcookieStore\b | \bCloseWatcher\b
    | \bRegExp\.escape\b | \bPromise\.try\b | \btoBase64\b | \bfromBase64\b
    | \b(?:scroll-timeline|view-timeline|animation-range|scroll-marker|scroll-button)\b
    | \b(?:field-sizing|interpolate-size|reading-flow|text-box-trim|animation-timeline)\b
    | \b(?:anchor-name|position-anchor|position-area|position-try)\b | \bcalc-size\(
    | \boverflow:\s*overlay\b | \bif\((?:style|media)\(
    | (?<![\w-])zoom\s*: | \bapp-region\b | \bappearance:\s*base-select\b | \bcorner-shape\b
    | <(?:selectedcontent|fencedframe|webview|portal)\b
    """,
    re.VERBOSE,
)
"""What neither Firefox nor a standard that both follow has; prefixes of any browser's among it."""


def only_in_one(text: str) -> list[str]:
    return [name for name in ONLY_CHROMIUM.findall(text) if name not in EVERYWHERE]


def report(video: Path, language: str) -> str:
    """A report without its pictures and videos, which are letters of chance."""
    clips = (ClipFeedback(0, 0.0, 0.64, 0.1, -6.0, True, "entry"),)
    made = Assessment(
        video, VideoFacts(20, 20, 0, 0.8), Score(61.3, 48.0, 70.6, 0.0, 96.0), "407", 3.2, False,
        (Reference("expert", 90.0, 0.5, video),), clips, remarks(clips), "bars", "motion",
        alignment=Alignment((0.0, 0.8), (0.0, 0.8), (0.0, 0.0), 0.0),
    )  # fmt: skip
    return re.sub(r"[A-Za-z0-9+/=]{100,}", "", make_report(made, language).html)


@pytest.mark.parametrize(
    "name",
    [
        "page.css",
        "shared.js",
        "page.js",
        "judges.js",
        "report.css",
        "report.js",
        "drawing.js",
        "sketch.js",
        "notes.js",
    ],
)
def test_no_style_and_no_script_needs_one_browser(name):
    assert only_in_one(source(name)) == []


@pytest.mark.parametrize("language", languages())
def test_no_page_needs_one_browser(make_video, language):
    words = load_words(language)
    page = render(
        "page.html", words=words, texts=words.of("page") | words.of("state"), languages=languages(),
        shared="http://192.0.2.1:8017/?token=x", code="",
    )  # fmt: skip
    assert only_in_one(page) == []
    assert only_in_one(report(make_video(), language)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("input::-webkit-slider-thumb { color: red }", "::-webkit-slider-thumb"),
        ("await window.showSaveFilePicker()", "showSaveFilePicker"),
        ("p { zoom: 2 }", "zoom:"),
        ("a { -webkit-line-clamp: 2 }", "-webkit-line-clamp"),
        ("item.getAsFileSystemHandle()", "getAsFileSystemHandle"),
        ("video.webkitDecodedFrameCount", "webkitDecodedFrameCount"),
        ("video.requestVideoFrameCallback(draw)", "requestVideoFrameCallback"),
        ("document.startViewTransition(() => {})", "startViewTransition"),
        ("<div popover>", "popover"),
        ("p { field-sizing: content }", "field-sizing"),
        (":root { interpolate-size: allow-keywords }", "interpolate-size"),
        ("div::-webkit-scrollbar { width: 4px }", "::-webkit-scrollbar"),
        ("navigator.share({})", "navigator.share"),
        ("showDirectoryPicker()", "showDirectoryPicker"),
    ],
)
def test_such_a_thing_is_found(text, found):
    assert only_in_one(text) == [found]


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        ("<script>nothing()</script>", "nothing is not defined"),
        (
            "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\">"
            "<img src='https://podium.invalid/a.png'>",
            "blocked",
        ),
    ],
)
def test_a_complaint_of_firefox_is_heard(firefox, tmp_path, html, complaint):
    """What the tests in Firefox end with can fail."""
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><meta charset='utf-8'><title>x</title>{html}", "utf-8")
    firefox.goto(page.as_uri())
    assert any(complaint in one for one in firefox.complaints())
