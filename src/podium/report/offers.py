"""What can be made of a report to send it: which films, a picture, a page to print."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from podium.errors import PodiumError
from podium.machine.files import read_bytes
from podium.report.filed import MAX_REPORT_BYTES, json_in
from podium.report.one_page import WHOLE

Offer = Literal["beside", "overlay", "picture", "page"]
"""Both videos beside each other or one over the other, the whole dive as a picture, one page."""


def offers_of(page: Path) -> list[Offer]:
    """Return what can be made of a report that is one file; nothing where it is no report.

    Raises
    ------
    OSError
        If it cannot be opened.
    """
    content = read_bytes(page, MAX_REPORT_BYTES)
    try:
        data = json_in(content, "data", page)
    except PodiumError:  # such as of movements, of which there is no film yet
        return []
    shown = _playback_in(content, page)
    has: dict[Offer, bool] = {
        "beside": isinstance(shown.get("query"), dict),
        "overlay": isinstance(shown.get("reference"), dict),
        "picture": isinstance(shown.get("query"), dict) and b'id="%b"' % WHOLE.encode() in content,
        "page": isinstance(data.get("sheet"), dict),
    }
    return [offer for offer, is_there in has.items() if is_there]


def _playback_in(content: bytes, page: Path) -> Mapping[str, Any]:
    """Return what the result that a report keeps says of its videos."""
    from podium.report.kept import result_in

    try:
        return result_in(page, content).object("playback").value
    except PodiumError:
        return {}
