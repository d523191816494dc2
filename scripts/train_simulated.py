"""Train the model `simulated` that ships, which the demo uses, from dives that it renders first.

    python scripts/train_simulated.py

The seed of the dives is not one that any test or measurement uses.
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from podium.datasets.simulated import Simulated
from podium.features.extraction import FeatureCache
from podium.model import SHIPPED
from podium.scorers.siamese_lstm import SiameseLSTMOptions
from podium.simulation import SimulationOptions
from podium.simulation.actions import USUAL_DIVES
from podium.training import Progress, TrainingOptions, train_model

SIMULATION = SimulationOptions(n_performances=300, seed=40001)
OPTIONS = TrainingOptions(
    backbone="figure",
    scorer_options=SiameseLSTMOptions(
        n_components=64,
        n_last_clips=0,
        head="joint_and_clips",
        clip_metric="deviation",
    ),
    description=(
        f"{SIMULATION.n_performances} dives rendered by Podium itself "
        f"({', '.join(USUAL_DIVES)}), seed {SIMULATION.seed}, judged by "
        "simulated judges. The simulator, backbone and scorer were developed on dives of other "
        "seeds"
    ),
)


def main() -> None:
    """Render, train, and put the model where it ships from."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=SHIPPED / "simulated")
    parser.add_argument("--videos", type=Path, help="where the rendered dives are kept")
    arguments = parser.parse_args()
    shutil.rmtree(arguments.out, ignore_errors=True)
    with tempfile.TemporaryDirectory() as temporary:
        dataset = Simulated(arguments.videos or Path(temporary), SIMULATION)
        dataset.render(workers=os.cpu_count() or 1)
        train_model(
            dataset.performances(),
            arguments.out,
            OPTIONS,
            cache=FeatureCache(dataset.root / "features"),
            progress=Progress(lambda stage, done, total: print(f"{stage}: {done} of {total}")),
        )
    print((arguments.out / "README.md").read_text())


if __name__ == "__main__":
    main()
