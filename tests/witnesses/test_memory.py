import numpy as np
import pytest

from messages import whole
from podium.errors import FeatureError, ModelError
from podium.features.values import Features
from podium.folds.evidence import ENOUGH
from podium.witnesses import Witnesses, learn_usual
from podium.witnesses.memory import LENIENCE, Memory, learn_memory
from rendered_copies import COPIES, copies_of, dives, sample_of

LEFT_OUT = range(20, 24)


@pytest.fixture(scope="module")
def memory() -> Memory:
    return learn_memory(dives()[:20])


def saved(memory: Memory) -> Memory:
    again = Memory.from_arrays(memory.arrays(), len(memory.view.mean))
    assert again is not None
    return again


def test_what_was_learned_from_is_remembered_and_the_rest_is_not(memory):
    for one in (memory, saved(memory)):
        assert all(one.remembers(sample.features.values) for sample in dives()[:20])
        assert not any(one.remembers(dives()[i].features.values) for i in LEFT_OUT)


@pytest.mark.parametrize("name", ["begins 8 frames later", "ends a clip earlier"])
def test_copies_are_remembered(memory, name):
    found = [memory.remembers(copies_of(which)[name].features.values) for which in (1, 8, 15)]
    assert found == [True] * 3


@pytest.mark.parametrize("name", COPIES)
def test_copies_of_others_are_not(memory, name):
    assert not memory.remembers(copies_of(22)[name].features.values)


def test_it_survives_being_saved(memory):
    again = saved(memory)
    np.testing.assert_array_equal(again.kept.values, memory.kept.values)
    np.testing.assert_array_equal(again.kept.present, memory.kept.present)
    np.testing.assert_array_equal(again.view.directions, memory.view.directions)
    np.testing.assert_allclose(again.usual.level, memory.usual.level, rtol=1e-6)
    assert again.enough == memory.enough == ENOUGH


def test_where_others_seem_to_be_copies_it_takes_more_evidence(monkeypatch):
    """Two alike, of which neither is found to be a copy: one is left out, the other is not."""
    monkeypatch.setattr("podium.witnesses.memory.near_copies", lambda samples: ())
    generator = np.random.default_rng(1)
    alike = []
    for _ in range(20):
        both = 2.0 * generator.normal(size=(6, 60))
        alike += [sample_of("", both + generator.normal(size=(6, 60))) for _ in range(2)]
    assert learn_memory(alike).enough > LENIENCE * ENOUGH


def test_it_is_small():
    generator = np.random.default_rng(0)
    many = [sample_of(str(i), generator.normal(size=(6, 344))) for i in range(300)]
    arrays = learn_memory(many).arrays()
    assert sum(values.nbytes for values in arrays.values()) < 300_000


def test_features_of_another_backbone_are_refused(memory):
    message = (
        "features have 5 numbers per clip, but those learned from have 344: use the backbone that "
        "the model was trained with"
    )
    with pytest.raises(FeatureError, match=whole(message)):
        memory.remembers(np.zeros((4, 5), np.float32))


def test_models_without_a_memory_know_the_same_clips_again():
    usual = learn_usual(dives()[:20])
    old = Witnesses.from_arrays(Witnesses(usual.novelty).arrays())
    assert old.memory is None
    features: Features = dives()[3].features
    assert old.remembers(features)
    assert not old.remembers(dives()[22].features)


def spoilt(memory: Memory, **changed: np.ndarray) -> dict[str, np.ndarray]:
    return memory.arrays() | {f"memory.{name}": values for name, values in changed.items()}


def test_arrays_that_do_not_fit_are_refused(memory):
    arrays, n = memory.arrays(), 20
    n_clips = int(arrays["memory.lengths"].sum())
    n_bytes = arrays["memory.kept"].shape[1]
    wrong = {
        "the array memory.mean is float32 of (3,): it must be float32 of (344,)": {
            "mean": np.zeros(3, np.float32)
        },
        "the array memory.scale holds numbers that are not above 0": {
            "scale": np.zeros(344, np.float32)
        },
        "the array memory.directions holds numbers that are not finite": {
            "directions": np.full((344, 2 * n_bytes), np.inf, np.float16)
        },
        f"the array memory.kept is uint8 of (1, 1): it must be uint8 of ({n_clips}, {n_bytes})": {
            "kept": np.zeros((1, 1), np.uint8)
        },
        "the array memory.lengths holds 25: it must be from 1 to 24": {
            "lengths": np.full(n, 25, np.uint8)
        },
        "the array memory.lengths holds numbers that are not 1 or more": {
            "lengths": np.zeros(n, np.uint8)
        },
        "the array memory.enough is float64 of (2,): it must be float64 of (1,)": {
            "enough": np.zeros(2)
        },
        f"the array memory.levels is float32 of (3,): it must be float32 of ({n},)": {
            "levels": np.zeros(3, np.float32)
        },
        "the array memory.spreads holds numbers that are not above 0": {
            "spreads": np.zeros(n, np.float32)
        },
    }
    for message, changed in wrong.items():
        with pytest.raises(ModelError, match=whole(message)):
            Memory.from_arrays(spoilt(memory, **changed), 344)
    del arrays["memory.scale"]
    with pytest.raises(ModelError, match=whole("the array memory.scale is missing")):
        Memory.from_arrays(arrays, 344)


@pytest.mark.parametrize("size", [1e-40, 1e38])
def test_arrays_that_make_no_sense_give_an_answer(memory, size):
    wild = spoilt(
        memory,
        mean=np.full(344, size, np.float32),
        scale=np.full(344, size, np.float32),
        levels=np.full(20, -size, np.float32),
        spreads=np.full(20, size, np.float32),
    )
    found = Memory.from_arrays(wild, 344)
    assert found is not None
    for values in (dives()[0].features.values, np.full((2, 344), 1e15, np.float32)):
        assert found.remembers(values) in (True, False)


def test_of_very_many_some_of_each_part_are_asked(monkeypatch):
    generator = np.random.default_rng(2)
    apart = [sample_of("", generator.normal(size=(6, 60))) for _ in range(30)]
    asked = []
    monkeypatch.setattr("podium.witnesses.memory.MAX_ASKED", 10)
    monkeypatch.setattr(
        "podium.witnesses.memory._evidence", lambda _, ones: asked.append(len(ones)) or [0.0]
    )
    assert learn_memory(apart).enough == ENOUGH
    assert asked == [2] * 5  # each third of six
