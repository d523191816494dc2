"""A table of performances is read over, with its videos: what is wrong, all in one run."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.proofreading.proof import Proof as Proof
    from podium.proofreading.proof import proofread as proofread
    from podium.proofreading.rows import find_contradictions as find_contradictions

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "proof": ("Proof", "proofread"),
        "rows": ("find_contradictions",),
    },
)
