"""What a part of a model becomes: files of it, and what is to be known of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from podium import _catalog
from podium.errors import MissingExtra, ModelError
from podium.networks.program import Kind, Program, Size, Term

Answers = Sequence[npt.NDArray[Any]]

SHARE_ALLOWED = 1e-4
"""How far an exported program may be from Podium's own answers, as a share of the largest."""


@dataclass(frozen=True)
class Part:
    """A part of a model, ready to be written."""

    files: Mapping[str, bytes]
    """What to write, by the names of the files."""

    facts: Mapping[str, Any]
    """What the description says of it, as plain JSON."""


@dataclass(frozen=True)
class Input:
    """What a program is given under a name."""

    name: str
    """What it is called in the file."""

    shape: tuple[Size, ...]
    """How large it is; a name where whoever gives it decides."""

    what: str
    """What it holds, with units and frames of reference."""

    kind: Kind = "float32"
    """The type of its numbers."""

    def given_to(self, program: Program) -> Term:
        """Add it to a program."""
        return program.given(self.name, self.shape, self.kind)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "name": self.name,
            "type": self.kind,
            "shape": list(self.shape),
            "what": self.what,
        }


def writable(folder: str) -> Iterator[str]:
    """List what can be written as ONNX of a folder of backbones or scorers."""
    for name in _catalog.names(folder):
        with suppress(MissingExtra):  # what needs PyTorch to be imported is none of them
            if hasattr(_catalog.find(folder, name), "steps"):
                yield name


def require_alike(what: str, found: Answers, wanted: Answers) -> dict[str, float]:
    """Return how far a program's answers are from Podium's own, and how far they may be.

    Raises
    ------
    ModelError
        If they are farther apart, or not numbers.
    """
    pairs = list(zip(found, wanted, strict=True))
    farthest = max(float(np.abs(ours - theirs).max()) for theirs, ours in pairs)
    allowed = SHARE_ALLOWED * max(float(np.abs(ours).max()) for _, ours in pairs)
    if not farthest <= allowed:
        raise ModelError(
            f"the exported {what} answers {farthest:.3g} off what Podium answers, more than the "
            f"{allowed:.3g} allowed: nothing was written; please report it with the model's config"
        )
    return {"largest_difference": farthest, "allowed": allowed}
