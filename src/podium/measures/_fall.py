"""The path of the body's middle through the air, which says how high and how far it went.

From the board to the water nothing but gravity acts on it: the path is a parabola.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from podium.measures._camera import steady
from podium.measures._dive import Dive

Floats = npt.NDArray[np.float64]

GRAVITY = 9.81
"""Metres per second squared."""

LOWER_METRES = 0.1
"""The middle of a body that enters stretched is so much higher above the water than it was above
the board."""

CLEAR_OF = 2
"""So many frames next to the board and to the water are left out: their moments may be off."""

MIN_FRAMES = 8
"""In fewer frames the curve of a path is not to be seen."""

N_ROUNDS = 8
LENIENT = 1.5
"""What lies farther off than so many usual errors counts for less (Huber, 1964)."""

LEAST_AGREEMENT = 0.5
"""Where a smaller share of corners agree how the camera moved, heights are not to be believed."""

MOST_OFF = 0.15
"""Bodies: silhouettes that usually lie farther from the parabola are not those of a fall."""

STRETCHED_SHARE = 85
BEFORE_BOARD, BEFORE_WATER = 20, 6
"""So many frames before the board is left, and before the water, show the body stretched."""


@dataclass(frozen=True)
class Fall:
    """The parabola: places and lengths in pixels of the common picture, times in frames.

    `right` and `down` are its coefficients, constant first; it was seen from the frame `start`,
    give or take `start_uncertainty`, to `end`; silhouettes usually lie `off` it, and are `body`
    long where the body is stretched.
    """

    right: Floats
    down: Floats
    start: int
    end: int
    start_uncertainty: float
    body: float
    off: float

    def below(self, frame: float) -> float:
        """Return how far down the middle is in a frame."""
        return float(np.polynomial.polynomial.polyval(frame, self.down))

    def speed(self, frame: float) -> float:
        """Return how fast the middle falls in a frame, in pixels a frame."""
        return float(self.down[1] + self.acceleration * frame)

    @property
    def acceleration(self) -> float:
        """Downwards, in pixels per squared frame."""
        return float(2 * self.down[2])

    @property
    def top(self) -> float:
        """When the middle is highest, no earlier than the board is left."""
        return float(np.clip(-self.down[1] / self.acceleration, self.start, self.end))

    @property
    def rise(self) -> float:
        """By how much the middle rises after the board was left."""
        return self.below(self.start) - self.below(self.top)

    @property
    def rise_margin(self) -> float:
        """By how much that may be wrong where the board was left earlier or later."""
        earlier = self.top - self.start + self.start_uncertainty
        return float(self.acceleration / 2 * earlier**2) - self.rise

    @property
    def drop(self) -> float:
        """How much lower the middle is at the water than when the board was left."""
        return self.below(self.end) - self.below(self.start)

    @property
    def away(self) -> float:
        """How far to the right the middle is at the water of where it was above the board."""
        polynomial = np.polynomial.polynomial.polyval
        return float(np.diff(polynomial(np.array([self.start, self.end]), self.right))[0])


def path(dive: Dive) -> Floats:
    """Return where the body's middle is in the common picture, (frames, 2)."""
    seen = np.isfinite(dive.outline.middle)
    middles = np.where(seen, dive.outline.middle, dive.athlete.middles)
    return steady(dive.athlete).in_common_picture(middles)


def lengths(dive: Dive) -> Floats:
    """Return how long the body is in each frame, in pixels of the common picture."""
    grown = np.abs(np.linalg.det(steady(dive.athlete).camera.to_first()[:, :2, :2]))
    return np.asarray(dive.outline.length * np.sqrt(grown))


def fall(dive: Dive) -> Fall | None:
    """Fit the parabola between the board and the water; `None` where they were not found.

    Nor is there one where the path does not fall so, or the camera's movement is not known.
    """
    board, water = dive.moments.board_left, dive.moments.water
    if not board or not water:
        return None
    frames = np.arange(board.index + CLEAR_OF, water.index - CLEAR_OF + 1)
    body = body_length(dive)
    if len(frames) < MIN_FRAMES or body is None:
        return None
    if np.median(dive.athlete.camera.agreement[frames - 1]) < LEAST_AGREEMENT:
        return None
    places = path(dive)[frames]
    down, off = parabola(frames - frames[0], places[:, 1])
    if down[2] <= 0 or off > MOST_OFF * body:
        return None
    right, _ = parabola(frames - frames[0], places[:, 0], degree=1)
    moved = (_moved(right, frames[0]), _moved(down, frames[0]))
    return Fall(*moved, board.index, water.index, board.uncertainty, body, off)


def body_length(dive: Dive) -> float | None:
    """Return how long the stretched body is, in pixels of the common picture."""
    board, water = dive.moments.board_left, dive.moments.water
    found = lengths(dive)
    parts = [found[max(m.index - n, 0) : m.index + 1]
             for m, n in ((board, BEFORE_BOARD), (water, BEFORE_WATER)) if m]  # fmt: skip
    seen = np.concatenate(parts) if parts else np.empty(0)
    seen = seen[np.isfinite(seen)]
    return float(np.percentile(seen, STRETCHED_SHARE)) if len(seen) else None


def parabola(times: npt.NDArray[Any], values: Floats, degree: int = 2) -> tuple[Floats, float]:
    """Fit a polynomial that few odd values do not move; gives the usual error as well."""
    powers = np.vander(times.astype(np.float64), degree + 1, increasing=True)
    weights: Floats = np.ones(len(times))
    found: Floats = np.zeros(degree + 1)
    off = 0.0
    for _ in range(N_ROUNDS):
        root = np.sqrt(weights)
        solved = np.linalg.lstsq(powers * root[:, None], values * root, rcond=None)[0]
        found = np.asarray(solved, np.float64)
        apart = np.abs(values - powers @ found)
        off = float(1.4826 * np.median(apart))
        allowed = LENIENT * (off + 1e-9) / (apart + 1e-9)
        weights = np.asarray(np.minimum(1, allowed), np.float64)
    return found, off


def _moved(polynomial: Floats, later: int) -> Floats:
    """Return the polynomial of times that are counted from `later` frames before."""
    shift = np.polynomial.Polynomial([-later, 1])
    return np.asarray(np.polynomial.Polynomial(polynomial)(shift).coef)
