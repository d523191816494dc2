"""The page in a real browser: from dropping a video to stepping through its report."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from browsing import (
    NOTE_PAINTED,
    breaches,
    decoded,
    reference_at,
    shown,
    shown_in_firefox,
    tab_through,
    untranslated,
)
from podium.features.alignment import Alignment
from podium.report.words import languages
from podium.video.playback import make_playback

from .conftest import Server, children_of, running

SECONDS = 240_000
"""The machine may be busy with other tests."""


@pytest.fixture
def page(server, visit):
    return visit(f"{server.url}/").page


def outcome(page, number: int = 0):
    """Wait until an assessment is done, and give its row; the newest is the first."""
    row = page.locator("#rows tr").nth(number)
    row.locator("xpath=self::*[@data-state='done']").wait_for(timeout=SECONDS)
    return row


def ten_steps_show_the_frames_of(page, path: Path, reference: Path | None = None) -> None:
    """Step ten frames on, and compare each, on both sides, with those that a decoder gives."""
    page.locator("#playing").wait_for(state="visible")
    ours = make_playback(path).start_seconds
    assert len(ours) > 11
    frames = {"query": decoded(path)} | ({"reference": decoded(reference)} if reference else {})
    theirs = make_playback(reference).start_seconds if reference else ()
    for number in range(1, 11):
        page.keyboard.press("ArrowRight")
        wanted = {"query": number}
        if reference:
            there = reference_at(in_step(page), (ours[number] + ours[number + 1]) / 2)
            wanted["reference"] = max(int(np.searchsorted(theirs, there, "right")) - 1, 0)
        for name, expected in wanted.items():
            picture = shown(page, name).astype(int)
            near = range(max(expected - 3, 0), min(expected + 4, len(frames[name])))
            differences = {i: np.abs(picture - frames[name][i]).mean() for i in near}
            assert differences[expected] < 6
            assert differences[expected] <= min(differences.values()) + 0.25
    assert "frame 11 of" in page.locator("#query-at").inner_text()


def in_step(page) -> Alignment:
    """Read from the result that a report keeps how its videos are put in step."""
    data = json.loads(page.locator("#data").text_content())
    return Alignment(**json.loads(data["saved"]["result.json"])["alignment"])


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
    assert re.search(r"\d+\.\d points \(\d+\.\d to \d+\.\d\)", row.inner_text())
    row.get_by_role("link", name=f"Open the report of {dive.name}").click()
    ten_steps_show_the_frames_of(page, dive, expert)


@pytest.mark.slow
def test_a_real_dive_beside_the_experts_that_ship_and_beside_another(
    browser, visit, data_folder, tmp_path
):
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
        page.go_back()
        other = video.with_name("springboard_640x480.mp4")
        page.set_input_files("#videos", video)
        page.select_option("#beside", "own")
        page.set_input_files("#own", other)
        page.click("#assess")
        page.locator("#rows tr").nth(1).wait_for(timeout=SECONDS)
        outcome(page).get_by_role("link", name=re.compile("Open the report")).click()
        ten_steps_show_the_frames_of(page, video, other)


@pytest.mark.slow
def test_a_batch_is_compared_downloaded_and_deleted(server: Server, page, small_model, tmp_path):
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
    page.locator("#beside-rows tr", has_text="Score").first.wait_for()
    for id_ in [page.locator("#rows tr").nth(n).get_attribute("data-id") for n in range(2)]:
        ours = page.locator(f"#rows tr[data-id='{id_}']")
        ours.get_by_role("button", name=re.compile("Delete")).click()
        ours.wait_for(state="detached")


def kept(server: Server) -> set[str]:
    """List what the server keeps on disk."""
    return {path.relative_to(server.folder).as_posix() for path in server.folder.rglob("*")
            if path.is_file()}  # fmt: skip


def until(is_so: Callable[[], bool], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@pytest.fixture
def half_sent(server: Server, page, small_model, tmp_path):
    """Begin to send a large video over a slow line, and wait until a part of it has come."""
    before, processes = kept(server), children_of(server.process.pid)
    large = tmp_path / "large.mp4"
    large.write_bytes(small_model.video("test", "107").read_bytes() + bytes(20_000_000))
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 500_000}
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", slow)
    page.set_input_files("#videos", large)
    page.click("#assess")
    partial = server.folder / "partial"
    until(lambda: any(path.stat().st_size for path in partial.iterdir()), "nothing was sent")
    assert max(path.stat().st_size for path in partial.iterdir()) < 10_000_000
    yield large
    until(lambda: kept(server) == before, "a file was left behind")
    until(lambda: children_of(server.process.pid) == processes, "a process was left behind")


@pytest.mark.slow
def test_an_upload_that_is_stopped_half_way_leaves_nothing_behind(page, half_sent):
    page.locator("#stop").click()
    page.locator("#said", has_text="stopped").wait_for()
    assert page.locator("#assess").is_enabled()
    assert page.locator("#stop").is_hidden()


@pytest.mark.slow
def test_a_page_that_is_closed_half_way_leaves_nothing_behind(page, half_sent):
    page.context.close()


def test_a_large_video_goes_on_after_its_connection_was_killed(
    server, visit, small_model, tmp_path
):
    large, killed = tmp_path / "large.mp4", []
    large.write_bytes(small_model.video("test", "107").read_bytes() + bytes(40_000_000))
    visited = visit(f"{server.url}/")
    page = visited.page

    def kill(route):
        if "offset=8388608" in route.request.url and len(killed) < 2:
            killed.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/api/uploads/*", kill)
    page.set_input_files("#videos", large)
    page.click("#assess")
    page.locator("#said", has_text="Queued").wait_for(timeout=SECONDS)
    assert len(killed) == 2
    visited.complaints.clear()  # the browser itself notes each connection that broke
    page.get_by_role("button", name="Delete").first.click()
    until(lambda: not list((server.folder / "partial").iterdir()), "a part was left behind")


@pytest.mark.slow
def test_names_and_refusals_are_only_ever_text_in_the_page(server, visit, small_model, tmp_path):
    visited = visit(f"{server.url}/")
    page = visited.page
    names = ["<img src=x onerror=alert(1)>.mp4", '"><svg onload=alert(2)>.mp4', "{{7*7}}.mp4"]
    for name in names:
        (tmp_path / name).write_bytes(small_model.video("test", "107").read_bytes())
    picture = tmp_path / "<b>picture.svg"
    picture.write_text("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(3)'/>")
    files = kept(server)
    page.set_input_files("#videos", picture)
    assert page.locator("#chosen").inner_text().endswith("<b>picture.svg")
    page.click("#assess")
    page.locator("#said", has_text="<b>picture.svg: cannot be read as a video").wait_for()
    assert kept(server) == files
    assert "415" in visited.complaints.pop()  # the browser itself notes what was refused
    page.select_option("#beside", "own")
    for name in names[:2]:
        page.set_input_files("#videos", tmp_path / name)
        page.set_input_files("#own", tmp_path / names[2])
        assert page.locator("#own-name").inner_text() == names[2]
        page.click("#assess")
        page.locator("#rows tr", has_text=name).wait_for(timeout=SECONDS)
        outcome(page)
    rows = page.locator("#rows tr")
    for number, name in enumerate(reversed(names[:2])):
        cells = rows.nth(number).locator("td")
        assert cells.nth(1).inner_text().partition(" · ")[0] == name
        assert cells.nth(3).inner_text() == names[2]
        label = rows.nth(number).get_by_role("link").first.get_attribute("aria-label")
        assert label == f"Open the report of {name}"
        rows.nth(number).locator("input").check()
    page.locator("#beside-heads", has_text=names[0]).wait_for()
    assert names[1] in page.locator("#beside-heads").inner_text()
    for html in ("img[src=x]", "svg", "b"):
        assert page.locator(html).count() == 0
    rows.first.get_by_role("link").first.click()
    page.locator("#playing").wait_for(state="visible")
    assert page.locator("h1").inner_text() == names[1]
    assert page.locator(".side h3").nth(1).inner_text().endswith(names[2])
    assert page.locator("img[src=x], svg[onload]").count() == 0
    page.go_back()
    for name in names[:2]:
        ours = page.locator("#rows tr", has_text=name)
        ours.get_by_role("button", name=re.compile("Delete")).click()
        ours.wait_for(state="detached")
    until(lambda: kept(server) == files, "a file was left behind")


def test_wrong_words_are_said_before_anything_is_sent(page, small_model):
    page.locator("#about", has_text="The model").wait_for(timeout=SECONDS)
    page.click("#assess")
    assert page.locator("#said").inner_text() == "No video is chosen yet."
    page.set_input_files("#videos", small_model.video())
    page.fill("#action", "999")
    assert (
        page.locator("#action-note").inner_text()
        == "The model does not know 999. It knows 107, 407."
    )
    page.click("#assess")
    assert "does not know 999" in page.locator("#said").inner_text()
    page.fill("#action", "")
    page.fill("#difficulty", "hard")
    page.click("#assess")
    assert "must be a number above 0" in page.locator("#said").inner_text()


def test_who_the_athlete_is_can_be_pointed_at(page, server, small_model):
    page.set_input_files("#videos", small_model.video())
    page.click("#point")
    page.locator("#first").wait_for(state="visible", timeout=SECONDS)
    page.wait_for_function("document.getElementById('first-frame').naturalWidth > 0")
    box = page.locator("#first-frame").bounding_box()
    page.locator("#first").click(position={"x": box["width"] / 4, "y": box["height"] / 2})
    said = "The athlete is {} pixels from the left and {} from the top."
    assert page.locator("#pointed").inner_text() == said.format(16, 24)
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert page.locator("#pointed").inner_text() == said.format(22, 24)
    asked = []
    page.on("request", lambda one: asked.append(one) if one.method == "POST" else None)
    page.click("#assess")
    page.locator("#said", has_text="Queued").wait_for(timeout=SECONDS)
    assert [one.url.rpartition("/")[2] for one in asked] == ["assessments"]  # sent once, before
    assert json.loads(asked[0].post_data)["athlete"] == pytest.approx([22.4, 24], abs=0.6)
    outcome(page).get_by_role("button", name=re.compile("Delete")).click()


def test_nobody_is_pointed_at_where_several_videos_are_chosen(page, small_model):
    page.set_input_files("#videos", [small_model.video("test"), small_model.video("train")])
    assert page.locator("#pointing").is_hidden()


def drop(page, *paths: Path) -> None:
    """Drop files and folders from the desktop, as the system hands them to the browser."""
    box = page.locator("#drop").bounding_box()
    place = {"x": box["x"] + 20, "y": box["y"] + 20}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})


@pytest.fixture
def folder_of_videos(small_model, tmp_path) -> Path:
    """A folder with two videos, one of them further down, and what is no video."""
    folder = tmp_path / "meeting"
    (folder / "second round").mkdir(parents=True)
    (folder / "a.mp4").write_bytes(small_model.video("test", "107").read_bytes())
    (folder / "second round" / "b.mp4").write_bytes(small_model.video("test", "407").read_bytes())
    (folder / "notes.txt").write_text("no video")
    (folder / ".hidden.mp4").write_bytes(b"no video")
    return folder


def test_files_and_folders_can_be_dropped_and_chosen(page, folder_of_videos):
    chosen = page.locator("#chosen")
    drop(page, folder_of_videos / "a.mp4")
    page.locator("#chosen", has_text="1 chosen: a.mp4").wait_for()
    drop(page, folder_of_videos)
    page.locator("#chosen", has_text="2 chosen").wait_for()
    assert sorted(chosen.inner_text().removeprefix("2 chosen: ").split(", ")) == ["a.mp4", "b.mp4"]
    page.set_input_files("#videos", folder_of_videos / "a.mp4")
    assert chosen.inner_text() == "1 chosen: a.mp4"
    page.set_input_files("#folder", folder_of_videos)
    page.locator("#chosen", has_text="2 chosen").wait_for()
    assert sorted(chosen.inner_text().removeprefix("2 chosen: ").split(", ")) == ["a.mp4", "b.mp4"]


def test_a_file_is_taken_where_a_browser_knows_no_folders(page):
    """Some browsers, and files that come out of another program, have no entry."""
    page.evaluate("""() => {
      const dropped = new DataTransfer();
      dropped.items.add(new File(["x"], "plain.mp4"));
      dropped.items.add("some text", "text/plain");
      const event = new DragEvent("drop", { dataTransfer: dropped });
      document.getElementById("drop").dispatchEvent(event);
    }""")
    page.locator("#chosen", has_text="1 chosen: plain.mp4").wait_for()


@pytest.mark.slow
def test_a_dropped_folder_is_assessed_beside_a_shipped_expert(page, server, folder_of_videos):
    page.locator("#about", has_text="The model").wait_for(timeout=SECONDS)
    page.select_option("#beside", "expert")
    page.fill("#action", "107")
    options = page.locator("#expert option")
    assert options.count() > 0
    assert all(" (107, " in text for text in options.all_inner_texts())
    expert = page.locator("#expert").input_value()
    (folder_of_videos / "second round" / "b.mp4").write_bytes(
        (folder_of_videos / "a.mp4").read_bytes()
    )
    drop(page, folder_of_videos)
    page.locator("#chosen", has_text="2 chosen").wait_for()
    page.click("#assess")
    rows = page.locator("#rows tr")
    running = page.locator("#rows tr[data-state=running]")
    running.first.wait_for(timeout=SECONDS)
    bar = running.first.get_by_role("progressbar")
    assert bar.get_attribute("aria-label")  # it says what is going on
    newest = rows.first
    newest.get_by_role("button", name=re.compile("Cancel")).click()
    page.locator("#rows tr:first-child[data-state=cancelled]").wait_for()
    assert outcome(page, 1).locator("td").nth(3).inner_text() == expert
    with page.expect_download() as download:
        newest.get_by_text("Table of this batch (CSV)").click()
    lines = Path(download.value.path()).read_text("utf-8").splitlines()
    assert lines[0].startswith("file_name,state,score,score_low,score_high,")
    assert sorted(line.split(",")[1] for line in lines[1:]) == ["cancelled", "done"]
    page.reload()  # past ones are there again, and open
    outcome(page, 1).get_by_role("link", name=re.compile("Open the report")).click()
    page.locator("#playing").wait_for(state="visible")
    page.go_back()
    for _ in range(2):
        id_ = rows.first.get_attribute("data-id")
        rows.first.get_by_role("button", name=re.compile("Delete")).click()
        page.locator(f"#rows tr[data-id='{id_}']").wait_for(state="detached")


BESIDE = {
    "columns": [
        {"id": "0" * 32, "name": f"dive {number}.mp4", "athlete": "Ada", "day": "2026-05-31",
         "has_video": True}
        for number in (0, 1)
    ],
    "rows": [
        {"name": "Entry angle", "cells": [
            {"value": "3° short of vertical", "range": "", "beside_first": "first"},
            {"value": "3° short of vertical", "range": "", "beside_first": "unclear"},
        ]},
    ],
}  # fmt: skip
"""What two that are compared are said to be."""


def full_of(states: tuple[str, ...], browser_page, server: Server, about="The model") -> list[dict]:
    """Show assessments of these states, as if they had been made, and two of them compared."""
    summary = {
        "score": 61.3, "score_low": 48.0, "score_high": 70.6, "similarity": 0.5, "action": "107",
        "score_if_trusted": 61.3,
        "warnings": ["no difficulty was given: 2.0 was assumed"],
    }  # fmt: skip
    jobs = [
        {
            "id": f"{number:032x}", "state": state,
            "stage": "looking" if state == "running" else None,
            "video": f"dive {number}.mp4", "reference": None, "action": "107", "difficulty": 2.0,
            "language": "en", "batch": "b" * 32, "created_seconds": 1.7e9, "started_seconds": None,
            "ended_seconds": None, "error": "it broke" if state == "failed" else None,
            "summary": summary if state == "done" else None, "withheld": [],
            "recognised": "107B (forward, 3½ somersaults, pike)" if state == "done" else "",
            "measured": [{"name": "Entry angle", "value": "3° short of vertical"}],
            "about": {"athlete": "Ada", "day": "2026-05-31", "event": "Cup", "tags": ["final"],
                      "text": "windy"},
        }
        for number, state in enumerate(states)
    ]  # fmt: skip
    browser_page.route("**/api/assessments?*", lambda route: route.fulfill(json=jobs))
    browser_page.route("**/api/side_by_side?*", lambda route: route.fulfill(json=BESIDE))
    browser_page.reload()
    browser_page.locator("#about", has_text=about).wait_for(timeout=SECONDS)
    return jobs


def withheld(job: dict, why: list[dict], **changes: float | None) -> dict:
    """The same assessment without a number, and why there is none."""
    none = {"score": None, "score_low": None, "score_high": None, **changes}
    return {**job, "withheld": why, "summary": job["summary"] | none}


@pytest.mark.parametrize(
    ("language", "about", "said"),
    [
        ("en", "The model", ("No score", "upside down", "What to do: turn it", "No similarity",
                             "more reasons: 1, in the report")),
        ("de", "Das Modell",
         ("Keine Wertung", "upside down", "Was zu tun ist: turn it", "Keine Ähnlichkeit",
          "weitere Gründe: 1, im Bericht")),
        ("fr", "Le modèle",
         ("Pas de score", "upside down", "Que faire\u00a0: turn it", "Pas de ressemblance",
          "autres raisons\u00a0: 1, dans le rapport")),
    ],
)  # fmt: skip
def test_no_number_is_shown_of_what_is_withheld(page, server, language, about, said):
    page.goto(f"{server.url}/?language={language}")
    jobs = full_of(("done", "done", "done"), page, server, about)
    why = [{"doubt": "upside down", "remedy": "turn it"}]
    jobs[1] = withheld(jobs[1], why)
    jobs[2] = withheld(jobs[2], [{"doubt": "odd", "remedy": ""}, *why], score_if_trusted=None)
    page.route("**/api/assessments?*", lambda route: route.fulfill(json=jobs))
    page.reload()
    cells = page.locator("#rows tr td:nth-child(3)")
    cells.nth(2).wait_for()
    assert cells.nth(1).inner_text().split("\n")[:3] == list(said[:3])  # then what was measured
    assert cells.nth(2).inner_text().split("\n")[:3] == [said[3], "odd", said[4]]
    assert breaches(page) == []


@pytest.fixture
def full(page, server):
    full_of(("done", "done", "running", "waiting", "failed", "cancelled"), page, server)
    page.locator("#rows input").nth(0).check()
    page.locator("#rows input").nth(1).check()
    page.locator("#comparison").wait_for(state="visible")
    page.locator("#beside-rows tr").wait_for()
    page.click("#assess")  # what is wrong is said, too
    return page


@pytest.mark.parametrize("width", [1200, 320])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_nothing_hinders_anybody(full, colours, width):
    full.set_viewport_size({"width": width, "height": 900})
    full.emulate_media(color_scheme=colours)
    assert breaches(full) == []
    assert full.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1200, 320])
def test_all_that_takes_the_focus_is_named_outlined_in_sight_and_large(full, width):
    full.set_viewport_size({"width": width, "height": 600})
    for choice in ("own", "expert"):
        full.select_option("#beside", choice)
        stops = tab_through(full)
        assert len(stops) > 20
        assert [stop for stop in stops if not stop["name"]] == []
        assert [s for s in stops if s["outline"] != "solid" or s["thick"] < 2] == []
        assert [stop for stop in stops if stop["covered"] or stop["small"]] == []


def test_a_list_that_comes_late_brings_back_no_row_that_was_deleted(page, server):
    jobs = full_of(("waiting",), page, server)
    page.locator("#rows tr").wait_for()
    late = []
    page.unroute("**/api/assessments?*")
    page.route("**/api/assessments?*", lambda route: late.append(route))
    until(lambda: page.evaluate("1") and late, "the page asks no more")
    page.unroute("**/api/assessments?*")
    page.route("**/api/assessments?*", lambda route: route.fulfill(json=[]))
    page.route("**/api/assessments/*", lambda route: route.fulfill(status=204))
    page.get_by_role("button", name="Delete").first.click()
    page.locator("#rows tr").wait_for(state="detached")
    with page.expect_response("**/api/assessments?*"):
        late[0].fulfill(json=jobs)
    page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 0))")
    assert page.locator("#rows tr").count() == 0


def test_a_row_that_has_not_changed_is_not_touched(page, server):
    """A click whose button were made anew between press and release would be lost."""
    jobs = full_of(("done", "running", "waiting"), page, server)
    page.locator("#rows tr").nth(2).wait_for()
    page.evaluate("() => document.querySelectorAll('#rows tr').forEach((row) => (row.mine = true))")
    changed = [jobs[0], jobs[1] | {"state": "cancelled"}, jobs[2]]
    page.route("**/api/assessments?*", lambda route: route.fulfill(json=changed))
    page.locator("#rows tr[data-state=cancelled]").wait_for()
    mine = "() => [...document.querySelectorAll('#rows tr')].map((row) => Boolean(row.mine))"
    assert page.evaluate(mine) == [True, False, True]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", (
            "Nothing is being worked on (waiting: 2). Stop podium serve (Ctrl+C) and start it "
            "again: nothing is lost.")),
        ("de", "An nichts wird gearbeitet (wartend: 2). Bitte podium serve anhalten (Strg+C) und "
         "neu starten: Nichts geht verloren."),
    ],
)  # fmt: skip
def test_that_work_does_not_go_on_is_said_until_it_does(page, server, language, said):
    about = {"en": "The model", "de": "Das Modell"}[language]
    page.goto(f"{server.url}/?language={language}")
    stuck = {"goes_on": False, "n_waiting": 2}
    page.route("**/api/work", lambda route: route.fulfill(json=stuck))
    full_of(("waiting", "waiting", "failed"), page, server, about)
    page.locator("#stalled", has_text="podium serve").wait_for()
    assert page.locator("#stalled").inner_text() == said
    page.unroute("**/api/work")
    until(lambda: page.locator("#stalled").inner_text() == "", "it is still said")


def test_what_failed_or_was_cancelled_can_be_tried_again(page, server):
    full_of(("failed", "cancelled", "waiting", "done"), page, server)
    page.route("**/again", lambda route: route.fulfill(json={}))
    page.locator("#rows tr").nth(3).wait_for()
    assert page.get_by_role("button", name=re.compile("^Try .* again$")).count() == 2
    with page.expect_request("**/again") as asked:
        page.get_by_role("button", name="Try dive 1.mp4 again").click()
    assert asked.value.method == "POST"
    assert asked.value.url == f"{server.url}/api/assessments/{1:032x}/again"


@pytest.mark.parametrize(
    ("language", "heading"), [("de", "Neue Beurteilung"), ("fr", "Nouvelle évaluation")]
)
def test_the_page_speaks_other_languages(page, server, language, heading):
    page.locator("#language").select_option(language)
    page.locator("h2", has_text=heading).wait_for()
    assert page.locator("html").get_attribute("lang") == language


@pytest.mark.slow
def test_from_a_video_to_its_report_in_firefox(server, firefox, small_model):
    dive, expert = small_model.video("test", "107"), small_model.video("train", "107")
    firefox.goto(f"{server.url}/")
    firefox.wait("document.getElementById('about').textContent.startsWith('The model')")
    firefox.put_files("#videos", dive)
    firefox.evaluate("""const choice = document.getElementById("beside");
        choice.value = "own"; choice.dispatchEvent(new Event("change"));
        document.getElementById("action").value = "107C";""")
    firefox.put_files("#own", expert)
    firefox.evaluate("document.getElementById('assess').click()")
    firefox.wait("document.querySelector('#rows tr[data-state=done]')", SECONDS / 1000)
    assert firefox.evaluate("return document.querySelector('#rows .name').textContent") == (
        f"{dive.name} · 107C"
    )
    firefox.evaluate("document.querySelector('#rows tr[data-state=done] a').click()")
    firefox.wait("document.getElementById('playing') && !playing.hidden")
    firefox.evaluate(NOTE_PAINTED)
    frames = decoded(dive)
    for number in range(1, 6):
        firefox.press("ArrowRight")
        picture = shown_in_firefox(firefox, "query").astype(int)
        assert np.abs(picture - frames[number]).mean() < 6
    asked = firefox.evaluate("return performance.getEntriesByType('resource').map(e => e.name)")
    allowed = ("blob:", "data:", f"{server.url}/")
    assert [url for url in asked if not url.startswith(allowed)] == []


def test_a_made_up_language_reaches_all_of_the_page(page, server, client, made_up_language):
    html = client.get(f"/?language={made_up_language}").text
    assert f'<option value="{made_up_language}" selected>' in html
    page.route(f"{server.url}/", lambda route: route.fulfill(body=html, content_type="text/html"))
    states = "done", "done", "running", "waiting", "failed", "cancelled"
    full_of(states, page, server, "⟦The model")
    page.locator("#rows input").nth(0).check()
    page.locator("#rows input").nth(1).check()
    page.locator("#beside-rows tr").wait_for()
    page.click("#assess")
    page.fill("#action", "999")
    page.select_option("#beside", "own")
    dives = [f"dive {number}.mp4" for number in range(len(states))]
    when = page.locator("#rows td:nth-child(5)").first.inner_text()  # as the browser writes dates
    given = "Entry angle", "3° short of vertical"  # as the server writes them in each language
    said = "Ada", "Cup", "final", "windy"
    medium = "(day, to) => new Date(day).toLocaleDateString(to, {dateStyle: 'medium'})"
    day = page.evaluate(f"to => ({medium})('2026-05-31T12:00:00', to)", made_up_language)
    names = *languages().values(), "it broke", when, day, *given, *said
    assert untranslated(page, *dives, *names) == set()
