"""CSV files for spreadsheets, in which no cell of text can turn into a formula."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

FORMULA = re.compile(r"'* *[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""How text begins that a spreadsheet may run, also behind apostrophes that are its own."""


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Write rows as CSV under the names of their columns; `None` is an empty cell.

    Cells of text that a spreadsheet would run are made harmless by an apostrophe before them;
    numbers, also those below 0, stay as they are.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None or value != value:  # not a number
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}"
    return harmless(value) if isinstance(value, str) else str(value)


def harmless(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula.

    Text that already has one there is given another, so that `as_it_was` finds either again.
    """
    return f"'{text}" if FORMULA.match(text) else text


def as_it_was(text: str) -> str:
    """Return the text that `harmless` was given; all other text stays as it is."""
    return text[1:] if text.startswith("'") and FORMULA.match(text, 1) else text
