"""The address of a page that is shared as a code (QR) for the camera of a phone beside it."""

import io
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segno import QRCode

BORDER = 4
"""So many light fields about a code, as its standard asks for."""

PIXELS = 5
"""How wide a field of the picture is."""


def code_lines(address: str) -> tuple[str, ...]:
    """Return an address as a code of letters, light on dark; none where it cannot be shown.

    That is where the package that draws it is not installed, or the terminal has no such letters.
    """
    code = _code(address)
    if code is None or not _has_blocks(sys.stderr.encoding):
        return ()
    drawn = io.StringIO()
    code.terminal(drawn, border=BORDER, compact=True)
    return tuple(drawn.getvalue().splitlines())


def code_picture(address: str) -> str:
    """Return an address as a picture (a `data:` address), dark on white; "" where it cannot be."""
    code = _code(address)
    return code.svg_data_uri(scale=PIXELS, border=BORDER, light="#fff") if code else ""


def _code(address: str) -> "QRCode | None":
    try:
        import segno
    except ModuleNotFoundError:  # the address alone is enough
        return None
    return segno.make_qr(address, error="m", boost_error=False)


def _has_blocks(encoding: str | None) -> bool:
    try:
        "▀▄█".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
