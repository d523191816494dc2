"""The command that measures what the body did."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from podium.cli.app import (
    Athlete,
    BlurFaces,
    Device,
    Json,
    Language,
    Limits,
    Remote,
    ReportPath,
    Shard,
    SkeletonRate,
    app,
)
from podium.cli.batch import write_measured
from podium.cli.given import Outputs, use_device
from podium.cli.movement import measure_joints
from podium.cli.output import say, say_readings, show, show_json
from podium.cli.usage import WrongUsage, number, place, require_file
from podium.cli.working import (
    HERE,
    N_JOBS,
    Engine,
    How,
    Jobs,
    Resume,
    Split,
    What,
    end,
    worked_off,
)
from podium.doubts import Severity
from podium.errors import UsageError

if TYPE_CHECKING:
    from podium.assessment.feedback import PhasePoints
    from podium.examination import Examination
    from podium.machine.stores import Place
    from podium.report.words import Words


def _speed(text: Any) -> float:
    """Read how many times as fast as it was a video is played."""
    from podium.performance import FASTEST, SLOWEST

    value = number("--speed", 0.5)(text)
    if not SLOWEST <= value <= FASTEST:
        raise WrongUsage(
            f"--speed {text!r} must be from {SLOWEST:g} to {FASTEST:g} times as fast as it was, "
            "such as 0.5; leave it out to have it found out"
        )
    return value


Speed = Annotated[
    Any,
    typer.Option(
        "--speed",
        parser=_speed,
        metavar="TIMES",
        help="How many times as fast as it was the video is played: 0.25 in slow motion of a "
        "quarter; it is found out where it is not given.",
    ),
]


@app.command()
def measure(
    video: Annotated[
        Path,
        typer.Argument(
            help="The video of a dive or of an exercise, or a file of a skeleton; with --out, a "
            "table of performances."
        ),
    ],
    reference: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="A video of an expert's dive, to stand beside it."),
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
    speed: Speed = None,
    frames_per_second: SkeletonRate = None,
    report: ReportPath = None,
    blur_faces: BlurFaces = False,
    language: Language = "en",
    as_json: Json = False,
    out: Annotated[
        Any,
        typer.Option(
            parser=place,
            metavar="FILE",
            help="Measure each dive of a table (CSV or Parquet), and write a row of each to this "
            "CSV file, which may lie in a store (s3://...).",
        ),
    ] = None,
    split: Split = None,
    shard: Shard = None,
    resume: Resume = False,
    engine: Engine = HERE,
    jobs: Jobs = N_JOBS,
    remote: Remote = None,
    device: Device = "auto",
    limits: Limits = None,
) -> None:
    """Measure a dive: angles, heights, times and turns; no model is needed.

    Of a video in which nobody dives but somebody exercises, and of a file of a skeleton, joints
    and repetitions are measured. With --out, each dive of a table is.
    """
    from podium.examination import examine
    from podium.skeletons import is_skeleton

    use_device(device)
    how = How(split, shard, resume, engine, jobs, remote)
    asked = reference, action, height, athlete, speed, frames_per_second, report
    if out is not None:
        is_more_asked = as_json or blur_faces or any(one is not None for one in asked)
        _require_table_alone(video, is_more_asked)
        _measure_table(video, out, how)
        return
    _require_table(video, how)
    if blur_faces and report is None:
        raise UsageError("--blur-faces is for a report: give --report, too")
    outputs = Outputs(report, None, language, blur_faces)
    outputs.check(video, *(reference or ()))
    of_dives = reference or None, action, height, athlete, speed
    is_dive = any(one is not None for one in of_dives)
    if is_skeleton(video):
        _require_no_dive(video, is_dive)
        measure_joints(video, outputs, as_json, frames_per_second)
        return
    examination = examine(
        video, action=action, at=athlete, height_metres=height, references=reference or (),
        playing_speed=speed,
    )  # fmt: skip
    is_dive = is_dive or not _shows_no_dive(examination)
    if is_dive or not measure_joints(video, outputs, as_json, frames_per_second):
        _tell(examination, outputs, as_json)


def _measure_table(table: Path, out: "Place", how: How) -> None:
    """Write what is measured of each performance of a table, or of a shard of it."""
    require_file(out, "the measures")
    with worked_off(table, out, What(), how) as worked:
        write_measured(worked.records, out)
        end(worked)


def _require_table_alone(table: Path, is_more_asked: bool) -> None:
    if is_more_asked:
        raise UsageError(
            f"{table}: --out is for a table, whose columns say what is known of each video: leave "
            "out --reference, --action, --height, --athlete, --speed, --frames-per-second, "
            "--report, --blur-faces and --json, or --out"
        )


def _require_table(video: Path, how: How) -> None:
    if how != How():
        raise UsageError(
            f"{video}: --split, --shard, --resume, --engine, --jobs and --remote are for a table: "
            "say with --out where what is measured of each of its rows is to go, or leave them out"
        )


def _tell(examination: "Examination", outputs: Outputs, as_json: bool) -> None:
    if outputs.report:
        _write(examination, outputs.report, outputs)
    if as_json:
        from podium.report.result import examination_to_json

        show_json(examination_to_json(examination))
    else:
        _answer(examination)


def _write(examination: "Examination", report: Path, outputs: Outputs) -> None:
    """Write the page, of copies without faces where that is wanted."""
    from podium.report.expert import filmed_expert
    from podium.report.measured_page import make_measured_report

    theirs = examination.expert
    names = examination.path.name, theirs.path.name if theirs else ""
    with ExitStack() as stack:
        shown, notes = examination, list[str]()
        if outputs.blur_faces:
            from podium.cli.sharing import measured_without_faces

            hidden = measured_without_faces(examination, outputs.language)
            shown, notes = stack.enter_context(hidden)
        page = make_measured_report(
            shown, outputs.language, name=names[0], notes=notes,
            expert=filmed_expert(shown.expert, names[1]) if shown.expert else None,
        )  # fmt: skip
    say(f"report: {page.save(report)}")


def _require_no_dive(video: Path, is_said_to_be_one: bool) -> None:
    if is_said_to_be_one:
        raise UsageError(
            f"{video}: is a file of a skeleton, and --reference, --action, --height, --athlete and "
            "--speed are for videos of dives: leave them out"
        )


def _shows_no_dive(examination: "Examination") -> bool:
    return any(doubt.severity is Severity.GRAVE for doubt in examination.doubts)


def _answer(examination: "Examination") -> None:
    from podium.report.words import load_words

    words = load_words()
    for doubt in examination.doubts:
        is_grave = doubt.severity is Severity.GRAVE
        show(f"{words('withheld.why') if is_grave else 'warning'}: {words.doubt(doubt)}")
    show_readings(examination)
    show_remarks(examination, words)


def show_remarks(
    examination: "Examination", words: "Words", points: "Sequence[PhasePoints]" = ()
) -> None:
    """Say which dive was recognised, and what is remarked of it."""
    from podium.report.measured import recognised
    from podium.report.remark_words import remark_sentences

    if examination.recognised:
        show(f"{words('recognised.heading')}: {recognised(examination.recognised, words)}")
    for remark, sentence in remark_sentences(examination, words, points):
        kind = "athlete.praise" if remark.is_praise else "athlete.fault"
        show(f"{words(kind, phase=words.moment(remark.phase))}: {sentence}")


def show_readings(examination: "Examination") -> None:
    """Print what was measured, a line each, beside the expert's values where there are any."""
    from podium.report.words import load_words

    words = load_words()
    say_readings(examination.readings, words)
