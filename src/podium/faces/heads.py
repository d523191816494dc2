"""Where an athlete's head is: by the joints of the face, or at one end of a silhouette."""

import numpy as np
import numpy.typing as npt

from podium.athlete import Athlete
from podium.athlete.follow import ROOM
from podium.faces.values import NONE, together
from podium.joints.blazepose import Look
from podium.joints.values import LEAST_VISIBILITY
from podium.measures import head_directions

Floats = npt.NDArray[np.float64]

N_FACE = 11
"""The first joints of BlazePose are those of the face: nose, eyes, ears and mouth."""

WIDER, OF_REGION = 2.4, 0.075
"""The circle about a head is so many times as wide as the joints of the face reach, and no less
than this share of the side of what is looked at."""

OF_LENGTH = 0.075
"""At an end of a silhouette it is so large for the length of a stretched athlete: as a head is."""

IN_DOUBT = 0.02
"""Another end of a silhouette is hidden, too, where the head may be with at least this probability:
feet that are hidden are no loss, a face that is not is one. Of standing divers the likelier end was
the wrong one at 96 to 2."""

MOST_ENDS = 3
"""No more ends are hidden: beyond that it is no longer said where the head may be."""

INWARDS = 0.176
"""Of a body that reaches over its head, the head is further in: a second circle is so many lengths
nearer to the middle."""

BESIDE = 3
"""So many directions to each side are told from each other by nobody."""


def head_of(look: Look) -> Floats:
    """Return the circle about the head of a person whose joints were found, (0 or 1, 3)."""
    is_seen = look.visibility[:N_FACE].max() >= LEAST_VISIBILITY
    if not is_seen:
        return NONE
    joints = look.places[:N_FACE].astype(np.float64)
    middle = joints.mean(axis=0)
    reach = np.linalg.norm(joints - middle, axis=1).max()
    radius = max(WIDER * reach, OF_REGION * look.next_region.side)
    return np.array([[*middle, radius]])


def heads_of(athlete: Athlete) -> tuple[Floats, ...]:
    """Return circles about the head of a silhouette in each frame, two for each end it may be at.

    The second, nearer to the middle, is about the head of one whose arms are stretched. All are in
    pixels of the picture in which the athlete was followed, (circles, 3).
    """
    probable = head_directions(athlete.masks)
    return tuple(
        together([_at_end(athlete, number, angle) for angle in _angles(sure)])
        for number, sure in enumerate(probable)
    )


def _angles(sure: Floats) -> list[float]:
    """Return in which directions the head may be, the likeliest first: clockwise from straight up.

    Those beside one another count as one.
    """
    left, angles = sure.copy(), list[float]()
    while len(angles) < MOST_ENDS:
        best = int(left.argmax())
        if left[_about(best, BESIDE, len(sure))].sum() < IN_DOUBT:
            break
        left[_about(best, 2 * BESIDE, len(sure))] = 0
        angles.append(2 * np.pi * (best + 0.5) / len(sure))
    return angles


def _about(direction: int, n_beside: int, n_all: int) -> npt.NDArray[np.intp]:
    return np.arange(direction - n_beside, direction + n_beside + 1) % n_all


def _at_end(athlete: Athlete, number: int, angle: float) -> Floats:
    """Return circles where the silhouette ends in a direction."""
    length = athlete.reach / ROOM
    down, right = np.nonzero(athlete.masks[number])
    if not len(down):
        return NONE
    towards = np.array([np.sin(angle), -np.cos(angle)])
    places = np.stack([right, down], axis=1).astype(np.float64)
    along = (places - places.mean(axis=0)) @ towards
    end = places[along >= np.percentile(along, 92)].mean(axis=0)
    middle = (end + 0.5) * athlete.pixel + athlete.middles[number] - athlete.reach
    inner, radius = middle - INWARDS * length * towards, OF_LENGTH * length
    return np.array([[*middle, radius], [*inner, radius]])
