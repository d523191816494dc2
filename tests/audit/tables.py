"""Small tables of marks for tests."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from podium.audit import MarkTable, read_marks

Rows = Sequence[Mapping[str, object]]


def written(path: Path, rows: Rows) -> Path:
    """Write rows as CSV."""
    columns = list(rows[0])
    lines = [",".join(columns), *(",".join(str(row[c]) for c in columns) for row in rows)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def table_of(folder: Path, rows: Rows) -> MarkTable:
    """Write rows and read them."""
    return read_marks(written(folder / "marks.csv", rows))


def panel(marks: Sequence[Sequence[float]], **facts: Sequence[object]) -> list[dict[str, object]]:
    """Return rows of performances by judges, (performances, judges); facts by performance."""
    return [
        {
            "performance": f"P{number}",
            "judge": f"J{judge}",
            "mark": mark,
            **{name: values[number] for name, values in facts.items()},
        }
        for number, row in enumerate(marks)
        for judge, mark in enumerate(row)
    ]
