"""The page of an exercise that was scored: its video with joints, and what the class hangs on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from podium.assessment.exercise import Exercise
from podium.assessment.feedback import Chapter
from podium.assessment.values import Assessment
from podium.measures import Reading, measure_movement
from podium.movement import Repetition
from podium.report.curves import HIGH, WIDE, curves_of_one
from podium.report.exercise_words import (
    amount,
    angle_name,
    argument_sentence,
    is_seen,
    is_unusual,
    standing_of,
    told,
    usual_of,
    when_of,
)
from podium.report.measured import row
from podium.report.page import MAX_VIDEO_BYTES, Report
from podium.report.player import page_values, side, spoken
from podium.report.result import parts_as_vtt, result_json
from podium.report.score_words import doubts_of, if_trusted, title_of
from podium.report.skeleton import drawn_skeleton
from podium.report.templates import render
from podium.report.words import ENGLISH, Words, load_words
from podium.scorers import HANDS, Argument
from podium.video.playback import Playback, make_playback


def make_exercise_report(
    assessment: Assessment,
    language: str = ENGLISH,
    *,
    inside: bool = True,
    max_video_bytes: int = MAX_VIDEO_BYTES,
    notes: Sequence[str] = (),
) -> Report:
    """Render an assessment of an exercise, its video `inside` the page or as a file beside it.

    A video that would make one file larger than `max_video_bytes` is left out, and that is said;
    so are `notes`.

    Raises
    ------
    UnknownName
        If there are no words in that language.
    MissingFile, VideoError
        If the video cannot be read.
    """
    words, playback = load_words(language), make_playback(assessment.video_path)
    assert assessment.exercise is not None
    is_played = not inside or len(playback.content) <= max_video_bytes
    page = _Page(
        assessment.as_shown(), assessment.exercise, words, playback, inside, is_played, tuple(notes)
    )
    if not is_played:
        return Report(page.html(), videos_are_left_out=True)
    if inside:
        return Report(page.html())
    beside = {name: content.encode() for name, _, content in page.files()}
    return Report(page.html(), MappingProxyType(beside | {"query.mp4": playback.content}))


@dataclass(frozen=True)
class _Page:
    """All that the template asks for."""

    assessment: Assessment
    """As it may be shown."""

    exercise: Exercise
    words: Words
    playback: Playback
    inside: bool
    is_played: bool = True
    more_notes: tuple[str, ...] = ()

    def html(self) -> str:
        """Fill the template."""
        words, of = self.words, self.assessment
        return render(
            "exercise.html",
            **page_values(words, inside=self.inside),
            assessment=of,
            title=title_of(of, words),
            name=of.shown_name,
            doubts=partial(doubts_of, of, words),
            if_trusted=if_trusted(of, words),
            difficulty_spread=None,
            told=self._told(),
            angles=[self._angle(one) for one in self._arguments],
            curves=self._curves(),
            wide=WIDE,
            high=HIGH,
            query=self.playback if self.is_played else None,
            reference=None,
            notes=self._notes(),
            bars=self._bars(),
            track_note=words("exercise.track") if self._repetitions else "",
            faulty_below=None,
            parts=self._parts(),
            steps="",
            columns=[angle_name(name, words) for name in self._usual()],
            rows=[self._row(number, one) for number, one in enumerate(self._repetitions, 1)],
            measured=[row(Reading(one), words) for one in self._measured],
            saved=self.files(),
            data=self._data(),
        )

    def files(self) -> tuple[tuple[str, str, str], ...]:
        """Return the files of data: name, key of what the button says, and content."""
        name = {"query": {"name": self.assessment.shown_name, "offset_seconds": 0.0}}
        return (
            ("result.json", "save.json", result_json(self.assessment, name | {"reference": None})),
            ("timeline.vtt", "save.vtt", parts_as_vtt(self._parts(), self.words)),
        )

    @property
    def _arguments(self) -> tuple[Argument, ...]:
        shown = self.assessment.exercise
        return shown.arguments if shown else ()

    @property
    def _repetitions(self) -> tuple[Repetition, ...]:
        return self.exercise.movement.repetitions

    @property
    def _measured(self) -> Sequence[Any]:
        return measure_movement(self.exercise.movement)

    def _told(self) -> list[dict[str, Any]]:
        """Say what the answer hangs on, with what a verdict on it is known by."""
        score, shown = self.assessment.score, self.assessment.exercise
        if score is None or shown is None:
            return []
        return [
            self._remark(one, argument_sentence(one, shown, score, self.words))
            for one in told(shown, score)
        ]

    def _remark(self, one: Argument, sentence: str) -> dict[str, Any]:
        is_known = one.seconds is not None and is_seen(one, self.exercise)
        seconds = one.seconds if is_known else None
        about = {"about": one.angle, "moment": one.at, "start_seconds": seconds}
        return {
            "words": sentence,
            "seconds": seconds,
            "verdict": {**about, "end_seconds": seconds, "words": sentence},
        }

    def _angle(self, one: Argument) -> dict[str, Any]:
        """Return what the table says of an angle."""
        words, exercise = self.words, self.exercise
        known = exercise.measured(one) if is_seen(one, exercise) else None
        return {
            "name": angle_name(one.angle, words),
            "at": words(f"exercise.at.{one.at}"),
            "read": amount(one.angle, one.value, words),
            "measured": "" if known is None else amount(one.angle, known, words),
            "usual": words("exercise.usual", **usual_of(one, words)),
            "standing": self._standing(one),
            "is_beyond": is_unusual(one) and is_seen(one, exercise),
            "when": when_of(one, exercise, words),
            "seconds": one.seconds,
        }

    def _standing(self, one: Argument) -> str:
        is_known = is_seen(one, self.exercise)
        return standing_of(one, self.words) if is_known else self.words("exercise.not_seen")

    def _usual(self) -> dict[str, list[tuple[float, float]]]:
        """Return where the least and the most of each angle usually lie, by its name."""
        found: dict[str, list[tuple[float, float]]] = {}
        for one in self.exercise.arguments:
            if one.angle != HANDS:
                found.setdefault(one.angle, [])
                is_shown = one.at != "half" and self._arguments
                found[one.angle] += [(one.low, one.high)] if is_shown else []
        return found

    def _curves(self) -> list[Any]:
        end, angles = self.playback.end_seconds, self.exercise.movement.angles
        return curves_of_one(angles, self._usual(), end, self.words)

    def _notes(self) -> list[str]:
        if self.is_played:
            return [self.words("movement.colours"), *self.more_notes]
        megabytes = math.ceil(len(self.playback.content) / 2**20)
        most = self.words.plain(MAX_VIDEO_BYTES / 2**20)
        large = self.words("player.too_large", megabytes=megabytes, most=most)
        return [large, *self.more_notes]

    def _bars(self) -> list[dict[str, Any]]:
        """Show from when to when each repetition lasts, from 0 to 1000 over the whole video."""
        scale = 1000 / self.playback.end_seconds
        return [
            {
                "x": scale * one.start_seconds + 1,
                "width": max(scale * one.seconds - 2, 1),
                "similarity": 1.0,
                "faulty": False,
            }
            for one in self._repetitions
        ]

    def _parts(self) -> list[Chapter]:
        """Return the repetitions, each until the next one begins."""
        starts = [one.start_seconds for one in self._repetitions]
        ends = [*starts[1:], self.playback.end_seconds]
        named = [self._name(number) for number in range(1, len(starts) + 1)]
        return [Chapter(*one, False) for one in zip(named, starts, ends, strict=bool(starts))]

    def _name(self, number: int) -> str:
        return self.words("movement.repetition", number=number)

    def _row(self, number: int, one: Repetition) -> dict[str, Any]:
        """Return what the table says of a repetition: how far each angle goes in it."""
        words, angles = self.words, self.exercise.movement.angles
        inside = (angles.times >= one.start_seconds) & (angles.times <= one.end_seconds)
        times = (one.start_seconds, one.turn_seconds, one.end_seconds)
        return {
            "name": self._name(number),
            "seconds": one.start_seconds,
            "times": " · ".join(words.number(second, 2) for second in times),
            "lasts": words("movement.seconds", number=words.number(one.seconds, 2)),
            "spans": [self._range(angles.of(name)[inside], name) for name in self._usual()],
        }

    def _range(self, degrees: Any, name: str) -> str:
        known = degrees[np.isfinite(degrees)]
        if not len(known):
            return ""
        low, high = (amount(name, float(one), self.words) for one in (known.min(), known.max()))
        return f"{low} – {high}"

    def _data(self) -> dict[str, Any]:
        """Return what the script of the page works with."""
        words, file = self.words, None if self.inside else "query.mp4"
        drawn = drawn_skeleton(self.exercise.movement.joints) | {"said": ""}
        marks = {one["seconds"] for one in self._told() if one["seconds"] is not None}
        return {
            "query": side(self.playback if self.is_played else None, 0.0, file, drawn),
            "reference": None,
            "steps": None,
            "clips": [],
            "marks": sorted(marks),
            "parts": [[part.start_seconds, part.moment] for part in self._parts()],
            "words": spoken(words),
            "decimal": words("decimal"),
            "saved": {name: content for name, _, content in self.files()},
            "name": self.assessment.shown_name,
        }
