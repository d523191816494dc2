"""A contact sheet: a few pictures of each performance of a recording, for people to confirm."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from podium.features.recording import N_PICTURES, Span
from podium.report.captions import clock, font_of
from podium.report.words import Words

MAX_ROWS = 100
"""So many performances are on a sheet, the first ones: it can still be opened."""

PICTURE_WIDTH, MAX_PICTURE_HEIGHT = 200, 200
LABEL_HEIGHT, GAP = 26, 4
TEXT_SIZE = 17
PAPER, INK = (250, 250, 250), (20, 20, 20)


def contact_sheet(spans: Sequence[Span], names: Sequence[str], shape: float, words: Words) -> bytes:
    """Return a sheet as JPEG: a row a performance, under its name and when it is.

    `names` are those of the spans, (performances,), and `shape` is how many times as high as wide
    the recording's pictures are.
    """
    shown = spans[:MAX_ROWS]
    height = min(max(round(PICTURE_WIDTH * shape), 20), MAX_PICTURE_HEIGHT)
    width = min(round(height / shape), PICTURE_WIDTH) if shape > 1 else PICTURE_WIDTH
    row = LABEL_HEIGHT + height + GAP
    n_rest = len(spans) - len(shown)
    below = LABEL_HEIGHT if n_rest or not spans else 0
    size = (GAP + N_PICTURES * (width + GAP), len(shown) * row + below)
    sheet = Image.new("RGB", size, PAPER)
    for number, (span, name) in enumerate(zip(shown, names, strict=False)):
        _draw_row(sheet, number * row, span, _label(span, name, words), (width, height))
    if n_rest:
        _write(sheet, len(shown) * row, words("sheet.more", n=n_rest))
    if not spans:
        _write(sheet, 0, words("sheet.none"))
    buffer = io.BytesIO()
    sheet.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def _label(span: Span, name: str, words: Words) -> str:
    return words(
        "sheet.performance",
        name=name,
        start=clock(span.start_seconds),
        end=clock(span.end_seconds),
    )


def _draw_row(sheet: Image.Image, top: int, span: Span, label: str, size: tuple[int, int]) -> None:
    _write(sheet, top, label)
    for column, pixels in enumerate(span.pictures):
        picture = Image.fromarray(np.asarray(pixels)).resize(size)
        sheet.paste(picture, (GAP + column * (size[0] + GAP), top + LABEL_HEIGHT))


def _write(sheet: Image.Image, top: int, text: str) -> None:
    ImageDraw.Draw(sheet).text((GAP, top + 3), text, INK, font_of(TEXT_SIZE))
