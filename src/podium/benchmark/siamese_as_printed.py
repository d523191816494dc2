"""The paper's own view of `siamese_lstm`: its setting as printed, and the spaces of figure 5."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from podium.features.values import Sample
from podium.metric.learning import LearningOptions
from podium.metric.pairs import PAPER_THRESHOLD, PairOptions
from podium.metric.siamese import SiameseOptions
from podium.scorers._references import ReferenceChoice, training_indices
from podium.scorers.siamese_lstm import SiameseLSTM, SiameseLSTMOptions

Array = npt.NDArray[np.float32]


def paper_options(
    references: ReferenceChoice = "best", n_pairs: int = 3200, learn_metric: bool = True
) -> SiameseLSTMOptions:
    """Return the paper's own setting, with nothing of Podium's beside it.

    One network, learned from `n_pairs` pairs of the three most frequent actions by the paper's
    loss alone; a linear layer on D2; the score itself as the target; the sigmoid as similarity.
    What the paper leaves open is as in the other scorers: 128 components, ReLU, M of 64.
    """
    n_similar = round(n_pairs * 1300 / 3200)
    return SiameseLSTMOptions(
        matching="from_end",
        references=references,
        target="score",
        head="joint",
        n_networks=1,
        n_components=128,
        n_last_clips=0,
        n_metric_actions=3,
        learn_metric=learn_metric,
        scores_variants=False,
        clip_measure="sigmoid",
        learning=LearningOptions(clip_weight=0.0, noise=0.0),
        pairs=PairOptions(PAPER_THRESHOLD, n_similar, n_pairs - n_similar),
        siamese=SiameseOptions(reads_difference=False),
    )


def embeddings(scorer: SiameseLSTM, samples: Sequence[Sample]) -> Array:
    """Return the paper's O of each performance by the first network, (performances, M)."""
    return scorer.members[0].network.embedding(scorer.sequences(samples))


def joint_embeddings(scorer: SiameseLSTM, samples: Sequence[Sample]) -> Array:
    """Return D2 of each performance beside its references (mean), (performances, n_second).

    A performance that is the only reference of its action stands beside itself.
    """
    ours, theirs = embeddings(scorer, samples), embeddings(scorer, scorer.references)
    rows = []
    for sample, embedded in zip(samples, ours, strict=True):
        indices = _indices_beside(scorer, sample)
        beside = np.repeat(embedded[None], len(indices), axis=0)
        joint = scorer.members[0].network.joint(theirs[indices], beside)
        rows.append(joint.mean(axis=0))
    return np.stack(rows)


def _indices_beside(scorer: SiameseLSTM, sample: Sample) -> list[int]:
    """Return where its references are: itself where there is no other of its action."""
    if indices := training_indices(sample, scorer.references, scorer.options.references):
        return indices
    ids = [reference.performance.id for reference in scorer.references]
    if sample.performance.id in ids:
        return [ids.index(sample.performance.id)]
    return scorer.indices(scorer.partners(sample, scorer.references))
