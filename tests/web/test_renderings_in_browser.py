"""A film to send, from the button of an assessment to the file, in a real browser."""

import time
from pathlib import Path

import numpy as np
import pytest

from browsing import breaches, breaches_in_firefox, untranslated
from podium.report.words import languages

from .conftest import running
from .prepared import id_of, put_done
from .test_renderings import DONE, NAME, by_command, frames_in, put_report


@pytest.fixture
def served(browser, make_video, small_model, tmp_path):
    """A page with an assessment whose report plays, and one whose report does not."""
    put_report(tmp_path / "store", make_video)
    put_done(tmp_path / "store", 5)
    with running(tmp_path / "store", str(small_model.folder)) as server:
        yield server


def as_by_command(server, saved: Path, tmp_path: Path, *options: str) -> bool:
    """Whether a file has the frames that the command makes of the same report."""
    with server.client() as client:
        report = client.get(f"/assessments/{DONE}/report").text
    theirs = by_command(report, tmp_path / "command.mp4", *options, "--out")
    return np.array_equal(frames_in(saved.read_bytes()), frames_in(theirs))


@pytest.mark.parametrize("width", [1200, 360])
def test_it_is_made_saved_and_cancelled(served, visit, tmp_path, width):
    page = visit(f"{served.url}/").page
    page.set_viewport_size({"width": width, "height": 800})
    page.get_by_role("button", name=f"A film or picture of {NAME} to send").click()
    page.locator("#sending[open]").wait_for()
    offered = page.locator("#sending-what option:not([hidden])").all_inner_texts()
    assert offered == [
        "film: both videos side by side", "film: one video over the other",
        "one page to print (PDF)",
    ]  # fmt: skip
    assert breaches(page) == []
    page.locator("#sending-what").select_option("overlay")
    page.locator("#sending-time").select_option("plain")
    page.click("#sending-make")
    page.locator("#sending-said", has_text="It is ready.").wait_for()
    assert page.locator("#sending-file").inner_text().startswith("Save Kür – 1-film.mp4 (0.")
    assert breaches(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    with page.expect_download() as download:
        page.click("#sending-file")
    assert download.value.suggested_filename == "Kür – 1-film.mp4"
    assert as_by_command(served, Path(download.value.path()), tmp_path, "--overlay", "--plain")
    page.click("#sending-make")
    page.click("#sending-stop")
    page.locator("#sending-file").wait_for(state="hidden")
    page.click("#sending-close")
    assert list((served.folder / "renderings").glob("*/film.mp4")) == []


def test_of_a_report_without_videos_there_is_nothing_to_send(served, visit):
    page = visit(f"{served.url}/?language=de").page
    page.get_by_role("button", name="Film oder Bild von dive 5.mp4 zum Verschicken").click()
    page.locator("#sending-nothing", has_text="Er hat keine Videos.").wait_for()
    assert not page.locator("#sending-make").is_visible()


@pytest.mark.slow
def test_it_is_made_and_saved_in_firefox(served, firefox, tmp_path):
    firefox.goto(f"{served.url}/")
    row = f"document.querySelector(\"#rows tr[data-id='{DONE}'] button\")"
    firefox.wait(row)
    firefox.evaluate(f"{row}.click()")
    firefox.wait("document.getElementById('sending').open")
    assert breaches_in_firefox(firefox) == []
    firefox.evaluate("document.getElementById('sending-make').click()")
    firefox.wait("!document.getElementById('sending-file').hidden")
    firefox.evaluate("document.getElementById('sending-file').click()")
    saved, end = firefox.downloads / "Kür – 1-film.mp4", time.monotonic() + 60
    while not (saved.is_file() and saved.stat().st_size) and time.monotonic() < end:
        time.sleep(0.1)
    asked = firefox.evaluate("return performance.getEntriesByType('resource').map(e => e.name)")
    assert [url for url in asked if not url.startswith(("data:", f"{served.url}/"))] == []
    assert as_by_command(served, saved, tmp_path)


def test_a_made_up_language_reaches_it(served, visit, make_client, tmp_path, made_up_language):
    html = make_client(tmp_path / "other").get(f"/?language={made_up_language}").text
    page = visit(f"{served.url}/").page
    page.route(f"{served.url}/x", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.route("**/rendering", lambda route: route.fulfill(json={
        "offers": ["beside"], "what": "beside", "plain": False, "state": "done", "share": 1,
        "error": None, "name": "film.mp4", "n_bytes": 2_000_000,
    }))  # fmt: skip
    page.goto(f"{served.url}/x")
    page.locator(f"#rows tr[data-id='{id_of(10)}'] button").first.click()
    page.locator("#sending-file").wait_for()
    days = page.locator("#rows td:nth-child(5)").all_inner_texts()
    known = NAME, "film.mp4", "dive 5.mp4", "407", *days, *languages().values()
    assert untranslated(page, *known) == set()
