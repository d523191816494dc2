"""Compare a table that was scored in shards, some of them killed, with one run, byte for byte.

Renders short videos of dives (2,000 unless told otherwise), scores them in one run, then in 8
shards that run side by side; 3 of them are killed (SIGKILL) at a random moment each and resumed.
The merged table must be the bytes of the one run. With `--engine ray` or `--engine slurm:local`, so
must what the engine makes.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from podium.datasets.simulated import Simulated
from podium.simulation import SimulationOptions

RUN = "import sys; from podium.cli.commands import run; sys.exit(run(sys.argv[1:]))"
N_SHARDS = 8
N_KILLED = 3


def start(words: list[str], cache: Path) -> "subprocess.Popen[bytes]":
    """Start a command of Podium in a process of one thread, with a cache of its own."""
    environment = {**os.environ, "PODIUM_CACHE": str(cache), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", RUN, *words], stderr=subprocess.DEVNULL, env=environment
    )


def seconds_of(words: list[str], cache: Path) -> float:
    """Run a command to its end, and return how long it took."""
    begun = time.perf_counter()
    assert start(words, cache).wait() == 0
    return time.perf_counter() - begun


def in_shards(words: list[str], folder: Path, moments: list[float]) -> list[int]:
    """Score shards side by side, kill one at each of the moments (seconds); return what was done.

    That is how many records each of those that were killed had kept.
    """
    each = [
        [*words, "--out", str(folder / f"{i}.csv"), "--shard", f"{i}/{N_SHARDS}"]
        for i in range(N_SHARDS)
    ]
    running = [start(one, folder / "cache") for one in each]
    begun, kept = time.perf_counter(), []
    for i, moment in enumerate(moments):
        time.sleep(max(moment - (time.perf_counter() - begun), 0))
        running[i].kill()
        running[i].wait()
        kept.append(len([*folder.glob(f"{i}.csv.parts/records/*/*.json")]))
    codes = [process.wait() for process in running[len(moments) :]]
    assert codes == [0] * len(codes)
    for one in each[: len(moments)]:
        seconds_of([*one, "--resume"], folder / "cache")
    return kept


def compare(table: Path, model: str, folder: Path, seed: int, engine: str) -> None:
    """Score a table in one run and in other ways, and print whether the bytes are the same."""
    words = ["predict", str(table), "--model", model]
    whole = folder / "whole.csv"
    seconds = seconds_of([*words, "--out", str(whole)], folder / "cache of one run")
    print(f"one run: {seconds:.0f} s")
    generator = random.Random(seed)
    moments = sorted(generator.uniform(0.1, 0.9) * seconds for _ in range(N_KILLED))
    kept = in_shards(words, folder, moments)
    print(f"{N_SHARDS} shards, {N_KILLED} killed when they had done {kept}")
    parts = [str(folder / f"{i}.csv") for i in range(N_SHARDS)]
    seconds_of(["merge", str(folder / "merged.csv"), *parts], folder / "cache")
    print(f"the same bytes: {(folder / 'merged.csv').read_bytes() == whole.read_bytes()}")
    if engine:
        out = folder / "engine.csv"
        again = [*words, "--out", str(out), "--engine", engine]
        print(f"{engine}: {seconds_of(again, folder / 'cache of the engine'):.0f} s")
        print(f"the same bytes: {out.read_bytes() == whole.read_bytes()}")


def main() -> None:
    """Render, compare, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--videos", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--table", type=Path, help="these performances, and none are rendered")
    parser.add_argument("--model", default="simulated", help="what scores them")
    parser.add_argument("--engine", default="", help="ray or slurm:local, where it is installed")
    asked = parser.parse_args()
    options = SimulationOptions(n_performances=asked.videos, seed=asked.seed, width=160, height=120)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        table = asked.table or Simulated(folder / "videos", options).render(
            workers=os.cpu_count() or 1
        )
        compare(table, asked.model, folder, asked.seed, asked.engine)


if __name__ == "__main__":
    main()
