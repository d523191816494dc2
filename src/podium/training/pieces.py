"""What a training is made of that can be made apart: folds that are left out, and networks.

Each is a file whose name says what it was made from, whole or not there. So an interrupted run goes
on where it was, and several processes may each make a share; put together they are one run.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from podium.features.values import Sample
from podium.machine.source import source_digest
from podium.training.options import TrainingOptions

UNFINISHED = ".unfinished"
"""The folder, in that of the model, in which pieces are kept until it is whole."""


@dataclass(frozen=True)
class Piece:
    """One file of a training."""

    name: str
    """What it is called, by what it is made from."""

    make: Callable[[], object]
    """Makes it, if it is not there."""

    lot: int | None = None
    """What has to be made with others has their lot; `None` for one of its own."""


def state_of(options: TrainingOptions, *given: Sequence[Sample]) -> str:
    """Name what a piece depends on, so that a resumed run never takes another's."""
    content = hashlib.sha256(repr((source_digest(), options)).encode())
    for samples in given:
        content.update(str(len(samples)).encode())
        for sample in samples:
            known = replace(sample.performance, path=Path(sample.performance.path.name))
            content.update(repr((known, sample.group)).encode("utf-8", "backslashreplace"))
            content.update(sample.features.values.tobytes())
            for variant in sample.variants:
                content.update(variant.values.tobytes())
    return content.hexdigest()[:16]
