"""Two embeddings -> how alike the performances are, as a whole and clip by clip."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from podium.errors import UsageError
from podium.metric.embedding import Embedding


@dataclass(frozen=True)
class SiameseOptions:
    """The sizes of the paper's network: D1 and D2 are 128 and 64 (III-B), M is not given.

    The default of `n_embedding` (M) is 64: with 300 dives it was better than 256, the size of
    C3D-LSTM's code, in cross-validation on the training dives.

    `activation` of `linear` leaves D1 and D2 without one, as in the paper's equations, so that a
    score is exactly the expert's term plus the query's. With `reads_difference` D1 also reads the
    absolute difference of the two embeddings (not with `linear`), which the paper's has to learn.
    """

    n_embedding: int = 64
    n_first: int = 128
    n_second: int = 64
    activation: Literal["relu", "linear"] = "relu"
    reads_difference: bool = True
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if min(self.n_embedding, self.n_first, self.n_second) < 1 or not 0 <= self.dropout < 1:
            raise UsageError(f"{self}: sizes must be 1 or more, and dropout from 0 to below 1")


class Siamese(nn.Module):
    """The paper's network: one LSTM for both sides, D1, D2, and a sigmoid (figure 2)."""

    clip_border: Tensor

    def __init__(self, n_inputs: int, options: SiameseOptions) -> None:
        super().__init__()
        self.n_embedding = options.n_embedding
        self.embedding = Embedding(n_inputs, self.n_embedding)
        self.reads_difference = options.reads_difference and options.activation != "linear"
        n_read = (3 if self.reads_difference else 2) * self.n_embedding
        self.first = nn.Linear(n_read, options.n_first)
        self.second = nn.Linear(options.n_first, options.n_second)
        self.output = nn.Linear(options.n_second, 1)
        self.activation = nn.ReLU() if options.activation == "relu" else nn.Identity()
        self.dropout = nn.Dropout(options.dropout)
        self.register_buffer("clip_border", torch.ones(()))

    def joint(self, reference: Tensor, query: Tensor) -> Tensor:
        """Describe pairs of embeddings, each (pairs, n_embedding), as D2, (pairs, n_second)."""
        parts = [reference, query]
        if self.reads_difference:
            parts.append((reference - query).abs())
        first = self.activation(self.first(self.dropout(torch.cat(parts, dim=-1))))
        second: Tensor = self.activation(self.second(first))
        return second

    def logit(self, reference: Tensor, query: Tensor) -> Tensor:
        """Say how alike pairs of embeddings are, before the sigmoid, (pairs,)."""
        logit: Tensor = self.output(self.dropout(self.joint(reference, query))).squeeze(-1)
        return logit

    def logits_of_all(self, references: Tensor, queries: Tensor) -> Tensor:
        """Give `logit` of every reference beside every query, (references, queries).

        D1 is a sum of what it reads of either side: each is worked out once, and not for each pair.
        """
        n = references.shape[-1]
        weights = self.first.weight
        ours = nn.functional.linear(self.dropout(references), weights[:, :n])
        theirs = nn.functional.linear(self.dropout(queries), weights[:, n : 2 * n], self.first.bias)
        first = ours[:, None] + theirs[None]
        if self.reads_difference:
            differences = (references[:, None] - queries[None]).abs()
            first = first + nn.functional.linear(self.dropout(differences), weights[:, 2 * n :])
        second = self.activation(self.second(self.activation(first)))
        logits: Tensor = self.output(self.dropout(second)).squeeze(-1)
        return logits

    def similarity(self, reference: Tensor, query: Tensor) -> Tensor:
        """Say how alike pairs of embeddings are, 0 to 1, whichever is named first, (pairs,)."""
        return torch.sigmoid(self.mean_logit(reference, query))

    def clip_similarity(self, reference: Tensor, query: Tensor) -> Tensor:
        """Say how alike pairs of embeddings of single clips are, 0 to 1, of any shape but the last.

        1 where they are as alike as each is to itself, and 0.5 where they are `clip_border` less so
        (a number, measured by `metric_learning.set_border`). The paper takes the sigmoid of the
        logit; but that depends on which clip it is, and can be low for a clip and itself.
        """
        return torch.exp2(-self.unlikeness(reference, query) / self.clip_border)

    def unlikeness(self, reference: Tensor, query: Tensor) -> Tensor:
        """Say how much lower the logit of a pair is than that of each with itself; 0 or more."""
        own = (self.logit(reference, reference) + self.logit(query, query)) / 2
        return (own - self.mean_logit(reference, query)).clamp(min=0)

    def mean_logit(self, reference: Tensor, query: Tensor) -> Tensor:
        """Average both orders of pairs of embeddings, before the sigmoid."""
        return (self.logit(reference, query) + self.logit(query, reference)) / 2


def clip_embeddings(network: Siamese, sequences: Tensor) -> Tensor:
    """Embed each clip by itself: the earlier clips zeroed, the later cut off (paper, IV).

    (performances, clips, dim) -> (performances, clips, n_embedding). The state that zeros leave is
    the same for all performances, so it is worked out once for each clip, and one step is left.
    """
    lstm = network.embedding.lstm
    n_performances, n_clips, dim = sequences.shape
    nothing = sequences.new_zeros(1, 1, dim)
    hidden = cell = sequences.new_zeros(1, 1, lstm.hidden_size)
    rows = []
    for clip in range(n_clips):
        before = tuple(
            state.expand(-1, n_performances, -1).contiguous() for state in (hidden, cell)
        )
        rows.append(lstm(sequences[:, clip : clip + 1], before)[0][:, 0])
        _, (hidden, cell) = lstm(nothing, (hidden, cell))
    return torch.stack(rows, dim=1)
