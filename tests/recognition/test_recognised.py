"""What is recognised is a dive that there is, and a name that does not fit is contradicted."""

from dataclasses import replace

import numpy as np
import pytest
from tests.measures.turning_body import turning_dive

from podium.judging import read_dive
from podium.measures import Moments
from podium.measures._classes import CLASSES
from podium.measures._kind import Kind, kind_of
from podium.measures._path import HYPOTHESES, MAX_HALVES, Hypothesis
from podium.recognition import recognise
from podium.recognition._candidates import candidates, usual
from podium.recognition._recognised import recognised


def kind(hypothesis: Hypothesis, halves: int, **classes: str) -> Kind:
    """What is read of a dive that is plainly this."""
    of_drawn = kind_of(turning_dive(5))
    assert of_drawn is not None
    turns = np.full((len(HYPOTHESES), MAX_HALVES + 1), 1e-4)
    turns[HYPOTHESES.index(hypothesis), halves] = 1
    told = {
        name: np.array(
            [0.98 if value == classes.get(name, "0") else 0.01 for value in CLASSES[name]]
        )
        for name in ("faces_water", "position", "half_twists")
    }
    return replace(of_drawn, turns=turns / turns.sum(), classes=told, travel=1)


@pytest.mark.parametrize(
    ("hypothesis", "halves", "classes", "number"),
    [
        (Hypothesis(-1, False), 7, {"position": "C"}, "407C"),
        (Hypothesis(1, False), 7, {"faces_water": "1", "position": "B"}, "107B"),
        (Hypothesis(1, False), 5, {"half_twists": "5", "position": "B"}, "5255B"),
        (Hypothesis(1, True), 6, {"position": "B"}, "626B"),
        (Hypothesis(-1, False), 3, {"faces_water": "1", "position": "A"}, "303A"),
    ],
)
def test_a_dive_that_is_plainly_seen_is_recognised(
    hypothesis: Hypothesis, halves: int, classes: dict[str, str], number: str
) -> None:
    found = recognised(kind(hypothesis, halves, **classes))
    assert (found.action + found.position, found.half_somersaults) == (number, halves)
    assert found.armstand == hypothesis.is_armstand
    assert found.contradicts(number) == pytest.approx(
        1 - found.probability * found.positions[found.action][found.position]
    )
    assert found.contradicts("205B") > 0.9
    assert found.contradicts("113B") == 0.0, "flying dives are not judged"
    assert sum(found.probabilities.values()) == pytest.approx(1)


def test_what_is_recognised_of_a_drawn_dive_is_a_dive_that_there_is() -> None:
    found = recognise(turning_dive(7))
    assert found is not None
    assert read_dive(found.action + found.position).half_somersaults == found.half_somersaults
    assert 0 < found.probability <= 1


def test_nothing_is_recognised_where_no_flight_is_found() -> None:
    assert recognise(replace(turning_dive(7), moments=Moments(None, None, None))) is None


@pytest.mark.parametrize("height", [None, 1.0, 3.0, 10.0, 12.0])
def test_how_usual_dives_are_adds_up_at_every_height(height: float | None) -> None:
    assert sum(usual(height).values()) == pytest.approx(1)
    assert {one.action for one in candidates(height)} == set(usual(height))
    assert all(read_dive(one.action + one.positions[0]) for one in candidates(height))


def test_there_are_no_armstands_on_a_springboard() -> None:
    assert not any(one.dive.is_armstand for one in candidates(3.0))
    assert any(one.dive.is_armstand for one in candidates(10.0))
