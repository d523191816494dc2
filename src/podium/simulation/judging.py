"""The panel: seven judges see a performance and the rules turn their marks into a score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from podium.errors import UsageError
from podium.simulation.faults import Flaw, splash_size
from podium.simulation.options import Sport

N_JUDGES = 7
_JUDGE_SD = 0.4
_MILDNESS = 7.5
# Points out of ten that a phase costs when it could not be worse.
_COSTS = {
    "take_off": 2.0,
    "flight": 3.0,
    "entry": 4.0,
    "splash": 2.5,
    "landing": 3.5,
    "hold": 2.0,
}


def deduction(flaws: Sequence[Flaw]) -> float:
    """Return the points out of ten that a fair judge takes off."""
    by_phase = {flaw.phase: flaw for flaw in flaws}
    severities = {phase: flaw.severity for phase, flaw in by_phase.items()}
    if "splash" in by_phase:
        severities["splash"] = splash_size(by_phase["entry"], by_phase["splash"])
    total = sum(_COSTS[phase] * severity for phase, severity in severities.items())
    # Judges add faults up one by one while they are few, and are milder when there are many.
    return float(_MILDNESS * np.tanh(total / _MILDNESS))


def panel_marks(points_off: float, rng: np.random.Generator) -> tuple[float, ...]:
    """Seven marks in half points from 0 to 10; judges differ by about 0.4 points."""
    marks = 10 - points_off + rng.normal(0, _JUDGE_SD, N_JUDGES)
    return tuple(float(mark) for mark in np.clip(np.round(marks * 2) / 2, 0, 10))


def middle_three(marks: Sequence[float]) -> float:
    """Return the sum of the marks left without the two highest and the two lowest of seven."""
    if len(marks) != N_JUDGES:
        raise UsageError(f"a panel has {N_JUDGES} judges, not {len(marks)}")
    return float(sum(sorted(marks)[2:5]))


def panel_score(sport: Sport, marks: Sequence[float], difficulty: float) -> float:
    """Return the score: execution times difficulty for a dive, their sum for a vault."""
    if sport == "diving":
        return round(middle_three(marks) * difficulty, 2)
    return round(middle_three(marks) / 3 + difficulty, 3)
