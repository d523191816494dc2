"""S3D (Xiang et al., 2018): cut the performance into its stages, describe each, and add up.

A temporal convolution network, taught from performances whose phases are marked, says which stage
a clip belongs to; the features of each stage are averaged, joined and scored by a linear SVR.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from podium.checks import check_options
from podium.errors import UsageError
from podium.features.values import Sample
from podium.inputs.saved import values_of
from podium.metric.embedding import Array, Normaliser, fit_normaliser, pad
from podium.networks import accelerated
from podium.scorers import Floats, ScorerState
from podium.scorers._learned import Learned
from podium.scorers._restored import restore_network
from podium.scorers._support_vectors import Line, fit_line
from podium.scorers._target import Target, TargetChoice, choose_target
from podium.video.clips import ClipOptions

N_EVEN = 4
"""Stages of equal length, where no training performance has its phases marked."""

BACKGROUND = "before"
"""What lies before the first phase or after the last."""


@dataclass(frozen=True)
class S3DOptions:
    """What is predicted, and how the stages are found.

    `n_steps` steps of `learning_rate` teach a network of `n_channels` which stage a clip belongs
    to. `joined` puts the stages' features side by side, else they are averaged.
    """

    target: TargetChoice = "auto"
    n_components: int = 128
    joined: bool = True
    n_channels: int = 32
    n_steps: int = 200
    learning_rate: float = 1e-2

    def __post_init__(self) -> None:
        check_options(self)
        if min(self.n_components, self.n_channels, self.n_steps) < 1 or self.learning_rate <= 0:
            raise UsageError(
                f"{self}: n_components, n_channels and n_steps must be 1 or more, "
                "learning_rate above 0"
            )


class StageNetwork(nn.Module):
    """Two convolutions over time: a clip's stage, from it and its neighbours."""

    def __init__(self, n_inputs: int, n_channels: int, n_stages: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(n_inputs, n_channels, 3, padding=1),
            nn.ReLU(),
            nn.Conv1d(n_channels, n_stages, 3, padding=1),
        )

    def forward(self, sequences: Tensor) -> Tensor:
        """Return logits of stages: (performances, clips, n_inputs) -> (performances, clips, n)."""
        logits: Tensor = self.layers(sequences.transpose(1, 2))
        return logits.transpose(1, 2)


class S3D:
    """Finds the stages of the action, describes each, and fits a line to all (Xiang et al.)."""

    name = "s3d"
    stages = Learned[tuple[str, ...]]()
    _normaliser = Learned[Normaliser]()
    _network = Learned[StageNetwork]()
    _line = Learned[Line]()

    def __init__(self, options: S3DOptions = S3DOptions(), seed: int = 0) -> None:
        self.options, self.seed = options, seed
        self.target = Target(uses_execution=False)

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Learn the stages from the marked performances, then the line; `validation` is not used.

        Where no performance is marked, stages are equal parts of the time.
        """
        self.target = choose_target(train, self.options.target)
        clips = np.concatenate([s.features.values for s in train])
        self._normaliser = fit_normaliser(clips, self.options.n_components)
        marked = [s for s in train if s.performance.phases]
        self.stages = _stage_names(marked)
        if marked:
            self._network = self._fit_network(marked)
        groups = [s.group for s in train]
        self._line = fit_line(self._inputs(train), self.target.of(train), self.seed, groups)
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,)."""
        line = self._line
        if not queries:
            return np.zeros(0)
        return self.target.points(line(self._inputs(queries)), queries)

    def stage_shares(self, sample: Sample) -> Floats:
        """Return how much each clip belongs to each stage, (clips, stages); rows sum to 1."""
        if not self.stages:
            return _even_shares(len(sample.features), N_EVEN)
        with torch.inference_mode():
            values = torch.from_numpy(self._normaliser(sample.features.values))
            shares = self._network(values[None])[0].softmax(dim=-1)
        return np.asarray(shares.numpy(), np.float64)

    def state(self) -> ScorerState:
        """Return all that `restore` needs."""
        arrays: dict[str, npt.NDArray[Any]] = {**self._normaliser.arrays(), **self._line.arrays()}
        if self.stages:
            for key, value in self._network.state_dict().items():
                arrays[f"network.{key}"] = value.numpy()
        config = {
            "options": asdict(self.options),
            "seed": self.seed,
            "target": self.target.to_json(),
            "stages": list(self.stages),
            "bias": self._line.bias,
        }
        return ScorerState(arrays, config)

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Restore a fitted scorer from a saved state; `ModelError` where it does not fit."""
        kinds = {"options": S3DOptions, "seed": int, "target": Any, "bias": float}
        plain = values_of(state.config, "scorer", **kinds, stages=tuple[str, ...])
        scorer = cls(plain["options"], plain["seed"])
        scorer.target, scorer.stages = Target.from_json(plain["target"]), plain["stages"]
        scorer._normaliser = Normaliser.from_arrays(state.arrays)
        n_stages = (len(scorer.stages) or N_EVEN) if scorer.options.joined else 1
        n_inputs = n_stages * scorer._normaliser.dim
        scorer._line = Line.from_arrays(state.arrays, plain["bias"], n_inputs)
        if scorer.stages:
            scorer._network = restore_network(scorer._make_network, state.arrays, "network.")
        return scorer

    def _make_network(self) -> StageNetwork:
        return StageNetwork(self._normaliser.dim, self.options.n_channels, len(self.stages))

    def _fit_network(self, marked: Sequence[Sample]) -> StageNetwork:
        """Teach the network the share of each clip's frames that lie in each stage."""
        longest = max(len(s.features) for s in marked)
        clips = [self._normaliser(s.features.values) for s in marked]
        wanted = [phase_shares(s, self.stages) for s in marked]
        padded = [torch.from_numpy(pad(rows, longest)) for rows in (clips, wanted)]
        with accelerated.learning(self.seed):
            sequences, shares = accelerated.moved(*padded)
            network = self._make_network().to(accelerated.device())
            optimiser = torch.optim.Adam(network.parameters(), lr=self.options.learning_rate)
            for _ in range(self.options.n_steps):
                with accelerated.computing():
                    logits = network(sequences)
                loss = -(shares * logits.float().log_softmax(dim=-1)).sum(dim=-1).mean()
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
        return network.cpu().eval()

    def _inputs(self, samples: Sequence[Sample]) -> npt.NDArray[np.float64]:
        """Describe each performance by its stages, (performances, stages * components)."""
        rows = []
        for sample in samples:
            shares = self.stage_shares(sample)
            weights = shares / np.maximum(shares.sum(axis=0), 1e-6)
            stages = weights.T @ self._normaliser(sample.features.values)
            rows.append(stages.ravel() if self.options.joined else stages.mean(axis=0))
        return np.stack(rows)


def phase_shares(
    sample: Sample, stages: Sequence[str], options: ClipOptions = ClipOptions()
) -> Array:
    """Return the share of each clip's frames lies in each stage, (clips, stages); rows sum to 1.

    Frames outside all phases belong to the first stage, what comes before.
    """
    n_clips, seen = len(sample.features), sample.features
    starts = seen.first_used + options.stride * seen.step * np.arange(n_clips)
    frames = starts[:, None] + seen.step * np.arange(options.n_frames)
    indices = np.zeros(frames.shape, np.int64)
    for phase in sample.performance.phases:
        inside = (frames >= phase.start_frame) & (frames <= phase.end_frame)
        indices[inside] = list(stages).index(phase.name)
    return np.stack(
        [(indices == stage).mean(axis=1) for stage in range(len(stages))], axis=1
    ).astype(np.float32)


def _stage_names(marked: Sequence[Sample]) -> tuple[str, ...]:
    """List the names of phases in order of time, after what comes before the first."""
    longest = max((s.performance.phases for s in marked), key=len, default=())
    named = [phase.name for phase in longest]
    others = sorted({p.name for s in marked for p in s.performance.phases} - set(named))
    return (BACKGROUND, *named, *others) if marked else ()


def _even_shares(n_clips: int, n_stages: int) -> Floats:
    """Divide clips into stages of equal length; a clip on a border belongs to both."""
    borders = np.arange(n_stages + 1) / n_stages
    starts, ends = np.arange(n_clips) / n_clips, (np.arange(n_clips) + 1) / n_clips
    overlaps = np.minimum(ends[:, None], borders[1:]) - np.maximum(starts[:, None], borders[:-1])
    return np.asarray(np.maximum(overlaps, 0) * n_clips, np.float64)
