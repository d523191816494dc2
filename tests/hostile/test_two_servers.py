"""Two servers on one folder: the second is told who has it, and the first loses nothing."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest

from podium.web.home import UnusableFolder
from podium.web.store import Store
from web.conftest import running

from .storing import asked, done, opened


def in_use(folder, who: str) -> str:
    return (
        f"{folder}: is in use by another podium serve ({who}): open its page, stop it, or name "
        "another folder with --folder"
    )


def test_a_second_one_is_refused_and_changes_nothing(tmp_path):
    with opened(tmp_path / "store") as store:
        job = asked(store)
        store.change(job.id, state="running", started_seconds=1.0)
        partial = store.new_partial()
        partial.write_bytes(b"half a video")
        with pytest.raises(UnusableFolder) as caught:
            Store(store.folder)
        assert str(caught.value) == in_use(store.folder, f"process {os.getpid()}")
        assert partial.read_bytes() == b"half a video"
        written = json.loads((store.job_folder(job.id) / "job.json").read_text())
        assert written["state"] == "running"
    with opened(tmp_path / "store") as again:
        assert again.job(job.id).state == "waiting"


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"process": null}', '{"process": "x"}', "x" * 9999]
)
def test_a_note_of_who_has_it_that_is_damaged_harms_nobody(tmp_path, text):
    with opened(tmp_path / "store") as store:
        (store.folder / "podium-server.json").write_text(text)
        with pytest.raises(UnusableFolder) as caught:
            Store(store.folder)
        assert str(caught.value) == in_use(store.folder, "its process is not known")


def test_a_note_that_is_a_pipe_is_not_waited_for(tmp_path):
    with opened(tmp_path / "store") as store:
        note = store.folder / "podium-server.json"
        note.unlink()
        os.mkfifo(note)
        with pytest.raises(UnusableFolder, match=r"^.*\(its process is not known\).*$"):
            Store(store.folder)
    with opened(tmp_path / "store"):
        assert json.loads(note.read_text()) == {"process": os.getpid()}


def test_a_store_that_cannot_be_opened_is_left_to_others(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Store, "_load", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            Store(tmp_path / "store")
    with opened(tmp_path / "store") as store:
        assert store.jobs() == []


@pytest.mark.slow
def test_the_second_command_says_who_has_the_folder(small_model, tmp_path):
    folder, model = tmp_path / "store", str(small_model.folder)
    with opened(folder) as store:
        finished = done(store).id
    command = [sys.executable, "-c", "from podium.cli import main; main()", "serve", "--port", "0",
               "--folder", str(folder), "--model", model]  # fmt: skip
    with running(folder, model) as server, server.client() as client:
        second = subprocess.run(command, capture_output=True, text=True, timeout=200)
        assert second.stderr == f"podium: {in_use(folder, f'process {server.process.pid}')}\n"
        assert (second.returncode, second.stdout) == (3, "")
        assert client.get(f"/api/assessments/{finished}").json()["state"] == "done"
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        with opened(folder) as store:  # the lock went with the process
            assert store.job(finished).state == "done"
    with running(folder, model) as server, server.client() as client:
        assert client.get(f"/api/assessments/{finished}").json()["state"] == "done"
        note = json.loads((folder / "podium-server.json").read_text())
        assert note == {"process": server.process.pid}
    assert not (folder / "podium-server.json").exists()
    assert re.fullmatch("[0-9a-f]{32}", finished)
