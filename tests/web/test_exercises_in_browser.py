"""The page in a real browser, with people who exercise: the report names a joint."""

import json
import re
from pathlib import Path

from .conftest import running
from .test_page_in_browser import outcome

OF_DIVES = re.compile("take-?off|water|splash|entry|dive", re.I)


def test_a_push_up_beside_another_is_compared_joint_by_joint(
    browser: object, visit, joint_networks: Path, data_folder: Path, tmp_path: Path
) -> None:
    videos = data_folder / "pushups" / "videos"
    with running(tmp_path / "store", "diving") as server:
        page = visit(f"{server.url}/").page
        page.set_input_files("#videos", videos / "wrong41.mp4")
        page.select_option("#beside", "own")
        page.set_input_files("#own", videos / "correct41.mp4")
        page.click("#assess")
        row = outcome(page)
        assert re.search(r"0\.\d\d", row.inner_text())
        assert not OF_DIVES.search(row.inner_text())
        row.get_by_role("link", name="Open the report of wrong41.mp4").click()
        page.locator("#query").wait_for(state="visible")
        said = page.locator("main").inner_text()
        assert re.search(r"(elbow|shoulder|hip|knee|line) .*\d+ degrees", said)
        assert "wrong41.mp4" in said
        assert "correct41.mp4" in said
        assert not OF_DIVES.search(said)
        saved = json.loads(page.locator("#data").text_content())["saved"]["result.json"]
        assert json.loads(saved)["compared"] == "joints"
        assert page.locator("#query-drawn path").count() > 0
    (kept,) = (tmp_path / "store" / "assessments").glob("*/result")
    assert {path.name for path in kept.iterdir()} == {
        "report.html",
        "result.json",
        "clips.csv",
        "timeline.vtt",
    }
