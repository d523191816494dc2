"""C3D-LSTM (Parmar and Morris, 2017): the score read off clip after clip, with no comparison.

`final` labels teach the score after the last clip only; `incremental` ones teach S t / T after
clip t of T, so that the running score should rise with every clip, and a clip at which it falls
is faulty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from podium.errors import UsageError
from podium.features.values import Sample
from podium.scorers import Floats
from podium.scorers._explanations import Explanation, at_clip
from podium.scorers._sequence_regression import Batch, SequenceOptions, SequenceRegression

Label = Literal["final", "incremental"]


@dataclass(frozen=True)
class C3DLSTMOptions(SequenceOptions):
    """What is taught after which clip, and the size of the LSTM (256 in the authors' code)."""

    label: Label = "final"
    n_hidden: int = 256

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n_hidden < 1:
            raise UsageError(f"n_hidden is {self.n_hidden}: it must be 1 or more")


class RunningScore(nn.Module):
    """An LSTM with a linear layer after each of its clips."""

    def __init__(self, n_inputs: int, n_hidden: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(n_inputs, n_hidden, batch_first=True)
        self.output = nn.Linear(n_hidden, 1)

    def states(self, sequences: Tensor) -> Tensor:
        """Return the hidden state after each clip, (performances, clips, n_hidden)."""
        states: Tensor = self.lstm(sequences)[0]
        return states

    def forward(self, sequences: Tensor) -> Tensor:
        """Return the score so far after each clip, (performances, clips)."""
        running: Tensor = self.output(self.states(sequences)).squeeze(-1)
        return running


class C3DLSTM(SequenceRegression):
    """An LSTM over the clips reads off the score (Parmar and Morris); no comparison."""

    name = "c3d_lstm"
    options_type = C3DLSTMOptions

    def __init__(self, options: C3DLSTMOptions = C3DLSTMOptions(), seed: int = 0) -> None:
        super().__init__(options, seed)

    def make_network(self, n_inputs: int) -> nn.Module:
        """Build the unfitted network."""
        return RunningScore(n_inputs, self.options.n_hidden)

    def outputs(self, sequences: Tensor, is_clip: Tensor) -> Tensor:
        """Return the score after the last clip, (performances,)."""
        last: Tensor = self.network(sequences)[:, -1]
        return last

    def loss(self, network: Any, batch: Batch) -> Tensor:
        """Return the squared error after the last clip, or its mean over all clips."""
        running = network(batch.sequences)
        if self.options.label == "final":
            return nn.functional.mse_loss(running[:, -1], batch.targets)
        wanted = batch.targets[:, None] * shares_done(batch.is_clip)
        squared: Tensor = (running - wanted) ** 2
        return squared[batch.is_clip].mean()

    def scale(self, targets: Floats) -> tuple[float, float]:
        """Keep 0 where it is for incremental labels: a part of a score is a part of it."""
        if self.options.label == "final":
            return super().scale(targets)
        return 0.0, float(np.abs(targets).mean()) or 1.0

    def states(self, sample: Sample) -> npt.NDArray[np.float32]:
        """Return the hidden state after each clip of a performance, (clips, n_hidden)."""
        with torch.inference_mode():
            sequences, is_clip = self.inputs([sample])
            states: npt.NDArray[np.float32] = self.network.states(sequences)[0][is_clip[0]].numpy()
        return states

    def running_scores(self, sample: Sample) -> Floats:
        """Return the score so far after each clip of a performance, in points, (clips,)."""
        with torch.inference_mode():
            sequences, is_clip = self.inputs([sample])
            running = self.network(sequences)[0][is_clip[0]].numpy().astype(np.float64)
        return self.target.points_of(running * self.spread + self.centre, sample)

    def faulty_clips(self, sample: Sample) -> npt.NDArray[np.bool_]:
        """Return the clips at which the running score falls, (clips,)."""
        return falls(self.running_scores(sample))

    def explain(self, query: Sample, references: Sequence[Sample] = ()) -> tuple[Explanation, ...]:
        """Say where the running score falls (Parmar and Morris); see `ExplainingScorer`."""
        return falls_of(self.running_scores(query), query)


def falls_of(running: Floats, query: Sample) -> tuple[Explanation, ...]:
    """Say at which clips a running score, (clips,), falls, the deepest fall first."""
    changes = np.diff(running, prepend=running[:1])
    falling = sorted(np.flatnonzero(falls(running)), key=lambda clip: changes[clip])
    return tuple(
        Explanation("falling_score", {"points": float(changes[clip])}, **at_clip(query, clip))
        for clip in map(int, falling)
    )


def shares_done(is_clip: Tensor) -> Tensor:
    """Return t / T after clip t of T; 0 before the first clip. (performances, clips) both."""
    done = is_clip.cumsum(dim=1)
    return done / done[:, -1:]


def falls(running: Sequence[float] | Floats) -> npt.NDArray[np.bool_]:
    """Return where a running score, (clips,), is lower than before, never the first."""
    values = np.asarray(running, np.float64)
    return np.concatenate([[False], np.diff(values) < 0])
