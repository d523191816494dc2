"""What a table says of videos that are sent with it: whose they are, when and where."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from podium.errors import ManifestError
from podium.inputs.problems import Problems
from podium.inputs.table import Row, read_rows
from podium.web.home import TABLES
from podium.web.messages import AboutIn, Problem, TableRowOut
from podium.web.receiving import OCTETS, Allowed, last_part, receive
from podium.web.records import make_storable
from podium.web.store import Store

MAX_TABLE_BYTES = 8 * 2**20
MAX_TABLE_ROWS = 10_000

COLUMNS = {"athlete": "athlete", "date": "day", "event": "event", "notes": "text"}
"""What a column is called, and what it is here; `tags` are several, with `;` between them."""

COLUMN_OF = {ours: column for column, ours in COLUMNS.items()}


def add_tables(app: FastAPI, store: Store) -> None:
    """Add what reads a table that is sent with videos to an application."""
    allowed = Allowed(MAX_TABLE_BYTES, "table", "split it")
    too_large: dict[int | str, dict[str, Any]] = {
        413: {"model": Problem, "description": "The table is too large"}
    }

    @app.post("/api/tables", responses=too_large, openapi_extra=OCTETS)
    async def read_what_a_table_says(
        request: Request, name: Annotated[str, Query(min_length=1, max_length=255)]
    ) -> list[TableRowOut]:
        called = make_storable(last_part(name, "table"))
        csv, parquet = TABLES
        partial = store.new_partial(parquet if called.lower().endswith(parquet) else csv)
        try:
            await receive(request, partial, allowed)
            return await run_in_threadpool(_rows_of, partial, called)
        except ClientDisconnect as error:  # nobody is there to read this
            raise allowed.cut_short() from error
        except ManifestError as error:
            raise HTTPException(422, f"{called}: {error.reason}") from error
        finally:
            partial.unlink(missing_ok=True)


def _rows_of(path: Path, called: str) -> list[TableRowOut]:
    """Return what a table says of each video; all that is wrong with it is said at once."""
    problems, found = Problems(), dict[str, TableRowOut]()
    for row in read_rows(path, "videos"):
        if len(found) >= MAX_TABLE_ROWS:
            raise ManifestError.of_file(called, f"has more than {MAX_TABLE_ROWS:,} rows: split it")
        name = last_part(row.cells.get("file_name", ""), "")
        if not name:
            problems.add(row.line, "has no file_name: name the video")
        elif name in found:
            problems.add(row.line, "names the video {name!r} again: keep one row", name=name)
        elif about := _about(row, problems):
            found[name] = TableRowOut(file_name=name, about=about)
    if problems:
        raise ManifestError.of_file(called, problems.sentences())
    return list(found.values())


def _about(row: Row, problems: Problems) -> AboutIn | None:
    cells = {ours: make_storable(row.cells.get(column, "")) for column, ours in COLUMNS.items()}
    tags = [tag for one in row.cells.get("tags", "").split(";") if (tag := one.strip())]
    try:
        return AboutIn(**cells, tags=[make_storable(tag) for tag in tags])
    except ValidationError as error:
        for wrong in error.errors():
            column = COLUMN_OF.get(str(wrong["loc"][0]), "tags")
            said = wrong["msg"].removeprefix("Value error, ")
            problems.add(row.line, "{column} {value!r}: {said}", column=column,
                         value=wrong["input"], said=said)  # fmt: skip
        return None
