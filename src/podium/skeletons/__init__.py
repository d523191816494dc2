"""Files of skeletons, as other programs write them, become joints."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.skeletons.reading import is_skeleton as is_skeleton
    from podium.skeletons.reading import read_skeleton as read_skeleton

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {"reading": ("is_skeleton", "read_skeleton")},
)
