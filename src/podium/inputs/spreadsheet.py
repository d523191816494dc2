"""CSV files for spreadsheets, in which no cell of text can turn into a formula."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

_RUN = r"(?='* *[=+\-@\uff1d\uff0b\uff0d\uff20])"
_BLANK = r"^(?='* *[\t\r\n])"
FORMULA = re.compile(rf"(?:^|(?<=[;\t\r\n])){_RUN}|{_BLANK}")
"""Where text begins that a spreadsheet may run: some take `;` or a tab for the end of a cell."""

GUARD = re.compile(rf"(?:^|(?<=[;\t\r\n]))'{_RUN}|^'(?='* *[\t\r\n])")
"""The apostrophe that was put there."""


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
    """Put an apostrophe before whatever a spreadsheet would take for a formula.

    Text that already has one there is given another, so that `as_it_was` finds either again.
    """
    return text if text.isalnum() else FORMULA.sub("'", text)


def as_it_was(text: str) -> str:
    """Return the text that `harmless` was given; all other text stays as it is."""
    return GUARD.sub("", text) if "'" in text else text
