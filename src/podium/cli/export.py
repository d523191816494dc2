"""The command that writes a model for other programs."""

from pathlib import Path
from typing import Annotated, Any

import typer

from podium.cli.app import AllowPart, Json, app
from podium.cli.output import show_facts
from podium.cli.usage import require_folder


@app.command()
def export(
    model: Annotated[
        str, typer.Argument(help="A model that comes with Podium, or the folder of your own.")
    ],
    out: Annotated[Path, typer.Option(help="The folder to write to, new or empty.")],
    format_: Annotated[
        Any,
        typer.Option(
            "--format",
            metavar="onnx|openvino|safetensors",
            help="As programs that ONNX Runtime and others run, as such of OpenVINO "
            "(podium[openvino]), or as arrays with their names.",
        ),
    ] = "onnx",
    only: Annotated[
        Any,
        typer.Option(metavar="backbone|scorer", help="Only this part of the model."),
    ] = None,
    int8: Annotated[
        bool,
        typer.Option("--int8", help="Smaller ONNX files, of whole numbers (podium[int8])."),
    ] = False,
    allow_part: AllowPart = None,
    as_json: Json = False,
) -> None:
    """Write a model for other programs to run, compared with Podium's own answers on the spot."""
    from podium.exporting import export_model

    require_folder(out, "what is exported")
    made = export_model(model, out, format_, only=only, int8=int8, allow_parts=allow_part or ())
    facts: dict[str, Any] = {"folder": str(made.folder), "files": list(made.files)}
    for part, known in made.checked.items():
        facts[f"{part}_difference"] = known["largest_difference"]
        facts[f"{part}_allowed"] = known["allowed"]
        if "rank_correlation" in known:
            facts[f"{part}_rank_correlation"] = known["rank_correlation"]
    show_facts(facts, as_json)
