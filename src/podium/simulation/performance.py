"""Simulated performances: what happened, what the panel gave, and the frames to prove it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from podium.performance import Phase
from podium.simulation.actions import Action, action_names, chosen_actions, variants_of
from podium.simulation.body import Array
from podium.simulation.dive import perform_dive
from podium.simulation.faults import (
    SHOWS_SECONDS,
    Fault,
    Flaw,
    draw_flaws,
    flaws_of,
    words_of,
)
from podium.simulation.film import Frame, Mask, film, landmarks, silhouettes
from podium.simulation.judging import deduction, panel_marks, panel_score
from podium.simulation.motion import Motion, Script
from podium.simulation.options import SimulationOptions, Sport
from podium.simulation.vault import perform_vault


@dataclass(frozen=True)
class SimulatedPerformance:
    """One performance that never took place, and everything there is to know about it."""

    id: str
    action: str
    dive_number: str
    """The action with its position, such as 107B."""
    difficulty: float
    score: float
    marks: tuple[float, ...]
    """The seven judges' marks out of ten."""
    phases: tuple[Phase, ...]
    faults: tuple[Fault, ...]
    n_frames: int
    script: Script = field(repr=False)
    options: SimulationOptions = field(repr=False)

    def motion(self) -> Motion:
        """Where every joint is in every frame."""
        return perform(self.script, self.options.frames_per_second)

    def frames(self) -> Iterator[Frame]:
        """Yield the film, frame by frame: (height, width, 3), rendered as it is asked for."""
        return film(self.script, self.motion(), self.options)

    def silhouettes(self) -> Iterator[Mask]:
        """Yield which pixels of each frame are the athlete's, above the water: (height, width)."""
        return silhouettes(self.script, self.motion(), self.options)

    def landmarks(self) -> Array:
        """Where in the picture each joint is, right and down, (frames, joints, 2), in pixels."""
        return landmarks(self.script, self.motion(), self.options)


def perform(script: Script, frames_per_second: int) -> Motion:
    """Return the motion that a script asks for."""
    if script.sport == "diving":
        return perform_dive(script, frames_per_second)
    return perform_vault(script, frames_per_second)


def simulate(options: SimulationOptions) -> tuple[SimulatedPerformance, ...]:
    """All performances of the options, each action equally often and each with flawless ones.

    This takes seconds for hundreds: no frame is rendered before it is asked for.
    """
    rng = np.random.default_rng([options.seed, 0])
    choices = chosen_actions(options.sport, options.numbers)
    names = tuple(choices)
    order = rng.permutation(options.n_performances)
    return tuple(
        _simulate_one(options, index, choices[names[cell % len(names)]], cell // len(names))
        for index, cell in enumerate(order.tolist())
    )


def _simulate_one(
    options: SimulationOptions, index: int, variants: tuple[Action, ...], turn: int
) -> SimulatedPerformance:
    rng = np.random.default_rng([options.seed, 1, index])
    action = variants[rng.integers(len(variants))]
    flaws = draw_flaws(options.sport, action, _is_flawless(turn, options.flawless_share), rng)
    script = Script(options.sport, action, flaws, (options.seed, 2, index))
    prefix = "dive" if options.sport == "diving" else "vault"
    return _perform_and_judge(f"{prefix}-{index:04d}", action.name.rstrip("-"), script, options)


def _is_flawless(turn: int, share: float) -> bool:
    # Spread evenly, so that each action has an expert from its first performance on.
    return int(np.ceil((turn + 1) * share)) > int(np.ceil(turn * share))


def stage(
    action: str,
    severities: Mapping[str, float],
    seed: int,
    options: SimulationOptions | None = None,
) -> SimulatedPerformance:
    """Return a performance of an action with exactly these faults, as phase -> severity, 0 to 1.

    Phases that are not named are perfect. The sport is the one that the action belongs to.
    """
    options = options or SimulationOptions()
    variants = variants_of(action)
    sport: Sport = "diving" if action in action_names("diving") else "vault"
    rng = np.random.default_rng([seed, 3])
    variant: Action = variants[rng.integers(len(variants))]
    flaws = flaws_of(sport, variant, severities, rng)
    return _perform_and_judge(
        f"staged-{action}-{seed}", action, Script(sport, variant, flaws, (seed, 4)), options
    )


def _perform_and_judge(
    id_: str, name: str, script: Script, options: SimulationOptions
) -> SimulatedPerformance:
    motion = perform(script, options.frames_per_second)
    marks = panel_marks(deduction(script.flaws), script.random(4))
    return SimulatedPerformance(
        id=id_,
        action=name,
        dive_number=script.action.number,
        difficulty=script.action.difficulty,
        score=panel_score(script.sport, marks, script.action.difficulty),
        marks=marks,
        phases=motion.phases,
        faults=_faults(script.flaws, motion.phases, options.frames_per_second),
        n_frames=motion.n_frames,
        script=script,
        options=options,
    )


def _faults(
    flaws: tuple[Flaw, ...], phases: tuple[Phase, ...], frames_per_second: int
) -> tuple[Fault, ...]:
    return tuple(
        Fault(
            flaw.phase,
            _first_visible(flaw, phase, frames_per_second),
            phase.end_frame,
            flaw.severity,
            words_of(flaw),
        )
        for flaw, phase in zip(flaws, phases, strict=True)
        if flaw.is_marked
    )


def _first_visible(flaw: Flaw, phase: Phase, frames_per_second: int) -> int:
    """Return the first frame that shows the flaw: a late come-out shows only when it is due."""
    if flaw.kind not in SHOWS_SECONDS:
        return phase.start_frame
    first = phase.end_frame + 1 - round(SHOWS_SECONDS[flaw.kind] * frames_per_second)
    return max(first, phase.start_frame)
