"""Commands in processes that are ended by a signal at one of their steps on the disk."""

import json
import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent

# Each run is a copy of a process that has imported everything. It is ended at one of its steps on
# the disk, or of whatever it asks of the system, counted, and never by the clock.
RUNS = """
import json, os, random, signal, sys
from functools import partial
from pathlib import Path
import rich.console, rich.progress, scipy.stats
import podium.assessor, podium.backbones.motion, podium.batch.running, podium.report.words
import podium.cli.progress
from podium.cli.commands import run
from podium.evaluation import metrics
metrics.bootstrap = partial(metrics.bootstrap, n_resamples=30)
podium.cli.progress.FIRST_SECONDS = float("inf")  # what is said does not depend on the machine
steps = {"done": 0, "last": None, "how": None, "parent": os.getpid()}

def count(event, arguments):
    if os.environ["COUNTED"] == "everything":
        if os.getpid() == steps["parent"]:
            return
    elif event != "os.rename" or os.environ["COUNTED"] not in str(arguments[1]):
        return
    steps["done"] += 1
    if steps["done"] == steps["last"]:
        os.kill(os.getpid(), steps["how"])

sys.addaudithook(count)

def start(words, last, how):
    pid = os.fork()
    if pid == 0:
        steps.update(last=last, how=how)
        code = 99
        try:
            code = run(words)
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

print(json.dumps([start(*asked) for asked in json.loads(sys.argv[1])]))
"""


def codes_of(
    *asked: tuple[list[object], int | None, int | None], counted: str = ".parts"
) -> tuple[list[int], list[str]]:
    """Run commands one after another, each ended by a signal at a step; their codes, and words.

    A step is a file that is put in place, whose path holds what is `counted`; or, where that is
    `everything`, any event that Python has auditors told of: files opened, modules, processes.
    """
    plain = [([str(word) for word in words], last, how) for words, last, how in asked]
    paths = os.pathsep.join(filter(None, (str(TESTS), os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        [sys.executable, "-c", RUNS, json.dumps(plain)],
        capture_output=True, text=True, timeout=900,
        env={**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "COUNTED": counted},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr.splitlines()
