"""Dives that Podium renders, as videos."""

from pathlib import Path

from podium.simulation import SimulationOptions, simulate, write_video


def rendered_dives(folder: Path, number: str, seed: int, n: int = 1) -> list[Path]:
    """Render so many dives of a number, such as `407C`, into a folder."""
    options = SimulationOptions(n_performances=n, seed=seed, numbers=(number,))
    paths = []
    for one in simulate(options):
        paths.append(folder / f"{one.id}.mp4")
        write_video(paths[-1], one.frames(), one.options.frames_per_second)
    return paths
