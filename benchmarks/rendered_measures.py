"""How far measures of rendered dives are from the truth, on dives of a seed of their own.

    python benchmarks/rendered_measures.py [--dives 40] [--seed 7001]

The truth is what the dive was rendered from: the angle and the jump that were asked for, when the
body begins to open; the length of the body and its box are read of the silhouettes as drawn, and
the white water is what a film with its splash shows more than the same film without. Writes
`results/rendered_measures.json`, which benchmarks/aims.py reads.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
from measuring import write

from podium.athlete.outline import outline
from podium.athlete.silhouette import window
from podium.athlete.values import Athlete
from podium.measures import Dive
from podium.measures._look import look
from podium.measures._splash import LIKE_WHITE
from podium.measures._values import Measurement
from podium.measures.entry_angle_degrees import EntryAngleDegrees
from podium.measures.jump_height_bodies import JumpHeightBodies
from podium.measures.opening_seconds import OpeningSeconds
from podium.measures.splash_size import SplashSize
from podium.measures.tightness import Tightness
from podium.simulation import SimulationOptions, film, simulate
from podium.simulation.body import Joint
from podium.simulation.dive import draw_diver
from podium.simulation.flight import GRAVITY
from podium.simulation.performance import SimulatedPerformance
from podium.video.frames import Frames

Floats = npt.NDArray[np.float64]
Masks = npt.NDArray[np.bool_]
Pixels = npt.NDArray[np.uint8]

SEEN = 150
"""With fewer pixels of the athlete in a frame there is no box to be found."""

OVERLAPS = 0.7
LEAST_SPLASH = 0.1
"""In squared body lengths: of smaller ones a share says nothing."""

SPLASHES_SECONDS = 0.7
WHITE = 255.0


@dataclass(frozen=True)
class Rendered:
    """A rendered dive: what was found in its film, and what it was made from."""

    made: SimulatedPerformance
    dive: Dive
    masks: Masks
    """The silhouettes as drawn, (frames, height, width)."""

    pixels: Pixels

    @property
    def rate(self) -> float:
        """Frames a second."""
        return float(self.made.options.frames_per_second)


def rendered(made: SimulatedPerformance) -> Rendered:
    """Render a dive, and look at it as at any video."""
    pixels, masks = np.stack(list(made.frames())), np.stack(list(made.silhouettes()))
    n, rate = len(pixels), made.options.frames_per_second
    frames = Frames(pixels, np.arange(n) / rate, n / rate, np.arange(n), n)
    return Rendered(made, look(frames), masks, pixels)


def errors_of(one: Rendered) -> Iterator[tuple[str, float]]:
    """Yield by how much each measure is off, in the unit of its aim; nothing if not measured."""
    diver, entry = draw_diver(one.made.script), one.made.motion().entry
    assert entry is not None
    rise = diver.jump_metres_per_second**2 / (2 * GRAVITY) / stretched_metres(one.made)
    drawn = as_drawn(one.dive.athlete, one.masks)
    tight = Tightness()(replace(one.dive, athlete=drawn, outline=outline(drawn)))
    opening = diver.timing.opens_before_entry
    pairs = {
        "angle": (EntryAngleDegrees()(one.dive), entry.degrees, 1.0),
        "height": (JumpHeightBodies()(one.dive), rise, 100 / rise),
        "opening": (OpeningSeconds()(one.dive), opening, one.rate),
        "tightness": (Tightness()(one.dive), tight.value, 100 / float(tight.value or 1)),
        "splash": splash_of(one),
    }
    for name, (found, true, unit) in pairs.items():
        if not (isinstance(found.value, float) and isinstance(true, float)):
            continue
        if name != "splash" or true >= LEAST_SPLASH:
            yield name, abs(found.value - true) * unit


def stretched_metres(made: SimulatedPerformance) -> float:
    """Return how long the body is from fingertips to toes as it meets the water."""
    motion = made.motion()
    assert motion.entry is not None
    joints = motion.joints[int(np.searchsorted(motion.seconds, motion.entry.seconds)) - 1]
    return float(np.linalg.norm(joints[Joint.LEFT_FINGERTIP] - joints[Joint.LEFT_TOE]))


def as_drawn(athlete: Athlete, masks: Masks) -> Athlete:
    """Return the athlete with the silhouettes as they were drawn in place of those found."""
    seen = [
        window(mask.astype(np.uint8) * 255, right, down, athlete.reach) > 127
        for mask, (right, down) in zip(masks, athlete.middles.tolist(), strict=True)
    ]
    return replace(athlete, masks=np.stack(seen))


def splash_of(one: Rendered) -> tuple[Measurement, float, float]:
    """Return the splash as measured, its true size, and what makes per cent of a difference."""
    with patch.object(film, "draw_splash", lambda *_: None):
        still = np.stack(list(one.made.frames())).astype(np.float32)
    motion = one.made.motion()
    assert motion.entry is not None
    first = int(motion.entry.seconds * one.rate)
    last = first + int(SPLASHES_SECONDS * one.rate) + 1
    water, shown = still[first:last], one.pixels[first:last].astype(np.float32)
    way = WHITE - water
    white = ((shown - water) * way).sum(axis=3) / np.maximum((way**2).sum(axis=3), 1.0)
    white[white < LIKE_WHITE] = 0  # from there on the measure calls water white
    marks = one.made.landmarks()[first - 1]
    body = float(np.linalg.norm(marks[Joint.LEFT_FINGERTIP] - marks[Joint.LEFT_TOE]))
    true = float(np.clip(white, 0, 1).sum(axis=(1, 2)).max()) / body**2
    return SplashSize()(one.dive), true, 100 / max(true, 1e-6)


def boxes(one: Rendered) -> Floats:
    """Return how far the found box and the true one overlap (IoU), of frames with an athlete."""
    athlete = one.dive.athlete
    drawn = as_drawn(athlete, one.masks)
    shown = np.flatnonzero(one.masks.sum(axis=(1, 2)) > SEEN)
    return np.array([overlap(athlete.masks[i], drawn.masks[i]) for i in shown.tolist()])


def overlap(one: Masks, other: Masks) -> float:
    """Return the overlap of the boxes about two silhouettes; 0 where one is empty."""
    if not (one.any() and other.any()):
        return 0.0
    edges = [_edges(mask) for mask in (one, other)]
    (left, right, top, bottom), (west, east, north, south) = edges
    wide = min(right, east) - max(left, west) + 1
    high = min(bottom, south) - max(top, north) + 1
    shared = max(wide, 0) * max(high, 0)
    areas = [(r - a + 1) * (b - t + 1) for a, r, t, b in edges]
    return float(shared / (sum(areas) - shared))


def _edges(mask: Masks) -> tuple[int, int, int, int]:
    """Return the first and last column, and the first and last row, of a silhouette."""
    columns, rows = (np.flatnonzero(mask.any(axis=axis)) for axis in (0, 1))
    return int(columns[0]), int(columns[-1]), int(rows[0]), int(rows[-1])


def main() -> None:
    """Render, measure, and write what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dives", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7001)
    asked = parser.parse_args()
    errors: dict[str, list[float]] = {}
    overlaps = []
    options = SimulationOptions(n_performances=asked.dives, seed=asked.seed, flawless_share=0)
    for number, made in enumerate(simulate(options), 1):
        one = rendered(made)
        overlaps.append(boxes(one))
        for name, error in errors_of(one):
            errors.setdefault(name, []).append(error)
        print(f"{number} of {asked.dives}", flush=True)
    joined = np.concatenate(overlaps)
    result: dict[str, Any] = {
        "dives": asked.dives,
        "seed": asked.seed,
        **{name: round(float(np.median(found)), 2) for name, found in errors.items()},
        "measured_in": {name: len(found) for name, found in errors.items()},
        "box": round(float((joined >= OVERLAPS).mean()), 4),
        "box_missed": round(float((joined <= 0).mean()), 4),
    }
    print(f"{write('rendered_measures', result)}: {result}")


if __name__ == "__main__":
    main()
