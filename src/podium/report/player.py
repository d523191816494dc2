"""What pages that play a video have in common: the times of its frames, and what they may load."""

import base64
from pathlib import Path
from typing import Any, get_args

from markupsafe import Markup

from podium.errors import PodiumError
from podium.report.notes import Tool
from podium.report.templates import fingerprint, source
from podium.report.words import Words
from podium.video.frames import Frames, Part
from podium.video.playback import Playback, make_playback

SPEEDS = (
    (0.125, "1/8"), (0.25, "1/4"), (0.5, "1/2"), (0.75, "3/4"), (1.0, "1"), (1.5, "1½"), (2.0, "2")
)  # fmt: skip
"""How fast videos are played, and how that is written."""


SCRIPTS = "drawing.js", "sketch.js", "notes.js", "report.js"
"""What the script of a page that plays is made of, in this order."""


def part_shown(part: Part, frames: Frames) -> Part:
    """Return the part of a video that begins with these frames: leading black ones do not count."""
    return Part(int(frames.numbers[0]), part.end_frame)


def page_values(words: Words, *, inside: bool) -> dict[str, Any]:
    """Return what the template of every page that plays asks for, whatever it shows.

    `inside` says whether its videos are in it.
    """
    style, script = source("report.css"), "".join(map(source, SCRIPTS))
    return {
        "words": words,
        "number": words.number,
        "policy": _policy(style, script, inside=inside),
        "style": Markup(style),
        "script": Markup(script),
        "inside": inside,
        "speeds": SPEEDS,
        "sketch_tools": get_args(Tool),
        "base64": lambda content: base64.b64encode(content).decode(),
    }


def spoken(words: Words) -> dict[str, str]:
    """Return what the script of every page that plays may say."""
    return words.of("player") | words.of("save") | words.of("sketch") | words.of("verdict")


def side(
    playback: Playback | None, offset: float, file: str | None, drawn: dict[str, Any] | None = None
) -> dict[str, Any] | None:
    """Return when each frame of a copy is shown, in seconds of the video, for the script.

    `drawn` is what is drawn over it (`podium.report.overlay`).
    """
    if playback is None:
        return None
    # Six digits are far finer than the clock of the copy.
    starts = [round(offset + second, 6) for second in playback.start_seconds]
    end = round(offset + playback.end_seconds, 6)
    facts = {"starts": starts, "end": end, "offset": round(offset, 6), "file": file}
    size = {"width": playback.width, "height": playback.height}
    return facts | ({"drawn": drawn | size} if drawn else {})


def served_policy(report: bytes) -> str:
    """Return what a report may do that a page shows: what it needs, if this version made it.

    A report may have been taken in from elsewhere: whatever is in it, only this version's own
    script runs as the page. Any other is shown as if it came from nowhere (`sandbox`).
    """
    style, script = source("report.css"), "".join(map(source, SCRIPTS))
    if all(f"<{tag}>{text}</{tag}>".encode() in report
           for tag, text in (("style", style), ("script", script))):  # fmt: skip
        own = _policy(style, script, inside=True)
        return f"{own}; connect-src 'self'; frame-ancestors 'none'"
    return "sandbox allow-scripts allow-downloads; frame-ancestors 'none'"


def _policy(style: str, script: str, *, inside: bool) -> str:
    """Allow what is in the file, by its fingerprint, and nothing else: no request to anywhere.

    A report that is a folder may load its videos, from the disk or from where it came from.
    """
    media = "blob:" if inside else "'self' file:"
    return (
        f"default-src 'none'; img-src data: blob:; media-src {media}; "
        f"style-src '{fingerprint(style)}'; script-src '{fingerprint(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def played(path: Path, part: Part, frames: Frames | None) -> Playback | None:
    """Copy a video small, without bars as its frames are; `None` if it cannot be read any more."""
    try:
        if frames is None:
            return make_playback(path, part=part)
        return make_playback(path, part=part_shown(part, frames), box=frames.box)
    except PodiumError:  # the video was readable a moment ago; a report that does not play is left
        return None


def offset_of(frames: Frames | None) -> float:
    """Return when in its video a performance begins."""
    return float(frames.start_seconds[0]) if frames else 0.0
