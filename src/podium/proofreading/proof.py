"""A table and its videos -> everything that is wrong with them, in one run."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podium.datasets.manifest import Manifest
from podium.inputs.problems import Kind, Problems
from podium.judging import ScoringRule, rule_of_most
from podium.performance import Performance
from podium.proofreading.rows import find_contradictions

SHOWN = 1_000
"""So many problems of one kind are said in full in JSON."""

Lines = tuple[tuple[int, str], ...]
Track = Callable[[list[tuple[Performance, int]]], Iterable[tuple[Performance, int]]]


@dataclass(frozen=True)
class Proof:
    """What is wrong with a table of performances: lines of the file, and what is said of each."""

    table: Path
    """The table."""

    rule: str | None
    """The sport whose rule the rows were held against; `None` where none shows."""

    n_rows: int
    """How many rows the table has."""

    n_videos: int
    """How many videos, or files of features, were opened."""

    n_problems: int
    """How many problems there are."""

    n_warnings: int
    """How many warnings there are."""

    problems: Lines
    """Why rows cannot be used; of very many alike, the last says on which lines the rest are."""

    warnings: Lines
    """What contradicts itself, or is to be doubted, in rows that can be used; likewise."""

    kinds_of_problems: tuple[Kind, ...]
    """The problems by their kind, the first few of each: not in JSON, which has all of them."""

    kinds_of_warnings: tuple[Kind, ...]
    """The warnings by their kind, likewise."""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "table": str(self.table),
            "rule": self.rule,
            "n_rows": self.n_rows,
            "n_videos": self.n_videos,
            "n_problems": self.n_problems,
            "n_warnings": self.n_warnings,
            "problems": [{"line": line, "words": words} for line, words in self.problems],
            "warnings": [{"line": line, "words": words} for line, words in self.warnings],
        }


def proofread(table: Path, rule: ScoringRule | None = None, track: Track = list) -> Proof:
    """Read a table and all its videos, and return everything that is wrong.

    Without a rule, it is that which most rows follow. `track` shows how far it is.

    Raises
    ------
    MissingFile, ManifestError
        If there is no such table, or it is none of performances.
    """
    from podium.proofreading.videos import Videos

    problems, warnings = Problems(SHOWN), Problems(SHOWN)
    listed = Manifest(table).examined(problems)
    chosen = rule or rule_of_most(listed.performances)
    find_contradictions(listed.performances, listed.lines, chosen, problems, warnings)
    videos = Videos(problems, warnings)
    for performance, line in track(list(zip(listed.performances, listed.lines, strict=True))):
        videos.look_at(performance, line)
    return Proof(
        table=table,
        rule=chosen.name if chosen else None,
        n_rows=listed.n_rows,
        n_videos=len(listed.performances),
        n_problems=len(problems),
        n_warnings=len(warnings),
        problems=tuple(problems.by_line()),
        warnings=tuple(warnings.by_line()),
        kinds_of_problems=problems.kinds(),
        kinds_of_warnings=warnings.kinds(),
    )
