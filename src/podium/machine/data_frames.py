"""Rows as a data frame of pandas, which is imported here and nowhere else, and only when asked."""

from collections.abc import Mapping, Sequence
from typing import Any

from podium.machine import extras


def data_frame(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Any:
    """Return rows as a `pandas.DataFrame` with these columns, in this order.

    Raises
    ------
    MissingExtra
        If pandas is not installed.
    """
    with extras.needed_for("a data frame", "pandas"):
        import pandas

    return pandas.DataFrame([dict(row) for row in rows], columns=list(columns))
