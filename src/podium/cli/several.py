"""Several videos scored at once: a line each, a table, a report for each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.cells import cell_len, set_cell_size

from podium.cli.app import Exit
from podium.cli.batch import columns_of
from podium.cli.given import Inputs, Outputs
from podium.cli.output import (
    MAX_NAME,
    for_spreadsheets,
    say,
    say_alike,
    show,
    show_json,
    track_rows,
    write_table,
)
from podium.cli.usage import require_file, require_folder
from podium.doubts import Severity
from podium.errors import UsageError
from podium.machine.terminal import brief

if TYPE_CHECKING:
    from podium.assessment.values import Assessment
    from podium.assessor import Assessor
    from podium.batch.folder import Assessed, How
    from podium.report.words import Words

SCORE_WIDTH = 29
"""So wide is `100.0 of 100.0 (90.0 to 95.0)`."""

_Told = tuple[dict[str, str], dict[str, Any] | None]
"""What a table says of a video, and what JSON does where that is asked for."""

DIVE_WIDTH = 12
PHASE_WIDTH = 15


@dataclass(frozen=True)
class Several:
    """Which videos are scored, and where what comes of them is to go."""

    videos: Sequence[tuple[str, Path]]
    """What each is called, and where it lies."""

    table: Path | None
    """A CSV file of all of them."""

    outputs: Outputs
    """The folder that a report of each goes into, and the language."""

    as_json: bool = False

    folders: dict[str, Path] = field(default_factory=dict, init=False)
    """Where the report of each goes, by its name."""

    def __post_init__(self) -> None:
        if self.outputs.folder:
            names = _apart([path for _, path in self.videos])
            for (called, _), name in zip(self.videos, names, strict=True):
                self.folders[called] = self.outputs.folder / name

    def check(self, *read: str | Path) -> None:
        """Refuse what cannot be written, or would be written over what is to be read."""
        if self.outputs.report:
            raise UsageError(
                f"--report {self.outputs.report} is the report of one video: give --report-dir "
                "FOLDER, and each video gets a folder of its own in it"
            )
        inputs = Inputs(*(path for _, path in self.videos), *read)
        require_file(self.table, "the table")
        inputs.require_kept(self.table)
        require_folder(self.outputs.folder, "the reports")
        self.outputs.require_report()
        Outputs(None, None, self.outputs.language).check()
        for folder in self.folders.values():
            Outputs(None, folder, self.outputs.language).check_beside(inputs)

    def score(self, assessor: "Assessor", how: "How") -> None:
        """Score all of them, show and write what came of it, and leave with the code for that."""
        from podium.batch.folder import assess_each

        found = assess_each(self.videos, assessor, how)
        done = self._told(track_rows(found, "scoring", len(self.videos)) if self.as_json else found)
        if self.as_json:
            show_json({"assessments": [plain for _, plain in done]})
        if self.table:
            self._write([cells for cells, _ in done], self.table)
        self._end([cells for cells, _ in done])

    def _told(self, found: "Iterable[Assessed]") -> list[_Told]:
        """Show each and write its report; keep what tables and JSON say of it, not its pictures."""
        from podium.report.words import load_words

        words, done = load_words(), list[_Told]()
        shown = (words("several.video"), *(brief(name, MAX_NAME) for name, _ in self.videos))
        width = max(map(cell_len, shown))
        if not self.as_json:
            show(_header(width, words))
        for one in found:
            if not self.as_json:
                show(_line(one, width, words))
            if one.assessment and one.name in self.folders:
                replace(self.outputs, folder=self.folders[one.name]).keep(one.assessment)
            done.append((dict(one.cells()), one.to_json() if self.as_json else None))
        return done

    def _write(self, rows: list[dict[str, str]], table: Path) -> None:
        from podium.batch.folder import COLUMNS

        columns = (*columns_of(rows), *COLUMNS)
        write_table(table, [for_spreadsheets(row) for row in rows], columns)
        say(f"table: {table}")

    def _end(self, rows: list[dict[str, str]]) -> None:
        failed = [row for row in rows if row.get("error")]
        if self.outputs.folder and len(failed) < len(rows):
            say(f"reports: {self.outputs.folder} (a folder for each video, report.html in it)")
        say(f"{len(rows) - len(failed)} scored, {len(failed)} failed")
        if failed:
            if self.as_json:
                say_alike((row["error"], row["file_name"]) for row in failed)
            raise typer.Exit(Exit.SOME_FAILED)


def find_videos(given: Sequence[Path], references: Sequence[str]) -> list[tuple[str, Path]]:
    """Return the videos that are meant: those named, and those in folders but for the experts'."""
    from podium.batch.folder import videos_in

    found: dict[Path, str] = {}
    for path in given:
        for video in videos_in(path) if path.is_dir() else [path]:
            is_inside = video is not path
            if not (is_inside and _is_reference(video, references)):
                found[video] = video.name if is_inside and len(given) == 1 else str(video)
    return [(name, path) for path, name in found.items()]


def _is_reference(video: Path, references: Sequence[str]) -> bool:
    return any(Path(one).is_file() and video.samefile(one) for one in references)


def _apart(paths: Sequence[Path]) -> list[str]:
    """Return what the folder of each video is called: as its file, so that no two are the same.

    Names that differ in capitals only are the same to some disks.
    """
    names: dict[str, str] = {}
    numbered: dict[str, Iterator[int]] = {}
    for path in paths:
        tried = _tries(path, numbered.setdefault(path.name.casefold(), count(2)))
        wanted = next(name for name in tried if name.casefold() not in names)
        names[wanted.casefold()] = wanted
    return list(names.values())


def _tries(path: Path, numbers: Iterator[int]) -> Iterator[str]:
    """Yield what its folder may be called; of the `numbers` of a name none is tried twice."""
    if path.stem.strip("."):
        yield path.stem
    yield path.name
    yield from (f"{path.name}-{n}" for n in numbers)


def _header(width: int, words: "Words") -> str:
    heads = [words(f"several.{name}") for name in ("video", "score", "dive", "worst", "doubt")]
    return _columns(width, *heads)


def _line(one: "Assessed", width: int, words: "Words") -> str:
    if one.assessment is None:
        failed = words("several.failed", error=one.error.removeprefix(f"{one.path}: "))
        return f"{set_cell_size(brief(one.name, MAX_NAME), width)}  {failed}"
    phase, doubt = one.worst_phase, _doubt(one.assessment, words)
    return _columns(
        width, brief(one.name, MAX_NAME), _score(one.assessment, words), _dive(one, words),
        words.moment(phase) if phase else "-", doubt,
    )  # fmt: skip


def _columns(width: int, name: str, score: str, dive: str, phase: str, doubt: str) -> str:
    cells = f"{score:<{SCORE_WIDTH}}  {dive:<{DIVE_WIDTH}}  {phase:<{PHASE_WIDTH}}  {doubt}"
    return f"{set_cell_size(name, width)}  {cells}".rstrip()


def _score(assessment: "Assessment", words: "Words") -> str:
    return words("withheld.score") if assessment.is_withheld else str(assessment.score)


def _dive(one: "Assessed", words: "Words") -> str:
    if not one.recognised or one.probability is None:
        return "-"
    return words("several.sure", dive=one.recognised, percent=f"{100 * one.probability:.0f}")


def _doubt(assessment: "Assessment", words: "Words") -> str:
    """Return the gravest doubt as a sentence, and how many more; what was assumed comes last."""
    from podium.assessment.question import NO_ACTION, NO_DIFFICULTY

    assumed = NO_ACTION, NO_DIFFICULTY
    ordered = sorted(
        assessment.doubts,
        key=lambda one: (one.severity is not Severity.GRAVE, one.kind in assumed),
    )
    if not ordered:
        return "-"
    first, n_more = words.doubt(ordered[0]), len(ordered) - 1
    return words("several.more", doubt=first, n=n_more) if n_more else first
