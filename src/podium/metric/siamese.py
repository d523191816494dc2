"""Two embeddings -> how alike the performances are, as a whole and clip by clip."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from podium.checks import check_options
from podium.errors import UsageError
from podium.metric.embedding import Embedding

Activation = Literal["relu", "linear"]


@dataclass(frozen=True)
class SiameseOptions:
    """The sizes of the paper's network, and what its dense layers read (III-B)."""

    n_embedding: int = 64
    """M, the size of the embedding, which the paper does not give.

    With 300 dives 64 was better than 256, the size of C3D-LSTM's code, in cross-validation on the
    training dives.
    """

    n_first: int = 128
    """The size of D1."""

    n_second: int = 64
    """The size of D2."""

    activation: Activation = "relu"
    """What follows D1 and D2: `linear` is nothing, as in the paper's equations.

    A score is then exactly the expert's term plus the query's (`Member.terms`).
    """

    reads_difference: bool = True
    """Whether D1 also reads the absolute difference of the two embeddings; never with `linear`.

    The paper's network has to learn it.
    """

    def __post_init__(self) -> None:
        check_options(self)
        if min(self.n_embedding, self.n_first, self.n_second) < 1:
            raise UsageError(f"{self}: sizes must be 1 or more")


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
        self.register_buffer("clip_border", torch.ones(()))

    def joint(self, reference: Tensor, query: Tensor) -> Tensor:
        """Return D2 of pairs of embeddings, each (pairs, n_embedding): (pairs, n_second)."""
        parts = [reference, query]
        if self.reads_difference:
            parts.append((reference - query).abs())
        first = self.activation(self.first(torch.cat(parts, dim=-1)))
        second: Tensor = self.activation(self.second(first))
        return second

    def logit(self, reference: Tensor, query: Tensor) -> Tensor:
        """Return how alike pairs of embeddings are, before the sigmoid, (pairs,)."""
        logit: Tensor = self.output(self.joint(reference, query)).squeeze(-1)
        return logit

    def similarity(self, reference: Tensor, query: Tensor) -> Tensor:
        """Return how alike pairs of embeddings are, 0 to 1, whichever is named first, (pairs,)."""
        return torch.sigmoid(self.mean_logit(reference, query))

    def clip_similarity(self, reference: Tensor, query: Tensor) -> Tensor:
        """Return how alike pairs of embeddings of single clips are, 0 to 1.

        They may have any shape but the last. It is 1 where they are as alike as each is to itself,
        and 0.5 where they are `clip_border` less so (`threshold.set_border`
        measures it). The paper takes the sigmoid of the logit; but that depends on which clip it
        is, and can be low for a clip and itself.
        """
        return torch.exp2(-self.dissimilarity(reference, query) / self.clip_border)

    def dissimilarity(self, reference: Tensor, query: Tensor) -> Tensor:
        """Return how much lower the logit of a pair is than that of each with itself; 0 or more."""
        own = (self.logit(reference, reference) + self.logit(query, query)) / 2
        return (own - self.mean_logit(reference, query)).clamp(min=0)

    def mean_logit(self, reference: Tensor, query: Tensor) -> Tensor:
        """Return the mean logit of both orders of pairs of embeddings, before the sigmoid."""
        return (self.logit(reference, query) + self.logit(query, reference)) / 2


def clip_embeddings(network: Siamese, sequences: Tensor) -> Tensor:
    """Return each clip embedded by itself: earlier clips zeroed, later ones cut off (paper, IV).

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
