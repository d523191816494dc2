"""A video -> where faces are in it, and the same video with these made unrecognisable."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.faces.finding import find_faces as find_faces
    from podium.faces.hiding import hidden_copy as hidden_copy
    from podium.faces.hiding import hidden_frames as hidden_frames
    from podium.faces.values import Faces as Faces

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "finding": ("find_faces",),
        "hiding": ("hidden_copy", "hidden_frames"),
        "values": ("Faces",),
    },
)
