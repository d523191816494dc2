"""The commands that look at files, and say what there is."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from podium.cli.app import Json, Limits, Model, app
from podium.cli.given import require_no_input
from podium.cli.output import say, show_facts, write_table
from podium.cli.usage import (
    require_file,
    size,
)
from podium.errors import (
    TooLong,
    UsageError,
)

if TYPE_CHECKING:
    from podium.video.frames import Frames


@app.command()
def convert(
    labels: Annotated[
        Path, typer.Argument(help="A pickle of labels, as published with many data sets.")
    ],
    out: Annotated[Path, typer.Option(help="Write the table of performances to this CSV file.")],
    videos: Annotated[
        str,
        typer.Option(
            help="How a video's file is named, by its id or the parts of its key, such as "
            "{0:02d}/{1}.mp4."
        ),
    ] = "{id}.mp4",
) -> None:
    """Convert a pickle of labels to a table of performances (CSV), without executing it."""
    from podium.datasets._labels import read_labels

    require_file(out, "the table of performances")
    require_no_input(out, labels)
    rows = read_labels(labels, videos)
    write_table(out, rows, tuple(dict.fromkeys(column for row in rows for column in row)))
    say(f"{len(rows)} performances: {out}")


@app.command()
def inspect(
    video: Annotated[Path, typer.Argument(help="The video to look at.")],
    as_json: Json = False,
    limits: Limits = None,
) -> None:
    """Say what a video file holds and how much of it would be used."""
    from podium.video.frames import probe

    described = probe(video)
    usable = _usable(video)
    facts = {
        "file": str(video),
        "container": described.container,
        "codec": described.codec,
        "width": described.width,
        "height": described.height,
        "rotation_degrees": described.rotation_degrees,
        "is_mirrored": described.is_mirrored,
        "pixel_aspect": round(described.pixel_aspect, 4),
        "light": described.light.name,
        "tracks": list(described.tracks),
        "frames_per_second": described.frames_per_second,
        "rate_varies": None,
        "seconds": round(described.seconds, 3),
        **usable.pop("times", {}),
        "frames": usable.pop("frames"),
        "frames_promised": described.n_frames,
        **usable,
    }
    show_facts(facts, as_json)


def _usable(video: Path) -> dict[str, Any]:
    """Return how many frames a video holds and would be used; if none, its warnings say why."""
    from podium.report.words import load_words
    from podium.video.clips import ClipOptions, counting, plan_clips

    nothing: dict[str, Any] = {"frames": None, "used_frames": 0, "first_used_frame": None}
    nothing |= {"clips": 0, "within_bars": None}
    try:
        frames = _looked_at(video)
        counted = counting(frames)
    except TooLong as error:
        return {**nothing, "warnings": [error.reason]}
    if len(counted) < ClipOptions.n_frames:
        why = (
            f"{len(counted)} of {len(frames)} frames count (no black padding, no repeats, about "
            f"{ClipOptions.frames_per_second:g} a second): at least {ClipOptions.n_frames} are "
            "needed for one clip"
        )
        return {
            **nothing,
            "times": _times(frames),
            "frames": len(frames),
            "within_bars": _within_bars(frames),
            "warnings": [*map(load_words().doubt, counted.doubts), why],
        }
    clips = plan_clips(counted)
    return {
        "times": _times(frames),
        "frames": clips.video.n_frames,
        "used_frames": clips.video.n_different,
        "first_used_frame": clips.video.first_used,
        "clips": len(clips),
        "within_bars": _within_bars(frames),
        "warnings": [*map(load_words().doubt, clips.video.doubts)],
    }


def _looked_at(video: Path) -> "Frames":
    """Look at a video, however long it is within the limits."""
    from podium.video.frames import decode
    from podium.video.sketch import sketch

    try:
        return decode(video, width=64, height=48)
    except TooLong:  # for holding all of it
        return sketch(video, width=64, height=48)


def _within_bars(frames: "Frames") -> str | None:
    """Say which part of the stored picture is left without black bars, in pixels."""
    box = frames.box
    return f"{box.width}x{box.height}+{box.left}+{box.top}" if box else None


def _times(frames: "Frames") -> dict[str, Any]:
    """Return what the times of the frames say, whatever the header does."""
    from podium.video.layout import come_evenly

    seconds = float(frames.start_seconds[-1] - frames.start_seconds[0])
    known = {"seconds": round(frames.end_seconds, 3)}
    if seconds > 0:
        known["frames_per_second"] = round((len(frames) - 1) / seconds, 3)
    return {**known, "rate_varies": not come_evenly(frames.start_seconds)}


LISTED = {
    "backbones": "what turns clips into numbers",
    "datasets": "sets of performances that can be read",
    "measures": "what is measured of a body, in degrees, seconds and body lengths",
    "scorers": "what turns numbers into a score",
    "models": "what ships, and for what it scores",
    "actions": "what --model can score",
}
LISTS = "backbones, datasets, measures, scorers, models or actions"
"""What can be listed."""


@app.command("list")
def list_(
    what: Annotated[str | None, typer.Argument(help=f"What to list: {LISTS}.")] = None,
    model: Model = "diving",
    as_json: Json = False,
) -> None:
    """List what there is to choose from; alone, what can be listed."""
    show_facts(LISTED if what is None else _list(what, model), as_json)


@app.command("cache")
def cache_(
    clear: Annotated[bool, typer.Option("--clear", help="Remove everything that is kept.")] = False,
    limit: Annotated[
        int | None,
        typer.Option(
            parser=size("--limit"),
            metavar="SIZE",
            help="Keep at most this much from now on, such as 500MB (2GB unless changed); what was "
            "used longest ago is removed first. PODIUM_CACHE_LIMIT, if set, takes precedence.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say how much is kept of videos that were looked at before; clear or limit it."""
    from podium.machine.entries import Entries, features_folder, require_here

    require_here()
    entries = Entries(features_folder())
    n_removed = entries.clear() if clear else 0
    if limit is not None:
        entries.set_limit(limit)
    n_removed += entries.reduce_to(entries.limit_bytes()) if limit is not None else 0
    listed = entries.list_entries()
    facts = {
        "folder": str(entries.folder),
        "entries": len(listed),
        "bytes": sum(entry.n_bytes for entry in listed),
        "limit_bytes": entries.limit_bytes(),
        "removed": n_removed,
    }
    if limit not in (None, facts["limit_bytes"]):
        say("PODIUM_CACHE_LIMIT is set and takes precedence over --limit")
    show_facts(facts, as_json)


def _first_clause(text: str) -> str:
    """Return what stands before the first semicolon or full stop that ends a clause."""
    return re.split(r"[;.] ", text, maxsplit=1)[0]


def _list(what: str, model: str) -> dict[str, Any]:
    from podium import _catalog

    if what in ("backbones", "datasets", "measures", "scorers"):
        folder = f"podium.{what}"
        return {name: _catalog.summary(folder, name) for name in _catalog.names(folder)}
    from podium.model import shipped_models, summarise

    if what == "models":
        return {name: _first_clause(summarise(name).data) for name in shipped_models()}
    if what == "actions":
        return dict.fromkeys(summarise(model).actions, f"scored by {model}")
    raise UsageError(f"there is no list of {what!r}: choose {LISTS}")
