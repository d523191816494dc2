"""How long a whole assessment takes as a process: start to exit of `podium score`, and its memory.

Renders one dive, scores it several times with the shipped model, and prints the median beside the
time of `podium --help`, which is what starting Python and Typer alone costs.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from podium.simulation import stage, write_video

RUN = "from podium.cli import main; main()"


def seconds_of(arguments: Sequence[str], n_runs: int, cache: str) -> list[float]:
    """Run a command of Podium as a process `n_runs` times; give the seconds of each."""
    taken = []
    for run in range(n_runs):
        environment = {"PODIUM_CACHE": f"{cache}/{run}"}
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", RUN, *arguments],
            check=True,
            capture_output=True,
            env=environment,
        )
        taken.append(time.perf_counter() - start)
    return taken


def main() -> None:
    """Measure, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/whole_dive.json"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "dive.mp4"
        dive = stage("407", {"entry": 0.7}, 1)
        write_video(video, dive.frames(), dive.options.frames_per_second)
        scoring = ["score", str(video), "--action", "407", "--difficulty", "3.2", "--json"]
        rows = {
            "podium --help": seconds_of(["--help"], arguments.runs, folder),
            "podium score": seconds_of(scoring, arguments.runs, folder),
        }
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    result = {"seconds": rows, "peak_megabytes": peak, "frames": dive.n_frames}
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(result, indent=1) + "\n")
    for name, taken in rows.items():
        print(f"{name:<14} {statistics.median(taken):.2f} s (median of {len(taken)})")
    print(f"largest process: {peak:.0f} MB")


if __name__ == "__main__":
    main()
