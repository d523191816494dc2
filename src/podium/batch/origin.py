"""What a record was made from: where that has changed, it is made anew."""

import json
from dataclasses import replace
from pathlib import Path

from podium.batch.parts import digest_of
from podium.batch.scoring import Task, model_files
from podium.machine.files import digest
from podium.machine.source import source_digest
from podium.model import find_model


def made_with(model: str) -> str:
    """Return a digest of a model, "" for none, and of Podium's own code.

    Raises
    ------
    UnknownName
        If there is no such model.
    """
    if not model:
        return digest_of(source_digest())
    folder = find_model(model)
    named = [(path.relative_to(folder).as_posix(), path) for path in model_files(folder)]
    return digest_of(
        source_digest(), *(part for name, path in named for part in (name, digest(path)))
    )


def made_from(task: Task, with_what: str) -> str:
    """Return a digest of what the record of a performance is made from.

    Of its file it is the size and the time of its last change: to read all of it takes as long as
    to decode it. Of one that lies elsewhere it is the address alone.
    """
    about = replace(task.performance, path=Path(), extra={}, scores={})
    return digest_of(with_what, json.dumps(task.with_measures), repr(about), _state(task))


def _state(task: Task) -> str:
    if task.performance.address:
        return "elsewhere"
    try:
        state = task.performance.path.stat()
    except OSError:
        return "missing"
    return f"{state.st_size} {state.st_mtime_ns}"
