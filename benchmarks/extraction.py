"""How fast `podium extract` makes the features of a whole data set, and how much memory it takes.

Runs it as a process over UNLV-Dive with an empty cache, then over a tenth of it (memory must be the
same), then again over all, which must be read from the cache; then, with an empty cache once more,
as one process for each processor, each with a shard and one thread. Real time is that of the files,
whose frames are all decoded; without their black padding it is less, and that is given too.
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

from measuring import run_where_data_are, write

from podium.datasets.unlv_dive import UnlvDive
from podium.model import SHIPPED

RUN = """
import resource, sys
from podium.cli.commands import run
code = run(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
sys.exit(code)
"""
FRAMES_PER_SECOND = 30
LAST_FRAME = 150


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


def measured_in_shards(words: list[str], cache: str, n: int) -> float:
    """Run a command of Podium as `n` processes of one thread, a shard each; give the seconds."""
    start = time.perf_counter()
    environment = {**os.environ, "PODIUM_CACHE": cache, "OMP_NUM_THREADS": "1"}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", RUN, *words, "--shard", f"{i}/{n}"],
            stdout=subprocess.DEVNULL,
            env=environment,
        )
        for i in range(n)
    ]
    assert [process.wait() for process in running] == [0] * n
    return time.perf_counter() - start


def seconds_of_video(data: UnlvDive) -> tuple[float, float]:
    """Return how long all dives last: as files, and as filmed, without the black padding."""
    dives = data.performances()
    of_files = sum((d.end_frame or LAST_FRAME) + 1 for d in dives)
    padding = sum(d.start_frame or 0 for d in dives)
    return of_files / FRAMES_PER_SECOND, (of_files - padding) / FRAMES_PER_SECOND


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
        shards = measured_in_shards(words, f"{folder}/shards", os.cpu_count() or 1)
        n_bytes = sum(p.stat().st_size for p in Path(folder, "all").rglob("*") if p.is_file())
    files, filmed = seconds_of_video(data)
    result: dict[str, Any] = {
        "backbone": backbone,
        "dives": len(data.performances()),
        "seconds_of_files": files,
        "seconds_without_padding": filmed,
        "seconds": first,
        "times_faster_than_real_time": files / first,
        "times_faster_without_padding": filmed / first,
        "seconds_in_shards": shards,
        "times_faster_in_shards": files / shards,
        "times_faster_in_shards_without_padding": filmed / shards,
        "peak_megabytes": memory,
        "peak_megabytes_of_a_tenth": tenth,
        "seconds_from_cache": second,
        "megabytes_of_cache": n_bytes / 1e6,
    }
    for key, value in result.items():
        print(f"{key:<28} {value if isinstance(value, str) else format(value, '.1f')}")
    print(write("extraction", result))


if __name__ == "__main__":
    run_where_data_are(main)
