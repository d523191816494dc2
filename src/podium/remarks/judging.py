"""What is said of a dive: faults that are likely, and praise where one is unlikely."""

from collections.abc import Mapping
from dataclasses import dataclass

from podium.measures import Phase
from podium.remarks._learned_arrays import learned
from podium.remarks.faults import fault_probabilities
from podium.remarks.standing import FROM_VERTICAL, Values, better_percent, like, usual_angle
from podium.remarks.values import Kind, Remark

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
    likely, borders = fault_probabilities(values), learned().thresholds.reshape(2, -1).T
    remarks = [
        remark_of(values, phase, likely[phase], *borders[index])
        for index, phase in enumerate(Phase)
        if phase in likely
    ]
    made = sorted(
        (one for one in remarks if one is not None),
        key=lambda one: (one.is_praise, one.probability if one.is_praise else -one.probability),
    )
    return Judged(tuple(likely.items()), tuple(made))


def remark_of(
    values: Values, phase: Phase, probability: float, fault: float, praise: float
) -> Remark | None:
    """Return what is remarked of a phase; nothing where a fault is neither likely nor unlikely.

    It is likely from the probability `fault` on, and unlikely up to `praise`.
    """
    if probability >= fault:
        return _shown_fault(values, phase, probability)
    if probability > praise:
        return None
    made = _made(values, phase, *PRAISES[phase], probability)
    return made if made and _worse(made) < WORSE_THAN else None


def _shown_fault(values: Values, phase: Phase, probability: float) -> Remark | None:
    """Show a likely fault by a fact that is worse than usual; none rests on other measures."""
    made = [_made(values, phase, kind, name, probability) for kind, name in FAULTS[phase]]
    shown = [(_worse(one), one) for one in made if one and _is_so(one.kind, one.value)]
    worst = max(shown, key=lambda one: one[0], default=None)
    clear = next((one for one in shown if one[0] >= CLEARLY_WORSE), worst)
    return clear[1] if clear and clear[0] >= WORSE_THAN else None


def _made(values: Values, phase: Phase, kind: Kind, name: str, probability: float) -> Remark | None:
    """Return what can be remarked by a measure; nothing where it is not known."""
    value = values.get(name)
    if not isinstance(value, int | float):
        return None
    is_praise = (kind, name) == PRAISES[phase]
    among = like(name, values)
    return Remark(phase, kind, name, float(value), probability, is_praise, among)


def _is_so(kind: Kind, value: float) -> bool:
    """Return whether a value is what a remark says: on that side of the vertical, or late."""
    if kind is Kind.ENTRY_SHORT:
        return value < usual_angle()
    if kind is Kind.OPENED_LATE:
        return value < LATE_SECONDS
    return kind is not Kind.ENTRY_PAST_VERTICAL or value > 0


def _worse(made: Remark) -> float:
    """Return how many in a hundred known dives do better.

    What is past the vertical is farther from what is usual than its degrees say: it counts as
    what is as far from that to the other side.
    """
    is_past = made.kind is Kind.ENTRY_PAST_VERTICAL
    value = 2 * usual_angle() - made.value if is_past else made.value
    found = better_percent(made.measure, value, made.among)
    return WORSE_THAN if found is None else found
