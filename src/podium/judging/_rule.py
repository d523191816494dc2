"""What a rule of a sport is, and how the rule that scores follow is found."""

import importlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from podium import _catalog
from podium.checks import require
from podium.errors import UnknownName, UsageError
from podium.judging._combined import Combination, named_rule
from podium.judging._numbers import Numbers
from podium.judging._panel import Panel, Penalty
from podium.performance import Performance

PACKAGE = "podium.judging"
ON_A_STEP = 1e-6
"""How far from a step a mark may lie, in steps: tenths have no exact number."""

MIN_PERFORMANCES = 10
MIN_SHARE_KEPT = 0.95
"""A rule is taken to hold if this share of at least so many performances follow it."""

SHIFTED_POINT = 10**0.5
"""A number farther off than this, as a factor, is nearer to one whose decimal point is shifted."""


@dataclass(frozen=True)
class Marks:
    """A score as a judge would say it: the mean mark of those that count, and its range."""

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
    """How a sport turns judges' marks and a difficulty into a score, by panel and year."""

    name: str
    """The sport, as the file is called that holds the rule."""

    panels: tuple[Panel, ...]
    """The panels that are known; the first is today's full one."""

    highest_mark: float
    """The best mark."""

    mark_step: float
    """The smallest difference between two marks."""

    difficulties: tuple[float, float]
    """Between which a difficulty lies, so that a misplaced decimal point is noticed."""

    lowest_mark: float = 0.0
    """The worst mark."""

    combined: Combination = "times"
    """Whether the difficulty multiplies what the marks make, is added to it, or is changed by a
    tenth of itself for each point of it."""

    penalty_is_off: Literal["each mark", "the score"] = "the score"
    """What a penalty is taken from."""

    penalties: tuple[Penalty, ...] = ()
    """What a referee may order."""

    judge_sd: float | None = None
    """By how much one judge differs from the panel's median (standard deviation, in marks)."""

    tolerance_points: float = 0.006
    """How far a published score may lie from the rule's: it was rounded."""

    positions: str = ""
    """The letters of body positions that may end the number of an action."""

    numbers: Numbers | None = None
    """What reads the number of an action and knows its difficulty, where the sport has them."""

    @property
    def n_judges(self) -> int:
        """Return how many judges today's full panel has."""
        return self.panels[0].n_judges

    @property
    def n_counting(self) -> int:
        """Return how many marks of today's full panel count."""
        return self.panels[0].n_counting

    def sizes(self) -> tuple[int, ...]:
        """Return how many judges a panel may have, in any year."""
        return tuple(sorted({panel.n_judges for panel in self.panels}))

    def panel(self, n_judges: int, year: int | None = None) -> Panel:
        """Return the panel of so many judges as it was counted in a year; without one, lately.

        Raises
        ------
        UsageError
            If there is no such panel, or it is not known how it was counted in that year.
        """
        of_size = [panel for panel in self.panels if panel.n_judges == n_judges]
        if not of_size:
            raise UsageError(
                f"{self.name} has no panel of {n_judges}: give {_any_of(self.sizes())} marks"
            )
        if year is None:
            return of_size[0]
        if found := next((panel for panel in of_size if year in panel.years), None):
            return found
        known = ", ".join(str(panel.years) for panel in reversed(of_size))
        raise UsageError(
            f"how {self.name} counted a panel of {n_judges} in {year} is not known: it is {known}"
        )

    def score(
        self,
        marks: Sequence[float],
        difficulty: float,
        penalty: float = 0.0,
        year: int | None = None,
    ) -> float:
        """Return the score that a panel's marks make at a difficulty, as counted in a year.

        `penalty` is taken off each mark or off the score, as the sport does (`penalty_is_off`).

        Raises
        ------
        UsageError
            If there is no panel of so many judges, or it is not known how it was counted then.
        """
        panel = self.panel(len(marks), year)
        is_off_marks = self.penalty_is_off == "each mark"
        if penalty and is_off_marks:
            marks = [max(mark - penalty, self.lowest_mark) for mark in marks]
        whole = self._combine(panel.execution(marks), difficulty)
        return whole if is_off_marks or not penalty else max(whole - penalty, 0.0)

    def possible_scores(self, marks: Sequence[float], difficulty: float) -> tuple[float, ...]:
        """Return what marks make at a difficulty, as counted lately and in other years."""
        panels = [panel for panel in self.panels if panel.n_judges == len(marks)]
        return tuple(self._combine(panel.execution(marks), difficulty) for panel in panels)

    def makes(self, score: float, marks: Sequence[float], difficulty: float) -> bool:
        """Return whether a panel's marks make a score, as counted in any year that is known."""
        made = self.possible_scores(marks, difficulty)
        return any(abs(one - score) < self.tolerance_points for one in made)

    def _combine(self, execution: float, difficulty: float) -> float:
        if self.combined == "times":
            return execution * difficulty
        if self.combined == "plus":
            return execution + difficulty
        return difficulty * (1 + execution / 10)

    def executed(self, score: float, difficulty: float) -> float:
        """Return what marks made of a score: the difficulty is taken out of it again."""
        if self.combined == "times":
            return score / difficulty
        if self.combined == "plus":
            return score - difficulty
        return (score / difficulty - 1) * 10

    def require_marks(self, marks: Sequence[float]) -> None:
        """Refuse marks that no judge gives: all that are wrong are named.

        Raises
        ------
        UsageError
            If one lies outside the range, or between two steps.
        """
        wrong = [f"{mark:g}" for mark in marks if not self.is_mark(mark)]
        if wrong:
            raise UsageError(
                f"{', '.join(wrong)}: no mark of {self.name}; give marks from "
                f"{self.lowest_mark:g} to {self.highest_mark:g} in steps of {self.mark_step:g}"
            )

    def is_mark(self, mark: float) -> bool:
        """Return whether a judge can give a mark: within the range, and on a step."""
        if not self.lowest_mark <= mark <= self.highest_mark:
            return False
        steps = (mark - self.lowest_mark) / self.mark_step
        return abs(steps - round(steps)) < ON_A_STEP

    def require_difficulty(self, difficulty: float) -> None:
        """Refuse a difficulty that the sport has none of.

        Raises
        ------
        UsageError
            If it lies outside the range.
        """
        low, high = self.difficulties
        if not low <= difficulty <= high:
            raise UsageError(
                f"{difficulty:g} is no difficulty of {self.name}: give one from {low:g} to {high:g}"
            )

    def highest(self, difficulty: float) -> float:
        """Return the highest score there can be at a difficulty."""
        return self._combine(self._full * self.highest_mark, difficulty)

    def as_marks(self, score: float, low: float, high: float, difficulty: float) -> Marks:
        """Return a score and its range as mean marks, in the steps that judges give."""
        exact = self.mean_marks(score, low, high, difficulty)
        return Marks(*map(self._stepped, (exact.mark, exact.low, exact.high)))

    def mean_marks(self, score: float, low: float, high: float, difficulty: float) -> Marks:
        """Return the same as it comes out, on no step: what is compared with a panel's mean."""
        executed = (self.executed(value, difficulty) for value in (score, low, high))
        marks = (value / self._full for value in executed)
        return Marks(*(min(max(mark, self.lowest_mark), self.highest_mark) for mark in marks))

    @property
    def _full(self) -> float:
        return self.n_counting * self.panels[0].factor

    def canonical_action(self, action: str) -> Action:
        """Return the action that a number names, and the position where a letter ends it."""
        letters = f"[{self.positions}]" if self.positions else "(?!)"
        found = re.fullmatch(rf"(\d+)({letters})", action, re.IGNORECASE | re.ASCII)
        return Action(found[1], found[2].upper()) if found else Action(action)

    def is_action(self, number: str) -> bool:
        """Return whether the sport has an action of this number; one without numbers may."""
        if self.numbers is None:
            return True
        try:
            self.numbers.meaning(number)
        except UsageError:
            return False
        return True

    def plausible_difficulty(self, difficulty: float, low: float, high: float) -> bool:
        """Return whether a difficulty is not as far from all known ones as a shifted point.

        `low` to `high` are those that a model was trained on.
        """
        return low / SHIFTED_POINT <= difficulty <= high * SHIFTED_POINT

    def require_plausible_difficulty(
        self, difficulty: float, low: float, usual: float, high: float
    ) -> None:
        """Refuse a difficulty that is not plausible beside those that a model was trained on.

        Where these are the sport's own, so is one that no rule of the sport ever had.

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
        least, most = self.difficulties
        if least <= low and high <= most:
            self.require_difficulty(difficulty)

    def is_kept_by(self, performances: Sequence[Performance]) -> bool:
        """Return whether the scores of these performances follow the rule, wherever it shows.

        It is asked where a model learns execution, which is the score without the difficulty that
        multiplies it: no other scores are taken to follow a rule.
        """
        if self.combined != "times":
            return False
        followed = [
            abs(self.score(p.judges, p.difficulty) - p.score) < self.tolerance_points
            for p in performances
            if len(p.judges) in self.sizes() and p.score and p.difficulty
        ]
        return len(followed) >= MIN_PERFORMANCES and float(np.mean(followed)) >= MIN_SHARE_KEPT

    def _stepped(self, mark: float) -> float:
        stepped = round(mark / self.mark_step) * self.mark_step
        return min(max(stepped, self.lowest_mark), self.highest_mark)


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
    """Return the rule that these performances name, or that their scores follow.

    `None` where none shows.
    """
    name = named_rule(performances)
    named = next((rule for rule in rules() if rule.name == name), None)
    return named or next((rule for rule in rules() if rule.is_kept_by(performances)), None)


def find_action(asked: str, known: Collection[str], rule: ScoringRule | None) -> Action | None:
    """Return which of the known actions is meant, and in which position; `None` if none is.

    A number may end with a position's letter. Where the rule is not known, any sport's way of
    writing it is tried.

    Raises
    ------
    UsageError
        If the rule excludes the action in that position.
    """
    if asked in known:
        return Action(asked)
    named = [one.canonical_action(asked) for one in _possible(rule)]
    found = next((action for action in named if action.name in known), None)
    if found and rule and rule.numbers and rule.is_action(found.name):
        rule.numbers.meaning(str(found))
    return found


def action_of_sport(asked: str, rule: ScoringRule | None) -> Action | None:
    """Return an action that the sport has, by its number; `None` where that is not known.

    Raises
    ------
    UsageError
        If the rule excludes the action in that position.
    """
    if rule is None or rule.numbers is None:
        return None
    named = rule.canonical_action(asked)
    if not rule.is_action(named.name):
        return None
    rule.numbers.meaning(str(named))
    return named


def actions_to_choose(known: Collection[str], rule: ScoringRule | None) -> str:
    """Return the advice of a message: which actions there are, and how a position is written."""
    choices = f"choose one of {', '.join(known)}"
    if rule is None or not rule.positions:
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


def _any_of(sizes: Sequence[int]) -> str:
    *before, last = map(str, sizes)
    return f"{', '.join(before)} or {last}" if before else last
