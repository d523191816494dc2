"""Joints become a movement: angles over time, repetitions, and what differs from another's."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.movement.angles import Angles as Angles
    from podium.movement.angles import angles_of as angles_of
    from podium.movement.comparing import compare as compare
    from podium.movement.comparing import movement_of as movement_of
    from podium.movement.repetitions import Repetition as Repetition
    from podium.movement.repetitions import Turn as Turn
    from podium.movement.repetitions import find_repetitions as find_repetitions
    from podium.movement.values import Comparison as Comparison
    from podium.movement.values import Difference as Difference
    from podium.movement.values import Movement as Movement
    from podium.movement.values import Pair as Pair
    from podium.movement.values import Part as Part

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "angles": ("Angles", "angles_of"),
        "comparing": ("compare", "movement_of"),
        "repetitions": ("Repetition", "Turn", "find_repetitions"),
        "values": ("Comparison", "Difference", "Movement", "Pair", "Part"),
    },
)
