"""A row of a table: a scorer with its options, and what its results come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from podium import _catalog
from podium.benchmark.provenance import PACKAGES, code_digest, digest_of, versions
from podium.training import make_scorer

FORMAT = 2
"""Raised when cells come to hold other measures, or protocols look at something else."""

APART = ("podium.features.extraction", "podium.video.clips", "podium.backbones", "podium.errors")
"""Modules whose code a result does not depend on but through the samples, or not at all."""

LEARNING = ("podium.scorers", "podium.metric", "podium.networks")
"""Packages whose code decides what a scorer learns: results of other code are no longer its own."""

Input = Literal["clips", "keypoints", "judges"]
"""What a scorer looks at: `judges` are the marks of the very performance that it scores."""


@cache
def _learning_code(module: str) -> str:
    """Digest a scorer's code once: many rows of a table are of one scorer."""
    return code_digest(module, within=LEARNING)


@dataclass(frozen=True)
class System:
    """A row of a table: a scorer with its options, under the name that the papers give it.

    It is fitted with `n_variants` augmented variants of each training performance. With `metric_of`
    it takes the frozen metric of another system of the same split, and fits the rest anew. What
    does not use chance (`uses_chance`) comes to the same with every seed, and is fitted once.
    """

    name: str
    title: str
    scorer: str
    options: Any = None
    reads: Input = "clips"
    n_variants: int = 0
    metric_of: str | None = None
    uses_chance: bool = True

    def recipe(self, systems: Sequence["System"] = ()) -> str:
        """Return a digest of what its results come from, besides data: code, options, versions.

        `systems` are those that are fitted beside it, one of which its metric may be of.
        """
        (kind,) = _catalog.resolve("podium.scorers", self.scorer, (self.scorer,))
        of = [other.recipe(systems) for other in systems if other.name == self.metric_of]
        code = code_digest(kind.__module__, APART)
        packages = [version for name, version in versions().items() if name in PACKAGES]
        return digest_of(
            self.scorer, self.settings(), self.reads, self.n_variants, of, code, packages, FORMAT
        )

    def code(self) -> str:
        """Return a digest of the code that decides what its scorer learns."""
        (kind,) = _catalog.resolve("podium.scorers", self.scorer, (self.scorer,))
        return _learning_code(kind.__module__)

    def at(self, attempt: int) -> bool:
        """Return whether it is fitted once more with another seed."""
        return attempt == 0 or self.uses_chance

    def settings(self) -> Any:
        """Return the options that the scorer has, its defaults where none were named."""
        return getattr(make_scorer(self.scorer, self.options, 0), "options", None)


def system_of(name: str) -> System:
    """Build a system from a scorer's name, with its defaults."""
    (kind,) = _catalog.resolve("podium.scorers", name, (name,))
    return System(name, name, name, reads=getattr(kind, "reads", "clips"))
