"""What a rule of a sport is, and how the rule that scores follow is found."""

import importlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from podium import _catalog
from podium.checks import require
from podium.errors import UnknownName, UsageError
from podium.performance import Performance

PACKAGE = "podium.judging"
MIN_PERFORMANCES = 10
MIN_SHARE_KEPT = 0.95
"""A rule is taken to hold if this share of at least so many performances follow it."""

SHIFTED_POINT = 10**0.5
"""A number farther off than this, as a factor, is nearer to one whose decimal point is shifted."""


@dataclass(frozen=True)
class Marks:
    """A score as a judge would say it: the mean mark, in steps of the rule, and its range."""

    mark: float
    low: float
    high: float

    def __post_init__(self) -> None:
        require(self.low <= self.high, "high", self.high, f"low, {self.low:g}, or more")


@dataclass(frozen=True)
class Action:
    """What was performed, and in which body position, where the sport names one."""

    name: str
    position: str | None = None

    def __str__(self) -> str:
        return f"{self.name}{self.position or ''}"


@dataclass(frozen=True)
class ScoringRule:
    """How a sport turns judges' marks into a score: the middle ones, added, times difficulty."""

    name: str
    """The sport, as the file is called that holds the rule."""

    n_judges: int
    """How many judges a full panel has."""

    n_counting: int
    """How many marks count: the middle ones."""

    highest_mark: float
    """The best mark; the worst is 0."""

    mark_step: float
    """The smallest difference between two marks."""

    judge_sd: float
    """By how much one judge differs from the panel's median (standard deviation, in marks)."""

    tolerance_points: float
    """How far a published score may lie from the rule's: it was rounded."""

    positions: str
    """The letters of body positions that may end the number of an action."""

    first_year: int | None = None
    """The first year whose scores are known to follow it; `None` where none is."""

    last_year: int | None = None
    """The last year in which it holds; `None`: it still does."""

    def score(self, marks: Sequence[float], difficulty: float) -> float:
        """Return the score that a panel's marks make at a difficulty.

        Raises
        ------
        UsageError
            If there are too few marks.
        """
        if len(marks) < self.n_counting:
            raise UsageError(
                f"a panel of {len(marks)} has no middle three: give three marks or more"
            )
        ordered = sorted(marks)
        first = (len(ordered) - self.n_counting) // 2
        return sum(ordered[first : first + self.n_counting]) * difficulty

    def highest(self, difficulty: float) -> float:
        """Return the highest score there can be at a difficulty; the lowest is 0."""
        return self.n_counting * self.highest_mark * difficulty

    def as_marks(self, score: float, low: float, high: float, difficulty: float) -> Marks:
        """Return a score and its range as mean marks, in the steps that judges give."""
        return Marks(*(self._mark(v / difficulty / self.n_counting) for v in (score, low, high)))

    def canonical_action(self, action: str) -> Action:
        """Return the action that a number names, and the position where a letter ends it."""
        found = re.fullmatch(rf"(\d+)([{self.positions}])", action, re.IGNORECASE | re.ASCII)
        return Action(found[1], found[2].upper()) if found else Action(action)

    def plausible_difficulty(self, difficulty: float, low: float, high: float) -> bool:
        """Return whether a difficulty is not as far from all known ones as a shifted point.

        `low` to `high` are those that a model was trained on.
        """
        return low / SHIFTED_POINT <= difficulty <= high * SHIFTED_POINT

    def require_plausible_difficulty(
        self, difficulty: float, low: float, usual: float, high: float
    ) -> None:
        """Refuse a difficulty that is not plausible beside those that a model was trained on.

        Raises
        ------
        UsageError
            If it is not.
        """
        if not self.plausible_difficulty(difficulty, low, high):
            raise UsageError(
                f"{difficulty:g} is not a possible difficulty (the model was trained on {low:g} "
                f"to {high:g}): check its decimal point, and give one such as {usual:g}, or leave "
                "it out"
            )

    def is_kept_by(self, performances: Sequence[Performance]) -> bool:
        """Return whether the scores of these performances follow the rule, wherever it shows."""
        followed = [
            abs(self.score(p.judges, p.difficulty) - p.score) < self.tolerance_points
            for p in performances
            if len(p.judges) >= self.n_counting and p.score and p.difficulty
        ]
        return len(followed) >= MIN_PERFORMANCES and float(np.mean(followed)) >= MIN_SHARE_KEPT

    def _mark(self, mark: float) -> float:
        stepped = round(mark / self.mark_step) * self.mark_step
        return min(max(stepped, 0.0), self.highest_mark)


def rules() -> Iterator[ScoringRule]:
    """Return the rules of all sports there are, by name."""
    return (find_rule(name) for name in _catalog.names(PACKAGE))


def find_rule(name: str) -> ScoringRule:
    """Return the rule of a sport: `RULE` in the file that is called so.

    Raises
    ------
    UnknownName
        If there is no such file.
    """
    known = _catalog.names(PACKAGE)
    if name not in known:
        raise UnknownName(
            f"no scoring rule is called {_catalog.shown(name)}: choose one of {', '.join(known)}"
        )
    rule: ScoringRule = importlib.import_module(f"{PACKAGE}.{name}").RULE
    return rule


def rule_kept_by(performances: Sequence[Performance]) -> ScoringRule | None:
    """Return the rule that the scores of these performances follow; `None` where none shows."""
    return next((rule for rule in rules() if rule.is_kept_by(performances)), None)


def find_action(asked: str, known: Collection[str], rule: ScoringRule | None) -> Action | None:
    """Return which of the known actions is meant, and in which position; `None` if none is.

    A number may end with a position's letter. Where the rule is not known, any sport's way of
    writing it is tried.
    """
    if asked in known:
        return Action(asked)
    named = [one.canonical_action(asked) for one in _possible(rule)]
    return next((action for action in named if action.name in known), None)


def actions_to_choose(known: Collection[str], rule: ScoringRule | None) -> str:
    """Return the advice of a message: which actions there are, and how a position is written."""
    choices = f"choose one of {', '.join(known)}"
    if rule is None:
        return choices
    letters = f"{', '.join(rule.positions[:-1])} or {rule.positions[-1]}"
    example = f"{next(iter(known))}{rule.positions[-2]}"
    return f"{choices}, and add the position's letter ({letters}) if you like, as in {example}"


def position_of(performance: Performance, rule: ScoringRule | None) -> str | None:
    """Return in which position an action was performed, where its whole number is known."""
    number = performance.extra.get("dive_number") or performance.action or ""
    named = (one.canonical_action(number).position for one in _possible(rule))
    return next(filter(None, named), None)


def _possible(rule: ScoringRule | None) -> Iterator[ScoringRule]:
    return iter((rule,)) if rule else rules()
