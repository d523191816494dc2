"""A doubt is a value: its kind, the numbers in it, and what it is about. Words come at the edge.

What casts doubt is found all along the way from a file to a score. Everybody who reads an answer
gets the same value: the terminal, the report and the page put it into words (`report.words`), JSON
and CSV carry its kind and its numbers beside them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from podium.errors import UsageError


class Severity(StrEnum):
    """How much a doubt weighs: a grave one means that the score may say nothing at all."""

    MILD = "mild"
    GRAVE = "grave"


class DoubtKind(StrEnum):
    """What may be wrong; the values of each are named beside it, and its words bear its name."""

    DAMAGED_PARTS = "damaged_parts"
    """`n` damaged parts of the video were skipped."""

    FRAMES_MISSING = "frames_missing"
    """Only `n` of the `promised` frames could be read."""

    PICTURE_ENDS_EARLY = "picture_ends_early"
    """The picture ends at `end` of `promised` seconds."""

    GAP = "gap"
    """No frame comes between `start` and `end`, in seconds."""

    REPEATED_FRAMES = "repeated_frames"
    """`n` frames that only repeat the one before were left out."""

    FEATURES_GIVEN = "features_given"
    """Features were given instead of a video."""

    KEYPOINTS_GIVEN = "keypoints_given"
    """Keypoints were given instead of a video."""

    KEYPOINTS_FILLED = "keypoints_filled"
    """`percent` of the keypoints were not seen and were filled in; `never` names joints."""

    JOINTS_UNSEEN = "joints_unseen"
    """`percent` of the joints were not seen and were filled in from other frames."""

    NOBODY_SEEN = "nobody_seen"
    """Nobody was seen in `n` of `clips` clips."""

    NO_ACTION = "no_action"
    """No action was given; `action` was assumed."""

    NO_DIFFICULTY = "no_difficulty"
    """No difficulty was given; `difficulty` was assumed, for a range of `low` to `high`."""

    UNUSUAL_DIFFICULTY = "unusual_difficulty"
    """The `difficulty` is far from those of training, `low` to `high`."""

    REMEMBERED = "remembered"
    """The model learned from this very performance."""

    END_IS_MISSING = "end_is_missing"
    """The end of the video is missing."""

    EVENT_NOT_FOUND = "event_not_found"
    """The `event` that all performances share is not to be found."""

    STOPS_EARLY = "stops_early"
    """The video seems to stop before the performance does."""

    NOVEL = "novel"
    """Only a `share` of the training performances, 0 to 1, lies as far from the others."""

    OUT_OF_ORDER = "out_of_order"
    """The moments do not come in the usual order."""

    OTHER_POSITION = "other_position"
    """An `action` was compared with those of the `experts`, in other positions of the body."""

    OTHER_ACTION = "other_action"
    """A reference seems to be of another action than the video."""

    @property
    def severity(self) -> Severity:
        """How much a doubt of this kind weighs."""
        return Severity.GRAVE if self in _GRAVE else Severity.MILD


_GRAVE = frozenset(
    {
        DoubtKind.EVENT_NOT_FOUND,
        DoubtKind.NOVEL,
        DoubtKind.OUT_OF_ORDER,
        DoubtKind.OTHER_ACTION,
    }
)

Value = float | str


@dataclass(frozen=True)
class Doubt:
    """One reason not to trust an answer, or something that had to be assumed for it."""

    kind: DoubtKind
    values: Mapping[str, Value] = field(default_factory=dict, hash=False)
    """The numbers and names in it, by the names that `DoubtKind` gives them."""

    about: str = ""
    """The reference in doubt, by its name; empty for the performance itself."""

    @property
    def severity(self) -> Severity:
        """How much it weighs."""
        return self.kind.severity

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON, without words."""
        return {
            "kind": str(self.kind),
            "severity": str(self.severity),
            "about": self.about,
            "values": dict(self.values),
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Return the doubt that was saved as `to_json` returns it.

        Raises
        ------
        UsageError
            If it is none.
        """
        try:
            return cls(DoubtKind(plain["kind"]), dict(plain["values"]), str(plain["about"]))
        except (LookupError, TypeError, ValueError) as error:
            raise UsageError(f"{plain!r} is not a doubt: give one as it was saved") from error
