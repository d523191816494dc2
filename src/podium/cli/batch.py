"""The commands that work off a table, whole or in shards, and put the parts together."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from podium.cli.app import AllowPart, Device, Exit, Limits, Model, Precision, Remote, Shard, app
from podium.cli.given import (
    cut_shard,
    load_assessor,
    name_of,
    read_performances,
    require_no_input,
    rows_of_split,
    use_device,
)
from podium.cli.output import (
    PREDICTED,
    for_spreadsheets,
    say,
    say_alike,
    table_bytes,
    track_rows,
    write_table,
)
from podium.cli.usage import place, require_file, require_folder, whole_number
from podium.doubts import Severity
from podium.machine import shell

if TYPE_CHECKING:
    from podium.batch.parts import Parts
    from podium.batch.running import Batch
    from podium.batch.scoring import Record, Task
    from podium.batch.shards import Shard as Part
    from podium.machine.stores import Place
    from podium.performance import Performance

FAILED = ("file_name", "id", "error")

Measures = Annotated[
    Path | None,
    typer.Option(help="Write what the body did, measured on each dive, to this CSV file."),
]


@app.command()
def predict(
    manifest: Annotated[
        Path,
        typer.Argument(help="A table of performances (CSV or Parquet), or a data set by name."),
    ],
    out: Annotated[
        Any,
        typer.Option(
            parser=place,
            metavar="FILE",
            help="Write the predictions to this CSV file, which may lie in a store (s3://...).",
        ),
    ],
    split: Annotated[
        str | None, typer.Option(help="Only the rows of this split: train, validation or test.")
    ] = None,
    model: Model = "diving",
    allow_part: AllowPart = None,
    shard: Shard = None,
    measures: Measures = None,
    resume: Annotated[bool, typer.Option(help="Continue where a stopped run left off.")] = False,
    engine: Annotated[
        str,
        typer.Option(
            help="What does the work: this process, a Ray cluster (podium[ray]) or jobs on Slurm "
            "(podium[slurm]).",
            metavar="here|ray[:ADDRESS]|slurm",
        ),
    ] = "here",
    jobs: Annotated[
        int,
        typer.Option(
            parser=whole_number("--jobs", 1, 10_000, example=8),
            metavar="N",
            help="How many jobs on Slurm share the work.",
        ),
    ] = 8,
    device: Device = "auto",
    precision: Precision = "float32",
    remote: Remote = None,
    limits: Limits = None,
) -> None:
    """Score every performance of a table; a run that was stopped can go on."""
    use_device(device, precision)
    require_file(out, "the predictions")
    require_file(measures, "the measures")
    chosen = rows_of_split(read_performances(manifest, remote), split, manifest)
    rows, part = cut_shard(chosen, shard)
    for written in (out, measures):
        require_no_input(written, manifest, *(performance.path for performance in rows))
    from podium.batch.parts import Parts

    parts = Parts.beside(out)
    require_folder(parts.folder, "the records of what is done")
    with shell.stoppable() as is_stopped:
        from podium.batch.engines import find_engine

        found = find_engine(engine, jobs, lambda: load_assessor(model, allow_part))
        tasks = _tasks(rows, manifest, model, allow_part or (), measures is not None)
        batch = _begin(chosen, part, tasks, model, parts, resume)
        for _ in track_rows(batch.run(found, is_stopped), "scoring", len(batch.waiting)):
            pass
    if batch.waiting:
        _leave_stopped(batch, len(rows))
    _write(batch.records, out, measures)
    _end(batch.records, parts, part)


def _tasks(
    rows: "Sequence[Performance]",
    table: Path,
    model: str,
    allow_parts: Sequence[str],
    with_measures: bool,
) -> "list[Task]":
    from podium.batch.scoring import Task

    return [
        Task(row, name_of(row, table), model, with_measures, tuple(allow_parts)) for row in rows
    ]


def _begin(
    chosen: "Sequence[Performance]",
    part: "Part | None",
    tasks: "Sequence[Task]",
    model: str,
    parts: "Parts",
    resume: bool,
) -> "Batch":
    """Write down what is to be done, and take what was done before."""
    from podium.batch.origin import made_with
    from podium.batch.parts import Plan
    from podium.batch.running import Batch
    from podium.batch.shards import WHOLE

    with_what = made_with(model)
    parts.begin(Plan.of(chosen, part or WHOLE, with_what))
    batch = Batch(tasks, parts, with_what)
    if resume and (n := batch.resume()):
        say(f"{n} of {len(tasks)} were done before")
    return batch


def _leave_stopped(batch: "Batch", n_rows: int) -> None:
    shell.complain(
        f"stopped on request: {n_rows - len(batch.waiting)} of {n_rows} are done: run the same "
        "command with --resume to go on"
    )
    raise typer.Exit(Exit.TO_BE_RESUMED)


def _write(records: "Sequence[Record]", out: "Place", measures: Path | None) -> None:
    """Write the tables of what was predicted and measured, and say what came of it."""
    predicted = [dict(record.predicted) for record in records]
    write_table(out, [for_spreadsheets(row) for row in predicted], columns_of(predicted))
    if measures:
        from podium.report.measures_table import COLUMNS

        measured = [dict(record.measured or {}) for record in records]
        write_table(measures, [for_spreadsheets(row) for row in measured], COLUMNS)
        failed = [row for row in measured if row.get("error")]
        say(f"{len(measured) - len(failed)} measured, {len(failed)} failed: {measures}")
        _say_errors(failed)
    _tell(predicted, out)


def columns_of(predicted: Sequence[dict[str, str]]) -> tuple[str, ...]:
    """Return the columns of a table of predictions, with those of classes and other scores."""
    return (*PREDICTED, *_columns_of_classes(predicted), *_columns_of_scores(predicted))


def _columns_of_classes(predicted: Sequence[dict[str, str]]) -> tuple[str, ...]:
    """Return the columns that a table has where performances are of classes."""
    from podium.evaluation.predictions import PROBABILITY

    names = dict.fromkeys(name for row in predicted for name in row)
    of_classes = tuple(name for name in names if name.startswith(PROBABILITY))
    return ("label", *of_classes) if of_classes else ()


def _columns_of_scores(predicted: Sequence[dict[str, str]]) -> tuple[str, ...]:
    """Return the columns that a table has where performances have several scores."""
    from podium.evaluation.predictions import IF_TRUSTED
    from podium.performance import SCORE_PREFIX, score_named

    found = dict.fromkeys(
        name.removesuffix(IF_TRUSTED).removesuffix("_low").removesuffix("_high")
        for row in predicted
        for name in row
        if name.startswith(SCORE_PREFIX)
    )
    ends = "", "_low", "_high"
    return tuple(
        f"{name}{end}{more}"
        for name in found
        if score_named(name)
        for more in ("", IF_TRUSTED)
        for end in ends
    )


def _tell(predicted: Sequence[dict[str, str]], out: "Place") -> None:
    failed = [row for row in predicted if row.get("error")]
    say(f"{len(predicted) - len(failed)} scored, {len(failed)} failed: {out}")
    if n_withheld := sum(row.get("severity") == Severity.GRAVE for row in predicted):
        say(f"scores withheld for a grave doubt (warnings says why): {n_withheld}")
    if n_remembered := sum(row.get("is_remembered") == "true" for row in predicted):
        say(f"the model learned from {n_remembered} of them: leave these out when you measure it")
    _say_errors(failed)


def _say_errors(failed: Sequence[dict[str, str]]) -> None:
    say_alike(((_said(row), row["file_name"]) for row in failed), " (the table has all)")


def _said(row: dict[str, str]) -> str:
    name, error = row["file_name"], row["error"]
    return error if name in error else f"{name}: {error}"


def _end(records: "Sequence[Record]", parts: "Parts", part: "Part | None") -> None:
    """Leave a list of what failed; what is whole, and no shard of anything, needs no records."""
    from podium.batch.shards import WHOLE

    shard = part or WHOLE
    failed = [
        {**(record.measured or {}), **record.predicted} for record in records if record.failed
    ]
    if failed:
        table = table_bytes([for_spreadsheets(row) for row in failed], FAILED)
        path = parts.write_failed(shard, table)
        say(f"to try them again: the same command with --resume (listed in {path})")
        raise typer.Exit(Exit.SOME_FAILED)
    parts.forget_failed(shard)
    if part is None:
        parts.remove()


@app.command()
def merge(
    out: Annotated[
        Any,
        typer.Argument(
            parser=place, metavar="OUT", help="Write the predictions of all parts to this file."
        ),
    ],
    part: Annotated[
        list[Any],
        typer.Argument(
            parser=place,
            metavar="PART...",
            help="What podium predict --shard wrote, its records beside it.",
        ),
    ],
    measures: Measures = None,
) -> None:
    """Put shards together: every performance there once, the same bytes as one run."""
    require_file(out, "the predictions")
    require_file(measures, "the measures")
    from podium.batch.merging import merge as merge_parts

    records = merge_parts(part)
    _require_measured(records, measures)
    _write(records, out, measures)
    if any(record.failed for record in records):
        raise typer.Exit(Exit.SOME_FAILED)


def _require_measured(records: "Sequence[Record]", measures: Path | None) -> None:
    from podium.errors import UsageError

    missing = [record.id for record in records if record.measured is None]
    if measures and missing:
        raise UsageError(
            f"--measures {measures}: {len(missing)} of {len(records)} performances were not "
            "measured: run the shards with --measures and --resume"
        )
