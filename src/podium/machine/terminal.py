"""What is shown to people on a terminal: nothing that a file says can steer it."""

import unicodedata

STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Kinds of characters that are not shown but do something: end a line, move, turn text round."""

JOINERS = "\u200c\u200d"
"""The invisible characters that scripts and emoji cannot do without."""


def printable(text: object) -> str:
    r"""Return the text on one line, with what a terminal would obey written out, as in `\x1b`.

    That holds for the names of files, columns and performances as for all else: escape sequences,
    ends of lines, and characters that turn the order of others round.
    """
    words = str(text)
    if words.isprintable():
        return words
    return "".join(_written_out(c) if _steers(c) else c for c in words)


def brief(text: object, most: int) -> str:
    """Return the text on one line (`printable`), cut to so many characters at most."""
    shown = printable(text)
    return shown if len(shown) <= most else f"{shown[: most - 3]}..."


def _steers(character: str) -> bool:
    return unicodedata.category(character) in STEERING and character not in JOINERS


def _written_out(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
