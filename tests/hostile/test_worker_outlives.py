"""Whatever becomes of one assessment, the next one is made, and what was sent is not lost."""

import logging
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from podium.errors import UnusableFile
from podium.web import api
from podium.web import store as stores
from podium.web import worker as workers
from podium.web.store import NotThere, Store
from podium.web.worker import Worker
from web.conftest import TestClient

from .storing import asked, contents, done, ended, keep, lets_children_be, opened, until

MAKE_ROOM = "make room or name another disk (for features, PODIUM_CACHE), and run it again"


def bug(cause: str) -> str:
    return f"this is a bug in Podium ({cause}): please report it with what podium --debug shows"


@pytest.fixture
def store(tmp_path, monkeypatch):
    lets_children_be(monkeypatch)
    with opened(tmp_path / "store") as made:
        yield made


@pytest.fixture
def worker(store):
    made = Worker(store, idle_seconds=0.01)
    yield made
    made.stop()


def until_running(store: Store, id_: str) -> None:
    until(lambda: store.job(id_).state == "running")


def require_next_one_is_made(store: Store, worker: Worker) -> None:
    job = asked(store, b"the next")
    worker.wake()
    assert (ended(store, job.id).state, store.job(job.id).error) == ("done", None)
    assert worker.goes_on()


def failing_once(error: Exception):
    """Return what raises the first time, and then does what it stands for."""

    def instead_of(what):
        def call(*arguments, **named):
            if not raised:
                raised.append(1)
                raise error
            return what(*arguments, **named)

        raised: list[int] = []
        return call

    return instead_of


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyError("x"),
                                   MemoryError(), RuntimeError("x"), NotThere("x")])  # fmt: skip
@pytest.mark.parametrize(
    ("place", "name", "keeps"),
    [
        (workers.processes, "start", False),
        (workers, "read_summary", False),
        (workers, "write_bytes", False),
        (workers, "clear", False),
        (Worker, "_wait", False),
        (Worker, "_clear", True),
        (Store, "remove_unneeded_videos", True),
        (Store, "next_waiting", True),
        (workers.processes, "LastWords", False),
    ],
)
def test_an_error_anywhere_ends_one_assessment_at_most(
    store, worker, monkeypatch, place, name, keeps, error, caplog
):
    job = asked(store)
    monkeypatch.setattr(place, name, failing_once(error)(getattr(place, name)))
    with caplog.at_level(logging.WARNING, "podium.web"):
        worker.start()
        assert ended(store, job.id).state == ("done" if keeps else "failed")
        require_next_one_is_made(store, worker)
    assert caplog.records
    if not keeps:
        assert store.video_path(job.request.video).read_bytes() == b"a video"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device", "/x/y"), f"/x/y: No space left on device: "
         f"{MAKE_ROOM}"),
        (MemoryError(), "memory ran out: close other programs, and run it again"),
        (KeyError("x"), bug("KeyError: 'x'")),
        (NotThere("gone:\n send it again"), "gone: send it again"),
        (UnusableFile("\udcff"), "?"),
        (ValueError("y" * 9000), bug(f"ValueError: {'y' * 9000}")[:4000]),
    ],
)  # fmt: skip
def test_why_it_failed_is_said_as_the_command_line_says_it(store, worker, monkeypatch, error, said):
    monkeypatch.setattr(workers.processes, "start", failing_once(error)(None))
    job = asked(store)
    worker.start()
    assert ended(store, job.id).error == said
    worker.stop()
    store.close()
    with opened(store.folder) as again:
        assert again.job(job.id).error == said


def wait_in_child(monkeypatch) -> None:
    lets_children_be(monkeypatch, "wait_for('go'); assess()")


@pytest.mark.parametrize("what", ["folder", "file", "order"])
def test_a_video_that_disappears_meanwhile_stops_nobody(store, worker, monkeypatch, what):
    wait_in_child(monkeypatch)
    job = asked(store)
    worker.start()
    until_running(store, job.id)
    until(lambda: worker._running is not None)
    video = store.video_path(job.request.video)
    if what == "folder":
        shutil.rmtree(video.parent)
    elif what == "file":
        video.unlink()
    else:
        store.remove_video(job.request.video)
    (store.folder / "assessments" / "go").write_text("")
    assert ended(store, job.id).state == "failed"
    require_next_one_is_made(store, worker)
    store.remove_job(job.id)
    assert contents(store.folder / "videos").keys() == {"."}


@pytest.mark.parametrize("removes_folder", [True, False])
def test_a_video_that_is_gone_before_is_said(store, worker, removes_folder):
    job = asked(store)
    if removes_folder:
        shutil.rmtree(store.video_path(job.request.video).parent)
    else:
        store.remove_video(job.request.video)
    worker.start()
    said = (
        "its video is gone: send it again"
        if removes_folder
        else f"there is no video {job.request.video!r}: send it again"
    )
    assert ended(store, job.id).error == said
    require_next_one_is_made(store, worker)


@pytest.mark.parametrize("gone", ["assessment", "partial", "assessments"])
def test_folders_that_are_taken_away_by_hand_stop_nobody(store, worker, monkeypatch, gone):
    wait_in_child(monkeypatch)
    job = asked(store)
    worker.start()
    until(lambda: worker._running is not None)
    taken = {
        "assessment": store.job_folder(job.id),
        "partial": store.folder / "partial",
        "assessments": store.folder / "assessments",
    }[gone]
    shutil.rmtree(taken)
    (store.folder / "assessments").mkdir(exist_ok=True)
    (store.folder / "assessments" / "go").write_text("")
    ended(store, job.id)
    store.remove_job(job.id)
    assert not store.has_job(job.id)
    require_next_one_is_made(store, worker)


def test_one_that_is_deleted_while_it_runs_leaves_nothing(store, worker, monkeypatch):
    wait_in_child(monkeypatch)
    job = asked(store)
    worker.start()
    until(lambda: worker._running is not None)
    store.remove_job(job.id)
    until(lambda: worker._running is None)
    (store.folder / "assessments" / "go").write_text("")
    require_next_one_is_made(store, worker)
    assert not store.job_folder(job.id).exists()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("os._exit(1)", "the assessment ended unexpectedly (1): try again, or try podium score"),
        ("os.kill(os.getpid(), 9)",
         "the assessment ended unexpectedly (-9): try again, or try podium score"),
        ("print('[1]'); os._exit(3)",
         "the assessment ended unexpectedly (3): try again, or try podium score"),
        ("print('{\"error\": 5}', flush=True); os._exit(3)",
         "the assessment ended unexpectedly (3): try again, or try podium score"),
        ("print('[' * 100000, flush=True); os._exit(3)",
         "the assessment ended unexpectedly (3): try again, or try podium score"),
        ("sys.stdout.write('x' * 3_000_000 + '\\n{\"error\": \"why\"}'); sys.stdout.flush(); "
         "os._exit(3)", "why"),
        ("os.mkdir(folder / 'result'); (folder / 'result' / 'result.json').write_text('{}')",
         "{folder}/result/result.json: is not what Podium wrote there (Input should be a valid "
         "dictionary or instance of _Summary)"),
        ("pass", "{folder}/result/result.json: No such file or directory: check the path, its "
         "permissions and the free space"),
        ("os.mkdir(folder / 'result'); os.mkfifo(folder / 'result' / 'result.json')",
         "{folder}/result/result.json: is not a regular file: give a file"),
    ],
)  # fmt: skip
def test_a_child_that_ends_or_speaks_oddly_is_one_line(store, worker, monkeypatch, code, said):
    lets_children_be(monkeypatch, code)
    job = asked(store)
    worker.start()
    assert ended(store, job.id).error == said.replace("{folder}", str(store.job_folder(job.id)))
    lets_children_be(monkeypatch)
    require_next_one_is_made(store, worker)


def test_what_lies_in_the_way_is_no_hindrance(store, worker, tmp_path):
    """Pipes and links under the names of files of an assessment are never waited for."""
    job = asked(store)
    folder = store.job_folder(job.id)
    for name in ("task.json", "progress.json"):
        os.mkfifo(folder / name)
    (tmp_path / "mine").write_text("mine")
    os.symlink(tmp_path / "mine", folder / "said")
    worker.start()
    assert ended(store, job.id).state == "done"
    assert (tmp_path / "mine").read_text() == "mine"
    assert not (folder / "task.json").exists()


# a failed one keeps its video


def test_one_that_failed_can_be_tried_again_with_its_video(store, worker, monkeypatch):
    lets_children_be(monkeypatch, "os._exit(1)")
    job = asked(store, b"sent once")
    worker.start()
    assert ended(store, job.id).state == "failed"
    lets_children_be(monkeypatch)
    again = worker.again(job.id)
    assert (again.state, again.error, again.ended_seconds) == ("waiting", None, None)
    assert ended(store, job.id).state == "done"
    assert store.outcome(job.id, "report.html").read_bytes() == b"the report of sent once"
    until(lambda: not (store.folder / "videos" / job.request.video).exists())


def test_a_video_stays_until_its_assessment_is_deleted(store):
    job, other = asked(store), asked(store)
    for id_, state in ((job.id, "failed"), (other.id, "cancelled")):
        store.change(id_, state=state)
    store.remove_unneeded_videos()
    store.close()
    with opened(store.folder) as again:
        assert again.video_path(job.request.video).read_bytes() == b"a video"
        again.remove_job(job.id)
        assert [p.name for p in (again.folder / "videos").iterdir()] == [other.request.video]
        again.remove_job(other.id)
        assert list((again.folder / "videos").iterdir()) == []


def test_a_video_goes_once_an_assessment_of_it_is_done(store):
    video, expert = keep(store), keep(store, name="hers.mp4")
    first, second, other = store.add(
        [
            stores.Request(video, "m", reference=expert),
            stores.Request(video, "m"),
            stores.Request(keep(store), "m", reference=expert),
        ]
    )
    store.change(first.id, state="failed")
    store.change(other.id, state="cancelled")
    store.remove_unneeded_videos()
    assert store.video(video)
    store.change(second.id, state="done")
    store.remove_unneeded_videos()
    with pytest.raises(NotThere):
        store.video(video)
    assert store.video(expert)  # the cancelled one can be tried again


def test_only_what_failed_or_was_cancelled_is_tried_again(store, worker):
    finished, waiting = done(store), asked(store)
    assert worker.again(finished.id) == finished
    assert worker.again(waiting.id) == waiting
    store.change(waiting.id, state="failed")
    store.remove_video(waiting.request.video)
    with pytest.raises(NotThere, match=rf"^there is no video '{waiting.request.video}': send it "):
        worker.again(waiting.id)
    assert store.job(waiting.id).state == "failed"


def test_one_that_is_cancelled_and_tried_again_at_once_is_made(store, worker, monkeypatch):
    """The first run, which is being ended, says nothing of the second."""
    wait_in_child(monkeypatch)
    job = asked(store)
    worker.start()
    until(lambda: worker._running is not None)
    child = worker._running[1]
    with monkeypatch.context() as patch:
        patch.setattr(worker, "_end_child", lambda _: None)
        worker.cancel(job.id)
    worker.again(job.id)
    child.wait(60)  # it was ended all the same
    until_running(store, job.id)
    (store.folder / "assessments" / "go").write_text("")
    assert (ended(store, job.id).state, store.job(job.id).error) == ("done", None)


# that work does not go on is said


def test_that_work_goes_on_or_not_is_said(store, monkeypatch, small_model):
    app = api.make_app(store.folder.with_name("page"), model=str(small_model.folder), works=False)
    client = TestClient(app, base_url="http://127.0.0.1:8017", client=("127.0.0.1", 1))
    asked(app.state.store)
    assert client.get("/api/work").json() == {"goes_on": False, "n_waiting": 1}
    app.state.store.close()


def test_work_that_is_stuck_does_not_go_on(store, worker, monkeypatch):
    assert not worker.goes_on()  # it was not started
    worker.start()
    assert worker.goes_on()
    rounds = []
    monkeypatch.setattr(store, "next_waiting", lambda: rounds.append(1) or 1 / 0)
    until(lambda: len(rounds) > 1)  # no round that went well is still under way
    worker._heard_seconds -= workers.MAX_QUIET_SECONDS
    assert not worker.goes_on()
    n_before = len(rounds)
    until(lambda: len(rounds) > n_before + 5)
    assert not worker.goes_on()
    monkeypatch.undo()
    until(worker.goes_on)
    worker.stop()
    assert not worker.goes_on()


def test_a_process_that_does_not_end_is_not_waited_for(monkeypatch):
    class Stuck:
        pid = 2**22 + 1  # there is no such process

        def poll(self):
            return None

        def wait(self, seconds):
            raise subprocess.TimeoutExpired("child", seconds)

    workers.end_child(Stuck())


# a full disk


def test_a_disk_that_takes_no_more_ends_no_worker(store, worker, monkeypatch):
    job = asked(store)
    whole = stores.write_bytes

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(stores, "write_bytes", full)
    monkeypatch.setattr(workers, "write_bytes", full)
    worker.start()
    task = store.job_folder(job.id) / "task.json"
    assert ended(store, job.id).error == f"{task}: No space left on device: {MAKE_ROOM}"
    with pytest.raises(OSError, match="No space left"):
        store.add([job.request] * 3)
    assert [j.id for j in store.jobs()] == [job.id]
    partial = store.new_partial()
    partial.write_bytes(b"another")
    with pytest.raises(OSError, match="No space left"):
        store.keep_video(partial, "x.mp4")
    assert list((store.folder / "partial").iterdir()) == []
    worker.again(job.id)
    assert worker.cancel(job.id).ended_seconds
    monkeypatch.setattr(stores, "write_bytes", whole)
    monkeypatch.setattr(workers, "write_bytes", whole)
    require_next_one_is_made(store, worker)


def test_a_batch_that_the_disk_takes_in_part_only_is_none(store, monkeypatch):
    request = asked(store).request
    before = contents(store.folder / "assessments").keys()
    written: list[Path] = []
    whole = stores.write_bytes

    def full_after_two(path: Path, content: bytes) -> None:
        if len(written) == 2:
            raise OSError(28, "No space left on device", str(path))
        written.append(path)
        whole(path, content)

    monkeypatch.setattr(stores, "write_bytes", full_after_two)
    with pytest.raises(OSError, match="No space left"):
        store.add([request] * 3, batch="b" * 32)
    assert len(written) == 2
    assert contents(store.folder / "assessments").keys() == before
    assert [job.request for job in store.jobs()] == [request]


def test_a_result_whose_end_could_not_be_written_down_is_done_after_a_restart(
    store, worker, monkeypatch
):
    wait_in_child(monkeypatch)
    job = asked(store)
    worker.start()
    until(lambda: worker._running is not None)

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(stores, "write_bytes", full)
    (store.folder / "assessments" / "go").write_text("")
    assert ended(store, job.id).state == "done"
    worker.stop()
    monkeypatch.undo()
    store.close()
    with opened(store.folder) as again:
        assert (again.job(job.id).state, again.job(job.id).error) == ("done", None)
        assert again.job(job.id).summary["score"] == 61.3
        assert again.outcome(job.id, "report.html").read_bytes() == b"the report of a video"


IN_A_SMALL_SPACE = """
mount -t tmpfs -o size=4m tmpfs "$1" || exit 77
exec "$2" -c "$3" "$1" "$4" "$5" "$6"
"""
ON_A_FULL_DISK = """
import os, sys, time
from pathlib import Path
from podium.web.store import Request, Store
from podium.web.worker import Worker
disk, video, model, n_free = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
store = Store(disk / "store")
partial = store.new_partial()
partial.write_bytes(Path(video).read_bytes())
(job,) = store.add([Request(store.keep_video(partial, "dive.mp4").id, model)])
pages = []
try:
    while True:
        pages.append(disk / str(len(pages)))
        pages[-1].write_bytes(bytes(4096))
except OSError as error:
    assert error.errno == 28, error
for page in pages[-1 - n_free:]:
    page.unlink(missing_ok=True)
worker = Worker(store)
worker.start()
while store.job(job.id).state in ("waiting", "running"):
    time.sleep(0.05)
print(store.job(job.id).state, store.job(job.id).error)
for page in pages:
    page.unlink(missing_ok=True)
assert store.video_path(job.request.video).read_bytes() == Path(video).read_bytes()
worker.again(job.id)
while store.job(job.id).state in ("waiting", "running"):
    time.sleep(0.05)
print(store.job(job.id).state, store.job(job.id).error)
worker.stop()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_free", "file"),
    [(0, "task.json"), (1, "progress.json"), (4, "result.partial/report.html")],
)
def test_a_disk_that_is_full_is_named(small_model, tmp_path, n_free, file):
    """A real disk of a few pages: neither the video nor the worker is lost, and why is said."""
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    disk = tmp_path / "disk"
    disk.mkdir()
    try:
        ran = subprocess.run(
            [*unshare, "sh", "-c", IN_A_SMALL_SPACE, "sh", disk, sys.executable, ON_A_FULL_DISK,
             small_model.video("test", "107"), small_model.folder, str(n_free)],
            capture_output=True, text=True, timeout=280, env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("unshare is not installed: no small disk can be made")
    if ran.returncode in (1, 77) and "Traceback" not in ran.stderr:
        pytest.skip(f"no small disk can be made here: {ran.stderr.strip()}")
    failed, again = ran.stdout.splitlines()
    there = rf"{re.escape(str(disk))}/store/assessments/[0-9a-f]{{32}}/{re.escape(file)}"
    assert re.fullmatch(rf"failed {there}: No space left on device: {re.escape(MAKE_ROOM)}", failed)
    assert again == "done None"
