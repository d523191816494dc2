"""The application that commands join, and the options that several of them have."""

import os
import sys
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from podium.cli.usage import (
    MAX_SEED,
    number,
    pair,
    whole_number,
)
from podium.machine import memory, shell

app = typer.Typer(
    help="How well was it done? Scores a performance on video against an expert's.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)


class Exit(IntEnum):
    """What the exit code of a command means."""

    DONE = 0
    BUG = 1
    USAGE = 2
    INPUT = 3
    SOME_FAILED = 4
    TO_BE_RESUMED = shell.RESUMED_CODE
    STOPPED = shell.STOPPED_CODE


Table = Annotated[
    Path,
    typer.Argument(help="A table of performances (CSV or Parquet), or a data set by its name."),
]


Model = Annotated[
    str, typer.Option(help="A model that comes with Podium, or the folder of your own.")
]


AllowPart = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-part",
        metavar="PACKAGE.MODULE:CLASS",
        help="Allow the model to run this class, which is someone else's code; may be repeated.",
    ),
]


Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


Seed = Annotated[
    int,
    typer.Option(
        parser=whole_number("--seed", 0, MAX_SEED, example=7),
        metavar="N",
        help="Seed of the random numbers: the same seed gives the same result.",
    ),
]


References = Annotated[
    str | None,
    typer.Option(
        metavar="best|worst|constant|nearest",
        help="Which performances others are compared with, by scorers that compare: the best or "
        "the worst of their action, the best of the most frequent action for all, or the most "
        "similar good one.",
        show_default=False,
    ),
]


ReportPath = Annotated[
    Path | None, typer.Option("--report", help="Write a report to this file (.html).")
]


ReportFolder = Annotated[
    Path | None,
    typer.Option(
        "--report-dir", help="Write a report to this folder, with its videos and data beside it."
    ),
]


BlurFaces = Annotated[
    bool,
    typer.Option(
        "--blur-faces",
        help="Make faces unrecognisable in the videos and pictures that are written, as far as "
        "they are found.",
    ),
]


Language = Annotated[str, typer.Option(help="The language of the report, such as en, de or fr.")]


Backbone = Annotated[
    str, typer.Option(help="What turns clips into numbers (see podium list backbones).")
]


Shard = Annotated[
    str | None,
    typer.Option(
        help="Do only part i of n, given as i/n and counted from 0, such as 0/8; without it, what "
        "a scheduler says of its task (SLURM_ARRAY_TASK_ID and the like)."
    ),
]


def _require_schemes(given: list[str] | None) -> list[str] | None:
    """Refuse kinds of addresses that cannot be fetched here, before anything is read."""
    if given:
        from podium.machine.addresses import require_schemes

        require_schemes(given, "--remote")
    return given


Remote = Annotated[
    list[str] | None,
    typer.Option(
        metavar="https|s3|gs|...",
        callback=_require_schemes,
        help="Fetch videos that the table names by such addresses, one by one, and remove each "
        "after it was looked at; may be repeated. Without it, nothing is fetched.",
    ),
]


SkeletonRate = Annotated[
    float | None,
    typer.Option(
        "--frames-per-second",
        parser=number("--frames-per-second", 30),
        metavar="NUMBER",
        help="Of files of skeletons that do not say it, such as 30.",
    ),
]


def _allow(given: list[str] | None) -> list[str] | None:
    """Hold the limits that were typed for all of the command, and the processes that it starts."""
    if given:
        from podium.video.limits import VARIABLE, VideoLimits

        VideoLimits.of_words(given)
        before = os.environ.get(VARIABLE, "").split()
        os.environ[VARIABLE] = " ".join([*before, *given])
    return given


Limits = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=VALUE",
        callback=_allow,
        help="How much a video may be and take: minutes (60), gigabytes (4), waiting_minutes (5) "
        "for its decoding, memory_gigabytes (4) for the decoder, frames (5000) held at once; may "
        "be repeated. PODIUM_LIMITS='minutes=90 gigabytes=8' says the same.",
    ),
]


Device = Annotated[
    str,
    typer.Option(
        envvar="PODIUM_DEVICE",
        metavar="auto|cpu|cuda|mps",
        help="Where networks compute: auto takes a GPU (cuda) where PyTorch or ONNX Runtime sees "
        "one, else the processor.",
    ),
]


Precision = Annotated[
    str,
    typer.Option(
        envvar="PODIUM_PRECISION",
        metavar="float32|mixed",
        help="How exactly PyTorch's networks compute: mixed is faster and rounds more, on cuda "
        "alone.",
    ),
]


Athlete = Annotated[
    Any,
    typer.Option(
        "--athlete",
        parser=pair("--athlete"),
        metavar="X,Y",
        help="Where the athlete is in the first frame, in pixels from the left and from the top, "
        "where it is not who moves most.",
    ),
]


_LIGHT = ("cache", "check", "convert", "inspect", "list", "rules")
_HEAVY_BYTES = 900_000_000
_THREAD_BYTES = 50_000_000
"""How much address space commands with networks need, and more for each thread."""


def needed_bytes(command: str | None) -> int:
    """Return how much address space a command needs."""
    if command in _LIGHT:
        return memory.MIN_BYTES
    threads = os.environ.get("OMP_NUM_THREADS", "")
    n_threads = int(threads) if threads.isdecimal() else os.cpu_count() or 1
    return _HEAVY_BYTES + _THREAD_BYTES * n_threads


def _show_version(is_asked: bool) -> None:
    """Print which Podium this is, and leave."""
    if is_asked:
        from podium import __version__
        from podium.cli.output import show

        show(f"podium {__version__}")
        raise typer.Exit


@app.callback()
def podium(
    context: typer.Context,
    debug: Annotated[bool, typer.Option(help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version),
    ] = False,
) -> None:
    """Score a performance on video against an expert's, and say which moments cost points."""
    context.obj = debug
    if "--help" not in sys.argv:
        memory.require(needed_bytes(context.invoked_subcommand))
