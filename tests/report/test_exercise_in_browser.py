"""The page of an exercise that was scored, in a real browser."""

import pytest

from browsing import breaches, settled
from podium.report.page import make_report
from report.test_exercise_page import assessed as assessed


@pytest.fixture
def page(visit, assessed, tmp_path):
    opened = visit(make_report(assessed).save(tmp_path / "out.html").as_uri())
    settled(opened.page)
    return opened.page


def test_an_angle_can_be_gone_to_and_everybody_can_use_the_page(page):
    page.locator("ol > li").first.locator("button.link").click()
    settled(page)
    assert page.locator("#query-at").inner_text().startswith("1.5")
    assert page.locator("#query-drawn path").count() > 0
    for width in (1200, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert breaches(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
