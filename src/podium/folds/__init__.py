"""What is never parted: groups of performances, and folds that leave whole groups out."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.folds.groups import Grouping as Grouping
    from podium.folds.groups import group_by as group_by
    from podium.folds.parts import parts as parts

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "groups": ("Grouping", "group_by"),
        "parts": ("parts",),
    },
)
