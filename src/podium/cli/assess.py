"""The commands that score and compare videos."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from podium.cli.app import (
    AllowPart,
    Athlete,
    BlurFaces,
    Device,
    Json,
    Language,
    Limits,
    Model,
    ReportFolder,
    ReportPath,
    SkeletonRate,
    app,
)
from podium.cli.given import Outputs, load_assessor, use_device
from podium.cli.measure import Speed, show_readings, show_remarks
from podium.cli.output import say, show, show_json
from podium.cli.usage import number
from podium.doubts import Severity
from podium.errors import UsageError

if TYPE_CHECKING:
    from podium.assessment.values import Assessment
    from podium.batch.folder import How
    from podium.report.words import Words


@app.command()
def score(
    video: Annotated[
        list[Path],
        typer.Argument(
            metavar="VIDEO...",
            help="The video of the performance; several of them, or a folder of videos.",
        ),
    ],
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
    athlete: Athlete = None,
    speed: Speed = None,
    report: ReportPath = None,
    report_dir: ReportFolder = None,
    blur_faces: BlurFaces = False,
    csv: Annotated[
        Path | None,
        typer.Option(help="Write a table of all videos to this CSV file, a row for each."),
    ] = None,
    language: Language = "en",
    as_json: Json = False,
    device: Device = "auto",
    limits: Limits = None,
) -> None:
    """Score a video, with a range, and say which moments cost points.

    Of several videos, or those of a folder, it is a line each: score, range, the dive that was
    recognised, where there is most to improve, and what is doubted. One that fails stops no other.
    --json lists them in one object, and --report-dir gets a folder with a report for each.
    """
    use_device(device)
    outputs = Outputs(report, report_dir, language, blur_faces)
    if csv or len(video) > 1 or video[0].is_dir():
        from podium.batch.folder import How

        how = How(action, difficulty, tuple(reference or ()), speed)
        _score_several(video, how, csv, outputs, as_json, athlete, model, allow_part)
        return
    outputs.check(video[0], *(reference or ()))
    from podium.performance import Performance

    assessment = load_assessor(model, allow_part).assess(
        Performance("", video[0], playing_speed=speed),
        action=action,
        difficulty=difficulty,
        references=reference or (),
        at=athlete,
    )
    _answer(assessment, outputs, as_json)


def _score_several(
    given: Sequence[Path],
    how: "How",
    table: Path | None,
    outputs: Outputs,
    as_json: bool,
    athlete: Any,
    model: str,
    allow_part: list[str] | None,
) -> None:
    from podium.cli.several import Several, find_videos

    if athlete is not None:
        raise UsageError("--athlete is a place in one video: leave it out, or score that one alone")
    several = Several(find_videos(given, how.references), table, outputs, as_json)
    several.check(*how.references)
    several.score(load_assessor(model, allow_part), how)


@app.command()
def compare(
    video: Annotated[
        Path, typer.Argument(help="The video of the performance, or a report that was kept.")
    ],
    reference: Annotated[Path, typer.Argument(help="The expert's video, or another report.")],
    others: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[OTHER]...", help="More videos or reports: a table of all."),
    ] = None,
    model: Model = "diving",
    allow_part: AllowPart = None,
    report: ReportPath = None,
    report_dir: ReportFolder = None,
    blur_faces: BlurFaces = False,
    language: Language = "en",
    as_json: Json = False,
    mirror: Annotated[
        bool, typer.Option("--mirror", help="Mirror VIDEO first: compare its left with the right.")
    ] = False,
    frames_per_second: SkeletonRate = None,
    limits: Limits = None,
) -> None:
    """Say how alike two performances are, and what differs; no training data are needed.

    People who exercise, on video or as files of skeletons, are compared joint by joint and
    repetition by repetition; dives clip by clip. Three and more, or reports that were kept, stand
    side by side in a table: score, measures, where most is lost, and what differs from the first.
    """
    from podium.cli.beside import compare_several, is_kept
    from podium.cli.movement import compare_joints

    outputs = Outputs(report, report_dir, language, blur_faces)
    if others or is_kept(video) or is_kept(reference):
        several = [video, reference, *(others or ())]
        if mirror or frames_per_second is not None:
            raise UsageError(
                "--mirror and --frames-per-second are for two people who exercise: leave them out"
            )
        outputs.require_report()
        compare_several(several, partial(load_assessor, model, allow_part), outputs, as_json)
        return
    outputs.check(video, reference)
    why_not = compare_joints(video, reference, outputs, as_json, mirror, frames_per_second)
    if why_not is None:
        return
    assessor = load_assessor(model, allow_part)
    if why_not:
        say(f"compared clip by clip, as dives are: {why_not}")
    assessment = assessor.compare(video, reference)
    _answer(assessment, outputs, as_json)
    if assessment.examination and not as_json:
        show_readings(assessment.examination)


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
    _say_exercise(assessment.as_shown(), words)
    for line in assessment.named_lines:
        show(line)
    _say_segments(assessment.as_shown(), words)
    _say_remarks(assessment.as_shown(), words)
    _say_explanations(assessment, words)
    if assessment.examination:
        show_remarks(assessment.examination, words, assessment.as_shown().phase_points)


def _say_why_not(assessment: "Assessment", words: "Words") -> None:
    """Say that nothing is shown, why, and what to do about it."""
    show(words("withheld.similarity" if assessment.score is None else "withheld.score"))
    for doubt in assessment.doubts:
        if doubt.severity is Severity.GRAVE:
            show(f"{words('withheld.why')}: {words.doubt(doubt)}")
            if remedy := words.remedy(doubt):
                show(f"  {words('withheld.do')}: {remedy}")


def _say_exercise(assessment: "Assessment", words: "Words") -> None:
    """Say how often an exercise was repeated, and which angles argue for the class."""
    from podium.report.exercise_words import argument_sentence, told

    exercise, score = assessment.exercise, assessment.score
    if exercise is None or score is None:
        return
    show(f"{words('movement.repetitions')}: {len(exercise.movement.repetitions)}")
    found = told(exercise, score)
    if exercise.arguments:
        show(f"{words('exercise.heading')}:" if found else words("exercise.none"))
    for one in found:
        show(f"  {argument_sentence(one, exercise, score, words)}")


def _say_segments(assessment: "Assessment", words: "Words") -> None:
    from podium.report.segments import segment_lines

    lines = segment_lines(assessment.segments, words)
    if lines:
        show(words("segments.least", n=len(lines), of=len(assessment.segments)))
    for line in lines:
        show(line)


def _say_remarks(assessment: "Assessment", words: "Words") -> None:
    from podium.assessment.feedback import group_remarks
    from podium.report.remark_words import group_note

    for group, remarks in group_remarks(assessment.remarks).items():
        show(f"{words(f'remarks.{group}')} ({group_note(assessment, group, words)}):")
        for remark in remarks:
            show(remark)


def _say_explanations(assessment: "Assessment", words: "Words") -> None:
    """Say what the scorer itself points at, where its method has feedback of its own."""
    from podium.report.explained import explained

    found = explained(assessment, words)
    if found:
        show(f"{words('explained.heading')}:")
    for one in found:
        show(f"  {one.when + ': ' if one.when else ''}{one.words}")
