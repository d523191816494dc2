"""What commands print and write: answers on standard output, all else on standard error."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer
from rich.cells import cell_len, set_cell_size

from podium.batch.columns import PREDICTED
from podium.cli.app import Exit
from podium.cli.progress import PlainProgress
from podium.inputs.problems import SHOWN, kind_of
from podium.inputs.spreadsheet import harmless
from podium.machine import shell
from podium.machine.terminal import brief, printable

if TYPE_CHECKING:
    from podium.machine.stores import Place
    from podium.measures import Reading
    from podium.report.words import Words

T = TypeVar("T")

PREDICTED_TEXTS = ("file_name", "id", "warnings", "error", "label")
"""The columns that hold what others wrote; the rest are numbers, below 0 as well."""


def show(line: object) -> None:
    """Print a line of the answer."""
    with shell.standard_output():
        print(printable(line))


def show_json(value: Any) -> None:
    """Print JSON, which writes out what steers a terminal by itself, but for one character."""
    with shell.standard_output():
        print(json.dumps(value).replace("\x7f", "\\u007f"))


def show_lines(text: str) -> None:
    """Print an answer of several lines."""
    for line in text.split("\n"):
        show(line)


def say(line: str) -> None:
    """Say a line to people, on standard error."""
    shell.say(printable(line))


def for_spreadsheets(row: dict[str, str]) -> dict[str, str]:
    """Return a row in which no text can turn into a formula."""
    return {k: harmless(cell) if k in PREDICTED_TEXTS else cell for k, cell in row.items()}


def write_table(
    path: "Place", rows: Sequence[dict[str, str]], columns: Sequence[str] = PREDICTED
) -> None:
    """Write rows as CSV, whole or not at all."""
    from podium.machine.files import remove_half_written, write_bytes

    content = table_bytes(rows, columns)
    if not isinstance(path, Path):
        path.write(content)
        return
    remove_half_written(path)
    write_bytes(path, content)


def table_bytes(rows: Sequence[dict[str, str]], columns: Sequence[str]) -> bytes:
    """Return rows as CSV."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(harmless, columns))
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return text.getvalue().encode("utf-8", "backslashreplace")


def say_alike(lines: Iterable[tuple[str, str]], where_all_are: str = "") -> None:
    """Say the first few lines of each kind, and how many more there are.

    Lines are of one kind where they differ in names and numbers only; each comes with its own name.
    """
    kinds: dict[str, list[str]] = {}
    for line, name in lines:
        kinds.setdefault(kind_of(line, name), []).append(line)
    for alike in kinds.values():
        for line in alike[:SHOWN]:
            say(f"  {line}")
        if rest := alike[SHOWN:]:
            say(f"  and {len(rest)} more like it{where_all_are}")


def report_failures(errors: Any) -> None:
    """Say which inputs failed, and leave with the code for that."""
    say_alike((str(error), error.place) for error in errors.values())
    if errors:
        raise typer.Exit(Exit.SOME_FAILED)


def show_facts(facts: dict[str, Any], as_json: bool) -> None:
    """Print facts, a line each, or as JSON."""
    if as_json:
        show_json(facts)
        return
    width = max((len(key) for key in facts), default=0)
    for key, value in facts.items():
        shown = "; ".join(value) if isinstance(value, list) else "-" if value is None else value
        show(f"{key:<{width}}  {shown}")


SCORE_MEASURES = (
    "n", "spearman", "mse", "r_l2", "execution_spearman", "mad", "rmse", "mape", "bias", "covered",
)  # fmt: skip
CLASS_MEASURES = ("n", "auc", "accuracy", "log_loss", "spearman", "mse", "bias")
GROUP_MEASURES = ("n", "spearman", "mse", "bias", "covered")
ACTION_MEASURES = ("n", "spearman", "mad", "rmse", "mape")
ACTION_CLASS_MEASURES = ("n", "auc", "accuracy", "log_loss")

MAX_GROUPS = 10
"""So many groups are shown on a terminal, the largest; JSON has all."""


MAX_NAME = 40
"""So many characters of the name of a group are shown."""

MAX_STAGE = 60
"""So many characters of what is being done are shown beside its bar."""


def show_measures(rows: dict[str, dict[str, Any]]) -> None:
    """Print rows of measures as a table, with the interval of what stands first."""
    are_classes = any(row["accuracy"] is not None for row in rows.values())
    columns = CLASS_MEASURES if are_classes else SCORE_MEASURES
    of, interval = ("auc", "auc_interval") if are_classes else ("spearman", "interval")
    shown = {
        name: [*_cells(row, columns), _range_cell(row[interval])] for name, row in rows.items()
    }
    _show_columns("", [*columns, f"95 % of {of}"], shown)


def show_groups(groups: Sequence[dict[str, Any]], column: str | None) -> None:
    """Print the measures of the largest groups as a table, and how many more there are."""
    if not groups:
        return
    largest = sorted(groups, key=lambda group: -group["n"])[:MAX_GROUPS]
    show("")
    shown = {group["group"]: _cells(group, GROUP_MEASURES) for group in largest}
    _show_columns(column or "", GROUP_MEASURES, shown)
    if rest := len(groups) - len(largest):
        show(f"and {rest} more, with fewer performances or as many (--json has all)")


def show_actions(actions: Sequence[dict[str, Any]]) -> None:
    """Print the measures of each action as a table; of very many, of the most frequent."""
    if not actions:
        return
    largest = sorted(actions, key=lambda one: -one["n"])[:MAX_GROUPS]
    are_classes = any(one["accuracy"] is not None for one in actions)
    columns = ACTION_CLASS_MEASURES if are_classes else ACTION_MEASURES
    show("")
    _show_columns("action", columns, {one["action"]: _cells(one, columns) for one in largest})
    if rest := len(actions) - len(largest):
        show(f"and {rest} more, with fewer performances or as many (--json has all)")


def _cells(row: dict[str, Any], columns: Sequence[str]) -> list[str]:
    return [as_cell(row[column]) for column in columns]


def _range_cell(interval: Sequence[float | None] | None) -> str:
    low, high = interval or (None, None)
    return "-" if low is None else f"{as_cell(low)} to {as_cell(high)}"


def _show_columns(title: str, columns: Sequence[str], rows: dict[str, list[str]]) -> None:
    """Print rows of cells under the names of columns, each as wide as it needs to be."""
    table = [(brief(name, MAX_NAME), row) for name, row in ((title, columns), *rows.items())]
    first = max(cell_len(name) for name, _ in table)
    widths = [max(map(len, column)) for column in zip(*(row for _, row in table), strict=True)]
    for name, row in table:
        cells = (f"  {cell:>{width}}" for cell, width in zip(row, widths, strict=True))
        show(set_cell_size(name, first) + "".join(cells))


def as_cell(value: float | None) -> str:
    """Return a measure as a table shows it."""
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def track_rows(rows: Iterable[T], words: str, total: int | None = None) -> Iterator[T]:
    """Yield rows while a bar shows how many are done and the time left; a few lines off screen.

    `total` is how many there will be, where the rows cannot tell.
    """
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    if console.is_terminal:
        yield from track(rows, words, total, console=console, transient=True)
        return
    tell = PlainProgress(say)
    n_rows = len(rows) if total is None and isinstance(rows, Sized) else total or 0
    tell(words, 0, n_rows)
    for n_done, row in enumerate(rows, 1):
        yield row
        tell(words, n_done, n_rows)


@contextmanager
def showing_progress() -> Iterator[Any]:
    """Show how far training is, as `showing_stages` does."""
    from podium.training import Progress

    with showing_stages() as report:
        yield Progress(report)


@contextmanager
def showing_stages() -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar on standard error for each stage, and the time left; a few lines off screen."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    if not console.is_terminal:
        yield PlainProgress(say)
        return
    with Bars(console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(escape(brief(stage, MAX_STAGE)))
            bars.update(tasks[stage], completed=done, total=total)

        yield report


def say_readings(readings: "Sequence[Reading]", words: "Words") -> None:
    """Print readings, a line each; where nothing was measured, one line that says why."""
    from podium.report.measured import row

    rows = [row(reading, words) for reading in readings]
    if not any(one.value or one.reference for one in rows):
        reasons = "; ".join(dict.fromkeys(one.reason for one in rows))
        said = words("measures.not_measurable", reason=reasons)
        show(f"{words('measures.heading')}: {said}")
        return
    width = max((len(one.name) for one in rows), default=0)
    for one in rows:
        said = one.value or words("measures.not_measurable", reason=one.reason)
        theirs = words("remark.expert", value=one.reference) if one.reference else ""
        beside = [one.span, one.when, theirs, one.standing]
        show("  ".join([one.name.ljust(width), said, *(part for part in beside if part)]))
