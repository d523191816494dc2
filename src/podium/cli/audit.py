"""The command that says what a panel's marks say of its judges."""

from pathlib import Path
from typing import Annotated

import typer

from podium.cli.app import Json, Language, ReportPath, app
from podium.cli.given import Outputs
from podium.cli.output import say, show, show_json
from podium.cli.usage import whole_number
from podium.errors import UsageError


@app.command()
def audit(
    marks: Annotated[
        Path,
        typer.Argument(
            help="A table of marks, one a line: performance (or event, round, athlete, dive), "
            "judge, mark, and where known judge_country, athlete_country, difficulty, order, "
            "score, penalty, file_name."
        ),
    ],
    rule: Annotated[
        str | None,
        typer.Option(
            help="The sport whose range, steps, panel and score the marks follow, such as diving; "
            "without it no rule is applied."
        ),
    ] = None,
    year: Annotated[
        int | None,
        typer.Option(
            parser=whole_number("--year", 1, 9999, example=2000),
            metavar="YEAR",
            help="The year whose rule counts, such as 2000; without it the latest does.",
        ),
    ] = None,
    predictions: Annotated[
        Path | None,
        typer.Option(
            help="The CSV that podium predict wrote of the videos: Podium's marks stand beside the "
            "panel's, as a second opinion."
        ),
    ] = None,
    report: ReportPath = None,
    language: Language = "en",
    as_json: Json = False,
) -> None:
    """Say what a table of marks says of its judges: own country, agreement, what it changed."""
    from podium.judging import find_rule

    outputs = Outputs(report, None, language)
    outputs.check(marks, *filter(None, [predictions]))
    chosen = find_rule(rule) if rule is not None else None
    if year is not None and chosen is None:
        raise UsageError(f"--year {year} needs a rule: name the sport, such as --rule diving")
    from podium.audit import audit_marks, read_marks, read_predicted

    predicted = read_predicted(predictions) if predictions is not None else None
    found = audit_marks(read_marks(marks, chosen), chosen, year=year, predicted=predicted)
    if report is not None:
        from podium.audit import make_audit_report

        say(f"report: {make_audit_report(found, marks.name, language).save(report)}")
    if as_json:
        show_json(found.to_json())
        return
    from podium.audit.sentences import lines
    from podium.report.words import load_words

    for line in lines(found, load_words()):
        show(line)
