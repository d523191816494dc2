"""Train the model `diving` that ships, from the 300 training dives of UNLV-Dive.

    PODIUM_DATA=... python scripts/train_diving.py

The seed and every setting are here or are defaults; the same machine makes the same bytes again.
The 70 test dives are not looked at: `train_model` leaves out whatever is marked `test`.
"""

import argparse
import shutil
from pathlib import Path

from podium.datasets.unlv_dive import UnlvDive
from podium.features.extraction import FeatureCache
from podium.model import SHIPPED
from podium.scorers.siamese_lstm import SiameseLSTMOptions
from podium.training import Progress, TrainingOptions, train_model
from podium.video.augmentation import AugmentationOptions

OPTIONS = TrainingOptions(
    backbone="c3d_mini",
    scorer_options=SiameseLSTMOptions(n_last_clips=2, last_clips_share=0.75),
    augmentation=AugmentationOptions(n_variants=0, copies=True),
    event="splash",  # which begins when the diver is in the water
    description=(
        "The 300 training dives of UNLV-Dive (Parmar and Morris, 2017): Olympic 10 m platform "
        "dives, three broadcasts of one competition in 2012, 320x240; of each also two worse "
        "copies, one compressed and one of 24 frames a second. The backbone, how many of the last "
        "clips are read and how much they count were chosen with whole broadcasts left out (about "
        "150 configurations), and would have been chosen so inside any two of the three; the "
        "backbone was taught by pictures of all three, without scores"
    ),
)


def main() -> None:
    """Train, and put the model where it ships from."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=SHIPPED / "diving")
    folder = parser.parse_args().out
    shutil.rmtree(folder, ignore_errors=True)
    model, extraction = train_model(
        UnlvDive().performances(),
        folder,
        OPTIONS,
        cache=FeatureCache(),
        progress=Progress(lambda stage, done, total: print(f"{stage}: {done} of {total}")),
    )
    print((folder / "README.md").read_text())
    print(f"{len(extraction.samples)} dives, {len(extraction.errors)} not usable: {model.name}")


if __name__ == "__main__":
    main()
