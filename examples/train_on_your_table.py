"""Train on your own table of performances, and measure the model on the rows it never saw.

python examples/train_on_your_table.py dives.csv my_model
"""

import sys
from pathlib import Path

import podium
from podium.datasets import Manifest
from podium.evaluation import mse, spearman


def main(table: Path, folder: Path, scorer: str = "siamese_lstm") -> float:
    """Train, save the model to `folder`, and return the rank correlation on the split `test`."""
    performances = Manifest(table).performances()
    options = podium.TrainingOptions(scorer=scorer, description=f"the rows of {table.name}")
    _, extraction = podium.train_model(performances, folder, options)
    for name, error in extraction.errors.items():
        print("left out:", name, error)
    judge = podium.load(folder, allow_parts=[scorer])  # if it is of your own, as nearest:Nearest
    asked = [(p, p.score) for p in performances if p.split == "test" and p.score is not None]
    predicted = [judge.score(performance)[0].value for performance, _ in asked]
    true = [score for _, score in asked]
    rho = spearman(predicted, true)
    print(f"rank correlation {rho:.2f}, mean squared error {mse(predicted, true):.0f}")
    return rho


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
