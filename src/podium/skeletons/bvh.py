"""BVH files (Biovision): a tree of joints, and how each is turned in every frame."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from podium.errors import FeatureError, UnusableFile
from podium.machine.files import read_bytes
from podium.skeletons.names import joint_called
from podium.skeletons.places import MAX_FRAMES, MAX_JOINTS, Floats, Places

MAX_BYTES = 128 * 2**20
MAX_NUMBERS = 16_000_000
"""So many numbers a file may have in all."""

CHANNELS = tuple(f"{axis}{kind}" for kind in ("position", "rotation") for axis in "XYZ")

SAME = {
    "arm": "shoulder", "upper arm": "shoulder", "shldr": "shoulder", "up arm": "shoulder",
    "fore arm": "elbow", "forearm": "elbow", "lower arm": "elbow", "low arm": "elbow",
    "hand": "wrist", "up leg": "hip", "upper leg": "hip", "thigh": "hip", "leg": "knee",
    "lower leg": "knee", "low leg": "knee", "shin": "knee", "calf": "knee", "foot": "ankle",
    "toe base": "toes", "toe": "toes", "clavicle": "collar",
}  # fmt: skip
"""What programs call the bone that begins at a joint, or the joint."""


@dataclass(frozen=True)
class _Joint:
    """A joint of the tree; `first` is where in a frame its numbers begin."""

    name: str
    parent: int | None
    first: int
    offset: list[float] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)


def read_bvh(path: Path) -> Places:
    """Read the joints of one person from a BVH file.

    Raises
    ------
    FeatureError
        If it is none, damaged or larger than allowed.
    """
    try:
        text = read_bytes(path, MAX_BYTES).decode("utf-8", "replace")
    except UnusableFile as error:
        raise FeatureError.of_file(path, error.reason) from error
    head, found, motion = text.partition("MOTION")
    if not found or not head.lstrip("\ufeff \n\r\t").startswith("HIERARCHY"):
        raise FeatureError.of_file(path, "is not a BVH file: it has no HIERARCHY and MOTION")
    try:
        joints = _tree(head.split())
        step, numbers = _motion(motion, sum(len(one.channels) for one in joints))
    except (ValueError, IndexError) as error:
        reason = " ".join(str(error).split())[:120]
        raise FeatureError.of_file(path, f"is a damaged BVH file ({reason})") from error
    names = _names([one.name for one in joints])
    places = _places(joints, numbers)
    places[..., 2] *= -1  # away from whoever looks, not towards them
    times = np.asarray(np.arange(len(numbers)) * step, np.float64)
    return Places(names, places, times=times, y_is_up=True)


def _tree(words: list[str]) -> list[_Joint]:
    """Read the joints, each after its parent; ends of limbs have no name and no channels."""
    joints: list[_Joint] = []
    open_: list[int] = []
    n_channels, at = 0, 1
    while at < len(words):
        word = words[at]
        if word in ("ROOT", "JOINT", "End"):
            name = "" if word == "End" else words[at + 1]
            joints.append(_Joint(name, open_[-1] if open_ else None, n_channels))
            at += 2
        elif word == "{":
            open_.append(len(joints) - 1)
            at += 1
        elif word == "}":
            open_.pop()
            at += 1
        elif word == "OFFSET":
            joints[-1].offset[:] = [float(one) for one in words[at + 1 : at + 4]]
            at += 4
        elif word == "CHANNELS":
            n = int(words[at + 1])
            joints[-1].channels[:] = _channels(words[at + 2 : at + 2 + n], n)
            n_channels, at = n_channels + n, at + 2 + n
        else:
            raise ValueError(f"{word[:40]!r} is none of its words")
        if len(joints) > MAX_JOINTS:
            raise ValueError(f"more than {MAX_JOINTS} joints")
    if not joints or any(len(one.offset) != 3 for one in joints):
        raise ValueError("a joint has no OFFSET of three numbers")
    return joints


def _channels(words: list[str], n: int) -> list[str]:
    known = {name.lower(): name for name in CHANNELS}
    if len(words) != n or not 0 <= n <= len(CHANNELS) or {w.lower() for w in words} - {*known}:
        raise ValueError(f"channels are {' '.join(words)[:60]!r}")
    return [known[word.lower()] for word in words]


def _motion(text: str, n_channels: int) -> tuple[float, Floats]:
    """Return how long a frame lasts, in seconds, and the numbers of each, (frames, channels)."""
    words = text.split(maxsplit=5)
    if len(words) < 6 or [words[0], *words[2:4]] != ["Frames:", "Frame", "Time:"]:
        raise ValueError("MOTION does not begin with Frames and Frame Time")
    n_frames, step = int(words[1]), float(words[4])
    if not (0 < n_frames <= MAX_FRAMES and n_frames * n_channels <= MAX_NUMBERS):
        raise ValueError(f"{n_frames:,} frames of {n_channels:,} numbers are too few or too many")
    if not 0 < step <= 10:
        raise ValueError(f"a frame lasts {step:g} s")
    numbers = np.array(words[5].split(None, n_frames * n_channels)[: n_frames * n_channels], float)
    if not np.isfinite(numbers).all():
        raise ValueError("a number is not finite")
    return step, numbers.reshape(n_frames, n_channels)


def _places(joints: list[_Joint], numbers: Floats) -> Floats:
    """Return where joints are, (frames, joints, 3): each turns all that hangs on it."""
    turns: list[Floats] = []
    places: list[Floats] = []
    for one in joints:
        moved = np.tile(np.array(one.offset), (len(numbers), 1))
        turn = np.tile(np.eye(3), (len(numbers), 1, 1))
        for column, channel in enumerate(one.channels, one.first):
            axis = "XYZ".index(channel[0])
            if channel.endswith("position"):
                moved[:, axis] = numbers[:, column]
            else:
                turn = turn @ _about(axis, numbers[:, column])
        if one.parent is not None:
            moved = places[one.parent] + np.einsum("nij,nj->ni", turns[one.parent], moved)
            turn = turns[one.parent] @ turn
        places.append(moved)
        turns.append(turn)
    return np.stack(places, axis=1)


def _about(axis: int, degrees: Floats) -> Floats:
    """Return turns about one axis, (frames, 3, 3)."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn = np.tile(np.eye(3), (len(degrees), 1, 1))
    second, third = (axis + 1) % 3, (axis + 2) % 3
    turn[:, second, second] = turn[:, third, third] = cosine
    turn[:, second, third], turn[:, third, second] = -sine, sine
    return turn


def _names(written: list[str]) -> tuple[str, ...]:
    """Call joints as they are called here; what is called a shoulder may be the collar."""
    called = [joint_called(name.rpartition(":")[2]) for name in written]
    has_arms = any(SAME.get(_rest(name)) == "shoulder" for name in called)
    names: list[str] = []
    for number, name in enumerate(called):
        side, rest = name.removesuffix(_rest(name)), _rest(name)
        same = "collar" if rest == "shoulder" and has_arms and side else SAME.get(rest, rest)
        full = f"{side}{same}" if written[number] else f"end {number}"
        names.append(full if full not in names else f"{full} {number}")
    return tuple(names)


def _rest(name: str) -> str:
    return name.removeprefix("left ").removeprefix("right ")
