"""What every measure must do; a new file in podium/measures is met without a change here."""

from dataclasses import replace

import numpy as np
import pytest

from movement.exercising import bell, curls, hidden
from podium import _catalog
from podium.measures import (
    Measurement,
    Phase,
    measure,
    measure_movement,
    names_that_read,
)
from podium.movement import movement_of
from podium.testing import check_measure
from podium.testing._measures import made_up_dives

NAMES = _catalog.names("podium.measures")
OF_DIVES, OF_JOINTS = names_that_read("dive"), names_that_read("joints")
N_FRAMES = 60


DIVES = made_up_dives()

CURLS = curls(bell(3))
MOVEMENTS = {
    "as it should be": movement_of(CURLS),
    "nobody seen": movement_of(replace(CURLS, visibility=np.zeros_like(CURLS.visibility))),
    "nothing repeats": movement_of(curls(np.zeros(N_FRAMES))),
    "one frame": movement_of(CURLS.span(0, 1)),
    "two frames": movement_of(CURLS.span(0, 2)),
    "one side": movement_of(hidden(CURLS, "left")),
}
SEEN = {
    **{("dive", what): one for what, one in DIVES.items()},
    **{("joints", what): one for what, one in MOVEMENTS.items()},
}
CASES = [(name, what) for name in NAMES for reads, what in SEEN if name in names_that_read(reads)]
"""Each measure, with everything of the kind that it reads."""


def measured(name: str, what: str) -> Measurement:
    one = _catalog.find("podium.measures", name)()
    found = one(SEEN[one.reads, what])
    assert isinstance(found, Measurement)
    assert found == one(SEEN[one.reads, what]), "what is the same has the same measures"
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_measure_is_named_as_its_file_is(name: str) -> None:
    found = _catalog.find("podium.measures", name)
    assert found.name == name
    assert isinstance(found.unit, str)
    assert found.reads in ("dive", "joints")
    assert found.phase in Phase if found.reads == "dive" else found.phase is None
    assert found.__doc__


def test_every_measure_reads_one_of_the_two() -> None:
    assert sorted(OF_DIVES + OF_JOINTS) == sorted(NAMES)
    assert OF_DIVES
    assert OF_JOINTS


@pytest.mark.parametrize(("name", "what"), CASES)
def test_everything_is_answered_with_a_value_or_a_reason(name: str, what: str) -> None:
    one, found = _catalog.find("podium.measures", name), measured(name, what)
    assert (found.name, found.unit, found.phase) == (name, one.unit, one.phase)
    if found.value is None:
        assert found.reason
    elif not isinstance(found.value, str):
        assert np.isfinite(found.value)
        if found.low is not None and found.high is not None:
            assert found.low <= found.value <= found.high
    if found.start_seconds is not None and found.end_seconds is not None:
        assert 0 <= found.start_seconds <= found.end_seconds <= len(CURLS) / 30


@pytest.mark.parametrize("what", ["nobody seen, no moment found", "one frame"])
@pytest.mark.parametrize("name", OF_DIVES)
def test_nothing_is_measured_where_there_is_nothing(name: str, what: str) -> None:
    assert measured(name, what).value is None


@pytest.mark.parametrize("name", OF_JOINTS)
def test_nothing_is_measured_of_nobody(name: str) -> None:
    if name != "repetitions":  # where joints are guessed to be, they move all the same
        assert measured(name, "nobody seen").value is None


def test_all_measures_come_phase_by_phase() -> None:
    found = measure(DIVES["as it should be"])
    assert sorted(one.name for one in found) == sorted(OF_DIVES)
    phases = [list(Phase).index(one.phase) for one in found if one.phase]
    assert phases == sorted(phases)
    assert len(phases) == len(found)


def test_all_measures_of_joints_come_at_once() -> None:
    found = measure_movement(MOVEMENTS["as it should be"])
    assert sorted(one.name for one in found) == sorted(OF_JOINTS)


@pytest.mark.parametrize("name", OF_DIVES)
def test_measures_of_dives_keep_the_contract_that_others_are_held_to(name: str) -> None:
    check_measure(_catalog.find("podium.measures", name)())
