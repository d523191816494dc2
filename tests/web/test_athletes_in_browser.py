"""The list of assessments and the page of athletes in a real browser."""

import json
import re

import pytest

from browsing import breaches, breaches_in_firefox, tab_through, untranslated
from podium.report.words import languages
from podium.web.records import About

from .conftest import running
from .prepared import id_of, put_done

N = 120


@pytest.fixture(scope="module")
def filled(browser, small_model, tmp_path_factory):
    """A page with a season of one athlete that goes nowhere, and one of another that rises."""
    folder = tmp_path_factory.mktemp("season") / "store"
    for number in range(N):
        athlete, score = ("Ada <b>", 60 + number % 7) if number % 2 else ("Bo", 20 + number / 3)
        about = About(athlete, f"2025-{1 + number // 10:02d}-{1 + number % 28:02d}", text="windy")
        measure = {
            "name": "flight_seconds", "unit": "seconds", "phase": "flight",
            "value": 1.4 + number % 5 / 100, "low": 1.3, "high": 1.6,
        }  # fmt: skip
        summary = {"score": score, "score_low": score - 4, "score_high": score + 4}
        put_done(folder, number, about, summary=summary | {"measures": [measure]})
    with running(folder, str(small_model.folder)) as server:
        yield server


@pytest.fixture
def page(filled, visit):
    page = visit(f"{filled.url}/").page
    page.locator("#rows tr").nth(49).wait_for()
    return page


def range_shown(page, text: str) -> None:
    page.locator("#range", has_text=re.compile(f"^{text}$")).wait_for()


def test_the_list_is_turned_searched_and_ordered(page):
    range_shown(page, f"1 to 50 of {N}")
    assert page.locator("#pages-back").is_disabled()
    page.click("#pages-on")
    page.click("#pages-on")
    range_shown(page, f"101 to {N} of {N}")
    assert page.locator("#pages-on").is_disabled()
    page.fill("#search", "2025-11")
    range_shown(page, "1 to 10 of 10")
    page.locator("#by-athlete").select_option("Bo")
    range_shown(page, "1 to 5 of 5")
    page.locator("#order").select_option("oldest")
    page.locator("#rows tr:first-child", has_text="dive 100.mp4").wait_for()
    page.fill("#search", "nothing like it")
    page.locator("#hint", has_text="Nothing fits what was searched for.").wait_for()


def test_what_was_measured_is_said_in_the_language_of_the_page(filled, visit):
    page = visit(f"{filled.url}/?language=fr").page
    row = page.locator("#rows tr").first
    row.locator("details", has_text="Temps de vol").wait_for(state="attached")
    assert "Time in the air" not in row.text_content()


def test_whose_it_is_is_said_in_the_list(page):
    row = page.locator(f"#rows tr[data-id='{id_of(N - 1)}']")
    row.get_by_role("button", name=f"Details of dive {N - 1}.mp4").click()
    assert page.locator("#details-athlete").input_value() == "Ada <b>"
    page.fill("#details-event", "Final")
    page.fill("#details-tags", "cup, windy")
    assert breaches(page) == []
    page.get_by_role("button", name="Keep").click()
    row.locator(".note", has_text="Final · #cup · #windy").wait_for()
    assert row.locator("b").count() == 0
    row.get_by_role("link", name="Ada <b>").click()
    page.locator("#main-curve svg").wait_for()
    assert page.locator("#athlete").input_value() == "Ada <b>"
    assert page.locator("#rows tr", has_text="Final").count() == 1


@pytest.mark.parametrize("width", [1200, 320])
def test_what_is_noise_is_not_called_progress(filled, visit, width):
    page = visit(f"{filled.url}/athletes#Bo").page
    page.set_viewport_size({"width": width, "height": 800})
    said = page.locator("#main-curve figure p")
    said.wait_for()
    assert re.fullmatch(
        r"Up by 3\d\.\d points \(3\d\.\d to 4\d\.\d\) from the first day to the last: more than "
        "chance explains.",
        said.inner_text(),
    )
    assert page.locator("#others figure p").inner_text().startswith("No change that stands out")
    page.locator("#athlete").select_option("Ada <b>")
    page.locator("#main-curve p", has_text="No change that stands out from chance").wait_for()
    page.wait_for_function("location.hash === '#Ada%20%3Cb%3E'")
    assert breaches(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    stops = tab_through(page, most=300)
    assert [stop for stop in stops if not stop["name"]] == []
    assert [stop for stop in stops if stop["covered"] or stop["small"]] == []


def test_a_curve_has_values_days_and_units(filled, visit):
    page = visit(f"{filled.url}/athletes#Bo").page
    page.locator("#others figure").wait_for()
    main, other = (page.locator(f"#{one} figure").first for one in ("main-curve", "others"))
    assert main.locator("figcaption").inner_text() == "Score (points)"
    assert other.locator("figcaption").inner_text() == "Time in the air (s)"
    values = main.locator(".axis-values span:not(.widest)").all_inner_texts()
    assert values == ["0", "20", "40", "60", "80"]  # 16 to 63.3
    days = [main.locator(f".axis-days span:{one}-child").inner_text() for one in ("first", "last")]
    assert days == ["Jan 1, 2025", "Dec 27, 2025"]
    # A line across lies where its value is said.
    middle = main.locator(".axis-values span").nth(3).bounding_box()
    box = main.locator("svg").bounding_box()
    said = middle["y"] + middle["height"] / 2
    drawn = main.locator(".grid").get_attribute("d").split("M0 ")[4].partition("H")[0]
    assert abs(said - box["y"] - float(drawn) / 300 * box["height"]) < 2


def test_a_season_is_searched(filled, visit):
    page = visit(f"{filled.url}/athletes#Bo").page
    page.locator("#others figure").wait_for()
    page.fill("#search", "WINDY 2025-11")
    page.locator("#found", has_text=re.compile(f"^5 of {N // 2}$")).wait_for()
    assert page.locator("#rows tr:visible").count() == 5
    assert breaches(page) == []
    page.fill("#search", "no such thing")
    page.locator("#found", has_text="Nothing fits what was searched for.").wait_for()
    assert page.locator("#rows tr:visible").count() == 0
    page.locator("#athlete").select_option("Ada <b>")
    page.locator("#rows tr:visible").nth(N // 2 - 1).wait_for()
    assert page.locator("#search").input_value() == page.locator("#found").inner_text() == ""


def test_a_tag_that_has_a_comma_stays_one_tag(filled, visit):
    page = visit(f"{filled.url}/").page
    row = page.locator(f"#rows tr[data-id='{id_of(N - 2)}']")
    row.get_by_role("button", name=f"Details of dive {N - 2}.mp4").click()
    page.fill("#details-tags", "10 m, final; cup")
    page.get_by_role("button", name="Keep").click()
    row.locator(".note", has_text="#10 m, final · #cup").wait_for()
    row.get_by_role("button", name=f"Details of dive {N - 2}.mp4").click()
    assert page.locator("#details-tags").input_value() == "10 m, final; cup;"
    page.get_by_role("button", name="Keep").click()
    page.locator("#details").wait_for(state="hidden")
    with filled.client() as client:
        about = client.get(f"/api/assessments/{id_of(N - 2)}").json()["about"]
    assert about["tags"] == ["10 m, final", "cup"]


def open_details(page, number: int) -> None:
    row = page.locator(f"#rows tr[data-id='{id_of(number)}']")
    row.get_by_role("button", name=f"Details of dive {number}.mp4").click()


def test_what_two_windows_say_of_one_performance_is_put_together(filled, visit):
    one, other = (visit(f"{filled.url}/").page for _ in range(2))
    for page in (one, other):
        open_details(page, N - 4)
    one.fill("#details-event", "Final")
    one.get_by_role("button", name="Keep").click()
    one.locator("#details").wait_for(state="hidden")
    other.fill("#details-text", "late")
    other.get_by_role("button", name="Keep").click()
    other.locator("#details").wait_for(state="hidden")

    def kept() -> list[str]:
        with filled.client() as client:
            about = client.get(f"/api/assessments/{id_of(N - 4)}").json()["about"]
        return [about["event"], about["text"]]

    assert kept() == ["Final", "late"]
    for page in (one, other):
        page.locator(f"#rows tr[data-id='{id_of(N - 4)}'] .note", has_text="late").first.wait_for()
        open_details(page, N - 4)
    one.fill("#details-text", "")
    one.get_by_role("button", name="Keep").click()
    one.locator("#details").wait_for(state="hidden")
    other.fill("#details-text", "very late")
    other.get_by_role("button", name="Keep").click()
    said = "Meanwhile this was said elsewhere: (nothing). Keep again to put yours in its place."
    other.locator("#details-trouble", has_text=re.compile(f"^{re.escape(said)}$")).wait_for()
    assert kept() == ["Final", ""]
    other.get_by_role("button", name="Keep").click()
    other.locator("#details").wait_for(state="hidden")
    assert kept() == ["Final", "very late"]


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("/", "#rows tr:nth-child(50)"),
        ("/athletes#Bo", "#search:enabled"),
        ("/judges", "#form"),
    ],
)
def test_in_the_dark_everything_can_be_read(filled, visit, path, there):
    page = visit(f"{filled.url}{path}", color_scheme="dark").page
    page.locator(there).first.wait_for()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 24, 29)"
    assert breaches(page) == []


@pytest.mark.slow
def test_the_list_and_a_season_in_firefox(filled, firefox):
    firefox.goto(f"{filled.url}/")
    firefox.wait("document.querySelectorAll('#rows tr').length === 50")
    firefox.evaluate("""const search = document.getElementById("search");
        search.value = "2025-11"; search.dispatchEvent(new Event("input"));""")
    firefox.wait("document.getElementById('range').textContent === '1 to 10 of 10'")
    assert breaches_in_firefox(firefox) == []
    firefox.goto(f"{filled.url}/athletes#Bo")
    firefox.wait("document.querySelector('#main-curve figure p')")
    said = firefox.evaluate("return document.querySelector('#main-curve figure p').textContent")
    assert said.endswith(" from the first day to the last: more than chance explains.")
    assert breaches_in_firefox(firefox) == []
    asked = firefox.evaluate("return performance.getEntriesByType('resource').map(e => e.name)")
    assert [url for url in asked if not url.startswith(("blob:", "data:", f"{filled.url}/"))] == []


def test_all_of_one_athlete_is_deleted(filled, visit):
    page = visit(f"{filled.url}/athletes?language=de&athlete=Bo").page
    page.locator("#search:enabled").wait_for()
    assert page.url.endswith("?language=de&athlete=Bo#Bo")
    page.click("#delete")
    assert (
        page.locator("#sure-what")
        .inner_text()
        .startswith(f"Das löscht alle {N // 2} Beurteilungen von Bo: Videos, Berichte")
    )
    page.click("#sure-no")
    page.click("#delete")
    page.get_by_role("button", name=f"Alle {N // 2} löschen").click()
    page.locator("#said", has_text=f"Gelöscht: {N // 2} Beurteilungen von Bo.").wait_for()
    assert page.locator("#athlete option").all_inner_texts() == [f"Ada <b> ({N // 2})"]
    page.locator("#search:enabled").wait_for()
    assert page.url == f"{filled.url}/athletes?language=de#Ada%20%3Cb%3E"
    left = {path.name for path in (filled.folder / "assessments").iterdir()}
    assert left == {id_of(number) for number in range(1, N, 2)}


def test_a_made_up_language_reaches_all_of_a_season(filled, visit, client, made_up_language):
    html = client.get(f"/athletes?language={made_up_language}").text
    row = {
        "id": "0", "day": "2025-01-01", "video": "dive.mp4", "action": "", "event": "", "tags": [],
        "text": "", "state": "failed", "score": None, "low": None, "high": None,
        "difficulty": None,
    }  # fmt: skip
    season = {"athlete": "Ada <b>", "n": 1, "actions": [], "series": [], "rows": [row]}
    everybody = [{"name": "Ada <b>", "n": 1, "first_day": "", "last_day": ""}]
    ahead = json.dumps({"athletes": everybody, "season": season}).replace("<", "\\u003c")
    nothing = '{"athletes": [], "season": null}'
    assert nothing in html
    html = html.replace(nothing, ahead)
    page = visit(f"{filled.url}/").page
    address = f"{filled.url}/athletes"
    page.route(address, lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(address)
    page.locator("#rows tr").first.wait_for()
    page.click("#delete")
    day = page.locator("#rows td").first.inner_text()
    assert untranslated(page, "Ada <b>", "dive.mp4", day, *languages().values()) == set()
