"""What the last layer of `siamese_lstm` reads of a reference and a query: one class a choice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from podium.features.values import Sample
from podium.metric.deviation import Deviation
from podium.metric.embedding import Normaliser
from podium.metric.siamese import Siamese
from podium.metric.steps import apart
from podium.networks.layers import Array

HeadChoice = Literal[
    "joint", "joint_in_order", "query_and_difference", "joint_and_clips", "in_step"
]

SamplePairs = Sequence[tuple[Sample, Sample]]
"""Performances to be compared: (query, reference)."""


class Head(Protocol):
    """Turns pairs of embeddings into what the last layer reads."""

    def n_inputs(self, network: Siamese) -> int:
        """Return how many numbers the last layer reads of a pair."""
        ...

    def n_costs(self, network: Siamese) -> int:
        """Return how many of them, the last, can only cost: none of these is above 0."""
        ...

    def inputs(
        self, network: Siamese, references: Array, queries: Array, pairs: SamplePairs = ()
    ) -> Array:
        """Return what the last layer reads of pairs of embeddings, (pairs, inputs).

        `pairs` are the performances that were embedded, for heads that read their clips too.
        """
        ...


@dataclass(frozen=True)
class Joint:
    """D2 of the paper, averaged over both orders of a pair."""

    def n_inputs(self, network: Siamese) -> int:
        """Return how many numbers the last layer reads of a pair."""
        return network.second.n_outputs

    def n_costs(self, network: Siamese) -> int:
        """Return how many of them can only cost: none."""
        return 0

    def inputs(
        self, network: Siamese, references: Array, queries: Array, pairs: SamplePairs = ()
    ) -> Array:
        """Return what the last layer reads of pairs of embeddings, (pairs, inputs)."""
        both = network.joint(references, queries) + network.joint(queries, references)
        return np.asarray(both / 2, np.float32)


@dataclass(frozen=True)
class JointInOrder(Joint):
    """The paper's, as its equations have it: D2 of the expert and the query, in this order (III-B).

    Each side then has weights of its own.
    """

    def inputs(
        self, network: Siamese, references: Array, queries: Array, pairs: SamplePairs = ()
    ) -> Array:
        """Return what the last layer reads of pairs of embeddings, (pairs, inputs)."""
        return network.joint(references, queries)


@dataclass(frozen=True)
class QueryAndDifference:
    """What a query shows by itself, and how far from the reference's that is, which only costs.

    D2 of the query beside itself, its embedding, and by how much the two embeddings differ, below
    0: so none scores less beside itself than beside another.
    """

    def n_inputs(self, network: Siamese) -> int:
        """Return how many numbers the last layer reads of a pair."""
        return network.second.n_outputs + 2 * network.n_embedding

    def n_costs(self, network: Siamese) -> int:
        """Return how many of them can only cost: what differs."""
        return network.n_embedding

    def inputs(
        self, network: Siamese, references: Array, queries: Array, pairs: SamplePairs = ()
    ) -> Array:
        """Return what the last layer reads of pairs of embeddings, (pairs, inputs)."""
        apart = np.abs(references - queries)
        return np.concatenate([network.joint(queries, queries), queries, -apart], axis=-1)


@dataclass(frozen=True)
class JointAndClips:
    """The paper's D2, the query's embedding, and how each clip differs from the reference's.

    The differences of the clips are read with their signs and without.
    """

    deviation: Deviation

    def n_inputs(self, network: Siamese) -> int:
        """Return how many numbers the last layer reads of a pair."""
        return network.second.n_outputs + network.n_embedding + 2 * self.deviation.scale.size

    def n_costs(self, network: Siamese) -> int:
        """Return how many of them can only cost: none."""
        return 0

    def inputs(
        self, network: Siamese, references: Array, queries: Array, pairs: SamplePairs = ()
    ) -> Array:
        """Return what the last layer reads of pairs of embeddings, (pairs, inputs)."""
        joint = Joint().inputs(network, references, queries)
        differences = self._differences(pairs)
        return np.concatenate([joint, queries, differences, np.abs(differences)], axis=-1)

    def _differences(self, pairs: SamplePairs) -> Array:
        rows = [
            self.deviation.differences(query.features.values, reference.features.values).ravel()
            for query, reference in pairs
        ]
        return np.stack(rows)


@dataclass(frozen=True)
class InStep:
    """How far moments of a query are from the reference's, once both are in step: that only costs.

    The mean absolute difference of each number of the normalised clips (`podium.metric.steps`),
    below 0. It reads no network: what an LSTM remembers of hundreds of clips says little of a fault
    in ten of them.
    """

    normaliser: Normaliser

    def n_inputs(self, network: Siamese) -> int:
        """Return how many numbers the last layer reads of a pair."""
        return self.normaliser.dim

    def n_costs(self, network: Siamese) -> int:
        """Return how many of them can only cost: all."""
        return self.normaliser.dim

    def inputs(
        self, network: Siamese, references: Array, queries: Array, pairs: SamplePairs = ()
    ) -> Array:
        """Return what the last layer reads of pairs of performances, (pairs, inputs)."""
        return np.stack([self._costs(query, reference) for query, reference in pairs])

    def _costs(self, query: Sample, reference: Sample) -> Array:
        both = (self.normaliser(one.features.values) for one in (query, reference))
        return np.asarray(-np.abs(apart(*both)[0]).mean(axis=0), np.float32)


def make_head(choice: HeadChoice, deviation: Deviation | None, normaliser: Normaliser) -> Head:
    """Return the head of that name; `joint_and_clips` needs a deviation."""
    if choice == "in_step":
        return InStep(normaliser)
    if choice == "joint_and_clips":
        assert deviation is not None
        return JointAndClips(deviation)
    if choice == "joint_in_order":
        return JointInOrder()
    return Joint() if choice == "joint" else QueryAndDifference()
