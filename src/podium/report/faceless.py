"""A report to share: the faces in its videos and pictures are made unrecognisable first.

Nothing of the report is made of the videos themselves: copies take their place, in which faces are
hidden, so that no picture can be forgotten.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.assessment.values import Assessment, Reference
from podium.athlete.follow import follow, frames_of
from podium.examination.values import Examination
from podium.faces import Faces, find_faces, hidden_copy, hidden_frames
from podium.faces.finding import Seen
from podium.report.kept import KeptReport, Side
from podium.report.words import Words
from podium.video.frames import probe

Pixels = npt.NDArray[np.uint8]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Hidden:
    """In how many frames of a video faces were found, and hidden."""

    name: str
    """What the video is called."""

    faces: Faces
    """Where they are."""

    def sentence(self, words: Words) -> str:
        """Say it, and that nobody promises that these were all."""
        found = self.faces
        said = words(
            "faces.found", name=self.name, found=found.n_found, frames=len(found), held=found.n_held
        )
        key = "faces.look" if found.are_all_looked_for else "faces.athlete_only"
        return f"{said} {words(key)}"


def without_faces(
    assessment: Assessment, folder: Path, progress: Progress = lambda done, total: None
) -> tuple[Assessment, tuple[Hidden, ...]]:
    """Return an assessment whose videos are copies without faces, in an empty folder.

    `progress` is told how many frames of how many were gone through.

    Raises
    ------
    MissingFile, VideoError
        If a video cannot be read.
    WeightsError, MissingExtra
        If what finds faces is not there, and nobody dives.
    """
    hider = _Hider(folder, progress)
    examined, video, name = assessment.examination, assessment.video_path, assessment.shown_name
    if examined:
        examined, copy = hider.hide_dive(examined, video, name)
    else:
        copy, _ = hider.hide(video, name, None)
    references = tuple(hider.hide_reference(one, examined) for one in assessment.references)
    shown = replace(
        assessment, video_path=copy, name=assessment.shown_name, references=references,
        examination=examined,
    )  # fmt: skip
    return shown, tuple(hider.hidden)


def measured_without_faces(
    examined: Examination, folder: Path, progress: Progress = lambda done, total: None
) -> tuple[Examination, tuple[Hidden, ...]]:
    """Return what was measured of a dive, and of an expert's, with copies without faces as videos.

    Raises
    ------
    MissingFile, VideoError
        If a video cannot be read.
    """
    hider = _Hider(folder, progress)
    dives = [examined, *([examined.expert] if examined.expert else [])]
    shown = []
    for dive in dives:
        hidden, copy = hider.hide_dive(dive, dive.path, dive.path.name)
        shown.append(replace(hidden, path=copy))
    ours, theirs = shown[0], shown[1] if examined.expert else None
    return replace(ours, expert=theirs), tuple(hider.hidden)


def kept_without_faces(
    report: KeptReport, folder: Path, progress: Progress = lambda done, total: None
) -> tuple[KeptReport, tuple[Hidden, ...]]:
    """Return a kept report whose videos are copies without faces, in an empty folder.

    Raises
    ------
    MissingFile, VideoError
        If a video cannot be read.
    WeightsError, MissingExtra
        If what finds faces is not there, and nobody dives.
    """
    hider = _Hider(folder, progress)
    query = hider.hide_side(report.query, is_dive=report.is_dive)
    theirs = None if report.is_drawn else report.reference
    reference = theirs and hider.hide_side(theirs, is_dive=report.is_dive)
    shown = replace(report, query=query, reference=reference or report.reference)
    return shown, tuple(hider.hidden)


def copies_without_faces(
    videos: tuple[Path, Path],
    names: tuple[str, str],
    are_videos: tuple[bool, bool],
    folder: Path,
    progress: Progress = lambda done, total: None,
) -> tuple[tuple[Path, Path], tuple[Hidden, ...]]:
    """Return copies without faces of two videos in which nobody dives; what is no video stays.

    Raises
    ------
    MissingFile, VideoError
        If a video cannot be read.
    WeightsError, MissingExtra
        If what finds faces is not there.
    """
    hider = _Hider(folder, progress)
    ours, theirs = (
        hider.hide(video, name, None)[0] if is_video else video
        for video, name, is_video in zip(videos, names, are_videos, strict=True)
    )
    return (ours, theirs), tuple(hider.hidden)


class _Hider:
    """Makes copies one after the other, each under a name of its own, and keeps what was found."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self.hidden: list[Hidden] = []
        self._folder, self._progress = folder, progress

    def hide(self, video: Path, name: str, seen: Seen | None) -> tuple[Path, Faces]:
        """Copy a video without faces."""
        total = 2 * probe(video).n_frames
        done = 0

        def advance() -> None:
            nonlocal done
            done += 1
            self._progress(min(done, total or done), total or done)

        faces = find_faces(video, seen, progress=advance)
        copy = self._folder / f"{len(self.hidden)}.mp4"
        hidden_copy(video, faces, copy, advance)
        self.hidden.append(Hidden(name, faces))
        return copy, faces

    def hide_dive(self, examined: Examination, video: Path, name: str) -> tuple[Examination, Path]:
        """Copy the video of a dive; return what was measured with its pictures without faces."""
        copy, faces = self.hide(video, name, Seen(examined.frames, examined.dive.athlete))
        frames = hidden_frames(examined.frames, faces, probe(video))
        return replace(examined, frames=frames), copy

    def hide_reference(self, reference: Reference, examined: Examination | None) -> Reference:
        """Copy the video of a reference, if it has one; who dives in it may be followed already."""
        video, expert = reference.path, examined.expert if examined else None
        if video is None:
            return reference
        seen = None
        if expert and expert.path == video:
            seen = Seen(expert.frames, expert.dive.athlete)
        elif examined:
            seen = _followed(video)
        copy, _ = self.hide(video, reference.shown_name, seen)
        return replace(reference, path=copy, name=reference.shown_name)

    def hide_side(self, side: Side, *, is_dive: bool) -> Side:
        """Copy one of the two videos of a kept report."""
        copy, _ = self.hide(side.path, side.name, _followed(side.path) if is_dive else None)
        return replace(side, path=copy)


def _followed(video: Path) -> Seen:
    """Follow whoever dives in a video."""
    frames = frames_of(video)
    return Seen(frames, follow(frames))
