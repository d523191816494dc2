"""Five hundred mutations of each file of the models that ship, in a process with limits."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from .strangers import SEED

N = int(os.environ.get("PODIUM_TORTURE_MODELS", "500"))
MAX_SECONDS = 5.0
"""Of the processor's time, which other programs do not lengthen."""

pytestmark = pytest.mark.slow


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is limited on Linux only")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("which", ["config", "arrays"])
def test_a_mutated_model_is_refused_or_scores(which, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "hostile.mutating", which, str(SEED), str(N), str(tmp_path)],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == N
    broken = [row for row in rows if row["what"].startswith("broken")]
    assert broken == [], f"seed {SEED}"
    slow = [row for row in rows if row["seconds"] > MAX_SECONDS]
    assert slow == [], f"seed {SEED}"
    came = Counter(row["what"].split()[0] for row in rows)
    assert came["load"] > N / 10  # refused before anything is scored
    assert came["scored"] > N / 50  # and some mutations do no harm
