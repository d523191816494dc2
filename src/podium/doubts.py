"""A doubt is a value: its kind, the numbers in it, and what it is about. Words come at the edge.

What casts doubt is found all along the way from a file to a score. Everybody who reads an answer
gets the same value: the terminal, the report and the page put it into words (`report.words`), JSON
and CSV carry its kind and its numbers beside them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from podium.errors import UsageError


class Severity(StrEnum):
    """How much a doubt weighs: where one is grave, no score is shown: it may say nothing at all.

    A mild one leaves the score, whose range holds the truth as often as it says.
    """

    MILD = "mild"
    GRAVE = "grave"


SEVERITIES = ("", *Severity)
"""What the column `severity` of a table may hold: that of the gravest doubt, "" for none."""


Value = float | str


@dataclass(frozen=True)
class DoubtKind:
    """What may be wrong, as the module that notices it declares it; called, it makes a doubt.

    After `GAP = DoubtKind("gap", values=("start", "end"))`, `GAP(start=1.0, end=2.0)` is a doubt.
    Kinds of one name are equal: of a saved one, only the name and the severity are known.

    Raises
    ------
    UsageError
        If the name is not one word.
    """

    name: str
    """What JSON calls it; its words in every language are called `doubt.` and this."""

    _: KW_ONLY

    values: tuple[str, ...] = field(default=(), compare=False)
    """The names of the values that each doubt of this kind has.

    `about` among them: it is always about a reference.
    """

    optional: tuple[str, ...] = field(default=(), compare=False)
    """The names of those that one may have; `about` among them: it may be about a reference."""

    severity: Severity = field(default=Severity.MILD, compare=False)
    """How much a doubt of this kind weighs."""

    def __post_init__(self) -> None:
        if not str.isidentifier(self.name):
            raise UsageError(
                f"a kind of doubt is called {self.name!r}: it must be one word of letters, digits "
                "and _, such as no_action"
            )

    def __str__(self) -> str:
        return self.name

    def __call__(self, /, *, about: str = "", **values: Value) -> "Doubt":
        """Return a doubt of this kind, about a reference or (empty) about the performance itself.

        Raises
        ------
        TypeError
            If a value is missing, or is none of those that were declared: a mistake in the code.
        """
        given = [*values, "about"] if about else [*values]
        missing = [name for name in self.values if name not in given]
        unknown = [name for name in given if name not in self.values + self.optional]
        if missing or unknown:
            wrong = [f"{name} is missing" for name in missing]
            wrong += [f"{name} is not declared" for name in unknown]
            raise TypeError(f"a doubt of the kind {self.name}: {', '.join(wrong)}")
        return Doubt(self, values, about)


@dataclass(frozen=True)
class Doubt:
    """One reason not to trust an answer, or something that had to be assumed for it."""

    kind: DoubtKind
    """What may be wrong: `doubt.kind == NOVEL`, or by its name, `doubt.kind.name == "novel"`."""

    values: Mapping[str, Value] = field(default_factory=dict, hash=False)
    """The numbers and names in it, by the names that its kind gives them."""

    about: str = ""
    """The reference in doubt, by its name; empty for the performance itself."""

    @property
    def severity(self) -> Severity:
        """How much it weighs."""
        return self.kind.severity

    def taken_lightly(self) -> Self:
        """Return the same doubt as a mild one: where what is shown does not rest on it."""
        return replace(self, kind=replace(self.kind, severity=Severity.MILD))

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
        """Return the doubt that was saved as `to_json` returns it, of whatever kind.

        A kind that Podium does not have, such as a plug-in's, is kept.

        Raises
        ------
        UsageError
            If it is none.
        """
        try:
            kind = DoubtKind(plain["kind"], severity=Severity(plain["severity"]))
            return cls(kind, dict(plain["values"]), str(plain["about"]))
        except (LookupError, TypeError, ValueError) as error:
            raise UsageError(f"{plain!r} is not a doubt: give one as it was saved") from error


def worst(doubts: Iterable[Doubt]) -> Severity | None:
    """Return how much the gravest of some doubts weighs; `None` where there is none."""
    found = {doubt.severity for doubt in doubts}
    return next((one for one in (Severity.GRAVE, Severity.MILD) if one in found), None)
