"""A vault: the end of the run-up, board, table, salto, landing and the hold after it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from podium.simulation.body import Array, Joint, Physique, Pose, blend, centre_of_mass
from podium.simulation.dive import LOOSE_TUCK, OPEN_PIKE, PIKE, STRETCHED, TUCK, WRAPPED
from podium.simulation.faults import LONGEST_STEP_METRES, PHASES
from podium.simulation.flight import (
    GRAVITY,
    Key,
    drop_seconds,
    parabola,
    poses_at,
    somersault,
)
from podium.simulation.motion import (
    Motion,
    Script,
    anchor_joints,
    draw_physique,
    phases_between,
    pose_joints,
)

TABLE_METRES = 1.35
BOARD_METRES = 0.2
MAT_METRES = 0.12
HANDS_AT_METRES = 1.75
_RUN_SECONDS, _HURDLE_SECONDS, _BOARD_SECONDS = 0.55, 0.2, 0.12
_FIRST_FLIGHT_SECONDS, _TABLE_SECONDS = 0.24, 0.2
_LANDING_SECONDS, _HOLD_SECONDS = 0.5, 0.8
_RUN_METRES_PER_SECOND = 6.2


@dataclass(frozen=True)
class Vaulter:
    """The body and the habits of one gymnast in one vault."""

    script: Script
    physique: Physique
    rise_metres_per_second: float
    travel_metres_per_second: float
    first_twist: float
    """Degrees turned on to the table."""

    @property
    def all_twist(self) -> float:
        """Degrees turned by the time of landing."""
        return self.first_twist + 180.0 * self.script.action.half_twists

    @property
    def faces(self) -> float:
        """1 when the gymnast lands with the back to the table, -1 when facing it."""
        return 1.0 if round(self.all_twist / 180) % 2 == 0 else -1.0


def draw_vaulter(script: Script) -> Vaulter:
    """Draw up the gymnast of a script."""
    rng = script.random(1)
    low = script.flaw("flight").amount("low")
    return Vaulter(
        script=script,
        physique=draw_physique(rng),
        rise_metres_per_second=rng.uniform(2.7, 3.0) - 1.7 * low,
        travel_metres_per_second=rng.uniform(2.7, 3.1),
        first_twist=180.0 if script.action.name.startswith("tsukahara") else 0.0,
    )


def perform_vault(script: Script, frames_per_second: int) -> Motion:
    """Perform the whole motion of a vault."""
    vaulter = draw_vaulter(script)
    start = centre_of_mass(_on_table(vaulter, np.array([_TABLE_SECONDS])))[0]
    flight_seconds = _flight_seconds(vaulter, start)
    bounds = _bounds(flight_seconds)
    seconds: Array = np.arange(int(bounds[-1] * frames_per_second)) / frames_per_second
    parts = np.split(seconds, np.searchsorted(seconds, bounds[1:-2]))
    since = [part - bound for part, bound in zip(parts, bounds, strict=False)]
    end = parabola(start, _velocity(vaulter), np.array([flight_seconds]))[0]
    joints = np.concatenate(
        [
            _run(vaulter, since[0]),
            _hurdle(vaulter, since[1]),
            _on_board(vaulter, since[2]),
            _first_flight(vaulter, since[3]),
            _on_table(vaulter, since[4]),
            _fly(vaulter, since[5], start, flight_seconds),
            _land(vaulter, since[6], end),
        ]
    )
    starts = [0, *(int(np.searchsorted(seconds, bound)) for bound in bounds[5:8])]
    phases = phases_between(PHASES["vault"], starts, len(seconds))
    return Motion(seconds, joints, phases, float(bounds[5]), float(bounds[6]))


def _bounds(flight_seconds: float) -> Array:
    """When each part begins and when the last one ends, (parts + 1,) seconds."""
    approach = (_RUN_SECONDS, _HURDLE_SECONDS, _BOARD_SECONDS)
    vault = (_FIRST_FLIGHT_SECONDS, _TABLE_SECONDS, flight_seconds)
    return np.cumsum([0.0, *approach, *vault, _LANDING_SECONDS, _HOLD_SECONDS])


def _run(vaulter: Vaulter, seconds: Array) -> Array:
    stride = 2 * np.pi * 2.1 * (_RUN_SECONDS - seconds)
    poses = poses_at([Key(0, _RUNNING)], seconds)
    poses = replace(
        poses,
        leg_split=42 * np.cos(stride),
        arm_split=-48 * np.cos(stride),
        knee=58 + 26 * np.cos(2 * stride + 2.2),
    )
    joints = pose_joints(vaulter.physique, poses)
    ahead = _run_end(vaulter)[0] - _RUN_METRES_PER_SECOND * (_RUN_SECONDS - seconds)
    height = -joints[..., 1].min(axis=1) + 0.03 + 0.05 * np.abs(np.cos(stride))
    x = ahead - centre_of_mass(joints)[:, 0]
    return np.asarray(joints + np.stack([x, height, 0 * x], axis=-1)[:, None, :])


_RUNNING = Pose(hip=32, knee=55, ankle=20, spine=4, shoulder=8, elbow=85, lean=12)
_ON_BOARD = Pose(hip=34, knee=42, ankle=5, spine=6, shoulder=20, elbow=20, lean=-12)
_OFF_BOARD = Pose(hip=8, knee=4, ankle=60, shoulder=140, lean=16)


def _run_end(vaulter: Vaulter) -> Array:
    board = centre_of_mass(_on_board(vaulter, np.zeros(1)))[0]
    return np.asarray(board - [_RUN_METRES_PER_SECOND * _HURDLE_SECONDS, 0.1, 0.0])


def _hurdle(vaulter: Vaulter, seconds: Array) -> Array:
    last = replace(_RUNNING, leg_split=42, arm_split=-48, knee=40)
    poses = poses_at([Key(0, last), Key(_HURDLE_SECONDS, _ON_BOARD)], seconds)
    start = centre_of_mass(_run(vaulter, np.array([_RUN_SECONDS])))[0]
    end = centre_of_mass(_on_board(vaulter, np.zeros(1)))[0]
    return _thrown(pose_joints(vaulter.physique, poses), start, end, seconds, _HURDLE_SECONDS)


def _thrown(joints: Array, start: Array, end: Array, seconds: Array, duration: float) -> Array:
    """Return the joints on the parabola that leads from `start` to `end` in `duration` seconds."""
    velocity = (end - start) / duration + np.array([0, GRAVITY * duration / 2, 0])
    path = parabola(start, velocity, seconds)
    return joints + (path - centre_of_mass(joints))[:, None, :]


def _on_board(vaulter: Vaulter, seconds: Array) -> Array:
    keys = [Key(0, _ON_BOARD), Key(_BOARD_SECONDS, _OFF_BOARD, drives=True)]
    joints = pose_joints(vaulter.physique, poses_at(keys, seconds))
    return anchor_joints(joints, Joint.LEFT_TOE, np.array([0.0, BOARD_METRES, 0.0]))


def _hands_on(vaulter: Vaulter) -> Pose:
    flaw = vaulter.script.flaw("take_off")
    legs, hips = flaw.amount("legs apart"), flaw.amount("bent hips")
    return replace(
        STRETCHED,
        hip=6 + 75 * hips,
        leg_split=38 * legs,
        leg_spread=20 * legs,
        shank_spread=20 * legs,
        elbow=70 * flaw.amount("bent arms"),
        twist=vaulter.first_twist,
        lean=122,
    )


def _hands_off(vaulter: Vaulter) -> Pose:
    hands_on = _hands_on(vaulter)
    return replace(hands_on, hip=0.6 * np.asarray(hands_on.hip), lean=206)


def _first_flight(vaulter: Vaulter, seconds: Array) -> Array:
    hands_on = _hands_on(vaulter)
    keys = [Key(0, _OFF_BOARD), Key(_FIRST_FLIGHT_SECONDS, hands_on)]
    poses = somersault(
        vaulter.physique, keys, seconds, float(_OFF_BOARD.lean), float(hands_on.lean)
    )
    start = centre_of_mass(_on_board(vaulter, np.array([_BOARD_SECONDS])))[0]
    end = centre_of_mass(_on_table(vaulter, np.zeros(1)))[0]
    return _thrown(pose_joints(vaulter.physique, poses), start, end, seconds, _FIRST_FLIGHT_SECONDS)


def _on_table(vaulter: Vaulter, seconds: Array) -> Array:
    share = np.clip(seconds / _TABLE_SECONDS, 0, 1)
    joints = pose_joints(vaulter.physique, blend(_hands_on(vaulter), _hands_off(vaulter), share))
    place = np.array([HANDS_AT_METRES, TABLE_METRES + 0.02, 0.0])
    return anchor_joints(joints, Joint.LEFT_FINGERTIP, place)


def _hold(vaulter: Vaulter) -> Pose:
    flaw = vaulter.script.flaw("flight")
    knees, bent = flaw.amount("knees apart"), flaw.amount("bent knees")
    legs = flaw.amount("legs apart")
    position = vaulter.script.action.position
    if position == "tuck":
        pose = blend(TUCK, LOOSE_TUCK, flaw.amount("loose tuck") + 0.35 * knees)
        return replace(pose, leg_spread=60 * knees, shank_spread=20 * knees, leg_split=42 * knees)
    if position == "pike":
        pose = blend(PIKE, OPEN_PIKE, flaw.amount("open pike"))
        return replace(pose, knee=85 * bent, ankle=70 - 50 * bent)
    return replace(WRAPPED, knee=85 * bent, leg_split=36 * legs, leg_spread=16 * legs)


def _landing_pose(vaulter: Vaulter) -> Pose:
    # The feet arrive ahead of the body, whichever way the gymnast faces.
    lean = 2.0 if vaulter.faces > 0 else -38.0
    half = 0.5 * vaulter.script.flaw("landing").amount("fall")
    pose = Pose(hip=48 + 20 * half, knee=36, ankle=8, spine=10, shoulder=70, elbow=10)
    return replace(pose, arm_spread=30, lean=_upright(vaulter) + lean, twist=vaulter.all_twist)


def _upright(vaulter: Vaulter) -> float:
    return 180.0 * (vaulter.script.action.half_somersaults + 1)


def _flight_seconds(vaulter: Vaulter, start: Array) -> float:
    joints = pose_joints(vaulter.physique, _landing_pose(vaulter))
    height = centre_of_mass(joints)[0, 1] - joints[0, Joint.LEFT_TOE, 1] + MAT_METRES
    return drop_seconds(vaulter.rise_metres_per_second, start[1] - height)


def _velocity(vaulter: Vaulter) -> Array:
    return np.array([vaulter.travel_metres_per_second, vaulter.rise_metres_per_second, 0.0])


def _fly(vaulter: Vaulter, seconds: Array, start: Array, duration: float) -> Array:
    leaves, lands = _hands_off(vaulter), _landing_pose(vaulter)
    twist, turned = vaulter.first_twist, 180.0 * vaulter.script.action.half_twists
    held = _hold(vaulter)
    keys = [
        Key(0.0, leaves),
        Key(0.3 * duration, replace(held, twist=twist + 0.4 * turned)),
        Key(0.62 * duration, replace(held, twist=twist + 0.9 * turned)),
        Key(duration, lands),
    ]
    poses = somersault(vaulter.physique, keys, seconds, float(leaves.lean), float(lands.lean))
    joints = pose_joints(vaulter.physique, poses)
    path = parabola(start, _velocity(vaulter), seconds)
    return joints + (path - centre_of_mass(joints))[:, None, :]


def _land(vaulter: Vaulter, seconds: Array, end: Array) -> Array:
    joints = pose_joints(vaulter.physique, poses_at(_landing_keys(vaulter), seconds))
    arrival = pose_joints(vaulter.physique, _landing_pose(vaulter))
    toes = anchor_joints(arrival, Joint.LEFT_TOE, np.zeros(3))
    offset = end - centre_of_mass(toes)[0]
    place = np.array([offset[0], MAT_METRES, 0.0]) + _steps(vaulter, seconds)
    return anchor_joints(joints, Joint.LEFT_TOE, place)


def _landing_keys(vaulter: Vaulter) -> list[Key]:
    """Absorb the fall, stand up and hold; or what goes wrong instead."""
    landing, hold = vaulter.script.flaw("landing"), vaulter.script.flaw("hold")
    step, fall = landing.amount("step", "hop"), landing.amount("fall")
    absorb = Pose(hip=88, knee=78, ankle=-28, spine=14, shoulder=62, elbow=5, lean=38)
    absorb = replace(absorb, arm_spread=25 + 30 * step, lean=38 + 12 * step)
    absorb = blend(absorb, _SITTING, fall)
    late = hold.amount("late step")
    striding = Pose(hip=22, knee=26, shoulder=80, arm_spread=55, lean=12)
    stepping = replace(striding, leg_split=34 * step * landing.amount("step"))
    standing = Pose(shoulder=172)
    rising = blend(standing, stepping, min(1.0, 1.6 * step))
    rising = blend(rising, _SITTING, fall)
    wave, bend = hold.amount("waving arms"), hold.amount("bent forward")
    keys = [
        Key(0.0, _landing_pose(vaulter)),
        _ground(vaulter, 0.14, absorb),
        _ground(vaulter, 0.40, rising),
    ]
    for index, moment in enumerate((0.62, 0.82, 1.02)):
        side = 1 if index % 2 else -1
        pose = replace(
            standing,
            shoulder=172 - 90 * wave - 90 * bend,
            arm_split=side * 95 * wave,
            hip=20 * wave + 75 * bend,
            lean=20 * wave + 18 * side * wave + 62 * bend,
            knee=25 * bend + 12 * wave,
            leg_split=(30 * late if index == 0 else 0.0),
            arm_spread=50 * late,
        )
        keys.append(_ground(vaulter, moment, pose))
    return [*keys, _ground(vaulter, 1.28, standing)]


_SITTING = Pose(hip=112, knee=122, ankle=5, spine=20, shoulder=-35, arm_spread=20, lean=-24)


def _ground(vaulter: Vaulter, seconds: float, pose: Pose) -> Key:
    """Return a key with flat feet, turned to where the gymnast looks after the landing."""
    hip, knee, lean = (np.asarray(a) for a in (pose.hip, pose.knee, pose.lean))
    return Key(
        seconds,
        replace(
            pose,
            ankle=hip - knee - lean,
            lean=_upright(vaulter) + vaulter.faces * lean,
            twist=vaulter.all_twist,
        ),
    )


def _steps(vaulter: Vaulter, seconds: Array) -> Array:
    landing, hold = vaulter.script.flaw("landing"), vaulter.script.flaw("hold")
    first = LONGEST_STEP_METRES * landing.amount("step", "hop")
    late = LONGEST_STEP_METRES * hold.amount("late step")
    ahead = first * _ramp(seconds, 0.14, 0.42) + late * _ramp(seconds, 0.55, 0.85)
    hop = np.clip((seconds - 0.14) / 0.28, 0, 1)
    up = 4 * hop * (1 - hop) * 0.3 * landing.amount("hop")
    return np.stack([ahead, up, 0 * up], axis=-1)


def _ramp(seconds: Array, start: float, end: float) -> Array:
    share = np.clip((seconds - start) / (end - start), 0, 1)
    return np.asarray(share**2 * (3 - 2 * share))
