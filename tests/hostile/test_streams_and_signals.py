"""Ctrl-C at every moment, standard streams that are closed or take nothing, little memory."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hostile.commands import chance, command, contents, one_line, podium
from podium import errors
from podium.cli.app import Exit
from podium.errors import ModelError, TooLittleMemory, VideoError
from podium.machine import shell

STOPPED = "podium: stopped: nothing half-written was left behind"

# Ctrl-C by itself, at a moment that is named: when a module is first looked for, from whatever
# part of Podium or of a library; or when a function of Podium's is called; or at the very end.
CTRL_C = """
import os, signal, sys
class At:
    def __init__(self, name):
        self.name = name
    def find_spec(self, name, path=None, target=None):
        if name == self.name:
            self.name = None
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, At({module!r}))
"""

AT_THE_END = """
import atexit, os, signal
atexit.register(os.kill, os.getpid(), signal.SIGINT)
"""

SWALLOWED = """
import os, signal
class Object:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
import podium.cli.assess
podium.cli.assess.load_assessor = lambda *_: Object() and None
"""

SWALLOWING = """
import os, signal, sys
sys.path.append({folder!r})
import podium.cli.assess
podium.cli.assess.load_assessor = lambda *_: __import__("swallowing")
"""

EARLY = ("podium.machine.shell", "podium.cli", "podium.errors", "typer", "podium.cli.usage",
         "podium.video.decoder",
         "podium.assessor", "numpy", "numpy._core.multiarray", "numpy._core._exceptions",
         "podium.features", "scipy.fft", "podium.networks.layers",
         "podium.scorers.siamese_lstm")  # fmt: skip


@pytest.fixture(scope="module")
def scoring(small_model) -> list[object]:
    return ["score", small_model.video(), "--model", small_model.folder, "--action", "107"]


@pytest.mark.slow
@pytest.mark.parametrize("module", EARLY)
def test_ctrl_c_while_a_module_is_imported_is_one_line(scoring, module, tmp_path):
    done = podium(*scoring, "--report", tmp_path / "r.html", before=CTRL_C.format(module=module))
    assert (done.returncode, done.stdout, one_line(done.stderr)) == (130, "", STOPPED)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_ctrl_c_while_any_module_is_imported_is_one_line(scoring):
    """A few of the two thousand, others for each PODIUM_TORTURE_SEED."""
    listed = podium(
        *scoring,
        before="import atexit, sys; atexit.register(lambda: print("
        "*(set(sys.modules) - before), file=sys.stderr)); before = set(sys.modules)",
    )
    named = {name for name in listed.stderr.split() if name.isidentifier() or "." in name}
    names = sorted(named - {"podium", "podium.start"})  # before these nobody of ours is there
    assert len(names) > 500
    for module in chance().sample(names, 5):
        done = podium(*scoring, before=CTRL_C.format(module=module))
        # One that is made by another, without being looked for, is no moment.
        assert (done.returncode, done.stderr) in ((130, f"{STOPPED}\n"), (0, "")), module


@pytest.mark.slow
def test_ctrl_c_is_answered_where_a_library_swallows_it_in_its_import(scoring, tmp_path):
    (tmp_path / "swallowing.py").write_text(
        "import os, signal\n"
        "try: os.kill(os.getpid(), signal.SIGINT)\n"
        "except BaseException: raise ImportError('C-extensions failed') from None\n"
    )
    done = podium(*scoring, before=SWALLOWING.format(folder=str(tmp_path)))
    assert (done.returncode, done.stdout, one_line(done.stderr)) == (130, "", STOPPED)


def test_ctrl_c_before_anything_of_podium_is_imported_but_its_beginning():
    done = podium("list", "models", before=CTRL_C.format(module="podium.machine.shell"))
    assert (done.returncode, done.stdout, one_line(done.stderr)) == (130, "", STOPPED)


def test_ctrl_c_at_the_very_end_is_one_line_after_the_answer():
    whole = podium("list", "models")
    done = podium("list", "models", before=AT_THE_END)
    assert (done.returncode, done.stdout, one_line(done.stderr)) == (130, whole.stdout, STOPPED)


@pytest.mark.slow
def test_ctrl_c_where_python_cannot_raise_it_is_no_silence(scoring):
    done = podium(*scoring, before=SWALLOWED)
    assert (done.returncode, done.stdout, one_line(done.stderr)) == (130, "", STOPPED)


@pytest.mark.slow
def test_ctrl_c_while_a_file_is_written_leaves_nothing_of_it(scoring, tmp_path):
    at_work = (
        "import os, signal; from podium.machine import files\n"
        "files.os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGINT)"
    )
    report = tmp_path / "r.html"
    report.write_text("earlier")
    done = podium(
        *scoring, "--report", report, before=at_work, environment={"PODIUM_CACHE": str(tmp_path)}
    )
    assert (done.returncode, done.stdout, one_line(done.stderr)) == (130, "", STOPPED)
    assert contents(tmp_path) == {"r.html": b"earlier"}


def test_the_command_of_earlier_versions_answers_ctrl_c_too():
    start = "from podium.cli import main; main()"
    words = command("list", "models", before=CTRL_C.format(module="podium.model"), start=start)
    done = subprocess.run(words, capture_output=True, text=True, timeout=240, check=False)
    assert (done.returncode, done.stdout, one_line(done.stderr)) == (130, "", STOPPED)


def test_where_ctrl_c_is_to_be_ignored_it_is():
    """As of what was started with nohup, or in the background by a script."""
    ignored = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
    before = f"{ignored}\n{CTRL_C.format(module='podium.model')}"
    done = podium("list", "models", before=before)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_program_that_calls_podium_keeps_its_own_ctrl_c(capsys):
    from podium import cli

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(SystemExit):
        cli.main(["list", "models"])
    assert signal.getsignal(signal.SIGINT) is before


# streams


def closing(*numbers: int) -> Callable[[], None]:
    """What closes standard streams in the process that becomes podium."""

    def close() -> None:
        for number in numbers:
            os.close(number)

    return close


CLOSED = (
    "podium: standard output: Bad file descriptor: leave it open, or name a file for the answer "
    "(>answer.txt), and run it again"
)
MAKE_ROOM = (
    "podium: standard output: No space left on device: make room or name another disk "
    "(for features, PODIUM_CACHE), and run it again"
)
UNKNOWN = "podium: none.mp4: no such file: check the path"

PRINTING = [["--help"], ["score", "--help"], ["list", "scorers"], ["list", "models", "--json"]]


@pytest.mark.parametrize("words", [*PRINTING, []], ids=" ".join)
def test_an_answer_that_nobody_can_have_is_no_success(words):
    done = podium(*words, preexec_fn=closing(1))
    assert (done.returncode, one_line(done.stderr)) == (Exit.INPUT, CLOSED)


@pytest.mark.slow
def test_a_score_that_nobody_can_have_is_no_success_but_its_report_is_written(scoring, tmp_path):
    report = tmp_path / "r.html"
    done = podium(*scoring, "--report", report, preexec_fn=closing(0, 1))
    assert done.returncode == Exit.INPUT
    assert done.stderr == f"report: {report}\n{CLOSED}\n"
    assert report.read_bytes().startswith(b"<!doctype html>")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("words", [*PRINTING, []], ids=" ".join)
def test_an_answer_that_finds_no_room_is_no_success(words):
    with open("/dev/full", "w") as full:
        done = podium(*words, stdout=full)
    assert (done.returncode, one_line(done.stderr)) == (Exit.INPUT, MAKE_ROOM)


@pytest.mark.parametrize("words", PRINTING, ids=" ".join)
def test_a_reader_that_has_enough_is_no_error(words):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = podium(*words, stdout=writer)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_wrong_is_said_where_standard_error_is_closed():
    done = podium("inspect", "none.mp4", preexec_fn=closing(2))
    assert (done.returncode, one_line(done.stdout)) == (Exit.INPUT, UNKNOWN)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_what_is_wrong_is_said_where_standard_error_is_full():
    with open("/dev/full", "w") as full:
        done = podium("inspect", "none.mp4", stderr=full)
    assert (done.returncode, one_line(done.stdout)) == (Exit.INPUT, UNKNOWN)


@pytest.mark.slow
@pytest.mark.parametrize("closed", [(2,), (0, 2)], ids=str)
def test_an_answer_is_one_object_where_standard_error_is_closed(scoring, tmp_path, closed):
    """Not even where the report is comes to stand in it."""
    words = [*scoring, "--json", "--report", tmp_path / "r.html"]
    done = podium(*words, preexec_fn=closing(*closed))
    assert done.returncode == 0
    assert json.loads(done.stdout)["score"] is not None


def test_ctrl_c_is_said_where_standard_error_is_closed():
    before = CTRL_C.format(module="podium.model")
    done = podium("list", "models", before=before, preexec_fn=closing(2))
    assert (done.returncode, one_line(done.stdout)) == (130, STOPPED)


@pytest.mark.parametrize("closed", [(0,), (0, 1, 2), (1, 2)], ids=str)
def test_no_file_takes_the_place_of_a_stream_that_is_closed(small_model, tmp_path, closed):
    table = tmp_path / "metadata.csv"
    table.write_text(f"file_name\n{small_model.video().name}\n")
    (tmp_path / small_model.video().name).write_bytes(small_model.video().read_bytes())
    before = contents(tmp_path)
    done = podium("inspect", small_model.video(), preexec_fn=closing(*closed))
    assert done.returncode == (Exit.DONE if 1 not in closed else Exit.INPUT)
    done = podium(
        "extract", table, preexec_fn=closing(*closed),
        environment={"PODIUM_CACHE": str(tmp_path / "cache")},
    )  # fmt: skip
    assert done.returncode == Exit.DONE
    after = contents(tmp_path)
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 1


# memory


def with_address_space(n_bytes: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (n_bytes, n_bytes))


def refused(n_bytes: int, needed: int) -> str:
    return (
        f"podium: only {n_bytes:,} bytes of address space are allowed (ulimit -v), and about "
        f"{needed:,} are needed: allow more, and run it again"
    )


needs_linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux limits address space"
)


@needs_linux
@pytest.mark.parametrize("megabytes", [100, 200, 399])
def test_light_commands_refuse_too_little_address_space(small_model, megabytes):
    n_bytes = megabytes * 10**6
    for words in (["list", "scorers"], ["inspect", small_model.video()], ["cache"]):
        done = podium(*words, preexec_fn=with_address_space(n_bytes))
        assert (done.returncode, done.stdout) == (Exit.INPUT, "")
        assert one_line(done.stderr) == refused(n_bytes, 400_000_000)


@needs_linux
@pytest.mark.slow
@pytest.mark.parametrize("megabytes", [100, 240, 400, 700, 850, 949])
def test_commands_with_networks_refuse_too_little_address_space(scoring, megabytes):
    n_bytes = megabytes * 10**6
    done = podium(*scoring, preexec_fn=with_address_space(n_bytes))
    assert (done.returncode, done.stdout) == (Exit.INPUT, "")
    needed = (
        400_000_000 if n_bytes < 400_000_000 else 950_000_000
    )  # that of any command comes first
    assert one_line(done.stderr) == refused(n_bytes, needed)


@needs_linux
@pytest.mark.slow
def test_as_much_address_space_as_is_asked_for_is_enough(small_model, scoring):
    for words, n_bytes in ((scoring, 1_000_000_000), (["list", "scorers"], 400_000_000),
                           (["inspect", small_model.video()], 400_000_000)):  # fmt: skip
        done = podium(*words, preexec_fn=with_address_space(n_bytes))
        assert (done.returncode, done.stderr) == (0, "")


@needs_linux
@pytest.mark.parametrize("megabytes", [24, 28, 32, 40])
def test_hardly_any_memory_is_one_line(megabytes):
    """Below that, Python itself cannot start."""
    n_bytes = megabytes * 2**20
    starts = subprocess.run(
        [sys.executable, "-P", "-c", "import signal, contextlib"], capture_output=True,
        preexec_fn=with_address_space(n_bytes), check=False,
    )  # fmt: skip
    if starts.returncode:
        pytest.skip("Python needs more memory than that")
    done = podium("inspect", "none.mp4", preexec_fn=with_address_space(n_bytes))
    assert done.returncode == Exit.INPUT
    said = {f"podium: {errors.RAN_OUT}", refused(n_bytes, 400_000_000)}
    assert one_line(done.stderr) in said


@needs_linux
def test_a_video_is_not_said_to_be_damaged_where_memory_is_limited(small_model):
    """The decoder knows how much it may really have."""
    from podium.video import decoder as decoding

    code = (
        "import resource; from podium.video import decoder as decoding; from pathlib import Path\n"
        "print(decoding._memory_bytes(decoding.VideoLimits()))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True,
        preexec_fn=with_address_space(10**9),
    )  # fmt: skip
    assert done.stdout == "1000000000\n"
    assert decoding._memory_bytes(decoding.VideoLimits(memory_bytes=5)) == 5


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
        RuntimeError("could not create a primitive"),
        RuntimeError("std::bad_alloc"),
        ImportError("libtorch_cpu.so: failed to map segment from shared object"),
        OSError(12, "Cannot allocate memory"),
    ],
    ids=repr,
)
def test_a_lack_of_memory_is_known_however_it_is_said(error):
    assert errors.ran_out(error)
    wrapped = ModelError("x: is not a whole model")
    wrapped.__cause__ = error
    assert errors.ran_out(wrapped)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("no"),
        VideoError("a.mp4: cannot be decoded (Cannot allocate memory)"),
        TooLittleMemory("only 5 bytes of address space are allowed (ulimit -v)"),
        None,
    ],
    ids=repr,
)
def test_what_is_no_lack_of_memory_is_not_taken_for_one(error):
    assert not errors.ran_out(error)


# what cannot even be imported


def test_a_broken_installation_is_one_line_and_debug_shows_more():
    broken = "import sys; sys.modules['typer'] = None"
    done = podium("list", "models", before=broken)
    assert (done.returncode, done.stdout) == (Exit.BUG, "")
    assert re.fullmatch(
        r"podium: this is a bug in Podium \(ModuleNotFoundError: import of typer halted; None in "
        r"sys\.modules\): please report it with what podium --debug shows",
        one_line(done.stderr),
    )
    done = podium("--debug", "list", "models", before=broken)
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback (most recent call last):\n")


def test_memory_that_runs_out_while_the_command_line_is_imported_is_one_line():
    class_ = "type('F', (), {'find_spec': staticmethod(find)})()"
    full = (
        "import sys\n"
        "def find(name, path=None, target=None):\n"
        "    if name == 'typer': raise MemoryError\n"
        f"sys.meta_path.insert(0, {class_})"
    )
    done = podium("list", "models", before=full)
    assert (done.returncode, one_line(done.stderr)) == (Exit.INPUT, f"podium: {errors.RAN_OUT}")


def test_the_words_and_the_code_of_a_stop_are_the_same_everywhere():
    """`start` says them before `shell` can be imported."""
    assert f"podium: {shell.STOPPED}" == STOPPED
    assert shell.STOPPED_CODE == Exit.STOPPED == 130
