import numpy as np
import pytest

from podium.backbones.c3d_mini_close import C3DMiniClose
from podium.measures import Phase
from podium.remarks import (
    Kind,
    better_percent,
    fault_probabilities,
    judge,
    like,
    looks_of,
    n_known,
    percentile_of,
    times_usual,
)
from podium.remarks._learned_arrays import LOOKS, N_CLIPS, N_LOOKS, WEIGHTS, learned, usual
from podium.remarks.standing import usual_angle

USUAL = {
    "flight_seconds": 1.7,
    "tightness": 0.55,
    "entry_angle_degrees": usual_angle(),
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
    """What looks faulty is shown by how high water goes up, and by nothing where none does."""
    seen = {"splash_size": 1.6, "looks_faulty": 0.6}
    assert kinds(**seen, splash_height=1.2)[Phase.ENTRY] is Kind.ENTRY_NOT_CLEAN
    assert Phase.ENTRY not in kinds(**seen, splash_height=0.1)


def test_better_is_what_judges_like() -> None:
    assert better_percent("flight_seconds", 0.1) == better_percent("splash_size", 99.0) == 100
    assert better_percent("flight_seconds", 9.0) == better_percent("splash_size", 0.0) == 0
    angle = "entry_angle_degrees"
    assert better_percent(angle, 89.0) == better_percent(angle, -89.0) == 100
    upright = float((usual()[angle] == 0).mean())  # whole degrees: some are, and equals count half
    assert 0 < upright < 0.1
    assert better_percent(angle, 0.0) == pytest.approx(50 * upright)
    assert better_percent(angle, 0.4) == pytest.approx(100 * upright)
    assert better_percent("playing_speed", 1.0) is times_usual("playing_speed", 1.0) is None
    assert times_usual("splash_size", 0.0) == 0


def test_a_pike_stands_beside_pikes_and_an_armstand_beside_armstands() -> None:
    assert like("tightness", {"position": "B"}) == "B"
    assert like("flight_seconds", {"armstand": 1}) == "armstand"
    assert like("jump_height_bodies", {"armstand": 0.0}) == "standing"
    assert like("splash_size", {"position": "B", "armstand": 1}) == ""
    assert like("tightness", {"position": "A"}) == like("tightness", {}) == ""
    in_a_tuck, in_a_pike = (better_percent("tightness", 0.52, among) for among in "CB")
    assert in_a_tuck is not None
    assert in_a_pike is not None
    assert in_a_tuck > 80 > 50 > in_a_pike
    assert n_known("tightness", "B") < n_known("tightness")
    assert n_known("playing_speed") == 0


def test_of_an_armstand_it_is_no_fault_that_nobody_jumps() -> None:
    short = USUAL | {"flight_seconds": 1.3}
    assert Phase.TAKE_OFF not in {one.phase for one in judge(short | {"armstand": 1}).remarks}
    kept = judge(USUAL | {"flight_seconds": 1.1, "armstand": 1}).remarks
    low = next(one for one in kept if one.phase is Phase.TAKE_OFF)
    assert (low.kind, low.among) == (Kind.JUMP_LOW, "armstand")


def test_that_it_is_an_armstand_says_nothing_of_how_it_was_done() -> None:
    assert Phase.TAKE_OFF not in fault_probabilities({"armstand": 1})


def test_an_entry_that_looks_faulty_is_likelier_a_fault() -> None:
    likely = [
        fault_probabilities(USUAL | {"looks_faulty": looks})[Phase.ENTRY] for looks in (0.1, 0.7)
    ]
    assert likely[0] < fault_probabilities(USUAL)[Phase.ENTRY] < likely[1]
    assert fault_probabilities(USUAL | {"looks_faulty": 1e9})[Phase.ENTRY] < 1


def clips_that_look(spreads: float) -> np.ndarray:
    """Clips whose entry looks so many spreads more faulty than is usual, and usual in all else."""
    (of_score, *score), (of_fault, *fault) = (learned().looks[name] for name in LOOKS)
    middles, spread = learned().middles[Phase.ENTRY][-2:], learned().spreads[Phase.ENTRY][-1]
    wanted = np.add(middles, (0, spreads * spread)) - (of_score, of_fault)
    found = np.linalg.pinv(np.array([score, fault])) @ wanted
    return found.reshape(N_CLIPS, N_LOOKS).astype(np.float32)


def test_clips_unlike_all_that_are_known_tell_nothing() -> None:
    looks, middle = looks_of(clips_that_look(2.0)), learned().middles[Phase.ENTRY][-1]
    assert set(looks) == set(LOOKS)
    assert looks["looks_faulty"] > middle
    assert looks_of(clips_that_look(8.0)) == {}


def test_clips_are_described_by_the_backbone_that_it_was_learned_with() -> None:
    backbone = C3DMiniClose()
    assert backbone.dim == N_LOOKS
    assert backbone.fingerprint in (WEIGHTS.parent / "README.md").read_text("utf-8")
