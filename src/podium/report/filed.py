"""A report that is one file: the data, the notes and the videos that lie in it, read back.

It may be a stranger's: of it only elements of fixed names are looked at, and nothing of it is run.
"""

import base64
import binascii
import re
from pathlib import Path
from typing import Any

from podium.errors import UnusableFile
from podium.machine.files import parse_json

MAX_REPORT_BYTES = 64 * 2**20

PAGES = (".html", ".htm")
"""How the names of such files end."""


def page_of(path: Path) -> Path:
    """Return the page of a report: that file, or the one in its folder."""
    if path.is_file() and path.suffix.lower() in PAGES:
        return path
    return (path.parent if path.is_file() else path) / "report.html"


def json_in(content: bytes, id_: str, path: Path) -> dict[str, Any]:
    """Return the object that an element of a report holds.

    Raises
    ------
    UnusableFile
        If the file has no such element, or it holds none.
    """
    found = _element(content, b"application/json", id_)
    plain = parse_json(found, str(path)) if found is not None else None
    if not isinstance(plain, dict):
        raise UnusableFile.of_file(path, _why_none(content, id_))
    return plain


def video_in(content: bytes, side: str, path: Path) -> bytes | None:
    """Return the copy of a video that lies in a report; `None` where it lies beside it.

    Raises
    ------
    UnusableFile
        If what is there is no file in letters (Base64).
    """
    found = _element(content, b"text/plain", f"{side}-video")
    try:
        return None if found is None else base64.b64decode(found, validate=True)
    except binascii.Error as error:
        raise UnusableFile.of_file(path, f"its copy of a video is damaged ({error})") from error


def _element(content: bytes, kind: bytes, id_: str) -> bytes | None:
    pattern = rb'<script type="%b" id="%b"[^>]*>([^<]*)</script>' % (kind, id_.encode())
    found = re.search(pattern, content)
    return found[1] if found else None


def _why_none(content: bytes, id_: str) -> str:
    """Return what a file is that is not a report in which something is kept."""
    if not content.strip():
        return "is empty, no report of Podium: name a report that was kept, or its folder"
    if id_ == "notes" or b'<script type="application/json" id="' in content:
        return (
            "is a report of another version of Podium, or damaged: what was said in it cannot be "
            "read here; keep it, and read it with the version that made it"
        )
    return "is no report of Podium: name a report that was kept (.html), a result.json or a folder"
