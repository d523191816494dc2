"""How time and memory grow with the number of performances, of which features are given.

Makes 1,000, 10,000 and 100,000 files of features (`--sizes`), learns a small model from the first
300, and runs the commands on each table, one process each: `check`, `predict`, the same with
`--resume` when all is done, `merge`, `evaluate`, `train` on all of it, and reports of every tenth
performance. Beside them stand the parts of training that see all performances at once. Seconds are
those of the processor, as others may use the machine. A row's exponent is 1 where it grows with the
number, 2 with its square, between the two largest numbers it was measured with. What is not
measured anew is kept as it was, and each row is written as soon as it is known; a command that
takes more than 40 minutes of the processor is stopped.

    OMP_NUM_THREADS=1 python benchmarks/scale.py
"""

import argparse
import csv
import json
import math
import os
import platform
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from podium.features.values import Features, Sample
from podium.folds.copies import near_copies
from podium.inputs.spreadsheet import harmless
from podium.metric.pairs import PairOptions, PairSampler
from podium.performance import Performance
from podium.witnesses.memory import learn_memory
from podium.witnesses.novelty import learn_novelty

RESULTS = Path(__file__).parent / "results" / "scale.json"
PAGE = Path(__file__).parents[1] / "docs" / "scale.md"
HEAD = "| | "
"""How the table of the page begins, in which it is put anew."""

WORDS = {
    "check": "`podium check`",
    "predict": "`podium predict --shard 0/2` (half of the table)",
    "predict --resume": "the same with `--resume`, all done",
    "merge": "`podium merge`",
    "evaluate": "`podium evaluate`",
    "report": "reports of every tenth (`podium score --report-dir`)",
    "train": "`podium train --scorer ridge`",
    "learn_novelty": "learning what is usual",
    "finding copies": "finding copies of one performance",
    "learn_memory": "learning which were learned from",
    "pairs, counted": "counting pairs",
    "pairs, an epoch": "drawing the pairs of an epoch",
}
SIZES = (1_000, 10_000, 100_000)
N_LEARNED, N_CLIPS, DIM = 300, 4, 16
MOST_SECONDS = 2400
"""Of the processor, so that others who use the machine stop nothing."""
RUN = """
import resource, sys
from podium.cli.commands import run
code = run(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
print("used", used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, file=sys.stderr)
sys.exit(code)
"""

Row = dict[str, Any]
Rows = Iterator[tuple[str, Row]]


def write_table(folder: Path, n: int) -> Path:
    """Write so many files of features, and the table that names them."""
    rng = np.random.default_rng(0)
    weights = rng.standard_normal(DIM)
    rows = []
    for number in range(n):
        name = f"features/{number // 1000}/{number}.npy"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        values = rng.standard_normal((N_CLIPS, DIM)).astype(np.float32)
        np.save(path, values)
        score = 60 + 5 * float(values.mean(axis=0) @ weights)
        rows.append([name, f"p{number}", f"{score:.3f}", "ab"[number % 2], f"g{number % 50}"])
    table = folder / "table.csv"
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file_name", "id", "score", "action", "athlete"])
        writer.writerows([[harmless(cell) for cell in row] for row in rows])
    return table


def first_rows(table: Path, n: int) -> Path:
    """Write the first rows of a table as one of their own."""
    lines = table.read_text().splitlines(keepends=True)[: n + 1]
    (made := table.with_name("learned.csv")).write_text("".join(lines))
    return made


def command(folder: Path, *words: object) -> Row:
    """Run a command of Podium in a process of its own; return its seconds and megabytes.

    One that takes too long is stopped, and its row holds `MOST_SECONDS` as `more_than`.
    """
    environment = {**os.environ, "PODIUM_CACHE": str(folder / "cache"), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", RUN, *map(str, words)],
        capture_output=True, text=True, env=environment, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS)),
    )  # fmt: skip
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return {"more_than": MOST_SECONDS}
    if done.returncode:
        raise SystemExit(done.stderr)
    seconds, megabytes = done.stderr.rsplit("used ", 1)[1].split()
    return {"seconds": round(float(seconds), 2), "megabytes": int(megabytes)}


def commands(folder: Path, table: Path, model: Path) -> Rows:
    """Measure the commands that work off a table."""
    shards = [folder / f"{i}.csv" for i in range(2)]
    predict = ["predict", table, "--model", model]
    first = [*predict, "--out", shards[0], "--shard", "0/2"]
    yield "check", command(folder, "check", table)
    scored = command(folder, *first)
    yield "predict", scored
    yield "predict --resume", command(folder, *first, "--resume")
    if "more_than" in scored:
        return
    command(folder, *predict, "--out", shards[1], "--shard", "1/2")
    merged = folder / "all.csv"
    yield "merge", command(folder, "merge", merged, *shards)
    yield "evaluate", command(folder, "evaluate", merged, table, "--json")


def report(folder: Path, table: Path, model: Path) -> Rows:
    """Measure reports of every tenth performance, a folder each, and the table of all."""
    paths = sorted(table.parent.glob("features/*/*.npy"))[::10]
    out = "--report-dir", folder / "reports", "--csv", folder / "reports.csv"
    yield "report", command(folder, "score", *paths, "--model", model, *out)


def train(n: int) -> Rows:
    """Measure training on so many performances, as far as it sees all of them: by `ridge`."""
    with tempfile.TemporaryDirectory(prefix="podium-scale-") as made:
        folder = Path(made)
        table = write_table(folder, n)
        yield "train", command(folder, "train", table, "--out", folder / "m", "--scorer", "ridge")


def within(work: Callable[[], object]) -> Row:
    """Measure work in this process; its memory is the peak of the process so far."""
    begun = time.process_time()
    work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"seconds": round(time.process_time() - begun, 2), "megabytes": peak}


def parts_of_training(n: int) -> Rows:
    """Measure the parts of training that see all performances at once."""
    rng = np.random.default_rng(0)
    features = [rng.standard_normal((N_CLIPS, DIM)).astype(np.float32) for _ in range(n)]
    scores = rng.normal(60, 10, n)
    yield "learn_novelty", within(lambda: learn_novelty(features))
    yield "pairs, counted", within(lambda: PairSampler(scores, PairOptions()))
    yield "pairs, an epoch", _epoch(scores)


def parts_with_pairs(n: int) -> Rows:
    """Measure the parts of training that compare performances with one another."""
    rng = np.random.default_rng(0)
    times = np.arange(N_CLIPS, dtype=np.float64)
    samples = [
        Sample(
            Performance(f"p{number}", Path(f"{number}.npy"), score=60.0),
            Features(
                rng.standard_normal((N_CLIPS, DIM)).astype(np.float32), times, times + 1, "x", None
            ),
        )
        for number in range(n)
    ]
    yield "finding copies", within(lambda: near_copies(samples))
    yield "learn_memory", within(lambda: learn_memory(samples))


def _epoch(scores: np.ndarray[Any, np.dtype[np.float64]]) -> Row:
    sampler, rng = PairSampler(scores, PairOptions()), np.random.default_rng(0)
    return within(lambda: sampler.draw(rng))


def exponent(small: Row, large: Row, factor: float) -> float:
    """Return how time grows with the number between two sizes: 1 with it, 2 with its square."""
    return round(math.log(max(large["seconds"], 0.01) / max(small["seconds"], 0.01), factor), 2)


def with_table(n: int, work: Callable[[Path, Path, Path], Rows]) -> Rows:
    """Measure commands on so many performances, with a model learned from the first of them."""
    with tempfile.TemporaryDirectory(prefix="podium-scale-") as made:
        folder = Path(made)
        table, model = write_table(folder, n), folder / "model"
        learned = first_rows(table, N_LEARNED)
        command(folder, "train", learned, "--out", model, "--scorer", "ridge")
        yield from work(folder, table, model)


def growth_of(measured: Mapping[int, Mapping[str, Row]]) -> dict[str, float]:
    """Return how each row grows, between the two largest numbers that it was measured with."""
    found = {}
    for name in dict.fromkeys(name for rows in measured.values() for name in rows):
        sizes = [n for n, rows in sorted(measured.items()) if "seconds" in rows.get(name, {})]
        if len(sizes) > 1:
            small, large = sizes[-2:]
            found[name] = exponent(measured[small][name], measured[large][name], large / small)
    return found


def measure(kind: str, n: int) -> Rows:
    """Measure one kind of work on so many performances, a row after the other."""
    measured: dict[str, Callable[[int], Rows]] = {
        "commands": lambda n: with_table(n, commands),
        "reports": lambda n: with_table(n, report),
        "train": train,
        "parts": parts_of_training,
        "pairs": parts_with_pairs,
    }
    return measured[kind](n)


def kept() -> dict[int, dict[str, Row]]:
    """Return what was measured before."""
    before = json.loads(RESULTS.read_text())["sizes"] if RESULTS.is_file() else {}
    return {int(n): rows for n, rows in before.items()}


def main(asked: Mapping[str, Sequence[int]]) -> None:
    """Measure what is asked for; print and write each row as soon as it is known."""
    measured = kept()
    for kind, sizes in asked.items():
        for n in sizes:
            for name, row in measure(kind, n):
                measured.setdefault(n, {})[name] = row
                print(f"{n:>8,}  {name:<20} {_cell(row)}", flush=True)
                write(dict(sorted(measured.items())))
    for name, value in growth_of(measured).items():
        print(f"{name:<20} grows with the number to the power of {value}")


def write(measured: Mapping[int, Mapping[str, Row]]) -> None:
    """Write what was measured as JSON, and as the table of the page."""
    about = {
        "python": platform.python_version(), "processors": os.cpu_count(), "clips": N_CLIPS,
        "runs": "of several runs of this script, on machines that others used",
    }  # fmt: skip
    plain = {"about": about, "sizes": measured, "exponents": growth_of(measured)}
    RESULTS.write_text(json.dumps(plain, indent=1) + "\n")
    before, _, rest = PAGE.read_text().partition(f"\n{HEAD}")
    PAGE.write_text(f"{before}\n{table_of(measured)}\n\n{rest.partition(2 * chr(10))[2]}")


def table_of(measured: Mapping[int, Mapping[str, Row]]) -> str:
    """Return what was measured as a table of Markdown, with how each row grows."""
    growth = growth_of(measured)
    rows = [
        [words, *(_cell(measured[n].get(name)) for n in measured), f"{growth[name]:.2f}"]
        for name, words in WORDS.items()
        if name in growth
    ]
    head = ["", *(f"{n:,}" for n in measured), "grows to the power of"]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines).replace("|  |", "| |", 1)


def _cell(row: Row | None) -> str:
    if row and "more_than" in row:
        return f"stopped after {row['more_than']} s"
    return f"{row['seconds']:g} s, {row['megabytes']} MB" if row else ""


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    kinds = {
        "commands": "that work off a table",
        "reports": "of every tenth of a table",
        "train": "on all of a table",
        "parts": "of training that see all performances",
        "pairs": "parts of training that compare performances with one another",
    }
    for kind, words in kinds.items():
        reader.add_argument(f"--{kind}", type=int, nargs="*", default=SIZES, help=words)
    main(vars(reader.parse_args()))
