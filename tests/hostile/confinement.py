"""What the tests of hostile files share: memory that is limited, and files that are damaged."""

import os
import random
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from podium.errors import PodiumError

SEED = int(os.environ.get("PODIUM_TORTURE_SEED", "0"))
"""Draws other files where it is another."""

N_MUTATIONS = 500

STEERING = [chr(code) for code in (*range(32), *range(0x7F, 0xA0))]
"""What a terminal obeys, the end of a line included."""


def peak_bytes(work: Callable[[], object]) -> int:
    """How much memory Python asked for at most while this was done, or refused."""
    tracemalloc.start()
    try:
        with suppress(PodiumError):
            work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def mutated(content: bytes, seed: int) -> bytes:
    """The same file with a few bytes changed, taken out or doubled, or its end cut off."""
    draw = random.Random(f"{SEED} {seed}")
    changed = bytearray(content)
    for _ in range(draw.randint(1, 4)):
        place = draw.randrange(len(changed) or 1)
        kind = draw.randrange(6)
        if kind < 3:
            changed[place : place + 1] = bytes([draw.randrange(256)])
        elif kind == 3:
            del changed[place : place + draw.randint(1, 8)]
        elif kind == 4:
            changed[place:place] = changed[place : place + draw.randint(1, 64)]
        else:
            changed = changed[: len(changed) - draw.randint(0, len(changed) // 4)]
    return bytes(changed)


_EACH = """
import random, resource, sys
from pathlib import Path
from hostile.confinement import mutated
from podium.inputs.confined import Refused
from {module} import {function}
resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30, 3 * 2**30))
content = Path(sys.argv[1]).read_bytes()
for seed in range(int(sys.argv[2]), int(sys.argv[3])):
    print(seed, flush=True)
    try:
        list({function}(mutated(content, seed)))
    except (MemoryError, Refused) as error:
        assert "\\n" not in str(error)
"""


def every_mutation_is_read_or_refused(module: str, function: str, path: Path) -> None:
    """Try what a child of Podium's does with damaged files, in a process that they may end.

    An exception that is no refusal ends it, too, but with code 1, and is shown.
    """
    script = _EACH.format(module=module, function=function)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    next_seed = 0
    while next_seed < N_MUTATIONS:
        tried = subprocess.run(
            [sys.executable, "-c", script, str(path), str(next_seed), str(N_MUTATIONS)],
            env=environment, capture_output=True, text=True, timeout=280, check=False,
        )  # fmt: skip
        assert tried.returncode <= 0, tried.stderr
        next_seed = int(tried.stdout.split()[-1]) + 1  # a signal: of this one only
