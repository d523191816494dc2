import pytest

from podium.measures import Phase
from podium.remarks import (
    Kind,
    better_percent,
    fault_probabilities,
    judge,
    percentile_of,
    times_usual,
)

USUAL = {
    "flight_seconds": 1.7,
    "tightness": 0.55,
    "entry_angle_degrees": -6.0,
    "line_straightness": 5.0,
    "splash_size": 0.2,
    "splash_height": 0.4,
}


def test_a_large_splash_is_likelier_a_fault_and_is_remarked_first() -> None:
    bad = judge(USUAL | {"splash_size": 1.6, "splash_height": 1.5})
    assert dict(bad.faults)[Phase.SPLASH] > dict(judge(USUAL).faults)[Phase.SPLASH]
    assert not next(one for one in bad.remarks if one.phase is Phase.SPLASH).is_praise
    assert next(one for one in bad.remarks if one.phase is Phase.SPLASH).kind is Kind.SPLASH_LARGE
    assert not bad.remarks[0].is_praise


@pytest.mark.parametrize(
    ("degrees", "kind"), [(-45.0, Kind.ENTRY_SHORT), (35.0, Kind.ENTRY_PAST_VERTICAL)]
)
def test_a_crooked_entry_is_short_or_past_the_vertical(degrees: float, kind: Kind) -> None:
    bad = judge(USUAL | {"entry_angle_degrees": degrees, "splash_size": 1.0, "splash_height": 1.0})
    assert [one.kind for one in bad.remarks if one.phase is Phase.ENTRY] == [kind]


def test_what_is_not_measured_is_not_judged() -> None:
    assert fault_probabilities({}) == {}
    assert judge({}).remarks == ()
    assert judge({"position": "B"}).faults == ()


def test_probabilities_are_probabilities() -> None:
    for value in (-1e9, 0.0, 1e9):
        likely = fault_probabilities(USUAL | {"entry_angle_degrees": value})
        assert all(0 < one < 1 for one in likely.values())


def test_a_value_stands_among_those_of_olympic_dives() -> None:
    assert percentile_of("splash_size", 0.0) == 0
    assert percentile_of("splash_size", 99.0) == 100
    assert percentile_of("playing_speed", 1.0) is None


def kinds(**values: float) -> dict[Phase, Kind]:
    """What is remarked of a dive that is usual in all else, phase by phase."""
    return {one.phase: one.kind for one in judge(USUAL | values).remarks}


def test_a_loose_flight_is_shown_by_a_late_come_out_where_it_is_surely_late() -> None:
    assert kinds(tightness=0.9)[Phase.FLIGHT] is Kind.NOT_TIGHT
    assert kinds(tightness=0.9, opening_seconds=0.3)[Phase.FLIGHT] is Kind.NOT_TIGHT
    assert kinds(tightness=0.9, opening_seconds=0.2)[Phase.FLIGHT] is Kind.OPENED_LATE


def test_an_entry_that_is_straight_is_no_fault_by_its_angle() -> None:
    assert kinds(splash_size=1.6, splash_height=1.2)[Phase.ENTRY] is Kind.ENTRY_NOT_CLEAN
    assert Phase.ENTRY not in kinds(splash_size=1.6, splash_height=0.1)


def test_better_is_what_judges_like() -> None:
    assert better_percent("flight_seconds", 0.1) == better_percent("splash_size", 99.0) == 100
    assert better_percent("flight_seconds", 9.0) == better_percent("splash_size", 0.0) == 0
    angle = "entry_angle_degrees"
    assert better_percent(angle, 89.0) == better_percent(angle, -89.0) == 100
    assert better_percent(angle, 0.0) == 0
    assert better_percent("playing_speed", 1.0) is times_usual("playing_speed", 1.0) is None
    assert times_usual("splash_size", 0.0) == 0
