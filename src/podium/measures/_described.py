"""What each frame says of where in a dive it lies: speeds, outline, camera, all in bodies."""

import numpy as np
import numpy.typing as npt

from podium.athlete.outline import Outline
from podium.athlete.values import Athlete
from podium.measures._camera import steady

Floats = npt.NDArray[np.float64]
Array = npt.NDArray[np.float32]

MOST = 4.0
"""No number is farther from 0: one odd frame must not decide."""

FAST, SLOW = 2, 5
"""Speeds are those of parabolas through so many frames before and after."""

TURNED = ("right_speed", "leaning", "camera_right", "off_right")
"""These change their sign where the picture is mirrored."""


def body_length(outline: Outline) -> float:
    """Return how long the stretched body is, in pixels of the picture: 1 where it is never seen."""
    seen = outline.length[outline.is_seen]
    return float(np.percentile(seen, 90)) if len(seen) else 1.0


def describe(athlete: Athlete, outline: Outline) -> dict[str, Floats]:
    """Describe each frame by numbers of about 1, by name, (frames,) each.

    Lengths are in bodies; speeds are those of the path in the common picture.
    """
    body, athlete = body_length(outline), steady(athlete)
    rows = {
        **_path(athlete.in_common_picture(athlete.middles) / body),
        **_shape(athlete, outline, body),
        **_camera(athlete, body),
        "evidence": athlete.evidence,
        "kept": _kept(athlete),
        "inside": np.ones(len(athlete)),
    }
    return {name: np.clip(values, -MOST, MOST) for name, values in rows.items()}


def as_rows(described: dict[str, Floats]) -> Array:
    """Return what `describe` says as one row a frame, (frames, numbers)."""
    return np.stack(list(described.values()), axis=1).astype(np.float32)


def fitted(values: Floats, reach: int) -> Floats:
    """Fit a parabola about each frame of (frames,): value, speed and acceleration, (frames, 3).

    (Savitzky and Golay, 1964), a frame the unit of time; ends are continued by their reflection.
    """
    times = np.arange(-reach, reach + 1.0)
    solving = np.linalg.pinv(np.stack([np.ones_like(times), times, times**2 / 2], axis=1))
    around = np.pad(values, reach, mode="reflect", reflect_type="odd")
    windows = np.lib.stride_tricks.sliding_window_view(around, 2 * reach + 1)
    return np.asarray(windows @ solving.T)


def _path(places: Floats) -> dict[str, Floats]:
    down = places[:, 1]
    quick, slow = fitted(down, FAST), fitted(down, SLOW)
    lowest, highest = np.percentile(down, [95, 5])
    return {
        "right_speed": 3 * fitted(places[:, 0], FAST)[:, 1],
        "down_speed": 3 * quick[:, 1],
        "down_speed_slow": 3 * slow[:, 1],
        "down_gain": 30 * slow[:, 2],
        "to_lowest": np.clip((down - lowest) / 5, -2, 1),
        "from_highest": np.clip((down - highest) / 5, -1, 2),
    }


def _shape(athlete: Athlete, outline: Outline, body: float) -> dict[str, Floats]:
    seen = outline.is_seen.astype(np.float64)
    off = np.nan_to_num((outline.middle - athlete.middles) / body)
    twice = 2 * np.nan_to_num(outline.angle)
    return {
        "length": np.nan_to_num(outline.length) / body,
        "width": 2 * np.nan_to_num(outline.width) / body,
        "area": 4 * np.nan_to_num(outline.area) / body**2,
        "seen": seen,
        "lying": np.cos(twice) * seen,
        "leaning": np.sin(twice) * seen,
        "off_right": 3 * off[:, 0],
        "off_down": 3 * off[:, 1],
    }


def _camera(athlete: Athlete, body: float) -> dict[str, Floats]:
    steps = np.concatenate([np.eye(3)[None], athlete.camera.steps])
    middle = np.array([athlete.width / 2, athlete.height / 2, 1.0])
    moved = (steps @ middle - middle)[:, :2] / body
    grown = np.abs(np.linalg.det(steps[:, :2, :2]))
    return {
        "camera_right": 3 * moved[:, 0],
        "camera_down": 3 * moved[:, 1],
        "zoom": 15 * np.log(grown + 1e-9),
        "agreement": np.concatenate([[0.0], athlete.camera.agreement]),
    }


def _kept(athlete: Athlete) -> Floats:
    """Return which share of each silhouette is where the one before it was."""
    before, after = athlete.masks[:-1], athlete.masks[1:]
    both, either = ((found).sum(axis=(1, 2)) for found in (before & after, before | after))
    return np.concatenate([[0.0], both / np.maximum(either, 1)])
