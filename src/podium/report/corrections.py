"""What people said of remarks in reports, as rows of one table.

Reports may be strangers': of each only what was added to it and the name of its video are read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from podium.errors import MissingFile, UnusableFile
from podium.machine.files import parse_json, read_bytes, read_json
from podium.report.filed import MAX_REPORT_BYTES, json_in
from podium.report.notes import Notes, Verdict, notes_in_file, notes_in_result

COLUMNS = (
    "file_name", "about", "moment", "start_seconds", "end_seconds", "words", "is_true", "was",
    "was_seconds", "is_praise", "report",
)  # fmt: skip

MAX_JSON_BYTES = 20_000_000

_NAMES = ("result.json", "report.html")
"""What a folder that --report-dir wrote holds; the first that has something in it counts."""


@dataclass(frozen=True)
class Corrections:
    """What people said of remarks, and what was given more than once."""

    rows: list[dict[str, object]]
    """A row for each remark, and each moment, that somebody judged."""

    repeated: list[Path]
    """The files of which a report was taken already, wholly or in part."""


@dataclass(frozen=True)
class _Found:
    """A report: where what was added to it is kept, of which video, and what it says."""

    file: Path
    name: str
    notes: Notes
    result: Any
    """The same for the same report, in whichever file it is kept."""


def find_corrections(paths: Sequence[Path]) -> Corrections:
    """Return a row for each remark or moment that somebody judged; of a report given twice, once.

    Each path is a report, a `result.json`, a folder that `--report-dir` wrote, or the folder of
    `podium serve`. Reports are the same if they say the same of the same video; what was said only
    in one copy of it is taken as well.

    Raises
    ------
    MissingFile, UnusableFile
        If there is none, or it cannot be used.
    """
    rows: list[dict[str, object]] = []
    repeated: list[Path] = []
    taken: dict[Verdict, list[_Found]] = {}
    for found in (one for path in paths for one in _reports_below(path)):
        for verdict in found.notes.verdicts:
            known = taken.setdefault(verdict, [])
            if any((one.name, one.result) == (found.name, found.result) for one in known):
                repeated.append(found.file)
                continue
            known.append(found)
            rows.append({**asdict(verdict), "file_name": found.name, "report": str(found.file)})
    return Corrections(rows, list(dict.fromkeys(repeated)))


def _reports_below(path: Path) -> Iterator[_Found]:
    """Yield each report at a path."""
    if not path.exists():
        raise MissingFile(f"{path}: no such file or folder: name a report, or the folder of one")
    if path.is_file():
        yield _of_file(path)
    elif (path / "assessments").is_dir():
        for notes in sorted((path / "assessments").glob("*/notes.json")):
            result = notes.parent / "result" / "result.json"
            plain = read_json(result, MAX_JSON_BYTES)
            added = notes_in_file(read_json(notes, MAX_JSON_BYTES), notes)
            yield _Found(notes, _name_of(plain, result), added, _bare(plain))
    else:
        yield from _of_folder(path)


def _of_folder(path: Path) -> Iterator[_Found]:
    files = [path / name for name in _NAMES if (path / name).is_file()]
    if not files:
        raise MissingFile.of_file(path, "holds no report: name the folder of one, or the file")
    for file in files:
        found = _of_file(file)
        if found.notes.verdicts:
            yield found
            return


def _of_file(path: Path) -> _Found:
    if path.suffix.lower() == ".json":
        plain = read_json(path, MAX_JSON_BYTES)
        return _Found(path, _name_of(plain, path), notes_in_result(plain, path), _bare(plain))
    content = read_bytes(path, MAX_REPORT_BYTES)
    data, added = json_in(content, "data", path), json_in(content, "notes", path)
    name = data.get("name")
    return _Found(
        path, name if isinstance(name, str) else path.name, notes_in_file(added, path),
        _result_in(data, path),
    )  # fmt: skip


def _result_in(data: dict[str, Any], path: Path) -> Any:
    """Return what the `result.json` beside a report says, which is in it too; else all of it."""
    saved = data.get("saved")
    text = saved.get("result.json") if isinstance(saved, dict) else None
    return _bare(parse_json(text.encode(), str(path))) if isinstance(text, str) else data


def _bare(plain: Any) -> Any:
    """Return a result without what was added to it."""
    if not isinstance(plain, dict):
        return plain
    return {key: value for key, value in plain.items() if key not in ("drawings", "verdicts")}


def _name_of(plain: Any, path: Path) -> str:
    video = plain.get("video") if isinstance(plain, dict) else None
    if not isinstance(video, dict) or not isinstance(video.get("file"), str):
        raise UnusableFile.of_file(path, "is no result of podium score: it names no video")
    return str(video["file"])
