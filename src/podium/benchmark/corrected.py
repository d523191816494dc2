"""What coaches said of remarks, as truth: it stands in for what a commentator said of a phase.

Read from the table that `podium corrections` writes.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path, PurePath, PureWindowsPath

from podium.errors import ManifestError, MissingFile
from podium.inputs.problems import Problems
from podium.inputs.table import Row, read_rows
from podium.report.notes import MOMENT

ANSWERS = {"yes": True, "no": False}
NEEDED = ("file_name", "moment", "is_true")
FAULT, PRAISE, NONE = "fault", "praise", "none"

Said = dict[str, dict[str, str]]
"""Of each performance, by its id, what was said of a phase: fault, praise or none."""


Timed = dict[str, dict[str, float | None]]
"""Of each performance, by its id, when moments are, in seconds of its video; `None`: not known."""


@dataclass(frozen=True)
class Corrected:
    """What coaches said of known performances."""

    said: Said
    """Of the phases that somebody judged a remark of."""

    unknown: tuple[str, ...]
    """The videos of the table that are not among the performances."""

    def over(self, comments: Mapping[str, Mapping[str, str]]) -> Said:
        """Return what was said before, with what coaches said in its place where they did."""
        both = {id_: dict(said) for id_, said in comments.items()}
        for id_, said in self.said.items():
            both.setdefault(id_, {}).update(said)
        return both


def read_corrected(path: Path, names: Mapping[str, str]) -> Corrected:
    """Read a table of corrections; `names` are the files of performances, by id.

    A remark that is true is what it remarks: a fault, or praise where the column `is_praise` says
    so. One that is not leaves nothing to say of the phase. Of several remarks about one phase a
    fault counts most. Videos are known by the last part of their names, without folders.

    Raises
    ------
    MissingFile, ManifestError
        If there is no such table, or it is not one of corrections.
    """
    ids, problems = _ids(names), Problems()
    found, unknown = defaultdict[str, dict[str, str]](dict), dict[str, None]()
    for row in _sound_rows(path, problems):
        if row.cells.get("about") == MOMENT:
            continue
        name, phase = _last_part(row.cells["file_name"]), row.cells["moment"]
        if (id_ := ids.get(name)) is None:
            unknown[name] = None
        elif phase:
            said = found[id_]
            said[phase] = max(said.get(phase, NONE), _word(row), key=(NONE, PRAISE, FAULT).index)
    if problems:
        raise ManifestError(f"{path}: {problems.sentences()}")
    return Corrected(dict(found), tuple(unknown))


def read_corrected_moments(path: Path, names: Mapping[str, str]) -> Timed:
    """Read of a table of corrections when moments are; `names` are the files of performances.

    One that is right is when the report says; of one that is not, the time that was said counts,
    and where none was, `None`: nobody knows when it is, only that it is not there. Of two rows
    about one moment the later counts.

    Raises
    ------
    MissingFile, ManifestError
        If there is no such table, or it is not one of corrections.
    """
    ids, problems = _ids(names), Problems()
    found = defaultdict[str, dict[str, float | None]](dict)
    for row in _sound_rows(path, problems):
        if row.cells.get("about") != MOMENT:
            continue
        column = "start_seconds" if ANSWERS[row.cells["is_true"]] else "was_seconds"
        said = row.cells.get(column, "")
        seconds = _seconds(said)
        if said and seconds is None:
            problems.add(
                row.line, "{name} is {word!r}: it must be a number of seconds",
                name=column, word=said,
            )  # fmt: skip
        elif id_ := ids.get(_last_part(row.cells["file_name"])):
            found[id_][row.cells["moment"]] = seconds
    if problems:
        raise ManifestError(f"{path}: {problems.sentences()}")
    return dict(found)


def _seconds(said: str) -> float | None:
    try:
        seconds = float(said)
    except ValueError:
        return None
    return seconds if isfinite(seconds) else None


def _ids(names: Mapping[str, str]) -> dict[str, str]:
    """Return the id of each file; a name that two performances have is nobody's."""
    ids: dict[str, str] = {}
    twice = set()
    for id_, name in names.items():
        if ids.setdefault(_last_part(name), id_) != id_:
            twice.add(_last_part(name))
    return {name: id_ for name, id_ in ids.items() if name not in twice}


def _last_part(name: str) -> str:
    return PurePath(PureWindowsPath(name).as_posix()).name


def _sound_rows(path: Path, problems: Problems) -> Iterator[Row]:
    """Yield the rows of a table of corrections that are sound; what is wrong is a problem."""
    if not path.is_file():
        raise MissingFile(f"{path}: no such table: podium corrections REPORT --out FILE writes one")
    for row in read_rows(path, "corrections"):
        if _is_sound(row, path, problems):
            yield row


def _is_sound(row: Row, path: Path, problems: Problems) -> bool:
    missing = [name for name in NEEDED if name not in row.cells]
    if missing:
        raise ManifestError(
            f"{path}: has no column {missing[0]!r}: is it a table of podium corrections?"
        )
    said = {name: row.cells.get(name, "") for name in ("is_true", "is_praise")}
    wrong = {
        name: word for name, word in said.items()
        if word not in ANSWERS and not (name == "is_praise" and not word)
    }  # fmt: skip
    for name, word in wrong.items():
        problems.add(row.line, "{name} is {word!r}: it must be yes or no", name=name, word=word)
    return not wrong


def _word(row: Row) -> str:
    if not ANSWERS[row.cells["is_true"]]:
        return NONE
    return PRAISE if row.cells.get("is_praise") == "yes" else FAULT
