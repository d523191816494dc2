"""What becomes of a score when the file, the framing or the dive itself is another.

    PODIUM_DATA=... python benchmarks/robustness.py

A fifth of the training dives of UNLV-Dive, drawn by a seed, is scored by the model `diving` fitted
without them (`left_out.py`), and so is a copy of each of every kind. Copies are real files, written
with the container, clock, tags and matrix that they are about. The 70 test dives are not looked at.
"""

import argparse
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from copying import (
    HLG,
    PQ,
    Pixels,
    athlete_column,
    converted,
    framed,
    in_hdr,
    joined_streams,
    over_exposed,
    portrait,
    resized,
    scaled,
    setting,
    still_before,
    striped,
    tagged,
    with_in_betweens,
    without_clock,
    write,
    zoomed,
)
from left_out import left_out, training_samples
from measuring import RESULTS
from measuring import write as write_result

from podium.assessment.values import Score
from podium.assessor import Assessor, load
from podium.doubts import Doubt, Severity, worst
from podium.errors import PodiumError
from podium.model import Model, load_model
from podium.performance import Performance
from podium.video.frames import decode, probe

CLOSE = 3.0
"""By so many points the score of what a player shows alike may differ."""

AFTER_SPLASH = 24
"""Where the splash of a dive is not marked, it is taken to begin so many frames before the end."""

UNTOUCHED = "untouched"
ALIKE = "a player shows the same"
FRAMING = "framed otherwise"
LESS = "less is to be seen"
OTHER = "not the dive that it was"


@dataclass(frozen=True)
class Dive:
    """The frames of a dive, at their full size, and those of another."""

    pixels: Pixels
    splash: int
    """The frame of `pixels` in which the water is reached."""

    other: Pixels
    other_splash: int


Indices = npt.NDArray[np.int64]

Make = Callable[[Dive, Path], Path]
"""Writes a copy into a folder."""


@dataclass(frozen=True)
class Kind:
    """A kind of copies: what it is about, and how one is made."""

    group: str
    make: Make


def shown_as(change: Callable[[Dive], Pixels], name: str = "copy.mp4", **how: Any) -> Make:
    """Return what writes changed frames, with options of `copying.write`."""
    return lambda dive, folder: write(folder / name, change(dive), **how)


def same(dive: Dive) -> Pixels:
    """Show the dive as it is."""
    return dive.pixels


def at_times(kept: Callable[[int], Indices], name: str = "copy.mp4") -> Make:
    """Return what writes some of the frames, each at its own time; `kept` is given how many."""

    def make(dive: Dive, folder: Path) -> Path:
        which = kept(len(dive.pixels))
        ticks = np.round(which * 100 / 3).astype(int).tolist()
        return write(folder / name, dive.pixels[which], rate=1000, ticks=ticks)

    return make


def without_every_fourth(n: int) -> Indices:
    """Leave every fourth frame of `n` out."""
    return np.flatnonzero(np.arange(n) % 4 != 3)


def with_hole(n: int) -> Indices:
    """Leave half a second of `n` frames out, at a place that their number decides."""
    start = int(np.random.default_rng(n).integers(8, n - 23))
    return np.setdiff1d(np.arange(n), np.arange(start, start + 15))


def from_an_hour(dive: Dive, folder: Path) -> Path:
    """Begin at an hour."""
    ticks = [3_600_000 + round(i * 100 / 3) for i in range(len(dive.pixels))]
    return write(folder / "copy.mkv", dive.pixels, rate=1000, ticks=ticks)


def with_empty_repeats(dive: Dive, folder: Path) -> Path:
    """Say 600 frames a second in an AVI file: but one in twenty, all are empty."""
    ticks = [20 * i for i in range(len(dive.pixels))]
    how = setting(bit_rate=4_000_000)
    return write(
        folder / "copy.avi", dive.pixels, rate=600, ticks=ticks, codec="mpeg4", prepare=how
    )


def turned_by_matrix(stream: Any) -> None:
    """Say that what is stored is to be turned by a quarter."""
    stream.set_display_rotation(90)


def mirrored_by_matrix(stream: Any) -> None:
    """Say that what is stored is to be mirrored."""
    stream.set_display_rotation(0, True)


def in_slow_motion(times: int, rate: int = 30) -> Make:
    """Show what a camera of `times` the rate saw, at `rate` frames a second."""
    return shown_as(lambda dive: with_in_betweens(dive.pixels, times), rate=rate)


def cut_after(n: int) -> Make:
    """Stop so many frames after the water is reached."""
    return shown_as(lambda dive: dive.pixels[: dive.splash + n + 1])


def other_entry(dive: Dive) -> Pixels:
    """Show the flight of this dive, and the entry of another."""
    last = max(dive.other_splash - 8, 0)
    return np.concatenate([dive.pixels[: max(dive.splash - 8, 1)], dive.other[last:]])


def still(dive: Dive) -> Pixels:
    """Show the picture in the middle all the time."""
    return np.repeat(dive.pixels[len(dive.pixels) // 2][None], len(dive.pixels), axis=0)


def at_athlete(dive: Dive) -> Pixels:
    """Show an upright part about where the athlete is at last."""
    return portrait(dive.pixels, athlete_column(dive.pixels[dive.splash : dive.splash + 12]))


def middle_of(dive: Dive) -> Pixels:
    """Show an upright part about the middle."""
    return portrait(dive.pixels, dive.pixels.shape[2] / 2)


def narrow(dive: Dive) -> Pixels:
    """Store half as many pixels a row."""
    return resized(dive.pixels, dive.pixels.shape[2] / 2, dive.pixels.shape[1])


KINDS: Mapping[str, Kind] = {
    "a quarter of the frames missing, true times": Kind(ALIKE, at_times(without_every_fourth)),
    "24 made 30 frames a second by repeats": Kind(
        ALIKE, shown_as(lambda dive: converted(dive.pixels, 24))
    ),
    "25 made 30 frames a second by repeats": Kind(
        ALIKE, shown_as(lambda dive: converted(dive.pixels, 25))
    ),
    "60 frames a second": Kind(ALIKE, in_slow_motion(2, 60)),
    "120 frames a second": Kind(ALIKE, in_slow_motion(4, 120)),
    "HLG, ten bits": Kind(
        ALIKE, shown_as(same, pixel_format="yuv420p10le", prepare=tagged(HLG),
                        frame_of=lambda one: in_hdr(one, HLG))
    ),
    "PQ, ten bits": Kind(
        ALIKE, shown_as(same, pixel_format="yuv420p10le", prepare=tagged(PQ),
                        frame_of=lambda one: in_hdr(one, PQ))
    ),
    "letter box": Kind(ALIKE, shown_as(lambda dive: framed(dive.pixels, 40, 0))),
    "pillar box": Kind(ALIKE, shown_as(lambda dive: framed(dive.pixels, 0, 54))),
    "bars on all sides": Kind(ALIKE, shown_as(lambda dive: framed(dive.pixels, 40, 54))),
    "pixels twice as wide as high": Kind(
        ALIKE, shown_as(narrow, prepare=setting(sample_aspect_ratio=Fraction(2)))
    ),
    "mirrored by the track's matrix": Kind(
        ALIKE, shown_as(lambda dive: dive.pixels[:, :, ::-1], prepare=mirrored_by_matrix)
    ),
    "turned by the track's matrix": Kind(
        ALIKE, shown_as(lambda dive: np.rot90(dive.pixels, -1, (1, 2)), prepare=turned_by_matrix)
    ),
    "encoded again, crf 35": Kind(ALIKE, shown_as(same, crf="35")),
    "half the size": Kind(ALIKE, shown_as(lambda dive: scaled(0.5)(dive.pixels))),
    "1.5 times the size": Kind(ALIKE, shown_as(lambda dive: scaled(1.5)(dive.pixels))),
    "starts at an hour": Kind(ALIKE, from_an_hour),
    "transport stream, clock begins again": Kind(
        ALIKE, lambda dive, folder: joined_streams(folder / "copy.ts", dive.pixels)
    ),
    "AVI with empty repeats": Kind(ALIKE, with_empty_repeats),
    "AVI, frames stored out of order": Kind(
        ALIKE, shown_as(same, "copy.avi", codec="mpeg4", bf="2",
                        prepare=setting(bit_rate=4_000_000))
    ),
    "no clock": Kind(
        ALIKE, lambda dive, folder: without_clock(shown_as(same, bf="0")(dive, folder))
    ),
    "ten seconds of still pool before": Kind(
        ALIKE, shown_as(lambda dive: still_before(dive.pixels, 300))
    ),
    "portrait, about the middle": Kind(FRAMING, shown_as(middle_of)),
    "portrait, about the athlete": Kind(FRAMING, shown_as(at_athlete)),
    "zoom 10 %": Kind(FRAMING, shown_as(lambda dive: zoomed(dive.pixels, 1.1))),
    "zoom 20 %": Kind(FRAMING, shown_as(lambda dive: zoomed(dive.pixels, 1.2))),
    "zoom 30 %": Kind(FRAMING, shown_as(lambda dive: zoomed(dive.pixels, 1.3))),
    "half a second without frames": Kind(LESS, at_times(with_hole)),
    "over-exposed": Kind(LESS, shown_as(lambda dive: over_exposed(dive.pixels))),
    "striped watermark": Kind(LESS, shown_as(lambda dive: striped(dive.pixels))),
    "cut 14 frames after the entry": Kind(LESS, cut_after(14)),
    "cut 10 frames after the entry": Kind(LESS, cut_after(10)),
    "cut 6 frames after the entry": Kind(LESS, cut_after(6)),
    "first half missing": Kind(LESS, shown_as(lambda dive: dive.pixels[dive.splash // 2 :])),
    "turned by 90 degrees": Kind(OTHER, shown_as(lambda dive: np.rot90(dive.pixels, 1, (1, 2)))),
    "upside down": Kind(OTHER, shown_as(lambda dive: dive.pixels[:, ::-1, ::-1])),
    "reversed": Kind(OTHER, shown_as(lambda dive: dive.pixels[::-1])),
    "another dive before it": Kind(
        OTHER, shown_as(lambda dive: np.concatenate([dive.other, dive.pixels]))
    ),
    "another dive after it": Kind(
        OTHER, shown_as(lambda dive: np.concatenate([dive.pixels, dive.other]))
    ),
    "the entry of another dive": Kind(OTHER, shown_as(other_entry)),
    "slow motion, 2 times": Kind(OTHER, in_slow_motion(2)),
    "slow motion, 4 times": Kind(OTHER, in_slow_motion(4)),
    "slow motion, 8 times": Kind(OTHER, in_slow_motion(8)),
    "black": Kind(OTHER, shown_as(lambda dive: np.zeros_like(dive.pixels))),
    "a still picture": Kind(OTHER, shown_as(still)),
}  # fmt: skip

OTHER_NUMBER = "another number and difficulty given"
"""The same file, said to be another dive."""


Answer = tuple[Score, tuple[Doubt, ...]]


@dataclass(frozen=True)
class Seen:
    """What became of a copy beside its original; a file that is refused has no score."""

    is_withheld: bool
    said: tuple[str, ...]
    """Which kinds of doubts it has that the original has not, or why it is refused."""

    is_held: bool = False
    """Whether its range holds the original's score."""

    moved: float | None = None
    """By how many points the score moved, whether it is shown or not."""

    width: float | None = None
    """How many times as wide as the original's its range is."""


def compare(found: Answer, original: Answer) -> Seen:
    """Return what became of a copy."""
    (score, doubts), (true, known) = found, original
    usual = {doubt.kind for doubt in known}
    return Seen(
        is_withheld=worst(doubts) is Severity.GRAVE,
        said=tuple(sorted({str(d.kind) for d in doubts if d.kind not in usual})),
        is_held=score.low <= true.value <= score.high,
        moved=abs(score.value - true.value),
        width=(score.high - score.low) / max(true.high - true.low, 0.1),
    )


@cache
def judge_of(folder: Path) -> Assessor:
    """Load a model once in each process."""
    return load(folder)


def frames_of(dive: Performance) -> tuple[Pixels, int]:
    """Return the frames of a dive, without the black ones before it, and that of its splash."""
    about = probe(dive.path)
    start = dive.start_frame or 0
    pixels = decode(dive.path, width=about.width, height=about.height, start_frame=start).pixels
    marked = [phase.start_frame for phase in dive.phases if phase.name == "splash"]
    return pixels, marked[0] - start if marked else len(pixels) - AFTER_SPLASH


@dataclass(frozen=True)
class Task:
    """A dive to be looked at, beside another, by the model in a folder."""

    folder: Path
    dive: Performance
    other: Performance
    kinds: Sequence[str]


def look(task: Task) -> dict[str, Seen]:
    """Score a dive, and each kind of copy of it."""
    judge, other = judge_of(task.folder), task.other
    known = replace(task.dive, start_frame=None, end_frame=None)
    original = judge.score(known)
    found = {UNTOUCHED: compare(original, (original[0], ()))}
    if other.action != known.action:
        renamed = replace(known, action=other.action, difficulty=other.difficulty, extra={})
        found[OTHER_NUMBER] = compare(judge.score(renamed), original)
    dive = Dive(*frames_of(task.dive), *frames_of(other))
    with tempfile.TemporaryDirectory() as place:
        for name in task.kinds:
            path = KINDS[name].make(dive, Path(place))
            try:
                found[name] = compare(judge.score(replace(known, path=path)), original)
            except PodiumError as error:
                found[name] = Seen(is_withheld=True, said=(type(error).__name__,))
            path.unlink()
    return found


def tasks_of(model: Model, n_dives: int, folder: Path, kinds: Sequence[str]) -> list[Task]:
    """Fit the model without folds of dives until there are so many dives, and save it."""
    tasks: list[Task] = []
    for number, fold in enumerate(left_out(model, training_samples(model))):
        some = [sample.performance for sample in fold.dives][: n_dives - len(tasks)]
        dives = [replace(dive, extra=dict(dive.extra)) for dive in some]  # other processes read it
        place = folder / str(number)
        fold.judge.model.save(place)
        others = [*dives[1:], dives[0]]
        tasks += [Task(place, *both, kinds) for both in zip(dives, others, strict=True)]
        if len(tasks) == n_dives:
            break
    return tasks


def summed_up(seen: Sequence[Seen]) -> dict[str, Any]:
    """Return what became of the copies of one kind: shares of dives, points, and doubts."""
    moved = [one.moved for one in seen if one.moved is not None]
    width = [one.width for one in seen if one.width is not None]
    said = Counter(kind for one in seen for kind in one.said)

    def share(are: Sequence[bool]) -> float:
        return round(float(np.mean(are)), 4)

    return {
        "dives": len(seen),
        "scored": len(moved),
        "median": round(float(np.median(moved or [0])), 3),
        "nine_in_ten": round(float(np.quantile(moved or [0], 0.9)), 3),
        "close": share([one.moved is not None and one.moved < CLOSE for one in seen]),
        "held": share([one.is_held for one in seen]),
        "wider": round(float(np.quantile(width or [0], 0.9)), 3),
        "mild": share([bool(one.said) and not one.is_withheld for one in seen]),
        "withheld": share([one.is_withheld for one in seen]),
        "misleads": share([not one.is_held and not one.is_withheld for one in seen]),
        "said": {kind: share([kind in one.said for one in seen]) for kind, _ in said.most_common()},
    }


def group_of(name: str) -> str:
    """Return what kind of change it is."""
    if name in KINDS:
        return KINDS[name].group
    return {UNTOUCHED: UNTOUCHED}.get(name, OTHER)


def show(rows: Mapping[str, Mapping[str, Any]]) -> None:
    """Print a row a kind."""
    print(f"{'':<44}  n  median   90%   <3  held wider  mild withheld misleads")
    for name, row in rows.items():
        print(
            f"{name:<44} {row['dives']:>2} {row['median']:7.2f} {row['nine_in_ten']:5.1f} "
            f"{row['close']:4.0%} {row['held']:5.0%} {row['wider']:5.2f} {row['mild']:5.0%} "
            f"{row['withheld']:8.0%} {row['misleads']:8.0%}  {row['said']}"
        )


def main() -> None:
    """Run the measurement, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dives", type=int, default=60, help="how many dives are copied")
    parser.add_argument("--workers", type=int, default=2, help="how many processes")
    parser.add_argument("--model", default="diving", help="the model, fitted anew without them")
    parser.add_argument(
        "--kinds", nargs="*", help="only kinds whose names hold one of these; others are kept"
    )
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    wanted = arguments.kinds
    kinds = [name for name in KINDS if not wanted or any(word in name for word in wanted)]
    found: dict[str, list[Seen]] = {}
    with tempfile.TemporaryDirectory() as folder:
        tasks = tasks_of(load_model(arguments.model), arguments.dives, Path(folder), kinds)
        with ProcessPoolExecutor(arguments.workers, mp_context=get_context("spawn")) as pool:
            for number, seen in enumerate(pool.map(look, tasks), 1):
                print(f"{number} of {len(tasks)} dives", end="\r", flush=True)
                for name, one in seen.items():
                    found.setdefault(name, []).append(one)
    rows = {name: {"group": group_of(name), **summed_up(seen)} for name, seen in found.items()}
    show(rows)
    about = "diving, fitted without the dives that are asked about"
    kept = {} if not wanted else json.loads((RESULTS / "robustness.json").read_text())["kinds"]
    write_result("robustness", {"model": about, "dives": len(tasks), "kinds": {**kept, **rows}})


if __name__ == "__main__":
    main()
