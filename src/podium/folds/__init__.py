"""What is never parted: groups of performances, and folds that leave whole groups out."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.folds.copies import ids_of as ids_of
    from podium.folds.copies import near_copies as near_copies
    from podium.folds.copies import with_groups as with_groups
    from podium.folds.division import parts as parts
    from podium.folds.groups import Grouping as Grouping
    from podium.folds.groups import group_by as group_by

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "copies": ("ids_of", "near_copies", "with_groups"),
        "groups": ("Grouping", "group_by"),
        "division": ("parts",),
    },
)
