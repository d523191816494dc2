"""What is said of a dive: faults that are likely, and praise where one is unlikely."""

from collections.abc import Mapping
from dataclasses import dataclass

from podium.measures import Phase
from podium.remarks._learned_arrays import learned
from podium.remarks.faults import USUAL_ANGLE, fault_probabilities
from podium.remarks.standing import FROM_VERTICAL, better_percent
from podium.remarks.values import Kind, Remark

Values = Mapping[str, float | str | None]

FAULTS: Mapping[Phase, tuple[tuple[Kind, str], ...]] = {
    Phase.TAKE_OFF: ((Kind.JUMP_LOW, "flight_seconds"),),
    Phase.FLIGHT: ((Kind.OPENED_LATE, "opening_seconds"), (Kind.NOT_TIGHT, "tightness")),
    Phase.ENTRY: (
        (Kind.ENTRY_SHORT, FROM_VERTICAL),
        (Kind.ENTRY_PAST_VERTICAL, FROM_VERTICAL),
        (Kind.ENTRY_NOT_CLEAN, "splash_height"),
    ),
    Phase.SPLASH: ((Kind.SPLASH_LARGE, "splash_size"),),
}
"""By which facts a likely fault of a phase can be shown, the most telling first."""

PRAISES: Mapping[Phase, tuple[Kind, str]] = {
    Phase.TAKE_OFF: (Kind.JUMP_HIGH, "flight_seconds"),
    Phase.FLIGHT: (Kind.TIGHT, "tightness"),
    Phase.ENTRY: (Kind.ENTRY_VERTICAL, FROM_VERTICAL),
    Phase.SPLASH: (Kind.SPLASH_SMALL, "splash_size"),
}

WORSE_THAN = 50.0
"""A fault is shown by a measure only where so many in a hundred dives do better in it."""

CLEARLY_WORSE = 67.0
"""A measure is preferred to less telling ones where so many do better."""

LATE_SECONDS = 0.23
"""Who opens so soon before the water does it late: the usual third of a second is farther off than
the moment's uncertainty of three frames."""


@dataclass(frozen=True)
class Judged:
    """How likely there is a fault in each phase, and what is remarked, the weightiest first."""

    faults: tuple[tuple[Phase, float], ...]
    remarks: tuple[Remark, ...]


def judge(values: Values) -> Judged:
    """Judge a dive by what was measured of it, values by the names of measures."""
    likely = fault_probabilities(values)
    remarks = [_remark(values, phase, probability) for phase, probability in likely.items()]
    made = sorted(
        (one for one in remarks if one is not None),
        key=lambda one: (one.is_praise, one.probability if one.is_praise else -one.probability),
    )
    return Judged(tuple(likely.items()), tuple(made))


def _remark(values: Values, phase: Phase, probability: float) -> Remark | None:
    """Return what is remarked of a phase; nothing where it is neither likely nor unlikely."""
    index = list(Phase).index(phase)
    fault, praise = learned().thresholds[[index, len(Phase) + index]]
    if probability >= fault:
        return _fault(values, phase, probability)
    kind, name = PRAISES[phase]
    value = values.get(name)
    if probability <= praise and isinstance(value, int | float) and _worse(kind, value, name) < 50:
        return Remark(phase, kind, name, float(value), probability, is_praise=True)
    return None


def _fault(values: Values, phase: Phase, probability: float) -> Remark | None:
    """Show a likely fault by a fact that is worse than usual; none rests on other measures."""
    shown = [
        (_worse(kind, float(value), name), Remark(phase, kind, name, float(value), probability))
        for kind, name in FAULTS[phase]
        if isinstance(value := values.get(name), int | float) and _is_so(kind, value)
    ]
    worst = max(shown, key=lambda one: one[0], default=None)
    clear = next((one for one in shown if one[0] >= CLEARLY_WORSE), worst)
    return clear[1] if clear and clear[0] >= WORSE_THAN else None


def _is_so(kind: Kind, value: float) -> bool:
    """Return whether a value is what a remark says: on that side of the vertical, or late."""
    if kind is Kind.ENTRY_SHORT:
        return value < USUAL_ANGLE
    if kind is Kind.OPENED_LATE:
        return value < LATE_SECONDS
    return kind is not Kind.ENTRY_PAST_VERTICAL or value > 0


def _worse(kind: Kind, value: float, name: str) -> float:
    """Return how many in a hundred known dives do better.

    What is past the vertical is farther from what is usual than its degrees say: it counts as
    what is as far from that to the other side.
    """
    if kind is Kind.ENTRY_PAST_VERTICAL:
        value = 2 * USUAL_ANGLE - value
    found = better_percent(name, value)
    return WORSE_THAN if found is None else found
