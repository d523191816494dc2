"""Self-attentive and multi-scale skip LSTM (Xu et al., 2019, "MS-LSTM", made for skating)."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from podium.errors import UsageError
from podium.scorers._sequence_regression import Batch, SequenceOptions, SequenceRegression

SCALES = ((2, 1), (4, 2), (8, 4))
"""Kernel and stride of each of the convolutions, in clips."""


@dataclass(frozen=True)
class MultiscaleLSTMOptions(SequenceOptions):
    """Sizes as published; `penalty` weighs |A A' - I|^2, which keeps the rows of attention apart.

    `n_embedded` is what a clip's features are brought to first, `n_rows` how many weighted sums
    the attention makes of the clips.
    """

    n_embedded: int = 128
    n_attention: int = 64
    n_rows: int = 50
    n_hidden: int = 256
    n_joined: int = 64
    penalty: float = 0.01
    dropout: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        sizes = (self.n_embedded, self.n_attention, self.n_rows, self.n_hidden, self.n_joined)
        if min(sizes) < 1 or self.penalty < 0 or not 0 <= self.dropout < 1:
            raise UsageError(
                f"{self}: sizes must be 1 or more, penalty 0 or more, dropout from 0 to below 1"
            )


class SelfAttention(nn.Module):
    """Makes several weighted sums of clips; what it looks at depends on what it sees."""

    def __init__(self, n_inputs: int, n_attention: int, n_rows: int) -> None:
        super().__init__()
        self.first = nn.Linear(n_inputs, n_attention, bias=False)
        self.second = nn.Linear(n_attention, n_rows, bias=False)

    def forward(self, clips: Tensor, is_clip: Tensor) -> Tensor:
        """Return the weights, (performances, n_rows, clips); each row sums to 1 over real clips."""
        looks: Tensor = self.second(torch.tanh(self.first(clips))).transpose(1, 2)
        return looks.masked_fill(~is_clip[:, None], float("-inf")).softmax(dim=-1)


class MultiscaleNetwork(nn.Module):
    """Two ways of looking at the clips, by attention and at three time scales, joined."""

    def __init__(self, n_inputs: int, options: MultiscaleLSTMOptions) -> None:
        super().__init__()
        n_embedded, n_hidden, n_joined = options.n_embedded, options.n_hidden, options.n_joined
        self.embedded = nn.Conv1d(n_inputs, n_embedded, 1)
        self.attention = SelfAttention(n_embedded, options.n_attention, options.n_rows)
        self.attentive = nn.LSTM(n_embedded, n_hidden, batch_first=True)
        self.scales = nn.ModuleList(
            [nn.Conv1d(n_embedded, n_hidden, kernel, stride) for kernel, stride in SCALES]
        )
        self.skipping = nn.ModuleList(
            [nn.LSTM(n_hidden, n_hidden, batch_first=True) for _ in SCALES]
        )
        self.joined = nn.ModuleList([nn.Linear(n_hidden, n_joined) for _ in range(1 + len(SCALES))])
        self.last = nn.Linear((1 + len(SCALES)) * n_joined, n_joined)
        self.output = nn.Linear(n_joined, 1)
        self.dropout = nn.Dropout(options.dropout)

    def forward(self, sequences: Tensor, is_clip: Tensor) -> tuple[Tensor, Tensor]:
        """Return scores (performances,) and the attention (performances, n_rows, clips)."""
        embedded = torch.relu(self.embedded(sequences.transpose(1, 2)))
        weights = self.attention(embedded.transpose(1, 2), is_clip)
        states = [self.attentive(weights @ embedded.transpose(1, 2))[1][0][-1]]
        for (kernel, _), convolution, lstm in zip(SCALES, self.scales, self.skipping, strict=True):
            steps = torch.relu(convolution(_at_least(embedded, kernel)))
            states.append(lstm(steps.transpose(1, 2))[1][0][-1])
        parts = [
            torch.relu(layer(self.dropout(state)))
            for layer, state in zip(self.joined, states, strict=True)
        ]
        scores: Tensor = self.output(torch.relu(self.last(torch.cat(parts, dim=1))))
        return scores.squeeze(-1), weights


class MultiscaleLSTM(SequenceRegression):
    """Looks at clips by attention and at three time scales (Xu et al.); no comparison."""

    name = "multiscale_lstm"
    options_type = MultiscaleLSTMOptions

    def __init__(
        self, options: MultiscaleLSTMOptions = MultiscaleLSTMOptions(), seed: int = 0
    ) -> None:
        super().__init__(options, seed)

    def make_network(self, n_inputs: int) -> nn.Module:
        """Build the unfitted network."""
        return MultiscaleNetwork(n_inputs, self.options)

    def outputs(self, sequences: Tensor, is_clip: Tensor) -> Tensor:
        """Return the scores, (performances,)."""
        scores: Tensor = self.network(sequences, is_clip)[0]
        return scores

    def loss(self, network: Any, batch: Batch) -> Tensor:
        """Return the squared error, and the penalty on rows of attention that look alike."""
        scores, weights = network(batch.sequences, batch.is_clip)
        squared = nn.functional.mse_loss(scores, batch.targets)
        penalty: Tensor = self.options.penalty * likeness(weights)
        return squared + penalty


def likeness(weights: Tensor) -> Tensor:
    """Return how alike rows of attention are: (A A' - I)^2, its mean over rows and performances."""
    same = weights @ weights.transpose(1, 2)
    return ((same - torch.eye(weights.shape[1], device=weights.device)) ** 2).mean()


def _at_least(clips: Tensor, n_clips: int) -> Tensor:
    """Put zeros before (performances, dim, clips), so that the largest kernel fits."""
    return nn.functional.pad(clips, (max(n_clips - clips.shape[-1], 0), 0))
