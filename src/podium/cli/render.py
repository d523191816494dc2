"""The command that makes a film of a report, to send it."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from podium.cli.app import BlurFaces, Language, Limits, app
from podium.cli.given import require_no_input
from podium.cli.output import say, showing_stages
from podium.cli.sharing import report_without_faces
from podium.cli.usage import require_file
from podium.errors import MissingFile, UsageError

if TYPE_CHECKING:
    from podium.report.kept import KeptReport


KINDS = (".mp4", ".pdf", ".kva", ".html")
"""How a file ends that --out writes: a film, one page, marks for Kinovea, the report itself."""

Marked = Annotated[
    Path | None,
    typer.Option(help="Add what Kinovea drew on the performance, from its file of marks (.kva)."),
]
ExpertMarked = Annotated[
    Path | None, typer.Option(help="Add what Kinovea drew on the expert's video (.kva).")
]


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
            help="Write both videos, side by side, as a film (.mp4), one page to print (.pdf), "
            "marks that Kinovea opens (.kva), or the report with --marks added (.html)."
        ),
    ] = None,
    still: Annotated[
        Path | None,
        typer.Option(help="Write the whole dive as one stroboscopic picture (.png)."),
    ] = None,
    marks: Marked = None,
    expert_marks: ExpertMarked = None,
    overlay: Annotated[
        bool, typer.Option("--overlay", help="Lay one video over the other.")
    ] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Let time run in both as it was filmed, not in step.")
    ] = False,
    blur_faces: BlurFaces = False,
    language: Language = "en",
    limits: Limits = None,
) -> None:
    """Make of a report a film that every phone plays, one page, a picture, or marks for Kinovea.

    The page is in the language of the report.
    """
    if out is None and still is None:
        raise UsageError("podium render needs --out or --still: name a file to write")
    _require_kind(out, "--out", KINDS, "what is made of the report")
    _require_kind(still, "--still", (".png",), "the picture")
    kind = out.suffix.lower() if out else ""
    if blur_faces and kind in (".kva", ".html"):
        raise UsageError(
            f"--blur-faces is for films, pages and pictures (.mp4, .pdf, .png), not for {kind}: "
            "for a report without faces, score the video with --blur-faces"
        )
    _require_there(report, marks, expert_marks)
    if out and kind == ".pdf" and not blur_faces:
        _page(report, out)
    if kind in ("", ".pdf") and still is None and not blur_faces:
        return
    from podium.report.kept import opened

    with opened(report) as kept, ExitStack() as stack:
        sides = [side.path for side in (kept.query, kept.reference) if side]
        given = [path for path in (marks, expert_marks) if path]
        for written in (out, still):
            require_no_input(written, kept.path, *sides, *given)
        kept = _with_marks(kept, marks, expert_marks)
        shown = stack.enter_context(report_without_faces(kept)) if blur_faces else kept
        if out and kind == ".mp4":
            _film(shown, language, out, overlay=overlay, plain=plain)
        if out and kind == ".pdf" and blur_faces:
            _page(report, out, kept, shown)
        if out and kind == ".kva":
            _marks(kept, out)
        if out and kind == ".html":
            _report(report, kept, out)
        if still:
            _still(kept, shown, still)


def _require_there(report: Path, *marks: Path | None) -> None:
    """Refuse what is not there, before anything is written."""
    if not report.exists():
        raise MissingFile.of_file(
            report, "no such file or folder: name a report, or the folder of one"
        )
    for path in filter(None, marks):
        if not path.exists():
            raise MissingFile.of_file(path, "no such file: name the marks that Kinovea saved")


def _require_kind(path: Path | None, option: str, suffixes: tuple[str, ...], what: str) -> None:
    require_file(path, what)
    if path is not None and path.suffix.lower() not in suffixes:
        allowed = " or ".join(filter(None, [", ".join(suffixes[:-1]), suffixes[-1]]))
        raise UsageError(f"{option} {path} must end in {allowed}: name another file for {what}")


def _page(
    report: Path, out: Path, kept: "KeptReport | None" = None, shown: "KeptReport | None" = None
) -> None:
    """Write what a report says first on one page; its pictures are those of what is `shown`."""
    from podium.machine.files import write_bytes
    from podium.report.one_page import make_pdf, read_printed

    require_no_input(out, report)
    printed = read_printed(report)
    if kept and shown:
        from podium.report.redrawn import pictured_anew

        printed = pictured_anew(printed, kept, shown)
    write_bytes(out, make_pdf(printed))
    say(f"page: {out}")


def _with_marks(kept: "KeptReport", marks: Path | None, expert_marks: Path | None) -> "KeptReport":
    """Add to what was drawn what files of Kinovea hold."""
    if marks is None and expert_marks is None:
        return kept
    from podium.report.kinovea import read_kva, shot_of

    if expert_marks and kept.reference is None:
        raise UsageError(f"{kept.path}: has no expert's video: leave out --expert-marks")
    drawings = list(kept.notes.drawings)
    for name, side, path in (
        ("query", kept.query, marks), ("reference", kept.reference, expert_marks)
    ):  # fmt: skip
        if side is None or path is None:
            continue
        found = read_kva(path, name, shot_of(side).starts)
        drawings += [one for one in found.drawings if one not in drawings]
        left_out = f", left out: {found.n_left_out} of other kinds" if found.n_left_out else ""
        say(f"{path}: drawings taken over: {len(found.drawings)}{left_out}")
    return replace(kept, notes=replace(kept.notes, drawings=tuple(drawings)))


def _marks(kept: "KeptReport", out: Path) -> None:
    """Write what Kinovea opens beside each video; the expert's only where something is on it."""
    from podium.machine.files import write_bytes
    from podium.report.kinovea import kva, shot_of

    own = [one for one in kept.drawings if one.side == "query"]
    write_bytes(out, kva(shot_of(kept.query), own, kept.remarks))
    say(f"marks: {out}")
    theirs = [one for one in kept.drawings if one.side == "reference"]
    if theirs and kept.reference:
        beside = out.with_name(f"{out.stem}-expert.kva")
        write_bytes(beside, kva(shot_of(kept.reference), theirs))
        say(f"marks: {beside}")


def _report(report: Path, kept: "KeptReport", out: Path) -> None:
    """Write the page of a report with all that was added."""
    from podium.machine.files import read_bytes, write_bytes
    from podium.report.filed import MAX_REPORT_BYTES, page_of, video_in
    from podium.report.notes import with_notes

    page = page_of(report)
    require_no_input(out, page)
    content = read_bytes(page, MAX_REPORT_BYTES)
    if video_in(content, "query", page) is None and out.resolve().parent != page.resolve().parent:
        raise UsageError(f"{out}: the videos of this report lie in {page.parent}: write it there")
    write_bytes(out, with_notes(content, kept.notes))
    say(f"report: {out}")


def _film(kept: "KeptReport", language: str, out: Path, *, overlay: bool, plain: bool) -> None:
    from podium.machine.files import write_bytes
    from podium.report.film import FilmOptions, make_film
    from podium.report.words import load_words

    words, options = load_words(language), FilmOptions("overlay" if overlay else "beside", plain)
    with showing_stages() as report:
        film = make_film(
            kept, words, options, lambda done, total: report("drawing frames", done, total)
        )
    write_bytes(out, film.content)
    size = f"{film.width} x {film.height}, {film.end_seconds:.1f} s, {len(film.content):,} bytes"
    say(f"film: {out} ({size})")


def _still(kept: "KeptReport", shown: "KeptReport", still: Path) -> None:
    """Follow the athlete in the copy that the report keeps, and show the whole dive at once."""
    from podium.machine.files import write_bytes
    from podium.report.redrawn import picture_of

    write_bytes(still, picture_of(kept.query, shown.query))
    say(f"picture: {still}")
