"""What is behind the athlete: stands, walls, sky, trees, boards, the platform or the hall."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from podium.simulation.body import Array
from podium.simulation.camera import View
from podium.simulation.dive import PLATFORM_METRES
from podium.simulation.figure import Colour
from podium.simulation.options import Sport
from podium.simulation.vault import BOARD_METRES, HANDS_AT_METRES, MAT_METRES, TABLE_METRES

_PIXELS_PER_METRE = 52
_FAR_BLUR_PIXELS = 7.0
"""How far a long lens spreads what is behind the athlete, in pixels of the backdrop."""
FAR_WATER_METRES = 1.05
"""How high in the picture the far edge of the pool is, above the place of entry."""
_FAR_FLOOR_METRES = 0.75


@dataclass(frozen=True)
class Backdrop:
    """A picture of the whole place, large enough for every view of the camera."""

    image: Image.Image
    left_metres: float
    top_metres: float

    def seen(self, view: View, enlarged: int = 1) -> Image.Image:
        """Return the part of the place that a view shows, at a multiple of the view's size."""
        half_width = view.width / view.pixels_per_metre / 2
        half_height = view.height / view.pixels_per_metre / 2
        x, y = float(view.centre[0]) - self.left_metres, self.top_metres - float(view.centre[1])
        box = np.array([x - half_width, y - half_height, x + half_width, y + half_height])
        box = _inside(box * _PIXELS_PER_METRE, self.image.size)
        corners = (float(box[0]), float(box[1]), float(box[2]), float(box[3]))
        size = (view.width, view.height)
        seen = self.image.resize(size, Image.Resampling.BILINEAR, box=corners)
        # Repeating pixels is quick, and shrinking the picture later undoes it exactly.
        larger = (view.width * enlarged, view.height * enlarged)
        return seen.resize(larger, Image.Resampling.NEAREST) if enlarged > 1 else seen


def _inside(box: Array, size: tuple[int, int]) -> Array:
    for axis in (0, 1):
        over = max(0.0, box[axis + 2] - size[axis])
        shift = -over if over else max(0.0, -box[axis])
        box[[axis, axis + 2]] += shift
    return np.clip(box, 0, [*size, *size])


class _Canvas:
    """A picture that is drawn in metres."""

    def __init__(self, left: float, right: float, bottom: float, top: float) -> None:
        size = (int((right - left) * _PIXELS_PER_METRE), int((top - bottom) * _PIXELS_PER_METRE))
        self.left, self.right, self.bottom, self.top = left, right, bottom, top
        self.image = Image.new("RGB", size)
        self.draw = ImageDraw.Draw(self.image, "RGBA")

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.left) * _PIXELS_PER_METRE, (self.top - y) * _PIXELS_PER_METRE

    def box(self, left: float, bottom: float, right: float, top: float, colour: Colour) -> None:
        self.draw.rectangle([self.pixel(left, top), self.pixel(right, bottom)], fill=colour)

    def polygon(self, points: list[tuple[float, float]], colour: Colour) -> None:
        self.draw.polygon([self.pixel(*point) for point in points], fill=colour)

    def gradient(self, bottom: float, top: float, upper: Colour, lower: Colour) -> None:
        rows = max(1, int((top - bottom) * _PIXELS_PER_METRE))
        ramp = np.linspace(upper, lower, rows)[:, None, :].astype(np.uint8)
        strip = Image.fromarray(ramp).resize((self.image.width, rows))
        self.image.paste(strip, (0, int(self.pixel(0, top)[1])))

    def blur(self, radius: float) -> None:
        """Blur what has been drawn so far, as a lens does with what is far away."""
        self.image = self.image.filter(ImageFilter.GaussianBlur(radius))
        self.draw = ImageDraw.Draw(self.image, "RGBA")


def make_backdrop(sport: Sport, rng: np.random.Generator) -> Backdrop:
    """Build a place for the performance; no two are the same."""
    if sport == "diving":
        canvas = _Canvas(-6, 9, -3.5, 15.5)
        _FAR_PLACES[rng.integers(len(_FAR_PLACES))](canvas, rng)
        canvas.blur(_FAR_BLUR_PIXELS)
        _pool(canvas, rng)
        _tower(canvas, rng)
    else:
        canvas = _Canvas(-8, 12, -3, 7)
        _HALLS[rng.integers(len(_HALLS))](canvas, rng)
        canvas.blur(_FAR_BLUR_PIXELS)
        _hall_floor(canvas, rng)
        _apparatus(canvas, rng)
    return Backdrop(canvas.image, canvas.left, canvas.top)


def _colour(rng: np.random.Generator, low: int = 40, high: int = 225) -> Colour:
    red, green, blue = (int(value) for value in rng.integers(low, high, 3))
    return red, green, blue


def _muted_colour(rng: np.random.Generator, low: int, high: int) -> Colour:
    """Return a colour as buildings have them: not far from grey."""
    red, green, blue = (int(value) for value in rng.integers(low, high) + rng.normal(0, 13, 3))
    return red, green, blue


def _between(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (int(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _tint(colour: Colour, factor: float) -> Colour:
    red, green, blue = (int(min(255, value * factor)) for value in colour)
    return red, green, blue


def _sky(canvas: _Canvas, rng: np.random.Generator) -> None:
    blue = int(rng.integers(190, 250))
    upper: Colour = (int(rng.integers(60, 130)), int(rng.integers(120, 170)), blue)
    canvas.gradient(canvas.bottom, canvas.top, upper, (205, 222, 235))
    for _ in range(int(rng.integers(4, 14))):
        x, y = rng.uniform(canvas.left, canvas.right), rng.uniform(4, canvas.top)
        for _ in range(9):
            _blob(canvas, x + rng.normal(0, 0.8), y + rng.normal(0, 0.15), 0.5, (238, 242, 246))


def _blob(canvas: _Canvas, x: float, y: float, radius: float, colour: Colour) -> None:
    left, top = canvas.pixel(x - radius, y + radius * 0.6)
    right, bottom = canvas.pixel(x + radius, y - radius * 0.6)
    canvas.draw.ellipse([left, top, right, bottom], fill=colour)


def _hills(canvas: _Canvas, rng: np.random.Generator) -> None:
    _sky(canvas, rng)
    hill = _between((110, 140, 150), (92, 122, 70), rng.random())
    x = np.linspace(canvas.left, canvas.right, 40)
    for height, shade in ((5.5, 0.9), (3.8, 0.7)):
        ridge = height + sum(
            rng.uniform(0.2, 0.8) * np.sin(x * k + rng.uniform(0, 6)) for k in (0.4, 0.9, 1.7)
        )
        points = list(zip(x.tolist(), np.asarray(ridge).tolist(), strict=True))
        corners = [(canvas.right, canvas.bottom), (canvas.left, canvas.bottom)]
        canvas.polygon(points + corners, _tint(hill, shade))


def _trees(canvas: _Canvas, rng: np.random.Generator) -> None:
    _sky(canvas, rng)
    tops = rng.uniform(3, 8), rng.uniform(0.3, 1.2), rng.uniform(0.7, 1.3), rng.uniform(0, 6)
    canvas.box(canvas.left, canvas.bottom, canvas.right, tops[0] - 1.8, (38, 62, 34))
    for share in np.linspace(1, 0, 700):
        x = rng.uniform(canvas.left, canvas.right)
        top = tops[0] + tops[1] * np.sin(tops[2] * x + tops[3]) + 0.4 * np.sin(3.1 * x)
        green = rng.uniform(70, 115) + 25 * share
        colour: Colour = (int(green * 0.55), int(green), int(green * 0.45))
        _blob(canvas, x, top * share + FAR_WATER_METRES, rng.uniform(0.25, 0.6), colour)


def _wall(canvas: _Canvas, rng: np.random.Generator) -> None:
    base = _muted_colour(rng, 120, 225)
    canvas.gradient(canvas.bottom, canvas.top, _tint(base, 1.06), _tint(base, 0.82))
    seam = _tint(base, 0.86)
    for x in np.arange(canvas.left, canvas.right, rng.uniform(1.2, 2.4)):
        canvas.box(x, canvas.bottom, x + 0.05, canvas.top, seam)
    for y in np.arange(1.5, canvas.top, rng.uniform(1.5, 3.0)):
        canvas.box(canvas.left, y, canvas.right, y + 0.05, seam)
    stripe, y = _colour(rng), rng.uniform(3, 9)
    canvas.box(canvas.left, y, canvas.right, y + rng.uniform(0.3, 1.0), stripe)
    if rng.random() < 0.6:
        _windows(canvas, rng)


def _windows(canvas: _Canvas, rng: np.random.Generator) -> None:
    bottom, width = rng.uniform(5, 8), rng.uniform(1.2, 2.2)
    for x in np.arange(canvas.left + 0.4, canvas.right, width + 0.5):
        canvas.box(x, bottom, x + width, bottom + 3.0, (222, 234, 242))
        canvas.box(x + width / 2, bottom, x + width / 2 + 0.06, bottom + 3.0, (140, 150, 158))


def _stands(canvas: _Canvas, rng: np.random.Generator) -> None:
    base = _muted_colour(rng, 45, 120)
    canvas.gradient(canvas.bottom, canvas.top, _tint(base, 0.7), base)
    seat = _muted_colour(rng, 60, 180)
    # The crowd is in the shade, so that the athlete stands out.
    crowd = [_between(_colour(rng), _tint(base, 0.8), 0.45) for _ in range(10)]
    filled, top = rng.uniform(0.35, 0.95), rng.uniform(7, 14)
    aisle = rng.uniform(3, 5)
    for y in np.arange(2.4, top, 0.62):
        canvas.box(canvas.left, y - 0.25, canvas.right, y + 0.12, _tint(seat, 0.8))
        for x in np.arange(canvas.left, canvas.right, 0.42):
            if x % aisle < 0.6:
                canvas.box(x, y - 0.25, x + 0.4, y + 0.35, _tint(base, 1.3))
            elif rng.random() < filled:
                _spectator(canvas, rng, x, y, crowd[rng.integers(len(crowd))])


def _spectator(canvas: _Canvas, rng: np.random.Generator, x: float, y: float, c: Colour) -> None:
    x += rng.normal(0, 0.04)
    canvas.box(x + 0.04, y - 0.1, x + 0.34, y + 0.2, c)
    _blob(canvas, x + 0.19, y + 0.31, 0.1, _between((205, 160, 130), c, 0.5))


def _boards(canvas: _Canvas, rng: np.random.Generator, bottom: float = 1.4) -> None:
    height, x = rng.uniform(0.7, 1.0), canvas.left
    while x < canvas.right:
        width = rng.uniform(1.8, 3.6)
        base = _colour(rng, 20, 240)
        canvas.box(x, bottom, x + width, bottom + height, base)
        ink = (245, 245, 245) if sum(base) < 380 else (25, 25, 40)
        for letter in np.arange(x + 0.3, x + width - 0.35, 0.27):
            tall = rng.uniform(0.3, 0.55) * height
            canvas.box(letter, bottom + 0.2, letter + 0.16, bottom + 0.2 + tall, ink)
        x += width + 0.03


def _boards_on_wall(canvas: _Canvas, rng: np.random.Generator) -> None:
    _wall(canvas, rng)
    for bottom in np.arange(1.4, 12, rng.uniform(3.0, 4.5)):
        _boards(canvas, rng, float(bottom))


def _stands_with_boards(canvas: _Canvas, rng: np.random.Generator) -> None:
    _stands(canvas, rng)
    _boards(canvas, rng)


_Place = Callable[[_Canvas, np.random.Generator], None]
_FAR_PLACES: tuple[_Place, ...] = (
    _hills,
    _trees,
    _wall,
    _stands,
    _boards_on_wall,
    _stands_with_boards,
)
_HALLS: tuple[_Place, ...] = (_wall, _stands, _boards_on_wall, _stands_with_boards)


def _pool(canvas: _Canvas, rng: np.random.Generator) -> None:
    deck = _muted_colour(rng, 150, 215)
    canvas.box(canvas.left, FAR_WATER_METRES, canvas.right, FAR_WATER_METRES + 0.35, deck)
    near: Colour = (
        int(rng.integers(8, 50)),
        int(rng.integers(90, 140)),
        int(rng.integers(135, 190)),
    )
    far = _tint(near, 1.35)
    canvas.gradient(canvas.bottom, FAR_WATER_METRES, far, near)
    canvas.box(canvas.left, FAR_WATER_METRES - 0.05, canvas.right, FAR_WATER_METRES, (60, 80, 95))
    _ripples(canvas, rng)


def _ripples(canvas: _Canvas, rng: np.random.Generator) -> None:
    top = int(canvas.pixel(0, FAR_WATER_METRES - 0.05)[1])
    region = np.asarray(canvas.image)[top:].astype(np.float64)
    height, width = region.shape[:2]
    waves = np.zeros((height, width))
    for columns, rows, strength in ((14, 60, 9), (40, 110, 7)):
        grain = Image.fromarray(rng.normal(0, 1, (rows, columns)).astype(np.float32))
        waves += strength * np.asarray(grain.resize((width, height), Image.Resampling.BICUBIC))
    bright = np.clip(region + waves[..., None], 0, 255).astype(np.uint8)
    canvas.image.paste(Image.fromarray(bright), (0, top))


def _tower(canvas: _Canvas, rng: np.random.Generator) -> None:
    concrete = _muted_colour(rng, 140, 205)
    side, dark = _tint(concrete, 0.82), _tint(concrete, 0.62)
    foot = FAR_WATER_METRES + 0.2
    canvas.box(-4.2, foot, -2.6, PLATFORM_METRES, side)
    canvas.box(-2.9, foot, -2.6, PLATFORM_METRES, dark)
    for height, reach in ((5.0, -1.2), (7.5, -0.8), (PLATFORM_METRES, 0.0)):
        canvas.box(canvas.left, height - 0.32, reach, height, side)
        canvas.box(canvas.left, height - 0.04, reach, height, _tint(concrete, 1.12))
        canvas.box(canvas.left, height - 0.32, reach, height - 0.26, dark)
        _railing(canvas, height, reach - 1.3, _tint(concrete, 0.5))


def _railing(canvas: _Canvas, height: float, end: float, colour: Colour) -> None:
    for y in (0.5, 0.95):
        canvas.box(canvas.left, height + y, end, height + y + 0.05, colour)
    for x in np.arange(canvas.left, end, 0.8):
        canvas.box(x, height, x + 0.05, height + 0.98, colour)
    canvas.box(end - 0.05, height, end, height + 0.98, colour)


def _hall_floor(canvas: _Canvas, rng: np.random.Generator) -> None:
    floor = _muted_colour(rng, 90, 200)
    canvas.gradient(canvas.bottom, _FAR_FLOOR_METRES, _tint(floor, 0.8), _tint(floor, 1.1))
    canvas.box(canvas.left, _FAR_FLOOR_METRES, canvas.right, _FAR_FLOOR_METRES + 0.1, (70, 70, 78))
    carpet = _colour(rng, 50, 190)
    canvas.box(canvas.left, -0.32, -0.6, 0.25, carpet)
    canvas.box(canvas.left, -0.34, -0.6, -0.28, _tint(carpet, 0.6))


def _apparatus(canvas: _Canvas, rng: np.random.Generator) -> None:
    _mat(canvas, _colour(rng, 40, 170))
    spring = [(-0.75, 0.0), (0.35, 0.0), (0.35, BOARD_METRES), (0.2, BOARD_METRES)]
    canvas.polygon([*spring, (-0.75, 0.04)], (196, 164, 118))
    canvas.polygon([(-0.75, -0.05), (0.35, -0.05), (0.35, 0.02), (-0.75, 0.02)], (70, 60, 50))
    _table(canvas, _colour(rng, 60, 210))


def _mat(canvas: _Canvas, colour: Colour) -> None:
    canvas.polygon([(2.9, 0.42), (11.5, 0.42), (11.8, -0.38), (2.6, -0.38)], _tint(colour, 1.25))
    canvas.box(2.6, -0.38 - MAT_METRES * 2, 11.8, -0.38, _tint(colour, 0.75))
    canvas.box(2.75, 0.0, 11.65, 0.03, _tint(colour, 1.5))


def _table(canvas: _Canvas, colour: Colour) -> None:
    middle = HANDS_AT_METRES
    canvas.box(middle - 0.16, -0.1, middle + 0.16, TABLE_METRES - 0.2, (120, 122, 128))
    canvas.box(middle - 0.45, -0.15, middle + 0.45, -0.02, (80, 82, 88))
    front, back = middle - 0.55, middle + 0.6
    top = [(front, TABLE_METRES - 0.12), (front + 0.1, TABLE_METRES), (back, TABLE_METRES)]
    canvas.polygon([*top, (back, TABLE_METRES - 0.3), (front + 0.15, TABLE_METRES - 0.3)], colour)
    edge = [(front + 0.1, TABLE_METRES), (back, TABLE_METRES)]
    shine = [(back, TABLE_METRES - 0.07), (front + 0.06, TABLE_METRES - 0.07)]
    canvas.polygon([*edge, *shine], _tint(colour, 1.3))
