"""Performances by rule: dives and vaults from a small physical model, with faults known exactly."""

from podium.performance import Phase
from podium.simulation.faults import Fault
from podium.simulation.options import SimulationOptions, Sport
from podium.simulation.performance import SimulatedPerformance, simulate, stage
from podium.simulation.recording import write_video

__all__ = [
    "Fault",
    "Phase",
    "SimulatedPerformance",
    "SimulationOptions",
    "Sport",
    "simulate",
    "stage",
    "write_video",
]
