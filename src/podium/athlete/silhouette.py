"""Which pixels are the athlete: a cut through the picture where colours and movement change.

GrabCut (Rother, Kolmogorov and Blake, 2004), begun with what moves and has the hue of skin.
"""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from podium.athlete.motion import skin_likeness

Masks = npt.NDArray[np.bool_]
Pixels = npt.NDArray[np.uint8]
Maps = npt.NDArray[np.float32]

SIDE = 96
"""Silhouettes are so many pixels wide and high."""

N_CHANNELS = 4
"""What the network reads of each pixel: red, green, blue, and how it moves."""

WIDTHS = (16, 32, 64, 96)
"""Channels of the network at a half, a quarter, an eighth and a sixteenth of the size."""

WEIGHTS = Path(__file__).parent / "_weights" / "silhouette.safetensors"

N_ROUNDS = 2
LIKELY = 0.25
SURE = 0.45
"""Of the clearest evidence: from where on a pixel is likely, or surely, the athlete's."""

SURE_SKIN = 0.3
STILL = 6
"""What differs less than this, of 255, and has no hue of skin, is background."""

MIN_PIXELS = 15
"""With fewer pixels that may be the athlete's there is nothing to begin with."""


def window(picture: Pixels, right: float, down: float, reach: float, side: int = SIDE) -> Pixels:
    """Cut the square of half size `reach` about a place out of a picture, as (side, side, ...).

    What lies beyond the picture repeats its border.
    """
    scale = side / (2 * reach)
    movement = np.array([[scale, 0, side / 2 - scale * right], [0, scale, side / 2 - scale * down]])
    return np.asarray(
        cv2.warpAffine(picture, movement, (side, side), borderMode=cv2.BORDER_REPLICATE)
    )


def cut_out(colours: Pixels, difference: Pixels) -> Masks:
    """Find the athlete in a window, (SIDE, SIDE, 3), with what moves in it, (SIDE, SIDE).

    Nothing where nothing moves.
    """
    skin = skin_likeness(colours)
    likely = _likely(difference, skin)
    seeds = _seeds(likely, difference, skin)
    if (seeds & 1).sum() < MIN_PIXELS:
        return np.zeros((SIDE, SIDE), np.bool_)
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)  # its clusters begin at random
    cv2.grabCut(
        cv2.cvtColor(colours, cv2.COLOR_RGB2BGR), seeds, None, background, foreground,
        N_ROUNDS, cv2.GC_INIT_WITH_MASK,
    )  # fmt: skip
    return _likeliest_piece(seeds & 1, likely)


def _likely(difference: Pixels, skin: Maps) -> Maps:
    moving = cv2.GaussianBlur(np.minimum(difference, 40).astype(np.float32) / 40, (0, 0), 1.0)
    around = cv2.GaussianBlur(moving * (0.3 + skin), (0, 0), 2.0)
    return np.asarray(around * np.exp(-((_RADII / (0.43 * SIDE)) ** 2) / 2), np.float32)


def _seeds(likely: Maps, difference: Pixels, skin: Maps) -> Pixels:
    """Return what each pixel is to begin with, in GrabCut's numbers: odd ones are the athlete's."""
    highest = float(likely.max())
    inside = _RADII < SIDE / 2 - 4
    seeds = np.full((SIDE, SIDE), cv2.GC_PR_BGD, np.uint8)
    seeds[(difference < STILL) & (skin < 0.2)] = cv2.GC_BGD
    seeds[(likely > LIKELY * highest) & inside] = cv2.GC_PR_FGD
    seeds[(likely > SURE * highest) & (skin > SURE_SKIN) & inside] = cv2.GC_FGD
    seeds[_RADII > SIDE / 2 - 3] = cv2.GC_BGD
    return seeds


def _likeliest_piece(mask: Pixels, likely: Maps) -> Masks:
    n_pieces, pieces = cv2.connectedComponents(mask)
    if n_pieces < 2:
        return np.zeros(mask.shape, np.bool_)
    weights = np.bincount(pieces.ravel(), likely.ravel(), n_pieces)
    return np.asarray(pieces == 1 + int(weights[1:].argmax()))


def _radii() -> Maps:
    places = np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2
    return np.asarray(np.hypot(places[:, None], places[None]), np.float32)


_RADII = _radii()
