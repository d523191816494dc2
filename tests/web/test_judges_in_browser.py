"""The page of judges in a real browser: from a table to its report, and what is wrong with it."""

import json

import pytest

from browsing import breaches, tab_through, untranslated
from podium.audit import PanelOptions, write_panels
from podium.report.words import languages

OPTIONS = PanelOptions(n_sessions=2, n_athletes=12, n_dives=3, premium={3: 1.0})


@pytest.fixture
def page(server, visit):
    return visit(f"{server.url}/judges").page


@pytest.fixture
def marks(tmp_path):
    return write_panels(tmp_path / "marks.csv", OPTIONS, 1)


def audited(page, marks):
    page.set_input_files("#table", marks)
    page.select_option("#rule", "diving")
    page.click("#audit")
    page.locator("#outcome").wait_for(state="visible")
    return page


def test_from_a_table_to_its_report(page, server, marks, tmp_path):
    audited(page, marks)
    assert page.locator("#outcome-title").inner_text() == "What marks.csv says"
    assert page.evaluate("document.activeElement.id") == "outcome-title"
    headings = page.locator("#lines h3").all_inner_texts()
    assert headings == ["Own country", "Agreement", "What marks follow", "What it changed"]
    said = page.locator("#lines p").first.inner_text()
    assert said == "504 marks of 12 judges on 72 performances in 2 sessions"
    for link, name in (("#report", "audit.html"), ("#json", "audit.json")):
        with page.expect_download() as coming:
            page.click(link)
        coming.value.save_as(tmp_path / name)
    found = json.loads((tmp_path / "audit.json").read_text("utf-8"))
    assert found["rule"] == "diving"
    page.click("#open")
    page.locator("table.premium").wait_for()
    assert (tmp_path / "audit.html").read_text("utf-8").startswith("<!doctype html>")
    page.go_back()
    assert list(server.folder.rglob("*.csv")) == []


def test_all_problems_of_a_table_are_listed(visit, server, tmp_path):
    visited = visit(f"{server.url}/judges")
    page = visited.page
    path = tmp_path / "<b>marks.csv"
    path.write_text("performance,judge,mark\nP,J,7\nP,<i>K,x\nP,J,11\n", "utf-8")
    page.set_input_files("#table", path)
    page.click("#audit")
    page.locator("#problems li").nth(1).wait_for()
    assert page.locator("#said").inner_text() == "<b>marks.csv: 2 problems, nothing was done"
    assert page.locator("#problems li").all_inner_texts() == [
        "line 3: mark 'x' must be a number",
        "line 4: judge 'J' already marked 'P' on line 2: a column that tells the performances "
        "apart may be missing (performance, or event, round, athlete, dive)",
    ]
    assert page.locator("main b, main i").count() == 0
    assert breaches(page) == []
    assert "422" in visited.complaints.pop()  # the browser itself notes what was refused


def test_what_is_missing_is_said_before_anything_is_sent(page, marks):
    page.click("#audit")
    assert page.locator("#said").inner_text() == "No table chosen yet."
    page.set_input_files("#table", marks)
    assert page.locator("#year").is_disabled()
    page.select_option("#rule", "diving")
    page.fill("#year", "20x")
    page.click("#audit")
    assert page.locator("#said").inner_text() == (
        "The year must be a number from 1 to 9999, such as 2000."
    )


def test_what_is_forgotten_is_gone(page, server, marks):
    audited(page, marks)
    address = page.locator("#json").get_attribute("href")
    page.click("#forget")
    page.locator("#outcome").wait_for(state="hidden")
    assert page.locator("#said").inner_text() == "Forgotten: nothing of it is left here."
    with server.client() as client:
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("width", [1200, 320])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_nothing_hinders_anybody(page, marks, colours, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=colours)
    assert breaches(audited(page, marks)) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1200, 320])
def test_all_that_takes_the_focus_is_named_outlined_in_sight_and_large(page, marks, width):
    page.set_viewport_size({"width": width, "height": 600})
    stops = tab_through(audited(page, marks))
    assert len(stops) >= 9
    assert [stop for stop in stops if not stop["name"]] == []
    assert [s for s in stops if s["outline"] != "solid" or s["thick"] < 2] == []
    assert [stop for stop in stops if stop["covered"] or stop["small"]] == []


def test_the_two_pages_lead_to_each_other_and_speak_german(page, server, marks):
    page.locator("#language").select_option("de")
    page.locator("h2", has_text="Eine Tabelle von Noten prüfen").wait_for()
    assert page.locator("html").get_attribute("lang") == "de"
    audited(page, marks)
    assert page.locator("#lines h3").first.inner_text() == "Eigenes Land"
    page.get_by_role("link", name="Zurück zu den Videos").click()
    page.locator("h2", has_text="Neue Beurteilung").wait_for()
    page.get_by_role("link", name="Kampfgerichte: Ist eines gerecht").click()
    page.locator("h2", has_text="Eine Tabelle von Noten prüfen").wait_for()


def test_a_made_up_language_reaches_all_of_the_page(page, server, client, made_up_language):
    html = client.get(f"/judges?language={made_up_language}").text
    page.route(
        f"{server.url}/judges", lambda route: route.fulfill(body=html, content_type="text/html")
    )
    page.reload()
    page.click("#audit")
    rules = sorted(page.locator("#rule option").all_inner_texts()[1:], key=len, reverse=True)
    assert untranslated(page, *languages().values(), *rules) == set()
