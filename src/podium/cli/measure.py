"""The command that measures what the body did."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from podium.cli.app import Json, Language, ReportPath, app
from podium.cli.given import Outputs, name_of
from podium.cli.output import for_spreadsheets, say, show, show_json, track_rows, write_table
from podium.cli.usage import number, pair
from podium.doubts import Severity
from podium.errors import PodiumError

if TYPE_CHECKING:
    from podium.examination import Examination
    from podium.performance import Performance
    from podium.report.words import Words

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


@app.command()
def measure(
    video: Annotated[Path, typer.Argument(help="The video of the dive.")],
    reference: Annotated[
        list[Path] | None, typer.Option(help="A video of an expert's, to stand beside it.")
    ] = None,
    action: Annotated[
        str | None, typer.Option(help="What was dived, such as 407C: said, if the video differs.")
    ] = None,
    height: Annotated[
        float | None,
        typer.Option(
            parser=number("--height", 10), metavar="METRES", help="Of the board or platform."
        ),
    ] = None,
    athlete: Athlete = None,
    report: ReportPath = None,
    language: Language = "en",
    as_json: Json = False,
) -> None:
    """Measure a dive: angles, heights, times and turns; no model is needed."""
    from podium.examination import examine

    outputs = Outputs(report, None, language)
    outputs.check(video, *(reference or ()))
    examination = examine(
        video, action=action, at=athlete, height_metres=height, references=reference or ()
    )
    if report:
        from podium.report.expert import filmed_expert
        from podium.report.measured_page import make_measured_report

        expert = filmed_expert(examination.expert) if examination.expert else None
        page = make_measured_report(examination, language, expert=expert)
        say(f"report: {page.save(report)}")
    if as_json:
        from podium.report.result import examination_to_json

        show_json(examination_to_json(examination))
        return
    _answer(examination)


def _answer(examination: "Examination") -> None:
    from podium.report.words import load_words

    words = load_words()
    for doubt in examination.doubts:
        is_grave = doubt.severity is Severity.GRAVE
        show(f"{words('withheld.why') if is_grave else 'warning'}: {words.doubt(doubt)}")
    _show_readings(examination, words)
    show_remarks(examination, words)


def show_remarks(examination: "Examination", words: "Words") -> None:
    """Say which dive was recognised, and what is remarked of it."""
    from podium.report.measured import recognised, remark_sentences

    if examination.recognised:
        show(f"{words('recognised.heading')}: {recognised(examination.recognised, words)}")
    for remark, sentence in remark_sentences(examination, words):
        kind = "athlete.praise" if remark.is_praise else "athlete.fault"
        show(f"{words(kind, phase=words.moment(remark.phase))}: {sentence}")


def _show_readings(examination: "Examination", words: "Words") -> None:
    from podium.report.measured import row

    rows = [row(reading, words) for reading in examination.readings]
    width = max((len(one.name) for one in rows), default=0)
    for one in rows:
        said = one.value or words("measures.not_measurable", reason=one.reason)
        beside = [one.span, one.when, one.standing, one.reference]
        show("  ".join([one.name.ljust(width), said, *(part for part in beside if part)]))


def write_measures(out: Path, rows: "Sequence[Performance]", table: Path) -> int:
    """Measure the dives of a table, and return how many could not be."""
    from podium.report.measures_table import COLUMNS

    measured = [_measures(row, name_of(row, table)) for row in track_rows(rows, "measuring")]
    write_table(out, [for_spreadsheets(row) for row in measured], COLUMNS)
    failed = [row for row in measured if row.get("error")]
    say(f"{len(measured) - len(failed)} measured, {len(failed)} failed: {out}")
    for row in failed:
        say(f"  {row['file_name']}: {row['error']}")
    return len(failed)


def _measures(performance: "Performance", name: str) -> dict[str, str]:
    from podium.assessment.question import part_of
    from podium.examination import examine
    from podium.report.measures_table import measures_row

    row = {"file_name": name}
    try:
        return {**row, **measures_row(examine(performance.path, part=part_of(performance)))}
    except PodiumError as error:
        return {**row, "error": " ".join(str(error).split())}
