"""Joints become angles over time: how far elbows, hips, knees and the whole body are bent."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.checks import require_array
from podium.errors import FeatureError
from podium.joints import Joints

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

BENT = {
    "elbow": ("shoulder", "elbow", "wrist"),
    "shoulder": ("elbow", "shoulder", "hip"),
    "hip": ("shoulder", "hip", "knee"),
    "knee": ("hip", "knee", "ankle"),
    "ankle": ("knee", "ankle", "toes"),
}
"""Each angle is that between two limbs which meet in the joint in the middle: 180 is straight."""

SIDES = ("left", "right")
SAME_JOINT = {"toes": ("toes", "foot", "big toe")}
"""What a joint is called in other skeletons."""

BODY_LINE = "body line"
"""Whether shoulders, hips and ankles lie in one line: below 180 the hips are beneath it, or behind
where the body stands; above 180 they are over it."""

TRUNK = "trunk"
"""How far the trunk leans: 0 is upright, 90 lies, 180 is head down."""

ANGLES = (*(f"{side} {name}" for name in BENT for side in SIDES), BODY_LINE, TRUNK)

SMOOTHED_SECONDS = 0.08
"""The width of the bell with which angles are smoothed."""

MOST_STEPS = 200_000

LYING = 0.87
"""A body lies where its line rises by less than this share of its length: up to 60 degrees."""

LONGEST_GAP_SECONDS = 0.5
"""Where a joint was not seen for longer, its angle is not known."""


@dataclass(frozen=True, eq=False)
class Angles:
    """The angles of one person's joints over time, smoothed.

    Raises
    ------
    FeatureError
        If shapes do not fit one another.
    """

    degrees: Floats
    """(frames, angles), in the order of `ANGLES`; NaN where it was not seen."""

    times: Floats
    """When each frame is shown, in seconds, (frames,), rising."""

    def __post_init__(self) -> None:
        shape = (len(self.times), len(ANGLES))
        require_array("degrees", self.degrees, np.floating, shape, FeatureError)
        require_array("times", self.times, np.floating, (None,), FeatureError)

    def of(self, name: str) -> Floats:
        """Return one angle over time, in degrees, (frames,).

        Of a name without a side, such as `elbow`, it is the mean of the sides that were seen.
        """
        names = [name] if name in ANGLES else [f"{side} {name}" for side in SIDES]
        degrees = self.degrees[:, [ANGLES.index(one) for one in names]]
        n_seen = np.isfinite(degrees).sum(axis=1)
        means = np.nansum(degrees, axis=1) / np.maximum(n_seen, 1)
        return np.where(n_seen > 0, means, np.nan)

    @property
    def is_seen(self) -> Flags:
        """Which angles were seen in which frames, (frames, angles)."""
        return np.asarray(np.isfinite(self.degrees))


def angles_of(joints: Joints) -> Angles:
    """Return the angles of joints over time.

    They are those in space where the skeleton was measured there, else those in the picture.
    """
    places = places_of(joints)
    seen = joints.seen
    columns = [_bent(joints, places, seen, name) for name in ANGLES[:-2]]
    columns += [_body_line(joints), _trunk(joints, places, seen)]
    raw = np.stack(columns, axis=1)
    times = np.asarray(joints.times, np.float64)
    return Angles(smooth(raw, times), times)


def places_of(joints: Joints) -> Floats:
    """Return where joints are, (frames, joints, 2 or 3), right, down and away, in one unit.

    Depth is believed where no picture was between (a skeleton that a sensor measured).
    """
    world = measured_places(joints)
    return np.asarray(joints.positions if world is None else world, np.float64)


def measured_places(joints: Joints) -> npt.NDArray[np.floating] | None:
    """Return where joints were measured in space, in metres; `None` where a picture was between."""
    return None if joints.width else joints.world


def column(joints: Joints, name: str) -> int | None:
    """Return the place of a joint in a skeleton, whatever it calls it; `None` where it has none."""
    *side, joint = name.split(" ", 1)
    for called in SAME_JOINT.get(joint, (joint,)):
        full = " ".join([*side, called])
        if full in joints.names:
            return joints.names.index(full)
    return None


def middle(joints: Joints, places: Floats, seen: Flags, name: str) -> Floats:
    """Return the middle of a joint of both sides, (frames, dims); one side's where one was seen.

    NaN where neither was.
    """
    columns = [c for side in SIDES if (c := column(joints, f"{side} {name}")) is not None]
    if not columns:
        return np.full((len(joints), places.shape[2]), np.nan)
    weights = seen[:, columns].astype(np.float64)[..., None]
    total = weights.sum(axis=1)
    middles = (places[:, columns] * weights).sum(axis=1) / np.maximum(total, 1)
    return np.where(total > 0, middles, np.nan)


def line_of(joints: Joints) -> tuple[Floats, Floats, Floats]:
    """Return the middle of the shoulders, of the hips and of the ankles, each (frames, dims)."""
    places, seen = places_of(joints), joints.seen
    shoulders, hips, ankles = (
        middle(joints, places, seen, name) for name in ("shoulder", "hip", "ankle")
    )
    return shoulders, hips, ankles


def off_line(shoulders: Floats, hips: Floats, ankles: Floats) -> Floats:
    """Return from the line from shoulders to ankles how the hips lie off it, (frames, dims)."""
    along = ankles - shoulders
    with np.errstate(invalid="ignore", divide="ignore"):
        share = ((hips - shoulders) * along).sum(axis=1) / (along**2).sum(axis=1)
    return np.asarray(hips - (shoulders + share[:, None] * along))


def known_at(series: Floats, times: Floats, when: Floats | Sequence[float]) -> Floats:
    """Return what a series is at other times, by what is known of it (not NaN) about them."""
    seen = np.isfinite(series)
    return np.asarray(np.interp(when, times[seen], series[seen]))


def between_degrees(one: Floats, other: Floats) -> Floats:
    """Return the angle between directions, 0 to 180 degrees; NaN where one has no length."""
    lengths = np.linalg.norm(one, axis=-1) * np.linalg.norm(other, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = (one * other).sum(axis=-1) / lengths
    return np.asarray(np.rad2deg(np.arccos(np.clip(cosine, -1, 1))))


def smooth(values: Floats, times: Floats, width_seconds: float = SMOOTHED_SECONDS) -> Floats:
    """Smooth series over time, (frames, series), by a bell so many seconds wide.

    Short gaps (NaN) are filled, long ones stay; the rate of frames does not matter.
    """
    if len(times) < 2 or times[-1] <= times[0]:
        return values
    even = even_times(times)
    sigma = width_seconds / float(even[1] - even[0])
    columns = [_smooth_one(values[:, i], times, even, sigma) for i in range(values.shape[1])]
    return np.stack(columns, axis=1)


def even_times(times: Floats) -> Floats:
    """Return times from the first to the last in even steps, about as many as there are."""
    span = float(times[-1] - times[0])
    steps = np.diff(times)
    step = float(np.median(steps[steps > 0]))
    return np.linspace(times[0], times[-1], min(round(span / step) + 1, MOST_STEPS))


def _smooth_one(series: Floats, times: Floats, even: Floats, sigma: float) -> Floats:
    from scipy.ndimage import gaussian_filter1d

    seen = np.isfinite(series)
    if seen.sum() < 2:
        return np.full(len(series), np.nan)
    filled = np.interp(even, times[seen], series[seen])
    smoothed = np.interp(times, even, gaussian_filter1d(filled, sigma, mode="nearest"))
    return np.where(_is_near(times, times[seen]), smoothed, np.nan)


def _is_near(times: Floats, known: Floats) -> Flags:
    """Return which times lie in no long gap between known ones, and not far beyond them."""
    after = np.clip(np.searchsorted(known, times), 0, len(known) - 1)
    before = np.clip(np.searchsorted(known, times, side="right") - 1, 0, len(known) - 1)
    gap = known[after] - known[before]
    nearest = np.minimum(abs(known[after] - times), abs(times - known[before]))
    return np.asarray((gap <= LONGEST_GAP_SECONDS) & (nearest <= LONGEST_GAP_SECONDS / 2))


def _bent(joints: Joints, places: Floats, seen: Flags, name: str) -> Floats:
    side, angle = name.split(" ", 1)
    found = [column(joints, f"{side} {joint}") for joint in BENT[angle]]
    columns = [place for place in found if place is not None]
    if len(columns) < len(found):
        return np.full(len(joints), np.nan)
    first, vertex, last = (places[:, c] for c in columns)
    degrees = between_degrees(first - vertex, last - vertex)
    return np.where(seen[:, columns].all(axis=1), degrees, np.nan)


def _body_line(joints: Joints) -> Floats:
    """Return the angle at the hips between shoulders and ankles; over 180 where they are above."""
    shoulders, hips, ankles = line_of(joints)
    degrees = between_degrees(shoulders - hips, ankles - hips)
    along = ankles - shoulders
    with np.errstate(invalid="ignore"):
        lies = abs(along[:, 1]) < LYING * np.linalg.norm(along, axis=1)
    beneath = off_line(shoulders, hips, ankles)[:, 1]
    return np.where(lies & (beneath < 0), 360 - degrees, degrees)


def _trunk(joints: Joints, places: Floats, seen: Flags) -> Floats:
    upwards = middle(joints, places, seen, "shoulder") - middle(joints, places, seen, "hip")
    up = np.zeros(places.shape[2])
    up[1] = -1.0
    return between_degrees(upwards, np.broadcast_to(up, upwards.shape))
