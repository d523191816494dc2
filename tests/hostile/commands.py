"""The real command in a process of its own, started as by its script: -P is what one is given."""

import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SEED = int(os.environ.get("PODIUM_TORTURE_SEED", "0"))

START = "from podium.start import main; main()"
"""What the script `podium` does."""


def chance() -> random.Random:
    """What is drawn at random: the same again for the same PODIUM_TORTURE_SEED."""
    return random.Random(SEED)


def command(*words: object, before: str = "", start: str = START) -> list[str]:
    """The words that start podium, after a line of Python."""
    return [sys.executable, "-P", "-c", f"{before}\n{start}", *map(str, words)]


def podium(
    *words: object,
    before: str = "",
    environment: Mapping[str, str | None] | None = None,
    around: Sequence[str] = (),
    seconds: float = 240,
    **options: Any,
) -> "subprocess.CompletedProcess[str]":
    """Run podium to its end; `around` are words before it, and variables of `None` are unset."""
    changed = {"OMP_NUM_THREADS": "1", **(environment or {})}
    kept = {name: value for name, value in os.environ.items() if name not in changed}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(
        [*around, *command(*words, before=before)],
        text=True, timeout=seconds, check=False, **options,
        env={**kept, **{name: value for name, value in changed.items() if value is not None}},
    )  # fmt: skip


def one_line(said: str) -> str:
    """What is said in one line, without its end."""
    assert said.count("\n") == 1, said
    assert said.endswith("\n"), said
    return said[:-1]


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
