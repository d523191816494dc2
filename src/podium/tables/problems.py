"""All that is wrong with a table, in one line: a few of each kind in full, else their lines."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

SHOWN = 5
"""So many problems of one kind are said in full."""


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong on a line of a table; `kind` is the same for all that are alike."""

    line: int
    words: str
    kind: str = field(compare=False)


def problem(line: int, kind: str, **values: object) -> Problem:
    """Make a problem of a sentence with places for values, which is its kind."""
    return Problem(line, kind.format(**values), kind)


def listed(problems: Iterable[Problem]) -> str:
    """Say all problems by line; those beyond the first few of a kind by their lines only."""
    alike: dict[str, list[Problem]] = defaultdict(list)
    for one in sorted(problems):
        alike[one.kind].append(one)
    said = [(one, "") for group in alike.values() for one in group[: SHOWN - 1]]
    said += [
        (group[SHOWN - 1], _rest(group[SHOWN:])) for group in alike.values() if len(group) >= SHOWN
    ]
    return "; ".join(f"line {one.line}: {one.words}{rest}" for one, rest in sorted(said))


def _rest(problems: Sequence[Problem]) -> str:
    if not problems:
        return ""
    lines = [one.line for one in problems]
    word = "line" if len(lines) == 1 else "lines"
    return f", and {len(lines)} more like it ({word} {spans(lines)})"


def spans(lines: Sequence[int]) -> str:
    """Write rising numbers with those that follow one another as one: `3, 7 to 41, 50`."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line <= runs[-1][-1] + 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    return ", ".join(_run(run[0], run[-1]) for run in runs)


def _run(first: int, last: int) -> str:
    if first == last:
        return str(first)
    return f"{first}, {last}" if last == first + 1 else f"{first} to {last}"
