import os
import shutil
import threading
import time

import pytest

from podium.machine.files import write_bytes
from podium.web.records import Request
from podium.web.store import UNUSED_SECONDS, NotThere, Store


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store")


def restarted(store: Store) -> Store:
    store.close()
    return Store(store.folder)


def keep(store: Store, name: str = "dive.mp4") -> str:
    partial = store.new_partial()
    partial.write_bytes(b"a video")
    return store.keep_video(partial, name).id


def test_what_was_kept_is_there_after_a_restart(store):
    video = keep(store, "\udcff <odd>.mp4")
    assert store.video(video).name == "? <odd>.mp4"  # what is no character cannot be shown
    (job,) = store.add([Request(video, "bars", "407", 3.2)])
    again = restarted(store)
    assert again.video(video) == store.video(video)
    assert again.job(job.id) == job
    assert again.video_path(video).read_bytes() == b"a video"


def test_one_that_was_running_waits_again_after_a_restart(store):
    first, second = store.add([Request(keep(store), "bars"), Request(keep(store), "bars")])
    store.change(second.id, state="running", started_seconds=1.0)
    again = restarted(store)
    assert [job.state for job in again.jobs()] == ["waiting", "waiting"]
    assert again.next_waiting().id == first.id


def test_one_whose_video_is_gone_fails_after_a_restart(store):
    video = keep(store)
    (job,) = store.add([Request(video, "bars")])
    shutil.rmtree(store.folder / "videos" / video)
    again = restarted(store)
    assert again.job(job.id).state == "failed"
    assert again.job(job.id).error == "its video is gone: send it again"


def test_what_a_crash_left_half_done_is_cleared(store):
    store.new_partial().write_bytes(b"half")
    kept = store.new_partial().with_suffix(".kept")
    kept.mkdir()
    (kept / "video").write_bytes(b"a video")
    begun = store.folder / "assessments" / ("0" * 32)
    begun.mkdir()
    (begun / ".job.json.abcd1234").write_text('{"id": "000')
    again = restarted(store)
    assert list((store.folder / "partial").iterdir()) == []
    assert not begun.exists()
    assert again.jobs() == []


def test_foreign_folders_and_links_are_left_alone(store, tmp_path):
    (store.folder / "assessments" / "mine").mkdir()
    os.symlink(tmp_path, store.folder / "assessments" / ("1" * 32))
    again = restarted(store)
    assert again.jobs() == []
    assert (store.folder / "assessments" / "mine").is_dir()


def test_videos_are_removed_once_they_are_assessed(store):
    video, expert, fresh = keep(store), keep(store), keep(store)
    one, other = store.add([Request(video, "m", reference=expert), Request(expert, "m")])
    store.change(one.id, state="done")
    store.remove_unneeded_videos()
    with pytest.raises(NotThere, match=rf"^there is no video '{video}': send it again$"):
        store.video(video)
    assert store.video(expert)
    store.change(other.id, state="failed")
    store.remove_unneeded_videos()
    assert {path.name for path in (store.folder / "videos").iterdir()} == {fresh, expert}
    store.remove_job(other.id)
    assert {path.name for path in (store.folder / "videos").iterdir()} == {fresh}


def test_a_video_that_nobody_asked_for_is_removed_after_a_day(store, monkeypatch):
    keep(store)
    later = time.time() + UNUSED_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    store.remove_unneeded_videos()
    assert list((store.folder / "videos").iterdir()) == []


def test_only_its_owner_may_look(store):
    assert store.folder.stat().st_mode & 0o077 == 0


def test_the_line_keeps_its_order(store):
    jobs = store.add([Request(keep(store), "m") for _ in range(3)], batch="b")
    assert [job.id for job in store.jobs(batch="b")] == [job.id for job in jobs]
    assert [job.id for job in store.jobs()] == [job.id for job in jobs][::-1]


def test_whoever_looks_does_not_wait_for_the_disk(store, monkeypatch):
    video = keep(store)

    writing, looked, was_looked_at = threading.Event(), threading.Event(), []

    def slowly(path, content):
        writing.set()
        was_looked_at.append(looked.wait(30))  # the disk is not done before somebody has looked
        write_bytes(path, content)

    monkeypatch.setattr("podium.web.store.write_bytes", slowly)
    batch = threading.Thread(target=store.add, args=([Request(video, "m")] * 40,))
    batch.start()
    assert writing.wait(30)
    jobs = store.jobs()
    assert all(store.has_job(job.id) and store.job(job.id) for job in jobs)
    assert store.video_path(store.video(video).id)
    store.next_waiting()
    looked.set()
    batch.join()
    assert len(store.jobs()) == 40
    assert all(was_looked_at)
