"""How numbers and tables are written in Markdown."""

from collections.abc import Iterable, Sequence

from podium.benchmark.results import Results, SystemRow
from podium.evaluation.resampling import Gap

OF_DIVES = ("unlv_dive", "UNLV-Dive")
"""Data sets of dives, beside which the paper's numbers stand."""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table of texts."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def with_interval(value: float | None, interval: Sequence[float] | None, digits: int) -> str:
    """Write a number with its interval in brackets, where it has one."""
    if interval is None:
        return number(value, digits)
    return f"{number(value, digits)} ({interval[0]:.{digits}f} to {interval[1]:.{digits}f})"


def number(value: float | None, digits: int) -> str:
    """Write a number, or nothing where it is unknown."""
    return "" if value is None else f"{value:.{digits}f}"


def measure_cells(row: SystemRow, mse_digits: int = 0) -> list[str]:
    """Return the two measures of a row with their intervals, as cells."""
    return [
        with_interval(row.spearman, row.spearman_interval, 2),
        with_interval(row.mse, row.mse_interval, mse_digits),
    ]


def mean_of(values: Iterable[float | None]) -> float | None:
    """Return the mean of the values that are known, `None` where none is."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def gap(part: Gap, digits: int) -> str:
    """Write by how much one system differs from another in one measure."""
    return with_interval(part.gap, part.interval, digits)


def overview_of_data(results: Results) -> str:
    """Write the averages of every system on a data set of which the paper prints nothing."""
    rows = [
        [results.systems[name].title, *measure_cells(row, 2), str(row.n_splits)]
        for name, row in results.tables.summary.items()
    ]
    about = results.about
    parted = f", no {about.grouped_by} on both sides" if about.grouped_by else ""
    left_out = "".join(f"\n\nNot run: {name} ({why})." for name, why in about.left_out.items())
    header = ["system", "rho (95 %)", "MSE (95 %)", "splits"]
    return (
        f"### {about.dataset}: {about.n_performances} performances{parted}\n\n"
        f"{table(header, rows)}{left_out}"
    )
