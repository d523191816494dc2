"""What altered dives are made of, and how answers about them are counted: benchmarks/doubt.py."""

import importlib

import numpy as np
import pytest

from podium.assessment.values import Score
from podium.features.surroundings import ENDS_SOON, TWO_EVENTS
from podium.witnesses.novelty import NOVEL


@pytest.fixture
def altered(monkeypatch):
    """Import the measurement, which is no package."""
    monkeypatch.syspath_prepend("benchmarks")
    return importlib.import_module("altered_dives")


@pytest.fixture
def filmed(altered):
    """A factory of dives whose every frame is of one value, 40 before the water and 30 from it."""

    def make(first: int):
        values = (first + np.arange(70)).astype(np.uint8)[:, None, None, None]
        return altered.Filmed(np.broadcast_to(values, (70, 4, 6, 3)), 40)

    return make


def numbers(pixels: np.ndarray) -> list[int]:
    """Which frame each is, told by its value."""
    return pixels[:, 0, 0, 0].tolist()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("two dives in one file", [*range(70), *range(100, 170)]),
        ("the flight of one and the entry of another", [*range(28), *range(128, 170)]),
        ("first half missing", [*range(35, 70)]),
        ("begins 24 frames before the water", [*range(16, 70)]),
        ("reversed in time", [*range(69, -1, -1)]),
        ("a still picture", [28] * 96),
        ("black", [0] * 70),
        ("stops 8 frames after the water", [*range(49)]),
    ],
)
def test_frames_are_those_that_the_name_says(altered, filmed, name, shown):
    assert numbers(altered.ALTERED[name](filmed(0), filmed(100))) == shown


@pytest.mark.parametrize("name", ["turned by 90 degrees", "turned by 270 degrees"])
def test_a_picture_that_is_turned_is_as_high_as_it_was_wide(altered, filmed, name):
    assert altered.ALTERED[name](filmed(0), filmed(100)).shape == (70, 6, 4, 3)


def test_answers_are_counted(altered):
    two = TWO_EVENTS(event="splash", first=1.0, second=4.0)
    soon = ENDS_SOON(event="splash", seconds=0.3, needed=0.8)
    said = [
        altered.Said(70.0, Score(75.0, 65.0, 85.0, 0.0, 99.0), ()),
        altered.Said(70.0, Score(90.0, 80.0, 99.0, 0.0, 99.0), (two,)),
        altered.Said(70.0, Score(90.0, 80.0, 99.0, 0.0, 99.0), (NOVEL(share=0.01), two)),
        altered.Said(70.0, Score(71.0, 60.0, 80.0, 0.0, 99.0), (soon,)),
        altered.Said(70.0, None, ()),
    ]
    assert altered.row(said) == {
        "asked": 5,
        "withheld_without": 2,
        "withheld": 3,
        "unsaid": 1,
        "held": 2,
        "shown": 2,
        "shown_and_held": 2,
        "median_move": 12.5,
        "largest_move": 20.0,
        "kinds": {"two_events": 2, "novel": 1, "ends_soon": 1},
    }
