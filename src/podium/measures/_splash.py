"""The splash: what is white where there was water a moment before."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from podium.measures._dive import Dive
from podium.measures._entry import place_of, settled
from podium.measures._line import Line, line_before_water

Floats = npt.NDArray[np.float64]
Masks = npt.NDArray[np.bool_]
Pictures = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

LASTS_SECONDS = 1.0
"""For so long after the body met the water the splash is looked at."""

BEFORE_SECONDS = 0.14
"""What the water looked like is seen in so long before."""

DARKER = 50
"""The percentile of what was seen that is the water's: in the last frames drops fly already."""

RISES_SECONDS = 0.7
"""So long it goes up and falls."""

REACHES = 2.2
"""How far from where the body went in white water is its splash, in body lengths."""

WHITE = np.array([250, 252, 253], np.float32)
LIKE_WHITE = 0.25
"""Of the way from the water's colour to white: from here on it is white water."""

LEAST_CONTRAST = 400.0
"""Squared grey levels by which white differs from what was there, at least."""

STIRRED = 0.06
"""Lines on the floor and the light of lamps move about so far when water is stirred, in lengths."""

BEGINS = 0.4
"""So near to where the body went in a splash begins, in body lengths."""

NOT_YET = 0.5
"""So far from where the body goes in no drop is as it meets the water, in body lengths."""

BESIDE = 7
"""So wide, in pixels, is what may still be the athlete's about a pixel that is."""

GAP = 0.06
"""Drops fly so far from each other, or twice as far, in body lengths."""


@dataclass(frozen=True)
class Splash:
    """White water in the frames after the body met the water, one number a frame, (frames,)."""

    seconds: Floats
    """When each frame is shown."""

    sizes: Floats
    """How much white water there is, in squared body lengths; spray counts by its whiteness."""

    heights: Floats
    """How high it reaches above where the body went in, in body lengths."""

    masks: Masks
    """Where in the picture it is, (frames, height, width)."""


@lru_cache(maxsize=1)
def splash_of(dive: Dive) -> Splash | None:
    """Return the splash; `None` where the line before the water or the pictures are not there."""
    line = line_before_water(dive)
    if line is None or dive.pixels is None:
        return None
    seconds = dive.athlete.start_seconds
    met = int(line.frames[-1])
    after = np.flatnonzero((seconds > seconds[met]) & (seconds <= seconds[met] + LASTS_SECONDS))
    if not len(after):
        return None
    scene = _Scene(dive.pixels, _still_water(dive, line), place_of(dive, line), line.length)
    camera = settled(dive.athlete.camera)
    seen = [_white_water(scene, int(i), camera.between(met, int(i))) for i in after]
    sizes, heights, masks = zip(*seen, strict=True)
    return Splash(seconds[after], np.array(sizes), np.array(heights), np.stack(masks))


def rising(splash: Splash) -> Masks:
    """Return in which frames the splash is judged, (frames,): later ones show foam."""
    return np.asarray(splash.seconds <= splash.seconds[0] + RISES_SECONDS)


def why_no_splash(dive: Dive) -> str:
    """Return the reason for which there is no splash to measure."""
    if dive.moments.water is None:
        return "water_not_found"
    if dive.pixels is None:
        return "pictures_not_given"
    return "line_not_seen" if line_before_water(dive) is None else "video_ends_too_early"


@dataclass(frozen=True)
class _Scene:
    """Pictures, the water as the body met it, where that was, and how long the body is."""

    pixels: Pixels
    water: Pictures
    place: Floats
    length: float


def _still_water(dive: Dive, line: Line) -> Pictures:
    """Return what there was before the splash, in the picture of the line's last frame.

    The brightest that was near each place, so that lines which the stirred water bends, and lamps
    whose light it moves, are not white water. Where nothing was seen, the water's usual colour.
    """
    assert dive.pixels is not None
    seconds, met = dive.athlete.start_seconds, int(line.frames[-1])
    first = int(np.searchsorted(seconds, seconds[met] - BEFORE_SECONDS))
    seen = [_moved(dive, index, met) for index in range(first, met + 1)]
    water = _darker(np.stack(seen))
    is_known = np.isfinite(water[..., 0])
    height, width = is_known.shape
    down, right = np.mgrid[:height, :width]
    place = place_of(dive, line)
    near = np.hypot(right - place[0], down - place[1]) < 1.5 * line.length
    near &= is_known & (down > place[1] - 0.3 * line.length)
    usual = np.median(water[near if near.any() else is_known], axis=0)
    water[~is_known] = usual
    beyond = _beyond_splash(dive, met, place, line.length)
    water[beyond] = np.maximum(water, dive.pixels[met])[beyond]
    side = 1 + 2 * max(1, round(STIRRED * line.length))
    return np.asarray(cv2.dilate(water, np.ones((side, side), np.uint8)), np.float32)


def _beyond_splash(dive: Dive, met: int, place: Floats, length: float) -> Masks:
    """Return where no drop can be yet as the body meets the water, nor the athlete is.

    What is bright there stood there before, whether or not the camera's own movement is known.
    """
    hidden = _athlete(dive, met).astype(np.uint8)
    centre = (round(float(place[0])), round(float(place[1])))
    cv2.circle(hidden, centre, round(NOT_YET * length), 1, -1)
    return np.asarray(hidden == 0)


def _athlete(dive: Dive, index: int) -> Masks:
    """Return which pixels of a frame are the athlete's, or next to these."""
    athlete = dive.athlete
    placed = athlete.to_picture()[index, :2]
    placed[:, 2] -= 0.5  # the middle of a pixel is a whole number there
    seen = athlete.masks[index].astype(np.uint8)
    whole = cv2.warpAffine(seen, placed, (athlete.width, athlete.height))
    return np.asarray(cv2.dilate(whole, np.ones((BESIDE, BESIDE), np.uint8)) > 0)


def _darker(seen: Pictures) -> Pictures:
    """Return the darker of what was seen at each place, (height, width, 3), NaN where nothing."""
    is_known = np.isfinite(seen)
    ranked = np.sort(np.where(is_known, seen, np.inf), axis=0)
    chosen = (is_known.sum(axis=0) * DARKER) // 100
    found = np.take_along_axis(ranked, chosen[None], axis=0)[0]
    return np.where(np.isfinite(found), found, np.nan).astype(np.float32)


def _moved(dive: Dive, start: int, stop: int) -> Pictures:
    """Return a picture as the camera of another frame would have seen it.

    NaN beyond its border, and where the athlete is.
    """
    assert dive.pixels is not None
    picture = dive.pixels[start].astype(np.float32)
    picture[_athlete(dive, start)] = np.nan
    height, width = picture.shape[:2]
    movement = settled(dive.athlete.camera).between(start, stop)[:2]
    beyond = (np.nan, np.nan, np.nan)
    return np.asarray(cv2.warpAffine(picture, movement, (width, height), borderValue=beyond))


def _white_water(scene: _Scene, index: int, movement: Floats) -> tuple[float, float, Masks]:
    """Return how much there is, how high it reaches and where it is, in one frame."""
    picture = scene.pixels[index]
    height, width = picture.shape[:2]
    water = cv2.warpAffine(
        scene.water, movement[:2], (width, height), borderMode=cv2.BORDER_REPLICATE
    )
    whiteness = cv2.GaussianBlur(_whiteness(picture, np.asarray(water, np.float32)), (0, 0), 1.0)
    right, down = movement[:2] @ np.append(scene.place, 1)
    length = scene.length * float(np.sqrt(abs(np.linalg.det(movement[:2, :2]))))
    disc = np.zeros((height, width), np.uint8)
    cv2.circle(disc, (round(right), round(down)), round(REACHES * length), 1, -1)
    mask = _from_place((whiteness > LIKE_WHITE) & (disc > 0), (right, down), length)
    rows = np.flatnonzero(mask.sum(axis=1) > 0.03 * length)
    top = max(0.0, down - float(rows[0])) if len(rows) else 0.0
    return float(whiteness[mask].sum()) / length**2, top / length, mask


def _whiteness(picture: Pixels, water: Pictures) -> Pictures:
    """Return how far each pixel is on the way from the colour of the water to white, 0 to 1."""
    to_white = WHITE - water
    along = np.einsum("ijk,ijk->ij", picture - water, to_white)
    whole = np.einsum("ijk,ijk->ij", to_white, to_white)
    return np.asarray(np.clip(along / np.maximum(whole, LEAST_CONTRAST), 0, 1), np.float32)


def _from_place(mask: Masks, place: tuple[float, float], length: float) -> Masks:
    """Return the pieces of a mask that lead, with gaps no wider than drops fly, to a place."""
    wide = 1 + 2 * max(1, round(GAP * length))
    linked = cv2.dilate(mask.astype(np.uint8), np.ones((wide, wide), np.uint8))
    _, pieces = cv2.connectedComponents(linked)
    begins = np.zeros(mask.shape, np.uint8)
    cv2.circle(begins, (round(place[0]), round(place[1])), round(BEGINS * length), 1, -1)
    is_splash = np.zeros(int(pieces.max()) + 1, np.bool_)
    is_splash[np.unique(pieces[begins > 0])] = True
    is_splash[0] = False
    return np.asarray(is_splash[pieces] & mask)
