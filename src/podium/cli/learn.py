"""The commands that learn from a table, and measure what was learned."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from podium.cli.app import (
    Backbone,
    Device,
    Exit,
    Json,
    Limits,
    Precision,
    References,
    Remote,
    Seed,
    Shard,
    Table,
    app,
)
from podium.cli.given import (
    cut_shard,
    description_of,
    open_cache,
    read_performances,
    require_no_input,
    use_device,
)
from podium.cli.output import (
    as_cell,
    report_failures,
    say,
    show,
    show_actions,
    show_groups,
    show_json,
    show_measures,
    showing_progress,
    track_rows,
)
from podium.cli.shares import find_share, make_share, stopping
from podium.cli.usage import (
    require_folder,
    whole_number,
)
from podium.errors import MissingExtra, UsageError
from podium.machine import shell

if TYPE_CHECKING:
    from podium.batch.shards import Shard as Part
    from podium.evaluation.evidence import Evidence
    from podium.model import Model as TrainedModel
    from podium.performance import Performance
    from podium.training import TrainingOptions
    from podium.training.kept import Kept

TO_GO_ON = "run the same command with --resume"

MAX_NAMED = 3
"""How many sets of copies are named."""


@app.command()
def train(
    manifest: Annotated[
        Path,
        typer.Argument(
            help="A table of performances with scores or labels, or a data set by name."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The folder to write the model to.")],
    scorer: Annotated[
        str | None,
        typer.Option(
            help="What makes the score (see podium list scorers); without it siamese_lstm for "
            "videos, and angle_statistics for joints and their angles.",
            show_default=False,
        ),
    ] = None,
    backbone: Backbone = "motion",
    seed: Seed = 0,
    variants: Annotated[
        int,
        typer.Option(
            parser=whole_number("--variants", 0, example=7),
            metavar="N",
            help="How many augmented variants of each video to learn from; the paper uses about 7.",
        ),
    ] = 0,
    copies: Annotated[
        bool,
        typer.Option(
            help="Also learn from worse copies of each video (compressed, at another frame rate), "
            "so that a copy scores as the video does."
        ),
    ] = False,
    event: Annotated[
        str,
        typer.Option(
            help="Align clips at the beginning of this phase (from the column phases) instead of "
            "at the end of the video."
        ),
    ] = "",
    group: Annotated[
        str | None,
        typer.Option(
            help="The column whose groups are never parted, such as athlete or event; without it "
            "the finest that the table has.",
            metavar="athlete|event|COLUMN",
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Set an option of the scorer, such as n_networks=3 or pairs.threshold=4; may be "
            "repeated.",
        ),
    ] = None,
    options_file: Annotated[
        Path | None,
        typer.Option("--options", help="Take options of the scorer from this TOML file."),
    ] = None,
    references: References = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="MODEL",
            help="Go on from this model: its backbone and its metric are kept, and only what comes "
            "after them is learned, as the paper goes from dives to vaults.",
        ),
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(
            help="Write how the loss fell: loss.csv and a picture into this folder, or a file that "
            "ends with .csv and the picture beside it.",
            metavar="DIR|FILE",
        ),
    ] = None,
    tensorboard: Annotated[
        Path | None,
        typer.Option(
            help="Write it as event files of TensorBoard into this folder, too.", metavar="DIR"
        ),
    ] = None,
    shard: Shard = None,
    resume: Annotated[bool, typer.Option(help="Continue where a stopped run left off.")] = False,
    device: Device = "auto",
    precision: Precision = "float32",
    remote: Remote = None,
    limits: Limits = None,
) -> None:
    """Train a model on a table of performances; rows of the test split are not looked at.

    A shard makes its share of the folds and networks; once all have, --resume --shard 0/1 makes
    the model of them.
    """
    from podium import _catalog
    from podium.training import TrainingOptions
    from podium.training.defaults import default_scorer
    from podium.training.settings import scorer_options
    from podium.video.augmentation import AugmentationOptions
    from podium.video.clips import ClipOptions

    use_device(device, precision)
    require_folder(out, "the model")
    require_no_input(log, manifest)
    kept = _kept(from_, scorer, backbone, set_, options_file)
    if kept:
        scorer, backbone = kept.scorer_name, kept.backbone
    if scorer:
        _catalog.resolve("podium.scorers", scorer, (scorer,))
    _catalog.resolve("podium.backbones", backbone, (backbone,))
    performances = read_performances(manifest, remote)
    scorer = scorer or default_scorer(performances, backbone)
    _require_curves(log, tensorboard, scorer, from_)
    set_ = [*(set_ or ()), *([f"references={references}"] if references and not kept else ())]
    options = TrainingOptions(
        scorer,
        backbone,
        seed,
        scorer_options=scorer_options(scorer, set_, options_file),
        kept=kept,
        references=references if kept else None,
        clips=kept.clips if kept else ClipOptions(),
        augmentation=AugmentationOptions(n_variants=variants, copies=copies),
        event=event,
        group=group,
        description=description_of(manifest),
    )
    share = find_share(shard)
    with _alone(out, share, resume):
        if share:
            _train_share(performances, out, options, share)
            return
        from podium.training import train_model

        with showing_progress() as shown, stopping(shown, TO_GO_ON) as progress:
            made, extraction = train_model(
                performances, out, options, cache=open_cache(), resume=True, progress=progress
            )
    for line in _found(made.evidence, scorer):
        say(f"{out}: {line}")
    for written in _write_curves(made.scorer, log, tensorboard):
        say(f"loss: {written}")
    for line in _found_of_others(made, scorer):
        say(f"{out}: {line}")
    report_failures(extraction.errors)


@contextmanager
def _alone(out: Path, share: "Part | None", resume: bool) -> Iterator[None]:
    """Refuse a folder that is not free, or where another run makes the same; keep others away."""
    from podium.batch.claims import claimed
    from podium.batch.shards import WHOLE
    from podium.training.pieces import UNFINISHED
    from podium.training.run import require_free, require_free_but_for_pieces

    if share:
        require_free_but_for_pieces(out)
    else:
        require_free(out, resume)
    with claimed(out / UNFINISHED, share or WHOLE):
        yield


def _train_share(
    performances: "Sequence[Performance]", out: Path, options: "TrainingOptions", share: "Part"
) -> None:
    """Make a shard's share of the folds and networks of a model."""
    from podium.training import pieces_of
    from podium.training.pieces import UNFINISHED

    with showing_progress() as shown, stopping(shown, TO_GO_ON) as progress:
        pieces, extraction = pieces_of(
            performances, out, options, cache=open_cache(), progress=progress
        )
        rest = "the same command with --resume --shard 0/1 makes the model of them"
        make_share(pieces, out / UNFINISHED, share, progress, rest)
    report_failures(extraction.errors)


def _kept(
    model: str | None,
    scorer: str | None,
    backbone: str,
    set_: list[str] | None,
    options_file: Path | None,
) -> "Kept | None":
    """Load the model to go on from: what it is made of cannot be chosen anew."""
    if model is None:
        return None
    from podium.training.kept import keep_metric
    from podium.training.options import TrainingOptions

    chosen = {"--scorer": scorer, "--set": set_, "--options": options_file}
    if backbone != TrainingOptions.backbone:
        chosen["--backbone"] = backbone
    if named := [name for name, value in chosen.items() if value]:
        raise UsageError(
            f"--from {model} keeps that model's backbone, scorer and options: leave out "
            f"{', '.join(named)}, or learn all of it without --from"
        )
    return keep_metric(model)


def _require_curves(
    log: Path | None, tensorboard: Path | None, scorer: str, from_: str | None
) -> None:
    """Refuse to write down, before anything is learned, what there will not be."""
    from podium.machine import extras
    from podium.scorers import StepwiseScorer
    from podium.training.left_out import make_scorer

    asked = [n for n, place in (("--log", log), ("--tensorboard", tensorboard)) if place]
    if asked and (from_ or not isinstance(make_scorer(scorer, None, 0), StepwiseScorer)):
        why = "with --from nothing" if from_ else f"with the scorer {scorer} nothing"
        raise UsageError(f"{why} is learned step by step: leave out {', '.join(asked)}")
    if log and log.suffix.lower() != ".csv":
        require_folder(log, "the curves of --log")
    if tensorboard:
        require_folder(tensorboard, "the event files of --tensorboard")
        extras.require("tensorboard", "--tensorboard")


def _write_curves(scorer: Any, log: Path | None, tensorboard: Path | None) -> Iterator[Path | str]:
    """Write how the loss fell, where that was asked for; say where it is, and what is lacking."""
    from podium.training.log import draw_curves, table_at, write_events, write_table

    if log:
        table = write_table(scorer.curves, table_at(log))
        yield table
        try:
            yield draw_curves(scorer.curves, table.with_suffix(".png"))
        except MissingExtra as error:  # the table does not need what draws pictures
            yield str(error)
    if tensorboard:
        yield write_events(scorer.curves, tensorboard)


def _found(evidence: "Evidence", scorer: str) -> Iterator[str]:
    """Say how good a model is: on groups that were left out first, where groups are known."""
    if evidence.left_out:
        n, by = evidence.n_groups, evidence.grouped_by
        yield f"{_in_short(evidence.left_out[scorer])} with each {by} left out ({n} of them)"
    measured = _in_short(evidence.results[scorer])
    yield f"{measured} on left-out folds of {evidence.n_train} performances"
    for ids in evidence.copies[:MAX_NAMED]:
        yield f"copies of one another, kept together: {', '.join(ids)}"


def _found_of_others(made: "TrainedModel", scorer: str) -> Iterator[str]:
    """Say how good a model's other scores are, and which is the first."""
    from podium.evaluation.named import said_of_headline

    for name, other in made.scores.items():
        for line in _found(replace(other.evidence, copies=()), scorer):
            yield f"{name}: {line}"
    if made.headline:
        yield said_of_headline(made.headline)


def _in_short(measured: Mapping[str, Any]) -> str:
    """Say what matters most: of classes how well they are told apart, else how scores rank."""
    if measured["auc"] is None:
        return f"rho {as_cell(measured['spearman'])}"
    auc, accuracy, log_loss = (as_cell(measured[key]) for key in ("auc", "accuracy", "log_loss"))
    return f"AUC {auc}, accuracy {accuracy}, log loss {log_loss}"


@app.command()
def evaluate(
    predictions: Annotated[Path, typer.Argument(help="The CSV that podium predict wrote.")],
    manifest: Annotated[
        Path, typer.Argument(help="The table with the true scores, or a data set by name.")
    ],
    group: Annotated[
        str | None,
        typer.Option(
            metavar="athlete|event|COLUMN",
            help="The column of the table that says which performances belong together; by "
            "default the finest that is there.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure predictions against true scores, beside the floors that need no video."""
    from podium.evaluation.results import evaluate_predictions
    from podium.machine.addresses import SCHEMES

    results = evaluate_predictions(predictions, read_performances(manifest, SCHEMES), group)
    if as_json:
        show_json(results)
        return
    others = {"not withheld": results["not_withheld"]} if results["not_withheld"] else {}
    show_measures({"predictions": results, **others, **results["baselines"]})
    show_actions(results["actions"])
    show_groups(results["groups"], results["grouped_by"])
    for name, one in results.get("scores", {}).items():
        show("")
        show(f"score_{name}:")
        show_measures({"predictions": one, **one["baselines"]})
    for warning in results["warnings"]:
        say(f"warning: {warning}")
    if results["n_failed"]:
        say(f"not measured: {results['n_failed']} that could not be scored (error says why)")
    if results["n_withheld"]:
        say(f"{results['n_withheld']} of the {results['n']} scores were withheld by a grave doubt")
    if results["groups"]:
        say(f"95 %: drawn were {results['drawn']} ({results['grouped_by']})")
    say(results["baselines_fitted_to"])


@app.command()
def extract(
    manifest: Table,
    backbone: Backbone = "motion",
    shard: Shard = None,
    device: Device = "auto",
    precision: Precision = "float32",
    remote: Remote = None,
    limits: Limits = None,
) -> None:
    """Make the features of every video of a table, once; later commands find them in the cache."""
    from podium.backbones import make_backbone
    from podium.features.extraction import Extractor, FeatureCache
    from podium.features.extraction import extract as extract_features

    use_device(device, precision)
    made = make_backbone(backbone, (backbone,))
    rows, _ = cut_shard(read_performances(manifest, remote), shard)
    extractor = Extractor(made, cache=FeatureCache())
    with shell.stoppable() as is_stopped:
        asked_for = takewhile(lambda _: not is_stopped(), track_rows(rows, "looking at videos"))
        extraction = extract_features(asked_for, extractor)
    n_seen = len(extraction.samples) + len(extraction.errors)
    say(f"{len(extraction.samples)} of {len(rows)} videos have features")
    if n_seen < len(rows):
        say(f"stopped on request: {n_seen} of {len(rows)} are done: run it again to go on")
        raise typer.Exit(Exit.TO_BE_RESUMED)
    report_failures(extraction.errors)
