"""From labelled performances to a model folder, with what is needed to trust it."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.training.left_out import hide_labels as hide_labels
    from podium.training.left_out import make_scorer as make_scorer
    from podium.training.marked import find_marked as find_marked
    from podium.training.options import Progress as Progress
    from podium.training.options import TrainingOptions as TrainingOptions
    from podium.training.pieces import Piece as Piece
    from podium.training.run import pieces_of as pieces_of
    from podium.training.run import train_model as train_model

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "left_out": ("hide_labels", "make_scorer"),
        "marked": ("find_marked",),
        "options": ("Progress", "TrainingOptions"),
        "pieces": ("Piece",),
        "run": ("pieces_of", "train_model"),
    },
)
