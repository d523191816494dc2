"""What every scorer must do; a new file in podium/scorers is met without a change here.

One whose defaults are slow to fit gets a quick recipe. A scorer with `reads = "keypoints"` is given
performances whose features are keypoints.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from podium import _catalog
from podium.errors import FeatureError, NotFitted, PodiumError
from podium.evaluation import metrics
from podium.evaluation.measures import FLOORS
from podium.features.values import Sample
from podium.folds.division import parts
from podium.keypoints import Keypoints
from podium.performance import Performance
from podium.scorers import ExplainingScorer
from podium.scorers._explanations import ExplanationKind
from podium.scorers.ensemble import Ensemble, EnsembleOptions
from podium.scorers.gap_regression import GapRegression, GapRegressionOptions
from podium.scorers.score_distribution import ScoreDistribution, ScoreDistributionOptions
from podium.scorers.siamese_lstm import SiameseLSTM
from podium.scorers.step_attention import StepAttention, StepAttentionOptions
from podium.testing import check_scorer
from samples import QUICK, hide_labels
from training_extra import importable

NAMES = importable("podium.scorers")
QUICK_RECIPES: dict[str, Callable[[int], Any]] = {
    "ensemble": lambda seed: Ensemble(EnsembleOptions(("ridge", "c3d_svr")), seed=seed),
    "gap_regression": lambda seed: GapRegression(
        GapRegressionOptions(n_networks=2, n_epochs=40), seed=seed
    ),
    "score_distribution": lambda seed: ScoreDistribution(
        ScoreDistributionOptions(n_networks=2, n_epochs=40), seed=seed
    ),
    "step_attention": lambda seed: StepAttention(
        StepAttentionOptions(n_networks=2, n_epochs=40), seed=seed
    ),
    "siamese_lstm": lambda seed: SiameseLSTM(replace(QUICK, n_networks=2), seed=seed),
}


def make(name: str, seed: int = 0) -> Any:
    if name in QUICK_RECIPES:
        return QUICK_RECIPES[name](seed)
    return _catalog.find("podium.scorers", name)(seed=seed)


class LookedAt(Exception):
    """Somebody looked at a video that was hidden."""


class NoVideo(Sample):
    """A labelled performance whose video nobody may look at."""

    @property
    def features(self) -> Any:
        raise LookedAt

    @features.setter
    def features(self, _: object) -> None:
        pass


def no_video(number: int) -> Sample:
    known = {"action": "ab"[number % 2], "difficulty": 1.6 + number % 3, "judges": (5.0, 6.0, 7.0)}
    return NoVideo(Performance(f"n{number}", Path("none"), 40.0 + number, **known), None)


@cache
def is_blind(name: str) -> bool:
    """Whether a scorer looks at nothing but what is known of a performance beside its video."""
    samples = [no_video(number) for number in range(24)]
    try:
        make(name).fit(samples).predict(samples)
    except LookedAt:
        return False
    return True


def clips_of(mark: float, number: int, generator: np.random.Generator) -> np.ndarray:
    """3 or 4 clips of 6 numbers, the first of which is the mark."""
    values = generator.normal(size=(3 + number % 2, 6)).astype(np.float32)
    values[:, 0] = mark + 0.1 * generator.normal(size=len(values))
    return values


def keypoints_of(mark: float, number: int, generator: np.random.Generator) -> np.ndarray:
    """3 or 4 clips of a body of 5 joints, one of which swings the wider the better the mark."""
    n_frames = 40 + 16 * (number % 2)
    positions = np.tile(np.arange(10, dtype=np.float32).reshape(5, 2), (n_frames, 1, 1))
    positions[:, 2, 0] += mark / 5 * np.sin(np.arange(n_frames) / 4)
    positions += 0.05 * generator.normal(size=positions.shape)
    return Keypoints(positions).normalise().clips()


def is_of_keypoints(name: str) -> bool:
    return getattr(_catalog.find("podium.scorers", name), "reads", "clips") == "keypoints"


@pytest.fixture(scope="module")
def samples(make_sample, name) -> list[Sample]:
    """Two dozen performances of two actions whose clips show the mark."""
    generator = np.random.default_rng(5)
    values_of = keypoints_of if is_of_keypoints(name) else clips_of
    made = []
    for number in range(24):
        mark, difficulty = 3 + 7 * generator.random(), (1.6, 2.4, 3.2)[number % 3]
        sample = make_sample(
            f"s{number}",
            values_of(mark, number, generator),
            score=round(3 * mark * difficulty, 2),
            action="ab"[number % 2],
            difficulty=difficulty,
        )
        backbone = "made-up-keypoints-5x2" if is_of_keypoints(name) else "made-up"
        made.append(replace(sample, features=replace(sample.features, backbone=backbone)))
    return made


@pytest.fixture(scope="module", params=NAMES)
def name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def fitted(name, samples) -> Any:
    return make(name).fit(samples[:18])


@pytest.fixture
def queries(samples) -> list[Sample]:
    return samples[18:]


def test_it_is_called_as_its_file(name, fitted):
    assert fitted.name == name


def test_it_learns_and_scores_as_every_scorer_must(name, samples):
    check_scorer(lambda: make(name), samples)


def test_what_it_points_at_is_said_of_the_very_performance(fitted, queries):
    if not isinstance(fitted, ExplainingScorer):
        return  # its method has no feedback of its own
    for query in queries:
        found = fitted.explain(query)
        assert found == fitted.explain(hide_labels(query))
        for one in found:
            assert one.kind in get_args(ExplanationKind)
            assert (one.start_seconds is None) == (one.end_seconds is None)


ASKED_BEFORE_FIT: dict[str, Callable[[Any, list[Sample]], Any]] = {
    "predict": lambda scorer, queries: scorer.predict(queries),
    "predict nothing": lambda scorer, queries: scorer.predict([]),
    "state": lambda scorer, queries: scorer.state(),
    "compare": lambda scorer, queries: scorer.compare(queries, queries),
    "compare nothing": lambda scorer, queries: scorer.compare([], []),
    "similarity": lambda scorer, queries: scorer.similarity(queries[0], queries),
    "clip_similarity": lambda scorer, queries: scorer.clip_similarity(queries[0], queries[1]),
}


@pytest.mark.parametrize("asked", ASKED_BEFORE_FIT)
def test_nothing_is_known_before_fit(name, asked, queries):
    scorer = make(name)
    if not hasattr(scorer, asked.partition(" ")[0]):
        return  # it compares with no references
    message = (
        f"the scorer {name} is not fitted: call fit with scored performances first, or load a model"
    )
    with pytest.raises(NotFitted, match=rf"^{message}$"):
        ASKED_BEFORE_FIT[asked](scorer, queries)


def test_it_ranks_by_what_it_sees(name, fitted, samples):
    """Beside difficulty, the mark shows in the clips: only those who look can know it."""
    predicted = fitted.predict(samples[:18])
    known = [s.performance for s in samples[:18]]
    execution = metrics.spearman(
        predicted / [p.difficulty for p in known], [p.execution for p in known]
    )
    if is_blind(name):
        assert not execution > 0.4
    else:
        assert execution > 0.4


LEVELS = (40.0, 90.0, 55.0, 80.0, 60.0, 75.0)
"""The scores of groups, which nothing but their names tells."""


def name_tag(group: int, number: int, *, of_keypoints: bool) -> np.ndarray:
    """What shows of a performance nothing but which group it is of."""
    generator = np.random.default_rng(number)
    if not of_keypoints:
        values = 0.1 * generator.normal(size=(3, len(LEVELS)))
        values[:, group] += 3
        return values.astype(np.float32)
    positions = np.tile(np.arange(10, dtype=np.float32).reshape(5, 2), (48, 1, 1))
    swings = np.sin(np.arange(48) / 4)
    positions[:, group % 5, group // 5] += swings
    positions += 0.05 * generator.normal(size=positions.shape)
    return Keypoints(positions).normalise().clips()


@pytest.fixture(scope="module")
def tagged(make_sample, name) -> list[Sample]:
    """Five performances of each of six groups that carry their group's name in their features."""
    of_keypoints = is_of_keypoints(name)
    made = []
    for number in range(5 * len(LEVELS)):
        group = number % len(LEVELS)
        sample = make_sample(
            f"s{number}",
            name_tag(group, number, of_keypoints=of_keypoints),
            score=LEVELS[group] + number % 5,
            action="a",
            difficulty=2.0 + 0.1 * (number % 3),
        )
        backbone = "made-up-keypoints-5x2" if of_keypoints else "made-up"
        features = replace(sample.features, backbone=backbone)
        made.append(replace(sample, features=features, group=f"g{group}"))
    return made


def left_out_error(name: str, samples: list[Sample], divided: list[np.ndarray]) -> float:
    """The mean squared error of performances by a scorer that saw none of their part."""
    squares = []
    for part in divided:
        train = [sample for i, sample in enumerate(samples) if i not in part]
        left_out = [samples[i] for i in part]
        predicted = make(name).fit(train).predict([hide_labels(one) for one in left_out])
        squares += list((predicted - [one.performance.score for one in left_out]) ** 2)
    return float(np.mean(squares))


def spread_of(samples: list[Sample]) -> float:
    """The mean squared distance of scores from their mean."""
    return float(np.var([sample.performance.score for sample in samples]))


def test_the_name_of_its_group_gains_nothing(name, tagged):
    """It comes no closer than whoever knows the mean of all; where groups are parted, it does."""
    groups = parts([sample.group for sample in tagged], 0, 2)
    assert left_out_error(name, tagged, groups) > 0.7 * spread_of(tagged)


@pytest.mark.parametrize("name", ["ridge"], scope="module")
def test_the_name_of_its_group_gains_much_where_groups_are_parted(name, tagged):
    alone = [replace(sample, group="") for sample in tagged]
    divided = parts([""] * len(tagged), 0, 2)
    assert left_out_error(name, alone, divided) < 0.1 * spread_of(tagged)


@pytest.mark.parametrize("name", [name for name in NAMES if is_blind(name)], scope="module")
def test_one_that_looks_at_no_video_has_learned_nothing_of_any(fitted):
    """One that keeps weights was meant to look: that it does not is a fault."""
    assert dict(fitted.state().arrays) == {}


def test_the_floors_look_at_no_video():
    assert all(is_blind(name) for name in FLOORS)


@pytest.mark.parametrize("name", [name for name in NAMES if not is_blind(name)], scope="module")
def test_features_of_another_length_are_refused(name, fitted, queries):
    given = queries[0].features.values
    backbone = "made-up-keypoints-4x2" if is_of_keypoints(name) else "made-up"
    features = replace(
        queries[0].features, values=given[:, : len(given[0]) * 4 // 5], backbone=backbone
    )
    message = (
        r"features have \d+ numbers( per clip)?, but the model reads \d+: "
        r"use the backbone that the model was trained with"
    )
    with pytest.raises(FeatureError, match=rf"^{message}$"):
        fitted.predict([replace(queries[0], features=features)])


@pytest.mark.parametrize("name", [name for name in NAMES if is_of_keypoints(name)], scope="module")
def test_keypoints_are_asked_for_where_they_are_needed(name, queries):
    strange = [replace(q, features=replace(q.features, backbone="motion-1")) for q in queries]
    message = (
        "features of motion-1 are not keypoints: use the backbone pose, or files of keypoints "
        "(frames x joints x 2 or 3)"
    )
    with pytest.raises(FeatureError, match=rf"^{re.escape(message)}$"):
        make(name).fit(strange)


def test_its_inputs_are_left_as_they_were(name, samples):
    given = list(samples)
    values = [sample.features.values.copy() for sample in samples]
    make(name).fit(given[:18], given[18:]).predict(given[18:])
    assert all(one is other for one, other in zip(given, samples, strict=True))
    for sample, before in zip(samples, values, strict=True):
        np.testing.assert_array_equal(sample.features.values, before)


def test_nothing_to_learn_from_is_refused(name):
    message = (
        r"there is no performance to learn from: give some with scores"
        r"|0 performances are too few to learn from: give \d+ or more with scores"
    )
    with pytest.raises(PodiumError, match=rf"^({message})$"):
        make(name).fit([])


def test_a_missing_score_is_refused(name, samples):
    train = [*samples[:17], hide_labels(samples[17])]
    message = "s17 has no score: nothing can be learned from it"
    with pytest.raises(PodiumError, match=rf"^{re.escape(message)}$"):
        make(name).fit(train)
