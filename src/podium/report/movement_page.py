"""The page of two movements beside each other: joints over both videos, curves, what differs."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from podium.assessment.feedback import Chapter
from podium.doubts import Severity
from podium.examination.people import readings_of
from podium.joints import Joints, mirror
from podium.movement import Comparison, Difference, Pair
from podium.report.curves import HIGH, WIDE, curves_of
from podium.report.measured import row
from podium.report.movement_result import LIKE, comparison_to_json, repetition_name
from podium.report.movement_words import (
    MOST_SAID,
    difference_in_short,
    moment_of,
    said_once,
    said_with_others,
)
from podium.report.page import Report
from podium.report.player import page_values, side, spoken
from podium.report.skeleton import drawn_skeleton, skeleton_film
from podium.report.templates import render
from podium.report.words import ENGLISH, Words, load_words
from podium.video.playback import Playback, make_playback


def make_movement_report(
    of: Comparison,
    video: Path,
    reference: Path,
    language: str = ENGLISH,
    *,
    are_videos: tuple[bool, bool] = (True, True),
    names: tuple[str, str] | None = None,
    notes: Sequence[str] = (),
) -> Report:
    """Render a comparison as one file that plays offline.

    `are_videos` says of both whether they are videos; a skeleton without one is drawn. `names` are
    what they are called, where that is not what their files are; `notes` are said below them.

    Raises
    ------
    UnknownName
        If there are no words in that language.
    MissingFile, VideoError
        If a video cannot be read.
    """
    ours = mirror(of.ours.joints) if of.is_mirrored else of.ours.joints
    called = names or (video.name, reference.name)
    shown = (
        (video, called[0], ours, are_videos[0]),
        (reference, called[1], of.theirs.joints, are_videos[1]),
    )
    with ThreadPoolExecutor(len(shown)) as pool:
        sides = list(pool.map(lambda one: _side(*one), shown))
    return Report(_Page(of, load_words(language), sides[0], sides[1], tuple(notes)).html())


@dataclass(frozen=True)
class _Side:
    """What is shown of one of the two, and what is drawn over it."""

    name: str
    playback: Playback
    drawn: dict[str, Any] | None


def _side(path: Path, name: str, joints: Joints, is_video: bool) -> _Side:
    if is_video:
        return _Side(name, make_playback(path), drawn_skeleton(joints) | {"said": ""})
    return _Side(name, skeleton_film(joints), None)


@dataclass(frozen=True)
class _Page:
    """All that the template asks for."""

    of: Comparison
    words: Words
    ours: _Side
    theirs: _Side
    more_notes: tuple[str, ...] = ()

    def html(self) -> str:
        """Fill the template."""
        words, of = self.words, self.of
        return render(
            "movement.html",
            **page_values(words, inside=True),
            of=of,
            title=words("movement.title", name=self.ours.name),
            name=self.ours.name,
            grave=self._doubts(is_grave=True),
            doubts=self._doubts(is_grave=False),
            if_trusted=self._if_trusted(),
            differences=self._differences(),
            n_more=max(len(said_once(of)) - MOST_SAID, 0),
            rows=[self._row(pair) for pair in of.pairs],
            measured=[] if of.is_withheld else [row(one, words) for one in readings_of(of)],
            curves=curves_of(of, self.ours.playback.end_seconds, words),
            wide=WIDE,
            high=HIGH,
            query=self.ours.playback,
            reference=self.theirs.playback,
            reference_name=self.theirs.name,
            notes=self._notes(),
            bars=self._bars(),
            track_note="" if of.is_withheld else words("movement.track"),
            faulty_below=None,
            parts=self._parts(),
            steps=words("movement.steps"),
            saved=self._saved,
            data=self._data(),
        )

    def _doubts(self, *, is_grave: bool) -> list[tuple[str, str]]:
        """Say the doubts that weigh so much, each with what to do about it."""
        found = [d for d in self.of.doubts if (d.severity is Severity.GRAVE) is is_grave]
        return [(self.words.doubt(doubt), self.words.remedy(doubt)) for doubt in found]

    def _if_trusted(self) -> str:
        words = self.words
        outcome = f"{words('movement.form')} {words.number(self.of.form, 2)}"
        return words("withheld.if_trusted", outcome=outcome)

    def _differences(self) -> list[dict[str, Any]]:
        """Say what differs, with what a verdict on it is known by."""
        if self.of.is_withheld:
            return []
        return [
            self._remark(one, said_with_others(one, also, self.of, self.words))
            for one, also in said_once(self.of)[:MOST_SAID]
        ]

    def _remark(self, one: Difference, sentence: str) -> dict[str, Any]:
        times = {"start_seconds": one.start_seconds, "end_seconds": one.end_seconds}
        about = {"about": one.angle, "moment": moment_of(one), **times, "words": sentence}
        return {"seconds": one.start_seconds, "words": sentence, "verdict": about}

    def _notes(self) -> list[str]:
        notes = [self.words("movement.mirrored")] if self.of.is_mirrored else []
        is_drawn = self.ours.drawn is None or self.theirs.drawn is None
        notes += [self.words("movement.skeleton")] if is_drawn else []
        return [*notes, self.words("movement.colours"), *self.more_notes]

    def _row(self, pair: Pair) -> dict[str, Any]:
        """Return what the table says of a repetition."""
        found = [one for one in self.of.differences if one.repetition == pair.ours]
        is_said = found and not self.of.is_withheld
        most = difference_in_short(found[0], self.of, self.words) if is_said else ""
        times = self._times(pair)
        lasts = self.words.number(times[-1] - times[0], 2)
        return {
            "name": repetition_name(pair, self.words),
            "seconds": times[0],
            "times": " · ".join(self.words.number(second, 2) for second in times),
            "lasts": self.words("movement.seconds", number=lasts),
            "likeness": "" if self.of.is_withheld else self.words.number(pair.likeness, 2),
            "beside": "" if pair.theirs is None else pair.theirs + 1,
            "most": most,
        }  # fmt: skip

    def _times(self, pair: Pair) -> list[float]:
        if pair.ours is None:
            return [float(pair.ours_seconds[0]), float(pair.ours_seconds[-1])]
        one = self.of.ours.repetitions[pair.ours]
        return [one.start_seconds, one.turn_seconds, one.end_seconds]

    def _bars(self) -> list[dict[str, Any]]:
        """Show how alike each repetition is, from 0 to 1000 over the whole video."""
        scale = 1000 / self.ours.playback.end_seconds
        return [
            {
                "x": scale * float(pair.ours_seconds[0]) + 1,
                "width": max(scale * float(np.ptp(pair.ours_seconds)) - 2, 1),
                "similarity": 1.0 if self.of.is_withheld else pair.likeness,
                "faulty": self._is_unlike(pair),
            }
            for pair in self.of.pairs
        ]

    def _is_unlike(self, pair: Pair) -> bool:
        return pair.likeness < LIKE and not self.of.is_withheld

    def _parts(self) -> list[Chapter]:
        """Return the repetitions, each until the next one begins."""
        starts = [float(pair.ours_seconds[0]) for pair in self.of.pairs]
        ends = [*starts[1:], self.ours.playback.end_seconds]
        return [
            Chapter("", start, end, self._is_unlike(pair))
            for pair, start, end in zip(self.of.pairs, starts, ends, strict=True)
        ]

    @cached_property
    def _saved(self) -> tuple[tuple[str, str, str], ...]:
        plain = comparison_to_json(self.of, self.ours.name, self.theirs.name)
        return (("result.json", "save.json", json.dumps(plain, indent=1) + "\n"),)

    def _data(self) -> dict[str, Any]:
        """Return what the script of the page works with."""
        words, names = self.words, [repetition_name(pair, self.words) for pair in self.of.pairs]
        starts = [float(pair.ours_seconds[0]) for pair in self.of.pairs]
        return {
            "query": side(self.ours.playback, 0.0, None, self.ours.drawn),
            "reference": side(self.theirs.playback, 0.0, None, self.theirs.drawn),
            "steps": self._steps(),
            "clips": [],
            "marks": sorted({one["seconds"] for one in self._differences()}),
            "parts": [list(part) for part in zip(starts, names, strict=True)],
            "words": spoken(words),
            "decimal": words("decimal"),
            "saved": {file: content for file, _, content in self._saved},
            "name": self.ours.name,
        }

    def _steps(self) -> dict[str, list[float]]:
        """Return which moments belong together, each moment of ours once, and how far that is."""
        steps: dict[str, list[float]] = {"query": [], "reference": [], "doubt": []}
        for pair in self.of.pairs:
            moments, first = np.unique(pair.ours_seconds, return_index=True)
            step = float(np.median(np.diff(moments))) if len(moments) > 1 else 0.0
            for now, then in zip(
                moments.tolist(), pair.theirs_seconds[first].tolist(), strict=True
            ):
                if not steps["query"] or now > steps["query"][-1]:
                    steps["query"].append(round(now, 4))
                    steps["reference"].append(round(then, 4))
                    steps["doubt"].append(round(step, 4))
        return steps
