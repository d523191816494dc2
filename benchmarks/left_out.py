"""The model `diving` without some of its training dives, to be asked about just these.

Scorer and witnesses are fitted anew as those that ship; features, the anchor and the range are
those of the model, which owe the scores of single dives nothing. The 70 test dives are not looked
at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from podium.assessor import Assessor
from podium.datasets.unlv_dive import UnlvDive
from podium.features.anew import extract_to_learn
from podium.features.extraction import FeatureCache
from podium.features.values import Sample
from podium.folds import parts
from podium.folds.copies import with_groups
from podium.folds.groups import group_by
from podium.model import Model
from podium.scorers.siamese_lstm import SiameseLSTM
from podium.training import make_scorer
from podium.video.augmentation import AugmentationOptions
from podium.witnesses import learn

AUGMENTATION = AugmentationOptions(n_variants=0, copies=True, reframed=True, anew=3)
"""The copies that `diving` learns from as well (scripts/train_diving.py)."""


@dataclass(frozen=True)
class Fold:
    """Dives that were left out, and the model `diving` with a scorer that has not seen them."""

    judge: Assessor
    dives: Sequence[Sample]


def training_samples(model: Model) -> list[Sample]:
    """Return the training dives with their copies, those of one broadcast as one group."""
    dives = [p for p in UnlvDive().performances() if p.split != "test"]
    extractor = model.extractor(FeatureCache())
    samples = extract_to_learn(dives, extractor, AUGMENTATION, model.evidence.seed).samples
    return list(with_groups(samples, group_by(dives, None)))


def left_out(model: Model, samples: Sequence[Sample]) -> Iterator[Fold]:
    """Fit the scorer, and what is usual, anew without each fifth of the samples."""
    known, seed = model.scorer, model.evidence.seed
    assert isinstance(known, SiameseLSTM)
    for part in parts([""] * len(samples), seed):
        others = [samples[i] for i in np.setdiff1d(np.arange(len(samples)), part)]
        scorer = make_scorer(model.scorer_name, known.options, seed).fit(others)
        witnesses = replace(learn(others), ending=model.witnesses.ending)
        judge = Assessor(replace(model, scorer=scorer, witnesses=witnesses))
        yield Fold(judge, [samples[i] for i in part])
