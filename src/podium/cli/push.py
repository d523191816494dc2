"""The command that sends a model to a model hub."""

from typing import Annotated

import typer

from podium.cli.app import AllowPart, app
from podium.cli.output import say


@app.command()
def push(
    model: Annotated[
        str, typer.Argument(help="A model that comes with Podium, or the folder of your own.")
    ],
    to: Annotated[
        str, typer.Argument(help="Where to, as hub:user/name; HF_TOKEN may write there.")
    ],
    private: Annotated[
        bool, typer.Option("--private", help="Where it is new: so that only you can see it.")
    ] = False,
    allow_part: AllowPart = None,
) -> None:
    """Send a model to a model hub, from which --model hub:user/name gets it (podium[hub])."""
    from podium.exporting.hub import push_model

    say(f"{model} is at {push_model(model, to, private=private, allow_parts=allow_part or ())}")
