"""The command that says what a sport's rules make of an action and of marks."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from podium.cli.app import Json, app
from podium.cli.output import show, show_json
from podium.cli.usage import number, whole_number
from podium.errors import UsageError

if TYPE_CHECKING:
    from podium.judging import KnownDifficulty, Panel, ScoringRule, Years
    from podium.report.words import Words

FIRST_YEAR, LAST_YEAR = 1900, 2100
LEAST_SHOWN = 5
"""Marks below are seldom given: what they score is in the JSON."""

Height = Annotated[
    float | None,
    typer.Option(parser=number("--height", 10), metavar="METRES", help="Of the board or platform."),
]
Year = Annotated[
    int | None,
    typer.Option(
        parser=whole_number("--year", FIRST_YEAR, LAST_YEAR, example=2012),
        metavar="YEAR",
        help="By the rules of this year; the latest that are known, if left out.",
    ),
]
Difficulty = Annotated[
    float | None,
    typer.Option(
        parser=number("--difficulty", 3.2),
        metavar="NUMBER",
        help="The difficulty, where no action says it, such as 3.2.",
    ),
]
Points = Annotated[
    float,
    typer.Option(
        parser=number("--penalty", 2),
        metavar="POINTS",
        help="Off each mark or off the score, as the sport does.",
    ),
]


@app.command()
def rules(
    sport: Annotated[str, typer.Argument(help="The sport, such as diving or gymnastics_vault.")],
    action: Annotated[
        str | None, typer.Argument(help="The number of an action, such as 407C.")
    ] = None,
    height: Height = None,
    year: Year = None,
    difficulty: Difficulty = None,
    marks: Annotated[
        str | None, typer.Option(help="The panel's marks, such as '7;7.5;7;8;7;7.5;7'.")
    ] = None,
    penalty: Points = 0.0,
    language: Annotated[str, typer.Option(help="The language of the answer, such as en.")] = "en",
    as_json: Json = False,
) -> None:
    """Say what the number of an action means, its difficulty, and what marks give what score."""
    from podium.judging import find_rule
    from podium.report.words import load_words

    words = load_words(language)
    asked = Asked(find_rule(sport), action, height, year, difficulty, _read_marks(marks), penalty)
    asked.check()
    if as_json:
        show_json(asked.to_json(words))
        return
    lines = list(_lines(asked, words))
    width = max(len(label) for label, _ in lines)
    for label, said in lines:
        show(f"{label:<{width}}  {said}")


def _read_marks(text: str | None) -> list[float]:
    """Read marks with ; between them, as tables have them."""
    try:
        return [float(mark) for mark in text.split(";")] if text is not None else []
    except ValueError:
        raise UsageError(
            f"--marks {text!r} must be numbers with ; between them, such as '7;7.5;7;8;7'"
        ) from None


@dataclass(frozen=True)
class Asked:
    """What is asked of a rule, and what it answers."""

    rule: "ScoringRule"
    """The rule of the sport."""

    action: str | None
    """The number of an action, where one was given."""

    height: float | None
    """In metres; `None`: all heights."""

    year: int | None
    """By whose rules; `None`: the latest."""

    given_difficulty: float | None
    """The difficulty, where it was given."""

    marks: Sequence[float]
    """The marks of a panel; empty where none were given."""

    penalty: float
    """What is taken off each mark or the score."""

    def check(self) -> None:
        """Refuse what the rule does not know.

        Raises
        ------
        UsageError
            If there is no such action, height or mark, or no score without a difficulty.
        """
        numbers = self.rule.numbers
        if numbers is None and (self.action, self.height) != (None, None):
            what = "number of an action" if self.action is not None else "height"
            raise UsageError(f"{self.rule.name} has no {what}: give --difficulty, if it has one")
        if numbers and self.action is not None:
            numbers.meaning(self.action)
        if numbers and self.height not in (None, *numbers.heights):
            heights = ", ".join(f"{height:g}" for height in numbers.heights)
            raise UsageError(f"--height {self.height:g} is not one: choose one of {heights}")
        if self.given_difficulty is not None:
            self.rule.require_difficulty(self.given_difficulty)
        if not 0 <= self.penalty <= self.rule.highest_mark:
            most = self.rule.highest_mark
            raise UsageError(f"--penalty {self.penalty:g} must be from 0 to {most:g}")
        self._check_marks()

    def _check_marks(self) -> None:
        if not self.marks:
            return
        self.rule.require_marks(self.marks)
        self.rule.panel(len(self.marks), self.year)
        if self.difficulty is None:
            raise UsageError(
                "there is no score without a difficulty: give --difficulty, or an action and "
                "--height for which it is known"
            )

    def known(self) -> "dict[float, tuple[KnownDifficulty, ...]]":
        """Return the difficulties that are known of the action, by height."""
        numbers = self.rule.numbers
        if numbers is None or self.action is None:
            return {}
        heights = numbers.heights if self.height is None else (self.height,)
        return {height: numbers.difficulties(self.action, height) for height in heights}

    @property
    def difficulty(self) -> float | None:
        """Return the difficulty in that year, where it was given or one height was named."""
        from podium.judging import in_year

        if self.given_difficulty is not None or self.height is None:
            return self.given_difficulty
        found = [in_year(known, self.year) for known in self.known().values()]
        return found[0].value if found and found[0] else None

    def panels(self) -> "list[Panel]":
        """Return the panels of that year; without one, all that are known."""
        return [p for p in self.rule.panels if self.year is None or self.year in p.years]

    def scores(self) -> dict[float, float]:
        """Return what a full panel gives whose marks are all the same, by whole marks."""
        panels, difficulty = self.panels(), self.difficulty
        if not panels or difficulty is None:
            return {}
        low, high = int(-(-self.rule.lowest_mark // 1)), int(self.rule.highest_mark)
        n = panels[0].n_judges
        return {
            float(mark): self._score([float(mark)] * n, difficulty) for mark in range(low, high + 1)
        }

    def score(self) -> float | None:
        """Return the score of the marks that were given."""
        difficulty = self.difficulty
        return self._score(self.marks, difficulty) if self.marks and difficulty else None

    def _score(self, marks: Sequence[float], difficulty: float) -> float:
        return round(self.rule.score(marks, difficulty, self.penalty, self.year), 4)

    def to_json(self, words: "Words") -> dict[str, Any]:
        """Return the answer as plain values."""
        from podium.report.action_words import in_words

        rule, numbers = self.rule, self.rule.numbers
        has_action = numbers is not None and self.action is not None
        meaning = dict(numbers.meaning(self.action or "")) if numbers and has_action else None
        return {
            "rule": rule.name,
            "action": self.action,
            "meaning": meaning,
            "words": in_words(meaning, words) if meaning else None,
            "height": self.height,
            "year": self.year,
            "difficulty": self.difficulty,
            "known_difficulties": [
                {"height": height, "difficulty": one.value, **asdict(one.years),
                 "source": one.source, "components": one.components}
                for height, known in self.known().items() for one in known
            ],
            "marks": {
                "lowest": rule.lowest_mark, "highest": rule.highest_mark, "step": rule.mark_step
            },
            "combined": rule.combined,
            "panels": [
                {"n_judges": panel.n_judges, "n_counting": panel.n_counting,
                 "groups": [asdict(group) for group in panel.groups], "factor": panel.factor,
                 **asdict(panel.years)}
                for panel in self.panels()
            ],
            "penalties": [asdict(penalty) for penalty in rule.penalties],
            "penalty_is_off": rule.penalty_is_off,
            "scores": [{"mark": mark, "score": score} for mark, score in self.scores().items()],
            "score": self.score(),
        }  # fmt: skip


def _lines(asked: Asked, words: "Words") -> Iterator[tuple[str, str]]:
    """Return the answer as lines: what each is about, and what it says."""
    from podium.report.action_words import in_words

    rule, plain = asked.rule, words.plain
    yield words("rules.rule"), rule.name
    if rule.numbers and asked.action is not None:
        meaning = dict(rule.numbers.meaning(asked.action))
        yield words("rules.action"), f"{asked.action.upper()}: {in_words(meaning, words)}"
    yield from _difficulty_lines(asked, words)
    for panel in asked.panels():
        yield words("rules.panel"), _panel(panel, words)
    if not asked.panels():
        yield words("rules.panel"), words("rules.unknown")
    span = {"low": rule.lowest_mark, "high": rule.highest_mark, "step": rule.mark_step}
    said = words("rules.of_marks", **{name: plain(value) for name, value in span.items()})
    yield words("rules.marks"), said
    for penalty in rule.penalties:
        yield words("rules.penalty"), _penalty(rule, penalty, words)
    if (score := asked.score()) is not None:
        marks = "; ".join(map(plain, asked.marks))
        yield (
            words("rules.score"),
            words("rules.panel_score", score=words.number(score, 2), marks=marks),
        )
        return
    for mark, score in asked.scores().items():
        if mark >= LEAST_SHOWN or rule.lowest_mark < 0:
            told = {"mark": plain(mark), "score": words.number(score, 2)}
            yield words("rules.score"), words("rules.each", **told)


def _difficulty_lines(asked: Asked, words: "Words") -> Iterator[tuple[str, str]]:
    from podium.judging import in_year

    if asked.given_difficulty is not None:
        yield words("rules.difficulty"), words.plain(asked.given_difficulty)
        return
    for height, known in asked.known().items():
        found, metres = in_year(known, asked.year), words.plain(height)
        if known or asked.height is not None:
            value = words.plain(found.value) if found else words("rules.unknown")
            yield words("rules.difficulty"), words("rules.at", height=metres, difficulty=value)
        for one in known:
            told = {"height": metres, "difficulty": words.plain(one.value)}
            told |= {"years": _years(one.years, words), "source": _source(one, words)}
            yield words("rules.known"), words("rules.known_one", **told)


def _source(known: "KnownDifficulty", words: "Words") -> str:
    parts = ", ".join(f"{k} {words.plain(v)}" for k, v in (known.components or {}).items())
    return words(f"rules.source.{known.source}", parts=parts)


def _years(years: "Years", words: "Words") -> str:
    kind = "since" if years.last is None else "one" if years.last == years.first else "span"
    return words(f"rules.years.{kind}", first=years.first, last=years.last)


def _panel(panel: "Panel", words: "Words") -> str:
    groups = [
        words("rules.group", counting=group.n_counting, n=group.n_judges)
        if group.n_dropped
        else words("rules.all", n=group.n_judges)
        for group in panel.groups
    ]
    *before, last = groups
    counting = words("rules.and", first=", ".join(before), last=last) if before else last
    told = {"n": panel.n_judges, "years": _years(panel.years, words), "counting": counting}
    if panel.factor == 1:
        return words("rules.counting", **told)
    return words("rules.counting_factor", factor=words.plain(round(panel.factor, 4)), **told)


def _penalty(rule: "ScoringRule", penalty: Any, words: "Words") -> str:
    name = words(f"rules.{penalty.name.replace(' ', '_')}")
    if penalty.most is not None:
        return words("rules.most", name=name, most=words.plain(penalty.most))
    where = rule.penalty_is_off.replace(" ", "_")
    return words(f"rules.off.{where}", name=name, off=words.plain(penalty.off))
