"""A dive from the platform: take-off, somersaults, come-out and entry into the water."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from podium.performance import Phase
from podium.simulation.body import (
    Array,
    Joint,
    Physique,
    Pose,
    blend,
    centre_of_mass,
    middle,
)
from podium.simulation.faults import (
    PHASES,
    WEAKEST_JUMP_LOSS,
    WORST_LEAN_DEGREES,
    entry_degrees,
    splash_size,
)
from podium.simulation.flight import Key, drop_seconds, parabola, poses_at, somersault
from podium.simulation.motion import (
    Entry,
    Motion,
    Script,
    anchor_joints,
    draw_physique,
    phases_between,
    pose_joints,
)

PLATFORM_METRES = 10.0
_CLEAR_SECONDS = 0.1
_ENTRY_LEAD_SECONDS = 0.22
_SPLASH_SECONDS = 0.85
_WATER_BRAKE = 32.0
"""Metres per second squared."""
_WATER_STILLS_SECONDS = 0.025

TUCK = Pose(hip=128, knee=138, ankle=60, spine=50, neck=20, shoulder=16, elbow=98)
LOOSE_TUCK = Pose(hip=72, knee=84, ankle=45, spine=22, shoulder=42, elbow=15)
PIKE = Pose(hip=132, ankle=70, spine=38, neck=10, shoulder=106, elbow=66)
OPEN_PIKE = Pose(hip=68, ankle=60, spine=18, shoulder=70, elbow=10)
STRETCHED = Pose(ankle=75, shoulder=180)
WRAPPED = Pose(hip=6, ankle=75, spine=4, shoulder=75, elbow=115, arm_split=30)


@dataclass(frozen=True)
class Timing:
    """How long this diver takes over the parts of the dive, in seconds."""

    waits: float
    take_off: float
    closes: float
    opens_before_entry: float
    open_before_entry: float


@dataclass(frozen=True)
class Diver:
    """The body and the habits of one diver in one dive."""

    script: Script
    physique: Physique
    timing: Timing
    jump_metres_per_second: float
    travel_metres_per_second: float

    @property
    def facing(self) -> float:
        """1 when the diver looks away from the platform at the start, otherwise -1."""
        return 1.0 if self.script.action.faces_forward else -1.0

    @property
    def turning(self) -> float:
        """1 for forward somersaults, -1 for backward ones."""
        return 1.0 if self.script.action.turns_forward else -1.0


def draw_diver(script: Script) -> Diver:
    """Draw up the diver of a script."""
    rng = script.random(1)
    late = script.flaw("flight").amount("late come-out")
    timing = Timing(
        waits=rng.uniform(0.05, 0.2),
        take_off=rng.uniform(0.8, 0.95),
        closes=rng.uniform(0.27, 0.35),
        opens_before_entry=rng.uniform(0.56, 0.62) - 0.26 * late,
        open_before_entry=rng.uniform(0.3, 0.34) - 0.26 * late,
    )
    weak = script.flaw("take_off").amount("weak jump")
    return Diver(
        script=script,
        physique=draw_physique(rng),
        timing=timing,
        jump_metres_per_second=rng.uniform(2.95, 3.2) - WEAKEST_JUMP_LOSS * weak,
        travel_metres_per_second=rng.uniform(1.0, 1.3) + 0.5 * weak,
    )


def perform_dive(script: Script, frames_per_second: int) -> Motion:
    """Perform the whole motion of a dive."""
    diver = draw_diver(script)
    leaves = diver.timing.waits + diver.timing.take_off
    start, lands = _flight_span(diver)
    lands += leaves
    end = lands + 0.25 + _SPLASH_SECONDS
    seconds = np.arange(int(end * frames_per_second)) / frames_per_second
    parts = np.split(seconds, np.searchsorted(seconds, [leaves, lands]))
    joints = np.concatenate(
        [
            _take_off(diver, parts[0]),
            _fly(diver, parts[1] - leaves, start, lands - leaves),
            _sink(diver, parts[2] - lands, start, lands - leaves),
        ]
    )
    phases = _phases(seconds, joints, leaves, lands)
    return Motion(seconds, joints, phases, leaves, lands, _entry(diver, start, leaves, lands))


def _phases(seconds: Array, joints: Array, leaves: float, lands: float) -> tuple[Phase, ...]:
    is_under = (joints[..., 1] < 0).all(axis=1)
    bounds = (leaves + _CLEAR_SECONDS, lands - _ENTRY_LEAD_SECONDS)
    flight, entry = (int(np.searchsorted(seconds, bound)) for bound in bounds)
    return phases_between(
        PHASES["diving"], [0, flight, entry, int(np.argmax(is_under))], len(seconds)
    )


def _take_off(diver: Diver, seconds: Array) -> Array:
    poses = poses_at(take_off_keys(diver), seconds)
    return anchor_joints(
        pose_joints(diver.physique, poses, diver.facing), Joint.LEFT_TOE, _toes(diver)
    )


def _toes(diver: Diver) -> Array:
    return np.array([-0.04 if diver.facing > 0 else -0.1, PLATFORM_METRES, 0.0])


def take_off_keys(diver: Diver) -> list[Key]:
    """Arms up, arms down and crouch, arms up and jump."""
    flaw = diver.script.flaw("take_off")
    apart, leaning = flaw.amount("arms apart"), flaw.amount("leaning")
    weak = flaw.amount("weak jump")
    lean = diver.facing * (13 + WORST_LEAN_DEGREES * leaning)
    sway = diver.facing * 10 * leaning
    crouch = Pose(95, 80, -27, 15, shoulder=-40, elbow=10, arm_split=30 * apart, lean=42 + sway)
    crouch = blend(crouch, Pose(20, 30, -15, shoulder=-10, lean=6 + sway), 0.6 * weak)
    ready = Pose(shoulder=168 - 20 * leaning, arm_spread=70 * apart, arm_split=25 * apart)
    swing = Pose(spine=4, shoulder=25, elbow=15, arm_spread=25 + 50 * apart, ankle=25, lean=sway)
    waits, lasts = diver.timing.waits, diver.timing.take_off
    return [
        Key(0.0, ready),
        Key(waits, replace(ready, lean=sway)),
        Key(waits + 0.34 * lasts, replace(swing, arm_split=30 * apart)),
        Key(waits + 0.70 * lasts, crouch),
        Key(waits + lasts, replace(_leaving(diver), lean=lean), drives=True),
    ]


def _leaving(diver: Diver) -> Pose:
    flaw = diver.script.flaw("take_off")
    apart, weak = flaw.amount("arms apart"), flaw.amount("weak jump")
    return Pose(
        hip=6 + 15 * weak,
        knee=4 + 22 * weak,
        ankle=60 - 20 * weak,
        shoulder=165 - 45 * weak,
        arm_spread=65 * apart,
        arm_split=48 * apart,
    )


def _entering(diver: Diver) -> Pose:
    flaw = diver.script.flaw("entry")
    bent, apart = flaw.amount("bent knees"), flaw.amount("feet apart")
    arms = flaw.amount("arms apart")
    return replace(
        STRETCHED,
        hip=42 * bent,
        knee=88 * bent,
        leg_split=27 * apart,
        leg_spread=14 * apart,
        shank_spread=14 * apart,
        ankle=75 - 45 * max(bent, apart),
        arm_spread=45 * arms,
        arm_split=46 * arms,
        twist=180.0 * diver.script.action.half_twists,
    )


def _lean_at_entry(diver: Diver) -> float:
    turned = 180.0 * diver.script.action.half_somersaults
    return diver.turning * (turned + entry_degrees(diver.script.flaw("entry")))


def _flight_span(diver: Diver) -> tuple[Array, float]:
    # The flight ends when the first fingertip is at the height of the water.
    leave = pose_joints(diver.physique, take_off_keys(diver)[-1].pose, diver.facing)
    start = centre_of_mass(anchor_joints(leave, Joint.LEFT_TOE, _toes(diver)))[0]
    enter = replace(_entering(diver), lean=_lean_at_entry(diver))
    joints = pose_joints(diver.physique, enter, diver.facing)
    height = centre_of_mass(joints)[0, 1] - joints[0, :, 1].min()
    return start, drop_seconds(diver.jump_metres_per_second, start[1] - height)


def _hold(diver: Diver) -> Pose:
    """Return the position that the dive is flown in, with its flaws."""
    flaw = diver.script.flaw("flight")
    knees, bent = flaw.amount("knees apart"), flaw.amount("bent knees")
    if diver.script.action.position == "tuck":
        pose = blend(TUCK, LOOSE_TUCK, flaw.amount("loose tuck") + 0.35 * knees)
        return replace(pose, leg_spread=60 * knees, shank_spread=20 * knees, leg_split=42 * knees)
    pose = blend(PIKE, OPEN_PIKE, flaw.amount("open pike"))
    return replace(pose, knee=85 * bent, ankle=70 - 50 * bent)


def flight_keys(diver: Diver, duration_seconds: float) -> list[Key]:
    """Close, spin, open and stretch for the water."""
    leaving, held, entering = _leaving(diver), _hold(diver), _entering(diver)
    timing = diver.timing
    opens = duration_seconds - timing.opens_before_entry
    is_open = duration_seconds - timing.open_before_entry
    closing = [Key(timing.closes, held)]
    if diver.script.action.has_twist:
        closing = _twisting(diver, opens)
        held = replace(held, twist=entering.twist)
    stretched = replace(STRETCHED, twist=entering.twist)
    # Faults of the entry show from the come-out on, but only fully at the water.
    reaching = blend(stretched, entering, 0.5)
    return [
        Key(0.0, leaving),
        *closing,
        Key(opens, held),
        Key(is_open, reaching),
        Key(duration_seconds, entering),
    ]


def _twisting(diver: Diver, opens: float) -> list[Key]:
    twist = 180.0 * diver.script.action.half_twists
    held = replace(_hold(diver), twist=twist)
    return [
        Key(0.12, replace(_leaving(diver), twist=0.03 * twist)),
        Key(0.30, replace(WRAPPED, twist=0.22 * twist)),
        Key(0.52 * opens, replace(WRAPPED, twist=0.72 * twist)),
        Key(0.76 * opens, held),
    ]


def _flying_poses(diver: Diver, seconds: Array, duration: float) -> Pose:
    start = float(take_off_keys(diver)[-1].pose.lean)
    keys = flight_keys(diver, duration)
    return somersault(diver.physique, keys, seconds, start, _lean_at_entry(diver))


def _velocity(diver: Diver) -> Array:
    return np.array([diver.travel_metres_per_second, diver.jump_metres_per_second, 0.0])


def _fly(diver: Diver, seconds: Array, start: Array, duration: float) -> Array:
    joints = pose_joints(diver.physique, _flying_poses(diver, seconds, duration), diver.facing)
    path = parabola(start, _velocity(diver), seconds)
    return joints + (path - centre_of_mass(joints))[:, None, :]


def _sink(diver: Diver, seconds: Array, start: Array, duration: float) -> Array:
    """Through the surface: the water brakes the fall and soon stops the rotation."""
    before = np.array([duration - 0.01, duration])
    last = _flying_poses(diver, before, duration)
    rate = float(np.diff(np.asarray(last.lean))[0] / 0.01)
    stilled = _WATER_STILLS_SECONDS * (1 - np.exp(-seconds / _WATER_STILLS_SECONDS))
    lean = _lean_at_entry(diver) + rate * stilled
    poses = replace(poses_at([Key(0, _entering(diver))], seconds), lean=lean)
    joints = pose_joints(diver.physique, poses, diver.facing)
    path = parabola(start, _velocity(diver), before)
    speed = (path[1] - path[0]) / 0.01
    braked = np.minimum(seconds, -speed[1] / _WATER_BRAKE)
    depth = speed * braked[:, None] + [0, _WATER_BRAKE / 2, 0] * braked[:, None] ** 2
    return np.asarray(joints + (path[1] + depth - centre_of_mass(joints))[:, None, :])


def _entry(diver: Diver, start: Array, leaves: float, lands: float) -> Entry:
    flaw, splash = diver.script.flaw("entry"), diver.script.flaw("splash")
    degrees = entry_degrees(flaw)
    joints = _fly(diver, np.array([lands - leaves]), start, lands - leaves)
    hands = middle(joints, Joint.LEFT_FINGERTIP)[0]
    feet = middle(joints, Joint.LEFT_TOE)[0]
    return Entry(
        seconds=lands,
        x_metres=float(hands[0]),
        degrees=degrees,
        splash_size=splash_size(flaw, splash),
        leans=float(diver.facing * diver.turning * np.sin(np.deg2rad(degrees)) * 1.5),
        sweep_metres=float(feet[0] - hands[0]) + 0.2 * diver.travel_metres_per_second,
    )
