"""What can go wrong in a performance, in which phase, and how badly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from podium.errors import UsageError
from podium.simulation.actions import Action
from podium.simulation.options import Sport

MARKED_SEVERITY = 0.45
"""A phase counts as faulty from here on."""
NATURAL_SEVERITY = 0.1
"""Below this, an imperfection is what every athlete has."""
WORST_ENTRY_DEGREES = 38.0
_SPLASH_OF_ENTRY = 0.33

SHOWS_SECONDS = {"late come-out": 0.4, "leaning": 0.6, "weak jump": 0.6}
"""How long before the end of its phase a flaw begins to show; all others show throughout."""

PHASES: dict[Sport, tuple[str, ...]] = {
    "diving": ("take_off", "flight", "entry", "splash"),
    "vault": ("take_off", "flight", "landing", "hold"),
}


@dataclass(frozen=True)
class Fault:
    """A phase that went visibly wrong, how badly (0 to 1), and what a coach would call it."""

    phase: str
    start_frame: int
    end_frame: int
    severity: float
    words: str


@dataclass(frozen=True)
class Flaw:
    """How far one phase is from perfect, and in which way."""

    phase: str
    kind: str
    severity: float

    @property
    def is_marked(self) -> bool:
        """Whether the flaw is a fault rather than natural variation."""
        return self.severity >= MARKED_SEVERITY

    def amount(self, *kinds: str) -> float:
        """Return the severity if the flaw is of one of these kinds, otherwise 0."""
        return self.severity if self.kind in kinds else 0.0


def kinds_of(sport: Sport, phase: str, action: Action) -> tuple[str, ...]:
    """Return the ways in which a phase of an action can go wrong."""
    if phase == "flight":
        return _flight_kinds(sport, action)
    return _KINDS[sport][phase]


_KINDS: dict[Sport, dict[str, tuple[str, ...]]] = {
    "diving": {
        "take_off": ("leaning", "arms apart", "weak jump"),
        "entry": ("short", "short", "past", "past", "arms apart", "bent knees", "feet apart"),
        "splash": ("large",),
    },
    "vault": {
        "take_off": ("legs apart", "bent arms", "bent hips"),
        "landing": ("step", "hop", "fall"),
        "hold": ("waving arms", "late step", "bent forward"),
    },
}


def _flight_kinds(sport: Sport, action: Action) -> tuple[str, ...]:
    late: tuple[str, ...] = ("late come-out",) if sport == "diving" else ("low",)
    if action.position == "tuck":
        # From the side of a pool, knees apart in a tuck are hardly to be seen.
        return ("loose tuck", *late) if sport == "diving" else ("loose tuck", "knees apart", *late)
    if action.position == "pike":
        return ("bent knees", "open pike", *late)
    return ("legs apart", "bent knees", *late)


def draw_flaws(
    sport: Sport, action: Action, flawless: bool, rng: np.random.Generator
) -> tuple[Flaw, ...]:
    """One flaw a phase, most of them natural; at least one is a fault unless `flawless`."""
    level = rng.normal()
    severities = {phase: _natural(rng) for phase in PHASES[sport]}
    if not flawless:
        for phase in _faulty_phases(sport, level, rng):
            severities[phase] = _draw_marked_severity(level, rng)
    return flaws_of(sport, action, severities, rng)


def _faulty_phases(sport: Sport, level: float, rng: np.random.Generator) -> tuple[str, ...]:
    chance = 1 / (1 + np.exp(1.3 + 0.4 * level))
    phases = PHASES[sport]
    faulty = rng.random(len(phases)) < chance
    if not faulty.any():
        faulty[rng.integers(len(phases))] = True
    # A crooked body seldom enters without throwing water up; a bad landing is seldom held.
    if faulty[2] and rng.random() < 0.3:
        faulty[3] = True
    return tuple(phase for phase, is_faulty in zip(phases, faulty, strict=True) if is_faulty)


def _natural(rng: np.random.Generator) -> float:
    return float(rng.uniform(0, NATURAL_SEVERITY))


def _draw_marked_severity(level: float, rng: np.random.Generator) -> float:
    badness = np.clip(rng.beta(1.4, 2.4) - 0.08 * level, 0, 1)
    return float(MARKED_SEVERITY + (1 - MARKED_SEVERITY) * badness)


def flaws_of(
    sport: Sport, action: Action, severities: Mapping[str, float], rng: np.random.Generator
) -> tuple[Flaw, ...]:
    """One flaw a phase with the severities that are given; a phase without one is perfect."""
    check_severities(sport, severities)
    flaws = []
    for phase in PHASES[sport]:
        kind = str(rng.choice(kinds_of(sport, phase, action)))
        flaws.append(Flaw(phase, kind, float(severities.get(phase, 0.0))))
    return tuple(flaws)


def check_severities(sport: Sport, severities: Mapping[str, float]) -> None:
    """Refuse phases that the sport does not have and severities outside 0 to 1."""
    for phase, severity in severities.items():
        if phase not in PHASES[sport]:
            known = ", ".join(PHASES[sport])
            raise UsageError(f"phase is {phase!r}; the phases of {sport} are {known}")
        if not 0 <= severity <= 1:
            raise UsageError(f"severity of {phase} is {severity}; it must be from 0 to 1")


def entry_degrees(entry: Flaw) -> float:
    """How far from the vertical a dive's flaw makes it enter; positive is past the vertical."""
    if entry.kind in ("short", "past"):
        return entry.severity * WORST_ENTRY_DEGREES * (1 if entry.kind == "past" else -1)
    return entry.severity * 0.35 * WORST_ENTRY_DEGREES * (1 if entry.kind == "arms apart" else -1)


def splash_size(entry: Flaw, splash: Flaw) -> float:
    """How much water goes up, 0 to 1: a share of its own, and more the more crooked the entry."""
    crooked = abs(entry_degrees(entry)) / WORST_ENTRY_DEGREES
    return min(1.0, splash.severity + _SPLASH_OF_ENTRY * crooked)


_WORDS = {
    ("take_off", "leaning"): "leans {lean:.0f} degrees too far at take-off",
    ("take_off", "arms apart"): "arms apart at take-off",
    ("take_off", "weak jump"): "weak jump, {low:.0f} cm too low",
    ("take_off", "legs apart"): "legs apart on to the table",
    ("take_off", "bent arms"): "bent arms on the table",
    ("take_off", "bent hips"): "bent hips on the table",
    ("flight", "loose tuck"): "loose tuck",
    ("flight", "knees apart"): "knees apart in the tuck",
    ("flight", "late come-out"): "late come-out",
    ("flight", "bent knees"): "bent knees in flight",
    ("flight", "open pike"): "open pike",
    ("flight", "legs apart"): "legs apart in flight",
    ("flight", "low"): "low flight",
    ("entry", "short"): "entry {angle:.0f} degrees short of vertical",
    ("entry", "past"): "entry {angle:.0f} degrees past vertical",
    ("entry", "arms apart"): "arms apart at entry",
    ("entry", "bent knees"): "bent knees at entry",
    ("entry", "feet apart"): "feet apart at entry",
    ("splash", "large"): "large splash",
    ("landing", "step"): "step of {step:.0f} cm on landing",
    ("landing", "hop"): "hop of {step:.0f} cm on landing",
    ("landing", "fall"): "fall on landing",
    ("hold", "waving arms"): "arms wave for balance",
    ("hold", "late step"): "step after the landing",
    ("hold", "bent forward"): "bends forward to keep balance",
}
WORST_LEAN_DEGREES = 24.0
WEAKEST_JUMP_LOSS = 1.9
"""Metres per second that the worst jump lacks."""
LONGEST_STEP_METRES = 0.75


def words_of(flaw: Flaw, jump_metres_per_second: float = 3.1) -> str:
    """Return what a coach would say about the flaw."""
    weaker = jump_metres_per_second - WEAKEST_JUMP_LOSS * flaw.severity
    return _WORDS[flaw.phase, flaw.kind].format(
        lean=WORST_LEAN_DEGREES * flaw.severity,
        angle=abs(entry_degrees(flaw)),
        low=100 * (jump_metres_per_second**2 - weaker**2) / (2 * 9.81),
        step=100 * LONGEST_STEP_METRES * flaw.severity,
    )
