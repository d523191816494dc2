"""The command line: `podium score`, `podium train` and the others. Progress goes to stderr."""

import csv
import io
import json
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer

from podium.cli.usage import (
    MOST_SEED,
    WrongUsage,
    in_our_words,
    number,
    require_file,
    require_folder,
    size,
    whole_number,
)
from podium.errors import (
    ManifestError,
    ModelError,
    PodiumError,
    TooLong,
    UsageError,
    explained,
)
from podium.inputs.spreadsheet import harmless
from podium.machine import memory, shell
from podium.machine.terminal import printable

if TYPE_CHECKING:
    from podium.assessment.values import Assessment
    from podium.assessor import Assessor
    from podium.benchmark.results import Results
    from podium.features.extraction import FeatureCache
    from podium.performance import Performance

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
    STOPPED = shell.STOPPED_CODE


PREDICTED = (
    "file_name", "id", "score", "score_low", "score_high", "warnings", "error", "is_remembered",
    "doubts",
)  # fmt: skip
"""The columns of a table of predictions."""

PREDICTED_TEXTS = ("file_name", "id", "warnings", "error")
"""Those that hold what others wrote; the rest are numbers, below 0 as well."""

QUIET_SECONDS = 20.0

_LIGHT = ("cache", "convert", "inspect", "list")
_LIGHT_BYTES = 400_000_000
_HEAVY_BYTES = 900_000_000
_THREAD_BYTES = 50_000_000
"""How much address space commands need, those without networks and those with, and for each
thread: with less, libraries end the program or wait for ever (tests/hostile/test_memory.py)."""

Model = Annotated[str, typer.Option(help="A model that ships, or the folder of your own.")]
AllowPart = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-part",
        metavar="PACKAGE.MODULE:CLASS",
        help="Run this class of someone else's if the model names it; may be repeated.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Seed = Annotated[
    int,
    typer.Option(
        parser=whole_number("--seed", 0, MOST_SEED, example=7),
        metavar="N",
        help="The same seed gives the same model.",
    ),
]
ReportPath = Annotated[Path | None, typer.Option("--report", help="Write a report to this file.")]
ReportFolder = Annotated[
    Path | None,
    typer.Option("--report-dir", help="Write a report with its videos and data to this folder."),
]
Language = Annotated[str, typer.Option(help="Of the report, such as en or de.")]
Backbone = Annotated[str, typer.Option(help="What looks at the clips: podium list backbones.")]
Scorer = Annotated[str, typer.Option(help="What makes the score: podium list scorers.")]
Shard = Annotated[str, typer.Option(help="Do the i-th of n parts only, as i/n, from 0.")]


@app.callback()
def podium(
    context: typer.Context,
    debug: Annotated[bool, typer.Option(help="Show the traceback of an error.")] = False,
) -> None:
    """Score a performance on video against an expert's, and say which moments cost points."""
    context.obj = debug
    if "--help" not in sys.argv:
        memory.require(_needed_bytes(context.invoked_subcommand))


@app.command()
def score(
    video: Annotated[Path, typer.Argument(help="The video of the performance.")],
    model: Model = "diving",
    allow_part: AllowPart = None,
    reference: Annotated[
        list[str] | None, typer.Option(help="An expert's video of your own; may be repeated.")
    ] = None,
    action: Annotated[str | None, typer.Option(help="What was performed, such as 407.")] = None,
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
    outputs = _Outputs(report, report_dir, language)
    outputs.check(video, *(reference or ()))
    assessment = _load(model, allow_part).assess(
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
) -> None:
    """Say how alike two videos are, clip by clip; no training data are needed."""
    outputs = _Outputs(report, report_dir, language)
    outputs.check(video, reference)
    _answer(_load(model, allow_part).compare(video, reference), outputs, as_json)


@app.command()
def predict(
    manifest: Annotated[Path, typer.Argument(help="A table of performances, CSV or Parquet.")],
    out: Annotated[Path, typer.Option(help="Write the predictions to this CSV file.")],
    split: Annotated[str | None, typer.Option(help="Only train, validation or test.")] = None,
    model: Model = "diving",
    allow_part: AllowPart = None,
    shard: Shard = "0/1",
) -> None:
    """Score every performance of a table."""
    require_file(out, "the predictions")
    rows = _shard(_of_split(_manifest(manifest), split, manifest), shard)
    _require_no_input(out, manifest, *(performance.path for performance in rows))
    assessor = _load(model, allow_part)
    predicted = [
        _predicted(assessor, performance, manifest.parent)
        for performance in _tracked(rows, "scoring")
    ]
    _write_csv(out, [_for_spreadsheets(row) for row in predicted])
    failed = [row for row in predicted if row.get("error")]
    _say(f"{len(predicted) - len(failed)} scored, {len(failed)} failed: {out}")
    if n_remembered := sum(row.get("is_remembered") == "true" for row in predicted):
        _say(f"the model learned from {n_remembered} of them: leave those out to measure it")
    for row in failed:
        named = row["file_name"] in row["error"]
        _say(f"  {row['error']}" if named else f"  {row['file_name']}: {row['error']}")
    if failed:
        raise typer.Exit(Exit.SOME_FAILED)


@app.command()
def train(
    manifest: Annotated[Path, typer.Argument(help="A table of performances with scores.")],
    out: Annotated[Path, typer.Option(help="The folder to write the model to.")],
    scorer: Scorer = "siamese_lstm",
    backbone: Backbone = "motion",
    seed: Seed = 0,
    variants: Annotated[
        int,
        typer.Option(
            parser=whole_number("--variants", 0, example=7),
            metavar="N",
            help="Augmented variants of each video; the paper has about 7.",
        ),
    ] = 0,
    copies: Annotated[
        bool,
        typer.Option(
            help="Learn from copies too, as they are passed on: no other score for these."
        ),
    ] = False,
    event: Annotated[
        str,
        typer.Option(help="Align clips at this phase's beginning (column phases), not the end."),
    ] = "",
    resume: Annotated[bool, typer.Option(help="Go on where a stopped run left off.")] = False,
) -> None:
    """Train a model on a table of performances; rows of the test split are not looked at."""
    from podium import _catalog
    from podium.training import TrainingOptions, train_model
    from podium.video.augmentation import AugmentationOptions

    require_folder(out, "the model")
    _catalog.resolve("podium.scorers", scorer, (scorer,))
    _catalog.resolve("podium.backbones", backbone, (backbone,))
    performances = _manifest(manifest)
    augmentation = AugmentationOptions(n_variants=variants, copies=copies)
    options = TrainingOptions(scorer, backbone, seed, augmentation=augmentation, event=event)
    with _progress() as progress:
        made, extraction = train_model(
            performances, out, options, cache=_cache(), resume=resume, progress=progress
        )
    main = made.evidence.results[scorer]
    _say(f"{out}: rho {_cell(main['spearman'])} on left-out folds of {main['n']} performances")
    _report_failures(extraction.errors)


@app.command()
def evaluate(
    predictions: Annotated[Path, typer.Argument(help="The CSV that podium predict wrote.")],
    manifest: Annotated[Path, typer.Argument(help="The table with the true scores.")],
    as_json: Json = False,
) -> None:
    """Measure predictions against true scores, beside the floors that need no video."""
    from podium.evaluation.predictions import evaluate_predictions

    results = evaluate_predictions(predictions, _manifest(manifest))
    if as_json:
        _print_json(results)
        return
    _print_table({"predictions": results, **results["baselines"]})
    for warning in results["warnings"]:
        _say(f"warning: {warning}")
    _say(results["baselines_fitted_to"])


@app.command()
def extract(
    manifest: Annotated[Path, typer.Argument(help="A table of performances.")],
    backbone: Backbone = "motion",
    shard: Shard = "0/1",
) -> None:
    """Make the features of every video of a table, once; later commands find them in the cache."""
    from podium.backbones import make_backbone
    from podium.features.extraction import Extractor, FeatureCache
    from podium.features.extraction import extract as extract_features

    made = make_backbone(backbone, (backbone,))
    rows = _shard(_manifest(manifest), shard)
    extractor = Extractor(made, cache=FeatureCache())
    extraction = extract_features(_tracked(rows, "looking at videos"), extractor)
    _say(f"{len(extraction.samples)} of {len(rows)} videos have features")
    _report_failures(extraction.errors)


@app.command()
def convert(
    labels: Annotated[Path, typer.Argument(help="A pickle of labels, as this field publishes.")],
    out: Annotated[Path, typer.Option(help="Write the table of performances to this CSV file.")],
    videos: Annotated[
        str, typer.Option(help="A video's file by its id or the parts of its key: {0:02d}/{1}.mp4.")
    ] = "{id}.mp4",
) -> None:
    """Make a table of performances of a pickle of labels; no program in it is run."""
    from podium.datasets._labels import read_labels

    require_file(out, "the table of performances")
    _require_no_input(out, labels)
    rows = read_labels(labels, videos)
    _write_csv(out, rows, tuple(dict.fromkeys(column for row in rows for column in row)))
    _say(f"{len(rows)} performances: {out}")


@app.command()
def benchmark(
    name: Annotated[str, typer.Argument(help="paper, or a data set: podium list datasets.")],
    root: Annotated[
        Path | None, typer.Option(help="Where the data are; else in PODIUM_DATA.")
    ] = None,
    seeds: Annotated[
        int,
        typer.Option(
            parser=whole_number("--seeds", 1, example=10),
            metavar="N",
            help="How many seeded splits.",
        ),
    ] = 10,
    quick: Annotated[bool, typer.Option(help="Two splits and three scorers only.")] = False,
    out: Annotated[
        Path, typer.Option(help="The folder for results; a stopped run goes on from there.")
    ] = Path("out/benchmark"),
    render: Annotated[
        bool, typer.Option("--render", help="Measure nothing: write tables of what is in --out.")
    ] = False,
    backbone: Backbone = "motion",
    keypoints: Annotated[
        str | None, typer.Option(help="What finds joints; pose, if its weights are at hand.")
    ] = None,
    scorer: Annotated[
        list[str] | None,
        typer.Option(
            help="Which scorers, or of the paper which systems (transfer: table VI), beside those "
            "that --out has; may be repeated."
        ),
    ] = None,
) -> None:
    """Make the paper's tables anew, or measure scorers on a data set by seeded splits."""
    from podium import _catalog
    from podium.benchmark import tables

    require_folder(out, "the results")
    if render:
        _say(f"tables: {', '.join(map(str, tables.render(out, Path.cwd())))}")
        return
    _catalog.resolve("podium.backbones", backbone, (backbone,))
    asked = {"backbone": backbone, "keypoints": keypoints or _pose_at_hand(), "folder": out,
             "cache": _cache()}  # fmt: skip
    with _progress() as progress:
        if name == "paper":
            results = _paper(root, seeds, quick, scorer or (), {**asked, "progress": progress})
        else:
            results = _measured(name, root, 2 if quick else seeds, scorer, asked, progress)
    path = out / f"{backbone}.json"
    results.save(path)
    _print_lines(tables.overview(results))
    _say(f"results: {path}")


@app.command()
def inspect(
    video: Annotated[Path, typer.Argument(help="The video to look at.")], as_json: Json = False
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
        "frames_per_second": described.frames_per_second,
        "seconds": described.seconds,
        "frames": usable.pop("frames"),
        "frames_promised": described.n_frames,
        **usable,
    }
    _print_facts(facts, as_json)


def _usable(video: Path) -> dict[str, Any]:
    """Say how many frames a video holds and would be used; if none, its warnings say why."""
    from podium.report.words import load_words
    from podium.video.clips import ClipOptions, counting, cut
    from podium.video.frames import decode

    nothing = {"frames": None, "used_frames": 0, "first_used_frame": None, "clips": 0}
    try:
        frames = decode(video, width=64, height=48)
        counted = counting(frames)
    except TooLong as error:
        return {**nothing, "warnings": [str(error).removeprefix(f"{video}: ")]}
    if len(counted) < ClipOptions.n_frames:
        why = (
            f"{len(counted)} of {len(frames)} frames count (no black padding, no repeats, about "
            f"{ClipOptions.frames_per_second:g} a second): at least {ClipOptions.n_frames} are "
            "needed for one clip"
        )
        return {
            **nothing,
            "frames": len(frames),
            "warnings": [*map(load_words().doubt, counted.doubts), why],
        }
    clips = cut(counted)
    return {
        "frames": clips.video.n_frames,
        "used_frames": clips.video.n_different,
        "first_used_frame": clips.video.first_used,
        "clips": len(clips),
        "warnings": [*map(load_words().doubt, clips.video.doubts)],
    }


@app.command("list")
def list_(
    what: Annotated[str, typer.Argument(help="backbones, datasets, scorers, models or actions.")],
    model: Model = "diving",
    as_json: Json = False,
) -> None:
    """List what there is to choose from."""
    _print_facts(_listed(what, model), as_json)


@app.command("cache")
def cache_(
    clear: Annotated[bool, typer.Option("--clear", help="Remove all features.")] = False,
    limit: Annotated[
        int | None,
        typer.Option(
            parser=size("--limit"),
            metavar="SIZE",
            help="Keep no more than this from now on, such as 500MB (2GB at first): what was used "
            "longest ago goes. PODIUM_CACHE_LIMIT, if set, counts for more.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say how much is kept of the videos that were looked at; clear or limit it."""
    from podium.machine.entries import Entries, features_folder

    entries = Entries(features_folder())
    n_removed = entries.clear() if clear else 0
    if limit is not None:
        entries.set_limit(limit)
    n_removed += entries.reduce_to(entries.limit_bytes()) if limit is not None else 0
    listed = entries.listed()
    facts = {
        "folder": str(entries.folder),
        "entries": len(listed),
        "bytes": sum(entry.n_bytes for entry in listed),
        "limit_bytes": entries.limit_bytes(),
        "removed": n_removed,
    }
    if limit not in (None, facts["limit_bytes"]):
        _say("PODIUM_CACHE_LIMIT is set, and counts for more than --limit")
    _print_facts(facts, as_json)


@app.command()
def serve(
    port: Annotated[
        int,
        typer.Option(
            parser=whole_number("--port", 0, 65535, example=8017),
            metavar="PORT",
            help="Open http://127.0.0.1:PORT; 0: any free one.",
        ),
    ] = 8017,
    host: Annotated[
        str | None,
        typer.Option(
            help="The address to listen on: 127.0.0.1, or with --share all of this machine.",
            show_default=False,
        ),
    ] = None,
    share: Annotated[
        bool,
        typer.Option(
            "--share",
            help="Let others in who have the address that is printed; else this machine only.",
        ),
    ] = False,
    model: Model = "diving",
    allow_part: AllowPart = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where assessments are kept; else the user's data folder.")
    ] = None,
) -> None:
    """Open the page: assess videos in a browser, on this machine; nothing leaves it.

    With --share others open it too, in their browsers: the address that is printed has a token in
    it, made anew at each start, and nobody gets in without (else a program sends the header
    Authorization: Bearer TOKEN). What is sent is not encrypted.
    """
    try:
        from podium.web.api import serve as serve_page
        from podium.web.store import default_folder
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the page needs {error.name}, which is not installed: pip install 'podium[web]'"
        ) from error
    require_folder(folder, "the assessments")
    if host == "":
        raise UsageError("--host '' must be an address to listen on, such as 127.0.0.1")
    parts = tuple(allow_part or ())
    serve_page(
        folder or default_folder(),
        host=host,
        port=port,
        model=model,
        allow_parts=parts,
        share=share,
        tell=_say,
    )


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="The folder to write videos and report to.")] = Path(
        "out/demo"
    ),
    seed: Seed = 7,
) -> None:
    """Render a dive and an expert's, score the dive, and write a report."""
    from podium.cli.demo import run_demo

    require_folder(out, "the videos and the report")
    with _progress() as progress:
        lines = run_demo(out, seed, progress.report)
    for line in lines:
        _print(line)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit code; errors are one line on standard error."""
    if arguments is None:
        shell.prepare()
    if isinstance(sys.stdout, io.TextIOWrapper):  # a file name may hold what cannot be printed
        sys.stdout.reconfigure(errors="backslashreplace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with shell.interruptible():
            code = _flushed(_run_or_trace(words))
    except KeyboardInterrupt:
        code = shell.stopped()
    sys.exit(code)


def _run_or_trace(words: Sequence[str]) -> int:
    """Run a command; with --debug, an error shows where it came from."""
    try:
        return run(words)
    except Exception:
        for line in traceback.format_exc().rstrip("\n").split("\n"):
            _say(line)
        return Exit.BUG


def _print(line: object) -> None:
    with shell.standard_output():
        print(printable(line))


def _print_json(value: Any) -> None:
    """Print JSON, which writes out what steers a terminal by itself, but for one character."""
    with shell.standard_output():
        print(json.dumps(value).replace("\x7f", "\\u007f"))


def _print_lines(text: str) -> None:
    for line in text.split("\n"):
        _print(line)


def _flushed(code: int) -> int:
    """Write out what was printed; where that fails the answer is not whole, and that is said."""
    try:
        with shell.standard_output():
            sys.stdout.flush()
    except OSError as error:
        return _failed(error)
    return code


def run(arguments: Sequence[str]) -> int:
    """Run a command and give its exit code."""
    if not arguments:
        return run(["--help"]) or Exit.USAGE
    try:
        result = _called(arguments)
        code = result if isinstance(result, int) else Exit.DONE
    except WrongUsage as error:
        return _complain(in_our_words(error), Exit.USAGE)
    except (typer.Abort, KeyboardInterrupt):
        code = Exit.STOPPED
    except Exception as error:
        if "--debug" in arguments:
            raise
        return _failed(error)
    # Newer versions of Typer give the code and raise nothing.
    return shell.stopped() if code == Exit.STOPPED else code


def _called(arguments: Sequence[str]) -> Any:
    """Call a command; what the library itself prints, the help, is printed as answers are."""
    text = io.StringIO()
    with redirect_stdout(text) if "--help" in arguments else nullcontext():
        result = typer.main.get_command(app).main(
            args=list(arguments), prog_name="podium", standalone_mode=False
        )
    if text.getvalue():
        _print(text.getvalue().removesuffix("\n"))
    return result


def _failed(error: Exception) -> int:
    said = explained(error)
    return _complain(str(said), said.exit_code)


def _complain(message: str, code: int) -> int:
    shell.complain(message)
    return code


def _say(line: str) -> None:
    shell.say(printable(line))


def _needed_bytes(command: str | None) -> int:
    if command in _LIGHT:
        return _LIGHT_BYTES
    threads = os.environ.get("OMP_NUM_THREADS", "")
    n_threads = int(threads) if threads.isdecimal() else os.cpu_count() or 1
    return _HEAVY_BYTES + _THREAD_BYTES * n_threads


def _pose_at_hand() -> str | None:
    return "pose" if os.environ.get("PODIUM_MOVENET_WEIGHTS") else None


def _paper(
    root: Path | None, seeds: int, quick: bool, systems: "Sequence[str]", asked: dict[str, Any]
) -> "Results":
    """Make the paper's tables; all of them, and the pictures, unless it is to be quick."""
    from podium.benchmark.paper import PaperBenchmark
    from podium.benchmark.pictures import draw_examples, draw_maps
    from podium.benchmark.transfer import TABLE_VI, with_transfer

    named = [name for name in systems if name != TABLE_VI]
    earlier = None if quick else _earlier(asked["folder"] / f"{asked['backbone']}.json", systems)
    protocol = PaperBenchmark(
        root, n_seeds=seeds, quick=quick, systems=named, earlier=earlier, **asked
    )
    results = earlier if earlier and systems and not named else protocol.run()
    if quick:
        return results
    if TABLE_VI in systems or not systems:
        results = with_transfer(results, root, asked["cache"], asked["progress"])
    try:
        for draw in (draw_examples, draw_maps):
            for path in draw(results, protocol.dives(), asked["folder"] / "pictures"):
                _say(f"picture: {path}")
    except UsageError as error:  # the numbers do not need what draws pictures
        _say(str(error))
    return results


def _earlier(path: Path, systems: "Sequence[str]") -> "Results | None":
    """Load what an earlier run came to; a damaged file matters only if rows are to be kept."""
    from podium.benchmark.results import Results

    try:
        return Results.load(path) if path.is_file() else None
    except ModelError:
        if systems:
            raise
        return None


def _measured(
    name: str,
    root: Path | None,
    seeds: int,
    scorers: "Sequence[str] | None",
    asked: dict[str, Any],
    progress: Any,
) -> "Results":
    from podium import _catalog
    from podium.benchmark.run import Benchmark

    (kind,) = _catalog.resolve("podium.datasets", name, (name,))
    dataset = kind(root)
    named = tuple(scorers or ("constant", "type_mean", "ridge", "siamese_lstm"))
    return Benchmark(dataset, scorers=named, seeds=range(seeds), progress=progress, **asked).run()


def _load(model: str, allow_parts: Sequence[str] | None = None) -> "Assessor":
    from podium.video import decoder

    decoder.start_ahead()  # meanwhile, the model is loaded
    from podium.assessor import load

    return load(model, cache=_cache(), allow_parts=allow_parts or ())


def _cache() -> "FeatureCache":
    """Give the user's cache of features; where nothing can be written to it, that is said."""
    from podium.features.extraction import FeatureCache

    return FeatureCache(tell=_say)


def _manifest(path: Path) -> "tuple[Performance, ...]":
    from podium.datasets.manifest import Manifest

    return Manifest(path).performances()


@dataclass(frozen=True)
class _Outputs:
    """Where the report is to go, as one file, as a folder, or both, and in which language."""

    report: Path | None
    folder: Path | None
    language: str

    def check(self, *read: str | Path) -> None:
        """Refuse an unknown language, and to write over what is to be read."""
        from podium.report.words import load_words

        load_words(self.language)
        require_file(self.report, "the report")
        require_folder(self.folder, "the report")
        _require_no_input(self.report, *read)
        if self.folder:
            from podium.report.page import FILES_BESIDE

            for name in FILES_BESIDE:
                _require_no_input(self.folder / name, *read)

    def write(self, assessment: "Assessment") -> None:
        """Write what was asked for, and say where it is."""
        if self.report:
            report = assessment.report(self.language)
            _say(f"report: {report.save(self.report)}")
            if report.videos_are_left_out:
                _say("the videos are too large for one file: --report-dir puts them beside it")
        if self.folder:
            from podium.report.page import make_report_folder

            made = make_report_folder(assessment, self.language)
            _say(f"report: {made.save(self.folder / 'report.html')}")


def _answer(assessment: "Assessment", outputs: _Outputs, as_json: bool) -> None:
    from podium.assessment.feedback import grouped
    from podium.report.words import load_words

    words = load_words()
    outputs.write(assessment)
    if as_json:
        _print_json(assessment.to_json())
        return
    _print(assessment)
    for warning in assessment.warnings:
        _print(f"warning: {warning}")
    for group, remarks in grouped(assessment.remarks).items():
        _print(f"{words(f'remarks.{group}')} ({words(f'remarks.{group}_note')}):")
        for remark in remarks:
            _print(remark)


def _require_no_input(out: Path | None, *read: str | Path) -> None:
    """Refuse to write over what is to be read."""
    for path in read:
        if out is not None and out.exists() and Path(path).exists() and out.samefile(path):
            raise UsageError(f"{out}: is read and would be written over: choose another file")


def _of_split(
    performances: "Sequence[Performance]", split: str | None, manifest: Path
) -> "list[Performance]":
    if split not in (None, "train", "validation", "test"):
        raise UsageError(f"no split is called {split!r}: choose train, validation or test")
    chosen = [p for p in performances if split in (None, p.split)]
    if not chosen:
        raise ManifestError(f"{manifest}: no row is of the split {split}: choose another")
    return chosen


def _shard(performances: "Sequence[Performance]", shard: str) -> "list[Performance]":
    """Cut out the i-th of n consecutive parts; put one after another they are the whole."""
    part, _, parts = shard.partition("/")
    is_short = len(shard) < 30  # more digits than any computer counts to
    if not (part.isdecimal() and parts.isdecimal() and is_short and int(part) < int(parts)):
        raise UsageError(f"shard {shard!r} must be i/n with i from 0 to below n, such as 0/8")
    n, i = int(parts), int(part)
    return list(performances[len(performances) * i // n : len(performances) * (i + 1) // n])


def _predicted(assessor: "Assessor", performance: "Performance", folder: Path) -> dict[str, str]:
    name = performance.path.relative_to(folder).as_posix()
    row = {"file_name": name, "id": performance.id}
    from podium.report.words import load_words

    try:
        result, doubts = assessor.score(performance)
    except PodiumError as error:
        message = " ".join(str(error).split())
        return {**row, "error": message}
    numbers = {"score": result.value, "score_low": result.low, "score_high": result.high}
    return {
        **row,
        **{key: f"{value:.4f}" for key, value in numbers.items()},
        "warnings": "; ".join(map(load_words().doubt, doubts)),
        "doubts": ";".join(dict.fromkeys(str(doubt.kind) for doubt in doubts)),
        "is_remembered": "true" if result.is_remembered else "false",
    }


def _for_spreadsheets(row: dict[str, str]) -> dict[str, str]:
    return {k: harmless(cell) if k in PREDICTED_TEXTS else cell for k, cell in row.items()}


def _write_csv(
    path: Path, rows: Sequence[dict[str, str]], columns: Sequence[str] = PREDICTED
) -> None:
    from podium.machine.files import remove_half_written, write_bytes

    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(harmless, columns))
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    remove_half_written(path)
    write_bytes(path, text.getvalue().encode("utf-8", "backslashreplace"))


def _report_failures(errors: Any) -> None:
    for error in errors.values():
        _say(f"  {error}")
    if errors:
        raise typer.Exit(Exit.SOME_FAILED)


def _listed(what: str, model: str) -> dict[str, Any]:
    from podium import _catalog

    if what in ("backbones", "datasets", "scorers"):
        folder = f"podium.{what}"
        return {name: _catalog.summary(folder, name) for name in _catalog.names(folder)}
    from podium.model import shipped_models, summarise

    if what == "models":
        return {name: summarise(name).data for name in shipped_models()}
    if what == "actions":
        return dict.fromkeys(summarise(model).actions, f"scored by {model}")
    raise UsageError(
        f"there is no list of {what!r}: choose backbones, datasets, scorers, models or actions"
    )


def _print_facts(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        _print_json(facts)
        return
    width = max((len(key) for key in facts), default=0)
    for key, value in facts.items():
        shown = "; ".join(value) if isinstance(value, list) else "-" if value is None else value
        _print(f"{key:<{width}}  {shown}")


def _print_table(rows: dict[str, dict[str, Any]]) -> None:
    columns = ("n", "spearman", "mse", "r_l2", "execution_spearman")
    _print(f"{'':<14}" + "".join(f"{column:>20}" for column in columns) + "   95 % of spearman")
    for name, row in rows.items():
        cells = "".join(f"{_cell(row[column]):>20}" for column in columns)
        low, high = row["interval"]
        _print(f"{name:<14}{cells}   {_cell(low)} to {_cell(high)}")


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def _tracked(rows: "Sequence[Performance]", words: str) -> "Iterator[Performance]":
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    silent = not console.is_terminal
    yield from track(rows, words, console=console, transient=True, disable=silent)


class _NowAndThen:
    """Says how far training is where no bar can be shown: every `QUIET_SECONDS`, not sooner."""

    def __init__(self) -> None:
        self._said = monotonic()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if monotonic() - self._said >= QUIET_SECONDS:
            self._said = monotonic()
            _say(f"{stage}: {done} of {total}")


@contextmanager
def _progress() -> Iterator[Any]:
    """Show a bar on standard error for each stage; a few lines where that is no screen."""
    from rich.console import Console
    from rich.progress import Progress as Bars

    from podium.training import Progress

    console = Console(stderr=True)
    if not console.is_terminal:
        yield Progress(_NowAndThen())
        return
    with Bars(console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage)
            bars.update(tasks[stage], completed=done, total=total)

        yield Progress(report)
