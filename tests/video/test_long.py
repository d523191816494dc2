"""A performance in a recording of three hours: found, and paid for with time, not with memory."""

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from podium.video.frames import decode
from videos import scene

pytestmark = pytest.mark.slow

RATE = 10
N_FRAMES = 3 * 3600 * RATE
PERIOD = 500
"""Frames that are encoded; what follows are the same packets again, at later times."""

MAX_MEGABYTES = 20
"""What three hours may need beyond what 50 seconds do: the index of an MP4 of 108,000 frames."""

LOOK = """
import json, sys
from pathlib import Path
from podium.video import decoder
from podium.backbones import make_backbone
from podium.errors import PodiumError
from podium.features.extraction import Extractor

def peak(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024

said = ""
for start, end in json.loads(sys.argv[2]):
    try:
        features = Extractor(make_backbone("motion")).video(Path(sys.argv[1]), start, end)
        said = [features.video.first_used, features.video.n_used, features.start_seconds[0]]
    except PodiumError as error:
        said = str(error)
(child,) = decoder._children._idle or [None]
print(json.dumps([said, peak("self"), peak(child.pid) if child else None]))
"""


def write_long(path: Path, n_frames: int) -> Path:
    """Write a video of `scene`s that begin again every `PERIOD` frames."""
    tick = Fraction(1, RATE)
    with av.open(str(path), "w") as container:
        options = {"preset": "ultrafast", "g": "50", "bf": "0"}
        stream = container.add_stream("libx264", rate=RATE, options=options)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.time_base, stream.codec_context.thread_count = tick, 1
        packets = []
        for number in range(PERIOD):
            frame = av.VideoFrame.from_ndarray(scene(number), format="rgb24")
            frame.pts, frame.time_base = number, tick
            packets += stream.encode(frame)
        packets += stream.encode()
        kept = [(bytes(packet), packet.pts, packet.is_keyframe) for packet in packets]
        for first in range(0, n_frames, PERIOD):
            for content, number, is_keyframe in kept:
                packet = av.Packet(content)
                packet.stream, packet.time_base, packet.is_keyframe = stream, tick, is_keyframe
                packet.pts = packet.dts = first + number
                container.mux(packet)
    return path


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Three hours, in the container that is asked for; written once."""
    folder, made = tmp_path_factory.mktemp("long"), {}

    def write(name: str) -> Path:
        if name not in made:
            made[name] = write_long(folder / f"recording.{name}", N_FRAMES)
        return made[name]

    return write


def looked(path: Path, *parts: tuple[int, int]) -> tuple[object, int, int]:
    """Extract features of parts in a process of its own; return what is said, and peaks in MB."""
    run = subprocess.run(
        [sys.executable, "-c", LOOK, str(path), json.dumps(parts)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(run.stdout)


@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_the_frames_far_into_a_recording_are_those_asked_for(recording, container):
    path = recording(container)
    part = decode(path, width=64, height=48, start_frame=N_FRAMES - 60, end_frame=N_FRAMES - 30)
    again = decode(path, width=64, height=48, start_frame=PERIOD - 60, end_frame=PERIOD - 30)
    np.testing.assert_array_equal(part.pixels, again.pixels)
    np.testing.assert_allclose(
        part.start_seconds, (N_FRAMES - 60 + np.arange(31)) / RATE, atol=2e-3
    )
    assert (part.numbers[0], part.n_decoded) == (N_FRAMES - 60, N_FRAMES - 28)
    assert part.doubts == again.doubts == ()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peaks are not told here")
@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_memory_does_not_grow_with_the_recording(recording, tmp_path, container):
    short = write_long(tmp_path / f"short.{container}", PERIOD)
    _, own, child = looked(short, (100, 149))
    for start in (100, N_FRAMES - 100):
        said, long_own, long_child = looked(recording(container), (start, start + 49))
        # Each frame is looked at three times, as 30 are in a second: the first 4 times are left.
        assert said == [start + 1, 144, pytest.approx(start / RATE + 4 / 30, abs=2e-3)]
        assert long_own < own + MAX_MEGABYTES
        assert long_child < child + MAX_MEGABYTES


def test_a_recording_is_inspected_scored_and_extracted_by_the_contract(
    recording, small_model, tmp_path, monkeypatch, capsys
):
    from podium.cli.commands import run

    path = recording("mp4")
    assert run(["inspect", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    shorter = (
        "cut the performance out of it first, or bound it in a table by start_frame and end_frame"
    )
    too_long = f"lasts more than 3600 s: {shorter}, or allow more (--limit minutes=NUMBER)"
    too_many = f"has more than 5000 frames: {shorter}, or allow more (--limit frames=NUMBER)"
    assert found["seconds"] == pytest.approx(10_800)
    assert (found["frames_promised"], found["frames"], found["clips"]) == (N_FRAMES, None, 0)
    assert found["warnings"] == [too_long]
    assert run(["score", str(path), "--model", str(small_model.folder), "--action", "107"]) == 3
    assert capsys.readouterr() == ("", f"podium: {path}: {too_many}\n")
    table = path.with_name("metadata.csv")
    with table.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "file_name", "score", "start_frame", "end_frame"))
        rows.writerow(("near", path.name, 50, 100, 163))
        rows.writerow(("far", path.name, 60, N_FRAMES - 64, N_FRAMES - 1))
        rows.writerow(("beyond", path.name, 60, N_FRAMES - 64, N_FRAMES))
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))
    assert run(["extract", str(table), "--backbone", "motion"]) == 4
    assert len(list((tmp_path / "cache").rglob("*.safetensors"))) == 2
    beyond = (
        f"{path}: has no frames {N_FRAMES - 64} to {N_FRAMES}: it has {N_FRAMES}, "
        f"so choose from 0 to {N_FRAMES - 1}"
    )
    assert beyond in capsys.readouterr().err
