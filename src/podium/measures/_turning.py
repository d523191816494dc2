"""How the body turns from take-off to water: which way, how far in each frame, how often in all.

What is seen of each frame (the long axis of the silhouette, where its head is, how it has turned
since the frame before) is put together by the likeliest path (`_path`).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.athlete.outline import Outline
from podium.measures._dive import Dive
from podium.measures._head import head_probabilities
from podium.measures._path import (
    HYPOTHESES,
    MAX_HALVES,
    MAX_SPEED,
    STEP,
    TURN,
    Hypothesis,
    Paths,
    best_paths,
)
from podium.measures._polar import N_DIRECTIONS, Shapes, is_seen, shapes_of

Floats = npt.NDArray[np.float64]

BEFORE_SECONDS = 0.2
"""Turning is looked for from so long before the board is left."""

SPLASH_SECONDS = 0.13
"""So long before the body is in the water, it begins to be covered by the splash."""

MIN_FRAMES = 8
"""With fewer frames between take-off and water nothing is said of turns."""

_AXIS_WEIGHT, _STEP_WEIGHT = 0.3, 6.0
_FLOOR = 0.003
"""No direction of the head is thought less probable, whatever the network says."""

_TEMPERATURE = 0.2
"""Frames are not witnesses of their own: their logarithms are worth so much."""

_HEAD_FIRST = 0.97
"""How many dives enter the water head first."""


@dataclass(frozen=True)
class Flight:
    """What of a dive is looked at for turns: silhouettes, as `shapes_of` sees them, and axes."""

    first: int
    """The frame that is the first of it."""

    shapes: Shapes
    outline: Outline


@dataclass(frozen=True)
class Turning:
    """How a body turned."""

    flight: Flight
    paths: Paths

    @property
    def log_likelihoods(self) -> Floats:
        """How likely what is seen is, as logarithms: (hypotheses, half turns from 0 on)."""
        return self.paths.scores * _TEMPERATURE + _entry_log_prior()

    def turned(self, hypothesis: Hypothesis, halves: int) -> Floats:
        """Return how far the body has turned in each frame of the flight, in degrees."""
        return self.paths.turned(HYPOTHESES.index(hypothesis), halves)


def _entry_log_prior() -> Floats:
    """Return how usual it is to enter so: (hypotheses, half turns)."""
    halves = np.arange(MAX_HALVES + 1)
    is_head_first = np.stack([(halves + one.is_armstand) % 2 == 1 for one in HYPOTHESES])
    prior = np.log(np.where(is_head_first, _HEAD_FIRST, 1 - _HEAD_FIRST))
    return np.asarray(prior - np.where(halves == 0, 20.0, 0.0))


def flight_of(dive: Dive) -> Flight | None:
    """Cut the flight out of a dive; `None` where its moments are not known or too near."""
    left, water = dive.moments.board_left, dive.moments.water
    if left is None or water is None:
        return None
    seconds = dive.athlete.start_seconds
    first = int(np.searchsorted(seconds, seconds[left.index] - BEFORE_SECONDS - 1e-6))
    stop = int(np.searchsorted(seconds, seconds[water.index] - SPLASH_SECONDS + 1e-6))
    if stop - left.index < MIN_FRAMES:
        return None
    outline = dive.outline
    part = slice(first, stop)
    return Flight(
        first,
        shapes_of(dive.athlete.masks[part]),
        Outline(
            outline.middle[part], outline.angle[part], outline.length[part],
            outline.width[part], outline.area[part],
        ),
    )  # fmt: skip


def turning(dive: Dive) -> Turning | None:
    """Find out how a body turns; `None` where take-off or water is not known."""
    flight = flight_of(dive)
    if flight is None:
        return None
    return turning_of(flight, head_probabilities(flight.shapes))


def turning_of(
    flight: Flight, heads: Floats | None, hypotheses: tuple[Hypothesis, ...] = HYPOTHESES
) -> Turning:
    """Find out how a body turns, given how probable each direction of its head is.

    Without `heads`, the axes alone say how it lies.
    """
    likely = _axis(flight.outline) * (_AXIS_WEIGHT if heads is not None else 1)
    if heads is not None:
        likely = likely + np.log(_finer(heads) + _FLOOR)
    return Turning(flight, best_paths(likely, _STEP_WEIGHT * likeness(flight.shapes), hypotheses))


def _axis(outline: Outline) -> Floats:
    """Return how well each direction agrees with the axis, whose ends look alike: (frames, TURN).

    The longer the body, the surer.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        longer = np.nan_to_num(outline.length / outline.width, nan=1.0, posinf=1.0)
    sure = 1.5 * np.clip(longer - 1.15, 0, 1.5)
    directions = np.radians(np.arange(TURN) * STEP)
    upright = np.pi / 2 - np.nan_to_num(outline.angle)
    return np.asarray(sure[:, None] * (np.cos(2 * (directions - upright[:, None])) - 1))


def _finer(heads: Floats) -> Floats:
    """Read probabilities of directions, each the middle of its cell, at every step of a turn."""
    places = np.arange(TURN) * N_DIRECTIONS / TURN - 0.5
    low = np.floor(places).astype(int)
    share = places - low
    below, above = heads[:, low % N_DIRECTIONS], heads[:, (low + 1) % N_DIRECTIONS]
    return np.asarray(below * (1 - share) + above * share)


def likeness(shapes: Shapes) -> Floats:
    """Return how alike each silhouette is to the next when turned, (frames - 1, steps).

    By correlation over all directions, from -MAX_SPEED to MAX_SPEED steps clockwise; 0 where one
    of the two is not seen.
    """
    rings = np.sqrt(np.arange(shapes.shape[2]) + 0.5)
    about = (shapes - shapes.mean(axis=1, keepdims=True)).astype(np.float64) * rings
    waves = np.fft.rfft(about, axis=1)
    sizes = np.sqrt((about**2).sum(axis=(1, 2))) + 1e-6
    crossed = (np.conj(waves[:-1]) * waves[1:]).sum(axis=2)
    crossed[:, -1] /= 2  # the highest wave has two sides in a finer circle
    alike = np.fft.irfft(crossed, TURN, axis=1) * (TURN / N_DIRECTIONS)
    alike = alike / (sizes[:-1] * sizes[1:])[:, None]
    is_both = is_seen(shapes[:-1]) & is_seen(shapes[1:])
    steps = np.arange(-MAX_SPEED, MAX_SPEED + 1) % TURN
    return np.asarray(np.where(is_both[:, None], alike[:, steps], 0.0))
