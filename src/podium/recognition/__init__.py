"""Measures -> which dive it is, with a probability, and whether the video contradicts a name."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.recognition._recognised import Recognised as Recognised
    from podium.recognition._recognised import recognise as recognise

__getattr__, __dir__, __all__ = lazily(__name__, {"_recognised": ("Recognised", "recognise")})
