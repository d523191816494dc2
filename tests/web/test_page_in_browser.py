"""The page in a real browser: from dropping a video to stepping through its report."""

import re
from pathlib import Path

import numpy as np
import pytest

from browsing import decoded, shown
from podium.playback import make_playback

from .conftest import Server, running

SECONDS = 240_000
"""The machine may be busy with other tests."""


@pytest.fixture(scope="module")
def server(browser, small_model, tmp_path_factory):
    with running(tmp_path_factory.mktemp("page") / "store", str(small_model.folder)) as made:
        yield made


@pytest.fixture
def page(server, visit):
    return visit(f"{server.url}/").page


def outcome(page, number: int = 0):
    """Wait until an assessment is done, and give its row; the newest is the first."""
    row = page.locator("#rows tr").nth(number)
    row.locator("xpath=self::*[@data-state='done']").wait_for(timeout=SECONDS)
    return row


def ten_steps_show_the_frames_of(page, path: Path) -> None:
    """Step ten frames on, and compare each with the frame that a decoder gives."""
    page.locator("#playing").wait_for(state="visible")
    frames, playback = decoded(path), make_playback(path)
    assert len(frames) == len(playback.start_seconds) > 11
    for number in range(1, 11):
        page.keyboard.press("ArrowRight")
        picture = shown(page, "query").astype(int)
        differences = [np.abs(picture - other).mean() for other in frames[:14]]
        assert differences[number] < 6
        assert differences[number] <= min(differences) + 0.25
    assert "frame 11 of" in page.locator("#query-at").inner_text()


@pytest.mark.slow
def test_a_made_video_beside_ones_own_expert(page, small_model):
    dive, expert = small_model.video("test", "107"), small_model.video("train", "107")
    page.set_input_files("#videos", dive)
    page.fill("#action", "107C")
    assert page.locator("#action-note").inner_text().startswith("107: its difficulty is usually 2")
    page.fill("#difficulty", "2,0")
    page.select_option("#beside", "own")
    page.set_input_files("#own", expert)
    page.click("#assess")
    row = outcome(page)
    assert re.search(r"\d+\.\d \(\d+\.\d to \d+\.\d\)", row.inner_text())
    row.get_by_role("link", name=f"Open the report of {dive.name}").click()
    ten_steps_show_the_frames_of(page, dive)
    assert page.locator("#reference").count() == 1


@pytest.mark.slow
def test_a_real_dive_beside_the_experts_that_ship(browser, visit, data_folder, tmp_path):
    video = data_folder / "dives" / "unlv_054_original_length.avi"
    with running(tmp_path / "store", "diving") as server:
        page = visit(f"{server.url}/").page
        page.set_input_files("#videos", video)
        page.fill("#action", "207C")
        page.fill("#difficulty", "3.3")
        page.click("#assess")
        outcome(page).get_by_role("link", name=re.compile("Open the report")).click()
        assert "The expert's video is not here" in page.locator("#player").inner_text()
        ten_steps_show_the_frames_of(page, video)


@pytest.mark.slow
def test_a_batch_is_compared_downloaded_and_deleted(server: Server, page, small_model, tmp_path):
    before = page.locator("#rows tr").count()
    hostile = tmp_path / "=1+1 <img src=x onerror=alert(1)>.mp4"
    hostile.write_bytes(small_model.video("test", "407").read_bytes())
    page.set_input_files("#videos", [hostile, small_model.video("test", "107")])
    page.click("#assess")
    outcome(page, 0), outcome(page, 1)
    assert page.locator("#rows tr").nth(1).locator("td.name").inner_text().startswith("=1+1 <img")
    with page.expect_download() as download:
        page.get_by_text("Table of this batch (CSV)").first.click()
    table = Path(download.value.path()).read_text("utf-8")
    assert "'=1+1 <img src=x onerror=alert(1)>.mp4,done," in table
    boxes = page.locator("#rows input[type=checkbox]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.locator("#comparison").wait_for(state="visible")
    page.locator("#difference", has_text="points from the earlier to the later").wait_for()
    for _ in range(2):
        page.locator("#rows tr").first.get_by_role("button", name=re.compile("Delete")).click()
        page.wait_for_timeout(1000)
    page.locator("#rows tr").nth(before).wait_for(state="detached")


def test_wrong_words_are_said_before_anything_is_sent(page, small_model):
    page.locator("#about", has_text="The model").wait_for(timeout=SECONDS)
    page.click("#assess")
    assert page.locator("#said").inner_text() == "No video is chosen yet."
    page.set_input_files("#videos", small_model.video())
    page.fill("#action", "999")
    assert page.locator("#action-note").inner_text() == (
        "999 is not one that the model knows. It knows 107, 407."
    )
    page.click("#assess")
    assert "999 is not one" in page.locator("#said").inner_text()
    page.fill("#action", "")
    page.fill("#difficulty", "hard")
    page.click("#assess")
    assert "must be a number above 0" in page.locator("#said").inner_text()


def test_nothing_serious_hinders_anybody(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for dark in ("light", "dark"):
        page.emulate_media(color_scheme=dark)
        found = axe.run(page).response["violations"]
        serious = [v for v in found if v["impact"] in ("serious", "critical")]
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in serious] == []


def test_the_page_speaks_german(page, server):
    page.locator("#language").select_option("de")
    page.locator("h2", has_text="Neue Beurteilung").wait_for()
    assert page.locator("html").get_attribute("lang") == "de"
