"""The whole way, with real child processes and a small model."""

import json
import os
import re
import signal
import socket
import time
from pathlib import Path

import pytest

from podium.errors import UsageError, VideoError
from podium.web import worker as workers
from podium.web.listening import listen
from podium.web.records import Request, StoredVideo
from podium.web.store import Store
from podium.web.worker import Worker, choices, probe

from .conftest import all_files, children_of, finished, open_files, running, send, started_by


@pytest.mark.slow
def test_from_a_video_to_its_report_and_nothing_left(small_model, tmp_path):
    dive, expert = small_model.video("test", "107"), small_model.video("train", "107")
    with running(tmp_path / "store", str(small_model.folder)) as server, server.client() as client:
        video, own = send(client, dive, "<my dive>.mp4"), send(client, expert, "=hers.mp4")
        how = {"video": video, "reference": own, "action": "107", "difficulty": 2.0}
        id_ = client.post("/api/assessments", json=how).json()["id"]
        job = finished(client, id_)
        assert (job["state"], job["error"]) == ("done", None)
        report = client.get(f"/assessments/{id_}/report").text
        assert "&lt;my dive&gt;.mp4" in report
        assert "The expert&#39;s: =hers.mp4" in report
        result = client.get(f"/api/assessments/{id_}/result.json").json()
        assert result["schema_version"] == 1
        assert result["score"] == pytest.approx(job["summary"]["score"])
        assert result["references"][0]["id"] == "reference =hers.mp4"
        assert client.get(f"/api/assessments/{id_}/clips.csv").text.startswith("clip,start_seconds")
        assert client.get(f"/api/assessments/{id_}/timeline.vtt").text.startswith("WEBVTT")
        kept = {Path(name).name for name in all_files(server.folder)}
        assert kept == {"job.json", "report.html", "result.json", "clips.csv", "timeline.vtt"}
        client.delete(f"/api/assessments/{id_}")
        assert all_files(server.folder) == []
        assert children_of(server.process.pid) == []


def test_a_report_without_faces_says_so_and_leaves_no_copy(joint_networks, small_model, tmp_path):
    dive, expert = small_model.video("test", "107"), small_model.video("train", "107")
    with running(tmp_path / "store", str(small_model.folder)) as server, server.client() as client:
        video, own = send(client, dive, "dive.mp4"), send(client, expert, "expert.mp4")
        how = {"video": video, "reference": own, "action": "107", "blur_faces": True}
        id_ = client.post("/api/assessments", json=how).json()["id"]
        job = finished(client, id_)
        assert (job["state"], job["error"]) == ("done", None)
        report = client.get(f"/assessments/{id_}/report").text
        said = re.findall(r"Faces in (\S+): found in \d+ of \d+ frames", report)
        assert said == ["dive.mp4", "expert.mp4"]
        kept = {Path(name).name for name in all_files(server.folder)}
        assert kept == {"job.json", "report.html", "result.json", "clips.csv", "timeline.vtt"}


def sent(video: StoredVideo) -> list[str]:
    return [f"videos/{video.id}/about.json", f"videos/{video.id}/video"]


def until_running(client, id_: str) -> None:
    while client.get(f"/api/assessments/{id_}").json()["state"] == "waiting":
        time.sleep(0.02)


def one_of_many(client, number: int, video: Path) -> None:
    """Send a video and have it assessed, cancelled while that goes on, deleted or refused."""
    if number % 4 == 3:
        refused = client.post("/api/videos", params={"name": "x.mp4"}, content=bytes(100_000))
        assert refused.status_code == 415
        return
    sent = send(client, video, "dive.mp4")
    id_ = client.post("/api/assessments", json={"video": sent}).json()["id"]
    if number % 4 == 0:
        job = finished(client, id_)
        assert (job["state"], job["error"]) == ("done", None)
    elif number % 4 == 1:
        until_running(client, id_)
        time.sleep(number / 10)  # each is stopped at another moment of its work
        client.post(f"/api/assessments/{id_}/cancel")
    client.delete(f"/api/assessments/{id_}")


@pytest.mark.slow
def test_a_dozen_in_a_row_leave_no_file_and_no_process(small_model, tmp_path):
    video = small_model.video("test", "107")
    with running(tmp_path / "store", str(small_model.folder)) as server, server.client() as client:
        one_of_many(client, 0, video)
        held = open_files(server)
        for number in range(12):
            one_of_many(client, number, video)
        end = time.monotonic() + 120  # who was told to end has ended
        while started_by(server) and time.monotonic() < end:
            time.sleep(0.1)
        assert started_by(server) == set()
        assert all_files(server.folder) == all_files(server.temporary) == []
        assert open_files(server) <= held
        assert client.get("/api/assessments").json() == []


def child_of(server) -> int:
    """Wait for the process that makes the assessment which runs."""
    while not (found := children_of(server.process.pid)):
        time.sleep(0.02)
    (child,) = found
    return child


@pytest.mark.slow
def test_it_answers_while_an_assessment_runs(small_model, tmp_path):
    """The child is held, so that it runs for as long as the page is asked."""
    video = small_model.video("test", "107")
    with running(tmp_path / "store", str(small_model.folder)) as server, server.client() as client:
        ids = [
            client.post("/api/assessments", json={"video": send(client, video, "dive.mp4")}).json()
            for _ in range(2)
        ]
        ids = [answer["id"] for answer in ids]
        child = child_of(server)
        os.kill(child, signal.SIGSTOP)
        for path in ("/", "/page.js", "/api/choices", "/api/assessments"):
            assert client.get(path).status_code == 200
        states = [client.get(f"/api/assessments/{id_}").json()["state"] for id_ in ids]
        assert states == ["running", "waiting"]
        os.kill(child, signal.SIGCONT)
        assert [finished(client, id_)["state"] for id_ in ids] == ["done", "done"]


@pytest.mark.slow
def test_the_page_comes_before_the_work(small_model, tmp_path):
    video = small_model.video("test", "107")
    with running(tmp_path / "store", str(small_model.folder)) as server, server.client() as client:
        id_ = client.post(
            "/api/assessments", json={"video": send(client, video, "dive.mp4")}
        ).json()["id"]
        child, usual = child_of(server), os.getpriority(os.PRIO_PROCESS, server.process.pid)
        while (now := os.getpriority(os.PRIO_PROCESS, child)) == usual:
            time.sleep(0.005)
        assert now > usual
        assert finished(client, id_)["state"] == "done"


def test_no_part_of_an_answer_waits_for_the_part_before():
    """What asyncio needs to know to send at once: 40 ms an answer otherwise."""
    with listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP


@pytest.mark.slow
def test_an_assessment_survives_that_the_server_is_killed(small_model, tmp_path):
    folder, model = tmp_path / "store", str(small_model.folder)
    with running(folder, model) as server, server.client() as client:
        sent = send(client, small_model.video("test", "107"), "dive.mp4")
        id_ = client.post("/api/assessments", json={"video": sent, "action": "107"}).json()["id"]
        child = child_of(server)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        end = time.monotonic() + 120
        while Path(f"/proc/{child}").exists() and time.monotonic() < end:
            time.sleep(0.1)
        assert not Path(f"/proc/{child}").exists()  # it does not go on without a server
    with running(folder, model) as server, server.client() as client:
        assert finished(client, id_)["state"] == "done"


@pytest.mark.slow
def test_one_that_runs_can_be_cancelled(small_model, tmp_path):
    store = Store(tmp_path / "store")
    worker = Worker(store)
    partial = store.new_partial()
    partial.write_bytes(small_model.video("test", "107").read_bytes())
    video = store.keep_video(partial, "dive.mp4")
    (job,) = store.add([Request(video.id, str(small_model.folder))])
    worker.start()
    while store.job(job.id).state == "waiting":
        time.sleep(0.02)
    assert worker.cancel(job.id).state == "cancelled"
    worker.stop()
    assert store.job(job.id).state == "cancelled"
    assert all_files(store.folder) == [f"assessments/{job.id}/job.json", *sent(video)]
    store.remove_job(job.id)
    assert all_files(store.folder) == []


@pytest.mark.parametrize(
    ("max_seconds", "model", "message"),
    [
        (900.0, "nothing", "no model is called"),
        (0.0, "diving", "the assessment ended unexpectedly (-9): try again, or try podium score"),
    ],
)
def test_one_that_fails_says_why_and_leaves_nothing_but_its_video(
    small_model, tmp_path, max_seconds, model, message
):
    store = Store(tmp_path / "store")
    partial = store.new_partial()
    partial.write_bytes(small_model.video("test", "107").read_bytes())
    video = store.keep_video(partial, "dive.mp4")
    (job,) = store.add([Request(video.id, model)])
    worker = Worker(store, max_seconds)
    half_written = store.job_folder(job.id) / ".progress.json.abcd1234"  # of a child that is killed
    half_written.write_bytes(b"{")
    worker.start()
    while store.job(job.id).state != "failed":
        time.sleep(0.02)
    worker.stop()
    assert message in store.job(job.id).error or "no such" in store.job(job.id).error
    assert all_files(store.folder) == [f"assessments/{job.id}/job.json", *sent(video)]


def test_a_video_is_looked_at_in_another_process(make_video, tmp_path):
    probe(make_video())
    text = tmp_path / "x"
    text.write_text("no video")
    with pytest.raises(VideoError, match=r"^cannot be read as a video .*: give an MP4"):
        probe(text)


def test_a_look_that_takes_too_long_is_ended(make_video, monkeypatch):
    monkeypatch.setattr(workers, "PROBE_SECONDS", 0.01)
    video = make_video()
    before = children_of(os.getpid())  # decoders of earlier tests wait for more work
    with pytest.raises(VideoError, match=r"^it took too long to read$"):
        probe(video)
    assert set(children_of(os.getpid())) <= set(before)


def test_an_unknown_model_has_no_choices():
    with pytest.raises(UsageError, match="nothing"):
        choices("nothing")


def test_the_choices_are_json(small_model):
    assert json.dumps(choices(str(small_model.folder)))
