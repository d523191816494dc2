"""The commands that open the page, and show what Podium does."""

from pathlib import Path
from typing import Annotated

import typer

from podium.cli.app import AllowPart, Limits, Model, Seed, app
from podium.cli.output import say, show, showing_progress
from podium.cli.usage import (
    require_folder,
    whole_number,
)
from podium.errors import (
    UsageError,
)
from podium.machine import extras

Host = Annotated[
    str | None,
    typer.Option(
        help="The address to listen on; by default 127.0.0.1, or with --share all addresses of "
        "this machine.",
        show_default=False,
    ),
]
Share = Annotated[
    bool,
    typer.Option(
        "--share",
        help="Let in anyone who has the address that is printed; without this, only this machine.",
    ),
]


@app.command()
def serve(
    port: Annotated[
        int,
        typer.Option(
            parser=whole_number("--port", 0, 65535, example=8017),
            metavar="PORT",
            help="The port to listen on, as in http://127.0.0.1:PORT; 0 takes any free one.",
        ),
    ] = 8017,
    host: Host = None,
    share: Share = False,
    model: Model = "diving",
    allow_part: AllowPart = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            help="Where assessments are kept; by default a folder in the user's data folder."
        ),
    ] = None,
    limits: Limits = None,
) -> None:
    """Open the page: assess videos in a browser, on this machine; nothing leaves it.

    With --share others can open it in their browsers, too: the address that is printed holds a
    token, new at each start, and nobody gets in without it (a program sends it in the header
    Authorization: Bearer TOKEN). What is sent is not encrypted.
    """
    with extras.needed_for("the page", "web"):
        from podium.web.api import serve as serve_page
        from podium.web.store import default_folder
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
        tell=say,
    )


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="The folder for the videos and the report.")] = Path(
        "out/demo"
    ),
    seed: Seed = 7,
) -> None:
    """Render a dive and an expert's, score the dive, and write a report."""
    from podium.cli.demo import run_demo

    require_folder(out, "the videos and the report")
    with showing_progress() as progress:
        lines = run_demo(out, seed, progress.report)
    for line in lines:
        show(line)
