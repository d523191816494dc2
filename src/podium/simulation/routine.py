"""Routines of minutes: many elements in an order, with faults known exactly, and a panel's scores.

All performances of one seed are of one programme. Each athlete takes their own time over each
element, so that no moment of one performance is as long after its beginning, or before its end, as
that of another: what is compared must be put in step first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from podium.checks import check_options, require
from podium.performance import Phase
from podium.simulation.body import Array, Joint, Physique, Pose
from podium.simulation.elements import ELEMENTS, KINDS, STANDING, Element
from podium.simulation.faults import MARKED_SEVERITY, NATURAL_SEVERITY, Fault
from podium.simulation.film import Frame, floor_film
from podium.simulation.motion import Motion, anchor_joints, draw_physique, pose_joints
from podium.simulation.options import SimulationOptions

N_JUDGES = 7
JUDGE_SD = 0.15
"""By how much a judge's mark for elements, or for components, differs from a fair one, of ten."""

STRICTNESS = 12.0
"""So many times the mean severity of its elements, which is small, is taken off a routine's ten."""

WORST_REACH_COST = 2.5
"""So many points of ten the least reach costs."""

LEAST_REACH = 0.82
"""How much of each movement is left where its reach, of which components are judged, is least."""

STARTS_METRES = 2.5
"""Where on the floor a routine begins, away from what else stands there."""


@dataclass(frozen=True)
class RoutineOptions:
    """How many performances of one programme there are, and how long and how even they are."""

    n_performances: int = 60
    seed: int = 0
    n_elements: int = 40
    element_seconds: float = 4.0
    """How long an element usually takes."""

    tempo: float = 0.15
    """By which share an athlete takes more, or less, time over an element at most."""

    faulty_share: float = 0.12
    """Which share of the elements of those who make faults are faulty, on average."""

    flawless_share: float = 0.2
    frames_per_second: int = 30

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated."""
        check_options(self, n_performances=1, seed=0, n_elements=1, frames_per_second=10)
        require(0.5 <= self.element_seconds <= 600, "element_seconds", self.element_seconds,
                "from 0.5 to 600")  # fmt: skip
        for name in ("tempo", "faulty_share", "flawless_share"):
            require(0 <= getattr(self, name) <= 1, name, getattr(self, name), "from 0 to 1")


@dataclass(frozen=True)
class Routine:
    """One performance of a programme that never took place, and all there is to know about it."""

    id: str
    elements: tuple[Phase, ...]
    """Which element lies where, in frames; they follow each other without a gap."""

    faults: tuple[Fault, ...]
    """Which elements are faulty, and how badly."""

    score_elements: float
    """The panel's mean mark for the elements, 0 to 10."""

    score_components: float
    """The panel's mean mark for how the whole is performed, 0 to 10."""

    n_frames: int
    options: RoutineOptions = field(repr=False)
    _played: tuple[Element, ...] = field(repr=False)
    _reach: float = field(repr=False)
    _seed: tuple[int, ...] = field(repr=False)

    @property
    def score(self) -> float:
        """The sum of both marks, 0 to 20."""
        return round(self.score_elements + self.score_components, 3)

    def joints(self) -> Array:
        """Where every joint is in every frame, (frames, joints, 3), in metres."""
        physique = self._physique()
        parts, place = [], np.array([STARTS_METRES, 0.0, 0.0])
        for element, phase in zip(self._played, self.elements, strict=True):
            n_frames = phase.end_frame - phase.start_frame + 1
            shares = (np.arange(n_frames) + 0.5) / n_frames
            pose = _reaching(element.poses(shares), self._reach)
            goes = place + np.outer(shares * element.travels_metres, [1.0, 0.0, 0.0])
            parts.append(anchor_joints(pose_joints(physique, pose), Joint.LEFT_ANKLE, goes))
            place = place + np.array([element.travels_metres, 0.0, 0.0])
        return np.concatenate(parts)

    def frames(self, options: SimulationOptions | None = None) -> Iterator[Frame]:
        """Yield the film of it, frame by frame, (height, width, 3), rendered as it is asked for."""
        joints = self.joints()
        seconds = np.arange(len(joints)) / self.options.frames_per_second
        motion = Motion(seconds, joints, self.elements, 0.0, float(seconds[-1]))
        drawn = np.random.default_rng([*self._seed, 2])
        return floor_film(motion, self._physique(), drawn, options or SimulationOptions())

    def _physique(self) -> Physique:
        return draw_physique(np.random.default_rng([*self._seed, 1]))


def simulate_routines(options: RoutineOptions) -> tuple[Routine, ...]:
    """Return all performances of the options; the first ones are flawless, as experts are."""
    drawn = np.random.default_rng([options.seed, 0])
    programme = tuple(ELEMENTS[i] for i in drawn.integers(len(ELEMENTS), size=options.n_elements))
    n_flawless = round(options.flawless_share * options.n_performances)
    return tuple(
        _perform(programme, index, index < n_flawless, options)
        for index in range(options.n_performances)
    )


def _perform(
    programme: tuple[Element, ...], index: int, is_flawless: bool, options: RoutineOptions
) -> Routine:
    seed = (options.seed, 1, index)
    rng = np.random.default_rng([*seed, 0])
    severities = rng.uniform(0, NATURAL_SEVERITY, len(programme))
    share = 0.0 if is_flawless else options.faulty_share * rng.uniform(0.2, 1.8)
    is_faulty = rng.random(len(programme)) < share
    marked = MARKED_SEVERITY + (1 - MARKED_SEVERITY) * rng.beta(1.4, 2.0, len(programme))
    severities = np.where(is_faulty, marked, severities)
    reach = 1.0 if is_flawless else float(rng.uniform(LEAST_REACH, 1.0))
    kinds = rng.choice(KINDS, len(programme))
    phases = _timed(programme, rng, options)
    played = [e.flawed(str(k), s) for e, k, s in zip(programme, kinds, severities, strict=True)]
    elements, components = _judged(severities, reach, rng)
    return Routine(
        id=f"routine-{index:03d}",
        elements=phases,
        faults=tuple(
            Fault(p.name, p.start_frame, p.end_frame, float(s), f"{k} in the {p.name}")
            for p, k, s in zip(phases, kinds, severities, strict=True)
            if s >= MARKED_SEVERITY
        ),
        score_elements=elements,
        score_components=components,
        n_frames=phases[-1].end_frame + 1,
        options=options,
        _played=tuple(played),
        _reach=reach,
        _seed=seed,
    )


def _timed(
    programme: tuple[Element, ...], rng: np.random.Generator, options: RoutineOptions
) -> tuple[Phase, ...]:
    """Give each element its time, in frames: an athlete's own."""
    widest = np.log1p(options.tempo)
    seconds = options.element_seconds * np.exp(rng.uniform(-widest, widest, len(programme)))
    n_frames = np.maximum(np.round(seconds * options.frames_per_second), 2).astype(int)
    borders = [0, *np.cumsum(n_frames).tolist()]
    return tuple(
        Phase(element.name, start, stop - 1)
        for element, (start, stop) in zip(programme, pairwise(borders), strict=True)
    )


def _judged(severities: Array, reach: float, rng: np.random.Generator) -> tuple[float, float]:
    """Return a panel's mean marks, of ten, for the elements and for the components."""
    short = (1 - reach) / (1 - LEAST_REACH)
    fair = 10 - STRICTNESS * severities.mean(), 10 - WORST_REACH_COST * short
    marks = [mark + rng.normal(0, JUDGE_SD, N_JUDGES).mean() for mark in fair]
    elements, components = (round(float(np.clip(mark, 0, 10)), 3) for mark in marks)
    return elements, components


def _reaching(pose: Pose, reach: float) -> Pose:
    """Return poses of which every movement goes only so far; a turn is always a whole one."""
    standing, columns = STANDING.columns()[:, None], pose.columns()
    smaller = Pose.from_columns(standing + (columns - standing) * reach)
    return Pose(**{**vars(smaller), "twist": pose.twist})
