"""Train the model `diving` that ships, from the 300 training dives of UNLV-Dive.

    PODIUM_DATA=... python scripts/train_diving.py
    PODIUM_DATA=... python scripts/train_diving.py --witnesses

The second learns anew only what the model doubts by, and keeps its scorer byte by byte.
The seed and every setting are here or are defaults; the same machine makes the same bytes again.
The 70 test dives are not looked at: `train_model` leaves out whatever is marked `test`.
"""

import argparse
import shutil
from pathlib import Path

import numpy as np

from podium.datasets.unlv_dive import UnlvDive
from podium.features.extraction import FeatureCache
from podium.model import SHIPPED, load_model
from podium.scorers.siamese_lstm import SiameseLSTMOptions
from podium.training import Progress, TrainingOptions, train_model
from podium.training.run import learn_witnesses_anew
from podium.video.augmentation import AugmentationOptions

OPTIONS = TrainingOptions(
    backbone="c3d_mini+c3d_mini_close",
    scorer_options=SiameseLSTMOptions(n_last_clips=2, last_clips_share=0.75, steadiness=2.0),
    augmentation=AugmentationOptions(n_variants=0, copies=True, reframed=True, anew=3),
    event="splash",  # which begins when the diver is in the water
    description=(
        "The 300 training dives of UNLV-Dive (Parmar and Morris, 2017): Olympic 10 m platform "
        "dives, three broadcasts of one competition in 2012, 320x240; of each also nine copies: "
        "one compressed, one of 24 frames a second, five that show less of the picture, two that "
        "end earlier; and of every third, eight files in which the diver and the splash were found "
        "anew: upright, nearer, compressed, with fewer frames, cut soon after the splash. The "
        "backbone, how many of the last clips are read, how much they count, how "
        "steady copies keep them and how large the close-up is were chosen with whole broadcasts "
        "left out (about 250 configurations); the "
        "backbone was taught by pictures of all three, without scores"
    ),
)


PROGRESS = Progress(lambda stage, done, total: print(f"{stage}: {done} of {total}"))


def main() -> None:
    """Train, and put the model where it ships from."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=SHIPPED / "diving")
    parser.add_argument("--witnesses", action="store_true", help="learn only doubts anew")
    arguments = parser.parse_args()
    (learn_doubts if arguments.witnesses else train)(arguments.out)


def train(folder: Path) -> None:
    """Train all of the model."""
    shutil.rmtree(folder, ignore_errors=True)
    model, extraction = train_model(
        UnlvDive().performances(), folder, OPTIONS, cache=FeatureCache(), progress=PROGRESS
    )
    print((folder / "README.md").read_text())
    print(f"{len(extraction.samples)} dives, {len(extraction.errors)} not usable: {model.name}")


def learn_doubts(folder: Path) -> None:
    """Learn anew what the model that ships doubts by, and make sure that its scorer is the same."""
    shipped = load_model("diving")
    known = UnlvDive().performances()
    model = learn_witnesses_anew(shipped, known, OPTIONS, cache=FeatureCache(), progress=PROGRESS)
    before, after = (one.scorer.state() for one in (shipped, model))
    assert before.config == after.config
    assert all(np.array_equal(before.arrays[key], values) for key, values in after.arrays.items())
    model.save(folder)


if __name__ == "__main__":
    main()
