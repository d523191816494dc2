"""What people add to a report: what they draw, and whether remarks are true; kept in it.

It comes back from browsers and from files of strangers: what does not fit is refused in one line.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

from podium.errors import ModelError, UnusableFile, UsageError
from podium.inputs.saved import record_of

Tool = Literal["line", "angle", "arrow", "circle", "free", "writing", "ruler"]

MAX_DRAWINGS, MAX_PLACES, MAX_LETTERS = 500, 200, 80
"""The most drawings of a report, places of one, and letters of what is written."""

MAX_VERDICTS, MAX_SENTENCE = 1_000, 1_000
"""The most remarks of a report that somebody judged, and letters of each."""

CLIPS = "clips"
"""What a verdict is about where a remark is of clips; else it names a measure or an angle."""

MOMENT = "moment"
"""What a verdict is about where it is on when something happened."""

MAX_FRAME, MAX_SECONDS, MAX_CENTIMETRES = 10_000_000, 1e6, 1e5

_ELEMENT = re.compile(rb'(<script type="application/json" id="notes")[^>]*>([^<]*)(</script>)')
_POLICY, _QUOTE = b'content="default-src &#39;none&#39;; ', b"&#39;"


@dataclass(frozen=True)
class Drawing:
    """What somebody drew on one frame of one of the two videos."""

    side: Literal["query", "reference"]
    """On which: the performance, or the expert's."""

    frame: int
    """The number of the frame in the report's copy, from 0."""

    seconds: float
    """When that frame is, in seconds of the video."""

    tool: Tool
    """What it is; `writing` is a text."""

    places: tuple[tuple[float, float], ...]
    """From the left and from the top, as shares of the picture; an angle's corner is the second."""

    text: str = ""
    """What was written."""

    degrees: float | None = None
    """How large an angle is."""

    centimetres: float | None = None
    """How long what lies along a ruler is."""

    is_known: bool = False
    """Whether somebody said how long that is: other rulers are read by it."""

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        _require(
            0 <= self.frame <= MAX_FRAME, "a drawing's frame", self.frame, f"0 to {MAX_FRAME:,}"
        )
        is_time = abs(self.seconds) <= MAX_SECONDS
        _require(is_time, "a drawing's time", self.seconds, f"at most {MAX_SECONDS:g} s")
        n = len(self.places)
        _require(1 <= n <= MAX_PLACES, "a drawing's number of places", n, f"1 to {MAX_PLACES}")
        inside = all(0 <= share <= 1 for place in self.places for share in place)
        _require(inside, "a drawing's place", "outside the picture", "two shares from 0 to 1")
        n = len(self.text)
        _require(n <= MAX_LETTERS, "a drawing's number of letters", n, f"at most {MAX_LETTERS}")
        _require(
            0 <= (self.degrees or 0) <= 180, "a drawing's angle", self.degrees, "0 to 180 degrees"
        )
        is_length = 0 <= (self.centimetres or 0) <= MAX_CENTIMETRES
        _require(is_length, "a drawing's length", self.centimetres, f"0 to {MAX_CENTIMETRES:g} cm")


@dataclass(frozen=True)
class Verdict:
    """What somebody says of a remark: that it is true, or not, and what it really was."""

    about: str
    """`clips`, `moment`, or the measure or the angle that the remark is about."""

    moment: str
    """In which part of the performance."""

    start_seconds: float | None
    """When it begins, in seconds of the video; `None` where that is not known."""

    end_seconds: float | None
    """When it ends."""

    words: str
    """What was remarked, in the language of the report."""

    is_true: bool
    """Whether it is so."""

    was: str = ""
    """What it really was, where somebody said that."""

    is_praise: bool = False
    """Whether the remark says that something was good."""

    was_seconds: float | None = None
    """Of a moment, when it really was, where somebody said that."""

    def __post_init__(self) -> None:
        """Refuse what no report says."""
        for said in (self.about, self.moment, self.words, self.was):
            n = len(said)
            _require(
                n <= MAX_SENTENCE, "a verdict's number of letters", n, f"at most {MAX_SENTENCE:,}"
            )
        for at in (self.start_seconds, self.end_seconds, self.was_seconds):
            is_time = abs(at or 0.0) <= MAX_SECONDS
            _require(is_time, "a verdict's time", at, f"at most {MAX_SECONDS:g} s")


@dataclass(frozen=True)
class Notes:
    """All that was added to a report."""

    drawings: tuple[Drawing, ...] = ()
    """What was drawn, in the order in which it was."""

    verdicts: tuple[Verdict, ...] = ()
    """Which remarks somebody said are true, or are not."""

    def __post_init__(self) -> None:
        """Refuse more than a report keeps."""
        n = len(self.drawings)
        _require(n <= MAX_DRAWINGS, "the number of drawings", n, f"at most {MAX_DRAWINGS}")
        n = len(self.verdicts)
        _require(n <= MAX_VERDICTS, "the number of verdicts", n, f"at most {MAX_VERDICTS:,}")

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON, without what says nothing."""
        return {
            "drawings": [_without_nothing(asdict(one)) for one in self.drawings],
            "verdicts": [_as_remarked(asdict(one)) for one in self.verdicts],
        }

    @property
    def tag(self) -> str:
        """Return a name of exactly these notes: who changes them says by it which ones they saw."""
        return hashlib.sha256(json.dumps(self.to_json()).encode()).hexdigest()[:32]


def notes_of(plain: Any) -> Notes:
    """Return notes from plain JSON.

    Raises
    ------
    UsageError, ModelError
        If they are none.
    """
    return record_of(Notes, plain, "notes")


def notes_in_file(plain: Any, path: object) -> Notes:
    """Return notes from the JSON of a file.

    Raises
    ------
    UnusableFile
        If they are none.
    """
    try:
        return notes_of(plain)
    except (ModelError, UsageError) as error:
        raise UnusableFile.of_file(path, str(error)) from error


def notes_in_result(plain: Any, path: object) -> Notes:
    """Return the notes in the JSON of a `result.json`, which holds more.

    Raises
    ------
    UnusableFile
        If they are none.
    """
    found = plain if isinstance(plain, dict) else {}
    added = {key: found[key] for key in ("drawings", "verdicts") if key in found}
    return notes_in_file(added, path)


def with_notes(report: bytes, notes: Notes, address: str = "") -> bytes:
    """Return a report that shows notes, and keeps them at an address of where it came from, if any.

    Its policy then allows questions to where it came from, and to nobody else. A report of an
    earlier version is returned as it is.
    """
    # As in every script that holds JSON: nothing in it can end the script.
    text = json.dumps(notes.to_json()).replace("<", "\\u003c").encode()
    about = f' data-tag="{notes.tag}" data-address="{address}">' if address else ">"
    added = about.encode() + text
    shown, n = _ELEMENT.subn(lambda found: found[1] + added + found[3], report, count=1)
    asking = b"connect-src " + _QUOTE + b"self" + _QUOTE + b"; "
    return shown.replace(_POLICY, _POLICY + asking, 1) if n and address else shown


def with_notes_in_json(result: bytes, notes: Notes) -> bytes:
    """Return a `result.json` with what was added to the report."""
    return (json.dumps(json.loads(result) | notes.to_json(), indent=1) + "\n").encode()


def _as_remarked(plain: dict[str, Any]) -> dict[str, Any]:
    """Leave out what most verdicts do not have: that it is praise, and when it really was."""
    usual = {"is_praise": False, "was_seconds": None}
    return {key: value for key, value in plain.items() if key not in usual or value != usual[key]}


def _without_nothing(plain: dict[str, Any]) -> dict[str, Any]:
    # By what they are, not by what they equal: the first frame is number 0.
    return {
        key: value
        for key, value in plain.items()
        if value != "" and value is not None and value is not False
    }


def _require(is_so: bool, name: str, value: object, allowed: str) -> None:
    if not is_so:
        raise UsageError(f"{name} is {value}: it must be {allowed}")
