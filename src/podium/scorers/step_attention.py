"""Attention between steps (TSA, TPT): what each moment gains or loses beside an exemplar's.

Each step of a performance looks at the steps of an exemplar of the same action and difficulty and
takes from these what it is to be compared with; beside it, it is given its part of the gap between
the two scores. Ten exemplars vote.

TSA (Xu, Rao, Yu, Chen, Zhou and Lu, 2022: FineDiving, 4.2 and 4.3) finds the steps by their marked
transitions and has the query's attend to the exemplar's; TPT (Bai, Zhou, Zhang, Wang, Ding, Guan
and Wang, 2022, 3.2 and 3.3) decodes clips into parts by attention and regresses the gap part by
part, as CoRe does (Yu et al., 2021). Here the steps are the last clips, which are aligned at the
end or at the event; the video network is not fitted, one head of attention serves, and the gap is
regressed directly, without CoRe's tree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from podium.checks import require
from podium.features.values import Sample
from podium.inputs.saved import Arrays
from podium.machine import extras
from podium.metric.curves import Watch, learn_each
from podium.networks.layers import Array
from podium.scorers import Floats
from podium.scorers._dense_options import DenseOptions
from podium.scorers._exemplars import Exemplars, Ints
from podium.scorers._learned import Learned
from podium.scorers._step_network import StepNetwork, StepShape
from podium.scorers._voting import ExemplarVoting

__all__ = ["StepAttention", "StepAttentionOptions"]


@dataclass(frozen=True)
class StepAttentionOptions(DenseOptions):
    """What `step_attention` can be told beside what all dense networks can."""

    n_exemplars: int = 10
    """How many performances of training vote (10 in the papers)."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.n_exemplars >= 1, "n_exemplars", self.n_exemplars, "1 or more")


class StepAttention(ExemplarVoting):
    """Learns what each moment gains or loses beside exemplars' moments (attention, TSA and TPT)."""

    name = "step_attention"
    options_type = StepAttentionOptions
    options: StepAttentionOptions
    networks = Learned[tuple[StepNetwork, ...]]()

    def __init__(
        self, options: StepAttentionOptions = StepAttentionOptions(), seed: int = 0
    ) -> None:
        super().__init__(options, seed)

    def learn(self, everyone: Exemplars, peers: Sequence[Ints]) -> None:
        """Learn a network of each seed."""
        with extras.needed_for("training", "train"):
            from podium.scorers._step_learning import StepPairs, learn_steps

        pairs = StepPairs(self._steps(everyone.rows), everyone.targets, peers)

        def learn(seed: int, watch: Watch) -> StepNetwork:
            return self._network(learn_steps(pairs, self.options, seed, watch), "")

        networks, self.curves = learn_each(learn, self.seeds)
        self.networks = tuple(networks)

    def votes(self, query: Sample) -> Floats:
        """Return what each of a query's exemplars says, (exemplars,), in the target's spread."""
        scores = self.exemplars.targets[self.voters(query)]
        return np.asarray(scores + self.gaps(query).sum(axis=1), np.float64)

    def gaps(self, query: Sample) -> Floats:
        """Return what each step gains or loses beside each exemplar's, (exemplars, steps).

        In the target's spread, as all networks see it on average; steps are the last clips, in
        order, and add up to the gap of the whole.
        """
        known = self.exemplars.targets[self.voters(query)].astype(np.float32)
        ours, theirs = self._pairs(query)
        gaps = [network(ours, theirs, known) for network in self.networks]
        return np.asarray(np.mean(gaps, axis=0, dtype=np.float64))

    def attention(self, query: Sample) -> Floats:
        """Return at which steps of its exemplars each step of a query looks, (steps, steps).

        On average over exemplars and networks; each row adds up to 1.
        """
        ours, theirs = self._pairs(query)
        looks = [network.attention(ours, theirs).mean(axis=0) for network in self.networks]
        return np.asarray(np.mean(looks, axis=0), np.float64)

    def learned_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the networks as the arrays that are saved."""
        return {
            f"network.{number}.{key}": values
            for number, network in enumerate(self.networks)
            for key, values in network.arrays().items()
        }

    def restore_learned(self, arrays: Arrays) -> None:
        """Take the networks; `ModelError` where they do not fit."""
        numbers = range(self.options.n_networks)
        self.networks = tuple(self._network(arrays, f"network.{n}.") for n in numbers)

    def _pairs(self, query: Sample) -> tuple[Array, Array]:
        """Return the steps of a query beside those of each exemplar, (exemplars, steps, inputs)."""
        theirs = self._steps(self.exemplars.rows[self.voters(query)])
        return np.broadcast_to(self._steps(self.rows([query])), theirs.shape), theirs

    def _steps(self, rows: Array) -> Array:
        return rows.reshape(len(rows), self.rows.n_clips, -1)

    def _network(self, arrays: Arrays, prefix: str) -> StepNetwork:
        shape = StepShape(self.rows.n_clips, self.rows.normaliser.dim, self.options.n_hidden)
        return StepNetwork.from_arrays(arrays, prefix, shape)
