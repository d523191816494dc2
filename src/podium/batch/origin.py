"""What a record was made from: where that has changed, it is made anew."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from podium.batch.scoring import Task, model_files
from podium.inputs.saved import values_of
from podium.machine.files import digest
from podium.machine.source import source_digest
from podium.model import find_model
from podium.networks import devices


def digest_of(*words: str) -> str:
    """Return a digest of texts, in their order."""
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()


@dataclass(frozen=True)
class Origin:
    """What all records of a table are made with: a model, and Podium itself."""

    code: str
    """A digest of Podium's own code."""

    model: str = ""
    """What the model is called, "" where there is none: for words alone."""

    state: str = ""
    """A digest of the files of the model."""

    precision: str = "float32"
    """How exactly networks compute."""

    @classmethod
    def read(cls, plain: Any) -> "Origin":
        """Return it from plain JSON.

        Raises
        ------
        ModelError
            If that is no such thing.
        """
        return cls(**values_of(plain, "origin", code=str, model=str, state=str, precision=str))

    def to_json(self) -> dict[str, str]:
        """Return it as plain JSON."""
        return asdict(self)

    @property
    def digest(self) -> str:
        """What tells it from all others."""
        return digest_of(self.code, self.state, self.precision)

    def differences(self, other: "Origin") -> list[str]:
        """Say in which ways this was made otherwise than another; nothing, if it was not."""
        found = []
        if self.state != other.state:
            names = _called(self.model), _called(other.model)
            same = names[0] == names[1]
            found.append(f"other files of {names[0]}" if same else f"{names[0]}, not {names[1]}")
        if self.precision != other.precision:
            found.append(f"precision {self.precision}, not {other.precision}")
        if self.code != other.code:
            found.append("another version of Podium")
        return found


def _called(model: str) -> str:
    return f"the model {model!r}" if model else "no model"


def made_with(model: str) -> Origin:
    """Return what records are made with: a model, "" for none, and Podium as it is here.

    Raises
    ------
    UnknownName
        If there is no such model.
    """
    code, precision = source_digest(), str(devices.precision())
    if not model:
        return Origin(code, precision=precision)
    folder = find_model(model)
    named = [(path.relative_to(folder).as_posix(), path) for path in model_files(folder)]
    state = digest_of(*(part for name, path in named for part in (name, digest(path))))
    return Origin(code, model, state, precision)


def made_from(task: Task, with_what: Origin) -> str:
    """Return a digest of what the record of a performance is made from.

    Of its file it is the size and the time of its last change: to read all of it takes as long as
    to decode it. Of one that lies elsewhere it is the address alone.
    """
    about = replace(task.performance, path=Path(), extra={}, scores={})
    return digest_of(with_what.digest, json.dumps(task.with_measures), repr(about), _state(task))


def _state(task: Task) -> str:
    if task.performance.address:
        return "elsewhere"
    try:
        state = task.performance.path.stat()
    except OSError:
        return "missing"
    return f"{state.st_size} {state.st_mtime_ns}"
