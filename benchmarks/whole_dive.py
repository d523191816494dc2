"""How long a whole assessment takes as a process: start to exit of `podium score`, and its memory.

Renders 151 frames of a dive, 320x240, scores them several times with a model (the shipped one, or
another by `--model`), and prints the median, beside what of it comes after imports, and the time of
`podium --help`, which is what starting Python and Typer alone costs. Results are kept by backbone.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from measuring import RESULTS, by_turns, write

from podium.model import find_model
from podium.simulation import stage, write_video

N_FRAMES = 151  # as the published dives have
RUN = "from podium.cli import main; main()"
AFTER = """
import contextlib, io, sys, time
from podium.assessor import load
from podium.cli.commands import run
load(sys.argv[-1])  # which imports its backbone and scorer
start = time.perf_counter()
with contextlib.redirect_stdout(io.StringIO()):
    assert run(sys.argv[1:]) == 0
print(time.perf_counter() - start)
"""


def seconds_of_process(arguments: Sequence[str], cache: str) -> float:
    """Run a command of Podium as a process with an empty cache; give its seconds."""
    start = time.perf_counter()
    _run(RUN, arguments, cache)
    return time.perf_counter() - start


def seconds_after_imports(arguments: Sequence[str], cache: str) -> float:
    """Run a command where everything that it needs is imported already; give its seconds."""
    return float(_run(AFTER, arguments, cache))


def _run(code: str, arguments: Sequence[str], cache: str) -> str:
    with tempfile.TemporaryDirectory(dir=cache) as empty:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PODIUM_CACHE": empty},
        )
    return done.stdout


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--model", default="diving", help="a model on another backbone")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "dive.mp4"
        dive = stage("407", {"entry": 0.7}, 1)
        frames = islice(cycle(dive.frames()), N_FRAMES)
        write_video(video, frames, dive.options.frames_per_second)
        scoring = ["score", str(video), "--action", "407", "--difficulty", "3.2", "--json"]
        scoring += ["--model", arguments.model]
        ways = {
            "podium --help": partial(seconds_of_process, ["--help"], folder),
            "podium score": partial(seconds_of_process, scoring, folder),
            "after imports": partial(seconds_after_imports, scoring, folder),
        }
        rows = by_turns(ways, arguments.runs)
        before = _processor_seconds()
        for _ in range(arguments.runs):
            seconds_of_process(scoring, folder)
        processor = (_processor_seconds() - before) / arguments.runs
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    config = json.loads((find_model(arguments.model) / "config.json").read_text())
    backbone = config["backbone"]["name"]
    path = RESULTS / "whole_dive.json"
    known = json.loads(path.read_text()) if path.is_file() else {}
    result = {
        "seconds": rows,
        "processor_seconds": processor,
        "peak_megabytes": peak,
        "frames": N_FRAMES,
    }
    for name, taken in rows.items():
        print(f"{name:<14} {statistics.median(taken):.2f} s (median of {len(taken)})")
    print(f"podium score, of the processor: {processor:.2f} s")
    print(f"largest process: {peak:.0f} MB")
    print(write("whole_dive", {**known, backbone: result}))


if __name__ == "__main__":
    main()
