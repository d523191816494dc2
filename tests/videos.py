"""Small videos: frames that tell their number, and made-up performances with their table."""

import csv
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from podium.judging.diving import RULE

Pixels = npt.NDArray[np.uint8]
COLUMNS = ("file_name", "score", "split", "action", "difficulty", "judges", "phases")


def scene(number: int, width: int = 64, height: int = 48) -> Pixels:
    """A frame that tells its number and which way is up: a red corner, and a bar that moves."""
    frame = np.full((height, width, 3), 60, np.uint8)
    frame[: height // 3, : width // 3] = (250, 10, 10)
    left = number * 2 % (width - 8)
    frame[height // 2 :, left : left + 8] = 230
    return frame


def write_video(
    path: Path,
    frames: Sequence[Pixels],
    *,
    times_ms: Sequence[int] | None = None,
    frames_per_second: int = 25,
    rotation: int | None = None,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    container_options: dict[str, str] | None = None,
    **options: str,
) -> Path:
    """Encode RGB frames; `times_ms` makes the frame rate variable, `options` are the codec's."""
    base = Fraction(1, 1000) if times_ms else Fraction(1, frames_per_second)
    with av.open(str(path), "w", options=container_options or {}) as container:
        if codec == "libx264":
            options.setdefault("preset", "superfast")
        stream = container.add_stream(codec, rate=frames_per_second, options=options)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pixel_format
        stream.codec_context.time_base = base
        # With more threads, or a look-ahead, x264 was seen to give other bytes each time.
        stream.codec_context.thread_count = 1
        if rotation is not None:
            stream.set_display_rotation(rotation)
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = times_ms[number] if times_ms else number, base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.fixture
def make_video(tmp_path: Path) -> Callable[..., Path]:
    """A factory of small videos: `make_video("a.mp4", 20)`, or with frames of one's own."""

    def make(name: str = "video.mp4", frames: int | Sequence[Pixels] = 20, **how: Any) -> Path:
        shown = [scene(i) for i in range(frames)] if isinstance(frames, int) else frames
        return write_video(tmp_path / name, shown, **how)

    return make


def attempt(mark: float, action: str, n_frames: int = 50, seed: int = 0) -> list[Pixels]:
    """A made-up performance: a bar, the steadier and the brighter the better the mark."""
    generator = np.random.default_rng(seed)
    frames = []
    for number in range(n_frames):
        frame = np.full((48, 64, 3), 50, np.uint8)
        shake = int(generator.normal(0, (11 - mark) / 2))
        left = (number if action == "107" else 50 - number) + shake
        left = min(max(left, 0), 54)
        top = 5 if action == "107" else 25
        frame[42:, : number + 1] = 160  # no two frames are the same
        frame[top : top + 18, left : left + 10] = (int(20 * mark) + 40, 120, 200 - int(15 * mark))
        frames.append(frame)
    return frames


def write_table(folder: Path, n_train: int, n_test: int) -> Path:
    """Write made-up videos of two actions and their table; the scores follow the panel's rule."""
    rows = []
    for number in range(n_train + n_test):
        mark = 3.0 + 7.0 * (number * 7 % 12) / 11
        mark = round(mark * 2) / 2
        action = ("107", "407")[number // 12 % 2 if number < 24 else number % 2]
        difficulty = {"107": (1.6, 2.0, 2.4), "407": (2.4, 3.0, 3.2)}[action][number % 3]
        judges = (mark, mark, max(mark - 0.5, 0), mark, min(mark + 0.5, 10))
        name = f"{number:03d}.mp4"
        write_video(folder / name, attempt(mark, action, seed=number), frames_per_second=30)
        rows.append(
            {
                "file_name": name,
                "score": f"{RULE.score(judges, difficulty):.2f}",
                "split": "train" if number < n_train else "test",
                "action": action,
                "difficulty": difficulty,
                "judges": ";".join(map(str, judges)),
                "phases": "flight:0-25;water_entry:26-49",
            }
        )
    table = folder / "metadata.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return table
