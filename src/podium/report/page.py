"""The report a coach keeps: one HTML file that plays offline and asks nothing of any server."""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from podium.assessment.feedback import (
    FAULTY_BELOW,
    ClipFeedback,
    Remark,
    RemarkGroup,
    group_remarks,
)
from podium.assessment.values import Assessment, Reference
from podium.machine.files import write_bytes
from podium.report.explained import explained
from podium.report.glance import glance
from podium.report.key_frames import decode_small, middles, pictured
from podium.report.moments import dated
from podium.report.player import offset_of, page_values, played, side, spoken
from podium.report.remark_words import group_note, is_praised
from podium.report.result import clips_csv, result_json, timeline_vtt
from podium.report.score_words import doubts_of, if_trusted, title_of
from podium.report.segments import folds, least_alike, parts_of
from podium.report.sheet import sheet_of
from podium.report.templates import render
from podium.report.words import ENGLISH, Words, load_words
from podium.video.frames import Frames
from podium.video.playback import Playback

if TYPE_CHECKING:
    from podium.report.athlete_view import AthleteView
    from podium.report.expert import Expert

MAX_VIDEO_BYTES = 24 * 2**20
"""The videos of a report that is one file are no larger than this together: it can be sent."""

MAX_PRINTED_CLIPS, MAX_PRINTED_REMARKS = 16, 6
"""So many, the worst, fit on the one page that is printed; the file holds all of them."""

FILES_BESIDE = (
    "report.html", "query.mp4", "reference.mp4", "result.json", "clips.csv", "timeline.vtt"
)  # fmt: skip
"""What a report that is a folder holds, beside the key frames in `frames`."""


@dataclass(frozen=True)
class Report:
    """A finished report; `html` is the page, `beside` the files that lie beside it, by name.

    A report with nothing beside it is one file that needs no other.
    """

    html: str
    beside: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    videos_are_left_out: bool = False

    def save(self, path: str | Path) -> Path:
        """Write the report to a file, whole or not at all, and say where it is."""
        target = Path(path)
        for name, content in self.beside.items():
            write_bytes(target.parent / name, content)
        # A file name may hold what is no character; it is then shown by its number.
        write_bytes(target, self.html.encode("utf-8", "backslashreplace"))
        return target


def make_report(
    assessment: Assessment,
    language: str = ENGLISH,
    *,
    max_video_bytes: int = MAX_VIDEO_BYTES,
    notes: Sequence[str] = (),
) -> Report:
    """Render an assessment as one file, with small copies of its videos inside.

    What was measured of the athlete is shown, too. Videos that would make it
    larger than `max_video_bytes` are left out, and the report says so. `notes` are said below them.

    Raises
    ------
    UnknownName
        If there are no words in that language.
    """
    if assessment.exercise:
        return _of_exercise(assessment, language, max_video_bytes=max_video_bytes, notes=notes)
    words = load_words(language)
    frames = _small_frames(assessment)
    athlete = _athlete(assessment, words)
    query, reference = _videos(assessment, frames)
    expert = _figure(assessment, words) if query and reference is None else None
    videos = query, expert.playback if expert else reference
    n_bytes = sum(len(video.content) for video in videos if video)
    if n_bytes <= max_video_bytes:
        page = _Page(assessment, words, frames, *videos, notes, athlete=athlete, figure=expert)
        return Report(page.html())
    note = words(
        "player.too_large",
        megabytes=math.ceil(n_bytes / 2**20),
        most=words.plain(max_video_bytes / 2**20),
    )
    page = _Page(assessment, words, frames, None, None, (note, *notes), athlete=athlete)
    return Report(page.html(), videos_are_left_out=True)


def make_report_folder(
    assessment: Assessment, language: str = ENGLISH, *, notes: Sequence[str] = ()
) -> Report:
    """Render an assessment with its videos, key frames and data as files beside the page.

    What was measured of the athlete is shown, too; `notes` are said below the videos.

    Raises
    ------
    UnknownName
        If there are no words in that language.
    """
    if assessment.exercise:
        return _of_exercise(assessment, language, inside=False, notes=notes)
    words = load_words(language)
    frames = _small_frames(assessment)
    athlete = _athlete(assessment, words)
    query, reference = _videos(assessment, frames)
    expert = _figure(assessment, words) if query and reference is None else None
    reference = expert.playback if expert else reference
    page = _Page(
        assessment, words, frames, query, reference, notes,
        inside=False, athlete=athlete, figure=expert,
    )  # fmt: skip
    videos = {"query.mp4": query, "reference.mp4": reference}
    beside = {name: video.content for name, video in videos.items() if video}
    beside |= {name: content.encode() for name, _, content in page.data_files()}
    return Report(page.html(), MappingProxyType(beside | page.key_frames()))


def _of_exercise(assessment: Assessment, language: str, **how: Any) -> Report:
    from podium.report.exercise_page import make_exercise_report  # it is made of this page's values

    return make_exercise_report(assessment, language, **how)


class _Page:
    """All that the template asks for."""

    def __init__(
        self,
        assessment: Assessment,
        words: Words,
        frames: "_Both",
        query: Playback | None,
        reference: Playback | None,
        notes: Sequence[str] = (),
        *,
        inside: bool = True,
        athlete: "AthleteView | None" = None,
        figure: "Expert | None" = None,
    ) -> None:
        self.figure = figure  # who is drawn in place of an expert's video
        self.assessment, self.words, self.inside = assessment.as_shown(), words, inside
        self.athlete = athlete
        self.query, self.reference = query, reference if query else None
        self.name = assessment.shown_name
        self.notes = [*notes, *self._absent_expert()]
        ours, theirs = frames
        self.query_offset = offset_of(ours)
        self.reference_offset = figure.offset if figure else offset_of(theirs)
        self.moments = pictured(
            self.assessment.clips, ours, theirs, self.assessment.compared_seconds
        )

        self.seen = glance(self.athlete, self.assessment.remarks, self.moments, words)

    def html(self) -> str:
        """Fill the template."""
        assessment, words = self.assessment, self.words
        points = [abs(clip.contribution or 0) for clip in assessment.clips]
        return render(
            "report.html",
            **page_values(words, inside=self.inside),
            assessment=assessment,
            said=self._describe,
            points_of=self._points_of,
            how_sure=self._how_sure,
            title=title_of(assessment, words),
            name=self.name,
            reference_name=self._reference_name(),
            compared=self._reference_note(),
            groups=group_remarks(assessment.remarks),
            explained=explained(assessment, self.words),
            note_of=self._note_of,
            doubts=partial(doubts_of, assessment, words),
            if_trusted=if_trusted(assessment, words),
            moments=self.moments,
            folds=folds(assessment.segments, self.moments, words),
            least_alike=least_alike(assessment.segments),
            has_reference_pictures=any(moment.reference_picture for moment in self.moments),
            printed=_worst(assessment.clips, MAX_PRINTED_CLIPS),
            most_printed_remarks=MAX_PRINTED_REMARKS,
            most_points=max([*points, 1.0]),
            faulty_below=FAULTY_BELOW,
            difficulty_spread=self._difficulty_spread(),
            query=self.query,
            reference=self.reference,
            notes=self.notes,
            track_note="",
            bars=self._bars(),
            parts=parts_of(assessment),
            steps=self._steps(),
            saved=self.data_files() if self.moments else (),
            data=self._data() if self.moments else None,
            athlete=self.athlete,
            glance=self.seen,
            dated=dated(assessment.examination, parts_of(assessment), words),
        )

    def data_files(self) -> tuple[tuple[str, str, str], ...]:
        """Return the files of data: name, key of what the button says, and content."""
        return (
            ("clips.csv", "save.csv", clips_csv(self.assessment)),
            ("result.json", "save.json", result_json(self.assessment, self._playback())),
            ("timeline.vtt", "save.vtt", timeline_vtt(self.assessment, self.words)),
        )

    def _playback(self) -> dict[str, Any] | None:
        """Return what the videos are called and when they begin, as `result.json` says it.

        What keeps a drawn expert in step is said here: `alignment` is of videos.
        """
        if self.query is None:
            return None
        theirs = {"name": self._reference_name(), "offset_seconds": self.reference_offset}
        return {
            "query": {"name": self.name, "offset_seconds": self.query_offset},
            "reference": theirs if self.reference else None,
            **({"steps": self._figure_steps()} if self.figure else {}),
        }

    def _reference_name(self) -> str:
        if self.figure:
            return self.figure.name
        seen = _seen_reference(self.assessment)
        return seen.shown_name if seen else ""

    def key_frames(self) -> dict[str, bytes]:
        """Return the key frames as files."""
        shown = {}
        for moment in self.moments:
            name = f"frames/clip-{moment.clip.index + 1:02d}"
            shown[f"{name}.jpg"] = moment.picture
            shown[f"{name}-reference.jpg"] = moment.reference_picture
        return {
            name: base64.b64decode(picture.partition(",")[2])
            for name, picture in shown.items()
            if picture
        }

    def _absent_expert(self) -> list[str]:
        if self.figure:
            return [self.figure.note]
        absent = self.query and self.assessment.references and not self.reference
        return [self.words("player.no_expert")] if absent else []

    def _note_of(self, group: RemarkGroup) -> str:
        return group_note(self.assessment, group, self.words)

    def _reference_note(self) -> str:
        words, named = self.words, []
        for reference in self.assessment.references:
            values: dict[str, str] = {"id": reference.id}
            values["similarity"] = words.number(reference.similarity, 2)
            key = "made.reference"
            if reference.score is not None:
                key, values["score"] = "made.reference_scored", words.number(reference.score, 2)
            named.append(words(key, **values))
        return words("made.compared", references=words.then(*named)) if named else ""

    def _difficulty_spread(self) -> tuple[float, float] | None:
        low, high = self.assessment.difficulty_range or (0.0, 0.0)
        return (low, high) if low < high else None

    def _describe(self, remark: Remark) -> str:
        if remark.similarity is None:
            return remark.words
        words = self.words
        moment = words.moment(remark.moment)
        about = words("remarks.about", moment=moment) if remark.moment else ""
        similarity = words.number(remark.similarity, 2)
        return words(f"remarks.{remark.kind}", about=about, similarity=similarity)

    def _points_of(self, remark: Remark) -> str:
        """Say what a remark is worth, with its range; "" where that is not known."""
        low, points, high = remark.contribution_low, remark.contribution, remark.contribution_high
        if points is None or low is None or high is None:
            return ""
        said = {"points": points, "low": low, "high": high}
        numbers = {k: self.words.number(value, signed=True) for k, value in said.items()}
        return self.words("remarks.points", **numbers)

    def _how_sure(self, remark: Remark) -> str:
        share = (remark.similarity or 0.0) / FAULTY_BELOW
        key = "clear" if share < 0.5 else "fair" if share < 0.85 else "doubtful"
        if is_praised(self.assessment.examination, remark.moment):
            key = "contradicted"
        return self.words(f"remarks.{key}", border=self.words.plain(FAULTY_BELOW))

    def _steps(self) -> str:
        if self.figure:
            return self.words("measures.steps") if self._figure_steps() else ""
        steps = self.assessment.alignment
        if steps is None or self.reference is None:
            return ""
        number = self.words.number
        doubt, cost = number(steps.usual_doubt_seconds, 2), number(steps.cost, 2)
        return self.words("player.steps", doubt=doubt, cost=cost)

    def _figure_steps(self) -> dict[str, Any] | None:
        examined = self.assessment.examination
        return self.figure.steps(examined.dive) if self.figure and examined else None

    def _alignment(self) -> dict[str, Any] | None:
        """Return for the script what keeps both in step."""
        steps = self.assessment.alignment
        if self.figure or steps is None:
            return self._figure_steps()
        return {
            "query": steps.query_seconds,
            "reference": steps.reference_seconds,
            "doubt": steps.doubt_seconds,
        }

    def _bars(self) -> list[dict[str, Any]]:
        """Place the clips on the track, 0 to 1000 from the first frame to the last."""
        if self.query is None:
            return []
        scale = 1000 / self.query.end_seconds
        return [
            {
                "x": (clip.start_seconds - self.query_offset) * scale + 1,
                "width": max((clip.end_seconds - clip.start_seconds) * scale - 2, 1),
                "similarity": clip.similarity,
                "faulty": clip.faulty,
            }
            for clip in self.assessment.clips
            if math.isfinite(clip.start_seconds)
        ]

    def _file(self, name: str) -> str | None:
        return None if self.inside else name

    def _drawn(self) -> dict[str, Any] | None:
        return self.athlete.drawn if self.athlete else None

    def _marks(self) -> list[float]:
        """Return the moments that are gone to one after the other."""
        seen = self.athlete.marks if self.athlete else []
        return sorted({*seen, *(remark.start_seconds for remark in self.assessment.remarks)})

    def _data(self) -> dict[str, Any]:
        """Return what the script of the page works with."""
        parts = parts_of(self.assessment)
        sheet = sheet_of(self.assessment, self.name, self.seen, self.athlete, self.words)
        return {
            "query": side(self.query, self.query_offset, self._file("query.mp4"), self._drawn()),
            "reference": side(self.reference, self.reference_offset, self._file("reference.mp4")),
            "steps": self._alignment(),
            "clips": [clip.start_seconds for clip in self.assessment.clips if self.query],
            "marks": self._marks() if self.query else [],
            "parts": [
                [part.start_seconds, self.words.moment(part.moment)] for part in parts
            ],
            "words": spoken(self.words),
            "decimal": self.words("decimal"),
            "saved": {name: content for name, _, content in self.data_files()},
            "name": self.name,
            "sheet": asdict(sheet),
        }  # fmt: skip


def _worst(clips: Sequence[ClipFeedback], most: int) -> set[int]:
    """Choose the clips that are least alike, by their numbers."""
    return {clip.index for clip in sorted(clips, key=lambda clip: clip.similarity)[:most]}


def _videos(assessment: Assessment, frames: "_Both") -> tuple[Playback | None, Playback | None]:
    """Copy the videos of which there are pictures, without bars as those are."""
    if not assessment.clips or not math.isfinite(assessment.clips[0].start_seconds):
        return None, None
    seen = _seen_reference(assessment)
    query = played(assessment.video_path, assessment.part, frames[0])
    return query, played(seen.path, seen.part, frames[1]) if seen and seen.path else None


def _seen_reference(assessment: Assessment) -> Reference | None:
    """Return the first reference that has a video."""
    return next((r for r in assessment.references if r.path), None)


_Both = tuple[Frames | None, Frames | None]
"""Those of a performance, and of its reference."""


def _athlete(assessment: Assessment, words: Words) -> "AthleteView | None":
    """Show the athlete, where one was followed."""
    if assessment.examination is None:
        return None
    from podium.report.athlete_view import athlete_view  # OpenCV is only read where it is needed

    return athlete_view(assessment.examination, words, assessment.as_shown().phase_points)


def _figure(assessment: Assessment, words: Words) -> "Expert | None":
    """Draw the expert that is kept without a video, where there is one."""
    kept = assessment.examination.kept if assessment.examination else None
    if kept is None or kept.figure is None:
        return None
    from podium.report.expert import drawn_expert

    return drawn_expert(kept.figure, kept.id, words)


def _small_frames(assessment: Assessment) -> _Both:
    """Decode the performance, and that of the first reference that has a video, small.

    Where an athlete was followed, the frames of the performance are those.
    """
    if not assessment.clips or not np.isfinite(middles(assessment.clips)).all():
        return None, None
    seen = _seen_reference(assessment)
    examined = assessment.examination
    ours = examined.frames if examined else decode_small(assessment.video_path, assessment.part)
    return ours, decode_small(seen.path, seen.part) if seen and seen.path else None
