"""The angles of two movements over time, as places for the lines of a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.movement import Comparison
from podium.movement.angles import ANGLES, SIDES, Angles, known_at
from podium.report.movement_words import joint_name
from podium.report.words import Words

Floats = npt.NDArray[np.float64]

WIDE, HIGH = 1000, 100
"""The picture of one angle, in its own units."""

MOST_PLACES = 600
"""A line has no more places than that."""

LEAST_SPAN = 40.0
"""A picture spans so many degrees at least, so that noise looks like noise."""


@dataclass(frozen=True)
class Curve:
    """One angle over time: lines as SVG paths, and what its picture spans, in degrees."""

    name: str
    """The joint, in words."""

    ours: str
    """The path of ours."""

    theirs: str
    """The path of the other's, at the moments of ours that belong together."""

    lowest: float
    """At the bottom of the picture, in degrees."""

    highest: float
    """At its top."""

    bands: tuple[tuple[float, float], ...] = ()
    """Where something usually lies: from the top of the picture, and how high, in its units."""


def curves_of(of: Comparison, end_seconds: float, words: Words) -> list[Curve]:
    """Return the curve of each angle that was compared, over a video of that length."""
    return [_curve(of, number, name, end_seconds, words) for number, name in enumerate(of.names)]


def curves_of_one(
    angles: Angles,
    usual: Mapping[str, Sequence[tuple[float, float]]],
    end_seconds: float,
    words: Words,
) -> list[Curve]:
    """Return the curve of each angle that is named: both sides, and where it `usual`ly lies.

    An angle that was never seen has none.
    """
    return [
        _one_curve(angles, name, ranges, end_seconds, words)
        for name, ranges in usual.items()
        if np.isfinite(angles.of(name)).any()
    ]


def _one_curve(
    angles: Angles,
    name: str,
    ranges: Sequence[tuple[float, float]],
    end_seconds: float,
    words: Words,
) -> Curve:
    is_of_both = name in ANGLES
    left, right = (angles.of(name if is_of_both else f"{side} {name}") for side in SIDES)
    low, high = _span(np.concatenate([left, right, np.ravel(ranges)]))
    scale = end_seconds, low, high
    return Curve(
        name=joint_name(name, words),
        ours=_path(angles.times, left, *scale),
        theirs="" if is_of_both else _path(angles.times, right, *scale),
        lowest=low,
        highest=high,
        bands=tuple(
            (HIGH * (high - most) / (high - low), HIGH * (most - least) / (high - low))
            for least, most in ranges
        ),
    )


def _span(degrees: Floats) -> tuple[float, float]:
    """Return what a picture of degrees spans, a little more than they do."""
    known = degrees[np.isfinite(degrees)]
    middle, half = (known.min() + known.max()) / 2, max(float(np.ptp(known)), LEAST_SPAN) / 2
    return float(middle - 1.05 * half), float(middle + 1.05 * half)


def _curve(of: Comparison, number: int, name: str, end_seconds: float, words: Words) -> Curve:
    times, own = of.ours.angles.times, of.ours.angles.of(name)
    others = [
        (pair.ours_seconds, known_at(own, times, pair.ours_seconds) - pair.degrees[:, number])
        for pair in of.pairs
    ]
    low, high = _span(np.concatenate([own, *(degrees for _, degrees in others)]))
    scale = end_seconds, low, high
    return Curve(
        name=joint_name(name, words),
        ours=_path(times, own, *scale),
        theirs="".join(_path(when, degrees, *scale) for when, degrees in others),
        lowest=low,
        highest=high,
    )


def _path(times: Floats, degrees: Floats, end_seconds: float, low: float, high: float) -> str:
    """Return a line through what is known, begun anew after what is not."""
    step = max(len(times) // MOST_PLACES, 1)
    x = WIDE * times[::step] / end_seconds
    y = HIGH * (high - degrees[::step]) / (high - low)
    written, is_drawing = [], False
    for right, down in zip(x.tolist(), y.tolist(), strict=True):
        if np.isfinite(down):
            written.append(f"{'L' if is_drawing else 'M'}{right:.1f} {down:.1f}")
        is_drawing = bool(np.isfinite(down))
    return "".join(written)
