"""Score distributions (USDL and MUSDL: Tang et al., 2020): how likely every score is.

Each score of training is taken for a normal distribution about it, cut into grades, and a network
learns these distributions by their Kullback-Leibler divergence. Where judges' marks are given it
learns one distribution a judge (MUSDL): the rule of the sport makes a score of what these say and
of the difficulty, as the panel's would be.

Of the paper's parts the video network is not fitted: rows of the last clips are read as they are.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np

from podium.checks import require
from podium.features.values import Sample
from podium.inputs.saved import Arrays, array_of, values_of
from podium.judging import find_rule, rule_kept_by
from podium.machine import extras
from podium.metric.curves import Curve, Watch, learn_each
from podium.metric.embedding import N_CLIPS
from podium.networks.layers import Array, softmax
from podium.scorers import Floats, ScorerState
from podium.scorers._clip_rows import ClipRows, fit_clip_rows
from podium.scorers._dense_options import DenseOptions
from podium.scorers._judges_network import JudgesNetwork
from podium.scorers._learned import Learned
from podium.scorers._target import Target, choose_target

__all__ = ["ScoreDistribution", "ScoreDistributionOptions"]

N_GRADES = 101
"""Into how many grades scores are cut where no judges' marks are given (101 in the paper)."""

MARGIN = 0.1
"""So far beyond the scores of training grades reach, as a share of their range."""


@dataclass(frozen=True)
class ScoreDistributionOptions(DenseOptions):
    """What `score_distribution` can be told beside what all dense networks can."""

    sd: float = 0.05
    """The standard deviation of a score's distribution, as a share of the range of grades."""

    judges: Literal["where_given", "never"] = "where_given"
    """Whether judges are learned one by one where their marks are given (MUSDL), or never."""

    grade: Literal["likeliest", "expected"] = "expected"
    """Whether the likeliest grade is the answer, as in the paper, or the mean of all by chance."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.sd > 0, "sd", self.sd, "above 0")


@dataclass(frozen=True)
class NamedPanel:
    """A panel of so many judges, by the name of the rule that it scores by."""

    rule: str
    n_judges: int

    @property
    def grades(self) -> Floats:
        """The marks that a judge may give, ascending."""
        rule = find_rule(self.rule)
        n_steps = round((rule.highest_mark - rule.lowest_mark) / rule.mark_step)
        return np.asarray(rule.lowest_mark + rule.mark_step * np.arange(n_steps + 1), np.float64)

    def execution(self, marks: Sequence[float]) -> float:
        """Return what marks make, one a judge, before the difficulty; `UsageError` of others."""
        return find_rule(self.rule).panel(self.n_judges).execution(marks)


class ScoreDistribution:
    """Learns how likely every score is, judge by judge where marks are given (USDL, MUSDL)."""

    name = "score_distribution"
    rows = Learned[ClipRows]()
    networks = Learned[tuple[JudgesNetwork, ...]]()
    grades = Learned[Floats]()
    """What a judge, or the whole panel, may give, (grades,), ascending."""

    def __init__(
        self, options: ScoreDistributionOptions = ScoreDistributionOptions(), seed: int = 0
    ) -> None:
        self.options, self.seed = options, seed
        self.target = Target(uses_execution=False)
        self.panel: NamedPanel | None = None
        self.curves: tuple[Curve, ...] = ()

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Learn the distributions; nothing is stopped on `validation`.

        Raises
        ------
        TrainingError
            If there is too little to learn from.
        """
        with extras.needed_for("training", "train"):
            from podium.scorers._judges_learning import learn_distributions

        options = self.options
        self.target = choose_target(train, options.target)
        self.rows = fit_clip_rows(train, options.n_last_clips, options.n_components)
        self.panel = self._panel_of(train)
        if self.panel:
            marks = np.array([sample.performance.judges for sample in train])
            self.grades = self.panel.grades
        else:
            marks = self.target.of(train)[:, None]
            self.grades = grades_about(marks)
        wanted = distributions(marks, self.grades, options.sd)
        inputs, first = self.rows(train), self.seed * 1000

        def learn(seed: int, watch: Watch) -> JudgesNetwork:
            return self._network(learn_distributions(inputs, wanted, options, seed, watch), "")

        networks, self.curves = learn_each(learn, range(first, first + options.n_networks))
        self.networks = tuple(networks)
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,)."""
        rows, networks = self.rows(queries), self.networks
        values = [self._value(chances_of(networks, row[None])) for row in rows]
        return self.target.points(np.array(values, np.float64), queries)

    def distribution(self, query: Sample) -> Floats:
        """Return how likely each judge gives each of the `grades`, (judges, grades).

        Where no marks were learned from there is one judge, who gives what the scorer predicts: the
        score, or the execution.
        """
        return chances_of(self.networks, self.rows([query]))

    def state(self) -> ScorerState:
        """Return all that `restore` needs."""
        arrays = {**self.rows.arrays(), "grades": self.grades}
        for number, network in enumerate(self.networks):
            arrays |= {f"network.{number}.{key}": v for key, v in network.arrays().items()}
        config = {
            "options": asdict(self.options),
            "seed": self.seed,
            "n_clips": self.rows.n_clips,
            "target": self.target.to_json(),
            "panel": asdict(self.panel) if self.panel else None,
        }
        return ScorerState(arrays, config)

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Restore a fitted scorer from a saved state; `ModelError` where it does not fit."""
        kinds = {"options": ScoreDistributionOptions, "seed": int, "n_clips": N_CLIPS}
        plain = values_of(state.config, "scorer", **kinds, target=Any, panel=NamedPanel | None)
        scorer = cls(plain["options"], plain["seed"])
        scorer.target, scorer.panel = Target.from_json(plain["target"]), plain["panel"]
        scorer.rows = ClipRows.from_arrays(state.arrays, plain["n_clips"])
        n_grades = len(scorer.panel.grades) if scorer.panel else N_GRADES
        scorer.grades = array_of(state.arrays, "grades", (n_grades,), np.float64)
        numbers = range(scorer.options.n_networks)
        scorer.networks = tuple(scorer._network(state.arrays, f"network.{n}.") for n in numbers)
        return scorer

    def _panel_of(self, train: Sequence[Sample]) -> "NamedPanel | None":
        """Return the panel whose marks all of these have, where their sport's rule is known."""
        known = [sample.performance for sample in train]
        sizes = {len(performance.judges) for performance in known}
        if self.options.judges == "never" or not self.target.uses_execution or len(sizes) != 1:
            return None
        (size,), rule = sizes, rule_kept_by(known)
        if rule is None or rule.combined != "times" or size not in rule.sizes():
            return None
        return NamedPanel(rule.name, size)

    def _network(self, arrays: Arrays, prefix: str) -> JudgesNetwork:
        shape = (self.panel.n_judges if self.panel else 1, len(self.grades))
        n_hidden = self.options.n_hidden
        return JudgesNetwork.from_arrays(arrays, prefix, self.rows.width, n_hidden, shape)

    def _value(self, chances: Floats) -> float:
        """Return what is predicted by chances of grades, (judges, grades), in the target's unit."""
        expected = chances @ self.grades
        likeliest = self.grades[chances.argmax(axis=1)]
        marks = (likeliest if self.options.grade == "likeliest" else expected).tolist()
        return self.panel.execution(marks) if self.panel else float(marks[0])


def chances_of(networks: Sequence[JudgesNetwork], row: Array) -> Floats:
    """Return what networks say of one performance on average, (judges, grades)."""
    said = [network(row)[0] for network in networks]
    return np.asarray(np.mean(said, axis=0, dtype=np.float64))


def grades_about(targets: Floats) -> Floats:
    """Return grades that reach from a little below all targets to a little above, (grades,)."""
    low, high = float(targets.min()), float(targets.max())
    margin = MARGIN * (high - low) or 1.0
    return np.linspace(low - margin, high + margin, N_GRADES)


def distributions(marks: Floats, grades: Floats, sd: float) -> Array:
    """Return a normal distribution about each mark, cut into grades and made to add up to 1.

    `marks` is (performances, judges), `sd` a share of the range of grades; the distributions are
    (performances, judges, grades).
    """
    width = sd * (grades[-1] - grades[0])
    logits = -(((grades - marks[..., None]) / width) ** 2) / 2
    return softmax(logits).astype(np.float32)
