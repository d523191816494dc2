"""The paper's network while it learns, in PyTorch; what has learned answers without it."""

import torch
from torch import Tensor, nn

from podium.metric.siamese import Siamese, SiameseOptions, reads_difference


class TrainableEmbedding(nn.Module):
    """The LSTM that both sides of a pair share; its last hidden state stands for the whole."""

    def __init__(self, n_inputs: int, n_outputs: int = 256) -> None:
        super().__init__()
        self.lstm = nn.LSTM(n_inputs, n_outputs, batch_first=True)

    def forward(self, sequences: Tensor) -> Tensor:
        """Embed (performances, clips, n_inputs) as (performances, n_outputs)."""
        _, (hidden, _) = self.lstm(sequences)
        last: Tensor = hidden[-1]
        return last


class TrainableSiamese(nn.Module):
    """The paper's network with gradients; `Siamese` has the same arrays and gives the same."""

    clip_border: Tensor

    def __init__(self, n_inputs: int, options: SiameseOptions) -> None:
        super().__init__()
        self.n_inputs, self.options = n_inputs, options
        self.embedding = TrainableEmbedding(n_inputs, options.n_embedding)
        n_read = (3 if reads_difference(options) else 2) * options.n_embedding
        self.first = nn.Linear(n_read, options.n_first)
        self.second = nn.Linear(options.n_first, options.n_second)
        self.output = nn.Linear(options.n_second, 1)
        self.activation = nn.ReLU() if options.activation == "relu" else nn.Identity()
        self.register_buffer("clip_border", torch.ones(()))

    def joint(self, reference: Tensor, query: Tensor) -> Tensor:
        """Return D2 of pairs of embeddings, each (pairs, n_embedding): (pairs, n_second)."""
        parts = [reference, query]
        if reads_difference(self.options):
            parts.append((reference - query).abs())
        first = self.activation(self.first(torch.cat(parts, dim=-1)))
        second: Tensor = self.activation(self.second(first))
        return second

    def logit(self, reference: Tensor, query: Tensor) -> Tensor:
        """Return how alike pairs of embeddings are, before the sigmoid, (pairs,)."""
        logit: Tensor = self.output(self.joint(reference, query)).squeeze(-1)
        return logit

    def clip_embeddings(self, sequences: Tensor) -> Tensor:
        """Return each clip embedded by itself, as `siamese.clip_embeddings` does."""
        lstm = self.embedding.lstm
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

    def learned(self) -> Siamese:
        """Return what it has learned so far, as the network that answers."""
        arrays = {name: values.numpy().copy() for name, values in self.state_dict().items()}
        return Siamese.from_arrays(arrays, "", self.n_inputs, self.options)
