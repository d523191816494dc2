"""What every measure must do; a new file in podium/measures is met without a change here."""

import pytest

from podium import _catalog
from podium.measures import Phase, measure
from podium.testing import check_measure
from podium.testing._measures import made_up_dives

NAMES = _catalog.names("podium.measures")


@pytest.mark.parametrize("name", NAMES)
def test_a_measure_is_named_as_its_file_is(name: str) -> None:
    assert _catalog.find("podium.measures", name).name == name


@pytest.mark.parametrize("name", NAMES)
def test_every_dive_is_answered_with_a_value_or_a_reason(name: str) -> None:
    check_measure(_catalog.find("podium.measures", name)())


def test_all_measures_come_phase_by_phase() -> None:
    found = measure(made_up_dives()["as it should be"])
    assert sorted(one.name for one in found) == sorted(NAMES)
    phases = [list(Phase).index(one.phase) for one in found]
    assert phases == sorted(phases)
