"""What the page makes of a report to be sent is what `podium render` makes of it."""

import io
import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from podium.assessment.feedback import ClipFeedback, remarks
from podium.assessment.values import Assessment, Reference, Score
from podium.features.alignment import Alignment
from podium.report.page import make_report
from podium.video.clips import VideoFacts
from podium.web import renderings
from podium.web.renderings import Renderer
from podium.web.store import Store

from .conftest import children_of, finished, running, send
from .prepared import id_of, put_done

DONE = id_of(10)
HERE = f"/api/assessments/{DONE}/rendering"
NAME = "Kür – 1.mp4"
DRAWN = {
    "side": "query", "frame": 3, "seconds": 0.12, "tool": "line",
    "places": [[0.2, 0.2], [0.8, 0.8]], "text": "", "degrees": None,
}  # fmt: skip
N_FRAMES = 20


def put_report(store: Path, make_video, *, has_expert: bool = True) -> None:
    """Put an assessment with a report that plays into the folder of a page."""
    shades = [np.full((96, 128, 3), 40 + 9 * number, np.uint8) for number in range(N_FRAMES)]
    ours, theirs = make_video("ours.mp4", shades), make_video("theirs.mp4", shades[::-1])
    clips = (ClipFeedback(0, 0.0, 0.64, 0.1, -6.0, True, "entry"),)
    expert = (Reference("expert", 90.0, 0.5, theirs),) if has_expert else ()
    made = Assessment(
        ours, VideoFacts(N_FRAMES, N_FRAMES, 0, 0.8), Score(61.3, 48.0, 70.6, 0.0, 96.0), "407",
        3.2, False, expert, clips, remarks(clips), "bars", "motion",
        alignment=Alignment((0.0, 0.8), (0.0, 0.8), (0.0, 0.0), 0.0) if has_expert else None,
    )  # fmt: skip
    put_done(store, 10, video_name=NAME)
    folder = store / "assessments" / DONE
    make_report(replace(made, name=NAME)).save(folder / "result" / "report.html")
    (folder / "notes.json").write_text(json.dumps({"drawings": [DRAWN]}))


@pytest.fixture
def opened(make_client, make_video, tmp_path):
    """A client of a page with one assessment that is done."""
    put_report(tmp_path / "store", make_video)
    with make_client() as client:
        yield client


def made(client, address: str = HERE, **wanted) -> dict:
    """Ask for something, and wait until it is there."""
    answer = client.post(address, json=wanted)
    assert answer.status_code == 202, answer.text
    end = time.monotonic() + 240
    while time.monotonic() < end:
        said = client.get(address).json()
        if said["state"] not in ("waiting", "running"):
            return said
        time.sleep(0.1)
    raise AssertionError(said)


def frames_in(content: bytes) -> np.ndarray:
    with av.open(io.BytesIO(content)) as container:
        return np.array([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


def by_command(report: str, out: Path, *more: str) -> bytes:
    """Make the same of the report as the page shows it, by the command."""
    page = out.with_name("shown.html")
    page.write_text(report, "utf-8")
    command = "from podium.cli import main; main()"
    subprocess.run(
        [sys.executable, "-c", command, "render", str(page), *more, str(out)],
        check=True, capture_output=True,
    )  # fmt: skip
    return out.read_bytes()


@pytest.mark.parametrize(
    ("wanted", "options"),
    [
        ({"what": "beside"}, ()),
        ({"what": "overlay", "plain": True, "language": "de"},
         ("--overlay", "--plain", "--language", "de")),
    ],
)  # fmt: skip
def test_a_film_has_the_frames_of_the_command(opened, tmp_path, wanted, options):
    said = made(opened, **wanted)
    assert (said["state"], said["error"], said["share"]) == ("done", None, 1.0)
    assert said["name"] == "Kür – 1-film.mp4"
    answer = opened.get(f"{HERE}/file")
    assert answer.headers["content-type"] == "video/mp4"
    assert len(answer.content) == said["n_bytes"]
    report = opened.get(f"/assessments/{DONE}/report").text
    theirs = by_command(report, tmp_path / "film.mp4", *options, "--out")
    frames = frames_in(answer.content)
    assert len(frames) > N_FRAMES  # what cost most is slow, and it is held where something is drawn
    assert np.array_equal(frames, frames_in(theirs))
    assert [path.name for path in (tmp_path / "store" / "renderings" / DONE).iterdir()] == [
        "film.mp4"
    ]


def test_one_page_is_that_of_the_command(opened, tmp_path):
    said = made(opened, what="page")
    assert (said["state"], said["name"]) == ("done", "Kür – 1-page.pdf")
    content = opened.get(f"{HERE}/file").content
    report = opened.get(f"/assessments/{DONE}/report").text
    theirs = by_command(report, tmp_path / "page.pdf", "--out")
    undated = [one.partition(b"/CreationDate")[0] for one in (content, theirs)]
    assert undated[0] == undated[1]
    assert content.startswith(b"%PDF-")


def test_only_what_a_report_shows_can_be_made(make_client, make_video, tmp_path):
    put_report(tmp_path / "store", make_video, has_expert=False)
    with make_client() as client:
        assert client.get(HERE).json() == {
            "offers": ["beside", "page"], "what": None, "plain": False, "state": None,
            "share": 0.0, "error": None, "name": None, "n_bytes": None,
        }  # fmt: skip
        answer = client.post(HERE, json={"what": "overlay"})
        assert (answer.status_code, answer.json()["detail"]) == (
            422, "'overlay' cannot be made of this report: choose one of beside, page"
        )  # fmt: skip
        answer = client.get(f"{HERE}/file")
        assert (answer.status_code, answer.json()["detail"]) == (
            404, f"nothing was made of assessment {DONE} yet: ask for it first"
        )  # fmt: skip
        report = tmp_path / "store" / "assessments" / DONE / "result" / "report.html"
        report.write_text("<p>of another program</p>")
        answer = client.post(HERE, json={"what": "page"})
        assert answer.json()["detail"] == (
            "'page' cannot be made of this report: assess the video again"
        )


def test_a_damaged_report_fails_in_one_line_and_leaves_nothing(opened, tmp_path):
    report = tmp_path / "store" / "assessments" / DONE / "result" / "report.html"
    whole = report.read_text("utf-8")
    start = whole.index('id="query-video">') + len('id="query-video">')
    report.write_text(f"{whole[:start]}AAAA{whole[whole.index('<', start) :]}", "utf-8")
    said = made(opened, what="beside")
    assert (said["state"], said["name"]) == ("failed", None)
    assert said["error"] == (
        "cannot be read as a video (Invalid data found when processing input): give an MP4, MOV, "
        "MKV, WebM, AVI, MPEG-TS or GIF file"
    )
    assert list((tmp_path / "store" / "renderings").iterdir()) == []
    report.write_text(whole, "utf-8")
    assert made(opened, what="beside")["state"] == "done"


def test_it_is_cancelled_replaced_and_gone_with_the_assessment(opened, tmp_path):
    lies = tmp_path / "store" / "renderings"
    assert opened.post(HERE, json={"what": "beside"}).status_code == 202
    assert opened.delete(HERE).status_code == 204
    assert opened.get(HERE).json()["state"] is None
    assert made(opened, what="page")["state"] == "done"
    assert [path.name for path in (lies / DONE).iterdir()] == ["page.pdf"]
    assert opened.delete(f"/api/assessments/{DONE}").status_code == 204
    assert list(lies.iterdir()) == []


def test_a_film_goes_with_all_of_its_athlete_and_with_the_page(make_client, make_video, tmp_path):
    put_report(tmp_path / "store", make_video)
    lies = tmp_path / "store" / "renderings"
    with make_client() as client:
        client.patch(f"/api/assessments/{DONE}", json={"athlete": "Ada"})
        assert made(client, what="page")["state"] == "done"
    assert list(lies.iterdir()) == []  # the page was stopped
    with make_client() as client:
        assert made(client, what="page")["state"] == "done"
        assert client.delete("/api/athletes?athlete=Ada").json() == {"n": 1}
        assert list(lies.iterdir()) == []


def test_what_a_crash_left_is_cleared_and_a_strangers_file_is_not(tmp_path):
    store = Store(tmp_path / "store")
    folder = store.passing_folder(DONE)
    folder.mkdir()
    for name in ("task.json", "query.mp4", "reference.mp4", ".film.mp4.abcd1234", "film.mp4"):
        (folder / name).write_bytes(b"x")
    (folder / "mine.txt").write_bytes(b"x")
    shutil.copytree(store.folder, tmp_path / "copy")
    store.close()
    Store(tmp_path / "copy").close()
    for name in ("store", "copy"):
        left = (tmp_path / name / "renderings" / DONE).iterdir()
        assert [path.name for path in left] == ["mine.txt"]


def test_no_more_than_so_many_wait(make_client, make_video, tmp_path, monkeypatch):
    put_report(tmp_path / "store", make_video)
    monkeypatch.setattr(renderings, "MAX_WAITING", 0)
    with make_client() as client:
        answer = client.post(HERE, json={"what": "page"})
        assert (answer.status_code, answer.json()["detail"]) == (
            429, "0 of them are waiting: try again later"
        )  # fmt: skip


def test_what_takes_too_long_is_ended(make_video, tmp_path):
    put_report(tmp_path / "store", make_video)
    store = Store(tmp_path / "store")
    renderer = Renderer(store, max_seconds=0.0)
    wanted = renderings.RenderingIn(what="beside")
    asked = renderer.ask(DONE, wanted)
    renderer.finish()
    assert (asked.state, asked.error) == (
        "failed", "it took longer than 0 s, or was ended: try again"
    )  # fmt: skip
    assert list((tmp_path / "store" / "renderings").iterdir()) == []
    store.close()


@pytest.mark.slow
def test_all_that_is_made_of_a_real_assessment(small_model, tmp_path):
    dive, expert = small_model.video("test", "407"), small_model.video("train", "407")
    with running(tmp_path / "store", str(small_model.folder)) as server, server.client() as client:
        asked = {"video": send(client, dive), "reference": send(client, expert), "action": "407"}
        id_ = client.post("/api/assessments", json=asked).json()["id"]
        assert finished(client, id_)["state"] == "done"
        here = f"/api/assessments/{id_}/rendering"
        offers = client.get(here).json()["offers"]
        assert offers == ["beside", "overlay", "picture", "page"]
        report = client.get(f"/assessments/{id_}/report").text
        for what in ("beside", "picture"):
            assert made(client, here, what=what)["error"] is None
            content = client.get(f"{here}/file").content
            option = "--still" if what == "picture" else "--out"
            out = tmp_path / ("picture.png" if what == "picture" else "film.mp4")
            theirs = by_command(report, out, option)
            if what == "picture":
                pictures = [np.asarray(Image.open(io.BytesIO(one))) for one in (content, theirs)]
            else:
                pictures = [frames_in(content), frames_in(theirs)]
            assert np.array_equal(*pictures)
        client.post(here, json={"what": "beside"})
        end = time.monotonic() + 60
        while client.get(here).json()["state"] != "running" and time.monotonic() < end:
            time.sleep(0.02)
        client.delete(here)
        while children_of(server.process.pid) and time.monotonic() < end:
            time.sleep(0.02)
        assert children_of(server.process.pid) == []
        while (lies := list((server.folder / "renderings").iterdir())) and time.monotonic() < end:
            time.sleep(0.02)
        assert lies == []
