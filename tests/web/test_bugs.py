"""A fault of ours in a child of the page is said as such, and its traceback goes to the log."""

import logging
import sys
import time

import pytest

from podium.errors import Bug
from podium.web import worker as workers
from podium.web.store import Request, Store
from podium.web.worker import Worker, choices, probe

BUG = (
    "this is a bug in Podium (TypeError: object of type 'int' has no len()): "
    "please report it with what podium --debug shows"
)
FAULTY = (
    "import sys\nfrom podium.web import child\ndef faulty(*_): len(5)\n"
    "child._probe = child._choices = child._assess = faulty\nsys.exit(child.main(sys.argv[1:]))"
)


@pytest.fixture
def _faulty(monkeypatch):
    def command(_: str, *arguments: str) -> tuple[str, ...]:
        return (sys.executable, "-c", FAULTY, *arguments)

    monkeypatch.setattr(workers.processes, "command", command)


@pytest.mark.usefixtures("_faulty")
@pytest.mark.parametrize("ask", [lambda path: probe(path), lambda path: choices(str(path))])
def test_what_is_asked_of_a_child_does_not_blame_the_file(ask, tmp_path, caplog):
    with caplog.at_level(logging.WARNING, "podium.web"), pytest.raises(Bug) as caught:
        ask(tmp_path / "x.mp4")
    assert str(caught.value) == BUG
    (record,) = caplog.records
    assert "Traceback (most recent call last):" in record.getMessage()


@pytest.mark.usefixtures("_faulty")
def test_an_assessment_says_whose_fault_it_is(tmp_path, caplog):
    store = Store(tmp_path / "store")
    partial = store.new_partial()
    partial.write_bytes(b"x")
    (job,) = store.add([Request(store.keep_video(partial, "dive.mp4").id, "diving")])
    worker = Worker(store)
    with caplog.at_level(logging.WARNING, "podium.web"):
        worker.start()
        while store.job(job.id).state in ("waiting", "running"):
            time.sleep(0.02)
        worker.stop()
    assert (store.job(job.id).state, store.job(job.id).error) == ("failed", BUG)
    assert "TypeError: object of type 'int' has no len()" in caplog.text
