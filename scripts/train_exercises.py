"""Train the models for exercises that ship: on KIMORE, on UI-PRMD, and on push-ups.

    PODIUM_DATA=... python scripts/train_exercises.py
    PODIUM_DATA=... python scripts/train_exercises.py exercises

One model cannot hold all: KIMORE's are positions of joints and clinicians' points, UI-PRMD's are
angles of joints and right or wrong, push-ups are videos. The seed and every setting are here or are
defaults; the same machine makes the same bytes again. Nothing of the data is in a model but what
its scorer, its doubts and its measures learned: it compares with nobody, and keeps no performance.
"""

import argparse
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from podium.datasets.kimore import Kimore
from podium.datasets.pushups import Pushups
from podium.datasets.ui_prmd import UiPrmd
from podium.features.extraction import FeatureCache
from podium.model import SHIPPED
from podium.performance import Performance
from podium.scorers.angle_statistics import AngleStatisticsOptions
from podium.training import Progress, TrainingOptions, train_model

SEED = 0


@dataclass(frozen=True)
class Shipped:
    """What one of the models learns from, and how."""

    performances: Callable[[], Sequence[Performance]]
    """Lists what it learns from."""

    scorer_options: AngleStatisticsOptions
    """What its scorer is told."""

    description: str
    """Where the data come from, and for whom the model is not: for its card."""

    group: str = "athlete"
    """What is left out as a whole."""

    backbone: str = "motion"
    """What finds joints in videos; of skeletons and angles it has nothing to do."""

    def options(self) -> TrainingOptions:
        """Return all settings: whole groups are left out, and the seed is 0."""
        return TrainingOptions(
            scorer="angle_statistics",
            scorer_options=self.scorer_options,
            backbone=self.backbone,
            group=self.group,
            seed=SEED,
            description=self.description,
        )


def unnamed(performances: Sequence[Performance]) -> list[Performance]:
    """Call people by numbers that are drawn: a card shows a row for each, and says no illness."""
    people = sorted({one.athlete or "" for one in performances})
    drawn = np.random.default_rng(SEED).permutation(len(people)) + 1
    names = {name: f"person {number:02}" for name, number in zip(people, drawn, strict=True)}
    return [replace(one, athlete=names[one.athlete or ""]) for one in performances]


MODELS = {
    "exercises": Shipped(
        lambda: unnamed(Kimore().performances()),
        AngleStatisticsOptions(regression="trees"),
        "KIMORE (Capecci et al., 2019), five exercises of rehabilitation, Es1 to Es5; each is a "
        "skeleton of 25 joints from a Kinect v2, at 15 frames a second, and its score is the total "
        "that clinicians gave. Of the 62 people, 13 are experts, 22 other healthy people, 13 have "
        "Parkinson's disease, 8 had a stroke and 6 have back pain. The model is for skeletons of "
        "that sensor, of one person who does one of these exercises all along. It is not for "
        "videos, other sensors or joints, other exercises, children, or people whose illness is "
        "not named here, and it decides nothing about a person's treatment. The data do not ship",
    ),
    "exercises_ui_prmd": Shipped(
        lambda: UiPrmd().performances(),
        AngleStatisticsOptions(regression="trees", n_trees=100),
        "UI-PRMD (Vakanski et al., 2018), ten movements of rehabilitation, m01 to m10; each is one "
        "repetition as angles of 22 joints from a Kinect, in degrees, done as it should be "
        "(correct, 1) or not (incorrect, 0). Eight healthy people did both, and the faults are "
        "played. The model is for angles of that sensor, of one repetition of one of these "
        "movements. It is not for patients, whose faults it never saw, for videos, other sensors "
        "or joints, or other movements, and it decides nothing about a person's treatment. The "
        "data do not ship",
    ),
    "exercises_push_ups": Shipped(
        lambda: Pushups().performances(),
        AngleStatisticsOptions(
            regression="trees", share=0.3, angles=("elbow", "hip", "body line", "hands")
        ),
        "122 short videos of push-ups from phones and the web, correct (1) or wrong (0): among the "
        "wrong ones are half repetitions, sagging or raised hips, and uneven arms. Joints are "
        "found by BlazePose; how far elbows and hips are bent, the line of the body and how far "
        "the hands are beneath the shoulders is read of them. Clips of one block of ten are a "
        "recording and left out together, though some people are seen in two of these; the four "
        "angles were chosen among about 45 settings on such folds. Both make the figures look "
        "better than they are on new people. The model is for one person who does push-ups, whole "
        "in the picture. It is not for other exercises, other kinds of push-up, or people who "
        "recover from an injury, and it decides nothing about training or treatment. The data do "
        "not ship",
        group="recording",
        backbone="pose",
    ),
}


def main() -> None:
    """Train what is named, or all, and put it where models ship from."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(MODELS)}")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    arguments = parser.parse_args()
    if unknown := {*arguments.names} - {*MODELS}:
        parser.error(f"no such model: {', '.join(sorted(unknown))}; there are {', '.join(MODELS)}")
    for name in arguments.names or MODELS:
        train(MODELS[name], arguments.out / name)


def train(model: Shipped, folder: Path) -> None:
    """Train one model, and print its card."""
    shutil.rmtree(folder, ignore_errors=True)
    progress = Progress(lambda stage, done, total: print(f"{stage}: {done} of {total}"))
    made, extraction = train_model(
        model.performances(), folder, model.options(), cache=FeatureCache(), progress=progress
    )
    print((folder / "README.md").read_text())
    print(f"{len(extraction.samples)} looked at, {len(extraction.errors)} not usable: {made.name}")


if __name__ == "__main__":
    main()
