"""What is said of a dive: faults that are likely, and praise where one is unlikely."""

from collections.abc import Mapping
from dataclasses import dataclass

from podium.measures import Phase
from podium.remarks._learned_arrays import learned
from podium.remarks.faults import USUAL_ANGLE, fault_probabilities
from podium.remarks.standing import percentile_of
from podium.remarks.values import Kind, Remark

SHOWN_BY = {
    Phase.TAKE_OFF: "flight_seconds",
    Phase.FLIGHT: "tightness",
    Phase.ENTRY: "entry_angle_degrees",
    Phase.SPLASH: "splash_size",
}
"""The measure by which a remark on a phase is shown."""

FAULTS = {
    Phase.TAKE_OFF: Kind.JUMP_LOW,
    Phase.FLIGHT: Kind.NOT_TIGHT,
    Phase.SPLASH: Kind.SPLASH_LARGE,
}
PRAISES = {
    Phase.TAKE_OFF: Kind.JUMP_HIGH,
    Phase.FLIGHT: Kind.TIGHT,
    Phase.ENTRY: Kind.ENTRY_VERTICAL,
    Phase.SPLASH: Kind.SPLASH_SMALL,
}


@dataclass(frozen=True)
class Judged:
    """How likely there is a fault in each phase, and what is remarked, the weightiest first."""

    faults: tuple[tuple[Phase, float], ...]
    remarks: tuple[Remark, ...]


def judge(values: Mapping[str, float | str | None]) -> Judged:
    """Judge a dive by what was measured of it, values by the names of measures."""
    likely = fault_probabilities(values)
    remarks = [_remark(values, phase, probability) for phase, probability in likely.items()]
    made = sorted(
        (one for one in remarks if one is not None),
        key=lambda one: (one.is_praise, one.probability if one.is_praise else -one.probability),
    )
    return Judged(tuple(likely.items()), tuple(made))


def _remark(
    values: Mapping[str, float | str | None], phase: Phase, probability: float
) -> Remark | None:
    """Return what is remarked of a phase; nothing where it is neither likely nor unlikely."""
    name, index = SHOWN_BY[phase], list(Phase).index(phase)
    fault, praise = learned().thresholds[[index, len(Phase) + index]]
    value = values.get(name)
    if not isinstance(value, int | float):
        return None
    if probability >= fault and _is_seen(phase, value):
        return Remark(phase, _fault(phase, value), name, float(value), probability)
    if probability <= praise:
        return Remark(phase, PRAISES[phase], name, float(value), probability, is_praise=True)
    return None


def _is_seen(phase: Phase, value: float) -> bool:
    """Return whether the measure itself is worse than usual: no remark rests on others alone."""
    standing = percentile_of(SHOWN_BY[phase], value)
    if standing is None or phase is Phase.ENTRY:
        return True
    return standing <= 50 if phase is Phase.TAKE_OFF else standing >= 50


def _fault(phase: Phase, value: float) -> Kind:
    if phase is Phase.ENTRY:
        return Kind.ENTRY_SHORT if value < USUAL_ANGLE else Kind.ENTRY_PAST_VERTICAL
    return FAULTS[phase]
