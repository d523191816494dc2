"""Recordings of a training, joined from dives, of which it is known where each dive lies.

Between two dives the last picture of one is shown, then softly the first of the next; as a camera
that is held by hand would show it, it moves a little, trembles with noise, and its light changes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from podium.performance import Performance
from podium.video.frames import Frame, decode
from podium.video.playback import PlaybackOptions, playback_of

Pixels = npt.NDArray[np.uint8]

WIDTH, HEIGHT = 320, 240
FRAMES_PER_SECOND = 30
PAUSE_SECONDS = (2.0, 7.0)
SOFT_FRAMES = 12
"""Over so many frames one picture becomes another, and the camera begins to move."""

PAN, NOISE, LIGHT = 9.0, 2.5, 0.1
"""How far it moves in pixels, how much noise there is of 255, and by which share light changes."""


@dataclass(frozen=True)
class Recording:
    """A file, and of each dive in it the first and the last frame, inclusive."""

    path: Path
    spans: tuple[tuple[int, int], ...]


def write_recording(
    path: Path, dives: Sequence[Performance], generator: np.random.Generator
) -> Recording:
    """Join dives to a recording, with pauses before, between and after them."""
    spans: list[tuple[int, int]] = []
    frames = (
        Frame(pixels, index / FRAMES_PER_SECOND, (index + 1) / FRAMES_PER_SECOND)
        for index, pixels in enumerate(_each_picture(dives, generator, spans))
    )
    options = PlaybackOptions(WIDTH, HEIGHT, quality=23, n_key_frames=60)
    path.write_bytes(playback_of(frames, WIDTH, HEIGHT, options).content)
    return Recording(path, tuple(spans))


def _each_picture(
    dives: Sequence[Performance], generator: np.random.Generator, spans: list[tuple[int, int]]
) -> Iterator[Pixels]:
    before, n_shown = None, 0
    for dive in dives:
        pixels = decode(
            dive.path, width=WIDTH, height=HEIGHT,
            start_frame=dive.start_frame, end_frame=dive.end_frame,
        ).pixels  # fmt: skip
        pause = list(_pause(before, pixels[0], generator))
        yield from pause
        n_shown += len(pause)
        spans.append((n_shown, n_shown + len(pixels) - 1))
        yield from pixels
        n_shown += len(pixels)
        before = pixels[-1]
    yield from _pause(before, None, generator)


def _pause(
    before: Pixels | None, after: Pixels | None, generator: np.random.Generator
) -> Iterator[Pixels]:
    """Show what was last, softly become what comes next; it begins and ends at rest."""
    n_frames = round(generator.uniform(*PAUSE_SECONDS) * FRAMES_PER_SECOND)
    first = after if before is None else before
    last = before if after is None else after
    assert first is not None
    assert last is not None
    pan, light = (_wander(n_frames, generator) for _ in range(2))
    down = _wander(n_frames, generator)
    middle = generator.uniform(0.35, 0.65) * n_frames
    for index in range(n_frames):
        share = np.clip((index - middle) / SOFT_FRAMES + 0.5, 0, 1)
        picture = (1 - share) * first.astype(np.float32) + share * last
        moved = np.array([[1, 0, PAN * pan[index]], [0, 1, PAN / 2 * down[index]]], np.float32)
        size, border = (WIDTH, HEIGHT), cv2.BORDER_REFLECT
        picture = cv2.warpAffine(picture.astype(np.float32), moved, size, borderMode=border)
        picture = picture * (1 + LIGHT * light[index])
        picture = picture + generator.normal(0, NOISE, picture.shape)
        yield np.clip(np.round(picture), 0, 255).astype(np.uint8)


def _wander(n_frames: int, generator: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return a smooth course within -1 and 1 that begins and ends at 0."""
    seconds = np.arange(n_frames) / FRAMES_PER_SECOND
    course = sum(
        np.sin(2 * np.pi * generator.uniform(0.1, 0.5) * seconds + generator.uniform(0, 6.3))
        for _ in range(2)
    )
    at_rest = np.minimum(np.arange(n_frames), np.arange(n_frames)[::-1]) / SOFT_FRAMES
    return np.asarray(course / 2 * np.clip(at_rest, 0, 1), np.float64)
