"""What commands are given: models, tables, parts of them, and where reports are to go."""

import os
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from podium.cli.usage import require_file, require_folder
from podium.errors import ManifestError, UsageError

if TYPE_CHECKING:
    from podium.assessment.values import Assessment
    from podium.assessor import Assessor
    from podium.batch.shards import Shard
    from podium.features.extraction import FeatureCache
    from podium.machine.stores import Place
    from podium.performance import Performance
from podium.cli.output import say

TABLES = "manifest"
"""The data set that is anyone's own table, and needs its path."""


def load_assessor(model: str, allow_parts: Sequence[str] | None = None) -> "Assessor":
    """Load a model while the decoder starts."""
    from podium.video import decoder

    decoder.start_ahead()  # meanwhile, the model is loaded
    from podium.assessor import load

    return load(model, cache=open_cache(), allow_parts=allow_parts or ())


def open_cache() -> "FeatureCache":
    """Return the user's cache of features; where nothing can be written to it, that is said."""
    from podium.features.extraction import FeatureCache

    return FeatureCache(tell=say)


def read_performances(
    table: Path, remote: Collection[str] | None = None
) -> "tuple[Performance, ...]":
    """Read a table of performances, or a data set by its name (see podium list datasets).

    A file of such a name is the table that is meant. `remote` are the kinds of addresses that it
    may name.
    """
    from podium.datasets._named import dataset_named, is_named

    name = table.as_posix()
    if table.exists() or name == TABLES or not is_named(name):
        return read_table(table, remote or ())
    listed: tuple[Performance, ...] = dataset_named(name).performances()
    return listed


def description_of(table: Path) -> str:
    """Say where performances come from, for the card of a model."""
    from podium import _catalog

    if table.exists():
        return "performances from a table of the user's own"
    name, _, part = table.as_posix().partition("/")
    summary = _catalog.summary("podium.datasets", name).rstrip(".")
    return f"{summary}: {part}" if part else summary


def name_of(performance: "Performance", table: Path) -> str:
    """Return how a table names the file of a performance: of a data set, its last part."""
    if performance.address or performance.listed:
        return performance.address or performance.listed
    path = performance.path
    return (path.relative_to(table.parent) if table.is_file() else Path(path.name)).as_posix()


def read_table(path: Path, remote: Collection[str] = ()) -> "tuple[Performance, ...]":
    """Read a table of performances, and warn of what contradicts itself in it."""
    from podium.datasets.manifest import Manifest
    from podium.judging import rule_of_most
    from podium.proofreading import find_contradictions

    listed = Manifest(path, remote).listed()
    rule = rule_of_most(listed.performances)
    for found in find_contradictions(listed.performances, listed.lines, rule):
        if found:
            say(f"warning: {path}: {found.sentences()}")
    return listed.performances


@dataclass(frozen=True)
class Outputs:
    """Where the report is to go, as one file, as a folder, or both, and in which language."""

    report: Path | None
    folder: Path | None
    language: str
    blur_faces: bool = False
    """Whether faces are made unrecognisable in it."""

    def check(self, *read: str | Path) -> None:
        """Refuse an unknown language, and to write over what is to be read."""
        self.check_beside(Inputs(*read))

    def check_beside(self, inputs: "Inputs") -> None:
        """Do the same, where many outputs stand beside the same inputs."""
        from podium.report.words import load_words

        load_words(self.language)
        self.require_report()
        require_file(self.report, "the report")
        require_folder(self.folder, "the report")
        inputs.require_kept(self.report)
        _require_html(self.report)
        if self.folder:
            from podium.report.page import FILES_BESIDE

            for name in FILES_BESIDE:
                inputs.require_kept(self.folder / name)

    def require_report(self) -> None:
        """Refuse what is asked of a report where none is to be written."""
        if self.blur_faces and not (self.report or self.folder):
            raise UsageError("--blur-faces is for a report: give --report or --report-dir, too")

    def write(self, assessment: "Assessment") -> None:
        """Write what was asked for, and say where it is."""
        if not (self.report or self.folder):
            return
        with self._as_shared(assessment) as (shown, notes):
            self._write(shown, notes)

    def _write(self, assessment: "Assessment", notes: Sequence[str]) -> None:
        from podium.report.page import make_report, make_report_folder

        if self.report:
            report = make_report(assessment, self.language, notes=notes)
            say(f"report: {report.save(self.report)}")
            if report.videos_are_left_out:
                say("the videos are too large for one file: --report-dir puts them beside it")
        if self.folder:
            made = make_report_folder(assessment, self.language, notes=notes)
            say(f"report: {made.save(self.folder / 'report.html')}")

    def keep(self, assessment: "Assessment") -> None:
        """Write the folder, and say nothing of it: it is one of many."""
        from podium.report.page import make_report_folder

        assert self.folder is not None
        with self._as_shared(assessment) as (shown, notes):
            made = make_report_folder(shown, self.language, notes=notes)
            made.save(self.folder / "report.html")

    def _as_shared(
        self, assessment: "Assessment"
    ) -> "AbstractContextManager[tuple[Assessment, list[str]]]":
        """Return an assessment as it is shown, and what is said below its videos."""
        if not self.blur_faces:
            return nullcontext((assessment, []))
        from podium.cli.sharing import without_faces

        return without_faces(assessment, self.language)


def _require_html(path: Path | None) -> None:
    """Refuse a name that promises another kind of file than a report is."""
    if path is not None and path.suffix.lower() not in (".html", ".htm"):
        raise UsageError(
            f"--report {path} must end in .html: a report is a page, which a browser can print "
            "to PDF"
        )


class Inputs:
    """What is to be read, whatever names its files have; each is looked at once, however many."""

    def __init__(self, *read: str | Path) -> None:
        self._files = {_file_of(path) for path in read} - {None}

    def require_kept(self, out: "Place | None") -> None:
        """Refuse to write over any of it."""
        if isinstance(out, Path) and _file_of(out) in self._files:
            raise UsageError(f"{out}: is an input and would be overwritten: choose another file")


def _file_of(path: str | Path) -> tuple[int, int] | None:
    """Return what is the same for all names of a file; `None` where there is none."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):  # no such file, or no name that a file could have
        return None
    return found.st_dev, found.st_ino


def require_no_input(out: "Place | None", *read: str | Path) -> None:
    """Refuse to write over what is to be read."""
    Inputs(*read).require_kept(out)


def rows_of_split(
    performances: "Sequence[Performance]", split: str | None, manifest: Path
) -> "list[Performance]":
    """Return the performances of a split; all of them where none is named."""
    if split not in (None, "train", "validation", "test"):
        raise UsageError(f"no split is called {split!r}: choose train, validation or test")
    chosen = [p for p in performances if split in (None, p.split)]
    if not chosen:
        raise ManifestError(f"{manifest}: has no rows in the split {split}: choose another split")
    return chosen


def cut_shard(
    performances: "Sequence[Performance]", given: str | None
) -> "tuple[list[Performance], Shard | None]":
    """Cut out the part that this process is to do, and say which where nobody typed it.

    The shard is `None` where it is all, and nobody spoke of shards.
    """
    from podium.batch.shards import find_shard

    shard, variable = find_shard(given)
    rows = shard.cut(performances) if shard else list(performances)
    if variable:
        say(
            f"shard {shard}, as {variable} says: {len(rows)} of {len(performances)} "
            "(--shard 0/1 does all)"
        )
    return rows, shard


def use_device(device: str, precision: str = "") -> None:
    """Have networks compute where it was asked for, and say so where a library cannot.

    Raises
    ------
    UsageError
        If there is no such device here, or no such precision, before any work is done.
    """
    from podium.networks import devices

    for sentence in devices.use(device, precision or devices.precision()):
        say(sentence)
