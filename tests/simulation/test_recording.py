from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from podium.errors import UsageError
from podium.simulation import SimulationOptions, stage, write_video


def read(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_a_video_gives_back_its_frames(tmp_path: Path) -> None:
    dive = stage("107", {}, 0, SimulationOptions(width=160, height=120, sensor_noise=0.0))
    frames = list(dive.frames())
    write_video(tmp_path / "dive.mp4", iter(frames), 30)
    seen = read(tmp_path / "dive.mp4")
    assert len(seen) == dive.n_frames
    assert np.abs(seen[20].astype(int) - frames[20]).mean() < 8
    assert [path.name for path in tmp_path.iterdir()] == ["dive.mp4"]


def test_the_video_keeps_its_rate(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", iter([np.zeros((64, 64, 3), np.uint8)] * 5), 25)
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert container.streams.video[0].average_rate == 25
        assert container.streams.video[0].pix_fmt == "yuv420p"


def test_the_same_frames_give_the_same_file(tmp_path: Path) -> None:
    frames = list(stage("407", {}, 0, SimulationOptions(width=96, height=64)).frames())[:20]
    for name in ("a.mp4", "b.mp4"):
        write_video(tmp_path / name, iter(frames), 30)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_a_failed_recording_leaves_the_old_video_alone(tmp_path: Path) -> None:
    def broken() -> Iterator[np.ndarray]:
        yield np.zeros((64, 64, 3), np.uint8)
        raise OSError("the camera fell into the pool")

    (tmp_path / "a.mp4").write_bytes(b"old")
    with pytest.raises(OSError, match=r"^the camera fell into the pool$"):
        write_video(tmp_path / "a.mp4", broken(), 30)
    assert (tmp_path / "a.mp4").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_a_video_without_frames_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with pytest.raises(UsageError) as refusal:
        write_video(path, iter([]), 30)
    assert str(refusal.value) == f"there are no frames to write to {path}"
    assert list(tmp_path.iterdir()) == []
