"""The paper's phase one: a network learns from pairs when two performances are alike."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.metric.deviation import Deviation as Deviation
    from podium.metric.deviation import DeviationOptions as DeviationOptions
    from podium.metric.deviation import fit_deviation as fit_deviation
    from podium.metric.embedding import Normaliser as Normaliser
    from podium.metric.embedding import fit_normaliser as fit_normaliser
    from podium.metric.learning import LearningOptions as LearningOptions
    from podium.metric.learning import learn_metric as learn_metric
    from podium.metric.pairs import MetricData as MetricData
    from podium.metric.pairs import PairOptions as PairOptions
    from podium.metric.pairs import Pairs as Pairs
    from podium.metric.pairs import sample_pairs as sample_pairs
    from podium.metric.siamese import Siamese as Siamese
    from podium.metric.siamese import SiameseOptions as SiameseOptions

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "deviation": ("Deviation", "DeviationOptions", "fit_deviation"),
        "embedding": ("Normaliser", "fit_normaliser"),
        "learning": ("LearningOptions", "learn_metric"),
        "pairs": ("MetricData", "PairOptions", "Pairs", "sample_pairs"),
        "siamese": ("Siamese", "SiameseOptions"),
    },
)
