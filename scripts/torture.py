"""Try what should not harm Podium, often; print what was tried, what was lost and who was let in.

python scripts/torture.py [SEED]

Random variants are drawn anew at each run, from the seed that is printed.
"""

import os
import random
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

OFTEN = {
    "PODIUM_TORTURE_MUTATIONS": "300",
    "PODIUM_TORTURE_SCORES": "300",
    "PODIUM_TORTURE_COMMANDS": "30",
    "PODIUM_TORTURE_KILLS": "50",
    "PODIUM_TORTURE_TABLES": "2000",
}


@dataclass(frozen=True)
class Trial:
    """Something that is tried: in words, how often, and the tests that try it."""

    words: str
    n: str
    tests: tuple[str, ...]
    lets_in: bool = False
    """Whether a failure means that a stranger's code or request got in, not that data were lost."""


def hostile(words: str, *names: str, lets_in: bool = False) -> Trial:
    """Return a trial of files of `tests/hostile`, whose variants are drawn by a seed."""
    return Trial(words, "drawn", tuple(f"hostile/test_{name}.py" for name in names), lets_in)


TRIALS = (
    Trial(
        "the decoder killed, hung, out of memory, lying", "each once", ("video/test_decoder.py",)
    ),
    Trial("broken MP4, AVI and MKV, decoded", "300 each", ("test_torture.py", "-k", "honestly")),
    Trial("broken files, inspected", "300 each", ("test_torture.py", "-k", "inspected")),
    Trial("broken files, scored", "300 each", ("test_torture.py", "-k", "is_scored")),
    Trial("broken files, the real command", "30 x 2", ("test_torture.py", "-k", "contract")),
    Trial("what is no video", "10 kinds", ("test_torture.py", "-k", "no_video")),
    Trial("a recording of three hours", "each once", ("video/test_long.py",)),
    Trial("tables of any content", "2000", ("test_torture.py", "-k", "any_table")),
    Trial("malicious and damaged labels", "16", ("datasets/test_pickled.py",)),
    Trial(
        "extract, train, predict, benchmark killed",
        "50 each",
        ("test_interrupted.py", "-k", "killed"),
    ),
    Trial(
        "shards ended at random, merged", "3 of 8", ("cli/test_batches.py", "-k", "byte_for_byte")
    ),
    Trial("a disk that takes no more", "25", ("test_interrupted.py", "-k", "disk or limit_on")),
    Trial("any number of workers and threads", "7", ("test_interrupted.py", "-k", "number_of")),
    Trial("a socket opened by a command", "5", ("test_torture.py", "-k", "socket")),
    Trial("one cache, two processes", "2", ("test_interrupted.py", "-k", "two_processes")),
    hostile("models that name programs", "model_is_no_program", lets_in=True),
    hostile("modules in the user's folder", "foreign_folder", lets_in=True),
    hostile("peers, hosts, tokens", "peers", lets_in=True),
    hostile("damaged and mutated models", "damaged_models", "damaged_scorers", "mutated_models"),
    hostile("tables, arrays, data sets, results", "tables", "given_arrays", "data_sets",
            "saved_results"),
    hostile("pickles", "pickles", lets_in=True),
    hostile("names that steer a terminal", "names", lets_in=True),
    hostile("odd requests and slow connections", "requests", "slow_connections"),
    hostile("the page's folder, two servers", "store_folder", "two_servers", "damaged_store"),
    hostile("a worker whose jobs fail", "worker_outlives"),
    hostile("cache entries, no cache", "cache_entries", "no_cache"),
    hostile("Ctrl-C, closed streams, little memory", "streams_and_signals", "memory_of_learning"),
)  # fmt: skip


def tried(trial: Trial, report: Path, seed: int) -> tuple[int, int, int]:
    """Run the tests of a trial; return how many ran, how many were skipped and how many failed."""
    words = [f"tests/{word}" if word.endswith(".py") else word for word in trial.tests]
    subprocess.run(
        [sys.executable, "-m", "pytest", *words, f"--junitxml={report}", "--timeout=3000"],
        env={**os.environ, **OFTEN, "PODIUM_TORTURE_SEED": str(seed)},
        check=False,
        stdout=sys.stderr,
    )  # fmt: skip
    suite = ElementTree.parse(report).getroot().find("testsuite")
    counts = {} if suite is None else suite.attrib
    n, skipped = int(counts.get("tests", 0)), int(counts.get("skipped", 0))
    return n - skipped, skipped, int(counts.get("failures", 0)) + int(counts.get("errors", 0))


def main() -> int:
    """Run every trial and print the table; leave with 1 if anything was lost or let in."""
    seed = int(sys.argv[1]) if sys.argv[1:] else random.SystemRandom().randrange(2**31)
    rows, harm = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for number, trial in enumerate(TRIALS):
            n_run, n_skipped, n_failed = tried(trial, Path(folder) / f"{number}.xml", seed)
            n_failed = n_failed if n_run else 1  # a trial that tried nothing holds nothing
            harm += n_failed
            lost, let_in = (0, n_failed) if trial.lets_in else (n_failed, 0)
            rows.append((trial.words, trial.n, n_run, n_skipped, lost, let_in))
    print(f"seed {seed}")
    print(f"{'tried':<48} {'how often':<10} {'tests':>5} {'skipped':>7} {'lost':>5} {'let in':>6}")
    for words, n, n_run, n_skipped, lost, let_in in rows:
        print(f"{words:<48} {n:<10} {n_run:>5} {n_skipped:>7} {lost:>5} {let_in:>6}")
    return 1 if harm else 0


if __name__ == "__main__":
    sys.exit(main())
