"""What is drawn over a video lies on the athlete: checked by the pixels of a real browser."""

import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from browsing import breaches, settled, tab_through, untranslated
from drawn_dives import HEIGHT, WIDTH, drawn_dive, examined
from podium.athlete.follow import follow, frames_of
from podium.athlete.outline import outline
from podium.examination.values import Examination
from podium.measures import Dive, Measurement, Phase, Reading
from podium.measures._dive import Moment, Moments
from podium.report.measured_page import make_measured_report
from podium.simulation import SimulationOptions, simulate, write_video
from podium.simulation.body import Joint
from podium.video.frames import Frames, decode

ONLY_SILHOUETTE = """() => {
  document.getElementById("query").style.visibility = "hidden";
  const drawn = document.getElementById("query-drawn");
  for (const one of drawn.children) if (!one.matches(".silhouette")) one.style.display = "none";
  const body = drawn.querySelector(".silhouette");
  body.style.fill = body.style.stroke = "#00ff00";
  body.style.strokeWidth = 0;
  body.style.fillOpacity = 1;
}"""
ALL_AGAIN = """() => {
  document.getElementById("query").style.visibility = "";
  for (const one of document.querySelectorAll("#query-drawn, #query-drawn *")) {
    one.removeAttribute("style");
  }
}"""


def screen(page) -> np.ndarray:
    """Return the pixels of the player's picture, (height, width, 3)."""
    shown = page.locator(".screen").first.screenshot()
    return np.asarray(Image.open(io.BytesIO(shown)).convert("RGB")).astype(int)


def drawn_pixels(page) -> np.ndarray:
    """Return which pixels of the player's picture the silhouette covers."""
    page.evaluate(ONLY_SILHOUETTE)
    red, green, blue = np.moveaxis(screen(page), -1, 0)
    page.evaluate(ALL_AGAIN)
    return (green > 200) & (red < 90) & (blue < 90)


def bar_pixels(page) -> np.ndarray:
    """Return which pixels of the player's picture show the bar, by its colour."""
    page.locator("#drawn").uncheck()
    settled(page)
    page.wait_for_timeout(50)
    picture = screen(page)
    page.locator("#drawn").check()
    return (picture[..., 0] > 150) & (picture[..., 0] > picture[..., 2] + 40)


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / max((one | other).sum(), 1))


def opened(visit, tmp_path, path: Path, dive: Dive, frames: Frames, language: str = "en"):
    made = make_measured_report(examined(path, dive, frames), language)
    page = visit(made.save(tmp_path / "out" / "dive.html").as_uri(), offline=True).page
    page.locator("#playing").wait_for(state="visible")
    return page


def go_to(page, number: int) -> None:
    page.locator("#player").focus()
    page.keyboard.press("Home")
    for _ in range(number):
        page.keyboard.press("ArrowRight")
    settled(page)


def enlarged(pixels: np.ndarray) -> list[np.ndarray]:
    return [frame.repeat(4, axis=0).repeat(4, axis=1) for frame in pixels]


def plain(folder: Path, pixels: np.ndarray, make) -> Path:
    return make("dive.mp4", enlarged(pixels), frames_per_second=30, crf="10")


def turned(folder: Path, pixels: np.ndarray, make) -> Path:
    """A phone that was held upright, or not: its file says how to turn the picture."""
    frames = [np.ascontiguousarray(np.rot90(frame, -1)) for frame in enlarged(pixels)]
    return make("dive.mp4", frames, frames_per_second=30, crf="10", rotation=90)


def in_bars(folder: Path, pixels: np.ndarray, make) -> Path:
    frames = [np.pad(frame, ((0, 0), (96, 96), (0, 0))) for frame in enlarged(pixels)]
    return make("dive.mp4", frames, frames_per_second=30, crf="10")


def squeezed(folder: Path, pixels: np.ndarray, make) -> Path:
    """Pixels twice as wide as high."""
    with av.open(str(folder / "dive.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = 2 * WIDTH, 4 * HEIGHT, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(2, 1)
        for frame in enlarged(pixels):
            narrow = np.ascontiguousarray(frame[:, ::2])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(narrow, format="rgb24")))
        container.mux(stream.encode())
    return folder / "dive.mp4"


def twice_as_many(folder: Path, pixels: np.ndarray, make) -> Path:
    """60 frames a second, of which every second was looked at."""
    frames = [frame for frame in enlarged(pixels) for _ in range(2)]
    return make("dive.mp4", frames, frames_per_second=60, crf="10")


@pytest.mark.parametrize("width", [1200, 360])
@pytest.mark.parametrize("kind", [plain, turned, in_bars, squeezed])
def test_the_silhouette_lies_on_the_athlete(make_video, tmp_path, visit, kind, width):
    dive, pixels = drawn_dive()
    path = kind(tmp_path, pixels, make_video)
    frames = decode(path, width=WIDTH, height=HEIGHT)
    page = opened(visit, tmp_path, path, dive, frames)
    page.set_viewport_size({"width": width, "height": 900})
    for number in (5, 18, 29):
        go_to(page, number)
        assert overlap(drawn_pixels(page), bar_pixels(page)) > 0.6


def test_between_the_frames_that_were_looked_at_the_last_one_is_drawn(make_video, tmp_path, visit):
    dive, pixels = drawn_dive()
    path = twice_as_many(tmp_path, pixels, make_video)
    every = decode(path, width=WIDTH, height=HEIGHT)
    frames = replace(
        every, pixels=every.pixels[::2], start_seconds=every.start_seconds[::2],
        numbers=every.numbers[::2],
    )  # fmt: skip
    page = opened(visit, tmp_path, path, dive, frames)
    for number in (36, 37):
        go_to(page, number)
        assert overlap(drawn_pixels(page), bar_pixels(page)) > 0.6


@pytest.fixture
def page(make_video, tmp_path, visit):
    """The page of a drawn dive, opened from the disk without a network."""
    dive, pixels = drawn_dive()
    path = plain(tmp_path, pixels, make_video)
    return opened(visit, tmp_path, path, dive, decode(path, width=WIDTH, height=HEIGHT))


def silhouette_of(page) -> str:
    return page.locator("#query-drawn .silhouette").get_attribute("d")


def test_it_is_drawn_or_not_as_the_user_wishes(page):
    go_to(page, 10)
    assert page.locator("#query-drawn").is_visible()
    page.locator("#drawn").uncheck()
    assert page.locator("#query-drawn").is_hidden()
    page.locator("#player").focus()
    page.keyboard.press("o")
    assert page.locator("#query-drawn").is_visible()
    assert page.locator("#drawn").is_checked()
    page.locator("body").evaluate("body => { body.tabIndex = -1; body.focus(); }")
    page.keyboard.press("o")  # not in the player: nothing happens
    assert page.locator("#query-drawn").is_visible()


def test_it_keeps_in_step_while_it_plays_and_where_it_is_sent(page):
    facts = page.evaluate("JSON.parse(document.getElementById('data').textContent).query.drawn")
    go_to(page, 0)
    seen = {silhouette_of(page)}
    page.locator("#speed").select_option("0.25")
    page.locator("#play").click()
    for _ in range(5):
        page.wait_for_timeout(120)
        seen.add(silhouette_of(page))
    page.locator("#play").click()
    assert len(seen) > 2
    page.locator("#scrubber").fill("20")
    corners = np.reshape(facts["silhouettes"][20][0], (-1, 2))
    first = corners[0] * np.array([facts["width"], facts["height"]]) / facts["parts"]
    assert silhouette_of(page).startswith(f"M{first[0]:.1f} {first[1]:.1f}L")
    page.locator(".chapters button").last.click()
    assert page.locator("#query-at").inner_text().startswith("1.00 s")
    page.keyboard.press("ArrowRight")
    assert silhouette_of(page) == ""  # the water has it


def test_the_angle_stands_beside_a_vertical_at_the_water(page):
    said, upright = page.locator("#query-drawn text"), page.locator("#query-drawn .upright")
    go_to(page, 20)
    assert (said.text_content(), upright.get_attribute("d")) == ("", "")
    go_to(page, 29)
    assert said.text_content() == "12° past vertical"
    assert "V" in upright.get_attribute("d")
    go_to(page, 31)
    assert said.text_content() == ""


def test_what_is_drawn_is_kept_in_a_picture(page):
    go_to(page, 18)
    pictures = []
    for wanted in (True, False):
        page.locator("#drawn").set_checked(wanted)
        with page.expect_download() as download:
            page.locator("#save-picture").click()
        content = Path(download.value.path()).read_bytes()
        pictures.append(np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int))
    changed = np.abs(pictures[0] - pictures[1]).max(axis=2) > 40
    assert 0.001 < changed.mean() < 0.1


@pytest.mark.parametrize("width", [1200, 320])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_nothing_hinders_anybody(page, colours, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=colours)
    assert breaches(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_all_that_takes_the_focus_is_named_outlined_in_sight_and_large(page):
    stops = tab_through(page)
    assert [stop for stop in stops if not stop["name"]] == []
    assert [s for s in stops if s["outline"] != "solid" or s["thick"] < 2] == []
    assert [stop for stop in stops if stop["covered"] or stop["small"]] == []
    assert "Draw the athlete" in {stop["name"] for stop in stops}


def test_a_made_up_language_reaches_all_of_the_page(
    make_video, tmp_path, visit, made_up_language
):  # fmt: skip
    dive, pixels = drawn_dive()
    path = plain(tmp_path, pixels, make_video)
    frames = decode(path, width=WIDTH, height=HEIGHT)
    page = opened(visit, tmp_path, path, dive, frames, made_up_language)
    page.locator(".chapters button").last.click()
    assert page.locator("#query-drawn text").text_content()
    rest = untranslated(page, "dive.mp4", "407C", "new measure", "never heard of")
    assert rest == set()


def test_it_prints(page):
    page.emulate_media(media="print")
    for shown in (".strobe img", ".seen", ".faults", ".measures"):
        assert page.locator(shown).is_visible()
    assert page.locator(".player").is_hidden()


def test_a_rendered_dive_is_drawn_where_it_is(tmp_path, visit):
    """All of it: rendered, followed without a hint, drawn in the browser, and there the joints."""
    one = simulate(SimulationOptions(n_performances=1, seed=190_019))[0]
    path = tmp_path / "rendered.mp4"
    write_video(path, one.frames(), one.options.frames_per_second)
    frames = frames_of(path)
    athlete = follow(frames)
    joints = one.landmarks()[frames.numbers]
    above = one.motion().joints[frames.numbers, :, 1].min(axis=1) > 0
    water = int(np.flatnonzero(above)[-1])
    entry = Reading(
        Measurement("entry_angle_degrees", "degrees", Phase.ENTRY, 3.0, 1.0, 5.0,
                    float(frames.start_seconds[water - 2]), float(frames.start_seconds[water]))
    )  # fmt: skip
    dive = Dive(athlete, outline(athlete), Moments(Moment(0), None, Moment(water)))
    made = make_measured_report(Examination(path, frames, dive, (entry,)))
    page = visit(made.save(tmp_path / "out.html").as_uri(), offline=True).page
    page.locator("#playing").wait_for(state="visible")
    trunk = [Joint.PELVIS, Joint.WAIST, Joint.CHEST]
    near = []
    for number in range(water // 3, water, max(water // 8, 1)):
        go_to(page, number)
        pixels = drawn_pixels(page)
        size = np.array(pixels.shape[::-1]) / (one.options.width, one.options.height)
        places = np.argwhere(pixels)[:, ::-1] / size
        middle = joints[number, trunk].mean(axis=0)
        distance = np.hypot(*(places - middle).T).min() if len(places) else np.inf
        near.append(distance < 6)  # of 320 pixels
    assert len(near) >= 5
    assert np.mean(near) >= 0.7
