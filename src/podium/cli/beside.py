"""Several performances side by side: videos that are scored, and reports that were kept."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from podium.cli.given import Outputs
from podium.cli.output import show, show_json
from podium.errors import UsageError
from podium.machine.terminal import brief

if TYPE_CHECKING:
    from podium.assessor import Assessor
    from podium.report.side_by_side import Cell, Told
    from podium.report.words import Words

MAX_NAME, MAX_CELL = 40, 48
MARKS = {"": "", "first": "", "more": "+", "less": "-", "unclear": "="}
"""What stands before a value: how it is beside the first."""


def is_kept(path: Path) -> bool:
    """Return whether a path is a report that was kept, not a video."""
    from podium.report.filed import PAGES
    from podium.report.kept import RESULT, is_result

    suffix = path.suffix.lower()
    if suffix != ".json":
        return suffix in PAGES or (path / RESULT).is_file()
    return path.name == RESULT or not path.exists() or is_result(path)  # else of a skeleton


def compare_several(
    paths: Sequence[Path], load: "Callable[[], Assessor]", outputs: Outputs, as_json: bool
) -> None:
    """Put performances side by side; `load` gets the model, where there is a video to be scored.

    Raises
    ------
    UsageError
        If there are too many, or a report is asked for.
    PodiumError
        If a file cannot be used.
    """
    if outputs.report or outputs.folder:
        raise UsageError(
            "--report and --report-dir are for one video beside one expert: leave them out; "
            "podium serve plays any two of several in step"
        )
    from podium.report.side_by_side import MOST, lines_of, to_json

    if len(paths) > MOST:
        raise UsageError(f"{len(paths)} performances are too many to compare: name {MOST} at most")
    from podium.report.words import load_words

    several, words = _told(paths, load), load_words()
    if as_json:
        show_json(to_json(several, words))
        return
    lines = lines_of(several, words)
    heads = ["", *_heads(paths)]
    rows = [[line.name, *map(_text, line.cells)] for line in lines]
    widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads))]
    for row in (heads, *rows):
        show("  ".join(f"{cell:<{n}}" for cell, n in zip(row, widths, strict=True)).rstrip())
    show(_legend(words))


def _heads(paths: Sequence[Path]) -> list[str]:
    """Return what the columns are called: files and folders, with where they lie if need be."""
    names = [(path.parent if path.name == "result.json" else path).name for path in paths]
    alike = len(set(names)) < len(names)
    return [str(path)[-MAX_NAME:] if alike else brief(name, MAX_NAME)
            for path, name in zip(paths, names, strict=True)]  # fmt: skip


def _told(paths: Sequence[Path], load: "Callable[[], Assessor]") -> "list[Told]":
    """Read what was kept, and score the videos."""
    from podium.report.kept import read_result
    from podium.report.side_by_side import told_of

    kept = {path: told_of(read_result(path), str(path)) for path in paths if is_kept(path)}
    videos = [path for path in dict.fromkeys(paths) if path not in kept]
    return [{**kept, **_scored(videos, load)}[path] for path in paths]


def _scored(videos: Sequence[Path], load: "Callable[[], Assessor]") -> "dict[Path, Told]":
    if not videos:
        return {}
    import json

    from podium.report.kept import Checked
    from podium.report.result import result_json
    from podium.report.side_by_side import told_of

    assessor, found = load(), {}
    for video in videos:
        plain = json.loads(result_json(assessor.assess(video)))
        found[video] = told_of(Checked(video, plain), str(video))
    return found


def _text(cell: "Cell") -> str:
    said = f"{cell.value} ({cell.span})" if cell.span else cell.value
    mark = MARKS[cell.verdict]
    return brief(f"{mark} {said}" if mark else said or "-", MAX_CELL)


def _legend(words: "Words") -> str:
    said = ", ".join(f"{mark} {words(f'beside.{name}')}" for name, mark in MARKS.items() if mark)
    return f"{said}. {words('beside.note')}"
