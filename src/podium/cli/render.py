"""The command that makes a film of a report, to send it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from podium.cli.app import Language, Limits, app
from podium.cli.given import require_no_input
from podium.cli.output import say, showing_stages
from podium.cli.usage import require_file
from podium.errors import UnusableFile, UsageError

if TYPE_CHECKING:
    from podium.report.film import FilmOptions
    from podium.report.kept import KeptReport
    from podium.report.words import Words


KINDS = {".mp4": "a film", ".pdf": "one page"}
"""What --out writes, by how the file's name ends."""


@app.command()
def render(
    report: Annotated[
        Path,
        typer.Argument(
            help="A report: a folder that --report-dir wrote, its result.json, or one file (.html)."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write both videos, side by side, as a film (.mp4), or one page to print (.pdf)."
        ),
    ] = None,
    still: Annotated[
        Path | None,
        typer.Option(help="Write the whole dive as one stroboscopic picture (.png)."),
    ] = None,
    overlay: Annotated[
        bool, typer.Option("--overlay", help="Lay one video over the other.")
    ] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Let time run in both as it was filmed, not in step.")
    ] = False,
    language: Language = "en",
    limits: Limits = None,
) -> None:
    """Make of a report a film that every phone plays, one page to print, or a picture of the dive.

    The page is in the language of the report.
    """
    if out is None and still is None:
        raise UsageError("podium render needs --out or --still: name a file to write")
    _require_kind(out, "--out", tuple(KINDS), "what is made of the report")
    _require_kind(still, "--still", (".png",), "the picture")
    if out and out.suffix.lower() == ".pdf":
        _page(report, out)
    if still or (out and out.suffix.lower() == ".mp4"):
        _of_videos(report, out, still, language, overlay=overlay, plain=plain)


def _require_kind(path: Path | None, option: str, suffixes: tuple[str, ...], what: str) -> None:
    require_file(path, what)
    if path is not None and path.suffix.lower() not in suffixes:
        raise UsageError(
            f"{option} {path} must end in {' or '.join(suffixes)}: name another file for {what}"
        )


def _page(report: Path, out: Path) -> None:
    """Write what a report says first on one page."""
    from podium.machine.files import write_bytes
    from podium.report.one_page import make_pdf, read_printed

    require_no_input(out, report)
    write_bytes(out, make_pdf(read_printed(report)))
    say(f"page: {out}")


def _of_videos(
    report: Path, out: Path | None, still: Path | None, language: str, *, overlay: bool, plain: bool
) -> None:
    from podium.report.film import FilmOptions
    from podium.report.kept import opened
    from podium.report.words import load_words

    words = load_words(language)
    with opened(report) as kept:
        sides = [side.path for side in (kept.query, kept.reference) if side]
        for written in (out, still):
            require_no_input(written, kept.path, *sides)
        if out and out.suffix.lower() == ".mp4":
            _film(kept, words, FilmOptions("overlay" if overlay else "beside", plain), out)
        if still:
            _still(kept, still)


def _film(kept: "KeptReport", words: "Words", options: "FilmOptions", out: Path) -> None:
    from podium.machine.files import write_bytes
    from podium.report.film import make_film

    with showing_stages() as report:
        film = make_film(
            kept, words, options, lambda done, total: report("drawing frames", done, total)
        )
    write_bytes(out, film.content)
    size = f"{film.width} x {film.height}, {film.end_seconds:.1f} s, {len(film.content):,} bytes"
    say(f"film: {out} ({size})")


def _still(kept: "KeptReport", still: Path) -> None:
    """Follow the athlete in the copy that the report keeps, and show the whole dive at once."""
    from podium.examination import examine
    from podium.machine.files import write_bytes
    from podium.report.stroboscope import png, stroboscope

    examined = examine(kept.query.path)
    made = stroboscope(examined.dive, examined.frames.pixels)
    if made is None:
        raise UnusableFile.of_file(
            kept.query.path, "too little of the athlete is seen in it for one picture of the dive"
        )
    write_bytes(still, png(made))
    say(f"picture: {still}")
