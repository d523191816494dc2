"""The command that gets what does not ship with Podium: the one download there is."""

from typing import Annotated

import typer

from podium.cli.app import Json, app
from podium.cli.output import say, show_facts
from podium.errors import UnknownName

FETCHED = ("pose",)


@app.command()
def fetch(
    what: Annotated[
        str, typer.Argument(help="What to get: pose, the networks that find joints and faces.")
    ],
    as_json: Json = False,
) -> None:
    """Get the networks that find joints and faces (10 MB) from the package index: one download."""
    from podium.joints.fetching import PACKAGE
    from podium.joints.fetching import fetch as get
    from podium.joints.weights import (
        DETECTOR,
        FACES,
        LANDMARKS,
        LICENCE,
        finds_faces,
        is_kept,
        kept_folder,
    )

    if what not in FETCHED:
        raise UnknownName(f"there is no {what!r} to fetch: choose one of {', '.join(FETCHED)}")
    folder = kept_folder()
    if not (is_kept(folder) and finds_faces(folder)):
        say(f"getting {PACKAGE} (36 MB) from the package index with pip, for three files of it")
    fetched = get(folder)
    facts = {
        "folder": str(folder),
        "files": [DETECTOR.name, LANDMARKS.name, FACES.name],
        "licence": str(folder / LICENCE),
        "state": "fetched" if fetched else "already there",
    }
    show_facts(facts, as_json)
