"""What stands in a cell: nothing, in the words of programs, or a number as people write it.

A comma may be a decimal sign, part two numbers, or part thousands: where a table does not say
which, it is not guessed.
"""

import re

MISSING = frozenset(
    ("NA", "N/A", "n/a", "#N/A", "#NA", "#NV", "<NA>", "nan", "NaN", "NAN", "-nan", "NaT", "None",
     "NULL", "null")
)  # fmt: skip
"""What pandas, R, databases and spreadsheets write where there is nothing."""

_THREE_DIGITS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_WHOLE = re.compile(r"(-?\d+)[.,]0+")


def is_missing(text: str) -> bool:
    """Return whether a cell says that there is nothing."""
    return not text or text in MISSING


def without_fraction(text: str) -> str:
    """Return a number that names something without the `.0` of programs: `107.0` is `107`."""
    found = _WHOLE.fullmatch(text)
    return found[1] if found else text


class UnclearNumber(ValueError):
    """A cell that may be read as two different numbers; it says why, and what to write."""


class Numbers:
    """Reads the numbers of one table, which may have decimal commas; one object a table."""

    def __init__(self) -> None:
        self._with_comma: tuple[int, str] | None = None
        self._thousandths: dict[str, tuple[int, str]] = {}

    def read(self, text: str, separator: str, line: int) -> float:
        """Return the number in a cell of a table whose cells a sign separates.

        Raises
        ------
        UnclearNumber
            If a comma in it may be read in two ways.
        ValueError
            If it is no number.
        """
        if "_" in text:  # which Python passes over
            raise ValueError(text)
        if separator == "," and "," in text:
            raise UnclearNumber(
                "has a comma, which separates the cells of this table and so is not taken for a "
                "decimal sign: write a decimal point, or separate the cells by semicolons"
            )
        if _THREE_DIGITS.fullmatch(text):
            sign = "," if "," in text else "."
            self._thousandths.setdefault(sign, (line, text))
        elif "," in text:
            if not _DECIMAL_COMMA.fullmatch(text):
                raise UnclearNumber(
                    "is a number with marks between its thousands, or several numbers: write one, "
                    "with one decimal sign"
                )
            self._with_comma = self._with_comma or (line, text)
        return float(text.replace(",", "."))

    def unclear(self) -> tuple[int, str, str] | None:
        """Return a line, what stands there and why it is unclear, when all numbers were read.

        Three digits after a point or a comma may be thousands, where other numbers do not say.
        """
        comma, point = self._thousandths.get(","), self._thousandths.get(".")
        if comma and not self._with_comma:
            return *comma, _either(comma[1], "no other number of the table says which")
        other = self._with_comma or comma
        if point and other:
            return *point, _either(point[1], f"{other[1]!r} on line {other[0]} has a decimal comma")
        return None


def _either(text: str, why: str) -> str:
    plain = text.replace(",", ".")
    return (
        f"may be {float(plain):g} or {plain.replace('.', '')}, and {why}: write decimals with a "
        "point, and no marks between thousands"
    )
