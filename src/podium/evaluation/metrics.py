"""How close predicted scores come to the judges', and found faults to the real ones.

Conventions: arrays of one value a performance, in the same order; scores in points. `spearman` and
`execution_spearman` are higher-is-better in [-1, 1], `auc` and `accuracy` in [0, 1]; `mse` (points
squared), `mad` and `rmse` (points), `mape` (percent), `r_l2` (times 100) and `log_loss` (nats) are
lower-is-better. `bias` is best at 0. A measure of too few or of constant values is `nan`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from podium.errors import UsageError
from podium.evaluation.draws import drawn_rows
from podium.judging._combined import Removed

Values = npt.NDArray[np.float64] | Sequence[float]


@dataclass(frozen=True)
class Interval:
    """A range that holds the true value with the given confidence, 0-1."""

    low: float
    high: float
    confidence: float = 0.95

    def __str__(self) -> str:
        return f"{self.low:.2f} to {self.high:.2f}"


@dataclass(frozen=True)
class Detection:
    """How well faulty clips were found: of those flagged, and of those that were faulty."""

    precision: float
    recall: float
    n_flagged: int
    n_faulty: int


def validate(predicted: Values, true: Values) -> tuple[npt.NDArray[np.float64], ...]:
    """Check that two rows of numbers can be compared, and make arrays of them.

    Raises
    ------
    UsageError
        If their lengths differ or a number is not finite.
    """
    first, second = np.asarray(predicted, float), np.asarray(true, float)
    if first.shape != second.shape or first.ndim != 1:
        raise UsageError(
            f"{first.shape} predictions cannot be compared with {second.shape} scores: "
            "there must be one of each for every performance"
        )
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise UsageError("a prediction or score is not a finite number: leave that row out")
    return first, second


def spearman(predicted: Values, true: Values) -> float:
    """Return how far two rankings agree: 1 the same order, 0 none, -1 reversed (paper, V-B)."""
    first, second = validate(predicted, true)
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(stats.spearmanr(first, second).statistic)


def pair_accuracy(predicted: Values, true: Values) -> float:
    """Return the share of pairs with different scores is put in the right order, 0 to 1.

    A pair that is predicted the same counts half.
    """
    first, second = validate(predicted, true)
    n_pairs, right = 0, 0.0
    for said, was in zip(first, second, strict=True):
        worse = second < was
        n_pairs += int(worse.sum())
        right += float(((np.sign(said - first[worse]) + 1) / 2).sum())
    return right / n_pairs if n_pairs else float("nan")


def mse(predicted: Values, true: Values) -> float:
    """Average the squared distance from the judges' score, in points squared (paper, V-B)."""
    first, second = validate(predicted, true)
    return float(np.mean((first - second) ** 2)) if len(first) else float("nan")


def rmse(predicted: Values, true: Values) -> float:
    """Return the root of the mean squared distance from the judges' score, in points."""
    return float(np.sqrt(mse(predicted, true)))


def mad(predicted: Values, true: Values) -> float:
    """Average the distance from the judges' score, in points (mean absolute deviation)."""
    first, second = validate(predicted, true)
    return float(np.mean(np.abs(first - second))) if len(first) else float("nan")


def bias(predicted: Values, true: Values) -> float:
    """Average by how much the scores are above the judges', in points; below, it is negative."""
    first, second = validate(predicted, true)
    return float(np.mean(first - second)) if len(first) else float("nan")


def mape(predicted: Values, true: Values) -> float:
    """Average the distance as a share of the judges' score, in percent; `nan` if one of them is 0.

    Scores below 0 count by their size.
    """
    first, second = validate(predicted, true)
    if not len(first) or (second == 0).any():
        return float("nan")
    return float(np.mean(np.abs((first - second) / second)) * 100)


def auc(predicted: Values, is_positive: npt.ArrayLike) -> float:
    """Return how often one of the class gets more than one that is not of it, 0 to 1.

    The area under the ROC curve; 0.5 is chance. A pair that is predicted the same counts half.
    """
    truth = np.asarray(is_positive, bool)
    said, _ = validate(predicted, truth.astype(float))
    n_positive, n_others = int(truth.sum()), int((~truth).sum())
    if not n_positive or not n_others:
        return float("nan")
    ranks = stats.rankdata(said)[truth].sum() - n_positive * (n_positive + 1) / 2
    return float(ranks / (n_positive * n_others))


def accuracy(predicted: Values, true: Values, labels: tuple[float, float]) -> float:
    """Return the share that is nearer to its own label than to the other one, 0 to 1.

    A prediction right in the middle counts half.
    """
    first, second = validate(predicted, true)
    middle = sum(labels) / 2
    sides = np.sign(first - middle) * np.sign(second - middle)
    return float(np.mean((sides + 1) / 2)) if len(first) else float("nan")


def log_loss(probabilities: Values, is_positive: npt.ArrayLike) -> float:
    """Average how surprising the truth is to one who believes the probabilities, in nats.

    Probabilities, 0 to 1, are of the class. They are kept a little away from 0 and 1, by the
    precision of numbers, so that no single one makes it endless. Coin tosses have 0.693.

    Raises
    ------
    UsageError
        If one is not from 0 to 1.
    """
    truth = np.asarray(is_positive, bool)
    said, _ = validate(probabilities, truth.astype(float))
    if ((said < 0) | (said > 1)).any():
        raise UsageError("a probability is not from 0 to 1: measure these as scores")
    if not len(said):
        return float("nan")
    tiny = np.finfo(np.float64).eps
    believed = np.clip(np.where(truth, said, 1 - said), tiny, 1 - tiny)
    return float(-np.mean(np.log(believed)))


def r_l2(predicted: Values, true: Values, score_range: tuple[float, float]) -> float:
    """Average the squared distance as a share of the range of scores, times 100 (CoRe, 2021)."""
    low, high = score_range
    if not high > low:
        raise UsageError(f"a score range of {low} to {high} is empty: high must be above low")
    return mse(predicted, true) / (high - low) ** 2 * 100


def execution_spearman(
    predicted: Values, true: Values, difficulties: Values, combined: Removed = "times"
) -> float:
    """Rank correlation with the difficulty taken out of both, so that it cannot help.

    It is divided out, or taken away where the sport's rule adds it.
    """
    first, second = validate(predicted, true)
    divisor = np.asarray(difficulties, float)
    if divisor.shape != first.shape or not (divisor > 0).all():
        raise UsageError(
            "execution needs a difficulty above 0 for every performance: leave out rows without one"
        )
    if combined == "plus":
        return spearman(first - divisor, second - divisor)
    return spearman(first / divisor, second / divisor)


def bootstrap(
    measure: Callable[..., float],
    *columns: Values,
    groups: Sequence[str] = (),
    confidence: float = 0.95,
    n_resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Find the range in which a measure would fall on other performances like these.

    Performances (rows over `columns`) are drawn with replacement; the range holds the middle
    `confidence` of the measure's values (percentile bootstrap). `groups` names the group of each
    performance, "" for one on its own: how they are drawn is then said by `draws.how_drawn`.
    """
    arrays = [np.asarray(column, float) for column in columns]
    if not len(arrays[0]):
        return Interval(float("nan"), float("nan"), confidence)
    rows = drawn_rows(groups or [""] * len(arrays[0]), n_resamples, seed)
    values = np.array([measure(*(array[row] for array in arrays)) for row in rows])
    if np.isnan(values).all():
        return Interval(float("nan"), float("nan"), confidence)
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(values, [tail, 1 - tail])
    return Interval(float(low), float(high), confidence)


def detection(flagged: npt.ArrayLike, faulty: npt.ArrayLike) -> Detection:
    """Compare the clips that were flagged with those that were faulty (paper, table VIII)."""
    said, was = np.asarray(flagged, bool), np.asarray(faulty, bool)
    if said.shape != was.shape:
        raise UsageError(
            f"{said.shape} flags cannot be compared with {was.shape} faults: "
            "there must be one of each for every clip"
        )
    hits = int((said & was).sum())
    return Detection(
        precision=hits / int(said.sum()) if said.any() else float("nan"),
        recall=hits / int(was.sum()) if was.any() else float("nan"),
        n_flagged=int(said.sum()),
        n_faulty=int(was.sum()),
    )


def plain_number(value: float) -> float | None:
    """Return a measure as JSON has it, to six digits; `None` where it is not known."""
    return round(value, 6) if np.isfinite(value) else None
