"""What the scorers share that hear a movement as frequencies (Pirsiavash et al., 2014).

Joints relative to the head; the low frequencies of each coordinate over time; a linear SVR. As the
whole is differentiable, it says which joint should move where, and what that would gain.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from podium.checks import check_options
from podium.errors import UsageError
from podium.features.values import Sample
from podium.keypoints import FRAMES_PER_CLIP, Keypoints, joint_names, shape_of
from podium.scorers import Floats
from podium.scorers._explanations import Explanation, at_clip
from podium.scorers._support_vectors import LineScorer
from podium.scorers._target import TargetChoice

MAX_FREQUENCIES = 1_000

STEP = 0.1
"""How far a joint is said to be moved: a tenth of the body's size."""


@dataclass(frozen=True)
class PoseSpectrumOptions:
    """What is predicted, and from how many low frequencies of each coordinate."""

    target: TargetChoice = "auto"
    n_frequencies: int = 50

    def __post_init__(self) -> None:
        check_options(self)
        if not 1 <= self.n_frequencies <= MAX_FREQUENCIES:
            raise UsageError(
                f"n_frequencies is {self.n_frequencies}: it must be from 1 to {MAX_FREQUENCIES}"
            )


@dataclass(frozen=True)
class JointAdvice:
    """Which joint should move where: the score rises by `points` if it is a tenth of a body off.

    Frames count from the first that is used, inclusive; `direction` (dims,) has length 1.
    """

    start_frame: int
    end_frame: int
    joint: str
    direction: Floats
    points: float

    def __str__(self) -> str:
        return (
            f"frames {self.start_frame}-{self.end_frame}: {self.joint} "
            f"{_in_words(self.direction)} ({self.points:+.2f} points)"
        )


class PoseSpectrum(LineScorer[PoseSpectrumOptions]):
    """The frequencies of the joints' movement and a line on them: what its scorers inherit."""

    reads = "keypoints"
    options_class = PoseSpectrumOptions

    def spectrum(self, series: Tensor) -> Tensor:
        """Describe (frames, coordinates) as (n_frequencies, coordinates)."""
        raise NotImplementedError

    def gradient(self, sample: Sample) -> Floats:
        """Return by how much the score rises, in points, for each joint and direction.

        (frames, joints, dims), for a move by the body's size.
        """
        keypoints = keypoints_of(sample)
        positions = torch.from_numpy(keypoints.positions.astype(np.float64)).requires_grad_()
        weights = torch.from_numpy(self._line.weights.astype(np.float64))
        score = (self._describe(positions, keypoints.head) * weights).sum()
        (slopes,) = torch.autograd.grad(score, positions)
        return np.asarray(slopes.numpy() * self.target.divisors([sample])[0], np.float64)

    def advice(self, sample: Sample, n: int = 3) -> tuple[JointAdvice, ...]:
        """Return the moves over 16 frames that would gain most, one a joint, the best first.

        The head is left out: the others' places are as it sees them.
        """
        slopes = self.gradient(sample)
        starts = np.arange(0, len(slopes), FRAMES_PER_CLIP)
        moves = np.add.reduceat(slopes, starts, axis=0) * STEP  # by stretch, joint and direction
        gains = np.linalg.norm(moves, axis=2)
        gains[:, keypoints_of(sample).head] = 0
        names = joint_names(slopes.shape[1])
        best = np.argsort(-gains.max(axis=0), kind="stable")[:n]
        return tuple(
            JointAdvice(
                start_frame=int(starts[stretch]),
                end_frame=int(min(starts[stretch] + FRAMES_PER_CLIP, len(slopes))) - 1,
                joint=names[joint],
                direction=moves[stretch, joint] / max(gains[stretch, joint], 1e-12),
                points=float(gains[stretch, joint]),
            )
            for joint in best
            for stretch in [int(gains[:, joint].argmax())]
        )

    def explain(self, query: Sample, references: Sequence[Sample] = ()) -> tuple[Explanation, ...]:
        """Say which joints should move where (Pirsiavash et al.); see `ExplainingScorer`."""
        return tuple(
            Explanation(
                "joint_move",
                {"points": one.points},
                one.joint,
                tuple(float(part) for part in one.direction),
                **at_clip(query, one.start_frame // FRAMES_PER_CLIP),
            )
            for one in self.advice(query)
            if one.points > 0
        )

    def inputs(self, samples: Sequence[Sample]) -> npt.NDArray[np.float64]:
        """Describe each performance by the low frequencies of its joints, (performances, dim)."""
        rows = []
        for keypoints in map(keypoints_of, samples):
            positions = torch.from_numpy(keypoints.positions.astype(np.float64))
            rows.append(self._describe(positions, keypoints.head).numpy())
        return np.stack(rows)

    def _describe(self, positions: Tensor, head: int) -> Tensor:
        """Describe (frames, joints, dims) by the low frequencies of each, as one row."""
        others = [joint for joint in range(positions.shape[1]) if joint != head]
        relative = positions[:, others] - positions[:, head : head + 1]
        return self.spectrum(relative.flatten(1)).flatten()


def keypoints_of(sample: Sample) -> Keypoints:
    """Put the keypoints of a performance together from its clips.

    Raises
    ------
    FeatureError
        If its features are no keypoints.
    """
    features = sample.features
    shape_of(features.backbone)
    found = Keypoints.from_clips(features.values, features.backbone, features.n_used)
    return found.normalise()


def _in_words(direction: Floats) -> str:
    """Name a direction by its largest part: pictures count downwards, space (3 numbers) upwards."""
    axis = int(np.abs(direction).argmax())
    names = (("left", "right"), ("up", "down")) if len(direction) == 2 else (
        ("to one side (-x)", "to the other side (+x)"), ("down", "up"),
        ("towards the camera", "away from the camera"),
    )  # fmt: skip
    return names[axis][int(direction[axis] > 0)]
