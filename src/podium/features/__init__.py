"""Clips become features: one row of numbers a clip, and where in time they stand."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.features.alignment import Alignment as Alignment
    from podium.features.alignment import AlignmentOptions as AlignmentOptions
    from podium.features.alignment import align as align
    from podium.features.alignment import align_performances as align_performances
    from podium.features.event import Anchor as Anchor
    from podium.features.event import learn_anchor as learn_anchor
    from podium.features.extraction import Extraction as Extraction
    from podium.features.extraction import Extractor as Extractor
    from podium.features.extraction import FeatureCache as FeatureCache
    from podium.features.extraction import extract as extract
    from podium.features.given import read_features as read_features
    from podium.features.values import Features as Features
    from podium.features.values import Sample as Sample

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "alignment": ("Alignment", "AlignmentOptions", "align", "align_performances"),
        "event": ("Anchor", "learn_anchor"),
        "extraction": ("Extraction", "Extractor", "FeatureCache", "extract"),
        "given": ("read_features",),
        "values": ("Features", "Sample"),
    },
)
