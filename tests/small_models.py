"""Models learned in seconds from made-up videos.

Where nothing can be learned, for want of the extra `train`, it is the model that was recorded by

    OMP_NUM_THREADS=1 .venv/bin/python tests/small_models.py
"""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from podium.backbones.motion import Motion
from podium.datasets.manifest import Manifest
from podium.evaluation import metrics
from podium.features.extraction import Extractor, FeatureCache, extract
from podium.performance import Performance
from podium.training import TrainingOptions, train_model
from samples import QUICK
from training_extra import MISSING
from videos import write_table

RECORDED = Path(__file__).parent / "recorded" / "bars"
OPTIONS = TrainingOptions(scorer_options=QUICK, description="made-up bars")


@dataclass(frozen=True)
class SmallModel:
    """A model of two actions in `folder`, and the table of the made-up videos behind it.

    `cache` holds the features of the videos, for whoever sets PODIUM_CACHE to it.
    """

    folder: Path
    manifest: Path
    cache: Path
    options: TrainingOptions

    def performances(self) -> tuple[Performance, ...]:
        return Manifest(self.manifest).performances()

    def video(self, split: str = "test", action: str | None = None) -> Path:
        """Return the first video of a split (and an action)."""
        rows = self.performances()
        return next(p.path for p in rows if p.split == split and action in (None, p.action))


@pytest.fixture
def quick_intervals() -> Iterator[None]:
    """Intervals of 30 resamples: the usual 2000 take seconds, and no test here reads them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metrics, "bootstrap", partial(metrics.bootstrap, n_resamples=30))
        yield


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> SmallModel:
    """A model trained on two dozen made-up videos, with their table; nobody may write there."""
    folder = tmp_path_factory.mktemp("small")
    made = SmallModel(folder / "bars", write_table(folder, 24, 6), folder / "cache", OPTIONS)
    cache = FeatureCache(made.cache / "features")
    if MISSING:
        shutil.copytree(RECORDED, made.folder)
        extract(made.performances(), Extractor(Motion(), cache=cache))
    else:
        _learn(made, cache)
    return made


def _learn(made: SmallModel, cache: FeatureCache) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metrics, "bootstrap", partial(metrics.bootstrap, n_resamples=30))
        train_model(made.performances(), made.folder, made.options, cache=cache)


def _record() -> None:
    """Learn the small model anew, for where that cannot be done."""
    with tempfile.TemporaryDirectory() as temporary:
        table, folder = write_table(Path(temporary), 24, 6), Path(temporary) / "bars"
        _learn(SmallModel(folder, table, Path(), OPTIONS), FeatureCache(Path(temporary) / "cache"))
        shutil.rmtree(RECORDED, ignore_errors=True)
        shutil.copytree(folder, RECORDED)


if __name__ == "__main__":
    _record()
