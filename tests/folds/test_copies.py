from dataclasses import replace

import numpy as np
import pytest

from podium.folds import Grouping, copies, ids_of, near_copies, with_groups
from podium.folds.likeness import Looks, alikeness
from podium.performance import Performance
from rendered_copies import COPIES, copies_of, dives, sample_of


def walks(n: int, n_clips: int = 8, dim: int = 30, seed: int = 0) -> list[np.ndarray]:
    """Performances that change from clip to clip, each in its own way."""
    generator = np.random.default_rng(seed)
    return [generator.normal(size=(n_clips, dim)).cumsum(axis=0) for _ in range(n)]


def samples(values: list[np.ndarray]) -> list:
    return [sample_of(f"p{i}", one) for i, one in enumerate(values)]


def test_no_two_dives_are_taken_for_copies():
    assert near_copies(dives()) == ()


@pytest.mark.parametrize("name", COPIES)
def test_copies_of_rendered_dives_are_found(name):
    chosen = (1, 8, 15)
    found = near_copies([*dives(), *(copies_of(which)[name] for which in chosen)])
    assert found == tuple((which, len(dives()) + i) for i, which in enumerate(chosen))


def test_several_copies_of_one_are_together():
    several = [copies_of(4)[name] for name in ("begins 5 frames later", "24 frames a second")]
    found = near_copies([*several, *dives()])
    assert found == ((0, 1, 6),)
    assert ids_of([*several, *dives()], found) == (
        ("begins 5 frames later", "24 frames a second", "dive4"),
    )


def test_among_a_few_only_the_same_video_is_found():
    few = walks(5)
    assert near_copies(samples(few)) == ()
    assert near_copies(samples([*few, few[2]])) == ((2, 5),)


@pytest.mark.parametrize("n", [0, 1])
def test_one_alone_has_no_copy(n):
    assert near_copies(samples(walks(n))) == ()


def test_performances_of_one_clip_are_copies_if_they_are_the_same():
    clips = walks(20, n_clips=1)
    assert near_copies(samples([*clips, clips[3]])) == ((3, 20),)


def test_performances_that_do_not_change_are_no_copies():
    still = [np.full((6, 4), float(i)) for i in range(15)]
    assert near_copies(samples(still)) == ()


def test_numbers_beyond_reason_are_compared_like_others():
    wild = [1e14 * one for one in walks(20)]
    assert near_copies(samples([*wild, wild[0]])) == ((0, 20),)


def test_copies_are_found_among_hundreds_of_long_ones():
    """More than are looked at in full, and more than are compared at once."""
    many = walks(300, n_clips=30)
    copies = [many[7][3:], many[200][:-1], many[299] * 1.02]
    assert near_copies(samples([*many, *copies])) == ((7, 300), (200, 301), (299, 302))


# among very many


def with_near_copies(seed: int) -> list[np.ndarray]:
    """Performances of 4 to 9 clips, and copies of some: the same, spoiled, later, cut, doubled."""
    generator = np.random.default_rng(seed)
    known = [one[: generator.integers(4, 10)] for one in walks(500, n_clips=9, seed=seed)]
    made = []
    for number in generator.choice(len(known), 120):
        one = known[number]
        spoiled = one + generator.normal(size=one.shape) * generator.uniform(0, 1.2)
        between = (one[:-1] + one[1:]) / 2
        made.append([one, one[1:], between, spoiled, spoiled, spoiled][generator.integers(6)])
    return [*known, *made, *[known[7]] * 9]


@pytest.fixture
def as_among_very_many(monkeypatch):
    monkeypatch.setattr("podium.folds.copies.N_WHOLE", 50)
    monkeypatch.setattr("podium.folds.copies.N_SAMPLE", 100)
    monkeypatch.setattr("podium.folds.partings.MOST_TOGETHER", 40)


@pytest.mark.parametrize("seed", range(4))
def test_among_very_many_the_same_copies_are_found(seed, request):
    """Those found by crowds are those found by comparing each with all others."""
    some = samples(with_near_copies(seed))
    found = near_copies(some)
    request.getfixturevalue("as_among_very_many")
    assert near_copies(some) == found
    n_found = sum(map(len, found))
    assert 60 < n_found < 300  # some are found, and some copies are too much spoiled to be


def test_among_very_many_that_are_equal_all_are_copies(as_among_very_many):
    assert near_copies(samples(walks(1) * 400)) == (tuple(range(400)),)
    assert near_copies(samples([np.full((6, 4), 1.0)] * 400)) == ()


def test_among_very_many_without_a_copy_none_is_found(as_among_very_many):
    assert near_copies(samples(walks(400))) == ()


@pytest.mark.usefixtures("as_among_very_many")
def test_those_compared_with_all_others_grow_with_the_copies_only(monkeypatch):
    """Beside all others are seen those that may be copies: 3 pairs, whether of 300 or of 900."""
    asked = []
    seen = copies._beside_others
    monkeypatch.setattr(copies, "_beside_others", lambda *a: asked.append(len(a[1])) or seen(*a))
    for n in (300, 900):
        many = walks(n, dim=100)
        near_copies(samples([*many, *(one + 0.2 for one in many[:3])]))
    assert asked == [6, 6]


# how alike


def looks(*rows: list[list[float]]) -> Looks:
    longest = max(map(len, rows))
    values = np.zeros((len(rows), longest, len(rows[0][0])), np.float32)
    present = np.zeros((len(rows), longest), np.float32)
    for i, row in enumerate(rows):
        values[i, longest - len(row) :], present[i, longest - len(row) :] = row, 1
    return Looks(values, present)


ONE = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (ONE, 1.0),
        (ONE[1:], 1.0),
        (ONE[:-1], 1.0),
        ([[2 * x, 2 * y] for x, y in ONE], 1.0),
        ([[-x, -y] for x, y in ONE], 0.0),  # a clip later or earlier they stand across
        (np.array(ONE[:-1]) / 2 + np.array(ONE[1:]) / 2, 1.0),  # each between two clips
        (ONE[:1], 0.0),  # it stands beside the last ones only
    ],
    ids=["same", "begins later", "ends earlier", "larger", "against", "between", "a single clip"],
)
def test_how_alike(other, alike):
    known = looks(ONE, np.asarray(other).tolist())
    found = alikeness(known[np.array([0])], known[np.array([1])])
    assert found[0, 0] == pytest.approx(alike, abs=1e-6)


# groups


def grouped(names: list[str], copies: tuple[tuple[int, ...], ...]) -> list[str]:
    some = samples(walks(len(names), n_clips=3))
    return [one.group for one in with_groups(some, Grouping("event", tuple(names)), copies)]


@pytest.mark.parametrize(
    ("names", "copies", "groups"),
    [
        (["a", "b", "a"], (), ["a", "b", "a"]),
        (["", "", ""], (), ["", "", ""]),
        (["b", "a", "c", "a"], ((0, 1),), ["a + b", "a + b", "c", "a + b"]),
        (["", "", ""], ((0, 2),), ["copies of p0", "", "copies of p0"]),
        (["a", "", "", "a"], ((0, 1),), ["a", "a", "", "a"]),
        (["a", "b", "c", "d"], ((0, 1), (1, 2)), ["a + b + c"] * 3 + ["d"]),
    ],
)
def test_copies_join_the_groups_that_they_are_of(names, copies, groups):
    assert grouped(names, copies) == groups


def test_copies_are_looked_for_where_nobody_did():
    some = [*dives(), copies_of(2)["begins 8 frames later"]]
    names = (*(("even", "odd") * 12), "third")
    found = with_groups(some, Grouping("event", names))
    assert {one.group for one in found} == {"odd", "even + third"}
    assert [replace(one, group="") for one in found] == some
    assert isinstance(found[0].performance, Performance)
