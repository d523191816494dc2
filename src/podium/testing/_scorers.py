"""What every scorer must do."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load, save

from podium.features.values import Features, Sample
from podium.performance import Performance
from podium.scorers import PartwiseScorer, Scorer, ScorerState
from podium.testing._broken import hold
from podium.video.clips import VideoFacts

N_TRAIN, N_QUERIES = 18, 6
DIFFICULTIES = (1.6, 2.4, 3.2)


def check_scorer(make: Callable[[], Scorer], samples: Sequence[Sample] | None = None) -> None:
    """Check that a scorer learns and scores as Podium needs it.

    `make` makes it unfitted, with the same seed each time: the class itself will do. It learns from
    18 of 24 made-up performances with clips of 6 numbers, or of `samples`.

    Raises
    ------
    ContractBroken
        If it does not.
    """
    known = list(made_up_performances() if samples is None else samples)
    train, queries = known[:N_TRAIN], known[N_TRAIN:]
    before = [sample.features.values.copy() for sample in known]
    scorer = make()
    hold(scorer.fit(train) is scorer, scorer, "fit must give the scorer itself")
    _check_scores(scorer, queries)
    _check_saving(scorer, queries)
    _check_chance(scorer, make, train)
    _check_parts(scorer, make(), train)
    unchanged = all(map(np.array_equal, before, (sample.features.values for sample in known)))
    hold(unchanged, scorer, "must leave the features as they are")


def _check_scores(scorer: Scorer, queries: list[Sample]) -> None:
    scores = scorer.predict(queries)
    found, wanted = f"{scores.dtype} of {scores.shape}", f"float64 of ({len(queries)},)"
    hold(found == wanted, scorer, f"scores are {found}: they must be {wanted}")
    hold(np.isfinite(scores).all(), scorer, "scores must be finite")
    alone = [scorer.predict([query])[0] for query in queries]
    is_same = np.allclose(scores, alone, rtol=1e-4)
    beside = scorer.predict([_longer(queries[0]), *queries])[1:]
    is_same = is_same and np.allclose(scores, beside, rtol=1e-4)
    hold(is_same, scorer, "a score must not depend on who else is scored")
    nobody = scorer.predict([])
    none = nobody.shape == (0,) and nobody.dtype == np.float64
    hold(none, scorer, "nobody to score must give float64 of (0,)")
    hidden = scorer.predict([_unjudged(query) for query in queries])
    hold(np.array_equal(hidden, scores), scorer, "must not look at the scores of who is scored")
    one = queries[0].performance
    others = (
        replace(one, action=None, difficulty=None),
        replace(one, id="strange", action="one that nobody trained on"),
    )
    strange = scorer.predict([replace(queries[0], performance=other) for other in others])
    hold(np.isfinite(strange).all(), scorer, "must score unknown actions and difficulties, too")


def _check_saving(scorer: Scorer, queries: list[Sample]) -> None:
    state = scorer.state()
    try:
        config = json.loads(json.dumps(dict(state.config), allow_nan=False))
    except (TypeError, ValueError) as error:
        hold(False, scorer, f"the config of its state must be plain JSON ({error})")
    arrays = load(save({key: np.ascontiguousarray(one) for key, one in state.arrays.items()}))
    again = type(scorer).restore(ScorerState(arrays, config))
    is_same = np.array_equal(again.predict(queries), scorer.predict(queries))
    hold(is_same, scorer, "once it is saved and restored, it must give the same scores")
    hold(_are_same(again.state(), state), scorer, "restored, it must have the same state")


def _check_chance(scorer: Scorer, make: Callable[[], Scorer], train: list[Sample]) -> None:
    np.random.seed(1)
    before = np.random.get_state()[1].copy()  # type: ignore[index]
    again = make().fit(train).state()
    is_own = np.array_equal(before, np.random.get_state()[1])  # type: ignore[index]
    hold(is_own, scorer, "must not draw from NumPy's global random state, but by its seed")
    hold(_are_same(again, scorer.state()), scorer, "the same seed must give the same scorer")


def _check_parts(scorer: Scorer, again: Scorer, train: list[Sample]) -> None:
    """Hold a scorer whose networks learned one by one, in any order, to be the same."""
    if not isinstance(again, PartwiseScorer):
        return
    numbers = range(again.n_networks(train))
    learned = {
        n: network for n in reversed(numbers) for network in again.learn_networks([n], train)
    }
    whole = again.fit_with([learned[n] for n in numbers], train)
    is_same = _are_same(whole.state(), scorer.state())
    hold(is_same, scorer, "of networks that learned one by one it must be the same scorer")


def _are_same(one: ScorerState, other: ScorerState) -> bool:
    """Return whether two states hold the same, to the byte."""
    return (
        json.dumps(dict(one.config)) == json.dumps(dict(other.config))
        and sorted(one.arrays) == sorted(other.arrays)
        and all(_are_same_arrays(one.arrays[key], other.arrays[key]) for key in one.arrays)
    )


def _are_same_arrays(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> bool:
    return one.dtype == other.dtype and np.array_equal(one, other)


def _unjudged(sample: Sample) -> Sample:
    return replace(sample, performance=replace(sample.performance, score=None, judges=()))


def _longer(sample: Sample) -> Sample:
    """Return a performance that takes three times as long as any that was learned from."""
    features = sample.features
    values = np.concatenate([features.values] * 3)
    starts = np.arange(len(values), dtype=float)
    return replace(
        sample,
        features=replace(features, values=values, start_seconds=starts, end_seconds=starts + 1),
    )


def made_up_performances() -> tuple[Sample, ...]:
    """Return performances of two actions whose clips show the mark, in the first of 6 numbers."""
    generator = np.random.default_rng(5)
    return tuple(_made_up(number, generator) for number in range(N_TRAIN + N_QUERIES))


def _made_up(number: int, generator: np.random.Generator) -> Sample:
    mark, difficulty = 3 + 7 * generator.random(), DIFFICULTIES[number % 3]
    values = generator.normal(size=(3 + number % 2, 6)).astype(np.float32)
    values[:, 0] = mark + 0.1 * generator.normal(size=len(values))
    starts = np.arange(len(values), dtype=float)
    facts = VideoFacts(16 * len(values), 16 * len(values), 0, float(len(values)))
    performance = Performance(
        f"s{number}",
        Path(f"s{number}.mp4"),
        score=round(3 * mark * difficulty, 2),
        action="ab"[number % 2],
        difficulty=difficulty,
    )
    return Sample(performance, Features(values, starts, starts + 1, "made-up", facts))
