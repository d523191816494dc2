"""The saved state of every scorer, spoilt in every place: it is refused in our words, or scores."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from podium.errors import PodiumError
from podium.features.values import Sample
from podium.scorers import ScorerState
from scorers.test_contract import NAMES, clips_of, is_of_keypoints, keypoints_of, make

VALUES = (None, True, "", "x", -1, 0, 1, 0.5, 7, 10**6, 10**12, 1e300, [], {}, [[1]], {"a": []})
"""What is put in the place of each value of a config."""

CHANGES: dict[str, Callable[[Any], Any]] = {
    "doubles": lambda values: values.astype(np.float64 if values.dtype != np.float64 else "f4"),
    "bytes": lambda values: values.astype(np.int8),
    "true or false": lambda values: values.astype(bool),
    "nothing": lambda values: values[..., :0],
    "one less": lambda values: values[1:],
    "one more": lambda values: np.concatenate([values, values[:1]]),
    "one dimension more": lambda values: values[None],
    "no dimension": lambda values: values.flat[0],
    "no number": lambda values: values * np.nan,
    "zeros": lambda values: values * 0,
    "enormous": lambda values: values * 0 + np.finfo(np.float32).max.astype(values.dtype),
}

MISFITS = frozenset(CHANGES) - {"one less", "one more", "zeros", "enormous"}
"""Of these, nothing can be made; a single number may be saved with a dimension or without."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=NAMES)
def name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def samples(make_sample, name) -> list[Sample]:
    generator = np.random.default_rng(5)
    values_of = keypoints_of if is_of_keypoints(name) else clips_of
    made = []
    for number in range(20):
        mark = 3 + 7 * generator.random()
        sample = make_sample(
            f"s{number}", values_of(mark, number, generator), score=6 * mark,
            action="ab"[number % 2], difficulty=2.0,
        )  # fmt: skip
        if is_of_keypoints(name):
            object.__setattr__(sample.features, "backbone", "made-up-keypoints-5x2")
        made.append(sample)
    return made


@pytest.fixture(scope="module")
def fitted(name, samples) -> Any:
    return make(name).fit(samples[:16])


def places(plain: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """List the way to every value of a config; of long lists, that of the first two only."""
    entries = plain.items() if isinstance(plain, dict) else list(enumerate(plain))[:2]
    for key, value in entries:
        yield (*way, key)
        if isinstance(value, dict | list):
            yield from places(value, (*way, key))


def replaced(config: dict[str, Any], way: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed: Any = copy.deepcopy(config)
    inner = changed
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = value
    return changed


def require_sense(scorer: Any, state: ScorerState, queries: list[Sample], how: object) -> bool:
    """Restore a scorer and have it score; say whether it did."""
    try:
        with np.errstate(all="ignore"):
            found = type(scorer).restore(state).predict(queries)
    except PodiumError:
        return False
    except Exception as error:
        raise AssertionError(f"{how}: {error!r}") from error
    assert found.shape == (len(queries),)
    return True


def test_a_state_that_was_saved_is_whole(fitted, samples):
    state = fitted.state()
    config = json.loads(json.dumps(dict(state.config)))
    assert require_sense(fitted, ScorerState(state.arrays, config), samples[16:], "as it was")


def test_every_value_of_its_config_is_looked_at(fitted, samples):
    state = fitted.state()
    config = json.loads(json.dumps(dict(state.config)))
    for way in places(config):
        for value in VALUES:
            spoilt = ScorerState(state.arrays, replaced(config, way, value))
            require_sense(fitted, spoilt, samples[16:], (way, value))
    for way in places(config):
        if isinstance(way[-1], str):
            changed = replaced(config, way, None)
            inner: Any = changed
            for key in way[:-1]:
                inner = inner[key]
            del inner[way[-1]]
            require_sense(fitted, ScorerState(state.arrays, changed), samples[16:], (way, "none"))


def test_every_array_is_looked_at(fitted, samples):
    state = fitted.state()
    for array in state.arrays:
        others = {key: values for key, values in state.arrays.items() if key != array}
        n_numbers, how = state.arrays[array].size, (array, "missing")
        assert not require_sense(fitted, ScorerState(others, state.config), samples[16:], how)
        for what, change in CHANGES.items():
            with np.errstate(all="ignore"):
                values = np.asarray(change(np.atleast_1d(state.arrays[array])))
            spoilt = ScorerState({**others, array: values}, state.config)
            scores = require_sense(fitted, spoilt, samples[16:], (array, what))
            if what in MISFITS and not (what == "no dimension" and values.size == 1 == n_numbers):
                assert not scores, (array, what)
