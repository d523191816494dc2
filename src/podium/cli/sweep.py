"""The command that tries options of a scorer, and trains a model with the best."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from podium.cli.app import Backbone, Exit, Json, Limits, Remote, Seed, app
from podium.cli.given import description_of, open_cache, read_performances
from podium.cli.output import (
    for_spreadsheets,
    report_failures,
    say,
    show_json,
    show_measures,
    showing_progress,
    write_table,
)
from podium.cli.usage import require_file, require_folder
from podium.errors import TrainingError
from podium.machine import shell

if TYPE_CHECKING:
    from podium.training.sweeping import Sweep, Try

MEASURED = (
    "n", "spearman", "mse", "r_l2", "execution_spearman", "auc", "accuracy", "log_loss",
)  # fmt: skip
"""What a table of tries says of each."""

MAX_SHOWN = 10
"""So many tries are shown on a terminal, the best; the table has all."""


@app.command()
def sweep(
    grid: Annotated[
        Path,
        typer.Argument(
            help="A TOML file with lists of options to try, such as n_components = [16, 64]."
        ),
    ],
    manifest: Annotated[
        Path,
        typer.Argument(
            help="A table of performances with scores or labels, or a data set by name."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Write all tries to this CSV file.")],
    scorer: Annotated[
        str, typer.Option(help="Whose options are tried (see podium list scorers).")
    ] = "siamese_lstm",
    backbone: Backbone = "motion",
    seed: Seed = 0,
    group: Annotated[
        str | None,
        typer.Option(
            help="The column whose groups are never parted; without it the finest of the table.",
            metavar="athlete|event|COLUMN",
        ),
    ] = None,
    train: Annotated[
        Path | None,
        typer.Option(help="Train a model with the best options, and write it to this folder."),
    ] = None,
    resume: Annotated[bool, typer.Option(help="Continue where a stopped run left off.")] = False,
    as_json: Json = False,
    remote: Remote = None,
    limits: Limits = None,
) -> None:
    """Try every combination of options on the same left-out folds; groups are never parted."""
    from podium import _catalog
    from podium.training import TrainingOptions, train_model
    from podium.training.lesson import lesson_of
    from podium.training.run import require_free
    from podium.training.settings import options_grid
    from podium.training.sweeping import Sweep, best_of

    require_file(out, "the tries")
    require_folder(train, "the model")
    _catalog.resolve("podium.scorers", scorer, (scorer,))
    _catalog.resolve("podium.backbones", backbone, (backbone,))
    settings = options_grid(scorer, grid)
    if train:
        require_free(train, resume)
    performances = read_performances(manifest, remote)
    options = TrainingOptions(
        scorer, backbone, seed, group=group, description=description_of(manifest)
    )
    folds = out.with_name(f"{out.name}.folds")
    if not resume:
        _forget(folds)
    with shell.stoppable() as is_stopped, showing_progress() as progress:
        lesson = lesson_of(performances, options, cache=open_cache(), progress=progress)
        trying = Sweep(lesson, options, folds)
        tries = _tried(trying.run(settings, progress), len(settings), is_stopped)
        progress.report("done", 1, 1)
    rows = [for_spreadsheets(_row(number, one)) for number, one in enumerate(tries, 1)]
    write_table(out, rows, _columns(tries))
    best = best_of(tries)
    _tell(trying, tries, best, out, as_json)
    _forget(folds)
    if train:
        chosen = replace(options, scorer_options=best.setting.options, n_tries=len(tries))
        with showing_progress() as progress:
            train_model(
                performances, train, chosen, cache=open_cache(), resume=resume, progress=progress
            )
        say(f"{train}: trained with the best of them, as its card says")
    report_failures(lesson.extraction.errors)


def _forget(folds: Path) -> None:
    """Remove the folds of an earlier run, and nothing else."""
    for path in [*folds.glob("fold-*.json"), *folds.glob(".fold-*.json.????????")]:
        path.unlink(missing_ok=True)
    with suppress(OSError):
        folds.rmdir()


def _tried(tries: "Iterator[Try]", n: int, is_stopped: Callable[[], bool]) -> "list[Try]":
    """Return what came of each; whoever is to stop leaves after the current one."""
    found: list[Try] = []
    for one in tries:
        found.append(one)
        if is_stopped() and len(found) < n:
            shell.complain(
                f"stopped on request: {len(found)} of {n} options are tried: run the same command "
                "with --resume to go on"
            )
            raise typer.Exit(Exit.TO_BE_RESUMED)
    return found


def _row(number: int, one: "Try") -> dict[str, str]:
    """Return a try as a row of a table."""
    measured = one.measured or {}
    numbers = {name: _as_number(measured.get(name)) for name in MEASURED}
    set_ = {name: _as_text(value) for name, value in one.setting.values.items()}
    return {"try": str(number), **set_, **numbers, "error": one.error}


def _columns(tries: "Sequence[Try]") -> tuple[str, ...]:
    return ("try", *tries[0].setting.values, *MEASURED, "error")


def _as_number(value: float | None) -> str:
    """Return a measure as a cell of CSV, empty where it is not known."""
    return "" if value is None else str(value) if isinstance(value, int) else f"{value:.4f}"


def _as_text(value: Any) -> str:
    """Return a value as --set takes it."""
    if isinstance(value, tuple):
        return ",".join(map(_as_text, value))
    return str(value).lower() if isinstance(value, bool | None) else str(value)


def _tell(sweep: "Sweep", tries: "Sequence[Try]", best: "Try", out: Path, as_json: bool) -> None:
    """Say which was best, beside the floors, and that it was chosen."""
    if best.measured is None:
        raise TrainingError(f"{out}: nothing could be learned with any of them: {best.error}")
    column = sweep.lesson.column
    floors = sweep.floors()
    if as_json:
        listed = [
            {
                "options": dict(one.setting.values),
                "error": one.error or None,
                "measured": one.measured,
            }
            for one in tries
        ]
        show_json(
            {
                "scorer": sweep.options.scorer,
                "n_tries": len(tries),
                "grouped_by": column or None,
                "best": tries.index(best) + 1,
                "tries": listed,
                "floors": floors,
            }
        )
        return
    ranked = sorted(tries, key=lambda one: -one.goodness)[:MAX_SHOWN]
    rows = {_named(one): one.measured for one in ranked if one.measured}
    show_measures({**rows, **floors})
    how = f"each {column} left out" if column else "left-out folds, drawn at random"
    say(f"{out}: {len(tries)} tried with {how}; the best: {_named(best)}")
    say("it was chosen by these figures, so on new performances expect somewhat less")


def _named(one: "Try") -> str:
    return " ".join(f"{name}={_as_text(value)}" for name, value in one.setting.values.items())
