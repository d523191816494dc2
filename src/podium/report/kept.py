"""A report that was kept, read back: its videos, what keeps them in step, its remarks and drawings.

It may be a stranger's: of a folder only `result.json`, `report.html` and two videos of fixed names
are looked at, and what does not fit is refused in one line.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from podium.errors import MissingFile, PodiumError, UnusableFile
from podium.machine.files import parse_json, read_bytes, read_json
from podium.report.filed import MAX_REPORT_BYTES, PAGES, json_in, video_in
from podium.report.glance import AROUND_SECONDS
from podium.report.notes import Drawing, Notes, notes_in_file, notes_in_result
from podium.report.result import SCHEMA, SCHEMA_VERSION

RESULT = "result.json"
"""What a report's folder, or a report that is one file, keeps its data as."""

MAX_BYTES = 20_000_000
MAX_ENTRIES, MAX_TEXT = 10_000, 1_000
"""No list of a result is longer, and no text of it."""

MAX_SECONDS = 1e6
ANEW = "make the report anew with podium score --report-dir"


@dataclass(frozen=True)
class Side:
    """One of the two videos of a report."""

    path: Path
    """The copy that lies in the folder."""

    name: str
    """What the report calls it."""

    offset_seconds: float
    """When in its own time its first frame is."""


@dataclass(frozen=True)
class Line:
    """A remark, and when it is about, in seconds of the performance's video."""

    start_seconds: float
    """When it begins."""

    end_seconds: float
    """When it ends."""

    words: str
    """What is remarked."""

    cost: float
    """How many points it cost, 0 where it cost none."""


@dataclass(frozen=True)
class KeptReport:
    """What is shown of a report that was kept."""

    path: Path
    """Its `result.json`, or the one file that it is."""

    query: Side
    """The performance."""

    reference: Side | None
    """The expert's, where there is a video of it."""

    steps: tuple[tuple[float, float], ...]
    """Moments of both, in step, in seconds; empty where they are not known."""

    remarks: tuple[Line, ...]
    """In order of time."""

    clips: tuple[tuple[float, float, float], ...]
    """From when to when each clip is, and how alike the expert's it is."""

    notes: Notes = field(default_factory=Notes)
    """What was added to it."""

    is_dive: bool = False
    """Whether somebody dives in it."""

    is_drawn: bool = False
    """Whether the expert is a figure, not a video."""

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        """Return what was drawn on its videos."""
        return self.notes.drawings


class Checked:
    """An object of a file that may be a stranger's, of which only what fits is believed."""

    def __init__(self, file: Path, value: Any, name: str = "") -> None:
        self.file, self.name = file, name
        if not isinstance(value, Mapping):
            raise self.refusal(f"{name or 'its content'} is no object")
        self.value = value
        if not name:
            self._require_schema()

    def _require_schema(self) -> None:
        said = (self.value.get("schema"), self.value.get("schema_version"))
        if said != (SCHEMA, SCHEMA_VERSION):
            raise UnusableFile.of_file(
                self.file, f"is not a {SCHEMA} of version {SCHEMA_VERSION}: {ANEW}"
            )

    def refusal(self, why: str) -> UnusableFile:
        """Return why the file cannot be used."""
        return UnusableFile.of_file(self.file, f"{why}: {ANEW}")

    def object(self, key: str) -> "Checked":
        """Return an object in it."""
        return Checked(self.file, self.value.get(key), key)

    def objects(self, key: str) -> list["Checked"]:
        """Return a list of objects in it."""
        return [Checked(self.file, one, f"an entry of {key}") for one in self._entries(key)]

    def _entries(self, key: str) -> list[Any]:
        found = self.value.get(key)
        if not isinstance(found, list) or len(found) > MAX_ENTRIES:
            raise self.refusal(f"{key} is no list of at most {MAX_ENTRIES:,} entries")
        return found

    def number(self, key: str) -> float:
        """Return a number in it."""
        return self._number(self.value.get(key), key)

    def _number(self, found: Any, key: str) -> float:
        is_number = isinstance(found, int | float) and not isinstance(found, bool)
        if not is_number or not isfinite(found) or abs(found) > MAX_SECONDS:
            raise self.refusal(f"{key} is no number of at most {MAX_SECONDS:g}")
        return float(found)

    def numbers(self, key: str) -> list[float]:
        """Return a list of numbers in it, none less than the one before."""
        found = [self._number(one, key) for one in self._entries(key)]
        if found != sorted(found):
            raise self.refusal(f"{key} goes back in time")
        return found

    def number_or_none(self, key: str) -> float | None:
        """Return a number in it, if there is one."""
        return None if self.value.get(key) is None else self.number(key)

    def text(self, key: str) -> str:
        """Return a text in it."""
        found = self.value.get(key)
        if not isinstance(found, str) or len(found) > MAX_TEXT:
            raise self.refusal(f"{key} is no text of at most {MAX_TEXT:,} characters")
        return found


@contextmanager
def opened(path: Path) -> Iterator[KeptReport]:
    """Read a report: a folder, the `result.json` in it, or a report that is one file.

    The videos of one file lie on the disk until the end of the block.

    Raises
    ------
    MissingFile, UnusableFile
        If there is none, or it is not a report with its videos.
    """
    if path.suffix.lower() not in PAGES or not path.is_file():
        yield read_kept(path)
        return
    with TemporaryDirectory(prefix="podium-") as folder:
        yield unpacked(path, Path(folder))


def unpacked(path: Path, folder: Path) -> KeptReport:
    """Read a report that is one file, and write its videos into a folder.

    Raises
    ------
    MissingFile, UnusableFile
        If there is none, or it is not a report with its videos.
    """
    return _of_page(path, read_bytes(path, MAX_REPORT_BYTES), folder)


def read_result(path: Path) -> Checked:
    """Read the result of an assessment: a folder's, a `result.json`, or what lies in one file.

    Raises
    ------
    MissingFile, UnusableFile
        If there is none.
    """
    if path.is_file() and path.suffix.lower() in PAGES:
        return result_in(path, read_bytes(path, MAX_REPORT_BYTES))
    file = _result_of(path)
    return Checked(file, read_json(file, MAX_BYTES))


def _result_of(path: Path) -> Path:
    file = path if path.is_file() else path / RESULT
    if not file.is_file():
        raise MissingFile.of_file(
            file, "no such file: name the folder that podium score --report-dir wrote"
        )
    return file


def is_result(file: Path) -> bool:
    """Return whether a JSON file is the result of an assessment, of whatever version."""
    try:
        plain = read_json(file, MAX_BYTES)
    except PodiumError:
        return False
    return isinstance(plain, Mapping) and plain.get("schema") == SCHEMA


def result_in(path: Path, content: bytes) -> Checked:
    """Read the result that lies in a report that is one file.

    Raises
    ------
    UnusableFile
        If there is none.
    """
    saved = json_in(content, "data", path).get("saved")
    text = saved.get(RESULT) if isinstance(saved, dict) else None
    if not isinstance(text, str):
        raise UnusableFile.of_file(path, f"holds no result of an assessment: {ANEW}")
    return Checked(path, parse_json(text.encode(), str(path)))


def read_kept(path: Path) -> KeptReport:
    """Read a report's folder, or the `result.json` in it.

    Raises
    ------
    MissingFile, UnusableFile
        If there is none, or it is not a report with its videos.
    """
    file = _result_of(path)
    plain = read_json(file, MAX_BYTES)
    return _kept(Checked(file, plain), file.parent, _notes_beside(file, plain))


def _notes_beside(file: Path, plain: Any) -> Notes:
    """Return what was added to a report: kept in its data, else in the page beside it."""
    added = notes_in_result(plain, file)
    page = file.parent / "report.html"
    if added != Notes() or not page.is_file():
        return added
    return notes_in_file(json_in(read_bytes(page, MAX_REPORT_BYTES), "notes", page), page)


def _added(plain: Any, file: Path) -> Notes:
    found = plain if isinstance(plain, dict) else {}
    return notes_in_file(
        {key: found[key] for key in ("drawings", "verdicts") if key in found}, file
    )


def _of_page(path: Path, content: bytes, folder: Path) -> KeptReport:
    """Read a report that is one file; its videos lie in it, else beside it."""
    beside = path.parent
    for side in ("query", "reference"):
        if video := video_in(content, side, path):
            beside = folder
            (folder / f"{side}.mp4").write_bytes(video)
    checked = result_in(path, content)
    return _kept(checked, beside, notes_in_file(json_in(content, "notes", path), path))


def _kept(content: Checked, folder: Path, notes: Notes) -> KeptReport:
    shown = content.object("playback")
    reference = shown.value.get("reference")
    theirs = folder / "reference.mp4"
    return KeptReport(
        content.file,
        _side(shown.object("query"), folder / "query.mp4"),
        _side(shown.object("reference"), theirs) if reference is not None else None,
        _steps(content, shown),
        tuple(sorted([*map(_line, content.objects("remarks")), *_measured(content)], key=_when)),
        tuple(_clip(one) for one in content.objects("clips")),
        notes,
        is_dive=_is_dive(content),
        is_drawn=shown.value.get("steps") is not None,
    )


def _is_dive(content: Checked) -> bool:
    """Return whether phases of a dive were measured."""
    measures = content.objects("measures") if "measures" in content.value else []
    return any(one.value.get("phase") for one in measures)


def _when(line: Line) -> float:
    return line.start_seconds


def _side(about: Checked, path: Path) -> Side:
    if not path.is_file():
        raise MissingFile.of_file(path, f"no such file beside {about.file.name}: {ANEW}")
    return Side(path, about.text("name"), about.number("offset_seconds"))


def _steps(content: Checked, shown: Checked) -> tuple[tuple[float, float], ...]:
    """Return the moments of the expert who is drawn, else those of both videos."""
    if shown.value.get("steps") is not None:
        return _together(shown.object("steps"), "query", "reference")
    if content.value.get("alignment") is not None:
        return _together(content.object("alignment"), "query_seconds", "reference_seconds")
    return ()


def _together(steps: Checked, ours: str, theirs: str) -> tuple[tuple[float, float], ...]:
    own, others = steps.numbers(ours), steps.numbers(theirs)
    if len(own) != len(others):
        raise steps.refusal(f"{steps.name} has not as many moments of both videos")
    return tuple(zip(own, others, strict=True))


def _line(one: Checked) -> Line:
    cost = one.value.get("contribution")
    points = one.number("contribution") if cost is not None else 0.0
    span = one.number("start_seconds"), one.number("end_seconds")
    return Line(*span, words=one.text("words"), cost=max(-points, 0.0))


def _measured(content: Checked) -> Iterator[Line]:
    """Yield what is remarked of what was measured, when it was seen; earlier files have none."""
    if "measured_remarks" not in content.value:
        return
    measures = {one.text("name"): one for one in content.objects("measures")}
    for remark in content.objects("measured_remarks"):
        seen = measures.get(remark.text("measure"))
        if seen is None or seen.value.get("start_seconds") is None:
            continue
        start = seen.number("start_seconds")
        end = start if seen.value.get("end_seconds") is None else seen.number("end_seconds")
        yield Line(start - AROUND_SECONDS, end + AROUND_SECONDS, remark.text("words"), 0.0)


def _clip(one: Checked) -> tuple[float, float, float]:
    return one.number("start_seconds"), one.number("end_seconds"), one.number("similarity")
