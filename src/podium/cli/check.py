"""The command that reads over a table of performances, and all of its videos."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from podium.cli.app import Exit, Json, Limits, app
from podium.cli.output import say, show, show_json, track_rows

if TYPE_CHECKING:
    from podium.inputs.problems import Kind
    from podium.performance import Performance
    from podium.proofreading import Proof


@app.command()
def check(
    table: Annotated[Path, typer.Argument(help="A table of performances, CSV or Parquet.")],
    rule: Annotated[
        str | None,
        typer.Option(
            help="The sport whose rule the rows follow, such as diving; without it, the rule that "
            "most rows follow."
        ),
    ] = None,
    as_json: Json = False,
    limits: Limits = None,
) -> None:
    """Say all that is wrong with a table and its videos: marks, splits, files, copies."""
    from podium.judging import find_rule
    from podium.proofreading import proofread

    chosen = find_rule(rule) if rule is not None else None
    proof = proofread(table, chosen, _track)
    if as_json:
        show_json(proof.to_json())
    else:
        _show(proof)
    if proof.problems:
        raise typer.Exit(Exit.INPUT)


def _track(rows: "list[tuple[Performance, int]]") -> "Iterable[tuple[Performance, int]]":
    return track_rows(rows, "looking at videos")


def _show(proof: "Proof") -> None:
    for kind in proof.kinds_of_problems:
        _show_kind(kind, "")
    for kind in proof.kinds_of_warnings:
        _show_kind(kind, "warning: ")
    held = f", by the rule of {proof.rule}" if proof.rule else ""
    looked = f"{_count(proof.n_rows, 'row')}, {_count(proof.n_videos, 'video')}{held}"
    found = f"{_count(proof.n_problems, 'problem')}, {_count(proof.n_warnings, 'warning')}"
    is_right = not proof.problems and not proof.warnings
    say(f"{proof.table}: {looked}: {'nothing is wrong' if is_right else found}")


def _show_kind(kind: "Kind", called: str) -> None:
    for line, words in kind.first:
        show(f"{called}line {line}: {words}")
    if rest := kind.n - len(kind.first):
        show(f"{called}and {rest} more like it (--json has all)")


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
