import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podium.errors import UnknownName, UsageError
from podium.simulation import SimulatedPerformance, SimulationOptions, simulate, stage
from podium.simulation.actions import action_names, actions_of, chosen_actions
from podium.simulation.faults import MARKED_SEVERITY, PHASES
from podium.simulation.options import Sport

SPORTS: tuple[Sport, ...] = ("diving", "vault")
SMALL = SimulationOptions(width=96, height=64)


@pytest.fixture(scope="module", params=SPORTS)
def performances(request: pytest.FixtureRequest) -> tuple[SimulatedPerformance, ...]:
    return simulate(SimulationOptions(sport=request.param, n_performances=60, seed=3))


def execution(performance: SimulatedPerformance) -> float:
    return sum(sorted(performance.marks)[2:5])


def test_phases_follow_each_other_and_fill_the_performance(
    performances: tuple[SimulatedPerformance, ...],
) -> None:
    for one in performances:
        assert tuple(phase.name for phase in one.phases) == PHASES[one.options.sport]
        frames = [f for p in one.phases for f in range(p.start_frame, p.end_frame + 1)]
        assert frames == list(range(one.n_frames))


def test_faults_lie_in_their_phases_and_are_clear(
    performances: tuple[SimulatedPerformance, ...],
) -> None:
    for one in performances:
        spans = {p.name: (p.start_frame, p.end_frame) for p in one.phases}
        for fault in one.faults:
            first, last = spans[fault.phase]
            assert first <= fault.start_frame < fault.end_frame == last
            assert MARKED_SEVERITY <= fault.severity <= 1
            assert fault.words
            assert "{" not in fault.words


def test_flawless_performances_score_more(performances: tuple[SimulatedPerformance, ...]) -> None:
    flawless = [execution(one) for one in performances if not one.faults]
    faulty = [execution(one) for one in performances if one.faults]
    assert np.mean(flawless) > np.mean(faulty) + 3
    assert 0.15 < len(flawless) / len(performances) < 0.3


def test_every_action_has_an_expert(performances: tuple[SimulatedPerformance, ...]) -> None:
    experts = {one.action for one in performances if not one.faults}
    assert experts == set(chosen_actions(performances[0].options.sport, ()))


def test_a_late_come_out_is_a_fault_only_when_it_is_due() -> None:
    late = [
        one.faults[0]
        for one in (stage("107", {"flight": 0.8}, seed) for seed in range(20))
        if one.script.flaw("flight").kind == "late come-out"
    ]
    assert late
    assert {fault.end_frame + 1 - fault.start_frame for fault in late} == {12}


def test_the_dives_asked_for_are_the_ones_simulated() -> None:
    made = simulate(SimulationOptions(n_performances=6, numbers=("307B", "5152C")))
    assert {one.dive_number for one in made} == {"307B", "5152C"}


def test_a_number_that_is_not_simulated_is_refused() -> None:
    message = (
        "number is '101A'; the simulated ones in diving are 107B, 107C, 207B, 207C, 307B, 307C, "
        "407B, 407C, 5253B, 5253C, 5152B, 5152C"
    )
    with pytest.raises(UnknownName, match=rf"^{re.escape(message)}$"):
        simulate(SimulationOptions(numbers=("101A",)))


def test_ids_are_unique_and_numbers_belong_to_the_sport(
    performances: tuple[SimulatedPerformance, ...],
) -> None:
    assert len({one.id for one in performances}) == len(performances)
    known = {a.number: a.difficulty for a in actions_of(performances[0].options.sport)}
    assert all(known[one.dive_number] == one.difficulty for one in performances)


def test_scores_spread_like_those_of_real_dives() -> None:
    dives = simulate(SimulationOptions(n_performances=120, seed=1))
    points = [execution(dive) for dive in dives]
    assert 21.5 < np.mean(points) < 24.5
    assert 3 < np.std(points) < 5


def test_the_same_seed_gives_the_same_performances_and_frames() -> None:
    options = replace(SMALL, n_performances=3, seed=5)
    first, second = simulate(options), simulate(options)
    assert first == second
    for a, b in zip(first[0].frames(), second[0].frames(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_another_seed_gives_other_frames() -> None:
    one, other = (stage("107", {}, seed, SMALL) for seed in (1, 2))
    assert (next(one.frames()) != next(other.frames())).any()


@pytest.mark.parametrize("action", action_names("diving") + action_names("vault"))
def test_every_action_can_be_filmed(action: str) -> None:
    performance = stage(action, {}, 0, replace(SMALL, frames_per_second=10))
    frames = list(performance.frames())
    assert len(frames) == performance.n_frames
    assert all(f.shape == (64, 96, 3) and f.dtype == np.uint8 for f in frames)
    assert np.isfinite(performance.motion().joints).all()


@settings(max_examples=15)
@given(
    st.sampled_from(action_names("diving")),
    st.dictionaries(st.sampled_from(PHASES["diving"]), st.floats(0, 1)),
    st.integers(0, 99),
)
def test_a_staged_dive_has_exactly_the_faults_asked_for(
    action: str, severities: dict[str, float], seed: int
) -> None:
    dive = stage(action, severities, seed)
    asked = {phase: s for phase, s in severities.items() if s >= MARKED_SEVERITY}
    assert {fault.phase: fault.severity for fault in dive.faults} == asked


@pytest.mark.parametrize("severity", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("action", ["107", "207", "307", "407", "5253"])
def test_the_body_enters_at_the_angle_that_the_fault_says(action: str, severity: float) -> None:
    for seed in range(3):
        dive = stage(action, {"entry": severity}, seed)
        motion = dive.motion()
        assert motion.entry is not None
        index = int(np.searchsorted(motion.seconds, motion.entry.seconds))
        tilt = abs(abs(motion.axis_degrees()[index]) - 180)
        # The frame is up to 1/30 s late, and the water takes that long to stop the rotation.
        assert tilt == pytest.approx(abs(motion.entry.degrees), abs=11)


def test_the_words_name_the_angle_of_the_entry() -> None:
    found = {stage("107", {"entry": 0.5}, seed).faults[0].words for seed in range(40)}
    assert found == {
        "entry 19 degrees past vertical",
        "entry 19 degrees short of vertical",
        "arms apart at entry",
        "bent knees at entry",
        "feet apart at entry",
    }


def test_a_weak_jump_shortens_the_dive() -> None:
    for seed in range(30):
        weak = stage("107", {"take_off": 1.0}, seed)
        if "weak jump" in weak.faults[0].words:
            assert weak.n_frames < stage("107", {}, seed).n_frames
            return
    pytest.fail("no weak jump in 30 seeds")


def test_an_unknown_action_is_refused() -> None:
    with pytest.raises(UsageError) as refusal:
        stage("999", {}, 0)
    assert str(refusal.value) == (
        "action is '999'; the simulated ones are 107, 207, 307, 407, 5253, 5152, "
        "handspring-front, tsukahara, tsukahara-full"
    )


def test_an_unknown_phase_is_refused() -> None:
    with pytest.raises(UsageError) as refusal:
        stage("107", {"landing": 0.5}, 0)
    assert str(refusal.value) == (
        "phase is 'landing'; the phases of diving are take_off, flight, entry, splash"
    )


def test_an_impossible_severity_is_refused() -> None:
    with pytest.raises(UsageError) as refusal:
        stage("107", {"entry": 1.5}, 0)
    assert str(refusal.value) == "severity of entry is 1.5; it must be from 0 to 1"
