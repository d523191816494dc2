"""Performances by rule: dives and vaults from a small physical model, with faults known exactly."""

from podium.performance import Phase
from podium.simulation.faults import Fault
from podium.simulation.options import SimulationOptions, Sport
from podium.simulation.performance import SimulatedPerformance, simulate, stage
from podium.simulation.recording import write_video
from podium.simulation.routine import Routine, RoutineOptions, simulate_routines

__all__ = [
    "Fault",
    "Phase",
    "Routine",
    "RoutineOptions",
    "SimulatedPerformance",
    "SimulationOptions",
    "Sport",
    "simulate",
    "simulate_routines",
    "stage",
    "write_video",
]
