"""What a coach draws on the pictures of a report, in a real browser."""

import io
import json
import math
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from browsing import breaches, breaches_in_firefox, settled, tab_through, untranslated
from podium.assessment.feedback import ClipFeedback, remarks
from podium.assessment.values import Assessment, Reference, Score
from podium.features.alignment import Alignment
from podium.report.film import TOP, make_film, timeline
from podium.report.kept import opened
from podium.report.page import make_report
from podium.report.words import load_words
from podium.video.clips import VideoFacts

WIDTH, HEIGHT, N = 200, 96, 20
CORNER, ARM = (60, 70), 55
"""The figure in the video: two arms from a corner, in pixels of it."""

KNOWN = 37.0


def on_arm(degrees: float) -> tuple[float, float]:
    turn = math.radians(degrees)
    return CORNER[0] + ARM * math.cos(turn), CORNER[1] - ARM * math.sin(turn)


def picture(number: int) -> np.ndarray:
    """A frame of a figure whose angle is known, and a bar that grows."""
    image = Image.new("RGB", (WIDTH, HEIGHT), (60, 80, 110))
    pen = ImageDraw.Draw(image)
    for degrees in (20, 20 + KNOWN):
        pen.line([CORNER, on_arm(degrees)], fill=(255, 255, 255), width=2)
    pen.rectangle([0, 88, 9 * number, 95], fill=(200, 120, 40))
    return np.asarray(image)


@pytest.fixture
def assessed(make_video) -> Assessment:
    frames = [picture(number) for number in range(N)]
    ours, theirs = (make_video(name, frames, bf="0") for name in ("dive.mp4", "expert.mp4"))
    clips = (ClipFeedback(0, 0.0, 0.64, 0.1, -6.0, True, "entry"),)
    return Assessment(
        ours, VideoFacts(N, N, 0, 0.8), Score(61.3, 48.0, 70.6, 0.0, 96.0), "407", 3.2, False,
        (Reference("expert", 90.0, 0.5, theirs),), clips, remarks(clips), "bars", "motion",
        alignment=Alignment((0.0, 0.8), (0.0, 0.8), (0.0, 0.0), 0.0),
    )  # fmt: skip


@pytest.fixture
def path(assessed, tmp_path) -> Path:
    return make_report(assessed).save(tmp_path / "out" / "report.html")


@pytest.fixture
def page(path, visit):
    page = visit(path.as_uri(), offline=True).page
    page.locator("#playing").wait_for(state="visible")
    page.locator("#player").focus()
    return page


def on_screen(page, side: str, place: tuple[float, float]) -> tuple[float, float]:
    """Where a pixel of the video is on the screen: it lies in the middle of its box, whole."""
    page.locator(".stage").scroll_into_view_if_needed()
    box = page.locator(f"#{side}").bounding_box()
    scale = min(box["width"] / WIDTH, box["height"] / HEIGHT)
    left, top = (box["width"] - scale * WIDTH) / 2, (box["height"] - scale * HEIGHT) / 2
    return box["x"] + left + scale * place[0], box["y"] + top + scale * place[1]


def tap(page, side: str, *places: tuple[float, float]) -> None:
    for place in places:
        page.mouse.move(*on_screen(page, side, place))
        page.mouse.down()
        page.mouse.up()


def drag(page, side: str, *places: tuple[float, float]) -> None:
    page.mouse.move(*on_screen(page, side, places[0]))
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*on_screen(page, side, place), steps=4)
    page.mouse.up()


def listed(page) -> list[str]:
    return page.locator("#sketches button.link").all_inner_texts()


def added(page) -> list[dict]:
    """Everything as data, as it is kept."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Everything as data").click()
    return json.loads(Path(download.value.path()).read_text("utf-8"))["drawings"]


@pytest.mark.parametrize("width", [1200, 390])
def test_an_angle_of_a_known_figure_is_read_to_a_degree(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.get_by_role("button", name="Angle").click()
    for side in ("query", "reference"):
        tap(page, side, on_arm(20), CORNER, on_arm(20 + KNOWN))
        said = page.locator(f"#{side}-sketch text").text_content()
        assert abs(int(said.removesuffix("°")) - KNOWN) <= 1
    tap(page, "query", on_arm(20 + KNOWN), CORNER, (CORNER[0] - 40, CORNER[1]))
    kept = added(page)
    assert [one["side"] for one in kept] == ["query", "reference", "query"]
    assert [one["degrees"] for one in kept] == pytest.approx(
        [KNOWN, KNOWN, 180 - 20 - KNOWN], abs=1
    )


def test_a_drawing_belongs_to_its_frame_and_stays_a_while_as_it_plays(page):
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("1")
    drag(page, "query", (20, 20), (120, 40))
    drawn = page.locator("#query-sketch .over")
    assert drawn.count() == 1
    assert listed(page) == ["Yours, 0.20 s: Line"]
    page.keyboard.press("ArrowRight")
    assert drawn.count() == 0
    page.keyboard.press("Control+ArrowLeft")  # it is a mark
    settled(page)
    assert page.locator("#query-at").inner_text().startswith("0.20 s, frame 6 of")
    assert drawn.count() == 1
    page.keyboard.press("Home")
    page.keyboard.press("Escape")
    page.locator("#speed").select_option("0.25")
    page.locator("#play").click()
    page.wait_for_function("() => document.querySelector('#query-sketch .over')")
    page.wait_for_function("() => !document.querySelector('#query-sketch .over')")
    page.locator("#sketches button.link").click()
    assert drawn.count() == 1


def test_every_tool_draws_and_all_can_be_undone(page):
    tools = {"Line": 2, "Arrow": 2, "Circle": 2, "Free hand": 3}
    places = [(20, 20), (90, 30), (70, 60)]
    for name, n in tools.items():
        page.get_by_role("button", name=name, exact=True).click()
        drag(page, "query", *places[:n])
    page.get_by_role("button", name="Text", exact=True).click()
    tap(page, "query", (100, 50))  # nothing to write yet: it asks for it
    page.keyboard.type("<b>knees</b>")
    tap(page, "query", (100, 50))
    assert page.locator("#query-sketch text").text_content() == "<b>knees</b>"
    assert len(listed(page)) == 5
    page.get_by_role("button", name="Copy to the other side").click()
    kept = added(page)
    assert [one["tool"] for one in kept] == ["line", "arrow", "circle", "free", "writing"] * 2
    assert {one["side"] for one in kept[5:]} == {"reference"}
    page.locator("#player").focus()
    page.keyboard.press("Control+z")
    assert len(listed(page)) == 5
    page.keyboard.press("Delete")
    assert listed(page) == [f"Yours, 0.00 s: {name}" for name in tools]
    page.get_by_role("button", name="Remove: Yours, 0.00 s: Line").click()
    assert len(listed(page)) == 3
    for _ in range(7):
        page.keyboard.press("Control+z")
    assert listed(page) == []
    assert page.locator("#sketch-undo").is_disabled()


def test_it_is_drawn_with_a_finger(path, visit):
    page = visit(path.as_uri(), offline=True, has_touch=True).page
    page.locator("#playing").wait_for(state="visible")
    page.locator("[data-tool=arrow]").tap()
    line = page.context.new_cdp_session(page)
    begin, end = (on_screen(page, "query", place) for place in ((30, 30), (120, 60)))
    for kind, at in (("touchStart", begin), ("touchMove", end), ("touchEnd", None)):
        points = [{"x": at[0], "y": at[1]}] if at else []
        line.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    page.locator("[data-tool=angle]").click()
    for place in (on_arm(20), CORNER, on_arm(20 + KNOWN)):
        page.touchscreen.tap(*on_screen(page, "query", place))
    assert listed(page) == ["Yours, 0.00 s: Arrow", "Yours, 0.00 s: Angle 37°"]


def test_the_report_is_kept_with_what_was_drawn(page, path, visit, tmp_path):
    page.keyboard.press("6")
    page.locator("#sketch-text").fill("</script><i>knees")
    tap(page, "reference", (100, 50))
    assert page.locator("#kept").inner_text().startswith("Not saved yet")
    with page.expect_download() as download:
        page.get_by_role("button", name="This report, with what was added").click()
    assert page.locator("#kept").inner_text() == "Saved: the file holds all that was added."
    kept = tmp_path / "again" / download.value.suggested_filename
    download.value.save_as(kept)
    assert kept.name == "dive.mp4.html"
    assert 0 < kept.stat().st_size - path.stat().st_size < 4000
    again = visit(kept.as_uri(), offline=True).page
    again.locator("#playing").wait_for(state="visible")
    assert again.locator("#reference-sketch text").text_content() == "</script><i>knees"
    assert listed(again) == ["The expert's, 0.00 s: Text: </script><i>knees"]
    assert again.locator("#sketches i").count() == 0
    tap(again, "query", (5, 5))  # no tool is chosen: the video plays
    again.locator("#play", has_text="Pause").wait_for()


@pytest.mark.parametrize("by_key", [True, False])
def test_who_chooses_text_writes_at_once(page, by_key):
    if by_key:
        page.keyboard.press("6")
    else:
        page.get_by_role("button", name="Text", exact=True).click()
    page.keyboard.type("leg 12")
    assert page.locator("#sketch-text").input_value() == "leg 12"
    assert page.locator("[data-tool=writing]").get_attribute("aria-pressed") == "true"
    page.keyboard.press("Escape")
    assert page.locator("[data-tool][aria-pressed=true]").count() == 0
    assert page.evaluate("document.activeElement.id") == "player"


def test_the_picture_that_is_kept_has_it(page):
    pictures = []
    page.keyboard.press("3")
    for _ in range(2):
        with page.expect_download() as download:
            page.locator("#save-picture").click()
        pictures.append(np.asarray(Image.open(download.value.path()).convert("RGB")).astype(int))
        drag(page, "query", (20, 20), (150, 60))
    changed = np.abs(pictures[1] - pictures[0]).max(axis=2) > 60
    assert changed[:, :WIDTH].mean() > 0.004
    assert changed[:, WIDTH:].mean() == 0


def bright(picture: Image.Image) -> np.ndarray:
    """Return which pixels have the colour of drawings, as large as a film shows them."""
    shown = np.asarray(picture.convert("RGB").resize((1280, 308)), int)
    red, green, blue = np.moveaxis(shown, -1, 0)
    return (green > 150) & (blue > 150) & (red < green - 60)


def test_a_film_shows_what_was_on_screen(page, tmp_path):
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    for key, places in (("1", [(20, 20), (90, 30)]), ("3", [(100, 80), (150, 50)])):
        page.keyboard.press(key)
        drag(page, "query", *places)
    page.keyboard.press("2")
    tap(page, "reference", on_arm(20), CORNER, on_arm(20 + KNOWN))
    page.keyboard.press("4")
    drag(page, "reference", (150, 45), (170, 45))
    kept = []
    for button in ("#save-picture", "#save-report"):
        with page.expect_download() as download:
            page.locator(button).click()
        kept.append(tmp_path / download.value.suggested_filename)
        download.value.save_as(kept[-1])
    on_screen = bright(Image.open(kept[0]))
    with opened(kept[1]) as report:
        film = make_film(report, load_words())
        held = [len(one.drawings) for one in timeline(report, plain=False, end=0.8)].index(4)
    with av.open(io.BytesIO(film.content)) as container:
        frames = [frame.to_image() for frame in container.decode(video=0)]
    in_film = bright(frames[held + 5].crop((0, TOP, 1280, TOP + 308)))
    grown = [Image.fromarray(one).filter(ImageFilter.MaxFilter(9)) for one in (on_screen, in_film)]
    assert np.asarray(grown[0])[in_film].mean() > 0.98  # nothing that was not there, and all of it
    assert np.asarray(grown[1])[on_screen].mean() > 0.98


def test_a_ruler_reads_a_known_length(page):
    page.keyboard.press("7")
    tap(page, "query", (20, 20))  # nothing is known yet: it asks for it
    assert page.locator("#sketch-how").inner_text().startswith("Write first how long something")
    page.keyboard.type("150,5")
    drag(page, "query", CORNER, on_arm(20))
    assert page.locator("#sketch-known").input_value() == ""
    page.keyboard.press("ArrowRight")
    drag(page, "query", (on_arm(20 + KNOWN)), CORNER)
    drag(page, "query", (20, 20), (20 + 2 * ARM, 20))
    said = page.locator("#query-sketch text").all_text_contents()
    assert [int(one.removesuffix(" cm")) for one in said] == pytest.approx([150.5, 301], rel=0.03)
    tap(page, "reference", (20, 20))  # another picture
    assert page.locator("#sketch-how").inner_text().startswith("Write first how long something")
    page.locator("#sketch-copy").click()
    page.locator("#player").focus()
    page.keyboard.press("Home")
    page.locator("#sketch-copy").click()
    assert listed(page)[0] == "Yours, 0.00 s: Ruler 151 cm"
    kept = added(page)
    assert [one.get("is_known", False) for one in kept] == [True, False, False]
    assert [one["centimetres"] for one in kept] == pytest.approx([150.5, 150.5, 301], rel=0.03)


@pytest.mark.parametrize("width", [1200, 320])
def test_nothing_hinders_anybody_who_draws(page, width):
    page.set_viewport_size({"width": width, "height": 700})
    page.keyboard.press("6")
    page.locator("#sketch-text").fill("knees")
    tap(page, "query", (100, 50))
    page.get_by_role("button", name="Ruler").click()
    assert breaches(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    stops = tab_through(page)
    assert [stop for stop in stops if not stop["name"]] == []
    assert [s for s in stops if s["outline"] != "solid" or s["thick"] < 2] == []
    assert [stop for stop in stops if stop["covered"] or stop["small"]] == []


def test_a_made_up_language_reaches_all_that_is_drawn(assessed, tmp_path, visit, made_up_language):
    alone = replace(assessed, name="dive.mp4")
    path = make_report(alone, made_up_language).save(tmp_path / "tlh.html")
    page = visit(path.as_uri(), offline=True).page
    page.locator("#playing").wait_for(state="visible")
    for tool in ("ruler", "angle", "free"):
        page.locator(f"[data-tool={tool}]").click()
        page.locator("#sketch-known").evaluate("field => (field.value = '150')")
        places = (20, 20), (90, 30), (70, 60)
        tap(page, "query", *places) if tool == "angle" else drag(page, "query", *places)
    assert untranslated(page, "dive.mp4", "expert.mp4", "150 cm") == set()


PLACE = """const [side, x, y] = arguments;
const svg = document.getElementById(`${side}-sketch`);
svg.scrollIntoView({ block: "center", behavior: "instant" });
const at = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
return [at.x, at.y];"""
"""Where a pixel of a video is in the window, as the browser itself says."""


@pytest.mark.slow
def test_what_is_drawn_in_firefox(path, firefox):
    firefox.goto(path.as_uri())
    firefox.wait("!document.getElementById('playing').hidden")
    firefox.wait("document.getElementById('query-sketch').getAttribute('viewBox')")
    firefox.evaluate("document.querySelector('[data-tool=angle]').click()")
    for place in (on_arm(20), CORNER, on_arm(20 + KNOWN)):
        firefox.click(*firefox.evaluate(PLACE, "query", *place))
    said = firefox.evaluate("return document.querySelector('#query-sketch text').textContent")
    assert abs(int(said.removesuffix("°")) - KNOWN) <= 1
    firefox.evaluate("document.getElementById('sketch-copy').click()")
    listed = (
        "return [...document.querySelectorAll('#sketches button.link')].map(b => b.textContent)"
    )
    assert firefox.evaluate(listed) == [
        f"{whose}, 0.00 s: Angle {said}" for whose in ("Yours", "The expert's")
    ]
    assert breaches_in_firefox(firefox) == []
