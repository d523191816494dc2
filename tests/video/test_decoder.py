import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from messages import whole
from podium.errors import Bug, VideoError
from podium.features.extraction import Extractor, extract
from podium.performance import Performance
from podium.video import _decoder_process, decoder
from podium.video.decoder import COMMAND, KINDS, Picture, about, pictures
from podium.video.frames import decode, each_frame, probe
from podium.video.limits import Part, VideoLimits
from sentences import sentences
from videos import scene, write_video

SIZE = {"width": 64, "height": 48}
SHORTER = "cut the performance out of it first, or bound it in a table by start_frame and end_frame"
TAKES_SO_LONG = (
    "cut the performance out of it first, or allow more (--limit waiting_minutes=NUMBER); a short "
    "video that takes so long is damaged"
)


@pytest.fixture(autouse=True)
def _no_child_left():
    decoder._children.end()
    yield
    decoder._children.end()


@pytest.fixture(scope="module")
def long_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More pixels than a pipe holds, so that a child cannot be ahead to the end."""
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    return write_video(path, [scene(i, 320, 240) for i in range(120)])


def pids() -> list[int]:
    return [child.pid for child in decoder._children._idle]


def one_child() -> int:
    """Start a child, and give its number; the next file will be its."""
    decoder.start_ahead()
    (pid,) = pids()
    return pid


def imposter(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let another program stand in for the decoder."""
    monkeypatch.setattr(decoder, "COMMAND", (sys.executable, "-c", code))


# one child for many files


def test_both_sides_speak_of_the_same_bytes():
    for name in ("HEADER", "ABOUT", "PICTURE", "END"):
        assert getattr(_decoder_process, name).format == getattr(decoder, name).format


def test_a_child_is_light():
    code = (
        "import sys, podium.video._decoder_process; "
        "print(sorted({'torch', 'sklearn', 'numpy', 'scipy', 'PIL'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_one_child_decodes_one_file_after_the_other(make_video):
    paths = [make_video(f"{i}.mp4") for i in range(3)]
    pid = one_child()
    for path in paths:
        assert len(decode(path, **SIZE)) == 20
        assert probe(path).n_frames == 20
        assert pids() == [pid]


def test_a_refused_file_costs_no_child(make_video, tmp_path):
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"this is no video")
    pid = one_child()
    with pytest.raises(VideoError):
        decode(bad, **SIZE)
    assert len(decode(make_video(), **SIZE)) == 20
    assert pids() == [pid]


def test_a_child_that_died_while_it_waited_is_replaced(make_video):
    pid = one_child()
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert len(decode(make_video(), **SIZE)) == 20
    assert pids() != [pid]


def test_who_stops_reading_ends_the_child(long_video):
    pid = one_child()
    frames = each_frame(long_video, width=320, height=240)
    next(frames)
    frames.close()
    assert pids() == []
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_two_files_at_once_have_two_children(make_video):
    one, other = (each_frame(make_video(f"{i}.mp4"), **SIZE) for i in range(2))
    for mine, theirs in zip(one, other, strict=True):
        np.testing.assert_array_equal(mine.pixels, theirs.pixels)
    assert len(pids()) == 2


def test_a_copy_of_the_process_leaves_the_children_alone(make_video):
    pid = one_child()
    decoder._children.forget()
    assert pids() == []
    decode(make_video(), **SIZE)
    assert pid not in pids()


def test_a_child_ends_with_its_parent():
    code = (
        "import sys, time\nfrom podium.video import decoder\ndecoder.start_ahead()\n"
        "print(decoder._children._idle[0].pid, flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        child = int(parent.stdout.readline())
        parent.kill()
    end = time.monotonic() + 120
    while is_running(child):
        assert time.monotonic() < end, "the child is still there"
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_folder_of_modules_named_as_ours_does_no_harm(make_video, tmp_path, monkeypatch):
    path = make_video()
    (tmp_path / "av.py").write_text("raise SystemExit('the wrong av')")
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    monkeypatch.chdir(tmp_path)
    assert len(decode(path, **SIZE)) == 20


def answered(path: Path, part: Part, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int, int]:
    """Answer in this process: how many frames were decoded, how many resized, how many sent."""
    n_resized, resizer = 0, _decoder_process.VideoReformatter

    class Counted:
        def __init__(self) -> None:
            self.resizer = resizer()

        def reformat(self, *given: object, **how: object) -> object:
            nonlocal n_resized
            n_resized += 1
            return self.resizer.reformat(*given, **how)

    monkeypatch.setattr(_decoder_process, "VideoReformatter", Counted)
    answers = io.BytesIO()
    _decoder_process._answer(decoder._request(path, (64, 48), VideoLimits(), part), answers)
    answers.seek(0)
    n_sent, end = 0, b""
    while header := answers.read(decoder.HEADER.size):
        kind, n_bytes = decoder.HEADER.unpack(header)
        content = answers.read(n_bytes)
        n_sent, end = n_sent + (kind == b"F"), content if kind == b"E" else end
    n_decoded = decoder.END.unpack(end)[4]
    return n_decoded, n_resized, n_sent


def test_only_a_part_is_resized_and_sent_and_decoding_stops_after_it(make_video, monkeypatch):
    path = make_video(frames=60)
    with monkeypatch.context() as patch:
        assert answered(path, Part(20, 29), patch) == (31, 10, 10)
    with monkeypatch.context() as patch:
        assert answered(path, Part(20), patch) == (60, 40, 40)


def test_a_child_that_stopped_after_a_part_is_used_again(long_video):
    pid = one_child()
    for start in (0, 50, 110):
        part = decode(long_video, **SIZE, start_frame=start, end_frame=start + 3)
        assert part.numbers.tolist() == list(range(start, start + 4))
        assert pids() == [pid]


# the death of a child


WHY = {
    "SIGKILL": "memory ran out, or someone ended it: free memory, then try again",
    "SIGXCPU": "it took too long: cut the performance out of it first",
    "SIGSEGV": "the file is damaged, or memory ran out",
    "SIGABRT": "the file is damaged, or memory ran out",
}


@pytest.mark.parametrize("name", WHY)
def test_the_death_of_a_child_is_said_of_the_file(long_video, make_video, name):
    pid = one_child()
    answers = pictures(long_video, (320, 240), VideoLimits())
    next(answers)
    os.kill(pid, getattr(signal, name))
    message = f"{long_video}: the decoder was ended by {name} while it looked at it: {WHY[name]}"
    with pytest.raises(VideoError, match=whole(message)):
        list(answers)
    assert len(decode(make_video(), **SIZE)) == 20


def test_a_child_that_hangs_is_ended(long_video, make_video):
    decode(make_video(), **SIZE)  # the child is ready: what follows is no waiting for its start
    (pid,) = pids()
    answers = pictures(long_video, (320, 240), VideoLimits(waiting_seconds=5.0))
    next(answers)
    os.kill(pid, signal.SIGSTOP)
    message = f"{long_video}: its decoding took more than the 5 s allowed: {TAKES_SO_LONG}"
    with pytest.raises(VideoError, match=whole(message)):
        list(answers)
    assert not is_running(pid)
    assert len(decode(make_video(), **SIZE)) == 20


def test_the_way_to_a_part_is_said_where_it_took_the_time(long_video, make_video):
    decode(make_video(), **SIZE)
    (pid,) = pids()
    os.kill(pid, signal.SIGSTOP)
    message = (
        f"{long_video}: its decoding, the 2,000 frames before the performance included, took more "
        f"than the 0.2 s allowed: {TAKES_SO_LONG}"
    )
    with pytest.raises(VideoError, match=whole(message)):
        decode(
            long_video, **SIZE, start_frame=2000, limits=VideoLimits(waiting_seconds=0.2)
        )  # fmt: skip
    assert not is_running(pid)


def test_time_that_the_reader_takes_is_no_waiting(make_video):
    limits = VideoLimits(waiting_seconds=1.5)
    decode(make_video(), **SIZE)  # the child is ready: nothing waits for its start
    n = 0
    for _ in each_frame(make_video(frames=4), **SIZE, limits=limits):
        time.sleep(0.5)
        n += 1
    assert n == 4


def test_a_batch_goes_on_after_a_death(make_video, monkeypatch):
    code = (
        "import os, signal, sys\nfrom podium.video import _decoder_process\n"
        "answer = _decoder_process._answer\n"
        "def fatal(request, answers):\n"
        "    if 'bad' in request['path']: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    answer(request, answers)\n"
        "_decoder_process._answer = fatal\n_decoder_process.main()\n"
    )
    imposter(monkeypatch, code)
    from podium.backbones import make_backbone

    names = ("a", "bad", "b", "bad2", "c")
    rows = [Performance(name, make_video(f"{name}.mp4")) for name in names]
    extraction = extract(rows, Extractor(make_backbone("motion")))
    assert [sample.performance.id for sample in extraction.samples] == ["a", "b", "c"]
    assert {key: str(error) for key, error in extraction.errors.items()} == {
        row.id: f"{row.path}: the decoder was ended by SIGKILL while it looked at it: "
        + WHY["SIGKILL"]
        for row in (rows[1], rows[3])
    }


def test_a_decoder_that_cannot_start_is_said(make_video, monkeypatch):
    imposter(monkeypatch, "raise SystemExit(7)")
    path = make_video()
    message = (
        f"{path}: the decoder was ended with code 7 while it looked at it: "
        "the file is damaged, or memory ran out"
    )
    with pytest.raises(VideoError, match=whole(message)):
        decode(path, **SIZE)


# a fault of ours never blames the file


BUG = "this is a bug in Podium ({}): please report it with what podium --debug shows"


def faulty(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    """Let the decoder run with one of its functions replaced."""
    code = (
        f"from podium.video import _decoder_process\ndef faulty(*_): {line}\n"
        "_decoder_process._video_stream = faulty\n"
    )
    imposter(monkeypatch, f"{code}_decoder_process.main()")


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("len(5)", "TypeError: object of type 'int' has no len()"),
        ("raise RuntimeError('two\\nlines')", "RuntimeError: two"),
        ("raise ValueError('of ours')", "ValueError: of ours"),
        ("import nothing_here", "ModuleNotFoundError: No module named 'nothing_here'"),
    ],
)
def test_an_exception_in_the_decoder_is_a_bug_and_not_the_file(
    make_video, monkeypatch, line, cause
):
    faulty(monkeypatch, line)
    path = make_video()
    with pytest.raises(Bug) as caught:
        decode(path, **SIZE)
    assert str(caught.value) == f"{path}: {BUG.format(cause)}"
    assert caught.value.exit_code == 1
    (note,) = caught.value.__notes__
    assert note.startswith("The child process said:\nTraceback (most recent call last):\n")
    assert cause in note


def test_a_decoder_that_ends_by_an_exception_is_a_bug(make_video, monkeypatch):
    imposter(monkeypatch, "import sys; sys.stdin.readline(); import nothing_here")
    path = make_video()
    cause = "ModuleNotFoundError: No module named 'nothing_here'"
    with pytest.raises(Bug) as caught:
        decode(path, **SIZE)
    assert str(caught.value) == f"{path}: {BUG.format(cause)}"
    assert "Traceback (most recent call last):" in caught.value.__notes__[0]


LIBRARY = "'av.so: failed to map segment from shared object'"
NO_MEMORY = {
    "a decoder without memory to start": "raise MemoryError",
    "a library without room as it starts": (
        f"import sys; sys.stdin.readline(); raise ImportError({LIBRARY})"
    ),
    "a library without room for a file": (
        "from podium.video import _decoder_process\n"
        f"def full(request, answers): raise ImportError({LIBRARY})\n"
        "_decoder_process._answer = full\n_decoder_process.main()"
    ),
}


@pytest.mark.parametrize("code", NO_MEMORY.values(), ids=NO_MEMORY)
def test_a_decoder_with_too_little_memory_is_no_bug(code, make_video, monkeypatch):
    imposter(monkeypatch, code)
    path = make_video()
    message = (
        f"{path}: memory ran out while it was looked at, of the 2,147,483,648 bytes allowed to the "
        "decoder: free memory, or allow more (--limit memory_gigabytes=NUMBER), then try again"
    )
    with pytest.raises(VideoError, match=whole(message)):
        decode(path, **SIZE, limits=VideoLimits(memory_bytes=2**31))


def test_what_a_decoder_says_much_of_is_kept_in_part(make_video, monkeypatch):
    imposter(monkeypatch, "import sys; sys.stderr.write('noise\\n' * 10**6); 1 / 0")
    path = make_video()
    with pytest.raises(Bug, match=r"ZeroDivisionError: division by zero") as caught:
        decode(path, **SIZE)
    assert len(caught.value.__notes__[0]) < 70_000


def test_other_files_of_a_batch_are_done(make_video, monkeypatch):
    from podium.backbones import make_backbone

    code = (
        "from podium.video import _decoder_process\nreal = _decoder_process._video_stream\n"
        "def faulty(container, request):\n"
        "    if 'bad' in request['path']: len(5)\n"
        "    return real(container, request)\n"
        "_decoder_process._video_stream = faulty\n_decoder_process.main()"
    )
    imposter(monkeypatch, code)
    rows = [Performance(name, make_video(f"{name}.mp4")) for name in ("a", "bad", "b")]
    extraction = extract(rows, Extractor(make_backbone("motion")))
    assert [sample.performance.id for sample in extraction.samples] == ["a", "b"]
    cause = "TypeError: object of type 'int' has no len()"
    assert str(extraction.errors["bad"]) == f"{rows[1].path}: {BUG.format(cause)}"


# limits


@pytest.fixture(scope="module")
def large_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "large.mp4"
    return write_video(path, [scene(i, 3840, 2160) for i in range(6)])


def needs_more(path: Path, n_bytes: int) -> str:
    return (
        f"{path}: its decoding needs more than the {n_bytes:,} bytes of memory allowed: "
        "make it smaller first, or allow more (--limit memory_gigabytes=NUMBER)"
    )


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is not limited here")
@pytest.mark.parametrize("megabytes", [130, 160, 180, 200])
def test_a_lack_of_memory_is_not_called_damage(large_video, megabytes):
    """FFmpeg names it in another way at each of these: no thread, no frame, a damaged packet."""
    limits = VideoLimits(memory_bytes=megabytes * 2**20)
    with pytest.raises(VideoError, match=whole(needs_more(large_video, limits.memory_bytes))):
        decode(large_video, **SIZE, limits=limits)
    assert pids() == []  # the next file has a child of its own
    assert len(decode(large_video, **SIZE)) == 6


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is not limited here")
def test_what_just_fits_is_whole_or_lacks_memory(large_video):
    """How many frames the threads hold at a time depends on how they take turns."""
    limits = VideoLimits(memory_bytes=240 * 2**20)
    try:
        frames = decode(large_video, **SIZE, limits=limits)
    except VideoError as error:
        assert str(error) == needs_more(large_video, limits.memory_bytes)  # noqa: PT017
    else:
        assert (len(frames), sentences(frames)) == (6, ())


def test_damage_is_not_called_a_lack_of_memory(large_video, make_video):
    assert len(decode(large_video, **SIZE)) == 6
    content = bytearray(large_video.read_bytes())
    content[len(content) // 4 : len(content) // 4 + 2000] = bytes(2000)
    broken = large_video.with_name("broken.mp4")
    broken.write_bytes(content)
    limits = VideoLimits(memory_bytes=1 * 2**30)
    said = sentences(decode(broken, **SIZE, limits=limits))
    assert said[0].endswith(" damaged parts of the video were skipped")


def test_no_memory_left_is_said(make_video, monkeypatch):
    code = (
        "from podium.video import _decoder_process\n"
        "def full(request, answers): raise MemoryError\n"
        "_decoder_process._answer = full\n_decoder_process.main()\n"
    )
    imposter(monkeypatch, code)
    path = make_video()
    with pytest.raises(VideoError, match=whole(needs_more(path, 4 * 2**30))):
        decode(path, **SIZE)


def test_a_video_that_lasts_too_long_is_refused(make_video):
    path = make_video("x.mkv", 4, times_ms=[0, 40, 80, 4_000_000])
    message = f"{path}: lasts more than 3600 s: {SHORTER}, or allow more (--limit minutes=NUMBER)"
    with pytest.raises(VideoError, match=whole(message)):
        decode(path, **SIZE)
    assert len(decode(path, **SIZE, limits=VideoLimits(n_seconds=4001))) == 4


BOMB = """
import resource, sys
from pathlib import Path
from podium.errors import Bug, VideoError
from podium.video.frames import decode
try:
    decode(Path(sys.argv[1]), width=171, height=128)
except VideoError as error:
    print(error)
from podium.video import decoder
decoder._children.end()
# Linux counts into a process's own ru_maxrss what the one that started it had held.
status = Path("/proc/self/status")
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if status.is_file():
    own = next(int(line.split()[1]) for line in status.read_text().splitlines()
               if line.startswith("VmHWM"))
print(own // 1024, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


def peak_megabytes(path: Path) -> tuple[str, int, int]:
    """Return what is said of a file in a process of its own, and the peaks of it and its child."""
    run = subprocess.run(
        [sys.executable, "-c", BOMB, str(path)], capture_output=True, text=True, check=True
    )
    said, peaks = run.stdout.splitlines()
    own, child = map(int, peaks.split())
    return said, own, child


def test_a_picture_of_134_million_pixels_is_refused_in_little_memory(tmp_path):
    path = tmp_path / "bomb.gif"
    screen = b"GIF89a" + (16384).to_bytes(2, "little") + (8192).to_bytes(2, "little")
    image = b"\x2c\0\0\0\0" + screen[6:] + b"\0"
    path.write_bytes(screen + b"\x80\0\0\0\0\0\xff\xff\xff" + image + b"\x02\x02\x44\x01\0\x3b")
    said, own, child = peak_megabytes(path)
    assert said == (
        f"{path}: its frames of 16384x8192 have more than the 35,389,440 pixels allowed: "
        "make it smaller first"
    )
    assert own + child < 1000


@pytest.mark.slow
def test_a_video_of_many_frames_is_refused_in_little_memory(tmp_path):
    still = scene(0, 32, 32)
    path = write_video(tmp_path / "bomb.mp4", [still] * 20_000, preset="ultrafast")
    said, own, child = peak_megabytes(path)
    more = "allow more (--limit frames=NUMBER)"
    assert said == f"{path}: has more than 5000 frames: {SHORTER}, or {more}"
    assert own + child < 1000


# what a child says is not believed


@pytest.mark.parametrize(
    "answer",
    [
        "b'F' + (1 << 31).to_bytes(4, 'little')",
        "b'?' + bytes(4)",
        "b'F' + (5).to_bytes(4, 'little') + bytes(5)",
        "b'E' + (5).to_bytes(4, 'little') + bytes(5)",
        "b'E' + (68).to_bytes(4, 'little') + bytes(60) + b'\\0\\0\\0\\0\\0\\0\\xf8\\x7f'",
        "b'E' + (68).to_bytes(4, 'little') + bytes(28) + (5).to_bytes(8, 'little') + bytes(32)",
        "b'E' + (68).to_bytes(4, 'little') + bytes(28) + b'\\xff' * 8 + bytes(32)",
        "b'F' + (37).to_bytes(4, 'little') + bytes(20) + b'\\xff' * 17",
    ],
    ids=[
        "huge",
        "unknown",
        "short picture",
        "short end",
        "nan",
        "frames kept back",
        "fewer than none",
        "wrong size",
    ],
)
def test_nonsense_of_a_child_is_refused(make_video, monkeypatch, answer):
    code = f"import sys; sys.stdin.readline(); sys.stdout.buffer.write({answer})"
    imposter(monkeypatch, code)
    path = make_video()
    message = f"{path}: the decoder gave no valid answer: the file is damaged"
    with pytest.raises(VideoError, match=whole(message)):
        decode(path, **SIZE)


def test_words_of_a_child_cannot_steer_a_terminal(make_video, monkeypatch):
    code = (
        "import sys; sys.stdin.readline(); "
        "sys.stdout.buffer.write(b'R' + (7).to_bytes(4, 'little') + b'\\x1b[2Jbad')"
    )
    imposter(monkeypatch, code)
    path = make_video()
    with pytest.raises(VideoError, match=whole(f"{path}: ?[2Jbad")):
        decode(path, **SIZE)


def test_a_child_writes_no_file(make_video):
    path = make_video()
    code = (
        "import sys\nfrom podium.video import _decoder_process\n"
        "_decoder_process._give_up_what_is_not_needed()\n"
        "with open(sys.argv[1], 'w') as file: file.write('x')\n"
    )
    target = path.with_name("made")
    run = subprocess.run([sys.executable, "-c", code, str(target)], capture_output=True, text=True)
    assert run.returncode != 0
    assert target.read_bytes() == b""


def test_what_is_asked_is_what_comes(make_video):
    path = make_video(rotation=90)
    found = about(path, VideoLimits())
    assert (found.width, found.height, found.quarter_turns) == (64, 48, 1)
    *frames, end = pictures(path, (48, 64), VideoLimits())
    assert all(isinstance(frame, Picture) for frame in frames)
    assert (frames[0].width, frames[0].height, frames[0].quarter_turns) == (64, 48, 1)
    assert (len(frames), end.n_frames, end.n_damaged) == (20, 20, 0)
    assert KINDS.startswith("give an MP4")
    assert COMMAND[0] == sys.executable
