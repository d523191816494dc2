"""Frequency features and classes of skill (Zia et al., 2015): novice to expert."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.fft import dct

from podium.checks import check_options
from podium.errors import ModelError, UsageError
from podium.features.values import Sample
from podium.inputs.saved import array_of, values_of
from podium.metric.embedding import Normaliser, fit_normaliser
from podium.scorers import Floats, ScorerState
from podium.scorers._explanations import Explanation
from podium.scorers._learned import Learned
from podium.scorers._target import Target, TargetChoice, choose_target

SKILLS = ("novice", "intermediate", "expert")


@dataclass(frozen=True)
class FrequencySkillOptions:
    """How many components of the features over time, frequencies of each, and neighbours asked."""

    target: TargetChoice = "auto"
    n_components: int = 16
    n_frequencies: int = 4
    n_neighbours: int = 7

    def __post_init__(self) -> None:
        check_options(self)
        if min(self.n_components, self.n_frequencies, self.n_neighbours) < 1:
            raise UsageError(
                f"{self}: n_components, n_frequencies and n_neighbours must be 1 or more"
            )


class FrequencySkill:
    """Which class of skill the nearest movements are of, by their slow frequencies (Zia et al.)."""

    name = "frequency_skill"
    _normaliser = Learned[Normaliser]()
    _classes = Learned[npt.NDArray[np.int64]]()
    _means = Learned[Floats]()
    _positions = Learned[npt.NDArray[np.float32]]()
    _spread = Learned[npt.NDArray[np.float32]]()

    def __init__(
        self, options: FrequencySkillOptions = FrequencySkillOptions(), seed: int = 0
    ) -> None:
        self.options, self.seed = options, seed
        self.target = Target(uses_execution=False)

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Keep the training performances and their classes: the lowest, middle and best third."""
        self.target = choose_target(train, self.options.target)
        clips = np.concatenate([s.features.values for s in train])
        self._normaliser = fit_normaliser(clips, self.options.n_components)
        values = self.target.of(train)
        self._classes = thirds(values)
        self._means = np.array(
            [
                values[self._classes == skill].mean() if (self._classes == skill).any()
                else values.mean()
                for skill in range(len(SKILLS))
            ]
        )  # fmt: skip
        self._positions = self._spectra(train)
        self._spread = np.maximum(self._positions.std(axis=0), 1e-6).astype(np.float32)
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points: the mean of their neighbours' classes, (performances,)."""
        means = self._means
        if not queries:
            return np.zeros(0)
        values = [means[self._neighbours(query)].mean() for query in queries]
        return self.target.points(np.array(values), queries)

    def explain(self, query: Sample, references: Sequence[Sample] = ()) -> tuple[Explanation, ...]:
        """Say of which class most neighbours are (Zia et al.); see `ExplainingScorer`."""
        classes = self._neighbours(query)
        counts = np.bincount(classes, minlength=len(SKILLS))
        values = {"n": float(counts.max()), "of": float(len(classes))}
        return (Explanation("skill_class", values, SKILLS[int(counts.argmax())]),)

    def state(self) -> ScorerState:
        """Return all that `restore` needs."""
        arrays: dict[str, npt.NDArray[Any]] = {
            **self._normaliser.arrays(),
            "places": self._positions,
            "spread": self._spread,
            "classes": self._classes,
            "means": self._means,
        }
        config = {
            "options": asdict(self.options),
            "seed": self.seed,
            "target": self.target.to_json(),
        }
        return ScorerState(arrays, config)

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Restore a fitted scorer from a saved state; `ModelError` where it does not fit."""
        plain = values_of(
            state.config, "scorer", options=FrequencySkillOptions, seed=int, target=Any
        )
        arrays, scorer = state.arrays, cls(plain["options"], plain["seed"])
        scorer.target = Target.from_json(plain["target"])
        scorer._normaliser = Normaliser.from_arrays(arrays)
        n_numbers = scorer.options.n_frequencies * scorer._normaliser.dim
        scorer._positions = array_of(arrays, "places", (None, n_numbers))
        scorer._spread = array_of(arrays, "spread", (n_numbers,), above=0)
        n_positions = len(scorer._positions)
        scorer._classes = array_of(arrays, "classes", (n_positions,), np.int64, least=0)
        scorer._means = array_of(arrays, "means", (len(SKILLS),), np.float64)
        if scorer._classes.max() >= len(SKILLS):
            raise ModelError(f"the array classes names more than {len(SKILLS)} classes")
        return scorer

    def _spectra(self, samples: Sequence[Sample]) -> npt.NDArray[np.float32]:
        n = self.options.n_frequencies
        rows = [low_frequencies(self._normaliser(s.features.values), n) for s in samples]
        return np.stack(rows).astype(np.float32)

    def _neighbours(self, query: Sample) -> npt.NDArray[np.int64]:
        """Return the classes of the nearest training performances."""
        apart = (self._positions - self._spectra([query])) / self._spread
        nearest = np.argsort(np.linalg.norm(apart, axis=1), kind="stable")
        return np.asarray(self._classes[nearest[: self.options.n_neighbours]], np.int64)


def low_frequencies(series: npt.NDArray[np.float32], n: int) -> npt.NDArray[np.float32]:
    """Return the first `n` cosine coefficients of each column of (clips, components), in one row.

    Frequencies that so few clips do not have are 0.
    """
    transformed = dct(series, type=2, norm="ortho", axis=0)[:n] / np.sqrt(len(series))
    missing = n - len(transformed)
    return np.pad(transformed, ((0, missing), (0, 0))).ravel().astype(np.float32)


def thirds(values: Floats) -> npt.NDArray[np.int64]:
    """Divide values into the lowest, middle and highest third: 0, 1, 2."""
    low, high = np.quantile(values, [1 / 3, 2 / 3])
    return np.asarray((values > low) * 1 + (values > high) * 1, np.int64)
