"""How a value stands among those of Olympic dives, like beside like."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from podium.remarks._learned_arrays import usual

Floats = npt.NDArray[np.float64]
Values = Mapping[str, float | str | None]

BETTER_WHEN_HIGHER = ("flight_seconds", "jump_height_bodies", "opening_seconds")
"""Of the other measures whose usual values are known, less is better."""

FROM_VERTICAL = "entry_angle_degrees"
"""Less of it is better to either side."""

LIKE = {"tightness": "position", "flight_seconds": "armstand", "jump_height_bodies": "armstand"}
"""What these measures are depends on the kind of dive first: a pike is longer than a tuck, and from
an armstand nobody jumps. They stand among dives that are alike in another measure."""


def like(name: str, values: Values) -> str:
    """Return among which dives a measure stands: a position, `armstand` or `standing`; "" is all.

    All where the kind of the dive is not known, or none of its kind are.
    """
    kind = values.get(LIKE.get(name, ""))
    if isinstance(kind, int | float):
        kind = "armstand" if kind else "standing"
    return kind if kind and f"{name}.{kind}" in usual() else ""


def percentile_of(name: str, value: float, among: str = "") -> float | None:
    """Return how many in a hundred of the known dives have a lower value, 0 to 100.

    `None` for a measure of which it is not known. Equal values count half. `among` is what `like`
    says.
    """
    known = _known(name, among)
    return None if known is None else _lower(known, value)


def better_percent(name: str, value: float, among: str = "") -> float | None:
    """Return how many in a hundred of the known dives do better, 0 to 100; `None` if not known.

    More time in the air is better; less of a splash, and an angle closer to the vertical.
    """
    known = _known(name, among)
    if known is None:
        return None
    if name == FROM_VERTICAL:
        return _lower(np.sort(np.abs(known)), abs(value))
    lower = _lower(known, value)
    return 100 - lower if name in BETTER_WHEN_HIGHER else lower


def times_usual(name: str, value: float) -> float | None:
    """Return how many times as large as the usual (median) a value is; `None` if not known."""
    middle = usual_value(name)
    return value / middle if middle else None


def usual_value(name: str, among: str = "") -> float | None:
    """Return the usual (median) value; `None` if it is not known."""
    known = _known(name, among)
    return None if known is None else float(np.median(known))


def n_known(name: str, among: str = "") -> int:
    """Return of how many dives a measure is known."""
    known = _known(name, among)
    return 0 if known is None else len(known)


def usual_angle() -> float:
    """Return the usual angle at the water in degrees, which commentators call vertical."""
    return usual_value(FROM_VERTICAL) or 0.0


def _known(name: str, among: str) -> Floats | None:
    return usual().get(f"{name}.{among}" if among else name)


def _lower(known: Floats, value: float) -> float:
    below, upto = (np.searchsorted(known, value, side) for side in ("left", "right"))
    return float(50 * (below + upto) / len(known))
