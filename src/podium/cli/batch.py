"""The commands that work off a table, whole or in shards, and put the parts together."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from podium.batch.columns import PREDICTED
from podium.cli.app import AllowPart, Device, Exit, Limits, Model, Precision, Remote, Shard, app
from podium.cli.given import use_device
from podium.cli.output import for_spreadsheets, say, say_alike, write_table
from podium.cli.usage import place, require_file, require_folder
from podium.cli.working import (
    HERE,
    N_JOBS,
    Engine,
    How,
    Jobs,
    Resume,
    Split,
    What,
    end,
    worked_off,
)
from podium.doubts import Severity

if TYPE_CHECKING:
    from podium.batch.scoring import Record
    from podium.machine.stores import Place

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
    split: Split = None,
    model: Model = "diving",
    allow_part: AllowPart = None,
    shard: Shard = None,
    measures: Measures = None,
    resume: Resume = False,
    engine: Engine = HERE,
    jobs: Jobs = N_JOBS,
    device: Device = "auto",
    precision: Precision = "float32",
    remote: Remote = None,
    limits: Limits = None,
) -> None:
    """Score every performance of a table; a run that was stopped can go on."""
    use_device(device, precision)
    require_file(out, "the predictions")
    require_file(measures, "the measures")
    what = What(model, allow_part or (), measures is not None)
    how = How(split, shard, resume, engine, jobs, remote)
    with worked_off(manifest, out, what, how, measures) as worked:
        _write(worked.records, out, measures)
        end(worked)


def _write(records: "Sequence[Record]", out: "Place", measures: Path | None) -> None:
    """Write the tables of what was predicted and measured, and say what came of it."""
    predicted = [dict(record.predicted) for record in records]
    write_table(out, [for_spreadsheets(row) for row in predicted], columns_of(predicted))
    if measures:
        write_measured(records, measures)
    _tell(predicted, out)


def write_measured(records: "Sequence[Record]", out: "Place") -> None:
    """Write the table of what was measured, and say what came of it."""
    from podium.report.measures_table import COLUMNS

    measured = [dict(record.measured or {}) for record in records]
    write_table(out, [for_spreadsheets(row) for row in measured], COLUMNS)
    failed = [row for row in measured if row.get("error")]
    say(f"{len(measured) - len(failed)} measured, {len(failed)} failed: {out}")
    _say_errors(failed)


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
            help="What podium predict or measure wrote with --shard, its records beside it; or a "
            "folder of podium train or benchmark.",
        ),
    ],
    measures: Measures = None,
) -> None:
    """Put shards together: every performance there once, the same bytes as one run.

    Of a training or a benchmark, every piece is; the command itself then makes the whole of them.
    """
    from podium.batch.pieces import holds_pieces

    folders = [one for one in part if isinstance(one, Path)]
    if any(map(holds_pieces, folders)):
        _gather(out, part, measures)
        return
    require_file(out, "the predictions")
    require_file(measures, "the measures")
    from podium.batch.merging import merge as merge_parts

    records = merge_parts(part)
    if any(record.predicted for record in records):
        _require_measured(records, measures)
        _write(records, out, measures)
    else:
        _require_no_second_table(out, measures)
        write_measured(records, out)
    if any(record.failed for record in records):
        raise typer.Exit(Exit.SOME_FAILED)


def _gather(out: "Place", parts: "Sequence[Place]", measures: Path | None) -> None:
    """Bring the pieces of a training or a benchmark together, and say how to make the whole."""
    from podium.batch.pieces import gather
    from podium.errors import UsageError

    if measures or not all(isinstance(place, Path) for place in (out, *parts)):
        raise UsageError(
            "pieces of a training or a benchmark are brought together in a folder of this machine: "
            "leave out --measures, and name folders"
        )
    require_folder(Path(str(out)), "the pieces")
    found = gather(Path(str(out)), [Path(str(part)) for part in parts])
    resume = " --resume" if found.command == "podium train" else ""
    say(
        f"all {found.n_pieces} pieces are in {out}: {found.command} ... --out {out}{resume} "
        "--shard 0/1 makes the whole of them"
    )


def _require_measured(records: "Sequence[Record]", measures: Path | None) -> None:
    from podium.errors import UsageError

    missing = [record.id for record in records if record.measured is None]
    if measures and missing:
        raise UsageError(
            f"--measures {measures}: {len(missing)} of {len(records)} performances were not "
            "measured: run the shards with --measures and --resume"
        )


def _require_no_second_table(out: "Place", measures: Path | None) -> None:
    from podium.errors import UsageError

    if measures:
        raise UsageError(
            f"--measures {measures}: the parts are of podium measure, and {out} gets what was "
            "measured: leave out --measures"
        )
