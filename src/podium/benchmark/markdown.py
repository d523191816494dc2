"""How numbers and tables are written in Markdown."""

from collections.abc import Iterable, Sequence

from podium.evaluation.resampling import Gap


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


def gap(part: Gap, digits: int) -> str:
    """Write by how much one system differs from another in one measure."""
    return with_interval(part.gap, part.interval, digits)
