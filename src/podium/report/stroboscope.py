"""A stroboscopic picture: the athlete at equal times, on one background that stands still.

Each frame is put where the camera looked, as panoramas are (Brown and Lowe, 2007); what most of
them show at a place, the athlete left out, is the background, and the athlete is cut out of a few.
"""

from dataclasses import dataclass, replace
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt

from podium.athlete.values import Athlete
from podium.measures import Dive
from podium.report.overlay import smooth_path

Floats = npt.NDArray[np.float64]
Maps = npt.NDArray[np.float32]
Masks = npt.NDArray[np.bool_]
Pixels = npt.NDArray[np.uint8]

N_SHOWN = 10
"""The athlete is shown so many times, the last time at the water."""

N_BEHIND = 17
"""The background is made of so many frames."""

LONG_SIDE = 960
"""No picture is wider or higher, in pixels."""

ENLARGED = 2.0
"""Frames are shown no larger than this."""

SLENDER = 0.45
"""Where frames show it, a picture is at least so wide for its height."""

ROOM = 0.9
"""How much of a window is shown about the outermost athletes, in halves of its side."""

MIN_PIXELS = 40
"""With fewer pixels of a window the athlete was not found there."""

MOST_FRAMES = 8.0
"""A picture wider or higher than so many frames shows that the camera was not understood."""

COARSE = 8
"""What no frame shows is filled in smoothly, from pixels so many times as large."""

_EMPTY = 255
_WHITE = (255, 255, 255)


@dataclass(frozen=True)
class Stroboscope:
    """The athlete at equal times on one background.

    `pixels` is (height, width, 3); `places` (times, 2), right and down in it, are the middles of
    the athlete, who is there at `seconds` (times,).
    """

    pixels: Pixels
    places: Floats
    seconds: Floats


def stroboscope(dive: Dive, pixels: Pixels) -> Stroboscope | None:
    """Show the whole dive in one picture; `None` where too little of the athlete is seen.

    `pixels` (frames, height, width, 3) are those in which the athlete was followed, or the same
    frames larger.
    """
    athlete, frames = dive.athlete, _between_board_and_water(dive)
    shown = _shown(athlete, frames)
    if len(shown) < 2:
        return None
    behind = [frames[int(i)] for i in np.unique(np.linspace(0, len(frames) - 1, N_BEHIND).round())]
    canvas = _Canvas.of(athlete, shown, behind, pixels)
    if canvas is None:
        return None
    picture = canvas.background(pixels, behind)
    _draw_path(picture, canvas.path(smooth_path(dive)[frames]))
    for index in shown:
        canvas.paste(picture, pixels, index)
    places = canvas.places(dive.outline.middle)[shown]
    return Stroboscope(picture, places, athlete.start_seconds[shown])


def png(made: Stroboscope) -> bytes:
    """Return the picture as a file."""
    return cv2.imencode(".png", cv2.cvtColor(made.pixels, cv2.COLOR_RGB2BGR))[1].tobytes()


def _between_board_and_water(dive: Dive) -> list[int]:
    moments, n_frames = dive.moments, len(dive.athlete)
    first = moments.board_left.index if moments.board_left else 0
    last = moments.water.index if moments.water else n_frames - 1
    return list(range(max(first, 0), min(last, n_frames - 1) + 1))


def _shown(athlete: Athlete, frames: list[int]) -> list[int]:
    """Choose frames at equal times in which the athlete is seen."""
    if not frames:
        return []
    seconds = athlete.start_seconds
    wanted = np.linspace(seconds[frames[0]], seconds[frames[-1]], N_SHOWN)
    nearest = {int(np.abs(seconds - moment).argmin()) for moment in wanted}
    return [i for i in sorted(nearest) if athlete.masks[i].sum() >= MIN_PIXELS]


@dataclass(frozen=True)
class _Canvas:
    """Where things lie in the picture.

    `common` (3, 3) takes places of the picture of the first frame there, `frames` and `windows`
    (frames, 3, 3) those of each frame and window.
    """

    athlete: Athlete
    width: int
    height: int
    common: Floats
    frames: Floats
    windows: Floats

    @classmethod
    def of(
        cls, athlete: Athlete, shown: list[int], behind: list[int], pixels: Pixels
    ) -> "_Canvas | None":
        """Make room for the athlete wherever shown, and for what lies about."""
        common = athlete.camera.to_first()
        to_middle = np.linalg.inv(common[shown[len(shown) // 2]])
        common = to_middle @ common
        low, high = _extent(athlete, common, shown)
        low[0], high[0] = _widened(low, high, _seen_by_all(athlete, common[behind]))
        most = MOST_FRAMES * max(athlete.width, athlete.height)
        if not (high - low < most).all():
            return None
        enlarged = ENLARGED * pixels.shape[1] / athlete.height
        scale = min(LONG_SIDE / float((high - low).max()), enlarged)
        to_canvas = np.array([[scale, 0, -scale * low[0]], [0, scale, -scale * low[1]], [0, 0, 1]])
        width, height = (max(int(size), 1) for size in scale * (high - low))
        smaller = np.diag([athlete.width / pixels.shape[2], athlete.height / pixels.shape[1], 1])
        placed = to_canvas @ common
        windows = placed @ athlete.to_picture()
        return cls(athlete, width, height, to_canvas @ to_middle, placed @ smaller, windows)

    def halved(self) -> Self:
        """Return the same canvas with a quarter of the pixels."""
        half = np.diag([0.5, 0.5, 1.0])
        width, height = (max(size // 2, 1) for size in (self.width, self.height))
        return replace(
            self, width=width, height=height, frames=half @ self.frames, windows=half @ self.windows
        )

    def path(self, places: Floats) -> Floats:
        """Return where places of the picture of the first frame, (places, 2), are."""
        return np.asarray(places @ self.common[:2, :2].T + self.common[:2, 2])

    def places(self, middles: Floats) -> Floats:
        """Return where places of each frame, (frames, 2), are in the picture."""
        inside = (middles - self.athlete.middles + self.athlete.reach) / self.athlete.pixel - 0.5
        points = np.concatenate([inside, np.ones((len(inside), 1))], axis=1)
        return np.asarray(np.einsum("fij,fj->fi", self.windows, points)[:, :2])

    def background(self, pixels: Pixels, behind: list[int]) -> Pixels:
        """Return what most frames show at each place, without the athlete.

        It is put together from half as many pixels: frames are enlarged anyway.
        """
        half = self.halved()
        layers = np.stack([half.frame(pixels[i], i) for i in behind])
        whole = np.zeros(pixels.shape[1:3], np.uint8)
        whole[3:-3, 3:-3] = 255
        seen = np.stack([half.frame(whole, i) > 250 for i in behind])
        hidden = np.stack([half.window(_wide(self.athlete.masks[i]), i) > 0.2 for i in behind])
        clear = seen & ~hidden
        filled = _filled(_median(layers, clear), np.asarray(clear.any(axis=0)))
        size = (self.width, self.height)
        return np.asarray(cv2.resize(filled, size, interpolation=cv2.INTER_CUBIC), np.uint8)

    def frame(self, picture: Pixels, index: int) -> Pixels:
        """Put a frame where the camera looked."""
        movement, size = self.frames[index][:2], (self.width, self.height)
        return np.asarray(cv2.warpAffine(picture, movement, size, flags=cv2.INTER_CUBIC), np.uint8)

    def window(self, mask: Maps, index: int) -> Maps:
        """Put what belongs to a window where the athlete was."""
        movement, size = self.windows[index][:2], (self.width, self.height)
        return np.asarray(cv2.warpAffine(mask, movement, size), np.float32)

    def paste(self, picture: Pixels, pixels: Pixels, index: int) -> None:
        """Put the athlete of a frame into the picture, with a soft border."""
        share = self.window(_soft(self.athlete.masks[index]), index)
        rows, columns = (np.flatnonzero(share.any(axis=axis)) for axis in (1, 0))
        if not len(rows):
            return
        part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        weight, frame = share[part][..., None], self.frame(pixels[index], index)
        picture[part] = np.round(weight * frame[part] + (1 - weight) * picture[part])


def _extent(athlete: Athlete, common: Floats, shown: list[int]) -> tuple[Floats, Floats]:
    """Return the corner at the upper left, and at the lower right, of where the athlete is."""
    around = ROOM * athlete.reach * np.array([(-1, -1), (1, -1), (-1, 1), (1, 1)], np.float64)
    places = athlete.middles[shown][:, None] + around
    corners = _moved(common[shown], places)
    return corners.min(axis=(0, 1)), corners.max(axis=(0, 1))


def _seen_by_all(athlete: Athlete, common: Floats) -> tuple[float, float]:
    """Return from where to where, across, all frames show the world."""
    edges = np.array([(0, athlete.height / 2), (athlete.width, athlete.height / 2)], np.float64)
    across = _moved(common, np.broadcast_to(edges, (len(common), 2, 2)))[..., 0]
    return float(across[:, 0].max()), float(across[:, 1].min())


def _widened(low: Floats, high: Floats, seen: tuple[float, float]) -> tuple[float, float]:
    more = max(SLENDER * (high[1] - low[1]) - (high[0] - low[0]), 0) / 2
    return min(low[0], max(low[0] - more, seen[0])), max(high[0], min(high[0] + more, seen[1]))


def _moved(movements: Floats, places: Floats) -> Floats:
    """Move places of each frame, (frames, places, 2), by its movement, (frames, 3, 3)."""
    turned = np.einsum("fij,fpj->fpi", movements[:, :2, :2], places)
    return np.asarray(turned + movements[:, None, :2, 2])


def _median(layers: Pixels, counted: Masks) -> Pixels:
    """Return the median of the layers, (layers, height, width, 3), that count at each place."""
    ordered = np.where(counted[..., None], layers, _EMPTY)
    ordered.sort(axis=0)
    middle = np.maximum(counted.sum(axis=0) - 1, 0) // 2
    return np.asarray(np.take_along_axis(ordered, middle[None, ..., None], axis=0)[0], np.uint8)


def _filled(picture: Pixels, known: Masks) -> Pixels:
    """Fill in what no frame shows from what lies about it (Telea, 2004), coarsely."""
    if known.all() or not known.any():
        return picture
    height, width = known.shape
    size = (-(-width // COARSE), -(-height // COARSE))
    share = known.astype(np.float32)
    weights = np.maximum(cv2.resize(share, size, interpolation=cv2.INTER_AREA), 1e-3)
    lit = (picture * share[..., None]).astype(np.float32)
    coarse = cv2.resize(lit, size, interpolation=cv2.INTER_AREA) / weights[..., None]
    unknown = (weights < 0.2).astype(np.uint8)
    whole = cv2.inpaint(np.clip(coarse, 0, 255).astype(np.uint8), unknown, 3, cv2.INPAINT_TELEA)
    smooth = cv2.resize(whole, (width, height), interpolation=cv2.INTER_CUBIC)
    inner = cv2.GaussianBlur(cv2.erode(share, np.ones((5, 5))), (0, 0), 1.5)
    kept = (inner * share)[..., None]
    return np.asarray(np.round(kept * picture + (1 - kept) * smooth), np.uint8)


def _draw_path(picture: Pixels, places: Floats) -> None:
    """Draw where the middle of the athlete went, as a thin line."""
    places = places[np.isfinite(places).all(axis=1)]
    drawn = picture.copy()
    points = np.round(places * 16).astype(np.int32)
    cv2.polylines(drawn, [points], False, _WHITE, 2, cv2.LINE_AA, shift=4)
    cv2.addWeighted(drawn, 0.6, picture, 0.4, 0, dst=picture)


def _wide(mask: Masks) -> Maps:
    """Return a silhouette with what moves along with it, such as its blur."""
    return np.asarray(cv2.dilate(mask.astype(np.float32), np.ones((7, 7))), np.float32)


def _soft(mask: Masks) -> Maps:
    """Return a silhouette without its steps, and with a soft border."""
    blurred = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.4)
    return np.asarray(np.clip((blurred - 0.2) / 0.45, 0, 1), np.float32)
