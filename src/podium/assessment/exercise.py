"""An exercise that is scored: how its person moves, and what argues for the class it is given."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from podium.doubts import Doubt, Severity
from podium.errors import VideoError
from podium.features.values import Sample
from podium.inputs.given import FEATURE_SUFFIXES
from podium.joints import kept_joints
from podium.movement import Movement, movement_of
from podium.movement.angles import SIDES, column
from podium.movement.doubts import doubts_of_joints
from podium.scorers import HANDS, PERCENTILES, ArguingScorer, Argument, Scorer

OF_HANDS = ("wrist", "shoulder", "hip")
"""The joints by which it is known how far the hands are beneath the shoulders."""

NEAR_SECONDS = 1e-3


@dataclass(frozen=True, eq=False)
class Exercise:
    """What one person did, and how each angle that the model reads stands among correct ones."""

    movement: Movement
    """Joints, angles and repetitions."""

    arguments: tuple[Argument, ...]
    """Three of each angle; what the score hangs on most comes first."""

    read_seconds: tuple[float, float]
    """From when to when the model looked, in seconds of the video."""

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """What keeps an answer about it from being trusted; how many joints were seen is known."""
        found = doubts_of_joints(self.movement.joints)
        return tuple(doubt for doubt in found if doubt.severity is Severity.GRAVE)

    def seen_share(self, angle: str) -> float:
        """Return in which share of the frames all joints of an angle were seen, 0 to 1."""
        if angle == HANDS:
            joints = self.movement.joints
            columns = [column(joints, f"{side} {name}") for side in SIDES for name in OF_HANDS]
            return float(joints.seen[:, [c for c in columns if c is not None]].mean())
        return float(np.isfinite(self.movement.angles.of(angle)).mean())

    def measured(self, one: Argument) -> float | None:
        """Return what an angle is where its joints were seen, in degrees; `None` if never.

        A model reads clip after clip, each from its beginning, and guesses what it does not see;
        this is measured over all of them in one go.
        """
        if one.angle == HANDS:
            return None
        angles, (start, end) = self.movement.angles, self.read_seconds
        inside = (angles.times >= start - NEAR_SECONDS) & (angles.times <= end + NEAR_SECONDS)
        degrees = angles.of(one.angle)[inside]
        known = degrees[np.isfinite(degrees)]
        return float(np.percentile(known, PERCENTILES[one.at])) if len(known) else None


def exercise_of(scorer: Scorer, sample: Sample, meant: Callable[[float], float]) -> Exercise | None:
    """Look at a person who exercises; `None` where the model says nothing of angles.

    `meant` is what a score of the scorer means. Only whole videos are looked at.

    Raises
    ------
    PodiumError
        If what finds joints is not there.
    """
    performance = sample.performance
    is_whole = not performance.start_frame and performance.end_frame is None
    is_video = performance.path.suffix.lower() not in FEATURE_SUFFIXES
    if not (isinstance(scorer, ArguingScorer) and is_video and is_whole):
        return None
    found = [
        replace(one, score_if_usual=meant(one.score_if_usual)) for one in scorer.arguments(sample)
    ]
    if not found:
        return None
    try:
        joints = kept_joints(performance.path)
    except VideoError:  # joints were filled in for the scorer, where nobody was seen
        return None
    now = meant(float(scorer.predict([sample])[0]))
    found.sort(key=lambda one: -abs(one.score_if_usual - now))
    features = sample.features
    read = float(features.start_seconds[0]), float(features.end_seconds[-1])
    return Exercise(movement_of(joints), tuple(found), read)
