"""How fast `podium extract` makes the features of a whole data set, and how much memory it takes.

Runs it as a process over UNLV-Dive with an empty cache, then over a tenth of it (memory must be the
same), then again over all, which must be read from the cache.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from measuring import write

from podium.datasets.unlv_dive import UnlvDive
from podium.errors import DatasetNotFound
from podium.model import SHIPPED

RUN = """
import resource, sys
from podium.cli import run
code = run(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
sys.exit(code)
"""
FRAMES_PER_SECOND = 30


def measured(words: list[str], cache: str) -> tuple[float, float]:
    """Run a command of Podium; give its seconds and its largest memory in megabytes."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", RUN, *words],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "PODIUM_CACHE": cache},
    )
    return time.perf_counter() - start, float(done.stdout.split()[-1])


def seconds_of_video(data: UnlvDive) -> float:
    """Give how long all dives last as they were filmed, without the black padding."""
    dives = data.performances()
    n_frames = sum((d.end_frame or 150) - (d.start_frame or 0) + 1 for d in dives)
    return n_frames / FRAMES_PER_SECOND


def main() -> None:
    """Measure, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    shipped = json.loads((SHIPPED / "diving" / "config.json").read_text())["backbone"]["name"]
    parser.add_argument("--backbone", default=shipped)
    backbone = parser.parse_args().backbone
    data = UnlvDive()
    table = str(data.root / "metadata.csv")
    words = ["extract", table, "--backbone", backbone]
    with tempfile.TemporaryDirectory() as folder:
        first, memory = measured(words, f"{folder}/all")
        _, tenth = measured([*words, "--shard", "0/10"], f"{folder}/tenth")
        second, _ = measured(words, f"{folder}/all")
        n_bytes = sum(p.stat().st_size for p in Path(folder, "all").rglob("*") if p.is_file())
    video = seconds_of_video(data)
    result: dict[str, Any] = {
        "backbone": backbone,
        "dives": len(data.performances()),
        "seconds_of_video": video,
        "seconds": first,
        "times_faster_than_real_time": video / first,
        "peak_megabytes": memory,
        "peak_megabytes_of_a_tenth": tenth,
        "seconds_from_cache": second,
        "megabytes_of_cache": n_bytes / 1e6,
    }
    for key, value in result.items():
        print(f"{key:<28} {value if isinstance(value, str) else format(value, '.1f')}")
    print(write("extraction", result))


if __name__ == "__main__":
    try:
        main()
    except DatasetNotFound as error:  # so that `make bench` goes on
        print(f"not measured: {error}")
