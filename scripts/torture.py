"""Try what should not harm Podium, often, and print what was tried, how often and what was lost.

python scripts/torture.py
"""

import os
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
    Trial("a disk that takes no more", "25", ("test_interrupted.py", "-k", "disk or limit_on")),
    Trial("any number of workers and threads", "7", ("test_interrupted.py", "-k", "number_of")),
    Trial("a socket opened by a command", "5", ("test_torture.py", "-k", "socket")),
    Trial("one cache, two processes", "2", ("test_interrupted.py", "-k", "two_processes")),
)


def tried(trial: Trial, report: Path) -> tuple[int, int, int]:
    """Run the tests of a trial; give how many ran, how many were skipped and how many failed."""
    file, *chosen = trial.tests
    subprocess.run(
        [sys.executable, "-m", "pytest", f"tests/{file}", *chosen, f"--junitxml={report}",
         "--timeout=3000"],
        env={**os.environ, **OFTEN},
        check=False,
        stdout=sys.stderr,
    )  # fmt: skip
    suite = ElementTree.parse(report).getroot().find("testsuite")
    counts = {} if suite is None else suite.attrib
    n, skipped = int(counts.get("tests", 0)), int(counts.get("skipped", 0))
    return n - skipped, skipped, int(counts.get("failures", 0)) + int(counts.get("errors", 0))


def main() -> int:
    """Run every trial and print the table; leave with 1 if anything was lost."""
    lost = 0
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for number, trial in enumerate(TRIALS):
            n_run, n_skipped, n_failed = tried(trial, Path(folder) / f"{number}.xml")
            lost += n_failed if n_run else 1  # a trial that tried nothing holds nothing
            rows.append((trial.words, trial.n, n_run, n_skipped, n_failed))
    print(f"{'tried':<48} {'how often':<10} {'tests':>5} {'skipped':>7} {'lost':>5}")
    for words, n, n_run, n_skipped, n_failed in rows:
        print(f"{words:<48} {n:<10} {n_run:>5} {n_skipped:>7} {n_failed:>5}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
