"""The command that gathers what people said of remarks."""

from pathlib import Path
from typing import Annotated

import typer

from podium.cli.app import Json, app
from podium.cli.given import require_no_input
from podium.cli.output import say, show_json, show_lines
from podium.cli.usage import require_file


@app.command()
def corrections(
    reports: Annotated[
        list[Path],
        typer.Argument(
            help="Reports that were kept with what was added to them, folders of reports, or the "
            "folder of podium serve."
        ),
    ],
    out: Annotated[Path | None, typer.Option(help="Write the table to this file (.csv).")] = None,
    as_json: Json = False,
) -> None:
    """Gather which remarks and moments people said are true or not, and what was, as a table."""
    require_file(out, "the table")
    require_no_input(out, *reports)
    from podium.inputs.spreadsheet import csv_text
    from podium.machine.files import write_bytes
    from podium.report.corrections import COLUMNS, find_corrections
    from podium.report.notes import MOMENT

    found = find_corrections(reports)
    rows = found.rows
    table = csv_text(COLUMNS, rows)
    if out:
        write_bytes(out, table.encode("utf-8", "backslashreplace"))
    if as_json:
        show_json({"corrections": rows})
    elif out is None:
        show_lines(table.replace("\r\n", "\n").rstrip("\n"))
    for path in found.repeated:
        say(f"{path}: the same report was given before: what is said twice is taken once")
    remarks = [row for row in rows if row["about"] != MOMENT]
    n_true = sum(row["is_true"] is True for row in remarks)
    say(f"{len(remarks)} remarks judged: {n_true} true, {len(remarks) - n_true} not")
    if moments := [row for row in rows if row["about"] == MOMENT]:
        n_true = sum(row["is_true"] is True for row in moments)
        n_said = sum(row["was_seconds"] is not None for row in moments)
        say(
            f"{len(moments)} moments judged: {n_true} true, {len(moments) - n_true} not, "
            f"of which {n_said} with their time"
        )
