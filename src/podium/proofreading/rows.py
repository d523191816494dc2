"""What contradicts itself in the rows of a table: each finding is a sentence and its values."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from podium.inputs.problems import Problems
from podium.judging import ScoringRule
from podium.performance import Performance
from podium.proofreading.by_rule import about_marks, about_number, about_score, has_own_difficulties

Finding = tuple[str, dict[str, Any]]


def find_contradictions(
    performances: Sequence[Performance],
    lines: Sequence[int],
    rule: ScoringRule | None,
    problems: Problems | None = None,
    warnings: Problems | None = None,
) -> tuple[Problems, Problems]:
    """Return what no rule of the sport allows, and what contradicts itself, in the order of lines.

    They are added to `problems` and `warnings`, where these are given. Without a rule, only what no
    sport allows is looked for.
    """
    impossible = Problems() if problems is None else problems
    contradictory = Problems() if warnings is None else warnings
    beside = _Beside()
    has_table = rule is not None and not has_own_difficulties(performances, rule)
    for performance, line in zip(performances, lines, strict=True):
        if rule:
            for kind, values in about_number(performance, rule):
                impossible.add(line, kind, **values)
            score = about_score(performance, rule, has_table)
            for kind, values in (*about_marks(performance, rule), *score):
                contradictory.add(line, kind, **values)
        for kind, values in (*_alone(performance), *beside.others(performance, line)):
            contradictory.add(line, kind, **values)
    return impossible, contradictory


def _alone(one: Performance) -> Iterator[Finding]:
    """Find what contradicts itself in one row, whatever the sport."""
    if one.is_reference and one.split == "test":
        yield (
            "is an expert's performance of the split test: references come from train, so it is "
            "none for a model",
            {},
        )
    first, last = one.start_frame or 0, one.end_frame
    for phase in one.phases:
        if phase.start_frame < first or (last is not None and phase.end_frame > last):
            yield (
                "the phase {name!r} ({start} to {end}) lies outside the performance",
                {"name": phase.name, "start": phase.start_frame, "end": phase.end_frame},
            )
    for before, after in zip(one.phases, one.phases[1:], strict=False):
        if after.start_frame <= before.end_frame:
            yield (
                "the phase {name!r} begins at frame {start}, but {before!r} before it ends at "
                "{end}",
                {"name": after.name, "start": after.start_frame, "before": before.name,
                 "end": before.end_frame},
            )  # fmt: skip


class _Beside:
    """What contradicts rows that were read before."""

    def __init__(self) -> None:
        self._parts: dict[tuple[Path, int, int | None], tuple[int, str, str]] = {}
        self._splits: dict[str, dict[str, int]] = {}

    def others(self, one: Performance, line: int) -> Iterator[Finding]:
        """Find a video that was listed before, and an athlete who is in another split, too."""
        split = one.split or ""
        part = one.path, one.start_frame or 0, one.end_frame
        first, its_split, id_ = self._parts.setdefault(part, (line, split, one.id))
        if first != line and id_ != one.id:  # or it is said of the id
            across = f", in the split {its_split}" if its_split != split else ""
            yield (
                "{name!r} is already on line {first}{across}, with the same frames",
                {"name": one.path.name, "first": first, "across": across},
            )
        if one.athlete is None or one.split is None:
            return
        seen = self._splits.setdefault(one.athlete, {})
        if one.split not in seen:
            for other, first in list(seen.items())[:1]:
                yield (
                    "athlete {athlete!r} is in the split {split}, and on line {first} in {other}: "
                    "what is learned of one is then measured on the same one",
                    {"athlete": one.athlete, "split": one.split, "first": first, "other": other},
                )
        seen.setdefault(one.split, line)
