"""What is said of a movement, and of two beside each other: values only, no sentences."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from podium.checks import is_finite, require
from podium.doubts import Doubt, Severity, worst
from podium.joints import Joints
from podium.movement.angles import Angles
from podium.movement.repetitions import Repetition, Turn

Floats = npt.NDArray[np.float64]


class Part(StrEnum):
    """Of which part of a repetition something is said."""

    START = "start"
    GOING = "going"
    TURN = "turn"
    RETURNING = "returning"
    END = "end"


@dataclass(frozen=True, eq=False)
class Movement:
    """One person moving."""

    joints: Joints
    """Where the joints are."""

    angles: Angles
    """How far they are bent."""

    repetitions: tuple[Repetition, ...]
    """What is done again and again, in order; none where nothing comes back."""

    turn: Turn
    """What the turning points look like."""


@dataclass(frozen=True)
class Difference:
    """Where, when and by how much one bends otherwise than the other."""

    angle: str
    """Which angle, as in `ANGLES`; without a side where only one was seen, such as `elbow`."""

    degrees: float
    """By how much it is more than the other's, in degrees."""

    ours_degrees: float
    """What it is."""

    theirs_degrees: float
    """What it is at the same moment of the other's."""

    usual_degrees: float
    """By how much two good performances usually differ in it."""

    repetition: int | None
    """In which repetition, from 0; `None` where there are none."""

    part: Part | None
    """In which part of it; `None` where there are no repetitions."""

    start_seconds: float
    """From when on, in seconds of the video."""

    end_seconds: float
    """Until when."""

    sink_bodies: float | None = None
    """Of the body line: how much further the hips are below the line from the shoulders to the
    ankles than the other's, in lengths of that line."""

    sink_metres: float | None = None
    """The same in metres, where the skeleton was measured in metres."""

    def __post_init__(self) -> None:
        for name in ("degrees", "ours_degrees", "theirs_degrees", "start_seconds", "end_seconds"):
            require(is_finite(getattr(self, name)), name, getattr(self, name), "a finite number")
        require(self.usual_degrees > 0, "usual_degrees", self.usual_degrees, "more than 0")

    @property
    def importance(self) -> float:
        """How many times as large as usual it is."""
        return abs(self.degrees) / self.usual_degrees


@dataclass(frozen=True, eq=False)
class Pair:
    """A repetition beside the other's that it is most like, moment by moment."""

    ours: int | None
    """Which repetition, from 0; `None` where the whole movement is compared."""

    theirs: int | None
    """Which of the other's."""

    ours_seconds: Floats
    """When the moments are that belong together, (steps,), in seconds of the video."""

    theirs_seconds: Floats
    """When in the other's."""

    degrees: Floats
    """By how much each angle is more than the other's, (steps, angles), NaN where not seen."""

    likeness: float
    """How alike both are in form, 0 to 1."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two movements beside each other: what differs, the most important first."""

    ours: Movement
    """The one in question."""

    theirs: Movement
    """The one it is compared with."""

    names: tuple[str, ...]
    """Which angles were compared, in the order of `Pair.degrees`."""

    pairs: tuple[Pair, ...]
    """Each repetition beside the other's."""

    differences: tuple[Difference, ...]
    """What differs by more than is usual."""

    form: float
    """How alike the movements are, 0 to 1: angles and their course, whoever did it and wherever
    the camera stood."""

    framing: float | None
    """How alike the pictures are framed, 0 to 1: size and place of the person, and from which side
    they are seen; `None` where there is no picture."""

    person: float | None
    """How alike the bodies are, 0 to 1: the lengths of the limbs to one another; `None` where too
    few were seen."""

    is_mirrored: bool = False
    """Whether ours was mirrored before it was compared."""

    other_way: float | None = None
    """How alike they would be if one was mirrored (or, where it was, if it was not)."""

    doubts: tuple[Doubt, ...] = ()
    """What is not to be trusted."""

    @property
    def is_withheld(self) -> bool:
        """Whether a grave doubt keeps likeness and differences from being shown."""
        return worst(self.doubts) is Severity.GRAVE

    def __post_init__(self) -> None:
        for name in ("form", "framing", "person", "other_way"):
            value = getattr(self, name)
            fits = value is None or (is_finite(value) and 0 <= value <= 1)
            require(fits, name, value, "from 0 to 1, or None")
