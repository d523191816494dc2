"""The command that makes the paper's tables anew."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from podium.cli.usage import (
    require_folder,
    whole_number,
)
from podium.errors import DatasetNotFound, MissingExtra, ModelError, UsageError
from podium.machine import extras

if TYPE_CHECKING:
    from podium.benchmark.paper import PaperBenchmark
    from podium.benchmark.results import Results
    from podium.benchmark.run import Benchmark
    from podium.benchmark.system import System
    from podium.performance import Performance
from podium.cli.app import Backbone, Limits, References, Shard, app
from podium.cli.given import open_cache
from podium.cli.output import say, show_lines, showing_progress
from podium.cli.shares import find_share, make_share, stopping

SCORERS = ("constant", "type_mean", "ridge", "siamese_lstm")
"""What is measured on a data set where nobody says what."""

Scorers = Annotated[
    list[str] | None,
    typer.Option(
        help="A scorer to measure, or for paper one of its systems (transfer: table VI), in "
        "addition to those already in --out; may be repeated."
    ),
]


@app.command()
def benchmark(
    name: Annotated[str, typer.Argument(help="paper, or a data set (see podium list datasets).")],
    root: Annotated[
        Path | None,
        typer.Option(help="The folder of the data; by default the one that PODIUM_DATA names."),
    ] = None,
    seeds: Annotated[
        int,
        typer.Option(
            parser=whole_number("--seeds", 1, example=10),
            metavar="N",
            help="How many splits, seeded from 0 on.",
        ),
    ] = 10,
    attempts: Annotated[
        int | None,
        typer.Option(
            parser=whole_number("--attempts", 1, example=5),
            metavar="N",
            help="How many times each scorer that uses chance is fitted on each split, with a seed "
            "of its own each time; by default 5 for paper, and else once.",
        ),
    ] = None,
    quick: Annotated[bool, typer.Option(help="Two splits and three scorers only.")] = False,
    out: Annotated[
        Path,
        typer.Option(help="The folder for results; a stopped run continues from what is there."),
    ] = Path("out/benchmark"),
    render: Annotated[
        bool,
        typer.Option(
            "--render",
            help="Measure nothing; write the tables from what is in --out, and of paper draw the "
            "pictures where its data are at hand.",
        ),
    ] = False,
    backbone: Backbone = "motion",
    keypoints: Annotated[
        str | None,
        typer.Option(
            help="What finds joints in videos; by default pose, if PODIUM_MOVENET_WEIGHTS is set."
        ),
    ] = None,
    scorer: Scorers = None,
    references: References = None,
    group: Annotated[
        str | None,
        typer.Option(
            help="Of a data set: the column whose groups no split parts, such as athlete or event; "
            "without it the finest that there is; none draws splits at random.",
            metavar="athlete|event|COLUMN|none",
        ),
    ] = None,
    corrections: Annotated[
        Path | None,
        typer.Option(
            help="Of paper: a table of podium corrections; what coaches said of a phase counts in "
            "place of the commentary."
        ),
    ] = None,
    shard: Shard = None,
    limits: Limits = None,
) -> None:
    """Reproduce the paper's tables, or measure scorers on a data set with whole groups left out.

    A shard measures its share of the cells (a scorer on a split) into --out; once all have, --shard
    0/1 makes the tables of them.
    """
    from podium import _catalog
    from podium.benchmark import tables

    require_folder(out, "the results")
    if render:
        say(f"tables: {', '.join(map(str, tables.render(out, Path.cwd())))}")
        if name == "paper":
            _draw_again(root, out, out / f"{backbone}.json")
        return
    _catalog.resolve("podium.backbones", backbone, (backbone,))
    asked: dict[str, Any] = {
        **({"n_attempts": attempts} if attempts else {}),
        "backbone": backbone, "keypoints": keypoints or _pose_at_hand(), "folder": out,
        "cache": open_cache(),
    }  # fmt: skip
    share = find_share(shard)
    with showing_progress() as shown, stopping(shown, "run it again") as progress:
        asked |= {"progress": progress}
        protocol: PaperBenchmark | Benchmark
        if name == "paper":
            _require_own_references(references)
            protocol = _protocol(
                root, seeds, quick, scorer or (), {**asked, "corrections": corrections}
            )
        else:
            _require_no_corrections(corrections)
            systems = _systems(scorer or SCORERS, references)
            n_seeds = 2 if quick else seeds
            protocol = _measurement(name, root, n_seeds, systems, {**asked, "group": group})
        if share:
            rest = "the same command with --shard 0/1 makes the tables of them"
            make_share(protocol.pieces(), out / "cells", share, progress, rest)
            return
        results = _measured(protocol, scorer or (), asked)
    path = out / f"{backbone}.json"
    results.save(path)
    show_lines(tables.overview(results))
    say(f"results: {path}")


def _pose_at_hand() -> str | None:
    return "pose" if os.environ.get("PODIUM_MOVENET_WEIGHTS") else None


def _protocol(
    root: Path | None, seeds: int, quick: bool, systems: "Sequence[str]", asked: dict[str, Any]
) -> "PaperBenchmark":
    """Return what measures the paper's systems."""
    extras.require("train", "measuring scorers")
    from podium.benchmark.paper import PaperBenchmark
    from podium.benchmark.transfer import TABLE_VI

    named = [name for name in systems if name != TABLE_VI]
    earlier = None if quick else _earlier(asked["folder"] / f"{asked['backbone']}.json", systems)
    return PaperBenchmark(root, n_seeds=seeds, quick=quick, systems=named, earlier=earlier, **asked)


def _measured(
    protocol: "PaperBenchmark | Benchmark", systems: "Sequence[str]", asked: dict[str, Any]
) -> "Results":
    """Measure; of the paper build all tables, and the pictures, unless it is to be quick."""
    from podium.benchmark.run import Benchmark

    if isinstance(protocol, Benchmark):
        return protocol.run()
    from podium.benchmark.transfer import TABLE_VI, with_transfer

    earlier, named = protocol.earlier, protocol.systems
    results = earlier if earlier and systems and not named else protocol.run()
    if protocol.quick:
        return results
    if TABLE_VI in systems or not systems:
        results = with_transfer(results, protocol.root, asked["cache"], asked["progress"])
    _draw(results, protocol.dives(), asked["folder"])
    return results


def _draw(results: "Results", dives: "Sequence[Performance]", folder: Path) -> None:
    """Draw table VII and figure 5, and say where, or what is lacking: numbers do not need it."""
    from podium.benchmark.pictures import draw_examples, draw_maps

    try:
        for draw in (draw_examples, draw_maps):
            for path in draw(results, dives, folder / "pictures"):
                say(f"picture: {path}")
    except MissingExtra as error:
        say(str(error))


def _draw_again(root: Path | None, folder: Path, path: Path) -> None:
    """Draw the pictures of results that are there, where the dives they are of are, too."""
    from podium.benchmark.paper import PaperBenchmark
    from podium.benchmark.results import Results

    if not path.is_file():
        say(f"no pictures: {path} is not there; --backbone names another")
        return
    try:
        dives = PaperBenchmark(root).dives()
    except DatasetNotFound as error:
        say(f"no pictures: {error}")
        return
    _draw(Results.load(path), dives, folder)


def _earlier(path: Path, systems: "Sequence[str]") -> "Results | None":
    """Load what an earlier run came to; a damaged file matters only if rows are to be kept."""
    from podium.benchmark.results import Results

    try:
        return Results.load(path) if path.is_file() else None
    except ModelError:
        if systems:
            raise
        return None


def _require_no_corrections(corrections: Path | None) -> None:
    if corrections:
        raise UsageError(
            "only paper measures remarks: leave out --corrections, or name paper instead of a set"
        )


def _require_own_references(references: str | None) -> None:
    """Refuse to choose references for the paper's systems: each has its own."""
    if references:
        raise UsageError(
            "paper has systems for each choice of references (siamese_best, siamese_worst and "
            "others): leave out --references, or name a data set instead of paper"
        )


def _systems(scorers: "Sequence[str]", references: str | None) -> "Sequence[str | System]":
    """Return scorers by name; those that compare, with the references that were chosen."""
    if references is None:
        return scorers
    from podium.benchmark.system import system_of
    from podium.training.settings import scorer_options

    systems = [system_of(name) for name in scorers]
    comparing = [hasattr(system.settings(), "references") for system in systems]
    if not any(comparing):
        raise UsageError(
            f"none of the scorers {', '.join(scorers)} compares with references: leave out "
            "--references, or add --scorer siamese_lstm"
        )
    return [
        replace(
            system,
            name=f"{system.name}_{references}",
            options=scorer_options(system.scorer, [f"references={references}"]),
        )
        if compares
        else system
        for system, compares in zip(systems, comparing, strict=True)
    ]


def _measurement(
    name: str,
    root: Path | None,
    seeds: int,
    scorers: "Sequence[str | System]",
    asked: dict[str, Any],
) -> "Benchmark":
    """Return what measures scorers on a data set."""
    from podium.benchmark.run import Benchmark
    from podium.datasets._named import dataset_named

    dataset = dataset_named(name, root, (name,))
    return Benchmark(dataset, scorers=scorers, seeds=range(seeds), name=name, **asked)
