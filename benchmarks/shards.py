"""Compare a table that was scored in shards, some of them killed, with one run, byte for byte.

Writes short videos of a moving bar (2,000 unless told otherwise; with `--dives`, of rendered
dives), scores them in one run, then in 8 shards that run side by side. 3 of them are ended by a
signal, SIGKILL and SIGTERM both among these, at a moment each; shards, signals and moments are
drawn from a seed that is printed. They are resumed, and the merged table must be the bytes of the
one run. With `--engine ray` or `--engine slurm:local`, so must what the engine makes. What was
found is written as JSON, and as a paragraph of `docs/scale.md`, where all 2,000 were scored.

    OMP_NUM_THREADS=1 python benchmarks/shards.py
"""

import argparse
import csv
import json
import os
import platform
import random
import runpy
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from podium.datasets.simulated import Simulated
from podium.simulation import SimulationOptions

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "shards.json"
PAGE = ROOT / "docs" / "scale.md"
HEAD = "`python benchmarks/shards.py` "
"""How the paragraph of the page begins, which is put anew."""

BARS = ROOT / "tests" / "recorded" / "bars"
"""The small model of the tests, which scores bars."""

RUN = "import sys; from podium.cli.commands import run; sys.exit(run(sys.argv[1:]))"
N_SHARDS, N_KILLED = 8, 3
N_VIDEOS, N_FRAMES = 2_000, 50
STOPPED = 75


@dataclass(frozen=True)
class End:
    """A shard that is to be ended by a signal, a share of one run's time after all began."""

    shard: int
    how: signal.Signals
    moment: float


def draw_ends(seed: int) -> list[End]:
    """Draw which shards are ended, how and when, the soonest first."""
    drawn = random.Random(seed)
    shards = drawn.sample(range(N_SHARDS), N_KILLED)
    both = (signal.SIGKILL, signal.SIGTERM)
    how = [*both, *drawn.choices(both, k=N_KILLED - len(both))]
    found = [End(i, one, drawn.uniform(0, 1)) for i, one in zip(shards, how, strict=True)]
    return sorted(found, key=lambda end: end.moment)


def write_bars(folder: Path, n: int, seed: int) -> Path:
    """Write so many short videos of a bar that moves, and the table that names them."""
    drawn, rows = random.Random(seed), []
    videos = runpy.run_path(str(ROOT / "tests" / "videos.py"))
    for number in range(n):
        name, action = f"{number // 100:03d}/{number:06d}.mp4", ("107", "407")[number % 2]
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shown = videos["attempt"](drawn.uniform(3, 10), action, N_FRAMES, seed=number)
        videos["write_video"](folder / name, shown, frames_per_second=30)
        rows.append((name, f"p{number}", action, 2.4))
    table = folder / "table.csv"
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file_name", "id", "action", "difficulty"])
        writer.writerows(rows)
    return table


def start(words: Sequence[str], cache: Path) -> "subprocess.Popen[bytes]":
    """Start a command of Podium in a process of one thread, with a cache of its own."""
    environment = {**os.environ, "PODIUM_CACHE": str(cache), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", RUN, *words], stderr=subprocess.DEVNULL, env=environment
    )


def seconds_of(words: Sequence[str], cache: Path) -> float:
    """Run a command to its end, and return how long it took."""
    begun = time.perf_counter()
    if code := start(words, cache).wait():
        raise SystemExit(f"podium {' '.join(words)}\nleft with {code}")
    return time.perf_counter() - begun


def in_shards(
    words: Sequence[str], folder: Path, ends: Sequence[End], seconds: float
) -> list[dict[str, Any]]:
    """Score shards side by side, end some, and resume these; return what was done of each."""
    each = [
        [*words, "--out", str(folder / f"{i}.csv"), "--shard", f"{i}/{N_SHARDS}"]
        for i in range(N_SHARDS)
    ]
    running = [start(one, folder / "cache") for one in each]
    begun, found = time.perf_counter(), []
    for end in ends:
        time.sleep(max(end.moment * seconds - (time.perf_counter() - begun), 0))
        running[end.shard].send_signal(end.how)
        code = running[end.shard].wait()
        if code not in (-end.how, STOPPED, 0):
            raise SystemExit(f"shard {end.shard}, which got {end.how.name}, left with {code}")
        kept = len([*folder.glob(f"{end.shard}.csv.parts/records/*/*.json")])
        said = {**asdict(end), "how": end.how.name, "moment": round(end.moment, 3)}
        found.append({**said, "code": code, "records": kept})
        print(found[-1], flush=True)
    ended = {end.shard for end in ends}
    if any(process.wait() for i, process in enumerate(running) if i not in ended):
        raise SystemExit("a shard failed to which nothing was done")
    for end in ends:
        seconds_of([*each[end.shard], "--resume"], folder / "cache")
    return found


def compare(table: Path, model: str, folder: Path, seed: int, engine: str) -> dict[str, Any]:
    """Score a table in one run and in other ways; return what was done, and which are the same."""
    words = ["predict", str(table), "--model", model]
    whole = folder / "whole.csv"
    seconds = seconds_of([*words, "--out", str(whole)], folder / "cache of one run")
    print(f"one run: {seconds:.0f} s", flush=True)
    ended = in_shards(words, folder, draw_ends(seed), seconds)
    parts = [str(folder / f"{i}.csv") for i in range(N_SHARDS)]
    seconds_of(["merge", str(folder / "merged.csv"), *parts], folder / "cache")
    same = (folder / "merged.csv").read_bytes() == whole.read_bytes()
    print(f"the same bytes: {same}")
    with whole.open(newline="") as file:
        rows = [*csv.DictReader(file)]
    found = {
        "videos": len(rows), "scored": sum(not row["error"] for row in rows), "seed": seed,
        "seconds_of_one_run": round(seconds), "shards": N_SHARDS, "ended": ended, "same": same,
    }  # fmt: skip
    return found | ({engine: by_engine(words, whole, folder, engine)} if engine else {})


def by_engine(words: Sequence[str], whole: Path, folder: Path, engine: str) -> bool:
    """Return whether an engine makes the same bytes."""
    out = folder / "engine.csv"
    again = [*words, "--out", str(out), "--engine", engine]
    print(f"{engine}: {seconds_of(again, folder / 'cache of the engine'):.0f} s")
    same = out.read_bytes() == whole.read_bytes()
    print(f"the same bytes: {same}")
    return same


def write(found: dict[str, Any]) -> None:
    """Write what was found as JSON, and as a paragraph of the page."""
    about = {"python": platform.python_version(), "processors": os.cpu_count()}
    RESULTS.write_text(json.dumps({"about": about, **found}, indent=1) + "\n")
    before, _, rest = PAGE.read_text().partition(f"\n{HEAD}")
    paragraph = said(found, os.cpu_count() or 1)
    PAGE.write_text(f"{before}\n{paragraph}\n{rest.partition(chr(10) * 2)[2]}".rstrip() + "\n")


def said(found: dict[str, Any], n_processors: int) -> str:
    """Return what was found in words, in lines of the page."""
    ends = [
        f"shard {end['shard']} got {end['how']} with {end['records']} records kept"
        for end in found["ended"]
    ]
    same = "are the bytes of one run" if found["same"] else "ARE NOT the bytes of one run"
    return (
        f"{HEAD}scored {found['videos']:,} videos of {N_FRAMES} frames, 64x48\n"
        f"([as JSON](../benchmarks/results/shards.json); moving bars, by the small model of the "
        f"tests), in\n{found['shards']} shards side by side on {n_processors} processors that "
        f"others used too. Shards, signals and moments were drawn (seed {found['seed']}):\n"
        f"{', '.join(ends)}.\nResumed and merged, they {same}.\n"
    )


def main() -> None:
    """Write videos, compare, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--videos", type=int, default=N_VIDEOS)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**31))
    parser.add_argument("--dives", action="store_true", help="rendered dives instead of bars")
    parser.add_argument("--table", type=Path, help="these performances, and none are written")
    parser.add_argument("--model", default="", help="what scores them")
    parser.add_argument("--engine", default="", help="ray or slurm:local, where it is installed")
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="podium-shards-") as temporary:
        folder = Path(temporary)
        is_ours = not (asked.dives or asked.table)
        model = asked.model or ("simulated" if asked.dives else str(BARS))
        table = asked.table or videos(folder / "videos", asked)
        found = compare(table, model, folder, asked.seed, asked.engine)
    if is_ours and asked.videos == N_VIDEOS:
        write(found)
    if not found["same"] or found.get(asked.engine) is False:
        raise SystemExit("the bytes are not the same")


def videos(folder: Path, asked: argparse.Namespace) -> Path:
    """Write the videos that are asked for, and return the table that names them."""
    if not asked.dives:
        return write_bars(folder, asked.videos, asked.seed)
    options = SimulationOptions(n_performances=asked.videos, seed=asked.seed, width=160, height=120)
    return Simulated(folder, options).render(workers=os.cpu_count() or 1)


if __name__ == "__main__":
    main()
