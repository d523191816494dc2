"""How a text is a table: its encoding, the sign that separates cells, and where the header is."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from podium.errors import ManifestError

SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
"""What may separate cells without being named, and what it is called."""

UNSEEN = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060"
"""What programs leave in cells that nobody sees: marks of the byte order and of the direction."""

SPACES = " \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
BLANK = SPACES + UNSEEN
"""What is not kept at the ends of a cell."""

_QUOTED = re.compile(r'"[^"]*"?')
_DECLARED = re.compile(r'"?sep=([^\w\s"]|\t)"?', re.IGNORECASE)


@dataclass(frozen=True)
class Start:
    """Where a table begins, and how its cells are told apart."""

    header: str
    """The first line that holds anything."""

    separator: str
    """The sign between two cells."""


_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""What files of spreadsheets begin with, today and before 2007."""


def encoding_of(content: bytes, path: object) -> str:
    """Return the encoding of a text: UTF-8, or UTF-16 where its mark says so, as of Excel.

    Raises
    ------
    ManifestError
        If it is a file of a spreadsheet, which holds no text.
    """
    if content.startswith(_WORKBOOKS):
        raise ManifestError.of_file(
            path, "is a workbook of a spreadsheet (.xlsx, .ods, .xls): save its sheet as CSV UTF-8"
        )
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return "utf-16" if is_utf16 else "utf-8-sig"


def find_start(lines: Iterator[str], path: object) -> Start:
    """Pass over blank lines, and over Excel's `sep=;`, up to the header.

    Raises
    ------
    ManifestError
        If it is no text, or it cannot be told what separates its cells.
    """
    declared = ""
    for line in lines:
        words = line.strip(BLANK)
        if found := _DECLARED.fullmatch(words if words.lower() != "sep=" else line.strip(" \r\n")):
            declared = found[1]
        elif words.strip(BLANK + ',;"'):
            return Start(line, declared or _separator(line, path))
    return Start("", ",")


def _separator(line: str, path: object) -> str:
    """Return what separates the names of a header: what is there first, and more than others."""
    if "\0" in line:
        raise ManifestError.of_file(
            path,
            "begins with a line that holds zero bytes, as UTF-16 without its mark does: "
            "save it as UTF-8",
        )
    outside = _QUOTED.sub("", line)
    counts = {sign: n for sign in SEPARATORS if (n := outside.count(sign))}
    if not counts:
        return ","
    first = min(counts, key=outside.index)
    most = max((sign for sign in counts if sign != first), key=counts.__getitem__, default="")
    if most and counts[most] >= counts[first]:
        raise ManifestError.of_file(
            path,
            f"it cannot be told whether {SEPARATORS[first]} or {SEPARATORS[most]} "
            "separates its columns: put quotes around a name that holds the other, or begin the "
            f"file with the line sep={first}",
        )
    return first
