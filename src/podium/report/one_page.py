"""A report on one page to print or to send: a PDF (A4), drawn by Pillow.

The words are those that the page of the report keeps (`podium.report.sheet`), in its language.
"""

import base64
import binascii
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, UnidentifiedImageError

from podium.errors import ModelError, UnusableFile, UsageError
from podium.inputs.saved import record_of
from podium.machine.files import read_bytes
from podium.report.captions import font_of, lines_of
from podium.report.filed import MAX_REPORT_BYTES, json_in, page_of
from podium.report.sheet import Said, Sheet

DOTS_PER_INCH = 200
WIDTH, HEIGHT, MARGIN = 1654, 2339, 96
"""A4 at that many dots, and what stays white around, in dots."""

INK, QUIET, LINE, ACCENT = (20, 24, 30), (92, 100, 110), (205, 210, 216), (13, 92, 140)
BIG, HEADING, TEXT, SMALL = 84, 40, 30, 24
"""How high letters are, in dots."""

MAX_SIDE = 4096
"""No picture of a report is wider or higher, in pixels."""

PICTURES = "work-picture", "good-picture"
WHOLE = "strobe-picture"


@dataclass(frozen=True)
class Printed:
    """What goes on the page."""

    sheet: Sheet
    """The words."""

    pictures: tuple[Image.Image | None, ...]
    """Of each thing that was seen."""

    whole: Image.Image | None
    """The whole dive in one picture."""

    moments: tuple[float | None, ...] = ()
    """Of each of the pictures when it was, in seconds of the video; `None` where it is not said."""


def read_printed(path: Path) -> Printed:
    """Read from a report what goes on its page: from one file, or the `report.html` of a folder.

    Raises
    ------
    UnusableFile
        If it is no report of one performance, or made by an earlier version.
    """
    page = page_of(path)
    content = read_bytes(page, MAX_REPORT_BYTES)
    plain = json_in(content, "data", page).get("sheet")
    if plain is None:
        raise UnusableFile.of_file(
            page, "has nothing for one page: make the report anew with podium score or compare"
        )
    try:
        sheet = record_of(Sheet, plain, "sheet")
    except (ModelError, UsageError) as error:
        raise UnusableFile.of_file(page, str(error)) from error
    shown = tuple(_picture(content, id_, page) for id_ in PICTURES)
    moments = tuple(_moment(content, id_) for id_ in PICTURES)
    return Printed(sheet, shown, _picture(content, WHOLE, page), moments)


def _picture(content: bytes, id_: str, path: Path) -> Image.Image | None:
    found = re.search(
        rb'<img[^>]* id="%b" src="data:image/(?:jpeg|png);base64,([^"]*)"' % id_.encode(), content
    )
    if found is None:
        return None
    try:
        file = io.BytesIO(base64.b64decode(found[1], validate=True))
        picture = Image.open(file, formats=("JPEG", "PNG"))
        if max(picture.size) > MAX_SIDE:
            raise UnusableFile.of_file(path, f"a picture in it is larger than {MAX_SIDE} pixels")
        return picture.convert("RGB")
    except (binascii.Error, UnidentifiedImageError, OSError, SyntaxError) as error:
        raise UnusableFile.of_file(path, "a picture in it is damaged") from error


def _moment(content: bytes, id_: str) -> float | None:
    """Return the middle of what the button beside a picture plays."""
    number = rb"(-?[0-9]{1,6}(?:\.[0-9]+)?)"
    found = re.search(
        rb' id="%b"(?:(?!<img|<section).)*?data-play="%b" data-until="%b"' % (
            id_.encode(), number, number
        ),
        content, re.DOTALL,
    )  # fmt: skip
    return (float(found[1]) + float(found[2])) / 2 if found else None


def make_pdf(printed: Printed) -> bytes:
    """Return the page as a file (PDF)."""
    file = io.BytesIO()
    picture = _Page(printed).drawn()
    picture.save(file, "PDF", resolution=DOTS_PER_INCH, quality=92, title=printed.sheet.title)
    return file.getvalue()


class _Page:
    """Draws from the top down; `top` is where the next thing begins, in dots."""

    def __init__(self, printed: Printed) -> None:
        self.printed, self.sheet = printed, printed.sheet
        self.picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
        self.pen = ImageDraw.Draw(self.picture)
        self.top = MARGIN
        self.room = WIDTH - 2 * MARGIN

    def drawn(self) -> Image.Image:
        """Draw all of it."""
        sheet = self.sheet
        self._write(sheet.title, HEADING, QUIET, most=1)
        self._write(sheet.headline, BIG, INK, most=1)
        for line in sheet.lines:
            self._write(line, TEXT, INK, most=3)
        self._rule()
        for number, said in enumerate(sheet.said):
            shown = self.printed.pictures[number] if number < len(PICTURES) else None
            self._said(said, shown, is_first=number == 0)
        for warning in sheet.warnings:
            self._write(f"! {warning}", SMALL, QUIET, most=2)
        self._rule()
        self._below()
        self._foot()
        return self.picture

    def _write(
        self, text: str, size: int, colour: tuple[int, ...], most: int, left: int = MARGIN,
        room: float | None = None,
    ) -> None:  # fmt: skip
        """Write a text in at most so many lines."""
        for line in lines_of(text, size, self.room if room is None else room, most):
            self.pen.text((left, self.top), line, colour, font_of(size))
            self.top += round(size * 1.35)

    def _rule(self) -> None:
        self.top += 18
        self.pen.line([MARGIN, self.top, WIDTH - MARGIN, self.top], LINE, 2)
        self.top += 24

    def _said(self, said: Said, picture: Image.Image | None, *, is_first: bool) -> None:
        """Write what was seen beside its picture; the first, what to work on, is larger."""
        begin, high = self.top, 280 if is_first else 190
        left = MARGIN
        if picture:
            left += self._show(picture, (MARGIN, begin), (480, high)) + 36
        room = WIDTH - MARGIN - left
        self._write(said.heading, HEADING, ACCENT, 1, left, room)
        self._write(said.words, HEADING if is_first else TEXT, INK, 6, left, room)
        self._write(said.when, SMALL, QUIET, 1, left, room)
        self.top = max(self.top, begin + (high if picture else 0)) + 24

    def _show(self, picture: Image.Image, at: tuple[int, int], most: tuple[int, int]) -> int:
        """Put a picture where it fits, and return how wide it is."""
        scale = min(most[0] / picture.width, most[1] / picture.height)
        size = max(round(picture.width * scale), 1), max(round(picture.height * scale), 1)
        self.picture.paste(picture.resize(size, Image.Resampling.LANCZOS), at)
        return size[0]

    def _below(self) -> None:
        """Show the whole dive beside the table of measures."""
        left, begin = MARGIN, self.top
        if self.printed.whole:
            most = (self.room // 5, HEIGHT - MARGIN - 130 - begin)
            wide = self._show(self.printed.whole, (MARGIN, begin), most)
            left += wide + 40
        self._table(left)
        if self.sheet.note:
            self._write(self.sheet.note, SMALL, QUIET, 3, left, WIDTH - MARGIN - left)

    def _table(self, left: int) -> None:
        if not self.sheet.columns:
            return
        widths = self._widths(WIDTH - MARGIN - left)
        bottom = HEIGHT - MARGIN - 250
        for number, cells in enumerate((self.sheet.columns, *self.sheet.rows)):
            if self.top > bottom:
                break
            self._cells(cells, left, widths, QUIET if number == 0 else INK)

    def _widths(self, room: int) -> list[int]:
        """Share the room among the columns."""
        lines = (self.sheet.columns, *self.sheet.rows)
        font = font_of(SMALL)
        longest = (
            max(font.getlength(line[i]) for line in lines if i < len(line))
            for i in range(len(self.sheet.columns))
        )
        shares = [(one + 20) ** 0.5 for one in longest]  # long texts are broken into lines
        return [round(room * share / sum(shares)) for share in shares]

    def _cells(
        self, cells: Sequence[str], left: int, widths: list[int], colour: tuple[int, ...]
    ) -> None:
        begin, lowest = self.top, self.top
        for cell, width in zip(cells, widths, strict=False):
            self.top = begin
            self._write(cell, SMALL, colour, 4, left, width - 20)
            left += width
            lowest = max(lowest, self.top)
        self.top = lowest + 6
        self.pen.line([left - sum(widths), self.top, left, self.top], LINE, 1)
        self.top += 8

    def _foot(self) -> None:
        self.top = HEIGHT - MARGIN - 2 * SMALL
        self._write(self.sheet.made, SMALL, QUIET, most=2)
