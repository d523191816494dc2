"""Several assessments on one page: a table, and any two of them in step."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest

from browsing import SHOWN, breaches, breaches_in_firefox, pixels_of
from podium.assessment.feedback import ClipFeedback, remarks
from podium.assessment.values import Assessment, Score
from podium.report.page import make_report
from podium.report.result import result_json
from podium.video.clips import VideoFacts

from .conftest import running
from .prepared import id_of, put_done

N_FRAMES, STEP, DARKEST = 24, 9, 24
SIDES = "left", "right"
IDS = [id_of(number) for number in (1, 2, 3)]


def measured(left, water):
    """Measures of one whose flight lasts from frame to frame, with 25 a second."""
    first, last = left / 25, water / 25
    flight = last - first
    about = {"phase": "flight", "reason": "", "percentile": None, "reference_value": None}
    return [
        {"name": "flight_seconds", "unit": "seconds", "value": flight, "low": flight - 0.02,
         "high": flight + 0.02, "start_seconds": first, "end_seconds": last, **about},
    ]  # fmt: skip


def fill(store, make_video):
    """Three dives whose frames tell their numbers; the second leaves the board later."""
    for number, (left, water, score) in enumerate([(4, 16, 60), (8, 20, 84), (4, 10, 62)], 1):
        frames = [np.full((96, 128, 3), DARKEST + STEP * n, np.uint8) for n in range(N_FRAMES)]
        clips = (ClipFeedback(0, 0.0, 0.64, 0.1, -6.0, True, "entry"),)
        made = Assessment(
            make_video(f"dive{number}.mp4", frames), VideoFacts(24, 24, 0, 0.96),
            Score(score, score - 8, score + 8, 0.0, 104.0), "407", 3.2, False, (), clips,
            remarks(clips), "bars", "motion",
        )  # fmt: skip
        made = replace(made, name=f"dive {number} <b>.mp4")
        put_done(store, number, video_name=f"dive {number} <b>.mp4")
        folder = store / "assessments" / id_of(number) / "result"
        make_report(made).save(folder / "report.html")
        plain = json.loads(result_json(made)) | {"measures": measured(left, water)}
        plain["measured_remarks"] = [{"phase": "entry", "is_praise": False, "words": "late"}]
        (folder / "result.json").write_text(json.dumps(plain))


@pytest.fixture
def served(make_video, tmp_path):
    fill(tmp_path / "store", make_video)
    with running(tmp_path / "store", "simulated") as server:
        yield server


def shown_frame(pixels) -> int:
    return round((float(np.mean(pixels)) - DARKEST) / STEP)


def frames_shown(page) -> list[int]:
    """Read from their lightness which frames are on screen."""
    return [shown_frame(pixels_of(page.evaluate(SHOWN, f"{one}-video"))) for one in SIDES]


def until_shown(page, *frames: int) -> None:
    """Wait until both videos show these frames: what was gone to is painted a moment later."""
    end = time.monotonic() + 60
    while (found := frames_shown(page)) != list(frames):
        assert time.monotonic() < end, found
        page.wait_for_timeout(50)


def test_what_is_asked_for_is_answered(served):
    with served.client() as client:
        table = client.get("/api/side_by_side", params={"ids": ",".join(IDS)}).json()
        assert [one["name"] for one in table["columns"]] == [f"dive {n} <b>.mp4" for n in (1, 2, 3)]
        rows = {row["name"]: row["cells"] for row in table["rows"]}
        verdicts = {name: [one["beside_first"] for one in cells] for name, cells in rows.items()}
        assert verdicts["Score"] == ["first", "more", "unclear"]
        assert verdicts["Time in the air"] == ["first", "unclear", "less"]
        assert [one["value"] for one in rows["Most to improve"]] == ["entry"] * 3
        steps = client.get("/api/steps", params={"one": IDS[0], "other": IDS[1]}).json()
        assert steps == {
            "ours": pytest.approx([4 / 25, 16 / 25]), "theirs": pytest.approx([8 / 25, 20 / 25])
        }  # fmt: skip
        video = client.get(f"/api/assessments/{IDS[0]}/video.mp4")
        assert (video.status_code, video.headers["content-type"]) == (200, "video/mp4")
        assert video.content[4:8] == b"ftyp"
        alone = client.get("/api/side_by_side", params={"ids": IDS[0]})
        assert alone.status_code == 422
        missing = client.get("/api/side_by_side", params={"ids": f"{IDS[0]},{id_of(9)}"})
        assert missing.status_code == 404
        page = client.get("/side_by_side")
        assert page.headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            "media-src blob:"
        )


def table_text(page) -> str:
    page.locator("#beside-rows tr").first.wait_for()
    return page.locator("table.beside").inner_text()


@pytest.mark.parametrize("width", [1200, 360])
def test_several_are_ticked_and_two_play_in_step(served, visit, width):
    page = visit(f"{served.url}/").page
    boxes = page.locator("#rows input[type=checkbox]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    in_list = [table_text(page), page.locator("#comparison").is_visible()]
    page.get_by_role("link", name="Put 2 side by side").click()
    page.locator("#player[data-ready]").wait_for()
    assert [table_text(page), True] == in_list  # two are compared by the same table
    page.go_back()
    for number in range(3):
        boxes.nth(number).check()
    page.set_viewport_size({"width": width, "height": 900})
    assert breaches(page) == []
    page.get_by_role("link", name="Put 3 side by side").click()
    page.locator(f"#player[data-ready='{IDS[2]} {IDS[1]}']").wait_for()
    page.locator("#left").select_option(index=2)
    page.locator(f"#player[data-ready='{IDS[0]} {IDS[1]}']").wait_for()
    assert page.locator("#steps").inner_text().startswith("The right one is kept in step")
    for frame in (4, 10, 16):
        page.evaluate("seconds => { document.getElementById('left-video').currentTime = seconds; }",
                      (frame + 0.5) / 25)  # fmt: skip
        until_shown(page, frame, frame + 4)
    cells = page.locator("#beside-rows tr", has_text="Time in the air").locator("td")
    assert [text.split("\n")[-1] for text in cells.all_inner_texts()] == [
        "0.22 to 0.26", "▲ more", "▲ more"
    ]  # fmt: skip
    assert page.get_by_text("the others are held against it").count() == 1
    assert page.locator("#beside-heads b").count() == 0
    assert breaches(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#speed").select_option("2.0")
    page.click("#play")
    page.wait_for_function("() => document.getElementById('left-video').ended")
    page.locator("#play", has_text="Play").wait_for()


@pytest.mark.slow
def test_two_play_in_step_in_firefox(served, firefox):
    firefox.goto(f"{served.url}/side_by_side?ids={IDS[0]},{IDS[1]}")
    firefox.wait("document.getElementById('player').dataset.ready")
    firefox.evaluate("document.getElementById('left-video').currentTime = 10.5 / 25;")
    firefox.wait(
        "Math.abs(document.getElementById('right-video').currentTime - 14.5 / 25) < 0.02"
        " && !document.getElementById('right-video').seeking"
    )
    assert breaches_in_firefox(firefox) == []
    asked = firefox.evaluate("return performance.getEntriesByType('resource').map(e => e.name)")
    assert [url for url in asked if not url.startswith(("blob:", "data:", f"{served.url}/"))] == []
