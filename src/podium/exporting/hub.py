"""A model goes to a model hub, from which `podium.load("hub:user/name")` gets it."""

from collections.abc import Collection

from podium.errors import UsageError
from podium.machine.hub import PREFIX, HubFolder
from podium.model import HUB_FILES, HUB_FILES_MORE, files_of_scores, find_model, load_model


def push_model(
    name_or_path: str, to: str, *, private: bool = False, allow_parts: Collection[str] = ()
) -> str:
    """Send a model to a hub, `hub:user/name`, and return the address where it is.

    What is sent are its config, arrays and card, and the experts beside it: no program, no video.

    Raises
    ------
    UnknownName, ModelError
        If there is no such model or hub, or the model is not whole.
    MissingExtra
        If the extra `hub` is not installed.
    NotFetched
        If the hub does not take it.
    """
    there = HubFolder.of(to)
    if name_or_path.startswith(PREFIX):
        raise UsageError(f"{name_or_path}: is on a hub: name a model or a folder of this machine")
    load_model(name_or_path, allow_parts=allow_parts)
    folder = find_model(name_or_path)
    return there.push(folder, [*HUB_FILES, *HUB_FILES_MORE, *files_of_scores(folder)], private)
