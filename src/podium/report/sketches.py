"""What a coach drew, burned into pictures: the same shapes that the player of a report draws.

A drawing belongs to one frame. A film stands still there for a second, and the drawing stays for as
long after it as the player shows it.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageDraw

from podium.report.captions import font_of
from podium.report.notes import Drawing

Place = tuple[float, float]
Line = list[Place]

STAYS_SECONDS = 0.5
"""So long a drawing stays as a film goes on, as in the player (`SKETCH_SECONDS`)."""

HELD_SECONDS = 1.0
"""So long a film stands still where something was drawn."""

INK, EDGE = (61, 242, 255, 255), (0, 0, 0, 153)

_FINER = 2
"""Lines are drawn so many times as large first: smooth once they are made smaller."""


def burn(
    picture: Image.Image, drawings: Sequence[Drawing], at: tuple[int, int], size: tuple[int, int]
) -> None:
    """Draw on the part of a picture that begins at a place and is so wide and high."""
    if drawings:
        layer = _layer(tuple(drawings), size)
        picture.paste(layer, at, layer)


def degrees_of(places: Sequence[Place]) -> float:
    """Return the angle at the middle of three places, in degrees."""
    (x, y), (u, v), (a, b) = places
    between = abs(math.atan2(y - v, x - u) - math.atan2(b - v, a - u)) % (2 * math.pi)
    return math.degrees(min(between, 2 * math.pi - between))


@lru_cache(maxsize=8)
def _layer(drawings: tuple[Drawing, ...], size: tuple[int, int]) -> Image.Image:
    """Return all of them on a picture that is clear elsewhere."""
    width, height = (side * _FINER for side in size)
    layer = Image.new("RGBA", (width, height))
    pen = ImageDraw.Draw(layer)
    thick = max(height / 100, 1.5 * _FINER)
    for drawing in drawings:
        places = [(x * width, y * height) for x, y in drawing.places]
        lines = _lines(drawing.tool, places, height)
        for colour, wide in ((EDGE, 2 * thick), (INK, thick)):
            for line in lines:
                _stroke(pen, line, colour, wide)
        _write(pen, drawing, places, (width, height))
    return layer.resize(size, Image.Resampling.BOX)


def _stroke(pen: ImageDraw.ImageDraw, line: Line, colour: tuple[int, ...], wide: float) -> None:
    pen.line(line, colour, round(wide), joint="curve")
    for x, y in (line[0], line[-1]):  # with round ends
        pen.ellipse([x - wide / 2, y - wide / 2, x + wide / 2, y + wide / 2], colour)


def _lines(tool: str, places: Line, height: float) -> list[Line]:
    """Return what is stroked of a drawing, in pixels."""
    if tool == "writing" or len(places) < 2:
        return []
    if tool == "ruler":
        return [places[:2], *_ends(places[0], places[1], height / 40)]
    if tool == "arrow":
        return [places[:2], *_barbs(places[0], places[1], height / 18)]
    if tool == "circle":
        return [_arc(places[0], math.dist(*places[:2]), 0, 2 * math.pi)]
    if tool == "angle" and len(places) == 3:
        return [places, _corner(places, height / 9)]
    return [places]


def _ends(start: Place, end: Place, half: float) -> list[Line]:
    """Return the short strokes across both ends of a ruler."""
    length = math.dist(start, end) or 1
    right, down = half * (end[1] - start[1]) / length, -half * (end[0] - start[0]) / length
    return [[(x - right, y - down), (x + right, y + down)] for x, y in (start, end)]


def _barbs(start: Place, end: Place, length: float) -> list[Line]:
    back = math.atan2(start[1] - end[1], start[0] - end[0])
    turned = (back + 0.45, back - 0.45)
    return [
        [end, (end[0] + length * math.cos(turn), end[1] + length * math.sin(turn))]
        for turn in turned
    ]


def _corner(places: Line, most: float) -> Line:
    """Return the arc between the arms of an angle."""
    one, corner, other = places
    begin, end = (math.atan2(y - corner[1], x - corner[0]) for x, y in (one, other))
    turn = math.remainder(end - begin, 2 * math.pi)
    return _arc(corner, min(most, math.dist(one, corner), math.dist(other, corner)), begin, turn)


def _arc(middle: Place, radius: float, begin: float, turn: float) -> Line:
    n = max(math.ceil(abs(turn) / 0.1), 2)
    turns = [begin + turn * step / n for step in range(n + 1)]
    return [(middle[0] + radius * math.cos(a), middle[1] + radius * math.sin(a)) for a in turns]


def _write(pen: ImageDraw.ImageDraw, drawing: Drawing, places: Line, size: tuple[int, int]) -> None:
    text, (x, y) = drawing.text, places[0]
    if drawing.tool == "angle" and len(places) == 3:
        text, (x, y) = f"{degrees_of(places):.0f}°", _beside_corner(places, size)
    elif drawing.centimetres is not None:
        text, (x, y) = f"{drawing.centimetres:.0f} cm", _middle(places, size)
    if text:
        letters = round(size[1] / 16)
        pen.text(
            (x, max(y, letters)), text, INK, font_of(letters), "ms",
            stroke_width=max(letters // 10, 1), stroke_fill=(*EDGE[:3], 255),
        )  # fmt: skip


def _middle(places: Line, size: tuple[int, int]) -> Place:
    """Return a place above the middle of a ruler."""
    width, height = size
    (x, y), (u, v) = places[0], places[-1]
    below = _within((y + v) / 2 - height / 40, height / 16, height)
    return _within((x + u) / 2, width / 20, width), below


def _beside_corner(places: Line, size: tuple[int, int]) -> Place:
    """Return a place between the arms, a little way off the corner."""
    width, height = size
    one, (x, y), other = places
    arms = [math.atan2(b - y, a - x) for a, b in (one, other)]
    right, down = (sum(map(turn, arms)) for turn in (math.cos, math.sin))
    length = math.hypot(right, down) or 1
    across, below = x + height / 6 * right / length, y + height / 6 * down / length + height / 45
    return _within(across, width / 20, width), _within(below, height / 16, height)


def _within(value: float, margin: float, most: float) -> float:
    return min(max(value, margin), most - margin)
