"""What a part of a model becomes: files of it, and what is to be known of them."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from podium import _catalog
from podium.errors import MissingExtra
from podium.networks.program import Kind, Program, Size, Term


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
    """List what can be written as a program of a folder of backbones or scorers."""
    for name in _catalog.names(folder):
        with suppress(MissingExtra):  # what needs PyTorch to be imported is none of them
            if hasattr(_catalog.find(folder, name), "steps"):
                yield name
