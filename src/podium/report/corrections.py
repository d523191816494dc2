"""What people said of remarks in reports, as rows of one table.

Reports may be strangers': of each only what was added to it and the name of its video are read.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from podium.errors import MissingFile, UnusableFile
from podium.machine.files import parse_json, read_bytes, read_json
from podium.report.notes import Notes, notes_in_file

COLUMNS = (
    "file_name", "about", "moment", "start_seconds", "end_seconds", "words", "is_true", "was",
    "report",
)  # fmt: skip

MAX_REPORT_BYTES = 64 * 2**20
MAX_JSON_BYTES = 20_000_000

_NAMES = ("result.json", "report.html")
"""What a folder that --report-dir wrote holds; the first that has something in it counts."""


def find_corrections(path: Path) -> list[dict[str, object]]:
    """Return a row for each remark that somebody judged.

    `path` is a report, a `result.json`, a folder that `--report-dir` wrote, or the folder of
    `podium serve`.

    Raises
    ------
    MissingFile, UnusableFile
        If there is none, or it cannot be used.
    """
    if not path.exists():
        raise MissingFile(f"{path}: no such file or folder: name a report, or the folder of one")
    return [
        {**asdict(one), "file_name": name, "report": str(file)}
        for file, name, notes in _notes_below(path)
        for one in notes.verdicts
    ]


def _notes_below(path: Path) -> Iterator[tuple[Path, str, Notes]]:
    """Yield each report, the name of its video, and what was added to it."""
    if path.is_file():
        yield (path, *_of_file(path))
    elif (path / "assessments").is_dir():
        for notes in sorted((path / "assessments").glob("*/notes.json")):
            result = notes.parent / "result" / "result.json"
            name = _name_of(read_json(result, MAX_JSON_BYTES), result)
            yield notes, name, notes_in_file(read_json(notes, MAX_JSON_BYTES), notes)
    else:
        yield from _of_folder(path)


def _of_folder(path: Path) -> Iterator[tuple[Path, str, Notes]]:
    files = [path / name for name in _NAMES if (path / name).is_file()]
    if not files:
        raise MissingFile.of_file(path, "holds no report: name the folder of one, or the file")
    for file in files:
        name, notes = _of_file(file)
        if notes.verdicts:
            yield file, name, notes
            return


def _of_file(path: Path) -> tuple[str, Notes]:
    if path.suffix.lower() == ".json":
        plain = read_json(path, MAX_JSON_BYTES)
        return _name_of(plain, path), _notes_in(plain, path)
    content = read_bytes(path, MAX_REPORT_BYTES)
    name = _script(content, "data", path).get("name")
    return (name if isinstance(name, str) else path.name), _notes_in(
        _script(content, "notes", path), path
    )


def _notes_in(plain: Any, path: Path) -> Notes:
    found = plain if isinstance(plain, dict) else {}
    added = {key: found[key] for key in ("drawings", "verdicts") if key in found}
    return notes_in_file(added, path)


def _name_of(plain: Any, path: Path) -> str:
    video = plain.get("video") if isinstance(plain, dict) else None
    if not isinstance(video, dict) or not isinstance(video.get("file"), str):
        raise UnusableFile.of_file(path, "is no result of podium score: it names no video")
    return str(video["file"])


def _script(content: bytes, id_: str, path: Path) -> dict[str, Any]:
    pattern = rb'<script type="application/json" id="%b"[^>]*>([^<]*)</script>' % id_.encode()
    found = re.search(pattern, content)
    plain = parse_json(found[1], str(path)) if found else None
    if not isinstance(plain, dict):
        raise UnusableFile.of_file(path, "is no report of this version of Podium: make it anew")
    return plain
