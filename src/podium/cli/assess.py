"""The commands that score and compare videos."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from podium.cli.usage import (
    number,
    require_file,
)
from podium.doubts import Severity, worst
from podium.errors import (
    PodiumError,
)

if TYPE_CHECKING:
    from podium.assessment.values import Assessment, Score
    from podium.assessor import Assessor
    from podium.performance import Performance
    from podium.report.words import Words
from podium.cli.app import (
    AllowPart,
    Exit,
    Json,
    Language,
    Model,
    ReportFolder,
    ReportPath,
    Shard,
    app,
)
from podium.cli.given import (
    Outputs,
    cut_shard,
    load_assessor,
    read_table,
    require_no_input,
    rows_of_split,
)
from podium.cli.measure import show_remarks, write_measures
from podium.cli.output import for_spreadsheets, say, show, show_json, track_rows, write_table


@app.command()
def score(
    video: Annotated[Path, typer.Argument(help="The video of the performance.")],
    model: Model = "diving",
    allow_part: AllowPart = None,
    reference: Annotated[
        list[str] | None, typer.Option(help="Your own video of an expert; may be repeated.")
    ] = None,
    action: Annotated[
        str | None, typer.Option(help="What was performed, such as 407 or 407C.")
    ] = None,
    difficulty: Annotated[
        float | None,
        typer.Option(
            parser=number("--difficulty", 3.2),
            metavar="NUMBER",
            help="Its difficulty, such as 3.2.",
        ),
    ] = None,
    report: ReportPath = None,
    report_dir: ReportFolder = None,
    language: Language = "en",
    as_json: Json = False,
) -> None:
    """Score a video, with a range, and say which moments cost points."""
    outputs = Outputs(report, report_dir, language)
    outputs.check(video, *(reference or ()))
    assessment = load_assessor(model, allow_part).assess(
        video, action=action, difficulty=difficulty, references=reference or ()
    )
    _answer(assessment, outputs, as_json)


@app.command()
def compare(
    video: Annotated[Path, typer.Argument(help="The video of the performance.")],
    reference: Annotated[Path, typer.Argument(help="The expert's video.")],
    model: Model = "diving",
    allow_part: AllowPart = None,
    report: ReportPath = None,
    report_dir: ReportFolder = None,
    language: Language = "en",
    as_json: Json = False,
    mirror: Annotated[
        bool, typer.Option("--mirror", help="Mirror VIDEO first: compare its left with the right.")
    ] = False,
    frames_per_second: Annotated[
        float | None,
        typer.Option(
            parser=number("--frames-per-second", 30),
            metavar="NUMBER",
            help="Of files of skeletons that do not say it, such as 30.",
        ),
    ] = None,
) -> None:
    """Say how alike two performances are, and what differs; no training data are needed.

    People who exercise, on video or as files of skeletons, are compared joint by joint and
    repetition by repetition; dives clip by clip.
    """
    from podium.cli.movement import compare_joints

    outputs = Outputs(report, report_dir, language)
    outputs.check(video, reference)
    why_not = compare_joints(video, reference, outputs, as_json, mirror, frames_per_second)
    if why_not is None:
        return
    assessor = load_assessor(model, allow_part)
    if why_not:
        say(f"compared clip by clip, as dives are: {why_not}")
    _answer(assessor.compare(video, reference), outputs, as_json)


@app.command()
def predict(
    manifest: Annotated[Path, typer.Argument(help="A table of performances, CSV or Parquet.")],
    out: Annotated[Path, typer.Option(help="Write the predictions to this CSV file.")],
    split: Annotated[
        str | None, typer.Option(help="Only the rows of this split: train, validation or test.")
    ] = None,
    model: Model = "diving",
    allow_part: AllowPart = None,
    shard: Shard = "0/1",
    measures: Annotated[
        Path | None,
        typer.Option(help="Write what the body did, measured on each dive, to this CSV file."),
    ] = None,
) -> None:
    """Score every performance of a table."""
    require_file(out, "the predictions")
    require_file(measures, "the measures")
    rows = cut_shard(rows_of_split(read_table(manifest), split, manifest), shard)
    for written in (out, measures):
        require_no_input(written, manifest, *(performance.path for performance in rows))
    assessor = load_assessor(model, allow_part)
    predicted = [
        _predict(assessor, performance, manifest.parent)
        for performance in track_rows(rows, "scoring")
    ]
    write_table(out, [for_spreadsheets(row) for row in predicted])
    n_unmeasured = write_measures(measures, rows, manifest.parent) if measures else 0
    failed = [row for row in predicted if row.get("error")]
    say(f"{len(predicted) - len(failed)} scored, {len(failed)} failed: {out}")
    if n_withheld := sum(row.get("severity") == Severity.GRAVE for row in predicted):
        say(f"scores withheld for a grave doubt (warnings says why): {n_withheld}")
    if n_remembered := sum(row.get("is_remembered") == "true" for row in predicted):
        say(f"the model learned from {n_remembered} of them: leave these out when you measure it")
    for row in failed:
        named = row["file_name"] in row["error"]
        say(f"  {row['error']}" if named else f"  {row['file_name']}: {row['error']}")
    if failed or n_unmeasured:
        raise typer.Exit(Exit.SOME_FAILED)


def _answer(assessment: "Assessment", outputs: Outputs, as_json: bool) -> None:
    from podium.report.words import load_words

    outputs.write(assessment)
    if as_json:
        show_json(assessment.to_json())
        return
    words = load_words()
    if assessment.is_withheld:
        _say_why_not(assessment, words)
    else:
        show(assessment)
    for doubt in assessment.doubts:
        if doubt.severity is not Severity.GRAVE:
            show(f"warning: {words.doubt(doubt)}")
    if assessment.is_withheld:
        show(words("withheld.if_trusted", outcome=assessment.if_trusted))
    _say_remarks(assessment.as_shown(), words)
    if assessment.examination:
        show_remarks(assessment.examination, words)


def _say_why_not(assessment: "Assessment", words: "Words") -> None:
    """Say that nothing is shown, why, and what to do about it."""
    show(words("withheld.similarity" if assessment.score is None else "withheld.score"))
    for doubt in assessment.doubts:
        if doubt.severity is Severity.GRAVE:
            show(f"{words('withheld.why')}: {words.doubt(doubt)}")
            if remedy := words.remedy(doubt):
                show(f"  {words('withheld.do')}: {remedy}")


def _say_remarks(assessment: "Assessment", words: "Words") -> None:
    from podium.assessment.feedback import group_remarks

    for group, remarks in group_remarks(assessment.remarks).items():
        is_withheld = assessment.score and assessment.is_withheld
        note = "withheld.points" if is_withheld else f"remarks.{group}_note"
        show(f"{words(f'remarks.{group}')} ({words(note)}):")
        for remark in remarks:
            show(remark)


def _predict(assessor: "Assessor", performance: "Performance", folder: Path) -> dict[str, str]:
    name = performance.path.relative_to(folder).as_posix()
    row = {"file_name": name, "id": performance.id}
    from podium.report.words import load_words

    try:
        result, doubts = assessor.score(performance)
    except PodiumError as error:
        message = " ".join(str(error).split())
        return {**row, "error": message}
    severity = worst(doubts)
    numbers = _if_trusted(result)
    if severity is not Severity.GRAVE:
        numbers |= _shown(result)
    return {
        **row,
        **{key: f"{value:.4f}" for key, value in numbers.items()},
        "warnings": "; ".join(map(load_words().doubt, doubts)),
        "doubts": ";".join(dict.fromkeys(str(doubt.kind) for doubt in doubts)),
        "severity": severity or "",
        "is_remembered": "true" if result.is_remembered else "false",
    }


def _if_trusted(score: "Score") -> dict[str, float]:
    return {
        "score_if_trusted": score.value,
        "low_if_trusted": score.low,
        "high_if_trusted": score.high,
    }


def _shown(score: "Score") -> dict[str, float]:
    """Return a score that may be shown, as a mark as well where the scores follow a rule."""
    shown = {"score": score.value, "score_low": score.low, "score_high": score.high}
    if (mark := score.mean_marks) is not None:
        shown |= {"mark": mark.mark, "mark_low": mark.low, "mark_high": mark.high}
    return shown
