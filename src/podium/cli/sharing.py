"""What is written to be shared: the same with its faces made unrecognisable."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from podium.cli.output import say, showing_stages

if TYPE_CHECKING:
    from podium.assessment.values import Assessment
    from podium.examination import Examination
    from podium.report.faceless import Hidden
    from podium.report.kept import KeptReport

Progress = Callable[[int, int], None]


@contextmanager
def without_faces(
    assessment: "Assessment", language: str
) -> "Iterator[tuple[Assessment, list[str]]]":
    """Return an assessment whose videos have no faces, and what is said of that in a report.

    The copies lie on the disk until the end of the block.
    """
    from podium.report import faceless

    with _hiding() as (folder, progress):
        shown, hidden = faceless.without_faces(assessment, folder, progress)
        yield shown, _said(hidden, language)


@contextmanager
def measured_without_faces(
    examination: "Examination", language: str
) -> "Iterator[tuple[Examination, list[str]]]":
    """Return what was measured, its videos without faces, and what is said of that."""
    from podium.report import faceless

    with _hiding() as (folder, progress):
        shown, hidden = faceless.measured_without_faces(examination, folder, progress)
        yield shown, _said(hidden, language)


@contextmanager
def videos_without_faces(
    videos: tuple[Path, Path], are_videos: tuple[bool, bool], language: str
) -> Iterator[tuple[tuple[Path, Path], list[str]]]:
    """Return copies of two videos without faces, and what is said of that; skeletons stay."""
    from podium.report import faceless

    with _hiding() as (folder, progress):
        names = videos[0].name, videos[1].name
        copies, hidden = faceless.copies_without_faces(videos, names, are_videos, folder, progress)
        yield copies, _said(hidden, language)


@contextmanager
def report_without_faces(report: "KeptReport") -> "Iterator[KeptReport]":
    """Return a kept report whose videos have no faces."""
    from podium.report import faceless

    with _hiding() as (folder, progress):
        shown, hidden = faceless.kept_without_faces(report, folder, progress)
        _said(hidden, "en")
        yield shown


@contextmanager
def _hiding() -> Iterator[tuple[Path, Progress]]:
    with TemporaryDirectory(prefix="podium-") as folder, showing_stages() as report:
        yield Path(folder), lambda done, total: report("hiding faces", done, total)


def _said(hidden: "Sequence[Hidden]", language: str) -> list[str]:
    """Say in how many frames faces were found, and return it for a report."""
    from podium.report.words import load_words

    for one in hidden:
        say(one.sentence(load_words()))
    return [one.sentence(load_words(language)) for one in hidden]
