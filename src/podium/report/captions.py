"""Words on pictures: a font, times as a clock shows them, and lines that fit."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PIL import ImageFont

ELLIPSIS = "…"

_FONT = Path(__file__).with_name("_fonts") / "DejaVuSans.ttf"


@cache
def font_of(size: int) -> ImageFont.FreeTypeFont:
    """Return the font of all pictures, so many pixels high: Latin, Greek and Cyrillic letters."""
    return ImageFont.truetype(_FONT, size)


def clock(seconds: float) -> str:
    """Return a time as 1:02.34, and from an hour on as 1:00:02.34."""
    hundredths = round(max(seconds, 0.0) * 100)
    minutes, rest = divmod(hundredths, 6_000)
    hours, minutes = divmod(minutes, 60)
    tail = f"{rest // 100:02d}.{rest % 100:02d}"
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"


def fitting(text: str, size: int, width: float) -> str:
    """Return a text, shortened so that it is no wider than so many pixels."""
    text = " ".join(text.split())
    if font_of(size).getlength(text) <= width:
        return text
    while text and font_of(size).getlength(text + ELLIPSIS) > width:
        text = text[:-1]
    return text + ELLIPSIS


def lines_of(text: str, size: int, width: float, most: int) -> Sequence[str]:
    """Break a text into at most so many lines, each no wider than so many pixels."""
    lines = _broken(text, size, width)
    kept = [*lines[: most - 1], " ".join(lines[most - 1 :])] if len(lines) > most else lines
    return [fitting(one, size, width) for one in kept]


def whole_lines_of(texts: Sequence[str], size: int, width: float, most: int) -> Sequence[str]:
    """Break as many texts, the first ones, into so many lines as fit whole; one there is always."""
    for n_texts in range(len(texts), 1, -1):
        said = " / ".join(texts[:n_texts])
        if len(_broken(said, size, width)) <= most:
            return lines_of(said, size, width, most)
    return lines_of(texts[0], size, width, most) if texts else []


def _broken(text: str, size: int, width: float) -> list[str]:
    lines: list[str] = []
    line = ""
    # A number and its unit stay together, and what a language holds together.
    for word in re.sub(r"[^\S\xa0]+", " ", text.strip()).replace(" %", "\xa0%").split(" "):
        longer = f"{line} {word}".strip()
        if line and font_of(size).getlength(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]
