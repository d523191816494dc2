"""What can be remarked of a dive: values only, sentences are made at the edge."""

from dataclasses import dataclass
from enum import StrEnum

from podium.measures import Phase


class Kind(StrEnum):
    """What is remarked; each says which sentence is meant."""

    JUMP_LOW = "jump_low"
    """The time in the air is shorter than usual: the jump was low."""

    NOT_TIGHT = "not_tight"
    """The body was longer while it turned than is usual: the tuck or pike was loose."""

    OPENED_LATE = "opened_late"
    """The body came out of its tuck or pike later than is usual, close above the water."""

    ENTRY_SHORT = "entry_short"
    """The body met the water short of the vertical, by more than is usual."""

    ENTRY_PAST_VERTICAL = "entry_past_vertical"
    """The body met the water past the vertical, or more so than is usual."""

    ENTRY_NOT_CLEAN = "entry_not_clean"
    """The body met the water as straight as is usual, and yet threw it up high."""

    SPLASH_LARGE = "splash_large"
    """More water went up than is usual."""

    JUMP_HIGH = "jump_high"
    """Praise: longer in the air than is usual."""

    TIGHT = "tight"
    """Praise: a tight tuck or pike."""

    ENTRY_VERTICAL = "entry_vertical"
    """Praise: the angle at the water was as good as any."""

    SPLASH_SMALL = "splash_small"
    """Praise: hardly any water went up."""


@dataclass(frozen=True)
class Remark:
    """One thing to say: of which phase, what, by which measure, and how sure."""

    phase: Phase
    kind: Kind
    measure: str
    """The measure that shows it, such as `entry_angle_degrees`."""

    value: float
    """What was measured, in the measure's unit."""

    probability: float
    """Of a fault in the phase, 0 to 1."""

    is_praise: bool = False
    """Whether it was done well."""

    among: str = ""
    """Beside which dives it stands, as `podium.remarks.like` says; "" is all."""
