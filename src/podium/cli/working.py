"""How a table is worked off, whole or in shards: what `predict` and `measure` have in common."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from podium.cli.app import Exit
from podium.cli.given import (
    cut_shard,
    load_assessor,
    name_of,
    read_performances,
    require_no_input,
    rows_of_split,
)
from podium.cli.output import for_spreadsheets, say, table_bytes, track_rows
from podium.cli.usage import require_folder, whole_number
from podium.machine import shell

if TYPE_CHECKING:
    from podium.batch.origin import Origin
    from podium.batch.parts import Parts
    from podium.batch.running import Batch
    from podium.batch.scoring import Record, Task
    from podium.batch.shards import Shard as Part
    from podium.machine.stores import Place
    from podium.performance import Performance

FAILED = ("file_name", "id", "error")

HERE, N_JOBS = "here", 8
"""What does the work, and how many jobs share it, where nobody says."""

Split = Annotated[
    str | None, typer.Option(help="Only the rows of this split: train, validation or test.")
]

Resume = Annotated[bool, typer.Option(help="Continue where a stopped run left off.")]

Engine = Annotated[
    str,
    typer.Option(
        help="What does the work: this process, a Ray cluster (podium[ray]), jobs on Slurm "
        "(podium[slurm]), or the same jobs as processes of this machine.",
        metavar="here|ray[:ADDRESS]|slurm|slurm:local",
    ),
]

Jobs = Annotated[
    int,
    typer.Option(
        parser=whole_number("--jobs", 1, 10_000, example=N_JOBS),
        metavar="N",
        help="How many jobs on Slurm share the work.",
    ),
]


@dataclass(frozen=True)
class How:
    """Which rows of a table are worked off, and by what."""

    split: str | None = None
    shard: str | None = None
    resume: bool = False
    engine: str = HERE
    jobs: int = N_JOBS
    remote: Sequence[str] | None = None


@dataclass(frozen=True)
class What:
    """What is made of each performance: a score by a model, measures, or both."""

    model: str = ""
    """The model, "" where it is measured alone."""

    allow_parts: Sequence[str] = ()
    with_measures: bool = True


@dataclass(frozen=True)
class Worked:
    """What came of a table, or of one shard of it."""

    records: "Sequence[Record]"
    parts: "Parts"
    """Where they are kept."""

    shard: "Part | None"
    """`None` where it is all."""


@contextmanager
def worked_off(
    table: Path, out: "Place", what: What, how: How, *written: Path | None
) -> Iterator[Worked]:
    """Make the record of every performance of a table, or of a shard of it, beside `out`.

    `written` is what will be written besides: nothing that is read may be written over. A run that
    is stopped on request leaves with the code for that. Until the end of the block no other run
    works on the same.
    """
    chosen = rows_of_split(read_performances(table, how.remote), how.split, table)
    rows, part = cut_shard(chosen, how.shard)
    for one in (out, *written):
        require_no_input(one, table, *(performance.path for performance in rows))
    from podium.batch.parts import Parts

    parts = Parts.beside(out)
    require_folder(parts.folder, "the records of what is done")
    from podium.batch.claims import claimed
    from podium.batch.shards import WHOLE

    with claimed(parts.folder, part or WHOLE):
        tasks = _tasks(rows, table, what)
        with shell.stoppable() as is_stopped:
            from podium.batch.engines import find_engine

            model, allowed = what.model, list(what.allow_parts)
            load = (lambda: load_assessor(model, allowed)) if model else (lambda: None)
            engine = find_engine(how.engine, how.jobs, load)
            batch = _begin(chosen, part or WHOLE, tasks, what, parts, how.resume)
            doing = "scoring" if model else "measuring"
            for _ in track_rows(batch.run(engine, is_stopped), doing, len(batch.waiting)):
                pass
        if batch.waiting:
            _leave_stopped(len(rows) - len(batch.waiting), len(rows))
        yield Worked(batch.records, parts, part)


def _tasks(rows: "Sequence[Performance]", table: Path, what: What) -> "list[Task]":
    from podium.batch.scoring import Task

    allowed = tuple(what.allow_parts)
    return [Task(row, name_of(row, table), what.model, what.with_measures, allowed) for row in rows]


def _begin(
    chosen: "Sequence[Performance]",
    part: "Part",
    tasks: "Sequence[Task]",
    what: What,
    parts: "Parts",
    resume: bool,
) -> "Batch":
    """Take what was done before, and write down what is to be done."""
    from podium.batch.origin import made_with
    from podium.batch.parts import Plan
    from podium.batch.running import Batch

    with_what = made_with(what.model)
    batch = Batch(tasks, parts, with_what)
    if resume:
        _require_same(parts, with_what)
        _take_done(batch, parts, len(tasks), what.with_measures)
    parts.begin(Plan.of(chosen, part, with_what))
    return batch


def _take_done(batch: "Batch", parts: "Parts", n_tasks: int, with_measures: bool) -> None:
    """Take what was done before, and say what of it is made anew; measures are not thrown away."""
    from podium.errors import UsageError

    n_done, n_other = batch.resume(), batch.count_other_measures()
    if n_other and not with_measures:
        raise UsageError(
            f"--resume goes on with what is in {parts.folder}, and {n_other} of {n_tasks} there "
            "were measured, too: give --measures FILE as then, or leave out --resume to make all "
            "anew without measures"
        )
    if n_other:
        say(f"{n_other} of {n_tasks} were done without --measures: they are made anew, with them")
    if n_done:
        say(f"{n_done} of {n_tasks} were done before")


def _require_same(parts: "Parts", origin: "Origin") -> None:
    """Refuse to go on with what was made otherwise: no merge would take both."""
    from podium.errors import UsageError

    for plan in parts.other_origins(origin):
        different = "; ".join(origin.differences(plan.origin))
        raise UsageError(
            f"--resume goes on with what is in {parts.folder}, and shard {plan.shard} there was "
            f"made otherwise (now {different}): give the same as then, or leave out --resume to "
            "make all anew"
        )


def _leave_stopped(n_done: int, n_rows: int) -> None:
    shell.complain(
        f"stopped on request: {n_done} of {n_rows} are done: run the same command with --resume "
        "to go on"
    )
    raise typer.Exit(Exit.TO_BE_RESUMED)


def end(worked: Worked) -> None:
    """Leave a list of what failed; what is whole, and no shard of anything, needs no records."""
    from podium.batch.shards import WHOLE

    shard = worked.shard or WHOLE
    failed = [
        {"id": record.id, **(record.measured or {}), **record.predicted}
        for record in worked.records
        if record.failed
    ]
    if failed:
        table = table_bytes([for_spreadsheets(row) for row in failed], FAILED)
        path = worked.parts.write_failed(shard, table)
        say(f"to try them again: the same command with --resume (listed in {path})")
        raise typer.Exit(Exit.SOME_FAILED)
    worked.parts.forget_failed(shard)
    if worked.shard is None:
        worked.parts.remove()
