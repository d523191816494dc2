"""A dive that is drawn: a bar that turns as it falls past a wall, filmed by a camera that pans."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from podium import recognition
from podium.athlete.outline import outline
from podium.athlete.values import Athlete, CameraMotion
from podium.examination.values import Examination
from podium.measures import Dive, Measurement, Phase, Reading
from podium.measures._dive import Moment, Moments
from podium.remarks import Kind, Remark
from podium.video.frames import Frames

WIDTH, HEIGHT, SIDE = 160, 120, 96
REACH = 24.0
SKIN = (224, 172, 130)
MOMENTS = Moments(Moment(4, 1.0), Moment(22, 1.0), Moment(30, 1.0))
N_FRAMES = 36


def wall(seed: int = 3, width: int = 240, height: int = 480) -> np.ndarray:
    """Dull tiles, none like its neighbours."""
    tiles = np.random.default_rng(seed).integers(40, 90, (height // 8, width // 8, 3), np.uint8)
    return tiles.repeat(8, axis=0).repeat(8, axis=1)


def bar(angle: float, length: float = 60.0, width: float = 14.0) -> np.ndarray:
    """The silhouette of a bar in its window, at an angle as an axis has it."""
    right, down = np.meshgrid(np.arange(SIDE) - 47.5, np.arange(SIDE) - 47.5)
    along = right * np.cos(angle) - down * np.sin(angle)
    across = right * np.sin(angle) + down * np.cos(angle)
    return (abs(along) <= length / 2) & (abs(across) <= width / 2)


def drawn_dive(
    n: int = N_FRAMES, *, pans: bool = True, moments: Moments = MOMENTS
) -> tuple[Dive, np.ndarray]:
    """A dive, and its frames; it moves 1 pixel right and up to 12 down a frame."""
    falls = 0.18 * np.arange(n) ** 2
    looks = np.round(falls).astype(int) if pans else np.zeros(n, int)
    middles = np.stack([50.0 + np.arange(n), 40.0 + falls - looks], axis=1)
    masks = np.stack([bar(np.pi / 2 + 0.3 * i) for i in range(n)])
    behind = wall()
    frames = np.stack([behind[look : look + HEIGHT, :WIDTH] for look in looks])
    for frame, middle, mask in zip(frames, middles, masks, strict=True):
        draw(frame, middle, mask)
    steps = np.broadcast_to(np.eye(3), (n - 1, 3, 3)).copy()
    steps[:, 1, 2] = -np.diff(looks)
    seen = Athlete(
        np.arange(n) / 30, WIDTH, HEIGHT, middles, REACH, masks, np.ones(n),
        CameraMotion(steps, np.ones(n - 1)),
    )  # fmt: skip
    return Dive(seen, outline(seen), moments), frames


def draw(frame: np.ndarray, middle: np.ndarray, mask: np.ndarray) -> None:
    """Put a bar into a frame."""
    height, width = frame.shape[:2]
    right, down = np.meshgrid(np.arange(width), np.arange(height))
    pixel = 2 * REACH / SIDE
    across, below = (
        np.round((place - corner) / pixel - 0.5).astype(int)
        for place, corner in zip((right, down), middle - REACH, strict=True)
    )
    inside = (across >= 0) & (across < SIDE) & (below >= 0) & (below < SIDE)
    frame[inside & mask[below.clip(0, SIDE - 1), across.clip(0, SIDE - 1)]] = SKIN


@dataclass(frozen=True)
class Recognised:
    """Which dive somebody says it is."""

    action: str | None
    position: str | None
    probability: float


def readings(dive: Dive) -> tuple[Reading, ...]:
    """One of each kind of measure, some of them not measurable."""
    seconds = dive.athlete.start_seconds
    board, opened, water = (float(seconds[index]) for index in (4, 22, 30))
    take_off, flight, entry, splash = Phase
    return (
        Reading(Measurement("flight_seconds", "seconds", take_off, 1.573, 1.5, 1.65, board, water),
                64.0, 1.61),
        Reading(Measurement("jump_height_metres", "metres", take_off, reason="height_not_given")),
        Reading(Measurement("half_somersaults", "", flight, 7.0, 7.0, 8.0, board, water), None, 7),
        Reading(Measurement("position", "", flight, "C", None, None, board, opened), None, "B"),
        Reading(Measurement("armstand", "", flight, 0.0)),
        Reading(Measurement("opening_seconds", "seconds", flight, 0.22, 0.2, 0.24, opened, opened),
                12.0),
        Reading(Measurement("entry_angle_degrees", "degrees", entry, 12.4, 4.4, 20.4,
                            water - 0.1, water), 83.0, -3.0),
        Reading(Measurement("new_measure", "parsecs", splash, 2.0)),
        Reading(Measurement("splash_size", "bodies", splash, reason="never_heard_of")),
    )  # fmt: skip


def examined(path: Path, dive: Dive, frames: Frames) -> Examination:
    """All of it: measures, faults, which dive it is, and remarks on two measures."""
    take_off, flight, entry, splash = Phase
    return Examination(
        path,
        frames,
        dive,
        readings(dive),
        faults=((take_off, 0.2), (flight, 0.4), (entry, 0.87), (splash, 0.5)),
        recognised=recognition.Recognised("407", "C", 7, 0, False, 0.93, {"407": 0.93}, {}),
        remarks=(
            Remark(entry, Kind.ENTRY_PAST_VERTICAL, "entry_angle_degrees", 12.4, 0.87),
            Remark(take_off, Kind.JUMP_HIGH, "flight_seconds", 1.573, 0.2, is_praise=True),
        ),
    )
