"""The command that cuts the recording of a training into its performances."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from podium.cli.app import AllowPart, Json, Language, Model, app
from podium.cli.given import require_no_input
from podium.cli.output import say, show, show_json, showing_stages, write_table
from podium.cli.usage import require_file
from podium.errors import ModelError, UsageError

if TYPE_CHECKING:
    from podium.features.event import Anchor
    from podium.features.recording import Span
    from podium.video.frames import Video

COLUMNS = ("file_name", "id", "start_frame", "end_frame")
"""Those of the table, which `podium predict` reads."""

MAX_LISTED = 10
"""So many performances are listed on a terminal; the table has all."""


@app.command()
def cut(
    video: Annotated[Path, typer.Argument(help="The recording of a training.")],
    out: Annotated[
        Path, typer.Option(help="Write the performances to this CSV file, beside the recording.")
    ],
    sheet: Annotated[
        Path | None,
        typer.Option(help="Write a contact sheet, to confirm them, to this file (.jpg)."),
    ] = None,
    model: Model = "diving",
    allow_part: AllowPart = None,
    language: Language = "en",
    as_json: Json = False,
) -> None:
    """Cut a recording into its performances: a table that predict reads."""
    from podium.report.words import load_words
    from podium.video.frames import probe

    words = load_words(language)
    require_file(out, "the performances")
    _require_picture(sheet)
    for written in (out, sheet):
        require_no_input(written, video)
    if sheet and sheet.resolve() == out.resolve():
        raise UsageError(f"{out}: the table and the sheet would be one file: name two")
    from podium.features.recording import LIMITS

    about = probe(video, LIMITS)
    spans = _find(about, _anchor(model, allow_part))
    names = [f"{video.stem}-{number:0{len(str(len(spans)))}d}" for number in _numbers(spans)]
    write_table(out, _rows(video, out, spans, names), COLUMNS)
    if sheet:
        from podium.machine.files import write_bytes
        from podium.report.contact_sheet import contact_sheet

        write_bytes(sheet, contact_sheet(spans, names, about.height / about.width, words))
    _answer(out, spans, names, as_json)
    _say_where(video, out, sheet)


def _numbers(spans: "Sequence[Span]") -> range:
    return range(1, len(spans) + 1)


def _require_picture(sheet: Path | None) -> None:
    require_file(sheet, "the contact sheet")
    if sheet is not None and sheet.suffix.lower() not in (".jpg", ".jpeg"):
        raise UsageError(f"--sheet {sheet} must end in .jpg: a contact sheet is a picture")


def _anchor(name: str, allow_part: list[str] | None) -> "Anchor":
    from podium.model import load_model

    anchor = load_model(name, allow_parts=allow_part or ()).anchor
    if anchor is None:
        raise ModelError(
            f"the model {name} knows no event to find performances by: choose diving, or train "
            "one with podium train --event"
        )
    return anchor


def _find(about: "Video", anchor: "Anchor") -> "list[Span]":
    from podium.features.recording import find_performances

    with showing_stages() as report:

        def progress(n_frames: int) -> None:
            report("looking at frames", n_frames, max(about.n_frames, n_frames))

        with closing(find_performances(about.path, anchor, progress)) as found:
            return list(found)


def _rows(
    video: Path, out: Path, spans: "Sequence[Span]", names: Sequence[str]
) -> list[dict[str, str]]:
    from podium.inputs.spreadsheet import harmless

    return [
        {
            "file_name": harmless(_file_name(video, out)),
            "id": harmless(name),
            "start_frame": str(span.start_frame),
            "end_frame": str(span.end_frame),
        }
        for span, name in zip(spans, names, strict=True)
    ]


def _file_name(video: Path, out: Path) -> str:
    """Return the recording as the table names it: from where it lies, else by its name alone."""
    try:
        return video.resolve().relative_to(out.resolve().parent).as_posix()
    except ValueError:
        return video.name


def _say_where(video: Path, out: Path, sheet: Path | None) -> None:
    say(f"table: {out}")
    if sheet:
        say(f"contact sheet: {sheet}")
    if not video.resolve().is_relative_to(out.resolve().parent):
        say(
            f"a table lies in the folder of its videos or above it: put {out.name} into "
            f"{video.resolve().parent} before podium predict reads it"
        )


def _answer(out: Path, spans: "Sequence[Span]", names: Sequence[str], as_json: bool) -> None:
    if as_json:
        show_json({"table": str(out), "performances": list(map(_to_json, spans, names))})
        return
    show(f"performances found: {len(spans)}")
    for span, name in list(zip(spans, names, strict=True))[:MAX_LISTED]:
        show(
            f"{name}  {span.start_seconds:.1f}-{span.end_seconds:.1f} s  "
            f"frames {span.start_frame} to {span.end_frame}"
        )
    if len(spans) > MAX_LISTED:
        show(f"and {len(spans) - MAX_LISTED} more")


def _to_json(span: "Span", name: str) -> dict[str, Any]:
    names = (
        "start_frame", "end_frame", "event_frame",
        "start_seconds", "end_seconds", "event_seconds",
    )  # fmt: skip
    return {"id": name, **{key: getattr(span, key) for key in names}}
