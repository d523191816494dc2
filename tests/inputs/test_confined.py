import os
import re
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from podium.errors import Bug, ManifestError, UnusableFile
from podium.inputs import confined
from podium.inputs.confined import Limits, values
from podium.machine import processes

LIMITS = Limits(1_000, seconds=2, memory_bytes=64 * 2**20)
ANSWER = "from podium.inputs.confined import Refused, answer\nanswer(lambda content: {work})"


def whole(message: str) -> str:
    return rf"^{re.escape(message)}$"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "x").write_bytes(b"abc")
    return tmp_path / "x"


@pytest.fixture
def child(monkeypatch):
    """Let the child be a script of a test's own: `child("print(5)")`."""

    def of(script: str) -> None:
        home = str(Path(confined.__file__).parents[1])
        words = f"import sys; sys.path.insert(0, {home!r}); del sys.argv[1:2]\n{script}"
        command = (sys.executable, "-c", words)
        monkeypatch.setattr(processes, "command", lambda module, *more: (*command, module, *more))

    return of


def refuse(path: Path, message: str, limits: Limits = LIMITS) -> None:
    with pytest.raises(ManifestError, match=whole(f"{path}: {message}")):
        list(values("any", path, limits))


def test_what_a_child_finds_is_handed_over(path, child):
    child(ANSWER.format(work="[content.decode(), 1.5, None, [1]]"))
    assert list(values("any", path, LIMITS)) == ["abc", 1.5, None, [1]]


def test_a_refusal_follows_the_name(path, child):
    child(
        "from podium.inputs.confined import Refused, answer\n"
        "def find(content):\n yield 1\n raise Refused('is no such thing')\nanswer(find)"
    )
    refuse(path, "is no such thing")


@pytest.mark.parametrize("work", ["bytearray(2**30)", "[None] * 2**28"])
def test_memory_has_a_limit(path, child, work):
    child(ANSWER.format(work=work))
    refuse(
        path,
        "reading it takes more than the 67,108,864 bytes of memory allowed: "
        "check the file, or give a smaller one",
    )


@pytest.mark.slow
def test_time_has_a_limit_that_grows_with_the_file(path, child):
    child(ANSWER.format(work="[0 for _ in iter(int, 1) if _]"))
    refuse(
        path,
        "reading it takes more than the 2 s allowed: check the file, or give a smaller one",
        LIMITS,
    )
    path.write_bytes(bytes(2**20))
    limits = Limits(2**21, seconds=1, memory_bytes=2**26, more_seconds=1)
    refuse(
        path,
        "reading it takes more than the 2 s allowed: check the file, or give a smaller one",
        limits,
    )


def test_one_that_only_sleeps_is_not_waited_for(path, child):
    child("import time; time.sleep(600)")
    refuse(
        path,
        "waiting for it to be read took longer than the 0.5 s allowed: check the file",
        replace(LIMITS, waiting_seconds=0.5),
    )


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGABRT", "SIGKILL"])
def test_the_end_of_a_child_is_the_end_of_the_file_only(path, child, name):
    child(f"import os, signal; os.kill(os.getpid(), signal.{name})")
    refuse(
        path,
        f"the process that read it crashed ({name}): the file is damaged, or memory ran out",
    )
    assert getattr(signal, name)


@pytest.mark.parametrize("said", ["v{", "x", "", "v" + "[" * 100_000, "r5x"])
def test_what_makes_no_sense_is_not_believed(path, child, said):
    child(f"print({said!r})")
    refuse(path, "the process that read it gave no valid answer: the file is damaged")


def test_a_line_without_an_end_is_not_kept(path, child, monkeypatch):
    monkeypatch.setattr(confined, "MAX_LINE_BYTES", 2**20)
    child("import sys\nwhile True: sys.stdout.write('v' * 2**16)")
    refuse(path, "the process that read it gave no valid answer: the file is damaged")


def test_an_exception_of_a_childs_is_a_bug_of_ours(path, child):
    child(ANSWER.format(work="1 / 0"))
    message = (
        f"{path}: this is a bug in Podium (ZeroDivisionError: division by zero): "
        "please report it with what podium --debug shows"
    )
    with pytest.raises(Bug) as raised:
        list(values("any", path, LIMITS))
    assert str(raised.value) == message
    (note,) = raised.value.__notes__
    assert note.startswith("The child process said:\nTraceback (most recent call last):\n")


def test_too_large_a_file_starts_no_child(path, child):
    child("raise SystemExit('started')")
    message = f"{path}: has 3 bytes, more than the 2 allowed: give a smaller file"
    with pytest.raises(UnusableFile, match=whole(message)):
        list(values("any", path, replace(LIMITS, n_bytes=2)))


def test_a_reader_that_has_enough_ends_the_child(path, child):
    child(ANSWER.format(work="iter(lambda: __import__('os').getpid(), 0)"))
    found: Iterator[int] = values("any", path, LIMITS)
    pid = next(found)
    found.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_child_writes_no_file(path, child, tmp_path):
    child(ANSWER.format(work=f"[open({str(tmp_path / 'made')!r}, 'w').write('x' * 10**6)]"))
    with pytest.raises(Bug):
        list(values("any", path, LIMITS))
    assert (tmp_path / "made").read_bytes() == b""
