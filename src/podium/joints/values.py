"""Where a person's joints are in each frame of a video, and how well each was seen."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from podium.checks import require, require_array
from podium.doubts import Doubt
from podium.errors import FeatureError

Floats = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]

LEAST_VISIBILITY = 0.5
"""A joint that is less visible counts as not seen, and is not shown."""

SIDES = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class Joints:
    """Where the joints of one person are in each frame.

    Where a joint was not seen, its place is worked out from the rest of the body, or from the
    frames before and after, so that all places are numbers; `visibility` says which were seen, and
    `doubts` how many were not.

    Raises
    ------
    FeatureError
        If shapes do not fit one another, or something is no number.
    """

    positions: Floats
    """Of each joint how far right and down of the frame's top left corner it is, in frame heights,
    (frames, joints, 2)."""

    visibility: Floats
    """How surely each joint was seen, 0 to 1, (frames, joints)."""

    names: tuple[str, ...]
    """What the joints are called, as in `podium.keypoints.BLAZEPOSE`."""

    times: Floats
    """When each frame is shown, in seconds from the first frame of the file, (frames,)."""

    width: float = 0.0
    """How wide a frame is, in frame heights; 0 where there was no picture."""

    depth: Floats | None = None
    """How much further than the hips each joint is from the camera, in frame heights,
    (frames, joints); a guess of the network's, rougher than `positions`."""

    world: Floats | None = None
    """Where each joint is about the middle of the hips, right, down and away from the camera, in
    metres of a body of usual size, (frames, joints, 3)."""

    doubts: tuple[Doubt, ...] = ()
    """What had to be filled in."""

    def __post_init__(self) -> None:
        n_frames, n_joints = len(self.times), len(self.names)
        shapes = {
            "positions": (self.positions, (n_frames, n_joints, 2)),
            "visibility": (self.visibility, (n_frames, n_joints)),
            "times": (self.times, (n_frames,)),
            "depth": (self.depth, (n_frames, n_joints)),
            "world": (self.world, (n_frames, n_joints, 3)),
        }
        for what, (values, shape) in shapes.items():
            if values is not None:
                require_array(what, values, np.floating, shape, FeatureError)
                if not np.isfinite(values).all():
                    raise FeatureError(f"{what} holds what is no number: fill it in first")
        require(self.width >= 0, "width", self.width, "0 or more")

    def __repr__(self) -> str:
        return f"Joints({len(self)} frames, {len(self.names)} joints)"

    def __len__(self) -> int:
        return len(self.times)

    @property
    def seen(self) -> Flags:
        """Which joints were seen, (frames, joints); only these may be shown."""
        return np.asarray(self.visibility >= LEAST_VISIBILITY)

    @property
    def places(self) -> Floats:
        """Where each joint is, right, down and away, in frame heights, (frames, joints, 3).

        Away is counted from the hips; it is 0 where nothing is known of it.
        """
        depth = np.zeros(self.visibility.shape) if self.depth is None else self.depth
        return np.concatenate([self.positions, depth[..., None]], axis=2)

    def of(self, name: str) -> Floats:
        """Return where a joint is in each frame, (frames, 2).

        Raises
        ------
        FeatureError
            If there is none of that name.
        """
        if name not in self.names:
            raise FeatureError(f"no joint is called {name!r}: choose of {', '.join(self.names)}")
        return self.positions[:, self.names.index(name)]

    def span(self, start: int, stop: int) -> "Joints":
        """Keep frames `start` to `stop` (exclusive)."""
        kept = slice(start, stop)
        return replace(
            self,
            positions=self.positions[kept],
            visibility=self.visibility[kept],
            times=self.times[kept],
            depth=None if self.depth is None else self.depth[kept],
            world=None if self.world is None else self.world[kept],
        )


def mirror(joints: Joints) -> Joints:
    """Return the same person as a mirror shows them: left is right, in names and in the picture.

    Frames are turned about their middle; without a picture (`width` 0) about its left edge.
    """
    other = _other_sides(joints.names)
    positions = joints.positions[:, other]
    turned = np.stack([joints.width - positions[..., 0], positions[..., 1]], axis=-1)
    world = joints.world
    return replace(
        joints,
        positions=turned,
        visibility=joints.visibility[:, other],
        depth=None if joints.depth is None else joints.depth[:, other],
        world=None if world is None else world[:, other] * np.array([-1, 1, 1], world.dtype),
    )


def _other_sides(names: tuple[str, ...]) -> list[int]:
    """Return where the joint on the other side is of each; where there is none, its own place."""
    mirrored = [" ".join(SIDES.get(word, word) for word in name.split(" ")) for name in names]
    places = {name: place for place, name in enumerate(names)}
    return [places.get(name, place) for place, name in enumerate(mirrored)]
