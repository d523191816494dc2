"""How far joints bend and how fast, over a whole performance: percentiles, and trees or a line.

The yardstick for exercises that are seen as skeletons, or as angles of joints: the body is turned
to the camera, angles are smoothed over a few frames, and what is read of each is how it is spread
and how fast it changes. What is usual differs from exercise to exercise, so each number is read
twice: as it is, and as it stands among those of the same action.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from podium.checks import check_options, require
from podium.errors import ModelError
from podium.features.given import MAX_FRAMES
from podium.features.values import Sample
from podium.folds.division import choice_groups, drawn_parts
from podium.inputs.saved import array_of, values_of
from podium.keypoints import BLAZEPOSE, Layout, frames_of, shape_of
from podium.performance import HIGHEST_RATE, LEAST_RATE
from podium.scorers import Floats, ScorerState
from podium.scorers._arguments import PERCENTILES, USUAL, Argument, usual_of_correct
from podium.scorers._body_angles import series_of
from podium.scorers._learned import Learned
from podium.scorers._penalty import fit_penalised
from podium.scorers._picture_angles import ALL, InPicture, series_in_picture
from podium.scorers._support_vectors import Line
from podium.scorers._target import Target, TargetChoice, choose_target
from podium.scorers._trees import Trees, grow, require_length

SPREAD = (0, 10, 25, 50, 75, 90, 100)
"""Which percentiles of each number are read."""

SPEEDS = (50, 75, 90, 100)
"""Which percentiles of how much it changes from frame to frame."""

PENALTIES = 10.0 ** np.arange(0, 6.1, 0.5)
N_TRIED = 40
"""So few trees are grown to choose between them and a line."""

LEAST_SPREAD = 1e-6
"""Numbers of an action that differ less are the same."""

SAME_RATE = 0.05
"""Rates that differ by a smaller share are the same."""

Regression = Trees | Line


@dataclass(frozen=True)
class AngleStatisticsOptions:
    """What is predicted, by what, and how smooth angles are made."""

    target: TargetChoice = "auto"
    """What is learned: the score, or the execution where difficulties are known."""

    regression: Literal["auto", "trees", "ridge"] = "auto"
    """What gives the score; `auto` chooses on left-out groups, or on validation performances."""

    n_trees: int = 150
    """How many trees are grown."""

    share: float = 0.05
    """Among which share of the numbers each node of a tree chooses, 0 to 1."""

    leaf: int = 1
    """How many performances an end of a tree holds at least."""

    n_smoothed: int = 5
    """Over how many frames, an odd number, angles are averaged."""

    angles: tuple[InPicture, ...] = ()
    """Which angles are read of a body that a camera saw (BlazePose); all where none is named."""

    def __post_init__(self) -> None:
        check_options(self, n_trees=1, leaf=1, n_smoothed=1)
        require(0 < self.share <= 1, "share", self.share, "above 0, and 1 at most")
        require(self.n_smoothed % 2 == 1, "n_smoothed", self.n_smoothed, "an odd number")


class AngleStatistics:
    """How far and how fast joints bend, in percentiles; trees or a line on them; no comparison."""

    name = "angle_statistics"
    reads = "keypoints"
    _regression = Learned[Regression]()
    _usual = Learned[Mapping[str, Floats]]()

    def __init__(
        self, options: AngleStatisticsOptions = AngleStatisticsOptions(), seed: int = 0
    ) -> None:
        self.options, self.seed = options, seed
        self.frames_per_second = 0.0
        """What frames are read at, where all rates were known of what was learned; else 0."""
        self.target = Target(uses_execution=False)
        self._correct: Mapping[str, Floats] = {}

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Learn what is usual of each action, and grow trees or fit a line.

        Which of them is chosen on whole groups left out, or on `validation` where there is some.

        Raises
        ------
        FeatureError
            If the features are no joints, and no angles.
        """
        self.target = choose_target(train, self.options.target)
        self.frames_per_second = _usual_rate(train)
        rows, targets = self._statistics(train), self.target.of(train)
        actions = [s.performance.action or "" for s in train]
        self._usual = _usual_of(rows, actions)
        if all(_is_in_picture(_layout_of(sample)) for sample in train):  # whose angles have names
            self._correct = usual_of_correct(rows, targets, actions)
        chosen: str = self.options.regression
        if chosen == "auto":
            chosen = self._choose(self._inputs(train, rows), targets, train, validation)
        self._regression = self._fitted(
            chosen, self._inputs(train, rows), targets, [s.group for s in train]
        )
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,)."""
        regression = self._regression
        if not queries:
            return np.zeros(0)
        rows = self._statistics(queries)
        require_length(rows, len(self._usual[""][0]))
        return self.target.points(regression(self._inputs(queries, rows)), queries)

    @property
    def argues(self) -> bool:
        """Whether it knows what is usual in correct performances."""
        return bool(self._correct)

    def arguments(self, query: Sample) -> tuple[Argument, ...]:
        """Say how each angle that has a name stands among those of correct performances.

        There are none where no classes were learned, or angles have no names.

        Raises
        ------
        FeatureError
            If the features are no joints, and no angles.
        """
        correct = self._correct.get(query.performance.action or "", self._correct.get(""))
        if correct is None or not _is_in_picture(_layout_of(query)):
            return ()
        series = smoothed(query, self.options, self.frames_per_second)
        row = described(series)
        return tuple(
            argument
            for number, name in enumerate(self.options.angles or ALL)
            for argument in self._argue(query, series, row, correct, name, number)
        )

    def _argue(
        self, query: Sample, series: Floats, row: Floats, correct: Floats, name: str, number: int
    ) -> Iterator[Argument]:
        """Say how one angle stands at its least, half of the time, and at its most."""
        of_angle = slice(number, len(row) - 1, series.shape[1])
        exchanged = row.copy()
        exchanged[of_angle] = correct[USUAL.index(50), of_angle]
        answer = self._regression(self._inputs([query], exchanged[None]))
        score = float(self.target.points(answer, [query])[0])
        for at, percentile in PERCENTILES.items():
            value = float(row[of_angle][SPREAD.index(percentile)])
            low, usual, high = correct[:, of_angle][:, SPREAD.index(percentile)].tolist()
            frame = int(abs(series[:, number] - value).argmin())
            seconds = None if at == "half" else _seconds_of(query, frame, len(series))
            yield Argument(name, at, value, low, usual, high, seconds, score)

    def state(self) -> ScorerState:
        """Return all that `restore` needs."""
        regression = self._regression
        actions = sorted(self._usual)
        usual = np.stack([self._usual[action] for action in actions]).astype(np.float32)
        config = {
            "options": asdict(self.options),
            "seed": self.seed,
            "target": self.target.to_json(),
            "frames_per_second": self.frames_per_second,
            "actions": actions,
            **({"correct": sorted(self._correct)} if self._correct else {}),
            "regression": "ridge" if isinstance(regression, Line) else "trees",
            "bias": regression.bias if isinstance(regression, Line) else 0.0,
        }
        return ScorerState(
            {"usual": usual, **self._kept_of_correct(), **regression.arrays()}, config
        )

    def _kept_of_correct(self) -> dict[str, npt.NDArray[Any]]:
        found = [self._correct[action] for action in sorted(self._correct)]
        return {"correct": np.stack(found).astype(np.float32)} if found else {}

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Restore a fitted scorer from a saved state; `ModelError` where it does not fit."""
        config = {"frames_per_second": 0.0, "correct": [], **state.config}
        plain = values_of(
            config, "scorer", options=AngleStatisticsOptions, seed=int, target=Any,
            frames_per_second=float, actions=tuple[str, ...],
            regression=Literal["trees", "ridge"], bias=float, correct=tuple[str, ...],
        )  # fmt: skip
        scorer = cls(plain["options"], plain["seed"])
        scorer.frames_per_second = _restored_rate(plain["frames_per_second"])
        scorer.target = Target.from_json(plain["target"])
        actions = ("", *(action for action in plain["actions"] if action))
        usual = array_of(state.arrays, "usual", (len(actions), 2, None))
        scorer._usual = dict(zip(actions, usual.astype(np.float64), strict=True))
        if names := plain["correct"]:
            kept = array_of(state.arrays, "correct", (len(names), len(USUAL), usual.shape[2]))
            scorer._correct = dict(zip(names, kept.astype(np.float64), strict=True))
        n_inputs = 2 * usual.shape[2]
        scorer._regression = (
            Trees.from_arrays(state.arrays, n_inputs)
            if plain["regression"] == "trees"
            else Line.from_arrays(state.arrays, plain["bias"], n_inputs)
        )
        return scorer

    def _statistics(self, samples: Sequence[Sample]) -> Floats:
        hertz = self.frames_per_second
        return np.stack([statistics(sample, self.options, hertz) for sample in samples])

    def _inputs(self, samples: Sequence[Sample], rows: Floats) -> npt.NDArray[np.float32]:
        """Return the numbers of each performance, and where they stand among those of its action.

        (performances, 2 * numbers); those of an action that was not learned stand among all.
        """
        usual = np.stack(
            [self._usual.get(s.performance.action or "", self._usual[""]) for s in samples]
        )
        return np.hstack([rows, (rows - usual[:, 0]) / usual[:, 1]]).astype(np.float32)

    def _choose(
        self,
        inputs: npt.NDArray[np.float32],
        targets: Floats,
        train: Sequence[Sample],
        validation: Sequence[Sample],
    ) -> str:
        """Return what errs less on performances that it was not fitted to."""
        groups = [sample.group for sample in train]
        everyone = np.arange(len(train))
        if validation:
            asked = self._inputs(validation, self._statistics(validation))
            wanted = self.target.of(validation)
            inputs, targets = np.concatenate([inputs, asked]), np.concatenate([targets, wanted])
            folds = [np.arange(len(train), len(inputs))]
        else:
            folds = drawn_parts(choice_groups(groups), self.seed)
        if len(folds) < 2 and not validation:
            return "trees"
        errors = dict.fromkeys(("trees", "ridge"), 0.0)
        for fold in folds:
            others = np.setdiff1d(everyone, fold)
            for kind in errors:
                fitted = self._fitted(
                    kind, inputs[others], targets[others], [groups[i] for i in others], N_TRIED
                )
                errors[kind] += float(((fitted(inputs[fold]) - targets[fold]) ** 2).sum())
        return min(errors, key=lambda kind: errors[kind])

    def _fitted(
        self,
        kind: str,
        inputs: npt.NDArray[np.float32],
        targets: Floats,
        groups: Sequence[str],
        most_trees: int | None = None,
    ) -> Regression:
        """Fit one kind; to choose by, with few trees, and a penalty by single ones left out."""
        options = self.options
        if kind == "trees":
            n_trees = min(options.n_trees, most_trees or options.n_trees)
            return grow(inputs, targets, n_trees, options.share, options.leaf, self.seed)
        return _line(inputs, targets, [""] * len(groups) if most_trees else groups)


def statistics(
    sample: Sample, options: AngleStatisticsOptions, frames_per_second: float = 0.0
) -> Floats:
    """Describe a performance by how its angles are spread and how fast they change, (numbers,).

    It is read as if it had so many `frames_per_second`, where its rate is known; 0 is as it is.

    Raises
    ------
    FeatureError
        If its features are no joints, and no angles.
    """
    return described(smoothed(sample, options, frames_per_second))


def smoothed(
    sample: Sample, options: AngleStatisticsOptions, frames_per_second: float = 0.0
) -> Floats:
    """Return the angles of a performance over time, smoothed, (frames, numbers).

    Raises
    ------
    FeatureError
        If its features are no joints, and no angles.
    """
    features, layout = sample.features, _layout_of(sample)
    frames = frames_of(features.values, layout, features.n_used)
    series = _at_rate(_series_of(frames, layout, options), _rate_of(sample), frames_per_second)
    return _smooth(series, options.n_smoothed)


def described(series: Floats) -> Floats:
    """Say how angles over time, (frames, angles), are spread and how fast they change, (numbers,).

    Each number is that of the first angle, of the second, and so on; the last is of all.
    """
    change = np.diff(series, axis=0) if len(series) > 1 else np.zeros_like(series)
    spread = np.percentile(series, SPREAD, axis=0)
    found = (
        *spread,
        spread[SPREAD.index(90)] - spread[SPREAD.index(10)],
        series.std(axis=0),
        *np.percentile(np.abs(change), SPEEDS, axis=0),
        change.std(axis=0),
    )
    return np.append(np.concatenate(found), np.log(len(series)))


def _layout_of(sample: Sample) -> Layout:
    made_by = sample.features.backbone
    return Layout.of(made_by) or Layout("positions", *shape_of(made_by))


def _is_in_picture(layout: Layout) -> bool:
    """Return whether a camera saw the body, whose angles then have names."""
    return layout.kind == "positions" and layout.n_joints == len(BLAZEPOSE)


def _seconds_of(sample: Sample, frame: int, n_frames: int) -> float:
    """Return when one of so many frames is shown, in seconds of the video; NaN if not known."""
    start, end = sample.features.start_seconds[0], sample.features.end_seconds[-1]
    return float(start + (end - start) * frame / n_frames)


def _usual_rate(samples: Sequence[Sample]) -> float:
    """Return the middle of the rates of performances, 0 where one is not known."""
    rates = [_rate_of(sample) for sample in samples]
    return float(np.median(rates)) if rates and all(rates) else 0.0


def _rate_of(sample: Sample) -> float:
    """Return how many frames a second a performance has, 0 where that is not known."""
    features = sample.features
    seconds = float(features.end_seconds[-1] - features.start_seconds[0])
    rate = features.n_used / seconds if seconds > 0 else 0.0
    return rate if LEAST_RATE <= rate <= HIGHEST_RATE else 0.0


def _restored_rate(rate: float) -> float:
    if rate and not LEAST_RATE <= rate <= HIGHEST_RATE:
        raise ModelError(
            f"the scorer's frames_per_second is {rate:g}: it must be 0, or from {LEAST_RATE:g} to "
            f"{HIGHEST_RATE:g}"
        )
    return rate


def _at_rate(series: Floats, rate: float, wanted: float) -> Floats:
    """Return a series, (frames, numbers), as if it had been recorded at another rate."""
    if not (rate and wanted) or abs(rate / wanted - 1) < SAME_RATE:
        return series
    n_frames = min(max(round(len(series) * wanted / rate), 1), MAX_FRAMES)
    at = np.linspace(0, len(series) - 1, n_frames)
    return np.stack([np.interp(at, np.arange(len(series)), one) for one in series.T], axis=1)


def _series_of(
    frames: npt.NDArray[np.float32], layout: Layout, options: AngleStatisticsOptions
) -> Floats:
    if _is_in_picture(layout):
        return series_in_picture(frames, options.angles)
    return series_of(frames, layout)


def _smooth(series: Floats, n: int) -> Floats:
    """Average each frame with those about it, `n` in all; the first and the last stand for more."""
    padded = np.pad(series, ((n // 2 + 1, n // 2), (0, 0)), mode="edge")
    sums = padded.cumsum(axis=0)
    return np.asarray((sums[n:] - sums[:-n]) / n, np.float64)


def _usual_of(rows: Floats, actions: Sequence[str]) -> dict[str, Floats]:
    """Return the mean and the spread of each number, (2, numbers), of all and of each action."""
    named = np.array(actions)
    found = {"": rows} | {name: rows[named == name] for name in sorted({*actions} - {""})}
    return {name: _level_and_spread(one) for name, one in found.items()}


def _level_and_spread(rows: Floats) -> Floats:
    spread = rows.std(axis=0)
    known = np.stack([rows.mean(axis=0), np.where(spread > LEAST_SPREAD, spread, 1)])
    return known.astype(np.float32).astype(np.float64)  # as it is saved


def _line(inputs: npt.NDArray[np.float32], targets: Floats, groups: Sequence[str]) -> Line:
    """Fit a ridge regression to numbers of one spread, its penalty chosen on groups left out."""
    rows = inputs.astype(np.float64)
    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    spread = np.where(spread > LEAST_SPREAD, spread, np.inf)
    fitted = fit_penalised((rows - mean) / spread, targets, groups, PENALTIES)
    weights = (fitted.coef_ / spread).astype(np.float32)
    return Line(weights, float(fitted.intercept_) - float(weights.astype(np.float64) @ mean))
