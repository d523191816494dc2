"""As which files a program is written, what runs these, and how alike their answers must be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from podium.errors import ModelError
from podium.machine import extras
from podium.networks.runtime import in_eight_bits, open_program

Answers = Sequence[npt.NDArray[Any]]
Given = Mapping[str, npt.NDArray[Any]]

SHARE_ALLOWED = 1e-4
"""How far an exported program may be from Podium's own answers, as a share of the largest."""

SHARE_ALLOWED_INT8 = 0.03
"""The same of one whose numbers have eight bits."""

LEAST_RANKS_INT8 = 0.99
"""The rank correlation of its scores with Podium's, at least."""


@dataclass(frozen=True)
class Written:
    """A program as files, the first of which is the one that is opened."""

    files: Mapping[str, bytes]
    """What to write, by the names of the files."""

    run: Callable[[Given], Answers]
    """What runs them."""


class Form(Protocol):
    """A way to write a program."""

    called: str
    """As what it is written, in words."""

    def __call__(self, name: str, content: bytes, tried: Sequence[Given]) -> Written:
        """Write an ONNX program; `tried` is what it may be tried on."""
        ...

    def require_alike(self, what: str, found: Answers, wanted: Answers) -> dict[str, float]:
        """Return how far its answers are from Podium's own, and how far they may be."""
        ...


def form_of(name: str) -> Form:
    """Return a form by its name: onnx, int8 or openvino.

    Raises
    ------
    MissingExtra
        If what it takes is not installed.
    """
    if name == "int8":
        extras.require("int8", "--int8", "leave it out")
        return EightBits()
    if name == "openvino":
        extras.require("openvino", "--format openvino", "export as onnx, which OpenVINO reads")
        return OpenVino()
    return Onnx()


class Onnx:
    """One ONNX file, run by ONNX Runtime."""

    called = "as ONNX"

    def __call__(self, name: str, content: bytes, tried: Sequence[Given]) -> Written:
        """Write it as it is."""
        session = open_program(content)
        return Written({f"{name}.onnx": content}, lambda given: session.run(None, dict(given)))

    def require_alike(self, what: str, found: Answers, wanted: Answers) -> dict[str, float]:
        """Return how far it is off; it must be the same but for rounding."""
        return require_alike(what, found, wanted, SHARE_ALLOWED)


class EightBits(Onnx):
    """One ONNX file, whose weights and sums are whole numbers of eight bits."""

    called = "as ONNX in eight bits"

    def __call__(self, name: str, content: bytes, tried: Sequence[Given]) -> Written:
        """Make it smaller, looking at what it is tried on."""
        return super().__call__(name, in_eight_bits(content, tried), tried)

    def require_alike(self, what: str, found: Answers, wanted: Answers) -> dict[str, float]:
        """Return how far it is off; scores must be in nearly the same order."""
        known = require_alike(what, found, wanted, SHARE_ALLOWED_INT8)
        if what != "scorer":
            return known
        ours, theirs = (np.array([one[0] for one in answers]) for answers in (wanted, found))
        ranks = float(np.corrcoef(rankdata(ours), rankdata(theirs))[0, 1])
        if not ranks >= LEAST_RANKS_INT8:
            raise ModelError(
                f"in eight bits, scores are in another order (rank correlation {ranks:.3f} with "
                f"Podium's own, at least {LEAST_RANKS_INT8:g} is asked): nothing was written; "
                "leave --int8 out"
            )
        return {**known, "rank_correlation": ranks}


class OpenVino:
    """Two files for OpenVINO: what is computed, and the weights."""

    called = "for OpenVINO"

    def __call__(self, name: str, content: bytes, tried: Sequence[Given]) -> Written:
        """Convert it."""
        from podium.networks._openvino import converted

        described, weights, run = converted(content)
        return Written({f"{name}.xml": described, f"{name}.bin": weights}, run)

    def require_alike(self, what: str, found: Answers, wanted: Answers) -> dict[str, float]:
        """Return how far it is off; it must be the same but for rounding."""
        return require_alike(what, found, wanted, SHARE_ALLOWED)


def require_alike(what: str, found: Answers, wanted: Answers, share: float) -> dict[str, float]:
    """Return how far a program's answers are from Podium's own, and how far they may be.

    Raises
    ------
    ModelError
        If they are farther apart than a share of the largest, or not numbers.
    """
    pairs = list(zip(found, wanted, strict=True))
    farthest = max(float(np.abs(ours - theirs).max()) for theirs, ours in pairs)
    allowed = share * max(float(np.abs(ours).max()) for _, ours in pairs)
    if not farthest <= allowed:
        advice = (
            "please report it with the model's config"
            if share == SHARE_ALLOWED
            else "leave --int8 out"
        )
        raise ModelError(
            f"the exported {what} answers {farthest:.3g} off what Podium answers, more than the "
            f"{allowed:.3g} allowed: nothing was written; {advice}"
        )
    return {"largest_difference": farthest, "allowed": allowed}
