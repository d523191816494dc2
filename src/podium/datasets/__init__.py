"""Labelled performances: one data set a file, each with `performances()`."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.datasets.manifest import Manifest as Manifest

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "manifest": ("Manifest",),
    },
)
