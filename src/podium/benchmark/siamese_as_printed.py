"""The paper's own view of `siamese_lstm`: its setting as printed, and the spaces of figure 5."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.checks import check_options
from podium.features.values import Sample
from podium.metric.learning import LearningOptions
from podium.metric.pairs import PAPER_THRESHOLD, PairOptions
from podium.metric.siamese import Activation, SiameseOptions
from podium.scorers._references import ReferenceChoice, training_indices
from podium.scorers.siamese_lstm import SiameseLSTM, SiameseLSTMOptions

Array = npt.NDArray[np.float32]

LOOK_EVERY = 4
"""Of 26,000 pairs the least validation loss comes after 20 to 50 steps, an epoch being 102."""

PATIENCE = 20
"""So many looks are 80 steps."""


@dataclass(frozen=True)
class Reading:
    """How what the paper leaves open is read; the defaults are what it prints."""

    activation: Activation = "linear"
    """What follows D1 and D2: equations 1 to 3 have nothing there."""

    is_in_order: bool = True
    """Whether the expert and the query are read in one order, each with weights of its own, as
    equation 1 has them; else D2 is averaged over both orders."""

    n_embedding: int = 64
    """M, which is not given."""

    n_components: int = 128
    """How many components of the features are read; the paper reads all."""

    def __post_init__(self) -> None:
        check_options(self, n_embedding=1, n_components=1)


def paper_options(
    references: ReferenceChoice = "best",
    n_pairs: int = 3200,
    learn_metric: bool = True,
    reading: Reading = Reading(),
) -> SiameseLSTMOptions:
    """Return the paper's own setting, with nothing of Podium's beside it.

    One network, learned from `n_pairs` pairs of the three most frequent actions by the paper's
    loss alone; a linear layer on D2; the score itself as the target; the sigmoid as similarity.
    Nothing follows D1 and D2, and the expert stands before the query (equations 1 to 3, III-B).
    """
    n_similar = round(n_pairs * 1300 / 3200)
    return SiameseLSTMOptions(
        matching="from_end",
        references=references,
        target="score",
        head="joint_in_order" if reading.is_in_order else "joint",
        n_networks=1,
        n_components=reading.n_components,
        n_last_clips=0,
        n_metric_actions=3,
        learn_metric=learn_metric,
        scores_variants=False,
        clip_measure="sigmoid",
        learning=LearningOptions(
            clip_weight=0.0, noise=0.0, look_every=LOOK_EVERY, patience=PATIENCE
        ),
        pairs=PairOptions(PAPER_THRESHOLD, n_similar, n_pairs - n_similar),
        siamese=SiameseOptions(
            n_embedding=reading.n_embedding, activation=reading.activation, reads_difference=False
        ),
    )


def embeddings(scorer: SiameseLSTM, samples: Sequence[Sample]) -> Array:
    """Return the paper's O of each performance by the first network, (performances, M)."""
    return scorer.embedded(scorer.members[0].network, samples)


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
