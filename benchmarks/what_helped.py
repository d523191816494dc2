"""What helped the score how much: the shipped model's recipe, a step at a time and otherwise.

Each row trains a model as `podium train` does and takes what it measured: every training dive of
UNLV-Dive is scored once by a model that had not seen its score (five folds, the same in every
row). No backbone was taught by a score, mark or commentary, so none knows a fold's. Rows whose
weights are not here are left out. The test dives are not looked at.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from measuring import run_where_data_are, write

from podium.backbones import make_backbone
from podium.datasets.unlv_dive import UnlvDive
from podium.errors import WeightsError
from podium.features.extraction import FeatureCache
from podium.performance import Performance
from podium.scorers.ridge import RidgeOptions
from podium.scorers.siamese_lstm import SiameseLSTMOptions
from podium.training import TrainingOptions, train_model
from podium.video.augmentation import AugmentationOptions

NETWORKS = SiameseLSTMOptions(n_last_clips=0)
PLAIN = TrainingOptions(backbone="motion", scorer_options=NETWORKS)
ALIGNED = TrainingOptions(backbone="motion", scorer_options=SiameseLSTMOptions(), event="splash")
SHIPPED = replace(ALIGNED, augmentation=AugmentationOptions(n_variants=0, copies=True))
ROWS = {
    "the paper's scorer, predicting the score": replace(
        PLAIN, scorer_options=replace(NETWORKS, target="score")
    ),
    "predicting execution": PLAIN,
    "predicting execution, clips aligned at the splash": replace(PLAIN, event="splash"),
    "predicting execution, last clips at full detail": replace(
        PLAIN, scorer_options=SiameseLSTMOptions()
    ),
    "all three": ALIGNED,
    "all three, and worse copies (what ships)": SHIPPED,
    "aligned, all clips by ridge alone": replace(
        ALIGNED, scorer="ridge", scorer_options=RidgeOptions(target="execution")
    ),
    "all three, on c3d_mini": replace(ALIGNED, backbone="c3d_mini"),
    "all three, on c3d_mini+motion": replace(ALIGNED, backbone="c3d_mini+motion"),
    "all three, on mobilenet_v1": replace(ALIGNED, backbone="mobilenet_v1"),
}


def measured(dives: tuple[Performance, ...], options: TrainingOptions) -> dict[str, Any]:
    """Train on some dives and give what was measured on left-out folds."""
    with tempfile.TemporaryDirectory() as folder:
        model, _ = train_model(dives, Path(folder) / "model", options, cache=FeatureCache())
    result = dict(model.evidence.results[options.scorer])
    kept = ("n", "spearman", "interval", "execution_spearman", "mse", "mse_interval")
    return {"backbone": options.backbone, **{key: result[key] for key in kept}}


def main() -> None:
    """Measure every row, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.parse_args()
    dives = UnlvDive().performances()
    rows: dict[str, Any] = {}
    for name, options in ROWS.items():
        try:
            make_backbone(options.backbone)
        except WeightsError as error:
            print(f"left out: {name}: {error}")
            continue
        row = rows[name] = measured(dives, options)
        low, high = row["interval"]
        print(f"{name:<52} {row['spearman']:.3f} ({low:.2f} to {high:.2f}) {row['mse']:.1f}")
    print(write("what_helped", {"rows": rows}))


if __name__ == "__main__":
    run_where_data_are(main)
